// SPDX-License-Identifier: Apache-2.0
/*
 * Typed reads, maps and skipping (see lib/cbor.h). Labels must ascend bytewise as encoded (RFC
 * 8949, 4.2.1), which needs no memory but the label before, and refuses a label that comes twice.
 */
#include "lib/cbor/item.h"

#include <inttypes.h>
#include <string.h>

static const char *const type_name[] = {
	[WT_CBOR_UINT] = "an unsigned integer",
	[WT_CBOR_NINT] = "a negative integer",
	[WT_CBOR_BYTES] = "a byte string",
	[WT_CBOR_TEXT] = "text",
	[WT_CBOR_ARRAY] = "an array",
	[WT_CBOR_MAP] = "a map",
	[WT_CBOR_TAG] = "a tag",
	[WT_CBOR_SIMPLE] = "false, true or null",
};

static int take(struct wt_cbor_in *in, enum wt_cbor_type want, struct wt_cbor_item *ret)
{
	size_t len;
	int r;

	r = wt_cbor_look(in, ret, &len);
	if (r < 0)
		return r;
	if (ret->type != want)
		return wt_cbor_bad(in, "%s where %s belongs", type_name[ret->type],
				   type_name[want]);
	in->off += len;
	return 0;
}

int wt_cbor_peek(struct wt_cbor_in *in)
{
	struct wt_cbor_item item;
	size_t len;
	int r;

	r = wt_cbor_look(in, &item, &len);
	return r < 0 ? r : (int)item.type;
}

int wt_cbor_uint(struct wt_cbor_in *in, uint64_t *ret)
{
	struct wt_cbor_item item;
	int r;

	r = take(in, WT_CBOR_UINT, &item);
	if (r < 0)
		return r;
	*ret = item.value;
	return 0;
}

int wt_cbor_int(struct wt_cbor_in *in, int64_t *ret)
{
	struct wt_cbor_item item;
	size_t len;
	int r;

	r = wt_cbor_look(in, &item, &len);
	if (r < 0)
		return r;
	if (item.type != WT_CBOR_UINT && item.type != WT_CBOR_NINT)
		return wt_cbor_bad(in, "%s where an integer belongs", type_name[item.type]);
	if (item.value > INT64_MAX)
		return wt_cbor_bad(in, "an integer beyond 64 bits with a sign");
	in->off += len;
	*ret = item.type == WT_CBOR_UINT ? (int64_t)item.value : -1 - (int64_t)item.value;
	return 0;
}

int wt_cbor_bytes(struct wt_cbor_in *in, struct wt_span *ret)
{
	struct wt_cbor_item item;
	int r;

	r = take(in, WT_CBOR_BYTES, &item);
	if (r < 0)
		return r;
	/* an empty string still has a place: p NULL means absent to those who keep spans */
	*ret = wt_span(item.string ?: in->p + in->off, item.value);
	return 0;
}

int wt_cbor_text(struct wt_cbor_in *in, struct wt_span *ret)
{
	struct wt_cbor_item item;
	int r;

	r = take(in, WT_CBOR_TEXT, &item);
	if (r < 0)
		return r;
	*ret = wt_span(item.string ?: in->p + in->off, item.value);
	return 0;
}

int wt_cbor_array(struct wt_cbor_in *in, size_t *ret_n)
{
	struct wt_cbor_item item;
	int r;

	r = take(in, WT_CBOR_ARRAY, &item);
	if (r < 0)
		return r;
	*ret_n = item.value;
	return 0;
}

int wt_cbor_tag(struct wt_cbor_in *in, uint64_t *ret)
{
	struct wt_cbor_item item;
	int r;

	r = take(in, WT_CBOR_TAG, &item);
	if (r < 0)
		return r;
	*ret = item.value;
	return 0;
}

int wt_cbor_bool(struct wt_cbor_in *in, bool *ret)
{
	struct wt_cbor_item item;
	size_t len;
	int r;

	r = wt_cbor_look(in, &item, &len);
	if (r < 0)
		return r;
	if (item.type != WT_CBOR_SIMPLE || item.value == WT_CBOR_NULL)
		return wt_cbor_bad(in, "%s where false or true belongs",
				   item.type == WT_CBOR_SIMPLE ? "null" : type_name[item.type]);
	in->off += len;
	*ret = item.value == WT_CBOR_TRUE;
	return 0;
}

int wt_cbor_null(struct wt_cbor_in *in)
{
	struct wt_cbor_item item;
	size_t len;
	int r;

	r = wt_cbor_look(in, &item, &len);
	if (r < 0)
		return r;
	if (item.type != WT_CBOR_SIMPLE || item.value != WT_CBOR_NULL)
		return wt_cbor_bad(in, "%s where null belongs",
				   item.type == WT_CBOR_SIMPLE ? "false or true"
							       : type_name[item.type]);
	in->off += len;
	return 0;
}

int wt_cbor_end(struct wt_cbor_in *in)
{
	if (in->off != in->n)
		return wt_cbor_bad(in, "%zu bytes after the end", in->n - in->off);
	return 0;
}

int wt_cbor_text_to(struct wt_cbor_in *in, char *ret, size_t cap)
{
	size_t at = in->off;
	struct wt_span text;
	int r;

	r = wt_cbor_text(in, &text);
	if (r < 0)
		return r;
	in->off = at;
	if (text.n >= cap)
		return wt_cbor_bad(in, "%zu bytes of text (at most %zu)", text.n, cap - 1);
	if (!wt_text_plain(text))
		return wt_cbor_bad(in, "text with a control character");
	memcpy(ret, text.p, text.n);
	memset(ret + text.n, 0, cap - text.n);
	in->off = (size_t)(text.p - in->p) + text.n;
	return 0;
}

int wt_cbor_bytes_to(struct wt_cbor_in *in, void *ret, size_t exact)
{
	size_t at = in->off;
	struct wt_span bytes;
	int r;

	r = wt_cbor_bytes(in, &bytes);
	if (r < 0)
		return r;
	if (bytes.n != exact) {
		in->off = at;
		return wt_cbor_bad(in, "%zu bytes (must be %zu)", bytes.n, exact);
	}
	memcpy(ret, bytes.p, exact);
	return 0;
}

/* --- maps -------------------------------------------------------------------------------------- */

int wt_cbor_map(struct wt_cbor_in *in, struct wt_cbor_map *ret)
{
	struct wt_cbor_item item;
	int r;

	r = take(in, WT_CBOR_MAP, &item);
	if (r < 0)
		return r;
	*ret = (struct wt_cbor_map){ .left = item.value };
	return 0;
}

/* The label just read, from `at` on: after the one before it. */
static int in_order(struct wt_cbor_in *in, size_t at, struct wt_span *last,
		    const struct wt_cbor_item *item)
{
	struct wt_span label = wt_span(in->p + at, in->off - at);
	size_t least = label.n < last->n ? label.n : last->n;
	int order;

	if (last->p && !in->lenient) {
		order = memcmp(last->p, label.p, least);
		if (!order)
			order = last->n < label.n ? -1 : last->n > label.n;
		if (order >= 0) {
			in->off = at;
			if (item->type == WT_CBOR_UINT || item->type == WT_CBOR_NINT)
				return wt_cbor_bad(in,
						   order ? "map label %s%" PRIu64 " is out of order"
							 : "map has label %s%" PRIu64
							   " twice (RFC 8949 forbids it)",
						   item->type == WT_CBOR_NINT ? "-" : "",
						   item->value + (item->type == WT_CBOR_NINT));
			return wt_cbor_bad(in,
					   order ? "map label is out of order"
						 : "map has a label twice (RFC 8949 forbids it)");
		}
	}
	*last = label;
	return 0;
}

/* A label: integer or text. */
static int next_label(struct wt_cbor_in *in, struct wt_span *last, struct wt_cbor_item *ret)
{
	size_t at = in->off, len;
	int r;

	r = wt_cbor_look(in, ret, &len);
	if (r < 0)
		return r;
	if (ret->type != WT_CBOR_UINT && ret->type != WT_CBOR_NINT && ret->type != WT_CBOR_TEXT)
		return wt_cbor_bad(in, "%s as a map's label", type_name[ret->type]);
	in->off += len;
	return in_order(in, at, last, ret);
}

int wt_cbor_map_next(struct wt_cbor_in *in, struct wt_cbor_map *map, int64_t *ret_label)
{
	struct wt_cbor_item item;
	size_t at = in->off;
	int r;

	if (!map->left)
		return 0;
	r = next_label(in, &map->last, &item);
	if (r < 0)
		return r;
	if (item.type == WT_CBOR_TEXT || item.value > INT64_MAX) {
		in->off = at;
		return wt_cbor_bad(in, "a map label that is no integer of 64 bits");
	}
	map->left--;
	*ret_label = item.type == WT_CBOR_UINT ? (int64_t)item.value : -1 - (int64_t)item.value;
	return 1;
}

int wt_cbor_map_next_raw(struct wt_cbor_in *in, struct wt_cbor_map *map, struct wt_span *ret_label)
{
	struct wt_cbor_item item;
	int r;

	if (!map->left)
		return 0;
	r = next_label(in, &map->last, &item);
	if (r < 0)
		return r;
	map->left--;
	*ret_label = map->last;
	return 1;
}

/* --- skipping ---------------------------------------------------------------------------------- */

/* A container that is being skipped. */
struct level {
	uint64_t left; /* items; in a map, entries */
	bool map;
	struct wt_span last; /* label */
};

int wt_cbor_skip(struct wt_cbor_in *in, struct wt_span *ret_raw)
{
	struct level stack[WT_CBOR_DEPTH];
	size_t start = in->off, depth = 0, len;
	struct wt_cbor_item item;
	int r;

	for (;;) {
		r = wt_cbor_look(in, &item, &len);
		if (r < 0)
			return r;
		if (item.type == WT_CBOR_ARRAY || item.type == WT_CBOR_MAP ||
		    item.type == WT_CBOR_TAG) {
			if (depth == WT_CBOR_DEPTH)
				return wt_cbor_bad(in, "nested deeper than %d", WT_CBOR_DEPTH);
			stack[depth++] = (struct level){
				.left = item.type == WT_CBOR_TAG ? 1 : item.value,
				.map = item.type == WT_CBOR_MAP,
			};
		}
		in->off += len;
		/* What is complete now, is: a container ends with its last item. */
		while (depth && !stack[depth - 1].left)
			depth--;
		if (!depth)
			break;
		stack[depth - 1].left--;
		if (stack[depth - 1].map) {
			r = next_label(in, &stack[depth - 1].last, &item);
			if (r < 0)
				return r;
		}
	}
	if (ret_raw)
		*ret_raw = wt_span(in->p + start, in->off - start);
	return 0;
}
