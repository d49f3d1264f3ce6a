// SPDX-License-Identifier: Apache-2.0
/* The registration: taken in once, before anything is compared with it. */
#include "lib/appraisal/private.h"

#include "lib/appraisal/grants.h"
#include "lib/appraisal/notices.h"

#define DAY 86400
#define ENDING (7 * DAY) /* this near its end it is a warning; */
#define ENDING_SOON (30 * DAY) /* this near, a note */

static int refuse(struct wt_appraisal *a, const char *name, const struct wt_err *err)
{
	wt_find(&a->found, WT_REGISTRATION_REFUSED, "%.60s: %s", name, err->msg);
	return 0;
}

/* The registration's rig id must be that of the key it registers, or it would register two rigs. */
static int check_key(struct wt_appraisal *a, const char *name, struct wt_err *err)
{
	struct wt_key *key;
	int r;

	r = wt_cert_parse(a->reg.rig_cert, &a->rig.cert, err);
	if (r < 0)
		return r == -ENOMEM ? r : refuse(a, name, err);
	key = wt_cert_key(a->rig.cert);
	if (!key) {
		wt_fail(err, EBADMSG,
			"the rig's certificate holds a key that signs no attestation");
		return refuse(a, name, err);
	}
	wt_cert_x5t(a->rig.cert, a->rig.x5t);
	r = wt_ueid_from_key(key, a->rig.ueid);
	if (r < 0)
		return wt_fail(err, -r, "cannot tell the rig's id from its key");
	if (memcmp(a->rig.ueid, a->reg.ueid, WT_UEID_LEN) != 0) {
		wt_fail(err, EBADMSG, "the rig id it states is not that of the key it registers");
		wt_find(&a->found, WT_REGISTRATION_KEY, "%.60s: %s", name, err->msg);
		return 0;
	}
	return 1;
}

static int make_meters(struct wt_appraisal *a, struct wt_err *err)
{
	size_t n = a->reg.n_sources ? a->reg.n_sources : 1;

	a->meters = calloc(n, sizeof(*a->meters));
	a->h.checks = calloc(n, sizeof(*a->h.checks));
	a->h.raw_uj = calloc(n, sizeof(*a->h.raw_uj));
	if (!a->meters || !a->h.checks || !a->h.raw_uj)
		return wt_fail(err, ENOMEM, "no memory for a registration");
	return 0;
}

static void forget(struct wt_appraisal *a)
{
	wt_registration_clear(&a->reg);
	wt_buf_free(&a->registration_cose);
	wt_cert_freep(&a->rig.cert);
	free(a->meters);
	free(a->h.checks);
	free(a->h.raw_uj);
	a->meters = NULL;
	a->h.checks = NULL;
	a->h.raw_uj = NULL;
}

int wt_appraisal_registration(struct wt_appraisal *a, struct wt_span cose, const char *name,
			      struct wt_err *err)
{
	struct opened object;
	struct wt_err own;
	int r;

	err = err ? err : &own;
	if (a->registered || a->h.begun)
		return wt_fail(err, EEXIST, "one registration, before any state or attestation");
	/* The decoded registration points into its bytes: keep our own. */
	wt_buf_append(&a->registration_cose, cose.p, cose.n);
	if (a->registration_cose.err)
		return wt_fail(err, ENOMEM, "no memory for a registration");

	r = wt_object_open(a, wt_buf_span(&a->registration_cose), WT_TYP_REGISTRATION, &object,
			   err);
	if (r <= 0) {
		forget(a);
		return r < 0 ? r : refuse(a, name, err);
	}
	r = wt_registration_decode(object.cose.payload, &a->reg, err);
	if (r < 0) {
		r = r == -EBADMSG ? refuse(a, name, err) : r;
	} else {
		r = wt_object_path(a, &object, WT_DUTY_REGISTRATION, a->reg.not_before,
				   a->reg.not_after, name, err);
		if (r == 0)
			refuse(a, name, err);
	}
	wt_opened_clear(&object);
	if (r > 0)
		r = check_key(a, name, err);
	if (r > 0)
		r = make_meters(a, err) < 0 ? -ENOMEM : 1;
	if (r <= 0) {
		forget(a);
		return r;
	}
	wt_sha256(wt_buf_span(&a->registration_cose), a->registration_digest);
	a->registered = true;
	wt_source_clear_meters(a);
	return 1;
}

const struct wt_registration *wt_appraisal_registered(const struct wt_appraisal *a)
{
	return a->registered ? &a->reg : NULL;
}

int wt_registration_covers(struct wt_appraisal *a, const struct wt_attestation *att,
			   struct wt_err *err)
{
	static const uint8_t none[WT_SHA256_LEN];
	char text[WT_TIMESTAMP_LEN], from[WT_TIMESTAMP_LEN], until[WT_TIMESTAMP_LEN];
	int64_t revoked;

	if (memcmp(att->ueid, a->rig.ueid, WT_UEID_LEN) != 0) {
		wt_fail(err, EBADMSG, "it is of another rig than its key");
		wt_find(&a->found, WT_RIG_OTHER,
			"attestation %" PRIu64 " says it is of another rig than %.63s",
			a->reading.seq, a->registered ? a->reg.rig : "the one whose key signed it");
		return 0;
	}
	if (!a->registered)
		return 1;
	if (a->reading.at < a->reg.not_before || a->reading.at >= a->reg.not_after)
		wt_find(&a->found, WT_REGISTRATION_NOT_VALID,
			"attestation %" PRIu64
			" was signed at %s; the registration holds from %s to %s",
			a->reading.seq, wt_timestamp_utc(a->reading.at, text),
			wt_timestamp_utc(a->reg.not_before, from),
			wt_timestamp_utc(a->reg.not_after, until));
	revoked = wt_notice_revoked(a, WT_NOTICE_REVOKE_REGISTRATION, a->reg.id);
	if (a->reading.at >= revoked)
		wt_find(&a->found, WT_REGISTRATION_REVOKED,
			"attestation %" PRIu64
			" was signed at %s; the registry revoked the registration from %s on",
			a->reading.seq, wt_timestamp_utc(a->reading.at, text),
			wt_timestamp_utc(revoked, from));
	if (memcmp(att->registration, a->registration_digest, WT_SHA256_LEN) != 0)
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
	wt_affirm(f, WT_CHECK_REGISTRATION, "%s, %s, nameplate %s W, until %s",
		  wt_count(a->reg.n_devices, "device", devices),
		  wt_count(a->reg.n_sources, "source", sources),
		  wt_grouped(a->reg.nameplate_w, watts), until);
}
