/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables from CSV (RFC 4180, strictly: quotes only around a whole field and doubled in it, blanks
 * are part of a field), in UTF-8. LF or CR LF, a byte order mark and empty lines are taken. The
 * first row names the columns. The only door to libcsv.
 */
#ifndef KEYS_CSV_H
#define KEYS_CSV_H

#include "lib/bytes.h"
#include "lib/err.h"

#define CSV_MAX_BYTES (256u << 20)
#define CSV_MAX_COLUMNS 32
#define CSV_NONE SIZE_MAX

struct csv_row {
	size_t line; /* on which it begins, from 1 */
	size_t first, n; /* its fields */
};

struct csv_table {
	struct wt_buf text; /* the fields, each with a NUL behind it */
	struct wt_buf fields; /* size_t: where each begins */
	struct wt_buf rows; /* struct csv_row, the header first */
};

struct csv_column {
	const char *name;
	bool needed;
};

/* -EBADMSG: the sentence has the line, and the column if it is known. "-" is stdin. */
int csv_read(const char *path, struct csv_table *ret, struct wt_err *err);
void csv_clear(struct csv_table *table); /* for cleanup as well */

/* Rows below the header. */
size_t csv_count(const struct csv_table *table);
const struct csv_row *csv_row(const struct csv_table *table, size_t i);
/* "" for CSV_NONE. */
const char *csv_field(const struct csv_table *table, size_t row, size_t column);

/*
 * Where each column stands; CSV_NONE for one that is not there and need not be. A column twice, one
 * that is not known and one that is missing are refused.
 */
int csv_columns(const struct csv_table *table, const struct csv_column *columns, size_t n,
		size_t *ret_at, struct wt_err *err);

#endif
