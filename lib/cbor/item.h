/* SPDX-License-Identifier: Apache-2.0 */
/* An item's head as the reader sees it: inside lib/cbor/ only. */
#ifndef LIB_CBOR_ITEM_H
#define LIB_CBOR_ITEM_H

#include "lib/cbor.h"

/* Simple values (RFC 8949, 3.3). */
#define WT_CBOR_FALSE 20
#define WT_CBOR_TRUE 21
#define WT_CBOR_NULL 22

struct wt_cbor_item {
	enum wt_cbor_type type;
	uint64_t value; /* the integer, length, count, tag or simple value */
	const uint8_t *string;
};

/*
 * Decodes the item at in->off, strictly, and says how long its head and string are; moves nothing.
 */
int wt_cbor_look(struct wt_cbor_in *in, struct wt_cbor_item *ret, size_t *ret_len);

#endif
