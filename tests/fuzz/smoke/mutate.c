// SPDX-License-Identifier: Apache-2.0
#include "mutate.h"

#include <string.h>

#include "tests/fuzz/lib/fuzz.h"
#include "tests/fuzz/lib/tree.h"

/* splitmix64 */
static uint64_t next(struct mutator *m)
{
	uint64_t z = m->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

size_t mutator_below(struct mutator *m, size_t n)
{
	return n ? (size_t)(next(m) % n) : 0;
}

static void insert(struct wt_buf *in, size_t at, const void *p, size_t n)
{
	size_t tail = in->n - at;

	if (!wt_buf_extend(in, n))
		return;
	memmove(in->p + at + n, in->p + at, tail);
	memcpy(in->p + at, p, n);
}

static void edit_tree(struct mutator *m, struct wt_buf *in)
{
	uint64_t random[2] = { next(m), next(m) };
	struct wt_span how = wt_span(random, sizeof(random));
	struct wt_buf out = { 0 };

	if (tree_edit(wt_buf_span(in), &how, &out)) {
		wt_buf_reset(in);
		wt_buf_append(in, out.p, out.n);
	}
	wt_buf_free(&out);
}

static void mutate_once(struct mutator *m, struct wt_buf *in, struct wt_span other)
{
	static const uint8_t often[] = { 0,    1,    0x7f, 0x80, 0xff, 0x18, 0x1b,
					 0x3b, 0x5b, 0x9b, 0xbb, '"',  '\n' };
	size_t at = mutator_below(m, in->n), n;
	uint8_t byte;

	switch (mutator_below(m, in->n ? 8 : 1)) {
	case 0: /* a byte more */
		byte = often[mutator_below(m, sizeof(often))];
		insert(in, at, &byte, 1);
		break;
	case 1:
		in->p[at] ^= (uint8_t)(1u << mutator_below(m, 8));
		break;
	case 2:
		in->p[at] = often[mutator_below(m, sizeof(often))];
		break;
	case 3:
		in->p[at] = (uint8_t)next(m);
		break;
	case 4: /* some less */
		n = 1 + mutator_below(m, 8);
		n = n < in->n - at ? n : in->n - at;
		memmove(in->p + at, in->p + at + n, in->n - at - n);
		in->n -= n;
		break;
	case 5: /* the end */
		in->n = at;
		break;
	case 6: /* a piece of another */
		if (other.n) {
			size_t from = mutator_below(m, other.n);

			n = 1 + mutator_below(m, other.n - from);
			insert(in, at, other.p + from, n < 256 ? n : 256);
		}
		break;
	default:
		edit_tree(m, in);
	}
}

void mutate(struct mutator *m, struct wt_buf *in, struct wt_span other)
{
	size_t n = 1 + mutator_below(m, 4);

	while (n-- > 0)
		mutate_once(m, in, other);
}
