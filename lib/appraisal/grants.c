// SPDX-License-Identifier: Apache-2.0
/*
 * Grants: each is accepted, or named and not used. A folder of grants may well hold those of other
 * rigs: they are passed over. One to a site key waits for its allotments (allotments.c). What a state says
 * was used of a grant is kept even while that grant is not given, so that nothing is spent twice.
 */
#include "lib/appraisal/private.h"

#include "lib/appraisal/grants.h"
#include "lib/appraisal/notices.h"
#include "lib/appraisal/site.h"

static int refuse(struct wt_appraisal *a, const char *name, const struct wt_err *err)
{
	wt_find(&a->found, WT_GRANT_REFUSED, "%.60s: %s; not used", name, err->msg);
	return 0;
}

/* Is it this rig's, under its licence and in its zone? */
static bool is_ours(struct wt_appraisal *a, const struct wt_grant *grant, const char *name,
		    struct wt_err *err)
{
	if (!a->registered) {
		wt_fail(err, EINVAL, "without a registration nobody can tell whose it is");
		wt_remark(&a->found, WT_CHECK_GRANTS, "%.60s: %s", name, err->msg);
		return false;
	}
	if (memcmp(grant->spender, a->reg.ueid, WT_UEID_LEN) != 0) {
		wt_fail(err, EINVAL, "granted to another rig");
		wt_remark(&a->found, WT_CHECK_GRANTS, "%.60s: %s, passed over", name, err->msg);
		return false;
	}
	if (!wt_registration_licensed(a, grant->licence, grant->zone)) {
		wt_fail(err, EINVAL,
			"for licence %s in zone %s, and the rig is registered under %s in %s",
			grant->licence, grant->zone, a->reg.licence, a->reg.zone);
		wt_find(&a->found, WT_GRANT_OTHER_LICENCE, "%.60s: %s; not used", name, err->msg);
		return false;
	}
	return true;
}

static struct wt_account *account_of(struct wt_appraisal *a, const uint8_t digest[WT_SHA256_LEN])
{
	size_t i;

	for (i = 0; i < a->ledger.n; i++) {
		if (memcmp(a->ledger.accounts[i].digest, digest, WT_SHA256_LEN) == 0)
			return &a->ledger.accounts[i];
	}
	return NULL;
}

static uint64_t at_most(uint64_t v, uint64_t bound)
{
	return v < bound ? v : bound;
}

static void set_used(struct wt_account *account, const struct orphan *orphan)
{
	account->used.low = at_most(orphan->used.low, account->energy_uj);
	account->used.best = at_most(orphan->used.best, account->energy_uj);
	account->used.high = at_most(orphan->used.high, account->energy_uj);
	account->settled.low = at_most(orphan->settled.low, account->used.low);
	account->settled.best = at_most(orphan->settled.best, account->used.best);
	account->settled.high = at_most(orphan->settled.high, account->used.high);
	account->dealt = true;
}

int wt_grants_accept(struct wt_appraisal *a, const struct wt_account *account, const char *name,
		     struct wt_err *err)
{
	const uint8_t *digest = account->digest;
	struct wt_account *ours;
	size_t i;
	int r;

	if (account_of(a, digest)) {
		wt_remark(&a->found, WT_CHECK_GRANTS, "%.60s was given twice and counts once",
			  name);
		return 1;
	}
	if (a->ledger.n >= WT_MAX_GRANTS) {
		wt_fail(err, EBADMSG, "more than %u grants", WT_MAX_GRANTS);
		return refuse(a, name, err);
	}
	r = wt_ledger_add(&a->ledger, account, &ours, err);
	if (r == -EEXIST) {
		wt_find(&a->found, WT_GRANT_CONFLICT, "%.60s: %s; the first counts", name,
			err->msg);
		return 0;
	}
	if (r < 0)
		return r;
	ours->revoked_at = wt_notice_revoked(a, WT_NOTICE_REVOKE_GRANT, account->grant_id);
	for (i = 0; i < a->n_orphans; i++) {
		if (memcmp(a->orphans[i].digest, digest, WT_SHA256_LEN) != 0)
			continue;
		set_used(ours, &a->orphans[i]);
		a->orphans[i] = a->orphans[--a->n_orphans];
		break;
	}
	/* What a rig named before this grant was given is looked at again. */
	a->run.n_grants = 0;
	return 1;
}

/* One that was rightly signed. Returns as wt_appraisal_grant. */
static int take(struct wt_appraisal *a, const struct wt_grant *grant,
		const uint8_t digest[WT_SHA256_LEN], const char *name, struct wt_err *err)
{
	struct wt_account account;

	if (a->registered && grant->to_site)
		return wt_site_grant_keep(a, grant, digest, name, err);
	if (!is_ours(a, grant, name, err))
		return 0;
	account = wt_grant_account(grant, digest);
	return wt_grants_accept(a, &account, name, err);
}

int wt_appraisal_grant(struct wt_appraisal *a, struct wt_span cose, const char *name,
		       struct wt_err *err)
{
	uint8_t digest[WT_SHA256_LEN];
	struct opened object;
	struct wt_grant grant;
	struct wt_err own = { 0 };
	int r;

	err = err ? err : &own;
	r = wt_object_open(a, cose, WT_TYP_GRANT, &object, err);
	if (r <= 0)
		return r < 0 ? r : refuse(a, name, err);
	r = wt_grant_decode(object.cose.payload, &grant, err);
	if (r < 0) {
		r = r == -EBADMSG ? refuse(a, name, err) : r;
	} else {
		r = wt_object_path(a, &object, WT_DUTY_GRANT, grant.not_before, grant.not_after,
				   name, err);
		if (r == 0)
			refuse(a, name, err);
	}
	wt_opened_clear(&object);
	if (r <= 0)
		return r;
	wt_sha256(cose, digest);
	return take(a, &grant, digest, name, err);
}

int wt_appraisal_take_grant(struct wt_appraisal *a, const struct wt_grant *grant,
			    const uint8_t digest[WT_SHA256_LEN], const struct wt_signer *by,
			    const char *name, struct wt_err *err)
{
	wt_revocation_note(a, &by->path, by->name);
	return take(a, grant, digest, name, err);
}

int wt_grants_used(struct wt_appraisal *a, const struct orphan *orphan)
{
	struct wt_account *account = account_of(a, orphan->digest);
	struct orphan *orphans;

	if (account) {
		set_used(account, orphan);
		return 0;
	}
	/* One that was there and unused is nobody's loss when it is not given again. */
	if (!wt_energy_differs(&orphan->used, &(struct wt_energy){ 0 }))
		return 0;
	orphans = reallocarray(a->orphans, a->n_orphans + 1, sizeof(*orphans));
	if (!orphans)
		return -ENOMEM;
	a->orphans = orphans;
	orphans[a->n_orphans++] = *orphan;
	return 0;
}

/* What was given under that id, to the rig or to its site. */
static const struct wt_account *given(struct wt_appraisal *a, const uint8_t id[WT_ID_LEN])
{
	struct site_grant *site = wt_site_grant_find(a, id);
	size_t i;

	for (i = 0; i < a->ledger.n; i++) {
		if (memcmp(a->ledger.accounts[i].id, id, WT_ID_LEN) == 0)
			return &a->ledger.accounts[i];
	}
	return site ? &site->whole : NULL;
}

static void check_named(struct wt_appraisal *a, const struct wt_att_grant *named)
{
	const struct wt_account *account = given(a, named->id);
	char id[2 * WT_ID_LEN + 1];

	wt_hex(named->id, WT_ID_LEN, id);
	if (!account)
		wt_find(&a->found, WT_GRANT_MISSING,
			"attestation %" PRIu64
			" names grant %s, which was not given or not accepted",
			a->reading.seq, id);
	else if (memcmp(account->digest, named->digest, WT_SHA256_LEN) != 0)
		wt_find(&a->found, WT_GRANT_CONFLICT,
			"attestation %" PRIu64
			" names grant %s with another content than the one given",
			a->reading.seq, id);
}

/* Rigs name the same grants from one attestation to the next: what was looked at is remembered. */
int wt_grants_named(struct wt_appraisal *a, const struct wt_attestation *att)
{
	struct wt_att_grant *copy;
	size_t i;

	if (att->n_grants == a->run.n_grants &&
	    (att->n_grants == 0 ||
	     memcmp(att->grants, a->run.grants, att->n_grants * sizeof(*copy)) == 0))
		return 0;
	for (i = 0; a->registered && i < att->n_grants; i++)
		check_named(a, &att->grants[i]);
	a->run.n_grants = 0;
	if (att->n_grants == 0)
		return 0;
	copy = reallocarray(a->run.grants, att->n_grants, sizeof(*copy));
	if (!copy)
		return -ENOMEM;
	memcpy(copy, att->grants, att->n_grants * sizeof(*copy));
	a->run.grants = copy;
	a->run.n_grants = att->n_grants;
	return 0;
}

void wt_grants_conclude(const struct wt_appraisal *a, struct wt_findings *f)
{
	char text[WT_COUNT_LEN], energy[WT_FORMAT_LEN];
	uint64_t bought = 0;
	size_t i, revoked = 0;

	for (i = 0; i < a->n_orphans; i++)
		wt_find(f, WT_GRANT_MISSING,
			"%s of a grant that is not given were used before, as the state says",
			wt_format_energy(a->orphans[i].used.best, energy));
	for (i = 0; i < a->ledger.n; i++) {
		bought = plus(bought, a->ledger.accounts[i].energy_uj);
		revoked += a->ledger.accounts[i].revoked_at < a->ledger.accounts[i].not_after;
	}
	if (revoked)
		wt_remark(f, WT_CHECK_GRANTS, "%zu of them revoked", revoked);
	if (a->ledger.n == 0 && a->n_site_grants > 0)
		wt_no_claim(f, WT_CHECK_GRANTS,
			    "no grant or allotment to this rig was given, only %s to a site",
			    wt_count(a->n_site_grants, "grant", text));
	else if (a->ledger.n == 0)
		wt_no_claim(f, WT_CHECK_GRANTS, "no grant to this rig was given");
	else
		wt_affirm(f, WT_CHECK_GRANTS, "%s to this rig, %s",
			  wt_count(a->ledger.n, "grant", text), wt_format_energy(bought, energy));
}
