// SPDX-License-Identifier: Apache-2.0
/*
 * The state between two runs: what struct history and the ledger hold, as deterministic CBOR.
 *
 * One description serves both ways: a port writes when it has an output and reads when it has an
 * input, so what is written and what is read can never differ.
 */
#include "lib/appraisal/private.h"

#include "lib/appraisal/grants.h"
#include "lib/appraisal/integrity.h"
#include "lib/appraisal/log.h"
#include "lib/appraisal/notices.h"
#include "lib/appraisal/port.h"

#define VERSION 3

static void energy(struct wt_port *p, struct wt_energy *e)
{
	wt_port_group(p, 3);
	wt_port_number(p, &e->low);
	wt_port_number(p, &e->best);
	wt_port_number(p, &e->high);
}

static void comparison(struct wt_port *p, struct comparison *c)
{
	wt_port_group(p, 4);
	wt_port_number(p, &c->time_ns);
	wt_port_number(p, &c->own_uj);
	wt_port_number(p, &c->input_uj);
	wt_port_number(p, &c->slack_ns);
}

static void source(struct wt_port *p, struct source *s)
{
	wt_port_group(p, 27);
	wt_port_number32(p, &s->id);
	wt_port_number8(p, &s->flags);
	wt_port_boolean(p, &s->known);
	wt_port_text(p, s->chip, sizeof(s->chip));
	wt_port_text(p, s->parent, sizeof(s->parent));
	wt_port_text(p, s->attribute, sizeof(s->attribute));
	wt_port_text(p, s->label, sizeof(s->label));
	wt_port_number(p, &s->added_ns);
	wt_port_number(p, &s->at.energy_uj);
	wt_port_number(p, &s->at.unmeasured_ns);
	wt_port_number32(p, &s->at.min_mw);
	wt_port_number32(p, &s->at.max_mw);
	wt_port_number32(p, &s->at.last_mw);
	wt_port_number32(p, &s->at.samples);
	wt_port_number32(p, &s->at.missed);
	wt_port_number32(p, &s->at.refused);
	wt_port_number(p, &s->sampled_ns);
	wt_port_number(p, &s->lit_ns);
	wt_port_number32(p, &s->last_mw);
	wt_port_number(p, &s->reported_ns);
	wt_port_number(p, &s->charged_ns);
	wt_port_number(p, &s->frozen_ns);
	wt_port_number32(p, &s->twin);
	wt_port_number32(p, &s->twin_windows);
	wt_port_boolean(p, &s->twin_varied);
	wt_port_boolean(p, &s->accumulator);
	wt_port_number(p, &s->reading_uj);
	s->at.id = s->id;
}

static void device(struct wt_port *p, struct device *d)
{
	wt_port_group(p, 16);
	wt_port_number32(p, &d->id);
	wt_port_number8(p, &d->bus);
	wt_port_number8(p, &d->flags);
	wt_port_boolean(p, &d->known);
	wt_port_number16(p, &d->vid);
	wt_port_number16(p, &d->pid);
	wt_port_text(p, d->path, sizeof(d->path));
	wt_port_text(p, d->serial, sizeof(d->serial));
	wt_port_text(p, d->product, sizeof(d->product));
	wt_port_number(p, &d->at.transfers_in);
	wt_port_number(p, &d->at.transfers_out);
	wt_port_number(p, &d->at.bytes_in);
	wt_port_number(p, &d->at.bytes_out);
	wt_port_number32(p, &d->at.errors);
	wt_port_boolean(p, &d->bare);
	wt_port_number(p, &d->worked_realtime_ns);
	d->at.id = d->id;
}

static void progress(struct wt_port *p, struct history *h)
{
	wt_port_group(p, 28);
	wt_port_number(p, &h->seq);
	wt_port_bytes(p, h->digest, sizeof(h->digest));
	wt_port_bytes(p, h->prev, sizeof(h->prev));
	wt_port_integer(p, &h->iat);
	wt_port_bytes(p, h->epoch, sizeof(h->epoch));
	wt_port_bytes(p, h->head, sizeof(h->head));
	wt_port_number(p, &h->next_record);
	wt_port_boolean(p, &h->whole);
	wt_port_boolean(p, &h->ended);
	wt_port_boolean(p, &h->counting);
	wt_port_number(p, &h->boottime_ns);
	wt_port_number(p, &h->counted_ns);
	wt_port_number(p, &h->skipped);
	wt_port_number(p, &h->realtime_ns);
	wt_port_number(p, &h->gap_from_ns);
	wt_port_number(p, &h->gap_least_ns);
	wt_port_number(p, &h->gap_boottime_ns);
	wt_port_integer(p, &h->offset_ns);
	wt_port_number(p, &h->stepped_ns);
	wt_port_number(p, &h->stepped_from_ns);
	wt_port_number(p, &h->sample_ns);
	wt_port_number(p, &h->max_gap_ns);
	wt_port_number(p, &h->observable_ns);
	wt_port_number(p, &h->unobserved_ns);
	wt_port_number(p, &h->probed_from_ns);
	wt_port_number(p, &h->undeclared);
	wt_port_number(p, &h->last_source);
	wt_port_number(p, &h->last_device);
}

static void sources(struct wt_port *p, struct history *h)
{
	size_t n = h->n_sources, i;
	struct source *grown, s;

	wt_port_list(p, &n);
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

static void devices(struct wt_port *p, struct history *h)
{
	size_t n = h->n_devices, i;
	struct device *grown, d;

	wt_port_list(p, &n);
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
static void comparisons(struct wt_port *p, struct wt_appraisal *a, struct history *h,
			bool same_registration)
{
	struct comparison other;
	size_t n = a->registered ? a->reg.n_sources : 0, i;

	wt_port_group(p, 2);
	other = h->outputs;
	comparison(p, &other);
	if (same_registration)
		h->outputs = other;
	wt_port_list(p, &n);
	for (i = 0; p->r == 0 && i < n; i++) {
		bool ours = same_registration && a->registered && i < a->reg.n_sources;

		other = ours ? h->checks[i] : (struct comparison){ 0 };
		comparison(p, &other);
		if (ours)
			h->checks[i] = other;
	}
}

static void grant(struct wt_port *p, struct orphan *g)
{
	wt_port_group(p, 2);
	wt_port_bytes(p, g->digest, sizeof(g->digest));
	energy(p, &g->used);
}

static void grants(struct wt_port *p, struct wt_appraisal *a)
{
	size_t n = a->ledger.n + a->n_orphans, i;
	struct orphan g;

	wt_port_list(p, &n);
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

/* By the registration's order, as comparisons. */
static void readings(struct wt_port *p, struct wt_appraisal *a, bool same_registration)
{
	size_t n = a->registered ? a->reg.n_sources : 0, i;
	uint64_t other;

	wt_port_list(p, &n);
	for (i = 0; p->r == 0 && i < n; i++) {
		bool ours = same_registration && a->registered && i < a->reg.n_sources;

		other = ours ? a->h.raw_uj[i] : NO_READING;
		wt_port_number(p, &other);
		if (ours)
			a->h.raw_uj[i] = other;
	}
}

static void curtailment(struct wt_port *p, struct notice *n)
{
	wt_port_group(p, 4);
	wt_port_bytes(p, n->digest, sizeof(n->digest));
	wt_port_number(p, &n->covered_ns);
	wt_port_number(p, &n->low_uj);
	wt_port_number(p, &n->best_uj);
}

/* Those in whose time windows were seen: of the others nothing needs to be kept. */
static void curtailments(struct wt_port *p, struct wt_appraisal *a)
{
	struct notice *kept, n;
	size_t count = 0, i;

	for (i = 0; p->out && i < a->n_notices; i++)
		count += a->notices[i].covered_ns > 0;
	wt_port_list(p, &count);
	for (i = 0; p->out && i < a->n_notices; i++) {
		if (a->notices[i].covered_ns > 0)
			curtailment(p, &a->notices[i]);
	}
	for (i = 0; !p->out && p->r == 0 && i < count; i++) {
		n = (struct notice){ 0 };
		curtailment(p, &n);
		if (p->r < 0)
			return;
		kept = wt_notice_place(a, n.digest);
		if (!kept) {
			p->r = -ENOMEM;
			return;
		}
		kept->covered_ns = n.covered_ns;
		kept->low_uj = n.low_uj;
		kept->best_uj = n.best_uj;
	}
}

static void state(struct wt_port *p, struct wt_appraisal *a)
{
	uint8_t registration[WT_SHA256_LEN];
	struct wt_cbor_map map = { 0 };
	uint64_t version = VERSION;
	bool same;

	if (p->out)
		wt_cbor_put_map(p->out, 11);
	else
		p->r = wt_cbor_map(p->in, &map);
	wt_port_label(p, &map, 1);
	wt_port_number(p, &version);
	if (p->r == 0 && version != VERSION)
		p->r = wt_cbor_bad(
			p->in, "a state of version %" PRIu64 ", and this program knows version %d",
			version, VERSION);
	wt_port_label(p, &map, 2);
	wt_port_bytes(p, a->h.ueid, sizeof(a->h.ueid));
	if (p->r == 0 && !p->out && a->registered &&
	    memcmp(a->h.ueid, a->reg.ueid, WT_UEID_LEN) != 0)
		p->r = wt_cbor_bad(p->in, "the state of another rig than %s", a->reg.rig);
	wt_port_label(p, &map, 3);
	memcpy(registration, a->registration_digest, sizeof(registration));
	wt_port_bytes(p, registration, sizeof(registration));
	same = a->registered &&
	       memcmp(registration, a->registration_digest, sizeof(registration)) == 0;
	wt_port_label(p, &map, 4);
	progress(p, &a->h);
	wt_port_label(p, &map, 5);
	sources(p, &a->h);
	wt_port_label(p, &map, 6);
	devices(p, &a->h);
	wt_port_label(p, &map, 7);
	comparisons(p, a, &a->h, same);
	wt_port_label(p, &map, 8);
	wt_port_group(p, 3);
	energy(p, &a->ledger.charged);
	energy(p, &a->ledger.over);
	grants(p, a);
	wt_port_label(p, &map, 9);
	curtailments(p, a);
	wt_port_label(p, &map, 10);
	readings(p, a, same);
	wt_port_label(p, &map, 11);
	wt_integrity_port(p, &a->h.watch);
	if (p->r == 0 && !p->out)
		p->r = wt_cbor_end(p->in);
}

static void forget(struct wt_appraisal *a)
{
	struct comparison *checks = a->h.checks;
	uint64_t *raw_uj = a->h.raw_uj;
	size_t i;

	free(a->h.sources);
	free(a->h.devices);
	a->h = (struct history){ .checks = checks, .raw_uj = raw_uj };
	wt_source_clear_meters(a);
	for (i = 0; a->registered && i < a->reg.n_sources; i++)
		checks[i] = (struct comparison){ 0 };
	for (i = 0; i < a->ledger.n; i++)
		a->ledger.accounts[i].used = (struct wt_energy){ 0 };
	a->ledger.charged = a->ledger.over = (struct wt_energy){ 0 };
	a->n_orphans = 0;
	for (i = 0; i < a->n_notices; i++)
		a->notices[i].covered_ns = a->notices[i].low_uj = a->notices[i].best_uj = 0;
}

int wt_appraisal_state_load(struct wt_appraisal *a, struct wt_span bytes_in, struct wt_err *err)
{
	struct wt_cbor_in in;
	struct wt_port port = { .in = &in };
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
	else
		wt_sequence_from(a);
	return port.r == -ENOMEM ? wt_fail(err, ENOMEM, "no memory for the state") : port.r;
}

int wt_appraisal_state_save(const struct wt_appraisal *a, struct wt_buf *ret, struct wt_err *err)
{
	struct wt_appraisal copy =
		*a; /* writing changes nothing, but the description is for both ways */
	struct wt_port port = { .out = ret };
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
