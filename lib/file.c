// SPDX-License-Identifier: Apache-2.0
#include "lib/file.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void wt_closep(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static int fail_errno(struct wt_err *err, const char *path)
{
	int code = errno;

	return wt_fail(err, code, "%s: %s", path, strerror(code));
}

/*
 * Folders of evidence come from whom they accuse: a FIFO among them must not stop the reader for ever. A pipe that the
 * caller's own shell made (/dev/fd/63) is waited for as usual.
 */
static int check_kind(int fd, const char *path, struct wt_err *err)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return fail_errno(err, path);
	if (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode)) /* read(2) has the word for a folder */
		return 0;
	if (strncmp(path, "/dev/fd/", 8) && strcmp(path, "/dev/stdin"))
		return wt_fail(err, EINVAL, "%s: not a regular file", path);
	if (fcntl(fd, F_SETFL, 0) < 0)
		return fail_errno(err, path);
	return 0;
}

int wt_file_read(const char *path, size_t max, struct wt_buf *ret, struct wt_err *err)
{
	__attribute__((cleanup(wt_closep))) int opened = -1;
	size_t before = ret->n, room;
	int fd = STDIN_FILENO;
	uint8_t *p;
	ssize_t n;
	int r;

	if (strcmp(path, "-")) {
		fd = opened = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
		if (fd < 0)
			return fail_errno(err, path);
		r = check_kind(fd, path, err);
		if (r < 0)
			return r;
	}
	for (;;) {
		/*
		 * One byte more than allowed tells a file of the greatest size from a greater one.
		 */
		room = max - (ret->n - before);
		room = room < 65535 ? room + 1 : 65536;
		p = wt_buf_extend(ret, room);
		if (!p)
			return wt_fail(err, ENOMEM, "%s: no memory", path);
		n = read(fd, p, room);
		ret->n -= n > 0 ? room - (size_t)n : room;
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			ret->n = before;
			return fail_errno(err, path);
		}
		if (!n) {
			wt_buf_trim(ret); /* some are kept for as long as an agent runs */
			return 0;
		}
		if (ret->n - before > max) {
			ret->n = before;
			return wt_fail(err, EFBIG, "%s: more than %zu bytes", path, max);
		}
	}
}

static int write_all(int fd, struct wt_span content)
{
	ssize_t n;

	while (content.n) {
		n = write(fd, content.p, content.n);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		content.p += n;
		content.n -= (size_t)n;
	}
	return fsync(fd) ? -errno : 0;
}

/* Gives the finished temporary file its name. */
static int put_in_place(int dir, const char *temp, const char *name, enum wt_file_how how)
{
	if (how == WT_FILE_REPLACE)
		return renameat(dir, temp, dir, name) ? -errno : 0;
	if (!renameat2(dir, temp, dir, name, RENAME_NOREPLACE))
		return 0;
	/* Not every file system has RENAME_NOREPLACE; link() never replaces either. */
	if (errno != EINVAL && errno != ENOSYS)
		return -errno;
	if (linkat(dir, temp, dir, name, 0))
		return -errno;
	unlinkat(dir, temp, 0);
	return 0;
}

/* Where path is, up to its name. */
static int split_path(const char *path, char *ret_folder, size_t cap, const char **ret_name)
{
	const char *slash = strrchr(path, '/');

	*ret_name = slash ? slash + 1 : path;
	return snprintf(ret_folder, cap, "%.*s", slash ? (int)(slash - path) + 1 : 1,
			slash ? path : ".") < (int)cap
		       ? 0
		       : -ENAMETOOLONG;
}

static int sync_one(const char *path, struct wt_err *err)
{
	__attribute__((cleanup(wt_closep))) int dir =
		open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return dir < 0 || fsync(dir) ? fail_errno(err, path) : 0;
}

int wt_file_sync_folder(const char *path, struct wt_err *err)
{
	char parent[4096];
	const char *name;
	int r = split_path(path, parent, sizeof(parent), &name);

	if (r < 0)
		return wt_fail(err, -r, "%s: name too long", path);
	r = sync_one(path, err); /* what is in it */
	return r < 0 ? r : sync_one(parent, err); /* and its name */
}

int wt_file_write(const char *path, struct wt_span content, mode_t mode, enum wt_file_how how,
		  struct wt_err *err)
{
	__attribute__((cleanup(wt_closep))) int dir = -1, fd = -1;
	char folder[4096], temp[300];
	const char *name;
	int r;

	if (split_path(path, folder, sizeof(folder), &name) < 0 ||
	    snprintf(temp, sizeof(temp), ".%.250s.%ld", name, (long)getpid()) >= (int)sizeof(temp))
		return wt_fail(err, ENAMETOOLONG, "%s: name too long", path);
	dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return fail_errno(err, folder);
	/* Left by a process of that number which was killed: nobody's now. */
	unlinkat(dir, temp, 0);
	fd = openat(dir, temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
	if (fd < 0)
		return fail_errno(err, path);
	r = write_all(fd, content);
	if (!r)
		r = put_in_place(dir, temp, name, how);
	if (r < 0) {
		unlinkat(dir, temp, 0);
		return wt_fail(err, -r, "%s: %s", path,
			       r == -EEXIST ? "is there already; left as it is" : strerror(-r));
	}
	if (fsync(dir))
		return fail_errno(err, folder);
	return 0;
}
