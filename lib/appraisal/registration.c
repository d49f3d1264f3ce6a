// SPDX-License-Identifier: Apache-2.0
/*
 * Registrations of one rig: taken in before anything is compared with them. renewal.c says which holds.
 */
#include "lib/appraisal/private.h"

#include "lib/appraisal/notices.h"
#include "lib/appraisal/witness.h"

#define DAY 86400
#define ENDING (7 * DAY) /* this near its end it is a warning; */
#define ENDING_SOON (30 * DAY) /* this near, a note */

static int refuse(struct wt_appraisal *a, const char *name, const struct wt_err *err)
{
	wt_find(&a->found, WT_REGISTRATION_REFUSED, "%.60s: %s", name, err->msg);
	return 0;
}

static void free_one(struct registered *r)
{
	wt_registration_clear(&r->reg);
	wt_buf_free(&r->cose);
	wt_cert_freep(&r->rig.cert);
	wt_key_free(r->ak);
	free(r);
}

void wt_registrations_free(struct wt_appraisal *a)
{
	/* The one that signs has given its certificate to the appraisal. */
	if (a->registered)
		a->registrations[a->signing]->rig = a->rig;
	else
		wt_cert_freep(&a->rig.cert);
	while (a->n_registrations > 0)
		free_one(a->registrations[--a->n_registrations]);
	free(a->registrations);
}

/* With a TPM the rig's id is that of the endorsement key. */
static int take_tpm(struct registered *new, struct wt_err *err)
{
	int r;

	r = wt_key_from_spki(new->reg.tpm.ak, &new->ak, err);
	if (r == 0 && wt_key_alg(new->ak) != WT_ALG_ES256)
		r = wt_fail(err, EBADMSG, "the attestation key is not P-256");
	if (r < 0)
		return wt_fail_in(err, r, "TPM");
	wt_ueid_from_digest(new->reg.tpm.ek, new->rig.ueid);
	return 0;
}

/* The registration's rig id must be that of the key it registers, or it would register two rigs. */
static int check_key(struct wt_appraisal *a, struct registered *new, const char *name,
		     struct wt_err *err)
{
	struct wt_key *key;
	int r;

	r = wt_cert_parse(new->reg.rig_cert, &new->rig.cert, err);
	if (r < 0)
		return r == -ENOMEM ? r : refuse(a, name, err);
	key = wt_cert_key(new->rig.cert);
	if (!key) {
		wt_fail(err, EBADMSG,
			"the rig's certificate holds a key that signs no attestation");
		return refuse(a, name, err);
	}
	new->rig.path_from = 1; /* until 0: not checked yet */
	wt_cert_x5t(new->rig.cert, new->rig.x5t);
	r = new->reg.tpm.ak.p ? take_tpm(new, err) : wt_ueid_from_key(key, new->rig.ueid);
	if (r < 0)
		return r == -EBADMSG ? refuse(a, name, err)
				     : wt_fail(err, -r, "cannot tell the rig's id from its key");
	if (memcmp(new->rig.ueid, new->reg.ueid, WT_UEID_LEN) != 0) {
		wt_fail(err, EBADMSG, "the rig id it states is not that of the key it registers");
		wt_find(&a->found, WT_REGISTRATION_KEY, "%.60s: %s", name, err->msg);
		return 0;
	}
	return 1;
}

/* Signed by a registry, and of this rig's key. */
static int check(struct wt_appraisal *a, struct registered *new, const char *name,
		 struct wt_err *err)
{
	struct opened object;
	int r;

	r = wt_object_open(a, wt_buf_span(&new->cose), WT_TYP_REGISTRATION, &object, err);
	if (r <= 0)
		return r < 0 ? r : refuse(a, name, err);
	r = wt_registration_decode(object.cose.payload, &new->reg, err);
	if (r < 0) {
		r = r == -EBADMSG ? refuse(a, name, err) : r;
	} else {
		r = wt_object_path(a, &object, WT_DUTY_REGISTRATION, new->reg.not_before,
				   new->reg.not_after, name, err);
		if (r == 0)
			refuse(a, name, err);
	}
	wt_opened_clear(&object);
	return r > 0 ? check_key(a, new, name, err) : r;
}

static int compare(const struct registered *x, const struct registered *y)
{
	if (x->reg.not_before != y->reg.not_before)
		return x->reg.not_before < y->reg.not_before ? -1 : 1;
	return memcmp(x->digest, y->digest, WT_SHA256_LEN);
}

/* Into its place; before the first attestation the newest is the one that counts. */
static int keep(struct wt_appraisal *a, struct registered *new, struct wt_err *err)
{
	struct registered **grown =
		room_for_one(a->registrations, a->n_registrations, sizeof(*grown));
	size_t at = a->n_registrations;

	if (!grown) {
		free_one(new);
		return wt_fail(err, ENOMEM, "no memory for a registration");
	}
	a->registrations = grown; /* and new is in it from here on: freed with all */
	if (a->registered)
		grown[a->signing]->rig = a->rig;
	while (at > 0 && compare(new, grown[at - 1]) < 0)
		at--;
	memmove(&grown[at + 1], &grown[at], (a->n_registrations - at) * sizeof(*grown));
	grown[at] = new;
	a->n_registrations++;
	a->registered = true;
	a->chosen = a->signing = a->n_registrations - 1;
	a->rig = grown[a->signing]->rig;
	if (new->ak && !a->h.witness) {
		a->h.witness = malloc(sizeof(*a->h.witness));
		if (!a->h.witness)
			return wt_fail(err, ENOMEM, "no memory for a registration");
		*a->h.witness = (struct witness){ .pcr = WATTEST_PCR_NONE };
	}
	return wt_renewal_enter(a) < 0 ? wt_fail(err, ENOMEM, "no memory for a registration") : 1;
}

int wt_appraisal_registration(struct wt_appraisal *a, struct wt_span cose, const char *name,
			      struct wt_err *err)
{
	struct registered *new;
	struct wt_err own = { 0 };
	int r;

	err = err ? err : &own;
	if (a->h.begun)
		return wt_fail(err, EEXIST, "registrations come before any state or attestation");
	new = calloc(1, sizeof(*new));
	if (!new)
		return wt_fail(err, ENOMEM, "no memory for a registration");
	/* The decoded registration points into its bytes: keep our own. */
	wt_buf_append(&new->cose, cose.p, cose.n);
	r = new->cose.err ? wt_fail(err, ENOMEM, "no memory for a registration")
			  : check(a, new, name, err);
	if (r > 0) {
		wt_sha256(wt_buf_span(&new->cose), new->digest);
		if (wt_registration_find(a, new->digest) < a->n_registrations) {
			free_one(new); /* the same again */
			return 1;
		}
		if (a->registered && memcmp(a->reg.ueid, new->reg.ueid, WT_UEID_LEN) != 0)
			r = wt_fail(err, EINVAL, "%.100s: of another rig than %s", name,
				    a->reg.rig);
	}
	if (r <= 0) {
		free_one(new);
		return r;
	}
	return keep(a, new, err);
}

const struct wt_registration *wt_appraisal_registered(const struct wt_appraisal *a)
{
	return a->registered ? &a->reg : NULL;
}

int wt_registration_covers(struct wt_appraisal *a, const struct wt_attestation *att,
			   struct wt_err *err)
{
	static const uint8_t none[WT_SHA256_LEN];
	const struct wt_registration *reg;
	char text[WT_TIMESTAMP_LEN], from[WT_TIMESTAMP_LEN], until[WT_TIMESTAMP_LEN];
	int64_t revoked;
	size_t named;

	if (memcmp(att->ueid, a->rig.ueid, WT_UEID_LEN) != 0) {
		wt_fail(err, EBADMSG, "it is of another rig than its key");
		wt_find(&a->found, WT_RIG_OTHER,
			"attestation %" PRIu64 " says it is of another rig than %.63s",
			a->reading.seq, a->registered ? a->reg.rig : "the one whose key signed it");
		return 0;
	}
	if (!a->registered)
		return 1;
	reg = &a->registrations[a->chosen]->reg;
	if (a->superseded)
		wt_find(&a->found, WT_REGISTRATION_SUPERSEDED,
			"attestation %" PRIu64
			" names a registration that %s; it is judged by that "
			"of %s",
			a->reading.seq, a->superseded, wt_timestamp_utc(reg->not_before, from));
	if (a->reading.at < reg->not_before || a->reading.at >= reg->not_after)
		wt_find(&a->found, WT_REGISTRATION_NOT_VALID,
			"attestation %" PRIu64
			" was signed at %s; the registration holds from %s to %s",
			a->reading.seq, wt_timestamp_utc(a->reading.at, text),
			wt_timestamp_utc(reg->not_before, from),
			wt_timestamp_utc(reg->not_after, until));
	named = wt_registration_find(a, att->registration);
	revoked = wt_notice_revoked(a, WT_NOTICE_REVOKE_REGISTRATION,
				    named < a->n_registrations ? a->registrations[named]->reg.id
							       : reg->id);
	if (a->reading.at >= revoked)
		wt_find(&a->found, WT_REGISTRATION_REVOKED,
			"attestation %" PRIu64
			" was signed at %s; the registry revoked the registration from %s on",
			a->reading.seq, wt_timestamp_utc(a->reading.at, text),
			wt_timestamp_utc(revoked, from));
	if (named == a->n_registrations)
		wt_find(&a->found, WT_REGISTRATION_OTHER, "attestation %" PRIu64 ": the rig %s",
			a->reading.seq,
			memcmp(att->registration, none, WT_SHA256_LEN) == 0
				? "has no registration installed"
				: "has another registration installed than the one given");
	return 1;
}

void wt_registration_conclude(const struct wt_appraisal *a, struct wt_findings *f)
{
	char devices[WT_COUNT_LEN], sources[WT_COUNT_LEN], watts[WT_GROUPED_LEN],
		until[WT_TIMESTAMP_LEN];
	int64_t left = a->reg.not_after - a->now;

	if (!a->registered) {
		/* One that was refused is a finding already. */
		if (f->checks[WT_CHECK_REGISTRATION].tier == WT_NONE)
			wt_find(f, WT_REGISTRATION_MISSING,
				"no registration was given: nothing can be compared with it");
		return;
	}
	wt_timestamp_utc(a->reg.not_after, until);
	if (left >= 0 && left < ENDING)
		wt_find(f, WT_REGISTRATION_ENDING,
			"the registration ends at %s, in %" PRId64 " days", until, left / DAY);
	else if (left < 0)
		wt_remark(f, WT_CHECK_REGISTRATION, "it has ended since");
	else if (left < ENDING_SOON)
		wt_remark(f, WT_CHECK_REGISTRATION, "it ends in %" PRId64 " days", left / DAY);
	if (a->run.renewals)
		wt_remark(f, WT_CHECK_REGISTRATION, "%s",
			  wt_count(a->run.renewals, "renewal", sources));
	wt_affirm(f, WT_CHECK_REGISTRATION, "%s, %s, nameplate %s W, until %s",
		  wt_count(a->reg.n_devices, "device", devices),
		  wt_count(a->reg.n_sources, "source", sources),
		  wt_grouped(a->reg.nameplate_w, watts), until);
}
