/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of a batch: read, and held against the register, before anything is signed. */
#ifndef KEYS_BATCH_ROWS_H
#define KEYS_BATCH_ROWS_H

#include "keys/csv.h"
#include "keys/outdir.h"
#include "keys/register.h"

struct batch_row {
	size_t line;
	struct wt_grant grant;
	bool known; /* that very purchase was sold before: its grant is in the register */
};

struct batch {
	struct batch_row *rows;
	size_t n, n_known;
	uint64_t wh; /* of all */
};

/*
 * Reads the table and checks every row, with the register begun. What is wrong is said on stderr, a
 * line each with the file, the line and the column; then -EBADMSG, with the sum of it.
 */
int batch_read(const char *path, struct authority_register *reg, const struct outdir *out,
	       int64_t now, struct batch *ret, struct wt_err *err);
void batch_clear(struct batch *batch); /* for cleanup as well */

#endif
