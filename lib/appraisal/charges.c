// SPDX-License-Identifier: Apache-2.0
/* The newest charges, kept so that they can be dealt anew. */
#include "lib/appraisal/private.h"

#include "lib/appraisal/grants.h"
#include "lib/appraisal/port.h"

/* --- one charge in bytes ------------------------------------------------------------------------ */

/* Seven bits a byte, the lowest first; the highest bit says that more follow. */
static void put(struct wt_buf *b, uint64_t v)
{
	uint8_t byte;

	do {
		byte = (uint8_t)((v & 0x7f) | (v > 0x7f ? 0x80 : 0));
		wt_buf_append(b, &byte, 1);
		v >>= 7;
	} while (v);
}

/* Either way from what is expected: small numbers for small differences. */
static void put_signed(struct wt_buf *b, uint64_t v, uint64_t expected)
{
	int64_t off = (int64_t)(v - expected);

	put(b, ((uint64_t)off << 1) ^ (off < 0 ? UINT64_MAX : 0));
}

static bool get(struct wt_span bytes, size_t *at, uint64_t *ret)
{
	uint64_t v = 0;
	unsigned int shift;

	for (shift = 0; shift < 64; shift += 7) {
		if (*at >= bytes.n)
			return false;
		v |= (uint64_t)(bytes.p[*at] & 0x7f) << shift;
		if (!(bytes.p[(*at)++] & 0x80)) {
			*ret = v;
			return true;
		}
	}
	return false;
}

static bool get_signed(struct wt_span bytes, size_t *at, uint64_t expected, uint64_t *ret)
{
	uint64_t v;

	if (!get(bytes, at, &v))
		return false;
	*ret = expected + ((v >> 1) ^ (0 - (v & 1)));
	return true;
}

static void put_energy(struct wt_buf *b, const struct wt_energy *e)
{
	put(b, e->low);
	put(b, e->best - e->low);
	put(b, e->high - e->best);
}

static bool get_energy(struct wt_span bytes, size_t *at, struct wt_energy *ret)
{
	if (!get(bytes, at, &ret->low) || !get(bytes, at, &ret->best) ||
	    !get(bytes, at, &ret->high))
		return false;
	return !__builtin_add_overflow(ret->low, ret->best, &ret->best) &&
	       !__builtin_add_overflow(ret->best, ret->high, &ret->high);
}

enum kind {
	OF_WINDOW,
	OF_GAP,
	OF_SETTLED_GAP,
	OF_WATCHED_GAP,
	KINDS
};

static enum kind kind_of(const struct charge *charge)
{
	if (!charge->is_gap)
		return OF_WINDOW;
	return charge->gap.settled ? OF_SETTLED_GAP : charge->gap.watched ? OF_WATCHED_GAP : OF_GAP;
}

static void put_gap(struct wt_buf *b, const struct gap *gap)
{
	size_t i;

	put(b, gap->nameplate_w);
	put(b, gap->rose_uj);
	put(b, gap->n_idle);
	for (i = 0; i < gap->n_idle; i++) {
		put(b, gap->idle[i].begin);
		put(b, gap->idle[i].minutes);
	}
}

static bool get_gap(struct wt_span bytes, size_t *at, struct gap *ret)
{
	uint64_t nameplate, n, begin, minutes;

	if (!get(bytes, at, &nameplate) || nameplate > UINT32_MAX ||
	    !get(bytes, at, &ret->rose_uj) || !get(bytes, at, &n) || n > WT_MAX_IDLE)
		return false;
	ret->nameplate_w = (uint32_t)nameplate;
	for (ret->n_idle = 0; ret->n_idle < n; ret->n_idle++) {
		if (!get(bytes, at, &begin) || begin >= WT_WEEK_MIN || !get(bytes, at, &minutes) ||
		    minutes < 1 || minutes > WT_WEEK_MIN)
			return false;
		ret->idle[ret->n_idle] = (struct wt_idle){ (uint16_t)begin, (uint16_t)minutes };
	}
	return true;
}

bool wt_charges_next(const struct charges *c, size_t *at, uint64_t *end_ns, struct charge *ret)
{
	struct wt_span bytes = wt_buf_span(&c->bytes);
	uint64_t kind, span_ns;

	*ret = (struct charge){ 0 };
	if (!get(bytes, at, &kind) || kind >= KINDS ||
	    !get_signed(bytes, at, *end_ns, &ret->from_ns) || !get(bytes, at, &span_ns) ||
	    __builtin_add_overflow(ret->from_ns, span_ns, &ret->to_ns) ||
	    !get_energy(bytes, at, &ret->energy))
		return false;
	*end_ns = ret->to_ns;
	ret->is_gap = kind != OF_WINDOW;
	if (!ret->is_gap)
		return true;
	ret->gap = (struct gap){ .from_ns = ret->from_ns,
				 .to_ns = ret->to_ns,
				 .settled = kind == OF_SETTLED_GAP,
				 .watched = kind == OF_WATCHED_GAP,
				 .measured = ret->energy };
	return get_gap(bytes, at, &ret->gap);
}

/* --- the queue ---------------------------------------------------------------------------------- */

void wt_charges_free(struct charges *c)
{
	wt_buf_free(&c->bytes);
}

void wt_charges_settle_all(struct wt_appraisal *a)
{
	struct charges *c = &a->charges;
	size_t i;

	wt_ledger_settle_all(&a->ledger);
	for (i = 0; i < a->n_orphans; i++)
		a->orphans[i].settled = a->orphans[i].used;
	if (c->last_ns > c->settled_ns)
		c->settled_ns = c->last_ns;
	wt_buf_free(&c->bytes);
	c->front = c->n = 0;
	c->before_ns = c->last_ns;
}

static void settle_piece(struct wt_appraisal *a, struct wt_charge *piece)
{
	struct wt_energy e = { .low = plus(piece->measured.low, piece->substituted.low),
			       .best = plus(piece->measured.best, piece->substituted.best),
			       .high = plus(piece->measured.high, piece->substituted.high) };

	wt_ledger_settle(&a->ledger, piece->from_ns, piece->to_ns, &e);
}

/* The oldest goes where it was debited: as nothing was given since, that is where it goes now. */
static void push_out(struct wt_appraisal *a)
{
	struct charges *c = &a->charges;
	struct charge oldest;
	size_t i;

	for (i = 0; i < a->n_orphans; i++) {
		/* Unless it went to a grant that is not at hand. */
		if (wt_energy_differs(&a->orphans[i].used, &a->orphans[i].settled)) {
			wt_charges_settle_all(a);
			return;
		}
	}
	if (!wt_charges_next(c, &c->front, &c->before_ns, &oldest))
		return;
	c->n--;
	if (oldest.to_ns > c->settled_ns)
		c->settled_ns = oldest.to_ns;
	if (oldest.is_gap)
		wt_off_deal(a, &oldest.gap, settle_piece, false);
	else
		wt_ledger_settle(&a->ledger, oldest.from_ns, oldest.to_ns, &oldest.energy);
	if (c->front < c->bytes.n / 2)
		return;
	memmove(c->bytes.p, c->bytes.p + c->front, c->bytes.n - c->front);
	c->bytes.n -= c->front;
	c->front = 0;
}

static void push(struct wt_appraisal *a, const struct charge *charge)
{
	struct charges *c = &a->charges;

	put(&c->bytes, kind_of(charge));
	put_signed(&c->bytes, charge->from_ns, c->last_ns);
	put(&c->bytes, charge->to_ns - charge->from_ns);
	put_energy(&c->bytes, &charge->energy);
	if (charge->is_gap)
		put_gap(&c->bytes, &charge->gap);
	c->last_ns = charge->to_ns;
	c->n++;
	if (c->bytes.err) {
		wt_charges_settle_all(a); /* so that it goes on, to no verdict */
		c->lost = true;
	}
	while (c->n > WT_CHARGES_KEPT)
		push_out(a);
}

void wt_charges_window(struct wt_appraisal *a, uint64_t from_ns, uint64_t to_ns,
		       const struct wt_energy *energy)
{
	struct charge charge = { .from_ns = from_ns,
				 .to_ns = to_ns > from_ns ? to_ns : from_ns, /* as debited */
				 .energy = *energy };

	push(a, &charge);
}

void wt_charges_gap(struct wt_appraisal *a, const struct gap *gap)
{
	struct charge charge = {
		.from_ns = gap->from_ns, .to_ns = gap->to_ns, .is_gap = true, .gap = *gap
	};

	if (gap->settled)
		charge.energy = gap->measured;
	push(a, &charge);
}

/* --- from run to run ---------------------------------------------------------------------------- */

static void check(struct wt_port *p, struct charges *c, uint64_t n)
{
	struct charge charge;
	size_t at = 0;

	c->last_ns = c->before_ns;
	for (c->n = 0; c->n < n && p->r == 0; c->n++) {
		if (!wt_charges_next(c, &at, &c->last_ns, &charge))
			p->r = wt_cbor_bad(p->in, "a charge that nobody wrote");
	}
	if (p->r == 0 && at != c->bytes.n)
		p->r = wt_cbor_bad(p->in, "more bytes behind the charges");
}

void wt_state_charges(struct wt_port *p, struct charges *c)
{
	struct wt_span kept = { 0 };
	uint64_t n = c->n;

	wt_port_group(p, 4);
	wt_port_number(p, &c->settled_ns);
	wt_port_number(p, &c->before_ns);
	wt_port_number(p, &n);
	if (p->r < 0)
		return;
	if (p->out) {
		kept = wt_buf_span(&c->bytes);
		kept.p = kept.p ? kept.p + c->front : NULL;
		kept.n -= c->front;
		wt_cbor_put_bytes(p->out, kept);
		return;
	}
	p->r = wt_cbor_bytes(p->in, &kept);
	if (p->r == 0 && n > WT_CHARGES_KEPT)
		p->r = wt_cbor_bad(p->in, "more than %d charges", WT_CHARGES_KEPT);
	if (p->r < 0)
		return;
	wt_buf_reset(&c->bytes);
	wt_buf_append(&c->bytes, kept.p, kept.n);
	c->front = 0;
	if (c->bytes.err)
		p->r = -ENOMEM;
	else
		check(p, c, n);
}
