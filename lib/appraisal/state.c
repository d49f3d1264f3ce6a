// SPDX-License-Identifier: Apache-2.0
/*
 * The state between two runs: what struct history and the ledger hold, as deterministic CBOR.
 *
 * One description serves both ways: a port writes when it has an output and reads when it has an
 * input, so what is written and what is read can never differ.
 */
#include "lib/appraisal/private.h"

#include "lib/appraisal/integrity.h"
#include "lib/appraisal/log.h"
#include "lib/appraisal/notices.h"
#include "lib/appraisal/port.h"
#include "lib/appraisal/state.h"
#include "lib/appraisal/state_tpm.h"
#include "lib/appraisal/witness.h"

#define VERSION 5

static void version(struct wt_port *p)
{
	uint64_t v = VERSION;

	wt_port_number(p, &v);
	if (p->r == 0 && v != VERSION)
		p->r = wt_cbor_bad(p->in,
				   "a state of version %" PRIu64
				   ", and this program reads version %d: judge "
				   "the rig from its first attestation on, into a new state",
				   v, VERSION);
}

static void rig(struct wt_port *p, struct wt_appraisal *a)
{
	wt_port_bytes(p, a->h.ueid, sizeof(a->h.ueid));
	if (p->r == 0 && !p->out && a->registered &&
	    memcmp(a->h.ueid, a->reg.ueid, WT_UEID_LEN) != 0)
		p->r = wt_cbor_bad(p->in, "the state of another rig than %s", a->reg.rig);
}

/* Which one was in force; of one that is not given only that it was another. */
static void registration(struct wt_port *p, struct wt_appraisal *a)
{
	uint8_t digest[WT_SHA256_LEN] = { 0 };
	size_t at;

	if (a->registered)
		memcpy(digest, a->registrations[a->in_force]->digest, sizeof(digest));
	wt_port_bytes(p, digest, sizeof(digest));
	if (p->out || p->r < 0)
		return;
	at = wt_registration_find(a, digest);
	if (at == a->n_registrations)
		return;
	a->chosen = at;
	a->entered = true;
	p->r = wt_renewal_enter(a);
}

static void state(struct wt_port *p, struct wt_appraisal *a)
{
	struct wt_cbor_map map = { 0 };

	if (p->out)
		wt_cbor_put_map(p->out, 13);
	else
		p->r = wt_cbor_map(p->in, &map);
	wt_port_label(p, &map, 1);
	version(p);
	wt_port_label(p, &map, 2);
	rig(p, a);
	wt_port_label(p, &map, 3);
	registration(p, a);
	wt_port_label(p, &map, 4);
	wt_state_progress(p, &a->h);
	wt_port_label(p, &map, 5);
	wt_state_sources(p, &a->h);
	wt_port_label(p, &map, 6);
	wt_state_devices(p, &a->h);
	wt_port_label(p, &map, 7);
	wt_state_carried(p, a);
	wt_port_label(p, &map, 8);
	wt_state_ledger(p, a);
	wt_port_label(p, &map, 9);
	wt_state_notices(p, a);
	wt_port_label(p, &map, 10);
	wt_state_charges(p, &a->charges);
	wt_port_label(p, &map, 11);
	wt_integrity_port(p, &a->h.watch);
	wt_port_label(p, &map, 12);
	wt_software_port(p, &a->h.software);
	wt_port_label(p, &map, 13);
	wt_state_tpm(p, a);
	if (p->r == 0 && !p->out)
		p->r = wt_cbor_end(p->in);
}

static void forget(struct wt_appraisal *a)
{
	struct comparison *checks = a->h.checks;
	uint64_t *raw_uj = a->h.raw_uj;
	struct witness *witness = a->h.witness;
	size_t i, kept;

	free(a->h.sources);
	free(a->h.devices);
	a->h = (struct history){ .checks = checks, .raw_uj = raw_uj, .witness = witness };
	if (witness)
		*witness = (struct witness){ .pcr = WATTEST_PCR_NONE };
	wt_source_clear_meters(a);
	for (i = 0; a->registered && i < a->reg.n_sources; i++)
		checks[i] = (struct comparison){ 0 };
	for (i = 0; i < a->ledger.n; i++) {
		a->ledger.accounts[i].used = a->ledger.accounts[i].settled =
			(struct wt_energy){ 0 };
		a->ledger.accounts[i].dealt = false;
	}
	a->ledger.charged = a->ledger.over = (struct wt_energy){ 0 };
	a->ledger.settled_charged = a->ledger.settled_over = (struct wt_energy){ 0 };
	a->n_orphans = 0;
	wt_charges_free(&a->charges);
	a->charges = (struct charges){ 0 };
	for (i = kept = 0; i < a->n_notices; i++) {
		struct notice *n = &a->notices[i];

		if (!n->told)
			continue;
		n->covered_ns = n->low_uj = n->best_uj = 0;
		n->dealt = false;
		a->notices[kept++] = *n;
	}
	a->n_notices = kept;
	wt_notices_revoke(a);
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
	a->resumed = port.r == 0;
	return port.r == -ENOMEM ? wt_fail(err, ENOMEM, "no memory for the state") : port.r;
}

bool wt_appraisal_news(const struct wt_appraisal *a)
{
	bool told = false;

	for (size_t i = 0; i < a->n_notices; i++)
		told |= a->notices[i].told;
	return a->run.attestations > 0 || (told && a->h.begun && a->registered);
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
	if (ret->err || a->charges.lost) {
		ret->n = before;
		return wt_fail(err, ENOMEM, "no memory for the state");
	}
	return port.r < 0 ? wt_fail(err, -port.r, "the state is too large") : 0;
}
