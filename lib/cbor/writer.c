// SPDX-License-Identifier: Apache-2.0
/*
 * The writer: libcbor's encoders give the shortest form of every head (cbor_encode_uint and its
 * like).
 */
#include "lib/cbor.h"

#include <cbor.h>
#include <string.h>

#define HEAD_MAX 9

/* libcbor wrote n bytes of head; never 0, the room is enough for any. */
static void put(struct wt_buf *b, const uint8_t *head, size_t n)
{
	wt_buf_append(b, head, n);
}

void wt_cbor_put_uint(struct wt_buf *b, uint64_t v)
{
	uint8_t head[HEAD_MAX];

	put(b, head, cbor_encode_uint(v, head, sizeof(head)));
}

void wt_cbor_put_int(struct wt_buf *b, int64_t v)
{
	uint8_t head[HEAD_MAX];

	if (v >= 0)
		wt_cbor_put_uint(b, (uint64_t)v);
	else
		put(b, head, cbor_encode_negint((uint64_t)(-1 - v), head, sizeof(head)));
}

void wt_cbor_put_bytes(struct wt_buf *b, struct wt_span v)
{
	uint8_t head[HEAD_MAX];

	put(b, head, cbor_encode_bytestring_start(v.n, head, sizeof(head)));
	wt_buf_append(b, v.p, v.n);
}

void wt_cbor_put_text_span(struct wt_buf *b, struct wt_span v)
{
	uint8_t head[HEAD_MAX];

	put(b, head, cbor_encode_string_start(v.n, head, sizeof(head)));
	wt_buf_append(b, v.p, v.n);
}

void wt_cbor_put_text(struct wt_buf *b, const char *v)
{
	wt_cbor_put_text_span(b, wt_span(v, strlen(v)));
}

void wt_cbor_put_array(struct wt_buf *b, size_t n)
{
	uint8_t head[HEAD_MAX];

	put(b, head, cbor_encode_array_start(n, head, sizeof(head)));
}

void wt_cbor_put_map(struct wt_buf *b, size_t n)
{
	uint8_t head[HEAD_MAX];

	put(b, head, cbor_encode_map_start(n, head, sizeof(head)));
}

void wt_cbor_put_tag(struct wt_buf *b, uint64_t v)
{
	uint8_t head[HEAD_MAX];

	put(b, head, cbor_encode_tag(v, head, sizeof(head)));
}

void wt_cbor_put_bool(struct wt_buf *b, bool v)
{
	uint8_t head[HEAD_MAX];

	put(b, head, cbor_encode_bool(v, head, sizeof(head)));
}

void wt_cbor_put_null(struct wt_buf *b)
{
	uint8_t head[HEAD_MAX];

	put(b, head, cbor_encode_null(head, sizeof(head)));
}
