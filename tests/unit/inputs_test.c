// SPDX-License-Identifier: Apache-2.0
/* The inspector's inputs: found once, and read again in any order without reading more than there is. */
#include "inspector/inputs.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/file.h"
#include "tests/unit/lib/rig.h"
#include "tests/unit/scratch.h"
#include "kselftest_harness.h"

#define ATTESTATIONS 240

FIXTURE(inputs)
{
	struct scratch scratch;
	struct rig rig;
	struct inputs inputs;
	struct wt_err err;
};

FIXTURE_SETUP(inputs)
{
	scratch_make(&self->scratch);
	rig_init(&self->rig);
	rig_boot(&self->rig);
	rig_minutes(&self->rig, ATTESTATIONS);
	self->inputs = (struct inputs){ 0 };
}

FIXTURE_TEARDOWN(inputs)
{
	inputs_clear(&self->inputs);
	rig_free(&self->rig);
	scratch_remove(&self->scratch);
}

typedef FIXTURE_DATA(inputs) inputs_t;

/* Every `files`th of the first n attestations in each of so many files, which are then added. Returns all bytes. */
static size_t deal(struct __test_metadata *_metadata, inputs_t *self, size_t n, size_t files)
{
	struct wt_buf content = { 0 };
	char name[32], path[512];
	size_t i, f, bytes = 0;

	for (f = 0; f < files; f++) {
		wt_buf_reset(&content);
		for (i = f; i < n; i += files)
			wt_buf_append(&content, self->rig.atts[i].p, self->rig.atts[i].n);
		snprintf(name, sizeof(name), "%zu.cose", f);
		scratch_write(&self->scratch, name, wt_buf_span(&content), 0644);
		snprintf(path, sizeof(path), "%s", scratch_path(&self->scratch, name));
		ASSERT_EQ(0, inputs_add(&self->inputs, path, true, &self->err))
		{
			TH_LOG("%s", self->err.msg);
		}
		bytes += content.n;
	}
	wt_buf_free(&content);
	inputs_sort(&self->inputs);
	ASSERT_EQ(n, self->inputs.n);
	return bytes;
}

/* What this process has read by system calls, or 0: nobody tells. */
static size_t bytes_read(void)
{
	unsigned long long n = 0;
	FILE *f = fopen("/proc/self/io", "r");

	if (f && fscanf(f, "rchar: %llu", &n) != 1)
		n = 0;
	if (f)
		fclose(f);
	return (size_t)n;
}

/* All of them, in the order of their seq; what that read from files. */
static size_t read_all(struct __test_metadata *_metadata, inputs_t *self)
{
	size_t before = bytes_read(), i;
	struct wt_span object;
	char name[512];

	for (i = 0; i < self->inputs.n; i++) {
		ASSERT_EQ(0, inputs_read(&self->inputs, i, &object, name, &self->err))
		{
			TH_LOG("%s", self->err.msg);
		}
		EXPECT_TRUE(wt_span_equal(object, wt_buf_span(&self->rig.atts[i])));
	}
	return bytes_read() - before;
}

TEST_F(inputs, one_file)
{
	size_t bytes = deal(_metadata, self, ATTESTATIONS, 1), read;

	read = read_all(_metadata, self);
	if (read > 0)
		EXPECT_GT(bytes + bytes / 4, read);
}

/* Each object lies in another file than the one before it. */
TEST_F(inputs, two_files_between_each_other)
{
	size_t bytes = deal(_metadata, self, ATTESTATIONS, 2), read;

	read = read_all(_metadata, self);
	if (read > 0)
		EXPECT_GT(bytes + bytes / 4, read);
}

/* More of them than stay open. */
TEST_F(inputs, many_files_between_each_other)
{
	size_t bytes = deal(_metadata, self, ATTESTATIONS, 3 * READER_FILES), read;

	read = read_all(_metadata, self);
	if (read > 0)
		EXPECT_GT(bytes + bytes / 4, read);
}

TEST_F(inputs, in_any_order)
{
	struct wt_span object;
	char name[512];
	size_t i, at;

	deal(_metadata, self, 60, 3);
	for (i = 0; i < 200; i++) {
		at = i * 37 % 60;
		ASSERT_EQ(0, inputs_read(&self->inputs, at, &object, name, &self->err));
		EXPECT_TRUE(wt_span_equal(object, wt_buf_span(&self->rig.atts[at])));
	}
}

TEST_F(inputs, a_file_that_became_shorter)
{
	struct wt_span object;
	char name[512];

	deal(_metadata, self, 10, 1);
	ASSERT_EQ(0, truncate(scratch_path(&self->scratch, "0.cose"),
			      (off_t)self->rig.atts[0].n + 10));
	EXPECT_EQ(0, inputs_read(&self->inputs, 0, &object, name, &self->err));
	EXPECT_EQ(-EIO, inputs_read(&self->inputs, 1, &object, name, &self->err));
	EXPECT_NE(NULL, strstr(self->err.msg, "changed while it was read"));
	EXPECT_EQ(0, inputs_read(&self->inputs, 0, &object, name, &self->err));
}

TEST_F(inputs, a_file_that_is_gone)
{
	struct wt_span object;
	char name[512];

	deal(_metadata, self, 10, 1);
	unlink(scratch_path(&self->scratch, "0.cose"));
	EXPECT_EQ(-ENOENT, inputs_read(&self->inputs, 0, &object, name, &self->err));
}

TEST_HARNESS_MAIN
