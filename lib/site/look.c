// SPDX-License-Identifier: Apache-2.0
/*
 * Is an object rightly signed? Looked at by a desk, an appraisal without a rig: one for each thread that asks, because the
 * certificates that it keeps are used by one at a time.
 */
#include "lib/site/private.h"

/* One that nobody sits at, or a new one. */
static int desk_take(struct wt_site *site, struct wt_appraisal **ret, struct wt_err *err)
{
	struct wt_appraisal *desk = NULL;

	pthread_mutex_lock(&site->lock);
	if (site->n_desks > 0)
		desk = site->desks[--site->n_desks];
	pthread_mutex_unlock(&site->lock);
	if (!desk)
		return wt_appraisal_new(site->trust, &site->options, ret, err);
	*ret = desk;
	return 0;
}

static void desk_leave(struct wt_site *site, struct wt_appraisal *desk)
{
	struct wt_appraisal **desks;

	pthread_mutex_lock(&site->lock);
	desks = reallocarray(site->desks, site->n_desks + 1, sizeof(struct wt_appraisal *));
	if (desks) {
		site->desks = desks;
		desks[site->n_desks++] = desk;
	}
	pthread_mutex_unlock(&site->lock);
	if (!desks)
		wt_appraisal_free(desk);
}

int wt_site_signer(struct wt_site *site, const struct wt_cose *cose, enum wt_duty duty,
		   int64_t not_before, int64_t not_after, const char *name, struct wt_signer *ret,
		   struct wt_err *err)
{
	struct wt_appraisal *desk;
	int r = desk_take(site, &desk, err);

	if (r < 0)
		return r;
	r = wt_appraisal_signer(desk, cose, duty, not_before, not_after, name, ret, err);
	desk_leave(site, desk);
	return r;
}

static bool same(const struct wt_signer *a, const struct wt_signer *b)
{
	return memcmp(a->x5t, b->x5t, sizeof(a->x5t)) == 0 &&
	       a->path.revocation_at == b->path.revocation_at &&
	       a->path.revocation_until == b->path.revocation_until &&
	       a->path.revocation_stale == b->path.revocation_stale &&
	       strcmp(a->path.anchor, b->path.anchor) == 0;
}

const struct wt_signer *wt_site_signer_keep(struct wt_site *site, const struct wt_signer *signer)
{
	const struct wt_signer **signers, *kept;
	size_t i;

	/* A site has a handful; the newest are asked for most. */
	for (i = site->n_signers; i-- > 0;) {
		if (same(site->signers[i], signer))
			return site->signers[i];
	}
	signers = room_for_one(site->signers, site->n_signers, sizeof(*signers));
	if (signers)
		site->signers = signers;
	kept = signers ? wt_arena_copy(&site->arena, signer, sizeof(*signer)) : NULL;
	if (kept)
		signers[site->n_signers++] = kept;
	return kept;
}

/* --- of what no rig took ---------------------------------------------------------------------- */

static enum wt_duty duty_of(const struct object *object)
{
	switch (object->typ) {
	case WT_TYP_REGISTRATION:
		return WT_DUTY_REGISTRATION;
	case WT_TYP_ALLOTMENT:
		return WT_DUTY_ALLOTMENT;
	case WT_TYP_NOTICE:
		return object->notice->kind == WT_NOTICE_REVOKE_REGISTRATION ? WT_DUTY_REGISTRATION
									     : WT_DUTY_GRANT;
	default:
		return WT_DUTY_GRANT;
	}
}

/* Curtailments and times off are said by either authority. */
static bool by_either(const struct object *object)
{
	return object->typ == WT_TYP_NOTICE &&
	       (object->notice->kind == WT_NOTICE_CURTAIL || object->notice->kind == WT_NOTICE_OFF);
}

/* A share is only as good as the key that its grant names. */
static int look_at_key(struct wt_site *site, const struct object *object,
		       const uint8_t signer[WT_SHA256_LEN], struct wt_err *err)
{
	const struct object *grant =
		wt_site_object_find(site, WT_TYP_GRANT, object->terms->grant_id);

	if (!grant || memcmp(grant->digest, object->terms->grant_digest, WT_SHA256_LEN) != 0)
		return 1; /* said where allotments are summed up */
	if (grant->to_site && memcmp(grant->grant->site_key, signer, WT_SHA256_LEN) == 0)
		return 1;
	wt_fail(err, EKEYREJECTED, "it is not signed with the site key that its grant names");
	return 0;
}

static int look(struct wt_site *site, const struct object *object, struct wt_signer *ret,
		struct wt_err *err)
{
	struct wt_span bytes = wt_span(object->cose, object->n_cose);
	int64_t not_before, not_after;
	struct wt_cose cose;
	int r = wt_cose_decode(bytes, &cose, err);

	if (r < 0)
		return r;
	wt_site_object_time(object, &not_before, &not_after);
	r = wt_site_signer(site, &cose, duty_of(object), not_before, not_after, object->name, ret,
			   err);
	if (r == 0 && by_either(object))
		r = wt_site_signer(site, &cose, WT_DUTY_REGISTRATION, not_before, not_after,
				   object->name, ret, err);
	return r;
}

int wt_site_object_look(struct wt_site *site, struct object *object, struct wt_err *err)
{
	struct wt_signer found;
	int r;

	if (object->fate != FATE_OPEN)
		return 0;
	r = object->by ? 1 : look(site, object, &found, err);
	if (r > 0 && object->typ == WT_TYP_ALLOTMENT)
		r = look_at_key(site, object, object->by ? object->by->x5t : found.x5t, err);
	if (r < 0)
		return r;
	object->fate = r > 0 ? FATE_GOOD : FATE_REFUSED;
	if (r == 0 && wt_site_refuse(site, object->name, err->msg) < 0)
		return wt_fail(err, ENOMEM, "no memory for a verdict");
	return 0;
}
