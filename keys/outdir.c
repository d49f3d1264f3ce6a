// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keys/outdir.h"
#include "lib/file.h"

static int fail(const struct outdir *dir, const char *name, struct wt_err *err)
{
	int code = errno;

	return wt_fail(err, code, "%.120s/%.80s: %s", dir->path, name, strerror(code));
}

int outdir_open(const char *path, struct outdir *ret, struct wt_err *err)
{
	struct outdir dir = { .path = path };

	if (mkdir(path, 0777) < 0 && errno != EEXIST)
		return wt_fail(err, errno, "%.200s: %s", path, strerror(errno));
	dir.fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir.fd < 0 || faccessat(dir.fd, ".", W_OK | X_OK, 0) < 0) {
		int code = errno;

		wt_closep(&dir.fd);
		return wt_fail(err, code, "%.200s: %s", path, strerror(code));
	}
	*ret = dir;
	return 0;
}

void outdir_clear(struct outdir *dir)
{
	if (dir->path)
		wt_closep(&dir->fd);
	*dir = (struct outdir){ 0 };
}

static bool plain(const char *text, size_t i)
{
	unsigned char c = (unsigned char)text[i];

	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       c == '-' || c == '_' || (c == '.' && i > 0);
}

void outdir_name(const char *text, const char *suffix, char ret[NAME_MAX + 1])
{
	size_t room = NAME_MAX - strlen(suffix), n = 0;

	for (size_t i = 0; text[i] && n + 3 <= room; i++)
		n += (size_t)sprintf(ret + n, plain(text, i) ? "%c" : "%%%02X",
				     (unsigned char)text[i]);
	strcpy(ret + n, suffix);
}

bool outdir_has(const struct outdir *dir, const char *name)
{
	return faccessat(dir->fd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/* Is that the content of the file that is there? */
static int compare(const struct outdir *dir, const char *name, struct wt_span content,
		   struct wt_err *err)
{
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf there = { 0 };
	char path[PATH_MAX];
	int r;

	if (snprintf(path, sizeof(path), "%s/%s", dir->path, name) >= (int)sizeof(path))
		return wt_fail(err, ENAMETOOLONG, "%.60s...: the path is too long", dir->path);
	r = wt_file_read(path, content.n, &there, NULL);
	if (r == 0 && wt_span_equal(wt_buf_span(&there), content))
		return 0;
	return wt_fail(err, EEXIST, "%.200s: is there already, with other content; left as it is",
		       path);
}

int outdir_write(const struct outdir *dir, const char *name, struct wt_span content,
		 struct wt_err *err)
{
	__attribute__((cleanup(wt_closep))) int fd = -1;
	char temp[40];
	int r = 0;

	if (outdir_has(dir, name))
		return compare(dir, name, content, err);
	snprintf(temp, sizeof(temp), ".new-%ld", (long)getpid());
	fd = openat(dir->fd, temp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0666);
	if (fd < 0)
		return fail(dir, name, err);
	while (r == 0 && content.n > 0) {
		ssize_t n = write(fd, content.p, content.n);

		if (n < 0 && errno != EINTR)
			r = fail(dir, name, err);
		if (n > 0)
			content = wt_span(content.p + n, content.n - (size_t)n);
	}
	if (r == 0 && renameat(dir->fd, temp, dir->fd, name) < 0)
		r = fail(dir, name, err);
	if (r < 0)
		unlinkat(dir->fd, temp, 0);
	return r;
}

int outdir_sync(const struct outdir *dir, struct wt_err *err)
{
	return syncfs(dir->fd) < 0 ? fail(dir, "", err) : 0;
}
