// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/crypto/crypto.h"
#include "lib/file.h"

#define READ_STEP 65536

int wt_file_read(const char *path, size_t max, struct wt_buf *ret, struct wt_err *err)
{
	size_t start = ret->n;
	ssize_t got = -1;
	int fd, r = 0;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return wt_fail(err, errno, "%s: %s", path, strerror(errno));

	while (got != 0) {
		uint8_t *room = wt_buf_extend(ret, READ_STEP);

		if (!room) {
			r = wt_fail(err, ENOMEM, "%s: out of memory", path);
			break;
		}
		got = read(fd, room, READ_STEP);
		ret->n -= READ_STEP - (got > 0 ? (size_t)got : 0);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			r = wt_fail(err, errno, "%s: %s", path, strerror(errno));
			break;
		}
		if (ret->n - start > max) {
			r = wt_fail(err, EFBIG, "%s: larger than %zu bytes, the most that is read", path, max);
			break;
		}
	}
	close(fd);
	if (r < 0)
		ret->n = start;
	return r;
}

static int write_all(int fd, struct wt_span content)
{
	while (content.n > 0) {
		ssize_t put = write(fd, content.p, content.n);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -errno;
		content.p += put;
		content.n -= (size_t)put;
	}
	return 0;
}

/* A device or a pipe has no "beside its place". */
static int write_special(const char *path, struct wt_span content, struct wt_err *err)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int r;

	if (fd < 0)
		return wt_fail(err, errno, "%s: %s", path, strerror(errno));
	r = write_all(fd, content);
	close(fd);
	return r < 0 ? wt_fail(err, -r, "%s: %s", path, strerror(-r)) : 0;
}

/* The name that the rename or link made lasts only once its folder is on the disk. */
static int sync_folder(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder = slash ? strndup(path, slash == path ? 1 : (size_t)(slash - path)) : strdup(".");
	int fd, r = 0;

	if (!folder)
		return -ENOMEM;
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	free(folder);
	if (fd < 0)
		return -errno;
	/* Some file systems have no fsync of a folder (EINVAL): they need none. */
	if (fsync(fd) < 0 && errno != EINVAL)
		r = -errno;
	close(fd);
	return r;
}

int wt_file_write(const char *path, struct wt_span content, mode_t mode, enum wt_file_over over,
		  struct wt_err *err)
{
	char *temporary = NULL, suffix[17];
	uint8_t random[8];
	struct stat st;
	int fd = -1, r;

	if (over == WT_FILE_REPLACE && stat(path, &st) == 0 && !S_ISREG(st.st_mode))
		return write_special(path, content, err);

	r = wt_random(random, sizeof(random));
	if (r < 0)
		goto out;
	wt_hex(random, sizeof(random), suffix);
	if (asprintf(&temporary, "%s.%s", path, suffix) < 0) {
		temporary = NULL;
		r = -ENOMEM;
		goto out;
	}
	fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	if (fd < 0) {
		r = -errno;
		goto out;
	}
	r = write_all(fd, content);
	if (r == 0 && fsync(fd) < 0)
		r = -errno;
	/* link, unlike rename, refuses a path that exists. */
	if (r == 0 && over == WT_FILE_NEW && link(temporary, path) < 0)
		r = -errno;
	if (r == 0 && over == WT_FILE_REPLACE && rename(temporary, path) < 0)
		r = -errno;
	if (r < 0 || over == WT_FILE_NEW)
		unlink(temporary);
	if (r == 0)
		r = sync_folder(path);
out:
	if (fd >= 0)
		close(fd);
	free(temporary);
	return r < 0 ? wt_fail(err, -r, "%s: %s", path, strerror(-r)) : 0;
}
