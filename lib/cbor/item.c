// SPDX-License-Identifier: Apache-2.0
/*
 * One item: libcbor finds its head and string; what it lets pass and deterministic CBOR forbids is refused
 * here. An item is in its shortest form when libcbor consumed exactly as many bytes as that form has.
 */
#include "lib/cbor/item.h"

#include <cbor.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

/* libcbor's callbacks: one fills the item for each kind of head. */
#define ON_UINT(bits) \
	static void on_uint##bits(void *ctx, uint##bits##_t v) \
	{ \
		struct wt_cbor_item *item = ctx; \
		item->type = WT_CBOR_UINT; \
		item->value = v; \
	} \
	static void on_nint##bits(void *ctx, uint##bits##_t v) \
	{ \
		struct wt_cbor_item *item = ctx; \
		item->type = WT_CBOR_NINT; \
		item->value = v; \
	}
ON_UINT(8)
ON_UINT(16)
ON_UINT(32)
ON_UINT(64)

static void on_bytes(void *ctx, cbor_data p, size_t n)
{
	struct wt_cbor_item *item = ctx;

	item->type = WT_CBOR_BYTES;
	item->value = n;
	item->string = p;
}

static void on_text(void *ctx, cbor_data p, size_t n)
{
	struct wt_cbor_item *item = ctx;

	item->type = WT_CBOR_TEXT;
	item->value = n;
	item->string = p;
}

static void on_array(void *ctx, size_t n)
{
	struct wt_cbor_item *item = ctx;

	item->type = WT_CBOR_ARRAY;
	item->value = n;
}

static void on_map(void *ctx, size_t n)
{
	struct wt_cbor_item *item = ctx;

	item->type = WT_CBOR_MAP;
	item->value = n;
}

static void on_tag(void *ctx, uint64_t v)
{
	struct wt_cbor_item *item = ctx;

	item->type = WT_CBOR_TAG;
	item->value = v;
}

static void on_bool(void *ctx, bool v)
{
	struct wt_cbor_item *item = ctx;

	item->type = WT_CBOR_SIMPLE;
	item->value = v ? 21 : 20;
}

static void on_null(void *ctx)
{
	struct wt_cbor_item *item = ctx;

	item->type = WT_CBOR_SIMPLE;
	item->value = 22;
}

static void on_indefinite(void *ctx)
{
	((struct wt_cbor_item *)ctx)->bad = "indefinite length";
}

static void on_break(void *ctx)
{
	((struct wt_cbor_item *)ctx)->bad = "break outside of anything";
}

static void on_undefined(void *ctx)
{
	((struct wt_cbor_item *)ctx)->bad = "undefined, where only false, true and null are simple values";
}

static void on_float(void *ctx, float v)
{
	(void)v;
	((struct wt_cbor_item *)ctx)->bad = "a float: there are only integers here";
}

static void on_double(void *ctx, double v)
{
	(void)v;
	((struct wt_cbor_item *)ctx)->bad = "a float: there are only integers here";
}

static const struct cbor_callbacks callbacks = {
	.uint8 = on_uint8,
	.uint16 = on_uint16,
	.uint32 = on_uint32,
	.uint64 = on_uint64,
	.negint8 = on_nint8,
	.negint16 = on_nint16,
	.negint32 = on_nint32,
	.negint64 = on_nint64,
	.byte_string_start = on_indefinite,
	.byte_string = on_bytes,
	.string_start = on_indefinite,
	.string = on_text,
	.indef_array_start = on_indefinite,
	.array_start = on_array,
	.indef_map_start = on_indefinite,
	.map_start = on_map,
	.tag = on_tag,
	.float2 = on_float,
	.float4 = on_float,
	.float8 = on_double,
	.undefined = on_undefined,
	.null = on_null,
	.boolean = on_bool,
	.indef_break = on_break,
};

void wt_cbor_init(struct wt_cbor_in *in, struct wt_span bytes, struct wt_err *err)
{
	*in = (struct wt_cbor_in){ .p = bytes.p, .n = bytes.n, .err = err };
}

int wt_cbor_bad(struct wt_cbor_in *in, const char *format, ...)
{
	char sentence[192], where[32] = "";
	va_list args;

	if (!in->err)
		return -EBADMSG;
	va_start(args, format);
	vsnprintf(sentence, sizeof(sentence), format, args);
	va_end(args);
	if (!in->no_offset)
		snprintf(where, sizeof(where), "byte %zu: ", in->off);
	return wt_fail(in->err, EBADMSG, "%s%s%s%s", where, in->what ?: "", in->what ? ": " : "",
		       sentence);
}

static size_t shortest_head(uint64_t v)
{
	return v < 24 ? 1 : v <= UINT8_MAX ? 2 : v <= UINT16_MAX ? 3 : v <= UINT32_MAX ? 5 : 9;
}

int wt_cbor_look(struct wt_cbor_in *in, struct wt_cbor_item *ret, size_t *ret_len)
{
	struct cbor_decoder_result r;
	const uint8_t *p = in->p + in->off;
	size_t left = in->n - in->off;
	size_t len;

	if (!left)
		return wt_cbor_bad(in, "the input ends where something should begin");
	*ret = (struct wt_cbor_item){ .type = WT_CBOR_SIMPLE };
	if (*p >= 0xc6 && *p <= 0xd4) {
		/* libcbor 0.8 takes the tags 6 to 20 for malformed; 18 is COSE_Sign1. */
		ret->type = WT_CBOR_TAG;
		ret->value = *p & 0x1f;
		*ret_len = 1;
		return 0;
	}
	r = cbor_stream_decode(p, left, &callbacks, ret);
	if (r.status == CBOR_DECODER_NEDATA)
		return wt_cbor_bad(in, "the input ends in the middle of an item");
	if (r.status != CBOR_DECODER_FINISHED)
		return wt_cbor_bad(in, "0x%02x begins nothing that CBOR knows", *p);
	if (ret->bad)
		return wt_cbor_bad(in, "%s", ret->bad);
	len = ret->type == WT_CBOR_SIMPLE ? 1 : shortest_head(ret->value);
	if (ret->type == WT_CBOR_BYTES || ret->type == WT_CBOR_TEXT)
		len += ret->value;
	if (r.read != len)
		return wt_cbor_bad(in, "a number or length that is not in its shortest form");
	left -= len;
	switch (ret->type) {
	case WT_CBOR_TEXT:
		if (!wt_text_utf8(wt_span(ret->string, ret->value)))
			return wt_cbor_bad(in, "text that is not UTF-8");
		break;
	case WT_CBOR_ARRAY:
		if (ret->value > left)
			return wt_cbor_bad(in, "an array of %" PRIu64 " items in %zu bytes",
					   ret->value, left);
		break;
	case WT_CBOR_MAP:
		if (ret->value > left / 2)
			return wt_cbor_bad(in, "a map of %" PRIu64 " entries in %zu bytes",
					   ret->value, left);
		break;
	default:
		break;
	}
	*ret_len = len;
	return 0;
}

