// SPDX-License-Identifier: Apache-2.0
/* Whole files: bounds, replacing, and nothing left behind. */
#include "kselftest_harness.h"

#include <fcntl.h>
#include <sys/resource.h>

#include "lib/file.h"
#include "tests/unit/scratch.h"

FIXTURE(file)
{
	struct scratch scratch;
	struct wt_err err;
	struct wt_buf b;
};

FIXTURE_SETUP(file)
{
	scratch_make(&self->scratch);
	memset(&self->b, 0, sizeof(self->b));
}

FIXTURE_TEARDOWN(file)
{
	wt_buf_free(&self->b);
	scratch_remove(&self->scratch);
}

static int files_in(const char *dir)
{
	struct dirent **e;
	int n = scandir(dir, &e, NULL, alphasort), i;

	for (i = 0; i < n; i++)
		free(e[i]);
	free(e);
	return n - 2;
}

TEST_F(file, read_within_its_bound)
{
	static const size_t sizes[] = { 0, 1, 65535, 65536, 65537, 200000 };
	static uint8_t content[200000];

	for (size_t i = 0; i < sizeof(content); i++)
		content[i] = (uint8_t)(i * 7);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		const char *path = scratch_write(&self->scratch, "f", wt_span(content, sizes[i]), 0644);

		wt_buf_reset(&self->b);
		wt_buf_append(&self->b, "abc", 3);
		ASSERT_EQ(0, wt_file_read(path, sizes[i], &self->b, &self->err));
		ASSERT_EQ(3 + sizes[i], self->b.n);
		EXPECT_EQ(self->b.n, self->b.cap) TH_LOG("room is kept that is not used");
		EXPECT_EQ(0, memcmp(self->b.p, "abc", 3));
		EXPECT_EQ(0, memcmp(self->b.p + 3, content, sizes[i]));
		EXPECT_EQ(0, wt_file_read(path, SIZE_MAX, &self->b, &self->err));
		self->b.n = 3;
		if (!sizes[i])
			continue;
		EXPECT_EQ(-EFBIG, wt_file_read(path, sizes[i] - 1, &self->b, &self->err));
		EXPECT_EQ(3, self->b.n);
		EXPECT_NE(NULL, strstr(self->err.msg, path));
	}
}

TEST_F(file, not_there)
{
	EXPECT_EQ(-ENOENT, wt_file_read(scratch_path(&self->scratch, "none"), 10, &self->b, &self->err));
	EXPECT_NE(NULL, strstr(self->err.msg, "none: No such file"));
	EXPECT_EQ(-EISDIR, wt_file_read(self->scratch.dir, 10, &self->b, &self->err));
	EXPECT_EQ(-ENOENT, wt_file_write("/nonexistent/f", wt_span("x", 1), 0600, WT_FILE_NEW, &self->err));
}

/* In a folder of somebody else's it would stop the reader for ever; the harness's alarm would end this. */
TEST_F(file, a_fifo_is_not_waited_for)
{
	char path[160];

	snprintf(path, sizeof(path), "%s/fifo", self->scratch.dir);
	ASSERT_EQ(0, mkfifo(path, 0600));
	EXPECT_EQ(-EINVAL, wt_file_read(path, 10, &self->b, &self->err));
	EXPECT_NE(NULL, strstr(self->err.msg, "not a regular file"));
	EXPECT_EQ(0, self->b.n);
}

TEST_F(file, a_pipe_of_the_shell_is_read)
{
	char path[32];
	int ends[2];

	ASSERT_EQ(0, pipe(ends));
	ASSERT_EQ(5, write(ends[1], "hello", 5));
	close(ends[1]);
	snprintf(path, sizeof(path), "/dev/fd/%d", ends[0]);
	ASSERT_EQ(0, wt_file_read(path, 10, &self->b, &self->err));
	EXPECT_EQ(5, self->b.n);
	close(ends[0]);
}

TEST_F(file, written_new)
{
	const char *path = scratch_path(&self->scratch, "f");
	struct stat st;

	umask(0);
	ASSERT_EQ(0, wt_file_write(path, wt_span("one", 3), 0640, WT_FILE_NEW, &self->err))
		TH_LOG("%s", self->err.msg);
	ASSERT_EQ(0, stat(path, &st));
	EXPECT_EQ(0640, st.st_mode & 07777);
	EXPECT_EQ(-EEXIST, wt_file_write(path, wt_span("two", 3), 0640, WT_FILE_NEW, &self->err));
	ASSERT_EQ(0, wt_file_read(path, 10, &self->b, &self->err));
	EXPECT_EQ(0, memcmp(self->b.p, "one", 3));
	EXPECT_EQ(1, files_in(self->scratch.dir));
}

TEST_F(file, replaced)
{
	const char *path = scratch_path(&self->scratch, "f");

	ASSERT_EQ(0, wt_file_write(path, wt_span("one", 3), 0600, WT_FILE_REPLACE, &self->err));
	ASSERT_EQ(0, wt_file_write(path, wt_span("three", 5), 0600, WT_FILE_REPLACE, &self->err));
	ASSERT_EQ(0, wt_file_read(path, 10, &self->b, &self->err));
	EXPECT_EQ(5, self->b.n);
	EXPECT_EQ(0, memcmp(self->b.p, "three", 5));
	EXPECT_EQ(1, files_in(self->scratch.dir));
}

/* A full disk, as a limit on the size of files makes one: what was there stays, whole. */
TEST_F(file, no_room)
{
	const char *path = scratch_path(&self->scratch, "f");
	static uint8_t large[65536];
	struct rlimit limit;

	ASSERT_EQ(0, wt_file_write(path, wt_span("one", 3), 0600, WT_FILE_NEW, &self->err));
	signal(SIGXFSZ, SIG_IGN);
	ASSERT_EQ(0, getrlimit(RLIMIT_FSIZE, &limit));
	limit.rlim_cur = 4096;
	ASSERT_EQ(0, setrlimit(RLIMIT_FSIZE, &limit));
	EXPECT_EQ(-EFBIG, wt_file_write(path, wt_span(large, sizeof(large)), 0600, WT_FILE_REPLACE,
					&self->err));
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_FSIZE, &limit);
	ASSERT_EQ(0, wt_file_read(path, 10, &self->b, &self->err));
	EXPECT_EQ(3, self->b.n);
	EXPECT_EQ(1, files_in(self->scratch.dir));
}

/* A symbolic link laid where the temporary file goes is not followed. */
TEST_F(file, temporary_name_taken)
{
	char temp[128], target[400];

	strcpy(target, scratch_path(&self->scratch, "target"));
	scratch_write(&self->scratch, "target", wt_span("kept", 4), 0644);
	snprintf(temp, sizeof(temp), ".f.%ld", (long)getpid());
	ASSERT_EQ(0, symlink(target, scratch_path(&self->scratch, temp)));
	ASSERT_EQ(0, wt_file_write(scratch_path(&self->scratch, "f"), wt_span("new", 3), 0600,
				   WT_FILE_NEW, &self->err))
		TH_LOG("%s", self->err.msg);
	ASSERT_EQ(0, wt_file_read(target, 10, &self->b, &self->err));
	EXPECT_EQ(0, memcmp(self->b.p, "kept", 4));
	EXPECT_EQ(2, files_in(self->scratch.dir));
}

TEST_F(file, relative_path)
{
	ASSERT_EQ(0, chdir(self->scratch.dir));
	EXPECT_EQ(0, wt_file_write("f", wt_span("x", 1), 0600, WT_FILE_NEW, &self->err))
		TH_LOG("%s", self->err.msg);
	EXPECT_EQ(0, wt_file_read("f", 1, &self->b, &self->err));
	EXPECT_EQ(0, chdir("/"));
}

TEST_HARNESS_MAIN
