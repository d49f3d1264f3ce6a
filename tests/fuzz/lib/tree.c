// SPDX-License-Identifier: Apache-2.0
#include "tree.h"

#include <string.h>

#include "fuzz.h"
#include "lib/cbor.h"

enum kind {
	NUMBER, /* to a value that is often a bound */
	ADD, /* a small or large difference */
	BYTE, /* of a string */
	LENGTH, /* of a string */
	DROP, /* a container's item */
	TWICE,
	SWAP, /* it and the next */
	REPLACE, /* by another item of the tree */
	EMPTY,
	KINDS
};

struct edit {
	enum kind kind;
	size_t node; /* in order of their heads */
	size_t child; /* of a container */
	uint64_t value;
	struct wt_span other; /* an item */
};

struct walk {
	struct wt_cbor_in in;
	struct wt_buf *out;
	const struct edit *edit;
	size_t nodes;
};

static const uint64_t bounds[] = { 0,	       1,	   2,	       23,	  24,
				   127,	       255,	   256,	       65535,	  65536,
				   INT32_MAX,  UINT32_MAX, 1ull << 32, INT64_MAX, 1ull << 63,
				   UINT64_MAX, 9223372036, 9223372037, 1000000,	  1000001,
				   3600,       1767225600, 1000000000 };

static void item(struct walk *w);

static uint64_t changed(const struct edit *edit, uint64_t v)
{
	if (edit->kind == ADD)
		return v + (uint64_t)(int64_t)(int32_t)edit->value;
	return edit->value & 1 ? bounds[(edit->value >> 1) % (sizeof(bounds) / sizeof(bounds[0]))]
			       : edit->value >> 1;
}

static void number(struct walk *w, bool hit, bool negative)
{
	uint64_t v = 0;
	int64_t i = 0;

	if (negative)
		(void)(wt_cbor_int(&w->in, &i) < 0 ? wt_cbor_skip(&w->in, NULL) : 0);
	else
		(void)wt_cbor_uint(&w->in, &v);
	if (!hit) {
		if (negative)
			wt_cbor_put_int(w->out, i);
		else
			wt_cbor_put_uint(w->out, v);
	} else if (w->edit->kind == BYTE) { /* the other sign */
		wt_cbor_put_int(w->out,
				negative ? (int64_t)(0 - (uint64_t)i) : -(int64_t)(v & INT64_MAX));
	} else {
		wt_cbor_put_uint(w->out, changed(w->edit, negative ? (uint64_t)i : v));
	}
}

static void string(struct walk *w, bool hit, bool text)
{
	static const uint8_t zeros[64];
	struct wt_span s = { 0 };
	struct wt_buf b = { 0 };

	(void)(text ? wt_cbor_text(&w->in, &s) : wt_cbor_bytes(&w->in, &s));
	wt_buf_append(&b, s.p, s.n);
	if (hit && w->edit->kind == BYTE && b.n)
		b.p[w->edit->child % b.n] ^= (uint8_t)(w->edit->value | !w->edit->value);
	if (hit && w->edit->kind == LENGTH && b.n)
		b.n = w->edit->child % b.n;
	if (hit && w->edit->kind == ADD)
		wt_buf_append(&b, zeros, w->edit->child % sizeof(zeros));
	if (text)
		wt_cbor_put_text_span(w->out, wt_buf_span(&b));
	else
		wt_cbor_put_bytes(w->out, wt_buf_span(&b));
	wt_buf_free(&b);
}

/* One child: of a map, a label and its value. */
static void child(struct walk *w, bool map)
{
	if (map)
		item(w);
	item(w);
}

static void container(struct walk *w, bool hit, bool map)
{
	struct wt_cbor_map entries = { 0 };
	size_t n = 0, at = 0, swap = SIZE_MAX, i;

	if (map) {
		(void)wt_cbor_map(&w->in, &entries);
		n = entries.left;
	} else {
		(void)wt_cbor_array(&w->in, &n);
	}
	if (hit && n)
		at = w->edit->child % n;
	i = n;
	if (hit && n && w->edit->kind == DROP)
		i--;
	if (hit && n && w->edit->kind == TWICE)
		i++;
	if (map)
		wt_cbor_put_map(w->out, i);
	else
		wt_cbor_put_array(w->out, i);
	for (i = 0; i < n; i++) {
		size_t begin = w->out->n, back = w->in.off;

		child(w, map);
		if (!hit || i != at) {
			if (swap != SIZE_MAX && i == at + 1) { /* behind it, the one before */
				struct wt_buf first = { 0 };
				size_t len = begin - swap;

				wt_buf_append(&first, w->out->p + swap, len);
				memmove(w->out->p + swap, w->out->p + begin, w->out->n - begin);
				memcpy(w->out->p + w->out->n - len, first.p, len);
				wt_buf_free(&first);
			}
			continue;
		}
		if (w->edit->kind == DROP)
			w->out->n = begin;
		if (w->edit->kind == TWICE) {
			w->in.off = back;
			child(w, map);
		}
		if (w->edit->kind == SWAP)
			swap = begin;
	}
}

static void item(struct walk *w)
{
	bool hit = w->edit && w->nodes++ == w->edit->node;
	struct wt_span raw = { 0 };
	uint64_t tag = 0;
	int type = wt_cbor_peek(&w->in);

	if (hit && (w->edit->kind == REPLACE || w->edit->kind == EMPTY)) {
		(void)wt_cbor_skip(&w->in, NULL);
		if (w->edit->kind == REPLACE)
			wt_buf_append(w->out, w->edit->other.p, w->edit->other.n);
		else if (type == WT_CBOR_BYTES)
			wt_cbor_put_bytes(w->out, wt_span(NULL, 0));
		else if (type == WT_CBOR_ARRAY)
			wt_cbor_put_array(w->out, 0);
		else
			wt_cbor_put_null(w->out);
		return;
	}
	switch (type) {
	case WT_CBOR_UINT:
	case WT_CBOR_NINT:
		number(w, hit, type == WT_CBOR_NINT);
		break;
	case WT_CBOR_BYTES:
	case WT_CBOR_TEXT:
		string(w, hit, type == WT_CBOR_TEXT);
		break;
	case WT_CBOR_ARRAY:
	case WT_CBOR_MAP:
		container(w, hit, type == WT_CBOR_MAP);
		break;
	case WT_CBOR_TAG:
		(void)wt_cbor_tag(&w->in, &tag);
		wt_cbor_put_tag(w->out, hit ? changed(w->edit, tag) : tag);
		item(w);
		break;
	default:
		(void)wt_cbor_skip(&w->in, &raw);
		wt_buf_append(w->out, raw.p, raw.n);
	}
}

/* Copies it without an edit, up to a node: counts them, and finds one. */
static size_t walk_to(struct wt_span in, size_t node, struct wt_span *ret)
{
	const struct edit none = { .kind = KINDS, .node = SIZE_MAX };
	struct wt_buf scratch = { 0 };
	struct walk w = { .out = &scratch, .edit = &none };
	struct edit find = { .kind = EMPTY, .node = node };
	size_t before, nodes;

	wt_cbor_init(&w.in, in, NULL);
	item(&w);
	nodes = w.nodes;
	if (ret) { /* what goes when it becomes empty */
		wt_buf_reset(&scratch);
		w = (struct walk){ .out = &scratch, .edit = &find };
		wt_cbor_init(&w.in, in, NULL);
		before = 0;
		*ret = wt_span(in.p, 0);
		/* the item begins where both copies still agree */
		item(&w);
		while (before < scratch.n && before < in.n && scratch.p[before] == in.p[before])
			before++;
		wt_cbor_init(&w.in, wt_span(in.p + before, in.n - before), NULL);
		if (before >= in.n || wt_cbor_skip(&w.in, ret) < 0)
			*ret = wt_span(in.p, 0);
	}
	wt_buf_free(&scratch);
	return nodes;
}

bool tree_edit(struct wt_span in, struct wt_span *how, struct wt_buf *out)
{
	struct wt_cbor_in strict;
	struct edit edit;
	struct walk w = { .out = out, .edit = &edit };
	size_t nodes;

	wt_cbor_init(&strict, in, NULL);
	if (wt_cbor_skip(&strict, &in) < 0)
		return false;
	nodes = walk_to(in, 0, NULL);
	edit = (struct edit){ .kind = fuzz_u8(how) % KINDS, .node = fuzz_u16(how) % nodes };
	edit.child = fuzz_u16(how);
	edit.value = edit.kind == ADD ? (uint64_t)(int16_t)fuzz_u16(how) : fuzz_u64(how);
	if (edit.kind == REPLACE)
		walk_to(in, edit.value % nodes, &edit.other);
	if (edit.kind == REPLACE && !edit.other.n)
		edit.kind = EMPTY;
	wt_cbor_init(&w.in, in, NULL);
	item(&w);
	return true;
}
