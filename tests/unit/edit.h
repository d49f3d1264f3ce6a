/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Changes one value deep inside deterministic CBOR: for tests that need an object with one thing
 * wrong.
 */
#ifndef TESTS_UNIT_EDIT_H
#define TESTS_UNIT_EDIT_H

#include <stdlib.h>

#include "lib/cbor.h"
#include "tests/unit/from_hex.h"

/* Marks a step of a path that goes into an array (by index) or a map (by label) alike. */
struct edit_path {
	int64_t step[6];
	size_t n;
};

static inline void edit_copy_hex(struct wt_buf *out, const char *hex)
{
	struct wt_span s = from_hex(hex);

	wt_buf_append(out, s.p, s.n);
	free((void *)s.p);
}

/* Raw values are compared in the order of the map, so that a new label lands in its place. */
static inline bool edit_before(int64_t a, int64_t b)
{
	uint64_t x = a < 0 ? (uint64_t)(-1 - a) : (uint64_t)a;
	uint64_t y = b < 0 ? (uint64_t)(-1 - b) : (uint64_t)b;

	return (a < 0) != (b < 0) ? b < 0 : x < y;
}

/*
 * Writes `in` with the value at the path replaced by hex; hex NULL takes it (and its label) out; a
 * label that is not there is put in. Aborts when the path leads nowhere: a mistake in the test.
 */
static inline void edit(struct wt_span in, const struct edit_path *path, size_t depth,
			const char *hex, struct wt_buf *out)
{
	struct wt_span value[64];
	int64_t label[64], want;
	struct wt_buf body = { 0 };
	struct wt_cbor_map map;
	struct wt_cbor_in r;
	size_t n = 0, i, count;
	bool is_map, done = false;

	if (depth == path->n) {
		edit_copy_hex(out, hex);
		return;
	}
	want = path->step[depth];
	wt_cbor_init(&r, in, NULL);
	is_map = wt_cbor_peek(&r) == WT_CBOR_MAP;
	if (is_map) {
		if (wt_cbor_map(&r, &map))
			abort();
		while (wt_cbor_map_next(&r, &map, &label[n]) > 0)
			if (wt_cbor_skip(&r, &value[n]) || ++n == 64)
				abort();
	} else {
		if (wt_cbor_array(&r, &n) || n >= 64)
			abort();
		for (i = 0; i < n; i++) {
			label[i] = (int64_t)i;
			if (wt_cbor_skip(&r, &value[i]))
				abort();
		}
	}
	count = n;
	for (i = 0; i <= n; i++) {
		bool here = i < n && label[i] == want;

		if (!done && (here || i == n || (is_map && edit_before(want, label[i])))) {
			bool last = depth + 1 == path->n;

			done = true;
			if (!here && !last)
				abort();
			if (!here && hex)
				count++;
			if (here && last && !hex)
				count--;
			if (hex || !last) {
				if (is_map)
					wt_cbor_put_int(&body, want);
				if (here)
					edit(value[i], path, depth + 1, hex, &body);
				else
					edit_copy_hex(&body, hex);
			}
			if (here)
				continue;
		}
		if (i < n) {
			if (is_map)
				wt_cbor_put_int(&body, label[i]);
			wt_buf_append(&body, value[i].p, value[i].n);
		}
	}
	if (is_map)
		wt_cbor_put_map(out, count);
	else
		wt_cbor_put_array(out, count);
	wt_buf_append(out, body.p, body.n);
	wt_buf_free(&body);
}

#endif
