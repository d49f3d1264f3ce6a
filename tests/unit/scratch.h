/* SPDX-License-Identifier: Apache-2.0 */
/* A folder of its own for a test, removed with all its files. */
#ifndef TESTS_UNIT_SCRATCH_H
#define TESTS_UNIT_SCRATCH_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/bytes.h"

struct scratch {
	char dir[64];
	char path[400];
};

static inline void scratch_make(struct scratch *s)
{
	strcpy(s->dir, "/tmp/wattest-unit-XXXXXX");
	if (!mkdtemp(s->dir))
		abort();
}

/* The path of a file in it; good until the next call. */
static inline const char *scratch_path(struct scratch *s, const char *name)
{
	snprintf(s->path, sizeof(s->path), "%s/%s", s->dir, name);
	return s->path;
}

static inline const char *scratch_write(struct scratch *s, const char *name, struct wt_span content,
					mode_t mode)
{
	FILE *f = fopen(scratch_path(s, name), "w");

	if (!f || fwrite(content.p, 1, content.n, f) != content.n || fclose(f) ||
	    chmod(s->path, mode))
		abort();
	return s->path;
}

static inline void scratch_remove(struct scratch *s)
{
	DIR *dir = opendir(s->dir);
	struct dirent *e;

	while (dir && (e = readdir(dir)))
		if (strcmp(e->d_name, ".") && strcmp(e->d_name, ".."))
			unlink(scratch_path(s, e->d_name));
	if (dir)
		closedir(dir);
	rmdir(s->dir);
}

#endif
