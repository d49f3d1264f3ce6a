/* SPDX-License-Identifier: Apache-2.0 */
/* An item's head as the reader sees it: inside lib/cbor/ only. */
#ifndef LIB_CBOR_ITEM_H
#define LIB_CBOR_ITEM_H

#include "lib/cbor.h"

struct wt_cbor_item {
	enum wt_cbor_type type;
	uint64_t value; /* the integer, length, count, tag; SIMPLE: 20 false, 21 true, 22 null */
	const uint8_t *string;
	const char *bad; /* well-formed, but not deterministic CBOR: why */
};

/* Decodes the item at in->off, strictly, and says how long its head and string are; moves nothing. */
int wt_cbor_look(struct wt_cbor_in *in, struct wt_cbor_item *ret, size_t *ret_len);

#endif
