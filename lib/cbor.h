/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Deterministic CBOR (RFC 8949, 4.2.1): a strict pull reader and a writer over libcbor's streaming API;
 * only the folder cbor/ speaks to libcbor.
 *
 * The reader refuses, with the byte's offset in the sentence: indefinite lengths, integers and lengths not in
 * their shortest form, map labels out of bytewise order or twice, floats, undefined and unassigned simple values,
 * text that is not UTF-8, nesting deeper than WT_CBOR_DEPTH, and counts that the remaining input cannot hold.
 * It allocates nothing; spans point into the input.
 */
#ifndef LIB_CBOR_H
#define LIB_CBOR_H

#include "lib/bytes.h"
#include "lib/err.h"

#define WT_CBOR_DEPTH 16

enum wt_cbor_type {
	WT_CBOR_UINT,
	WT_CBOR_NINT,
	WT_CBOR_BYTES,
	WT_CBOR_TEXT,
	WT_CBOR_ARRAY,
	WT_CBOR_MAP,
	WT_CBOR_TAG,
	WT_CBOR_SIMPLE, /* false, true, null */
};

struct wt_cbor_in {
	const uint8_t *p;
	size_t n;
	size_t off; /* of the next item; what errors name */
	const char *what; /* the field being read, named in errors; or NULL */
	bool lenient; /* others' CBOR: any order of labels, any length of numbers, floats; twice is up to the caller */
	bool no_offset; /* sentences without "byte N: ": for encoders that check what they wrote */
	struct wt_err *err;
};

void wt_cbor_init(struct wt_cbor_in *in, struct wt_span bytes, struct wt_err *err);
/* Type of the next item, or -EBADMSG (end of input, malformed). Consumes nothing. */
int wt_cbor_peek(struct wt_cbor_in *in);
int wt_cbor_uint(struct wt_cbor_in *in, uint64_t *ret);
int wt_cbor_int(struct wt_cbor_in *in, int64_t *ret); /* -EBADMSG beyond 64 bits signed */
int wt_cbor_bytes(struct wt_cbor_in *in, struct wt_span *ret);
int wt_cbor_text(struct wt_cbor_in *in, struct wt_span *ret);
int wt_cbor_array(struct wt_cbor_in *in, size_t *ret_n);
int wt_cbor_tag(struct wt_cbor_in *in, uint64_t *ret);
int wt_cbor_bool(struct wt_cbor_in *in, bool *ret);
int wt_cbor_null(struct wt_cbor_in *in);
/* Skips one item, checked as strictly as if it were read; ret_raw (or NULL) gets its bytes. */
int wt_cbor_skip(struct wt_cbor_in *in, struct wt_span *ret_raw);
/* No trailing bytes. */
int wt_cbor_end(struct wt_cbor_in *in);
/* -EBADMSG at the current byte, with what was wrong: for decoders built on this. */
int wt_cbor_bad(struct wt_cbor_in *in, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Convenience with a bound: text without control characters into a NUL-terminated array, bytes of an exact size. */
int wt_cbor_text_to(struct wt_cbor_in *in, char *ret, size_t cap);
int wt_cbor_bytes_to(struct wt_cbor_in *in, void *ret, size_t exact);

/* A map being read; its labels are integers (COSE, CWT and all objects of ours have no others). */
struct wt_cbor_map {
	size_t left;
	struct wt_span last; /* the label before, encoded: the order check */
};

int wt_cbor_map(struct wt_cbor_in *in, struct wt_cbor_map *ret);
/* 1 and the label when there is one more entry (its value is read next), 0 at the map's end, or an error. */
int wt_cbor_map_next(struct wt_cbor_in *in, struct wt_cbor_map *map, int64_t *ret_label);

/* The same for maps whose labels may be text too (header maps of others' COSE); the label as encoded. */
int wt_cbor_map_next_raw(struct wt_cbor_in *in, struct wt_cbor_map *map, struct wt_span *ret_label);

/* Writers; errors stay in the buffer (bytes.h). The caller writes map entries in deterministic order. */
void wt_cbor_put_uint(struct wt_buf *b, uint64_t v);
void wt_cbor_put_int(struct wt_buf *b, int64_t v);
void wt_cbor_put_bytes(struct wt_buf *b, struct wt_span v);
void wt_cbor_put_text(struct wt_buf *b, const char *v);
void wt_cbor_put_text_span(struct wt_buf *b, struct wt_span v); /* of UTF-8 */
void wt_cbor_put_array(struct wt_buf *b, size_t n);
void wt_cbor_put_map(struct wt_buf *b, size_t n);
void wt_cbor_put_tag(struct wt_buf *b, uint64_t v);
void wt_cbor_put_bool(struct wt_buf *b, bool v);
void wt_cbor_put_null(struct wt_buf *b);

/*
 * Any well-formed CBOR, deterministic or not, one item or a sequence (RFC 8742), as diagnostic notation (RFC 8949, 8)
 * for people: appended to ret, without a newline at the end. What does not fit one line is broken and indented.
 * Numbers and lengths that are not in their shortest form carry an encoding indicator (1_0); no byte of the output
 * controls a terminal. -EBADMSG: not well-formed, or nested deeper than WT_CBOR_DIAG_DEPTH; ret is as before.
 */
#define WT_CBOR_DIAG_DEPTH 64
int wt_cbor_diag(struct wt_span bytes, struct wt_buf *ret, struct wt_err *err);

#endif
