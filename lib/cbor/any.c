// SPDX-License-Identifier: Apache-2.0
/*
 * Heads of any well-formed CBOR, by libcbor, for the strict reader and for the diagnostic notation.
 */
#include "lib/cbor/any.h"

#include <cbor.h>

#define ON_INT(bits) \
	static void on_uint##bits(void *ctx, uint##bits##_t v) \
	{ \
		*(struct cbor_any *)ctx = (struct cbor_any){ .kind = ANY_UINT, .value = v }; \
	} \
	static void on_nint##bits(void *ctx, uint##bits##_t v) \
	{ \
		*(struct cbor_any *)ctx = (struct cbor_any){ .kind = ANY_NINT, .value = v }; \
	}
ON_INT(8)
ON_INT(16)
ON_INT(32)
ON_INT(64)

/* NOLINTBEGIN(bugprone-macro-parentheses): k is an enumerator */
#define ON_STRING(name, k) \
	static void on_##name(void *ctx, cbor_data p, size_t n) \
	{ \
		*(struct cbor_any *)ctx = (struct cbor_any){ .kind = k, .value = n, .string = p }; \
	} \
	static void on_##name##_start(void *ctx) \
	{ \
		*(struct cbor_any *)ctx = (struct cbor_any){ .kind = k, .indefinite = true }; \
	}
ON_STRING(bytes, ANY_BYTES)
ON_STRING(text, ANY_TEXT)

#define ON_COLLECTION(name, k) \
	static void on_##name(void *ctx, size_t n) \
	{ \
		*(struct cbor_any *)ctx = (struct cbor_any){ .kind = k, .value = n }; \
	} \
	static void on_##name##_start(void *ctx) \
	{ \
		*(struct cbor_any *)ctx = (struct cbor_any){ .kind = k, .indefinite = true }; \
	}
/* NOLINTEND(bugprone-macro-parentheses) */
ON_COLLECTION(array, ANY_ARRAY)
ON_COLLECTION(map, ANY_MAP)

static void on_tag(void *ctx, uint64_t v)
{
	*(struct cbor_any *)ctx = (struct cbor_any){ .kind = ANY_TAG, .value = v };
}

static void on_float(void *ctx, float v)
{
	*(struct cbor_any *)ctx = (struct cbor_any){ .kind = ANY_FLOAT, .number = (double)v };
}

static void on_double(void *ctx, double v)
{
	*(struct cbor_any *)ctx = (struct cbor_any){ .kind = ANY_FLOAT, .number = v };
}

static void on_break(void *ctx)
{
	*(struct cbor_any *)ctx = (struct cbor_any){ .kind = ANY_BREAK };
}

/* Never reached: simple values are read before libcbor is asked. */
static const struct cbor_callbacks callbacks = {
	.uint8 = on_uint8,
	.uint16 = on_uint16,
	.uint32 = on_uint32,
	.uint64 = on_uint64,
	.negint8 = on_nint8,
	.negint16 = on_nint16,
	.negint32 = on_nint32,
	.negint64 = on_nint64,
	.byte_string_start = on_bytes_start,
	.byte_string = on_bytes,
	.string_start = on_text_start,
	.string = on_text,
	.indef_array_start = on_array_start,
	.array_start = on_array,
	.indef_map_start = on_map_start,
	.map_start = on_map,
	.tag = on_tag,
	.float2 = on_float,
	.float4 = on_float,
	.float8 = on_double,
	.undefined = cbor_null_undefined_callback,
	.null = cbor_null_null_callback,
	.boolean = cbor_null_boolean_callback,
	.indef_break = on_break,
};

/*
 * The indicator of a head that is longer than its value needs: _0 for one byte more, _1 for two, _2
 * for four ...
 */
static int indicator(uint8_t initial, uint64_t v)
{
	static const uint64_t least[] = { 24, UINT8_MAX + 1, UINT16_MAX + 1, UINT32_MAX + 1ull };
	int width = (initial & 0x1f) - 24;

	return width >= 0 && width <= 3 && v < least[width] ? width : -1;
}

ssize_t cbor_any_read(struct wt_span in, struct cbor_any *ret)
{
	struct cbor_decoder_result r;
	uint8_t initial;

	if (!in.n)
		return 0;
	initial = in.p[0];
	/*
	 * libcbor 0.8 takes the tags 6 to 20 (18 is COSE_Sign1) and the unassigned simple values
	 * for malformed.
	 */
	if (initial >= 0xc6 && initial <= 0xd4) {
		*ret = (struct cbor_any){ .kind = ANY_TAG, .value = initial & 0x1f, .width = -1 };
		return 1;
	}
	if (initial >= 0xe0 && initial <= 0xf7) {
		*ret = (struct cbor_any){
			.kind = ANY_SIMPLE,
			.value = initial & 0x1f,
			.width = -1,
		};
		return 1;
	}
	if (initial == 0xf8) {
		if (in.n < 2)
			return 0;
		*ret = (struct cbor_any){ .kind = ANY_SIMPLE, .value = in.p[1], .width = -1 };
		return in.p[1] < 32 ? -1 : 2;
	}
	r = cbor_stream_decode(in.p, in.n, &callbacks, ret);
	if (r.status != CBOR_DECODER_FINISHED)
		return r.status == CBOR_DECODER_NEDATA ? 0 : -1;
	ret->width = -1;
	if (ret->kind <= ANY_TAG && !ret->indefinite)
		ret->width = indicator(initial, ret->value);
	return (ssize_t)r.read;
}
