// SPDX-License-Identifier: Apache-2.0
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keys/outdir.h"
#include "lib/file.h"

#define TEMP ".new-"
#define TEMP_LEN 32

static const char *temp_name(size_t i, char ret[TEMP_LEN])
{
	snprintf(ret, TEMP_LEN, TEMP "%zu", i);
	return ret;
}

static int fail(const struct outdir *dir, const char *name, struct wt_err *err)
{
	int code = errno;

	return wt_fail(err, code, "%.120s/%.80s: %s", dir->path, name, strerror(code));
}

static int is_temp(const struct dirent *entry)
{
	return strncmp(entry->d_name, TEMP, strlen(TEMP)) == 0;
}

/* What a command that was killed left half done; the register knows what it was. */
static void remove_temps(const struct outdir *dir)
{
	struct dirent **entries = NULL;
	int n = scandir(dir->path, &entries, is_temp, NULL);

	for (int i = 0; i < n; i++) {
		unlinkat(dir->fd, entries[i]->d_name, 0);
		free(entries[i]);
	}
	free(entries);
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
	if (flock(dir.fd, LOCK_EX | LOCK_NB) == 0) {
		remove_temps(&dir);
	} else if (errno == EWOULDBLOCK) {
		wt_closep(&dir.fd);
		return wt_fail(err, EBUSY, "%.200s: another command is writing into it", path);
	}
	*ret = dir;
	return 0;
}

void outdir_clear(struct outdir *dir)
{
	char temp[TEMP_LEN];

	for (size_t i = 0; i < dir->n; i++) {
		unlinkat(dir->fd, temp_name(i, temp), 0);
		free(dir->names[i]);
	}
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

static int write_temp(const struct outdir *dir, const char *temp, const char *name,
		      struct wt_span content, struct wt_err *err)
{
	__attribute__((cleanup(wt_closep))) int fd = -1;

	fd = openat(dir->fd, temp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0666);
	if (fd < 0)
		return fail(dir, name, err);
	while (content.n > 0) {
		ssize_t n = write(fd, content.p, content.n);

		if (n < 0 && errno != EINTR)
			return fail(dir, name, err);
		if (n > 0)
			content = wt_span(content.p + n, content.n - (size_t)n);
	}
	return 0;
}

int outdir_write(struct outdir *dir, const char *name, struct wt_span content, struct wt_err *err)
{
	char temp[TEMP_LEN];
	int r;

	if (outdir_has(dir, name))
		return compare(dir, name, content, err);
	r = dir->n == OUTDIR_PENDING ? outdir_sync(dir, err) : 0;
	if (r < 0)
		return r;
	dir->names[dir->n] = strdup(name);
	if (!dir->names[dir->n])
		return wt_fail(err, ENOMEM, "out of memory");
	return write_temp(dir, temp_name(dir->n++, temp), name, content, err);
}

/* Their bytes first, all at once; then their names: a power cut leaves no name without its bytes. */
int outdir_sync(struct outdir *dir, struct wt_err *err)
{
	char temp[TEMP_LEN];
	int r = syncfs(dir->fd) < 0 ? fail(dir, "", err) : 0;

	for (size_t i = 0; r == 0 && i < dir->n; i++)
		if (renameat(dir->fd, temp_name(i, temp), dir->fd, dir->names[i]) < 0)
			r = fail(dir, dir->names[i], err);
	for (size_t i = 0; r == 0 && i < dir->n; i++)
		free(dir->names[i]);
	if (r == 0)
		dir->n = 0; /* else outdir_clear removes what is left of them */
	if (r == 0 && fsync(dir->fd) < 0)
		r = fail(dir, "", err);
	return r;
}
