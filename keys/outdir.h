/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A folder that gets thousands of files. Each appears whole or not at all; what outlives a power
 * cut is sure only after outdir_sync: until then the register is the memory.
 */
#ifndef KEYS_OUTDIR_H
#define KEYS_OUTDIR_H

#include <limits.h>

#include "lib/bytes.h"
#include "lib/err.h"

struct outdir {
	const char *path;
	int fd;
};

/* Makes it if need be. */
int outdir_open(const char *path, struct outdir *ret, struct wt_err *err);
void outdir_clear(struct outdir *dir); /* for cleanup as well */

/*
 * A file name for any text of ours: what is not a letter, a digit, '-', '_' or a '.' inside is
 * written as %XX.
 */
void outdir_name(const char *text, const char *suffix, char ret[NAME_MAX + 1]);
bool outdir_has(const struct outdir *dir, const char *name);
/* A file with that very content is fine; with another it is left alone: -EEXIST. */
int outdir_write(const struct outdir *dir, const char *name, struct wt_span content,
		 struct wt_err *err);
int outdir_sync(const struct outdir *dir, struct wt_err *err);

#endif
