// SPDX-License-Identifier: Apache-2.0
#include "keys/csv.h"

#include <csv.h>
#include <string.h>

#include "lib/file.h"

struct reading {
	struct csv_table table;
	struct csv_row row; /* the one that is being read */
	size_t line;
	struct wt_err *err;
	int r;
};

static size_t count(const struct wt_buf *b, size_t size)
{
	return b->n / size;
}

void csv_clear(struct csv_table *table)
{
	wt_buf_free(&table->text);
	wt_buf_free(&table->fields);
	wt_buf_free(&table->rows);
}

static void on_field(void *text, size_t n, void *user)
{
	struct reading *in = user;
	size_t at = in->table.text.n;

	if (in->r < 0)
		return;
	if (!wt_text_plain(wt_span(text, n)))
		in->r = wt_fail(in->err, EBADMSG, "line %zu, column %zu: %s", in->row.line,
				in->row.n + 1,
				wt_text_utf8(wt_span(text, n)) ? "has a control character in it"
							       : "not in UTF-8");
	wt_buf_append(&in->table.fields, &at, sizeof(at));
	wt_buf_append(&in->table.text, text, n);
	wt_buf_append(&in->table.text, "", 1);
	in->row.n++;
}

static void on_row(int end, void *user)
{
	struct reading *in = user;
	const struct csv_row *header = (const struct csv_row *)in->table.rows.p;

	(void)end;
	if (in->r < 0)
		return;
	if (header && header->n != in->row.n)
		in->r = wt_fail(in->err, EBADMSG, "line %zu: %zu fields, but %zu columns",
				in->row.line, in->row.n, header->n);
	wt_buf_append(&in->table.rows, &in->row, sizeof(in->row));
	in->row = (struct csv_row){ .first = count(&in->table.fields, sizeof(size_t)) };
}

/* RFC 4180: blanks belong to the field. */
static int no_blank(unsigned char c)
{
	(void)c;
	return 0;
}

/* Byte by byte: then it is known on which line a row begins and where it went wrong. */
static int parse(struct reading *in, struct csv_parser *parser, struct wt_span text)
{
	for (size_t i = 0; in->r == 0 && i < text.n; i++) {
		uint8_t c = text.p[i];

		if (in->row.line == 0 && c != '\r' && c != '\n')
			in->row.line = in->line;
		if (csv_parse(parser, &c, 1, on_field, on_row, in) != 1)
			return wt_fail(in->err, EBADMSG, "line %zu, column %zu: %s", in->line,
				       in->row.n + 1,
				       csv_error(parser) == CSV_EPARSE
					       ? "a quote must be around the whole field, and is "
						 "doubled in it"
					       : csv_strerror(csv_error(parser)));
		if (c == '\n')
			in->line++;
	}
	if (in->r == 0 && csv_fini(parser, on_field, on_row, in) != 0)
		return wt_fail(in->err, EBADMSG, "line %zu, column %zu: the quote is never closed",
			       in->row.line, in->row.n + 1);
	return in->r;
}

static int parse_all(struct wt_span text, struct csv_table *ret, struct wt_err *err)
{
	struct reading in = { .line = 1, .err = err };
	struct csv_parser parser;
	int r;

	if (text.n >= 2 &&
	    (memcmp(text.p, "\xff\xfe", 2) == 0 || memcmp(text.p, "\xfe\xff", 2) == 0))
		return wt_fail(err, EBADMSG, "is in UTF-16: save it in UTF-8");
	if (text.n >= 3 && memcmp(text.p, "\xef\xbb\xbf", 3) == 0)
		text = wt_span(text.p + 3, text.n - 3);
	if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI) != 0)
		return wt_fail(err, ENOMEM, "out of memory");
	csv_set_space_func(&parser, no_blank);
	r = parse(&in, &parser, text);
	csv_free(&parser);
	if (r == 0 && (in.table.text.err || in.table.fields.err || in.table.rows.err))
		r = wt_fail(err, ENOMEM, "out of memory");
	if (r == 0 && in.table.rows.n == 0)
		r = wt_fail(err, EBADMSG, "is empty: its first line must name the columns");
	if (r < 0) {
		csv_clear(&in.table);
		return r;
	}
	*ret = in.table; /* transferred */
	return 0;
}

int csv_read(const char *path, struct csv_table *ret, struct wt_err *err)
{
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf text = { 0 };
	int r;

	r = wt_file_read(path, CSV_MAX_BYTES, &text, err);
	if (r < 0)
		return r;
	r = parse_all(wt_buf_span(&text), ret, err);
	return r < 0 ? wt_fail_in(err, r, "%.150s", path) : 0;
}

size_t csv_count(const struct csv_table *table)
{
	return count(&table->rows, sizeof(struct csv_row)) - 1;
}

const struct csv_row *csv_row(const struct csv_table *table, size_t i)
{
	return (const struct csv_row *)table->rows.p + 1 + i;
}

static const char *field(const struct csv_table *table, const struct csv_row *row, size_t column)
{
	return (const char *)table->text.p + ((const size_t *)table->fields.p)[row->first + column];
}

const char *csv_field(const struct csv_table *table, size_t row, size_t column)
{
	return column == CSV_NONE ? "" : field(table, csv_row(table, row), column);
}

int csv_columns(const struct csv_table *table, const struct csv_column *columns, size_t n,
		size_t *ret_at, struct wt_err *err)
{
	const struct csv_row *header = (const struct csv_row *)table->rows.p;
	size_t at[CSV_MAX_COLUMNS], c;

	for (size_t i = 0; i < n; i++)
		at[i] = CSV_NONE;
	for (size_t i = 0; i < header->n; i++) {
		const char *name = field(table, header, i);

		for (c = 0; c < n && strcmp(columns[c].name, name) != 0; c++)
			;
		if (c == n)
			return wt_fail(err, EBADMSG, "line %zu, column %zu: \"%.40s\" is not known",
				       header->line, i + 1, name);
		if (at[c] != CSV_NONE)
			return wt_fail(err, EBADMSG, "line %zu: column %s is there twice",
				       header->line, name);
		at[c] = i;
	}
	for (size_t i = 0; i < n; i++)
		if (columns[i].needed && at[i] == CSV_NONE)
			return wt_fail(err, EBADMSG, "line %zu: column %s is missing", header->line,
				       columns[i].name);
	memcpy(ret_at, at, n * sizeof(at[0]));
	return 0;
}
