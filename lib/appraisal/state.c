// SPDX-License-Identifier: Apache-2.0
/*
 * The state between two runs: what struct history and the ledger hold, as deterministic CBOR.
 *
 * One description serves both ways: a port writes when it has an output and reads when it has an input, so what is
 * written and what is read can never differ.
 */
#include "lib/appraisal/private.h"

#include "lib/cbor.h"

#define VERSION 1
#define MAX_ITEMS 65536

struct port {
	struct wt_buf *out; /* NULL: reading */
	struct wt_cbor_in *in;
	int r; /* the first failure; after it nothing is done */
};

static void number(struct port *p, uint64_t *v)
{
	if (p->r < 0)
		return;
	if (p->out)
		wt_cbor_put_uint(p->out, *v);
	else
		p->r = wt_cbor_uint(p->in, v);
}

static void number32(struct port *p, uint32_t *v)
{
	uint64_t wide = *v;

	number(p, &wide);
	if (p->r == 0 && wide > UINT32_MAX)
		p->r = wt_cbor_bad(p->in, "a number beyond 32 bits");
	if (p->r == 0)
		*v = (uint32_t)wide;
}

static void number16(struct port *p, uint16_t *v)
{
	uint32_t wide = *v;

	number32(p, &wide);
	if (p->r == 0 && wide > UINT16_MAX)
		p->r = wt_cbor_bad(p->in, "a number beyond 16 bits");
	if (p->r == 0)
		*v = (uint16_t)wide;
}

static void number8(struct port *p, uint8_t *v)
{
	uint32_t wide = *v;

	number32(p, &wide);
	if (p->r == 0 && wide > UINT8_MAX)
		p->r = wt_cbor_bad(p->in, "a number beyond 8 bits");
	if (p->r == 0)
		*v = (uint8_t)wide;
}

static void integer(struct port *p, int64_t *v)
{
	if (p->r < 0)
		return;
	if (p->out)
		wt_cbor_put_int(p->out, *v);
	else
		p->r = wt_cbor_int(p->in, v);
}

static void boolean(struct port *p, bool *v)
{
	if (p->r < 0)
		return;
	if (p->out)
		wt_cbor_put_bool(p->out, *v);
	else
		p->r = wt_cbor_bool(p->in, v);
}

static void bytes(struct port *p, uint8_t *v, size_t n)
{
	if (p->r < 0)
		return;
	if (p->out)
		wt_cbor_put_bytes(p->out, wt_span(v, n));
	else
		p->r = wt_cbor_bytes_to(p->in, v, n);
}

static void text(struct port *p, char *v, size_t cap)
{
	if (p->r < 0)
		return;
	if (p->out)
		wt_cbor_put_text(p->out, v);
	else
		p->r = wt_cbor_text_to(p->in, v, cap);
}

/* An array of any length. */
static void list(struct port *p, size_t *n)
{
	if (p->r < 0)
		return;
	if (p->out)
		wt_cbor_put_array(p->out, *n);
	else
		p->r = wt_cbor_array(p->in, n);
	if (p->r == 0 && *n > MAX_ITEMS)
		p->r = p->out ? -E2BIG : wt_cbor_bad(p->in, "more than %d items", MAX_ITEMS);
}

/* An array of that length. */
static void group(struct port *p, size_t n)
{
	size_t there = n;

	list(p, &there);
	if (p->r == 0 && there != n)
		p->r = wt_cbor_bad(p->in, "%zu items instead of %zu", there, n);
}

static void energy(struct port *p, struct wt_energy *e)
{
	group(p, 3);
	number(p, &e->low);
	number(p, &e->best);
	number(p, &e->high);
}

static void comparison(struct port *p, struct comparison *c)
{
	group(p, 4);
	number(p, &c->time_ns);
	number(p, &c->own_uj);
	number(p, &c->input_uj);
	number(p, &c->slack_ns);
}

static void source(struct port *p, struct source *s)
{
	group(p, 25);
	number32(p, &s->id);
	number8(p, &s->flags);
	boolean(p, &s->known);
	text(p, s->chip, sizeof(s->chip));
	text(p, s->parent, sizeof(s->parent));
	text(p, s->attribute, sizeof(s->attribute));
	text(p, s->label, sizeof(s->label));
	number(p, &s->added_ns);
	number(p, &s->at.energy_uj);
	number(p, &s->at.unmeasured_ns);
	number32(p, &s->at.min_mw);
	number32(p, &s->at.max_mw);
	number32(p, &s->at.last_mw);
	number32(p, &s->at.samples);
	number32(p, &s->at.missed);
	number32(p, &s->at.refused);
	number(p, &s->sampled_ns);
	number(p, &s->lit_ns);
	number32(p, &s->last_mw);
	number(p, &s->reported_ns);
	number(p, &s->charged_ns);
	number(p, &s->frozen_ns);
	number32(p, &s->twin);
	number32(p, &s->twin_windows);
	boolean(p, &s->twin_varied);
	s->at.id = s->id;
}

static void device(struct port *p, struct device *d)
{
	group(p, 16);
	number32(p, &d->id);
	number8(p, &d->bus);
	number8(p, &d->flags);
	boolean(p, &d->known);
	number16(p, &d->vid);
	number16(p, &d->pid);
	text(p, d->path, sizeof(d->path));
	text(p, d->serial, sizeof(d->serial));
	text(p, d->product, sizeof(d->product));
	number(p, &d->at.transfers_in);
	number(p, &d->at.transfers_out);
	number(p, &d->at.bytes_in);
	number(p, &d->at.bytes_out);
	number32(p, &d->at.errors);
	boolean(p, &d->bare);
	number(p, &d->worked_realtime_ns);
	d->at.id = d->id;
}

static void progress(struct port *p, struct history *h)
{
	group(p, 18);
	number(p, &h->seq);
	bytes(p, h->digest, sizeof(h->digest));
	bytes(p, h->epoch, sizeof(h->epoch));
	bytes(p, h->head, sizeof(h->head));
	number(p, &h->next_record);
	boolean(p, &h->whole);
	boolean(p, &h->ended);
	boolean(p, &h->counting);
	number(p, &h->boottime_ns);
	number(p, &h->counted_ns);
	number(p, &h->skipped);
	number(p, &h->realtime_ns);
	integer(p, &h->offset_ns);
	number(p, &h->sample_ns);
	number(p, &h->max_gap_ns);
	number(p, &h->undeclared);
	number(p, &h->last_source);
	number(p, &h->last_device);
}

static void sources(struct port *p, struct history *h)
{
	size_t n = h->n_sources, i;
	struct source *grown, s;

	list(p, &n);
	for (i = 0; p->r == 0 && i < n; i++) {
		s = p->out ? h->sources[i] : (struct source){ .registered = UNREGISTERED };
		source(p, &s);
		if (p->out || p->r < 0)
			continue;
		if (i > 0 && s.id <= h->sources[i - 1].id) {
			p->r = wt_cbor_bad(p->in, "sources out of order");
			return;
		}
		grown = room_for_one(h->sources, h->n_sources, sizeof(*grown));
		if (!grown) {
			p->r = -ENOMEM;
			return;
		}
		h->sources = grown;
		grown[h->n_sources++] = s;
	}
}

static void devices(struct port *p, struct history *h)
{
	size_t n = h->n_devices, i;
	struct device *grown, d;

	list(p, &n);
	for (i = 0; p->r == 0 && i < n; i++) {
		d = p->out ? h->devices[i] : (struct device){ .registered = UNREGISTERED };
		device(p, &d);
		if (p->out || p->r < 0)
			continue;
		if (i > 0 && d.id <= h->devices[i - 1].id) {
			p->r = wt_cbor_bad(p->in, "devices out of order");
			return;
		}
		grown = room_for_one(h->devices, h->n_devices, sizeof(*grown));
		if (!grown) {
			p->r = -ENOMEM;
			return;
		}
		h->devices = grown;
		grown[h->n_devices++] = d;
	}
}

/* Comparisons hang on the registration's order: those of another registration are read over. */
static void comparisons(struct port *p, struct wt_appraisal *a, struct history *h, bool same_registration)
{
	struct comparison other;
	size_t n = a->registered ? a->reg.n_sources : 0, i;

	group(p, 2);
	other = h->outputs;
	comparison(p, &other);
	if (same_registration)
		h->outputs = other;
	list(p, &n);
	for (i = 0; p->r == 0 && i < n; i++) {
		bool ours = same_registration && a->registered && i < a->reg.n_sources;

		other = ours ? h->checks[i] : (struct comparison){ 0 };
		comparison(p, &other);
		if (ours)
			h->checks[i] = other;
	}
}

static void grant(struct port *p, struct orphan *g)
{
	group(p, 2);
	bytes(p, g->digest, sizeof(g->digest));
	energy(p, &g->used);
}

static void grants(struct port *p, struct wt_appraisal *a)
{
	size_t n = a->ledger.n + a->n_orphans, i;
	struct orphan g;

	list(p, &n);
	for (i = 0; p->r == 0 && i < n; i++) {
		g = (struct orphan){ 0 };
		if (p->out && i < a->ledger.n) {
			g.used = a->ledger.accounts[i].used;
			memcpy(g.digest, a->ledger.accounts[i].digest, sizeof(g.digest));
		} else if (p->out) {
			g = a->orphans[i - a->ledger.n];
		}
		grant(p, &g);
		if (!p->out && p->r == 0 && (g.used.low | g.used.best | g.used.high) != 0)
			p->r = wt_grants_used(a, g.digest, &g.used);
	}
}

/* A label of the state's map. */
static void label(struct port *p, struct wt_cbor_map *map, int64_t wanted)
{
	int64_t there = wanted;
	int more;

	if (p->r < 0)
		return;
	if (p->out) {
		wt_cbor_put_int(p->out, wanted);
		return;
	}
	more = wt_cbor_map_next(p->in, map, &there);
	if (more < 0)
		p->r = more;
	else if (more == 0 || there != wanted)
		p->r = wt_cbor_bad(p->in, "no field %d", (int)wanted);
}

static void state(struct port *p, struct wt_appraisal *a)
{
	uint8_t registration[WT_SHA256_LEN];
	struct wt_cbor_map map = { 0 };
	uint64_t version = VERSION;
	bool same;

	if (p->out)
		wt_cbor_put_map(p->out, 8);
	else
		p->r = wt_cbor_map(p->in, &map);
	label(p, &map, 1);
	number(p, &version);
	if (p->r == 0 && version != VERSION)
		p->r = wt_cbor_bad(p->in, "a state of version %" PRIu64 ", and this program knows version %d", version, VERSION);
	label(p, &map, 2);
	bytes(p, a->h.ueid, sizeof(a->h.ueid));
	if (p->r == 0 && !p->out && a->registered && memcmp(a->h.ueid, a->reg.ueid, WT_UEID_LEN) != 0)
		p->r = wt_cbor_bad(p->in, "the state of another rig than %s", a->reg.rig);
	label(p, &map, 3);
	memcpy(registration, a->registration_digest, sizeof(registration));
	bytes(p, registration, sizeof(registration));
	same = a->registered && memcmp(registration, a->registration_digest, sizeof(registration)) == 0;
	label(p, &map, 4);
	progress(p, &a->h);
	label(p, &map, 5);
	sources(p, &a->h);
	label(p, &map, 6);
	devices(p, &a->h);
	label(p, &map, 7);
	comparisons(p, a, &a->h, same);
	label(p, &map, 8);
	group(p, 3);
	energy(p, &a->ledger.charged);
	energy(p, &a->ledger.over);
	grants(p, a);
	if (p->r == 0 && !p->out)
		p->r = wt_cbor_end(p->in);
}

static void forget(struct wt_appraisal *a)
{
	struct comparison *checks = a->h.checks;
	size_t i;

	free(a->h.sources);
	free(a->h.devices);
	a->h = (struct history){ .checks = checks };
	for (i = 0; a->registered && i < a->reg.n_sources; i++)
		checks[i] = (struct comparison){ 0 };
	for (i = 0; i < a->ledger.n; i++)
		a->ledger.accounts[i].used = (struct wt_energy){ 0 };
	a->ledger.charged = a->ledger.over = (struct wt_energy){ 0 };
	a->n_orphans = 0;
}

int wt_appraisal_state_load(struct wt_appraisal *a, struct wt_span bytes_in, struct wt_err *err)
{
	struct wt_cbor_in in;
	struct port port = { .in = &in };
	size_t i;

	if (a->h.begun)
		return wt_fail(err, EINVAL, "a state belongs before the first attestation");
	wt_cbor_init(&in, bytes_in, err);
	state(&port, a);
	a->h.begun = true;
	for (i = 0; port.r == 0 && i < a->h.n_sources; i++)
		port.r = wt_source_match(a, &a->h.sources[i]);
	for (i = 0; port.r == 0 && i < a->h.n_devices; i++)
		port.r = wt_device_match(a, &a->h.devices[i]);
	if (port.r < 0)
		forget(a);
	return port.r == -ENOMEM ? wt_fail(err, ENOMEM, "no memory for the state") : port.r;
}

int wt_appraisal_state_save(const struct wt_appraisal *a, struct wt_buf *ret, struct wt_err *err)
{
	struct wt_appraisal copy = *a; /* writing changes nothing, but the description is for both ways */
	struct port port = { .out = ret };
	size_t before = ret->n;

	if (!a->h.begun)
		return wt_fail(err, ENODATA, "no attestation was accepted, so there is no state");
	state(&port, &copy);
	if (ret->err) {
		ret->n = before;
		return wt_fail(err, ENOMEM, "no memory for the state");
	}
	return port.r < 0 ? wt_fail(err, -port.r, "the state is too large") : 0;
}
