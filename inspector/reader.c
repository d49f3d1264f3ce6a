// SPDX-License-Identifier: Apache-2.0
#include "inspector/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define AHEAD 65536 /* of a file that is read from front to back */

static int fail_errno(struct wt_err *err, const char *path)
{
	return wt_fail(err, errno, "%.200s: %s", path, strerror(errno));
}

static int changed(struct wt_err *err, const char *path)
{
	return wt_fail(err, EIO, "%.200s: changed while it was read", path);
}

static void forget(struct reader_file *file)
{
	if (file->used)
		close(file->fd);
	file->used = false;
	wt_buf_reset(&file->part);
}

/* It was a regular file when it was looked through; what came in its place may wait for ever. */
static int open_regular(const char *path, struct wt_err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat st;

	if (fd < 0)
		return fail_errno(err, path);
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		close(fd);
		return changed(err, path);
	}
	return fd;
}

/* The file's slot, or that of the one which was not read for longest. */
static int slot(struct reader *reader, const char *path, uint32_t number, struct reader_file **ret,
		struct wt_err *err)
{
	struct reader_file *oldest = &reader->files[0];
	int fd;

	for (size_t i = 0; i < READER_FILES; i++) {
		struct reader_file *file = &reader->files[i];

		if (file->used && file->path == number) {
			*ret = file;
			return 0;
		}
		if (oldest->used && (!file->used || file->turn < oldest->turn))
			oldest = file;
	}
	forget(oldest);
	fd = open_regular(path, err);
	if (fd < 0)
		return fd;
	oldest->fd = fd;
	oldest->used = true;
	oldest->path = number;
	oldest->offset = 0;
	*ret = oldest;
	return 0;
}

/* At least `least` bytes from offset on, and no more than `most`, to be what is here. */
static int fill(struct reader_file *file, const char *path, uint32_t offset, size_t least,
		size_t most, struct wt_err *err)
{
	size_t have = 0;
	uint8_t *p;
	ssize_t n;

	wt_buf_reset(&file->part);
	p = wt_buf_extend(&file->part, most);
	if (!p) {
		wt_buf_free(&file->part);
		return wt_fail(err, ENOMEM, "out of memory");
	}
	while (have < least) {
		n = pread(file->fd, p + have, most - have, (off_t)offset + (off_t)have);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			wt_buf_reset(&file->part);
			return n < 0 ? fail_errno(err, path) : changed(err, path);
		}
		have += (size_t)n;
	}
	file->part.n = have;
	file->offset = offset;
	return 0;
}

int reader_read(struct reader *reader, const char *path, uint32_t number, uint32_t offset,
		uint32_t length, struct wt_span *ret, struct wt_err *err)
{
	struct reader_file *file;
	size_t at, most = length;
	int r = slot(reader, path, number, &file, err);

	if (r < 0)
		return r;
	file->turn = ++reader->turn;
	at = offset - (size_t)file->offset;
	if (offset < file->offset || at > file->part.n || length > file->part.n - at) {
		/* Ahead only where it goes on behind what was read. */
		if (offset >= file->offset && at <= file->part.n && file->part.n > 0 &&
		    most < AHEAD)
			most = AHEAD;
		r = fill(file, path, offset, length, most, err);
		if (r < 0)
			return r;
		at = 0;
	}
	*ret = wt_span(file->part.p + at, length);
	return 0;
}

void reader_clear(struct reader *reader)
{
	for (size_t i = 0; i < READER_FILES; i++) {
		forget(&reader->files[i]);
		wt_buf_free(&reader->files[i].part);
	}
	*reader = (struct reader){ 0 };
}
