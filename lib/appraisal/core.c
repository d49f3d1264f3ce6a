// SPDX-License-Identifier: Apache-2.0
/* The appraisal's life: made, fed one attestation after the other, concluded, freed. */
#include "lib/appraisal/private.h"

#include "lib/appraisal/freshness.h"
#include "lib/appraisal/grants.h"
#include "lib/appraisal/log.h"
#include "lib/appraisal/witness.h"
#include "lib/appraisal/site.h"

#include <stdio.h>

int wt_appraisal_new(struct wt_trust *trust, const struct wt_appraisal_options *options,
		     struct wt_appraisal **ret, struct wt_err *err)
{
	struct wt_appraisal *a;

	if (options->nonce.p &&
	    (options->nonce.n < WATTEST_NONCE_MIN || options->nonce.n > WATTEST_NONCE_MAX))
		return wt_fail(err, EINVAL, "a nonce has %u to %u bytes, not %zu",
			       WATTEST_NONCE_MIN, WATTEST_NONCE_MAX, options->nonce.n);
	a = calloc(1, sizeof(*a));
	if (!a)
		return wt_fail(err, ENOMEM, "no memory for an appraisal");
	a->trust = trust;
	a->now = options->now;
	a->rig.path_from = 1; /* until 0: not checked yet */
	if (options->nonce.p) {
		a->nonce_len = options->nonce.n;
		memcpy(a->nonce, options->nonce.p, options->nonce.n);
	}
	*ret = a;
	return 0;
}

void wt_appraisal_free(struct wt_appraisal *a)
{
	if (!a)
		return;
	wt_registrations_free(a);
	wt_chains_clear(&a->chains);
	wt_ledger_clear(&a->ledger);
	wt_charges_free(&a->charges);
	wt_buf_free(&a->scratch);
	free(a->orphans);
	free(a->site_grants);
	free(a->notices);
	free(a->meters);
	free(a->h.sources);
	free(a->h.devices);
	free(a->h.checks);
	free(a->h.raw_uj);
	free(a->h.witness);
	free(a->run.due_ns);
	free(a->run.seen);
	free(a->run.older);
	free(a->run.grants);
	free(a->run.sources);
	free(a->run.devices);
	free(a->run.sightings);
	free(a);
}

const struct wt_ledger *wt_appraisal_ledger(const struct wt_appraisal *a)
{
	return &a->ledger;
}

void wt_appraisal_newest(const struct wt_appraisal *a, uint8_t ret_digest[WT_SHA256_LEN])
{
	memcpy(ret_digest, a->h.digest, WT_SHA256_LEN);
}

const struct wt_att_grant *wt_appraisal_spends(const struct wt_appraisal *a, size_t *ret_n)
{
	*ret_n = a->run.n_grants;
	return a->run.grants;
}

/* Opens the envelope. Returns 1, 0 when it is no attestation, < 0 when it could not be judged. */
static int open_envelope(struct wt_appraisal *a, struct wt_span bytes, const char *name,
			 struct wt_cose *ret, struct wt_err *err)
{
	int r = wt_cose_decode(bytes, ret, err);

	if (r < 0 && r != -EBADMSG)
		return r;
	if (r == 0 && ret->whole.n != bytes.n)
		r = wt_fail(err, EBADMSG, "byte %zu: more bytes follow the object", ret->whole.n);
	if (r == 0 && ret->typ != WT_TYP_ATTESTATION)
		r = wt_fail(err, EBADMSG, "it is of type %s, not an attestation",
			    ret->typ ? wt_typ_name(ret->typ) : "nothing known");
	if (r == 0)
		return 1;
	wt_find(&a->found, WT_MALFORMED, "%.60s: %s", name, err->msg);
	return 0;
}

/* To the registration that the attestation is judged by. */
static int go_over(struct wt_appraisal *a)
{
	a->run.renewals += a->entered && a->chosen != a->in_force;
	a->entered = true;
	return wt_renewal_enter(a);
}

/* Everything about one attestation that was decoded. Returns as wt_appraisal_feed. */
static int appraise(struct wt_appraisal *a, const struct wt_cose *cose,
		    const struct wt_attestation *att, struct wt_err *err)
{
	uint8_t digest[WT_SHA256_LEN];
	int r;

	wt_renewal_choose(a, cose, att);
	r = wt_rig_check(a, cose, att, err);
	if (r > 0)
		r = wt_registration_covers(a, att, err);
	if (r > 0) {
		wt_sha256(cose->whole, digest);
		r = wt_sequence_next(a, att, digest, err);
		if (r <= 0)
			return r;
	}
	if (r == 0) {
		a->run.refused_seq = att->seq;
		/* Without a registration, whoever comes with a good signature first is the rig. */
		if (!a->registered && a->run.attestations == 0) {
			wt_cert_freep(&a->rig.cert);
			a->rig.path_from = 1; /* what was checked of it says nothing of the next */
			a->rig.path_to = 0;
		}
		return wt_replay_alone(a, att) < 0
			       ? wt_fail(err, ENOMEM, "no memory to replay records")
			       : 0;
	}
	if (r < 0)
		return r;
	memcpy(a->h.ueid, att->ueid, WT_UEID_LEN);
	r = a->registered ? go_over(a) : 0;
	if (r == 0)
		r = wt_replay(a, att);
	if (r == 0)
		r = wt_grants_named(a, att);
	if (r < 0)
		return wt_fail(err, ENOMEM, "no memory to replay records");
	r = wt_quote_check(a, att, err);
	if (r < 0)
		return r;
	wt_software_list(a, att, wt_witness_value(a, WT_IMA_PCR));
	wt_time_signed(a, att);
	wt_activity_note(a, att);
	wt_freshness_note(a, att);
	return 1;
}

int wt_appraisal_take_attestation(struct wt_appraisal *a, const struct wt_cose *cose,
				  const struct wt_attestation *att, struct wt_err *err)
{
	wt_redeal(a);
	a->reading = (struct reading){ .seq = att->seq, .at = att->iat };
	return appraise(a, cose, att, err);
}

int wt_appraisal_feed(struct wt_appraisal *a, struct wt_span bytes, const char *name,
		      struct wt_err *err)
{
	struct wt_attestation att = { 0 };
	struct wt_cose cose;
	struct wt_err own = { 0 };
	int r;

	err = err ? err : &own;
	r = open_envelope(a, bytes, name, &cose, err);
	if (r <= 0)
		return r;
	r = wt_attestation_decode(cose.payload, &att, err);
	if (r < 0) {
		if (r != -EBADMSG)
			return r;
		wt_find(&a->found, WT_MALFORMED, "%.60s: %s", name, err->msg);
		return 0;
	}
	r = wt_appraisal_take_attestation(a, &cose, &att, err);
	wt_attestation_clear(&att);
	return r;
}
