// SPDX-License-Identifier: Apache-2.0
/*
 * Diagnostic notation (RFC 8949, 8). A container is printed on one line when it fits and broken
 * when not; whether it fits is found by printing it into a measure that stops at the line's end, so
 * the whole stays linear.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/cbor.h"
#include "lib/cbor/any.h"

#define LINE 100
#define INDENT 2

struct diag {
	struct wt_span in;
	size_t off;
	struct wt_buf *out; /* NULL while measuring */
	size_t width; /* measured so far */
	size_t room; /* when measuring: more than this is too much */
	struct wt_err *err;
};

/* Returned by what stopped measuring because the line is full; no error. */
#define TOO_WIDE 1

static int print_item(struct diag *d, unsigned int depth, size_t indent, bool one_line);

/* --- output ------------------------------------------------------------------------------------ */

static void put(struct diag *d, const char *text, size_t n)
{
	d->width += n;
	if (d->out)
		wt_buf_append(d->out, text, n);
}

static void puts_to(struct diag *d, const char *text)
{
	put(d, text, strlen(text));
}

static void putf(struct diag *d, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void putf(struct diag *d, const char *format, ...)
{
	char text[64];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	puts_to(d, text);
}

static void put_indicator(struct diag *d, const struct cbor_any *item)
{
	if (item->width >= 0)
		putf(d, "_%d", item->width);
}

static void put_line(struct diag *d, size_t indent)
{
	static const char blanks[] = "                                ";
	size_t n;

	put(d, "\n", 1);
	for (; indent; indent -= n) {
		n = indent < sizeof(blanks) - 1 ? indent : sizeof(blanks) - 1;
		put(d, blanks, n);
	}
}

static void put_bytes(struct diag *d, const uint8_t *p, uint64_t n)
{
	char hex[2 * 64 + 1];
	size_t part;

	puts_to(d, "h'");
	/* A measure that is full already need not see the rest. */
	for (; n && (d->out || d->width <= d->room); n -= part, p += part) {
		part = n < 64 ? n : 64;
		wt_hex(p, part, hex);
		put(d, hex, 2 * part);
	}
	puts_to(d, "'");
}

/* Would it move a cursor, or turn the text around it? */
static bool dangerous(const uint8_t *p, size_t n)
{
	if (n == 2) /* C1 */
		return p[0] == 0xc2 && p[1] < 0xa0;
	if (n == 3 && p[0] == 0xe2) /* U+2028 to 202e, U+2066 to 2069: lines and directions */
		return (p[1] == 0x80 && p[2] >= 0xa8 && p[2] <= 0xae) ||
		       (p[1] == 0x81 && p[2] >= 0xa6 && p[2] <= 0xa9);
	return false;
}

static void put_control(struct diag *d, uint8_t c)
{
	switch (c) {
	case '\n':
		puts_to(d, "\\n");
		break;
	case '\r':
		puts_to(d, "\\r");
		break;
	case '\t':
		puts_to(d, "\\t");
		break;
	default:
		putf(d, "\\u%04x", c);
	}
}

/* One character of text, escaped if need be; how many bytes it has. */
static size_t put_character(struct diag *d, const uint8_t *p, size_t n)
{
	size_t len = 1;

	if (*p < 0x20 || *p == 0x7f) {
		put_control(d, *p);
		return 1;
	}
	if (*p == '"' || *p == '\\')
		put(d, "\\", 1);
	while (len < n && len < 4 && !wt_text_utf8(wt_span(p, len)))
		len++;
	if (!wt_text_utf8(wt_span(p, len))) {
		puts_to(d, "\\ufffd");
		return 1;
	}
	if (!dangerous(p, len))
		put(d, (const char *)p, len);
	else if (len == 2)
		putf(d, "\\u%04x", (p[0] & 0x1f) << 6 | (p[1] & 0x3f));
	else
		putf(d, "\\u%04x", (p[0] & 0x0f) << 12 | (p[1] & 0x3f) << 6 | (p[2] & 0x3f));
	return len;
}

static void put_text(struct diag *d, const uint8_t *p, uint64_t n)
{
	struct wt_span all = wt_span(p, n);

	puts_to(d, "\"");
	while (n && (d->out || d->width <= d->room)) {
		size_t len = put_character(d, p, n);

		p += len;
		n -= len;
	}
	puts_to(d, "\"");
	if (!wt_text_utf8(all)) {
		puts_to(d, " / not UTF-8: ");
		put_bytes(d, all.p, all.n);
		puts_to(d, " /");
	}
}

/* --- input ------------------------------------------------------------------------------------- */

static int bad(struct diag *d, const char *what)
{
	return wt_fail(d->err, EBADMSG, "byte %zu: %s", d->off, what);
}

static int read_item(struct diag *d, struct cbor_any *ret)
{
	ssize_t n;

	if (d->off == d->in.n)
		return bad(d, "the input ends where something should begin");
	n = cbor_any_read(wt_span(d->in.p + d->off, d->in.n - d->off), ret);
	if (n < 0)
		return bad(d, "begins nothing that CBOR knows");
	if (!n)
		return bad(d, "the input ends in the middle of an item");
	d->off += (size_t)n;
	return 0;
}

static bool at_break(const struct diag *d)
{
	return d->off < d->in.n && d->in.p[d->off] == 0xff;
}

/* --- containers -------------------------------------------------------------------------------- */

/* Pieces of an indefinite string: definite ones of its own kind. */
static int print_pieces(struct diag *d, const struct cbor_any *string)
{
	struct cbor_any piece;
	bool first = true;
	int r;

	if (at_break(d)) {
		d->off++;
		puts_to(d, string->kind == ANY_BYTES ? "''_" : "\"\"_");
		return 0;
	}
	puts_to(d, "(_ ");
	for (; !at_break(d); first = false) {
		size_t at = d->off;

		r = read_item(d, &piece);
		if (r < 0)
			return r;
		if (piece.kind != string->kind || piece.indefinite) {
			d->off = at;
			return bad(d, "a piece of an indefinite string that is none");
		}
		if (!first)
			puts_to(d, ", ");
		if (piece.kind == ANY_BYTES)
			put_bytes(d, piece.string, piece.value);
		else
			put_text(d, piece.string, piece.value);
		put_indicator(d, &piece);
		if (!d->out && d->width > d->room)
			return TOO_WIDE;
	}
	d->off++;
	puts_to(d, ")");
	return 0;
}

/* NOLINTBEGIN(misc-no-recursion): no deeper than WT_CBOR_DIAG_DEPTH */
static int print_entries(struct diag *d, const struct cbor_any *box, unsigned int depth,
			 size_t indent, bool one_line)
{
	bool map = box->kind == ANY_MAP;
	uint64_t i;
	int r;

	for (i = 0; box->indefinite ? !at_break(d) : i < box->value; i++) {
		if (i)
			puts_to(d, one_line ? ", " : ",");
		if (!one_line)
			put_line(d, indent + INDENT);
		r = print_item(d, depth, indent + INDENT, one_line);
		if (!r && map) {
			puts_to(d, ": ");
			r = print_item(d, depth, indent + INDENT, one_line);
		}
		if (r)
			return r;
		if (!d->out && d->width > d->room)
			return TOO_WIDE;
	}
	if (box->indefinite)
		d->off++;
	if (!one_line && i)
		put_line(d, indent);
	return 0;
}

static int print_container(struct diag *d, const struct cbor_any *box, unsigned int depth,
			   size_t indent, bool one_line)
{
	bool map = box->kind == ANY_MAP;
	int r;

	puts_to(d, map ? "{" : "[");
	if (box->indefinite)
		puts_to(d, "_ ");
	if (box->width >= 0)
		putf(d, "_%d ", box->width);
	r = print_entries(d, box, depth, indent, one_line);
	if (!r)
		puts_to(d, map ? "}" : "]");
	return r;
}

static bool print_bignum(struct diag *d, const struct cbor_any *tag)
{
	char text[CBOR_BIGNUM_LEN];
	struct cbor_any item;
	ssize_t n;

	if (tag->value != 2 && tag->value != 3)
		return false;
	n = cbor_any_read(wt_span(d->in.p + d->off, d->in.n - d->off), &item);
	if (n <= 0 || item.kind != ANY_BYTES || item.indefinite || item.value > CBOR_BIGNUM_MAX ||
	    !item.value || !item.string[0])
		return false;
	d->off += (size_t)n;
	cbor_bignum_text(wt_span(item.string, item.value), tag->value == 3, text);
	puts_to(d, text);
	return true;
}

static int print_tag(struct diag *d, const struct cbor_any *tag, unsigned int depth, size_t indent,
		     bool one_line)
{
	int r;

	/* As RFC 8949's own examples: the number, where its digits say all that was there. */
	if (tag->width < 0 && print_bignum(d, tag))
		return 0;
	putf(d, "%" PRIu64, tag->value);
	put_indicator(d, tag);
	puts_to(d, "(");
	r = print_item(d, depth, indent, one_line);
	if (!r)
		puts_to(d, ")");
	return r;
}

static void print_nint(struct diag *d, uint64_t v)
{
	if (v == UINT64_MAX)
		puts_to(d, "-18446744073709551616");
	else
		putf(d, "-%" PRIu64, v + 1);
}

static void print_simple(struct diag *d, uint64_t v)
{
	static const char *const name[] = { "false", "true", "null", "undefined" };

	if (v >= 20 && v <= 23)
		puts_to(d, name[v - 20]);
	else
		putf(d, "simple(%" PRIu64 ")", v);
}

/* Would what begins at `off` fit the rest of the line? */
static bool fits(const struct diag *d, size_t off, unsigned int depth, size_t used)
{
	struct diag measure = {
		.in = d->in,
		.off = off,
		.room = used < LINE ? LINE - used : 0,
	};

	/* What is malformed is found again, and told, by the printing itself. */
	return print_item(&measure, depth, 0, true) == 0 && measure.width <= measure.room;
}

static int print_item(struct diag *d, unsigned int depth, size_t indent, bool one_line)
{
	char number[CBOR_DOUBLE_LEN];
	size_t at = d->off;
	struct cbor_any item;
	int r;

	if (depth == WT_CBOR_DIAG_DEPTH)
		return bad(d, "nested too deeply to show");
	r = read_item(d, &item);
	if (r < 0)
		return r;
	if (!one_line && item.kind >= ANY_ARRAY && item.kind <= ANY_TAG)
		one_line = fits(d, at, depth, indent);
	switch (item.kind) {
	case ANY_UINT:
		putf(d, "%" PRIu64, item.value);
		put_indicator(d, &item);
		return 0;
	case ANY_NINT:
		print_nint(d, item.value);
		put_indicator(d, &item);
		return 0;
	case ANY_BYTES:
	case ANY_TEXT:
		if (item.indefinite)
			return print_pieces(d, &item);
		if (item.kind == ANY_BYTES)
			put_bytes(d, item.string, item.value);
		else
			put_text(d, item.string, item.value);
		put_indicator(d, &item);
		return 0;
	case ANY_ARRAY:
	case ANY_MAP:
		return print_container(d, &item, depth + 1, indent, one_line);
	case ANY_TAG:
		return print_tag(d, &item, depth + 1, indent, one_line);
	case ANY_SIMPLE:
		print_simple(d, item.value);
		return 0;
	case ANY_FLOAT:
		cbor_double_text(item.number, number);
		puts_to(d, number);
		return 0;
	case ANY_BREAK:
		break;
	}
	d->off = at;
	return bad(d, "a break where something should begin");
}

/* NOLINTEND(misc-no-recursion) */

int wt_cbor_diag(struct wt_span bytes, struct wt_buf *ret, struct wt_err *err)
{
	struct diag d = { .in = bytes, .out = ret, .err = err };
	size_t start = ret->n;
	int r;

	do {
		if (d.off)
			puts_to(&d, ",\n");
		r = print_item(&d, 0, 0, false);
	} while (!r && d.off < bytes.n);
	if (!r && ret->err)
		r = wt_fail(err, -ret->err, "no memory for the notation");
	if (r < 0)
		ret->n = start;
	return r;
}
