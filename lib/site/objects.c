// SPDX-License-Identifier: Apache-2.0
/*
 * What authorities and sites signed. Decoded once, for what the site needs to know; whether it is rightly signed says
 * the appraisal of the rig that it concerns, and the site itself only where there is none.
 */
#include "lib/site/private.h"

#include <stdio.h>

void wt_site_object_free(struct object *object)
{
	if (!object)
		return;
	free(object->name);
	free(object->notice);
	free(object->why);
	wt_buf_free(&object->cose);
	free(object);
}

int wt_site_refuse(struct wt_site *site, const char *name, const char *why)
{
	struct wt_site_refusal *refusals =
		room_for_one(site->refusals, site->n_refusals, sizeof(*refusals));
	struct wt_site_refusal refusal;

	if (!refusals)
		return -ENOMEM;
	site->refusals = refusals;
	refusal = (struct wt_site_refusal){ strdup(name), strdup(why) };
	if (!refusal.name || !refusal.why) {
		free(refusal.name);
		free(refusal.why);
		return -ENOMEM;
	}
	refusals[site->n_refusals++] = refusal;
	wt_site_find(site->found, WT_SITE_OBJECT_REFUSED, "%.60s: %s; not used", name, why);
	return 0;
}

const struct wt_site_refusal *wt_site_refusals(const struct wt_site *site, size_t *ret_n)
{
	*ret_n = site->n_refusals;
	return site->refusals;
}

static int read_registration(struct wt_span payload, struct object *object, struct wt_err *err)
{
	struct wt_registration reg;
	int r = wt_registration_decode(payload, &reg, err);

	if (r < 0)
		return r;
	memcpy(object->id, reg.id, WT_ID_LEN);
	memcpy(object->ueid, reg.ueid, WT_UEID_LEN);
	object->not_before = reg.not_before;
	object->not_after = reg.not_after;
	memcpy(object->licence, reg.licence, sizeof(object->licence));
	memcpy(object->zone, reg.zone, sizeof(object->zone));
	wt_registration_clear(&reg);
	return 0;
}

static int read_grant(struct wt_span payload, struct object *object, struct wt_err *err)
{
	struct wt_grant grant;
	int r = wt_grant_decode(payload, &grant, err);

	if (r < 0)
		return r;
	memcpy(object->id, grant.id, WT_ID_LEN);
	object->not_before = grant.not_before;
	object->not_after = grant.not_after;
	object->wh = grant.wh;
	object->to_site = grant.to_site;
	memcpy(object->ueid, grant.spender, WT_UEID_LEN);
	memcpy(object->site_key, grant.site_key, WT_SHA256_LEN);
	memcpy(object->transaction, grant.transaction, sizeof(object->transaction));
	return 0;
}

static int read_allotment(struct wt_span payload, struct object *object, struct wt_err *err)
{
	struct wt_allotment share;
	int r = wt_allotment_decode(payload, &share, err);

	if (r < 0)
		return r;
	memcpy(object->id, share.id, WT_ID_LEN);
	object->not_before = share.not_before;
	object->not_after = share.not_after;
	object->wh = share.wh;
	memcpy(object->ueid, share.ueid, WT_UEID_LEN);
	memcpy(object->grant_id, share.grant_id, WT_ID_LEN);
	memcpy(object->grant_digest, share.grant_digest, WT_SHA256_LEN);
	return 0;
}

static int read_notice(struct wt_span payload, struct object *object, struct wt_err *err)
{
	int r;

	object->notice = calloc(1, sizeof(*object->notice));
	if (!object->notice)
		return wt_fail(err, ENOMEM, "no memory for a notice");
	r = wt_notice_decode(payload, object->notice, err);
	if (r < 0)
		return r;
	memcpy(object->id, object->notice->id, WT_ID_LEN);
	/* Its signer must have been one when it was issued. */
	object->not_before = object->notice->issued_at;
	object->not_after = INT64_MAX;
	return 0;
}

static int read_object(struct object *object, struct wt_err *err)
{
	struct wt_cose cose;
	int r = wt_cose_decode(wt_buf_span(&object->cose), &cose, err);

	if (r < 0)
		return r;
	if (cose.whole.n != object->cose.n)
		return wt_fail(err, EBADMSG, "byte %zu: more bytes follow the object",
			       cose.whole.n);
	object->typ = cose.typ;
	switch (cose.typ) {
	case WT_TYP_REGISTRATION:
		return read_registration(cose.payload, object, err);
	case WT_TYP_GRANT:
		return read_grant(cose.payload, object, err);
	case WT_TYP_ALLOTMENT:
		return read_allotment(cose.payload, object, err);
	case WT_TYP_NOTICE:
		return read_notice(cose.payload, object, err);
	case WT_TYP_ATTESTATION:
	case WT_TYP_RESULT:
	case WT_TYP_NONE:
		break;
	}
	return wt_fail(err, EBADMSG,
		       "it is of type %s: no registration, grant, allotment or notice",
		       cose.typ ? wt_typ_name(cose.typ) : "nothing known");
}

int wt_site_object(struct wt_site *site, struct wt_span cose, const char *name, struct wt_err *err)
{
	struct object *object = calloc(1, sizeof(*object)), **grown;
	struct wt_err own;
	int r;

	err = err ? err : &own;
	if (site->dealt) {
		free(object);
		return wt_fail(err, EINVAL, "objects belong before the first attestation");
	}
	grown = room_for_one(site->objects, site->n_objects, sizeof(*grown));
	if (grown)
		site->objects = grown;
	if (object) {
		object->name = strdup(name);
		wt_buf_append(&object->cose, cose.p, cose.n);
	}
	if (!grown || !object || !object->name || object->cose.err) {
		wt_site_object_free(object);
		return wt_fail(err, ENOMEM, "no memory for an object");
	}
	r = read_object(object, err);
	if (r < 0) {
		wt_site_object_free(object);
		if (r != -EBADMSG)
			return r;
		return wt_site_refuse(site, name, err->msg) < 0
			       ? wt_fail(err, ENOMEM, "no memory for an object")
			       : 0;
	}
	wt_sha256(wt_buf_span(&object->cose), object->digest);
	object->nth = site->n_objects;
	site->objects[site->n_objects++] = object;
	return 1;
}

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
	return object->notice &&
	       (object->notice->kind == WT_NOTICE_CURTAIL || object->notice->kind == WT_NOTICE_OFF);
}

static int refuse(struct wt_site *site, struct object *object, struct wt_err *err)
{
	object->fate = FATE_REFUSED;
	if (wt_site_refuse(site, object->name, err->msg) < 0)
		return wt_fail(err, ENOMEM, "no memory for a verdict");
	return 0;
}

/* A share is only as good as the key that its grant names. */
static int look_at_key(struct wt_site *site, struct object *object,
		       const uint8_t signer[WT_SHA256_LEN], struct wt_err *err)
{
	const struct object *grant = wt_site_object_find(site, WT_TYP_GRANT, object->grant_id);

	if (!grant || memcmp(grant->digest, object->grant_digest, WT_SHA256_LEN) != 0)
		return 1; /* said where allotments are summed up */
	if (grant->to_site && memcmp(grant->site_key, signer, WT_SHA256_LEN) == 0)
		return 1;
	wt_fail(err, EKEYREJECTED, "it is not signed with the site key that its grant names");
	return 0;
}

int wt_site_object_look(struct wt_site *site, struct object *object, struct wt_err *err)
{
	struct wt_span cose = wt_buf_span(&object->cose);
	uint8_t signer[WT_SHA256_LEN];
	struct wt_err why;
	int r;

	if (object->fate != FATE_OPEN)
		return 0;
	r = wt_appraisal_look(site->desk, cose, duty_of(object), object->not_before,
			      object->not_after, object->name, signer, &why);
	if (r == 0 && by_either(object))
		r = wt_appraisal_look(site->desk, cose, WT_DUTY_REGISTRATION, object->not_before,
				      object->not_after, object->name, signer, &why);
	if (r > 0 && object->typ == WT_TYP_ALLOTMENT)
		r = look_at_key(site, object, signer, &why);
	if (r < 0) {
		*err = why;
		return r;
	}
	if (r == 0) {
		*err = why;
		return refuse(site, object, err);
	}
	object->fate = FATE_GOOD;
	return 0;
}

struct object *wt_site_object_find(const struct wt_site *site, enum wt_typ typ,
				   const uint8_t id[WT_ID_LEN])
{
	size_t low = 0, high = site->n_objects, middle;
	const struct object *object;
	int order;

	while (low < high) {
		middle = low + (high - low) / 2;
		object = site->by_id[middle];
		order = object->typ != typ ? (object->typ < typ ? -1 : 1)
					   : memcmp(object->id, id, WT_ID_LEN);
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == site->n_objects || site->by_id[low]->typ != typ ||
	    memcmp(site->by_id[low]->id, id, WT_ID_LEN) != 0)
		return NULL;
	return site->by_id[low];
}
