// SPDX-License-Identifier: Apache-2.0
/* One item, strictly: what is well-formed, and what deterministic CBOR forbids is refused here. */
#include "lib/cbor/item.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "lib/cbor/any.h"

void wt_cbor_init(struct wt_cbor_in *in, struct wt_span bytes, struct wt_err *err)
{
	*in = (struct wt_cbor_in){ .p = bytes.p, .n = bytes.n, .err = err };
}

int wt_cbor_bad(struct wt_cbor_in *in, const char *format, ...)
{
	char sentence[192], where[32] = "";
	va_list args;

	va_start(args, format);
	vsnprintf(sentence, sizeof(sentence), format, args);
	va_end(args);
	if (!in->no_offset)
		snprintf(where, sizeof(where), "byte %zu: ", in->off);
	return wt_fail(in->err, EBADMSG, "%s%s%s%s", where, in->what ?: "", in->what ? ": " : "",
		       sentence);
}

/* Well-formed, and not to be had here: why; or NULL. */
static const char *forbidden(const struct cbor_any *any, bool lenient)
{
	if (any->indefinite)
		return "indefinite length";
	if (any->kind == ANY_BREAK)
		return "break outside of anything";
	if (lenient)
		return NULL;
	if (any->width >= 0)
		return "a number or length that is not in its shortest form";
	switch (any->kind) {
	case ANY_SIMPLE:
		if (any->value < WT_CBOR_FALSE || any->value > WT_CBOR_NULL)
			return "a simple value that is none of false, true and null";
		return NULL;
	case ANY_FLOAT:
		return "a float: there are only integers here";
	default:
		return NULL;
	}
}

static enum wt_cbor_type type_of(enum cbor_any_kind kind)
{
	/*
	 * The kinds up to TAG are the types, in their order; a float that is let pass is skipped as
	 * a simple value.
	 */
	return kind <= ANY_TAG ? (enum wt_cbor_type)kind : WT_CBOR_SIMPLE;
}

_Static_assert((int)ANY_UINT == (int)WT_CBOR_UINT && (int)ANY_NINT == (int)WT_CBOR_NINT &&
		       (int)ANY_BYTES == (int)WT_CBOR_BYTES && (int)ANY_TEXT == (int)WT_CBOR_TEXT &&
		       (int)ANY_ARRAY == (int)WT_CBOR_ARRAY && (int)ANY_MAP == (int)WT_CBOR_MAP &&
		       (int)ANY_TAG == (int)WT_CBOR_TAG,
	       "kinds and types in step");

int wt_cbor_look(struct wt_cbor_in *in, struct wt_cbor_item *ret, size_t *ret_len)
{
	size_t left = in->n - in->off;
	struct cbor_any any;
	const char *why;
	ssize_t len;

	if (!left)
		return wt_cbor_bad(in, "the input ends where something should begin");
	len = cbor_any_read(wt_span(in->p + in->off, left), &any);
	if (len < 0)
		return wt_cbor_bad(in, "0x%02x begins nothing that CBOR knows", in->p[in->off]);
	if (!len)
		return wt_cbor_bad(in, "the input ends in the middle of an item");
	why = forbidden(&any, in->lenient);
	if (why)
		return wt_cbor_bad(in, "%s", why);
	left -= (size_t)len;
	if (any.kind == ANY_TEXT && !wt_text_utf8(wt_span(any.string, any.value)))
		return wt_cbor_bad(in, "text that is not UTF-8");
	if (any.kind == ANY_ARRAY && any.value > left)
		return wt_cbor_bad(in, "an array of %" PRIu64 " items in %zu bytes", any.value,
				   left);
	if (any.kind == ANY_MAP && any.value > left / 2)
		return wt_cbor_bad(in, "a map of %" PRIu64 " entries in %zu bytes", any.value,
				   left);
	ret->type = type_of(any.kind);
	ret->value = any.value; /* 0 for a float: no simple value that anybody asks for */
	ret->string = any.string;
	*ret_len = (size_t)len;
	return 0;
}
