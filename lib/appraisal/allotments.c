// SPDX-License-Identifier: Apache-2.0
/*
 * Allotments: a site divides what it bought among its rigs. A share is worth something only beside
 * its grant: signed with the very key that the grant names, of that grant's content, within its
 * delivery window, and all of this rig's shares together no more than the grant. That the shares of
 * all rigs do not sum to more is for whoever sees all rigs (lib/site.h).
 */
#include "lib/appraisal/private.h"

#include "lib/allocation.h"
#include "lib/appraisal/grants.h"
#include "lib/appraisal/site.h"

struct site_grant *wt_site_grant_find(struct wt_appraisal *a, const uint8_t id[WT_ID_LEN])
{
	size_t i;

	for (i = 0; i < a->n_site_grants; i++) {
		if (memcmp(a->site_grants[i].whole.id, id, WT_ID_LEN) == 0)
			return &a->site_grants[i];
	}
	return NULL;
}

int wt_site_grant_keep(struct wt_appraisal *a, const struct wt_grant *grant,
		       const uint8_t digest[WT_SHA256_LEN], const char *name, struct wt_err *err)
{
	struct site_grant *kept = wt_site_grant_find(a, grant->id), *grown;
	char id[2 * WT_ID_LEN + 1];

	if (kept && memcmp(kept->whole.digest, digest, WT_SHA256_LEN) == 0) {
		wt_remark(&a->found, WT_CHECK_GRANTS, "%.60s was given twice and counts once",
			  name);
		return 1;
	}
	if (kept) {
		wt_hex(grant->id, WT_ID_LEN, id);
		wt_fail(err, EEXIST, "there are two different grants with the id %s", id);
		wt_find(&a->found, WT_GRANT_CONFLICT, "%.60s: %s; the first counts", name,
			err->msg);
		return 0;
	}
	grown = room_for_one(a->site_grants, a->n_site_grants, sizeof(*grown));
	if (!grown)
		return wt_fail(err, ENOMEM, "no memory for a grant");
	a->site_grants = grown;
	kept = &grown[a->n_site_grants++];
	*kept = (struct site_grant){ .whole = wt_grant_account(grant, digest) };
	memcpy(kept->site_key, grant->site_key, WT_SHA256_LEN);
	kept->licensed = wt_registration_licensed(a, grant->licence, grant->zone);
	return 1;
}

static int not_used(struct wt_appraisal *a, enum wt_reason_id reason, const char *name,
		    const struct wt_err *err)
{
	wt_find(&a->found, reason, "%.60s: %s; not used", name, err->msg);
	return 0;
}

/* Does the grant stand behind this share? Returns 1 or 0 as wt_appraisal_allotment. */
static int check_share(struct wt_appraisal *a, const struct wt_allotment *share,
		       const struct site_grant *grant, const uint8_t x5t[WT_SHA256_LEN],
		       const char *name, struct wt_err *err)
{
	char id[2 * WT_ID_LEN + 1], whole[WT_FORMAT_LEN], allotted[WT_FORMAT_LEN];
	uint64_t left_uj;

	wt_hex(share->grant_id, WT_ID_LEN, id);
	if (!grant) {
		wt_fail(err, ENOENT, "grant %s to a site was not given or not accepted", id);
		return not_used(a, WT_ALLOTMENT_WITHOUT_GRANT, name, err);
	}
	if (memcmp(grant->whole.digest, share->grant_digest, WT_SHA256_LEN) != 0) {
		wt_fail(err, EINVAL, "it divides grant %s with another content than the one given",
			id);
		return not_used(a, WT_ALLOTMENT_OTHER_GRANT, name, err);
	}
	if (memcmp(grant->site_key, x5t, WT_SHA256_LEN) != 0) {
		wt_fail(err, EKEYREJECTED, "it is not signed with the site key that grant %s names",
			id);
		return not_used(a, WT_ALLOTMENT_OTHER_SITE, name, err);
	}
	if (!grant->licensed) {
		wt_fail(err, EINVAL,
			"grant %s is for another licence or zone than the rig's registration", id);
		return not_used(a, WT_GRANT_OTHER_LICENCE, name, err);
	}
	if (share->not_before < grant->whole.not_before ||
	    share->not_after > grant->whole.not_after) {
		wt_fail(err, EINVAL, "it reaches beyond the delivery window of grant %s", id);
		return not_used(a, WT_ALLOTMENT_BEYOND_GRANT, name, err);
	}
	left_uj = grant->whole.energy_uj - grant->allotted_uj;
	if ((uint64_t)share->wh * WT_UJ_PER_WH > left_uj) {
		wt_fail(err, EINVAL,
			"%" PRIu32 " Wh of grant %s, which is of %s, %s of them this rig's already",
			share->wh, id, wt_format_energy(grant->whole.energy_uj, whole),
			wt_format_energy(grant->allotted_uj, allotted));
		return not_used(a, WT_ALLOTMENT_BEYOND_GRANT, name, err);
	}
	return 1;
}

static bool is_ours(struct wt_appraisal *a, const struct wt_allotment *share, const char *name,
		    struct wt_err *err)
{
	if (!a->registered)
		wt_fail(err, EINVAL, "without a registration nobody can tell whose it is");
	else if (memcmp(share->ueid, a->reg.ueid, WT_UEID_LEN) != 0)
		wt_fail(err, EINVAL, "allotted to another rig, passed over");
	else
		return true;
	wt_remark(&a->found, WT_CHECK_GRANTS, "%.60s: %s", name, err->msg);
	return false;
}

/* Already in the ledger: its energy must not count against its grant twice. */
static bool is_there(const struct wt_appraisal *a, const uint8_t digest[WT_SHA256_LEN])
{
	size_t i;

	for (i = 0; i < a->ledger.n; i++) {
		if (memcmp(a->ledger.accounts[i].digest, digest, WT_SHA256_LEN) == 0)
			return true;
	}
	return false;
}

static int take_share(struct wt_appraisal *a, const struct wt_allotment *share,
		      const uint8_t digest[WT_SHA256_LEN], const uint8_t x5t[WT_SHA256_LEN],
		      const char *name, struct wt_err *err)
{
	struct site_grant *grant = wt_site_grant_find(a, share->grant_id);
	struct wt_account account;
	bool again = is_there(a, digest);
	int r = again ? 1 : check_share(a, share, grant, x5t, name, err);

	if (r <= 0 || !grant)
		return r;
	account = grant->whole;
	memcpy(account.id, share->id, WT_ID_LEN);
	memcpy(account.digest, digest, WT_SHA256_LEN);
	account.not_before = share->not_before;
	account.not_after = share->not_after;
	account.energy_uj = (uint64_t)share->wh * WT_UJ_PER_WH;
	r = wt_grants_accept(a, &account, name, err);
	if (r > 0 && !again)
		grant->allotted_uj = plus(grant->allotted_uj, account.energy_uj);
	return r;
}

int wt_appraisal_allotment(struct wt_appraisal *a, struct wt_span cose, const char *name,
			   struct wt_err *err)
{
	uint8_t digest[WT_SHA256_LEN];
	struct wt_allotment share;
	struct opened object;
	struct wt_err own = { 0 };
	int r;

	err = err ? err : &own;
	r = wt_object_open(a, cose, WT_TYP_ALLOTMENT, &object, err);
	if (r <= 0)
		return r < 0 ? r : not_used(a, WT_ALLOTMENT_REFUSED, name, err);
	r = wt_allotment_decode(object.cose.payload, &share, err);
	if (r < 0)
		r = r == -EBADMSG ? not_used(a, WT_ALLOTMENT_REFUSED, name, err) : r;
	else
		r = is_ours(a, &share, name, err);
	if (r > 0) {
		r = wt_object_path(a, &object, WT_DUTY_ALLOTMENT, share.not_before, share.not_after,
				   name, err);
		if (r == 0)
			not_used(a, WT_ALLOTMENT_REFUSED, name, err);
	}
	if (r > 0) {
		wt_sha256(cose, digest);
		r = take_share(a, &share, digest, object.cose.x5t, name, err);
	}
	wt_opened_clear(&object);
	return r;
}

int wt_appraisal_take_allotment(struct wt_appraisal *a, const struct wt_allotment *share,
				const uint8_t digest[WT_SHA256_LEN], const struct wt_signer *by,
				const char *name, struct wt_err *err)
{
	if (!is_ours(a, share, name, err))
		return 0;
	wt_revocation_note(a, &by->path, by->name);
	return take_share(a, share, digest, by->x5t, name, err);
}
