/* SPDX-License-Identifier: Apache-2.0 */
/* An item's head, of any well-formed CBOR, as libcbor finds it: inside lib/cbor/ only. */
#ifndef LIB_CBOR_ANY_H
#define LIB_CBOR_ANY_H

#include <sys/types.h>

#include "lib/bytes.h"

enum cbor_any_kind {
	ANY_UINT,
	ANY_NINT,
	ANY_BYTES,
	ANY_TEXT,
	ANY_ARRAY,
	ANY_MAP,
	ANY_TAG,
	ANY_SIMPLE, /* false, true, null, undefined and the unassigned */
	ANY_FLOAT,
	ANY_BREAK,
};

struct cbor_any {
	enum cbor_any_kind kind;
	bool indefinite; /* BYTES, TEXT, ARRAY, MAP: pieces and a break follow */
	uint64_t value; /* the integer, length, count, tag or simple value */
	const uint8_t *string;
	double number;
	int width; /* of a head longer than need be: its encoding indicator 0 to 3; else -1 */
};

/*
 * Reads the head (and string) at the span's beginning; its length, 0: the span ends before it does,
 * -1: malformed.
 */
ssize_t cbor_any_read(struct wt_span in, struct cbor_any *ret);

/* number.c: the shortest decimal that reads back as v: "1.5", "1.0e+300", "-Infinity". */
#define CBOR_DOUBLE_LEN 48
void cbor_double_text(double v, char ret[CBOR_DOUBLE_LEN]);
/*
 * The decimal digits of a big-endian number of at most CBOR_BIGNUM_MAX bytes, plus one when
 * `negative`, with its sign.
 */
#define CBOR_BIGNUM_MAX 64
#define CBOR_BIGNUM_LEN 160
void cbor_bignum_text(struct wt_span bytes, bool negative, char ret[CBOR_BIGNUM_LEN]);

#endif
