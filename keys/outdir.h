/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A folder that gets thousands of files. Each appears whole or not at all, whatever the moment of a kill or a power cut;
 * it is there after outdir_sync: until then the register is the memory.
 */
#ifndef KEYS_OUTDIR_H
#define KEYS_OUTDIR_H

#include <limits.h>

#include "lib/bytes.h"
#include "lib/err.h"

#define OUTDIR_PENDING 1024

struct outdir {
	const char *path;
	int fd; /* locked: one command at a time writes here */
	char *names[OUTDIR_PENDING]; /* of files that are written, and have other names yet */
	size_t n;
};

/* Makes it if need be. -EBUSY: another command writes into it. */
int outdir_open(const char *path, struct outdir *ret, struct wt_err *err);
void outdir_clear(struct outdir *dir); /* for cleanup as well */

/*
 * A file name for any text of ours: what is not a letter, a digit, '-', '_' or a '.' inside is
 * written as %XX.
 */
void outdir_name(const char *text, const char *suffix, char ret[NAME_MAX + 1]);
bool outdir_has(const struct outdir *dir, const char *name);
/* A file with that very content is fine; with another it is left alone: -EEXIST. */
int outdir_write(struct outdir *dir, const char *name, struct wt_span content, struct wt_err *err);
/* Gives those that were written their names, durably. */
int outdir_sync(struct outdir *dir, struct wt_err *err);

#endif
