// SPDX-License-Identifier: Apache-2.0
/*
 * What authorities and sites signed, decoded once for what the site needs to know. A grant's or an allotment's signature
 * is looked at once too, as it is given. What concerns few rigs, or is not rightly signed, keeps its bytes: whether it is
 * rightly signed says the appraisal of the rig that it concerns, and the site itself only where there is none.
 */
#include "lib/site/private.h"

#include <search.h>
#include <stdio.h>

void wt_site_object_time(const struct object *object, int64_t *ret_not_before,
			 int64_t *ret_not_after)
{
	switch (object->typ) {
	case WT_TYP_REGISTRATION:
		*ret_not_before = object->registration->not_before;
		*ret_not_after = object->registration->not_after;
		return;
	case WT_TYP_GRANT:
		*ret_not_before = object->grant->not_before;
		*ret_not_after = object->grant->not_after;
		return;
	case WT_TYP_ALLOTMENT:
		*ret_not_before = object->terms->not_before;
		*ret_not_after = object->terms->not_after;
		return;
	default: /* a notice: its signer must have been one when it was issued */
		*ret_not_before = object->notice->issued_at;
		*ret_not_after = INT64_MAX;
	}
}

/* --- what could not be read ------------------------------------------------------------------- */

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

/* Refused when all are given: in their order, whichever thread was faster. */
static int keep_unread(struct wt_site *site, uint32_t nth, const char *name, const char *why)
{
	struct unread *unread = room_for_one(site->unread, site->n_unread, sizeof(*unread));
	struct unread one = { .nth = nth };

	if (!unread)
		return -ENOMEM;
	site->unread = unread;
	one.name = strdup(name);
	one.why = strdup(why);
	if (!one.name || !one.why) {
		free(one.name);
		free(one.why);
		return -ENOMEM;
	}
	unread[site->n_unread++] = one;
	return 0;
}

static int by_nth(const void *a, const void *b)
{
	uint32_t x = (*(struct object *const *)a)->nth, y = (*(struct object *const *)b)->nth;

	return x < y ? -1 : x > y;
}

static int by_nth_unread(const void *a, const void *b)
{
	uint32_t x = ((const struct unread *)a)->nth, y = ((const struct unread *)b)->nth;

	return x < y ? -1 : x > y;
}

int wt_site_objects_order(struct wt_site *site)
{
	size_t i;

	if (site->n_objects > 0)
		qsort(site->objects, site->n_objects, sizeof(*site->objects), by_nth);
	if (site->n_unread > 0)
		qsort(site->unread, site->n_unread, sizeof(*site->unread), by_nth_unread);
	for (i = 0; i < site->n_unread; i++) {
		if (wt_site_refuse(site, site->unread[i].name, site->unread[i].why) < 0)
			return -ENOMEM;
	}
	return 0;
}

/* --- reading ---------------------------------------------------------------------------------- */

/* An object while it is read: on the stack of whoever gives it. */
struct reading {
	struct object object;
	struct wt_cose cose;
	struct registered registration;
	struct terms terms;
	struct wt_grant grant;
	struct wt_notice notice;
	struct wt_signer by;
	bool signed_rightly; /* by */
};

static int read_registration(struct wt_span payload, struct reading *r, struct wt_err *err)
{
	struct wt_registration reg;
	int ret = wt_registration_decode(payload, &reg, err);

	if (ret < 0)
		return ret;
	memcpy(r->object.id, reg.id, WT_ID_LEN);
	memcpy(r->object.ueid, reg.ueid, WT_UEID_LEN);
	r->registration.not_before = reg.not_before;
	r->registration.not_after = reg.not_after;
	memcpy(r->registration.licence, reg.licence, sizeof(reg.licence));
	memcpy(r->registration.zone, reg.zone, sizeof(reg.zone));
	wt_registration_clear(&reg);
	return 0;
}

static int read_grant(struct wt_span payload, struct reading *r, struct wt_err *err)
{
	int ret = wt_grant_decode(payload, &r->grant, err);

	if (ret < 0)
		return ret;
	memcpy(r->object.id, r->grant.id, WT_ID_LEN);
	memcpy(r->object.ueid, r->grant.spender, WT_UEID_LEN);
	r->object.to_site = r->grant.to_site;
	r->object.wh = r->grant.wh;
	return 0;
}

static int read_allotment(struct wt_span payload, struct reading *r, struct wt_err *err)
{
	struct wt_allotment share;
	int ret = wt_allotment_decode(payload, &share, err);

	if (ret < 0)
		return ret;
	memcpy(r->object.id, share.id, WT_ID_LEN);
	memcpy(r->object.ueid, share.ueid, WT_UEID_LEN);
	r->object.wh = share.wh;
	memcpy(r->terms.grant_id, share.grant_id, WT_ID_LEN);
	memcpy(r->terms.grant_digest, share.grant_digest, WT_SHA256_LEN);
	r->terms.not_before = share.not_before;
	r->terms.not_after = share.not_after;
	return 0;
}

static int read_notice(struct wt_span payload, struct reading *r, struct wt_err *err)
{
	int ret = wt_notice_decode(payload, &r->notice, err);

	if (ret == 0)
		memcpy(r->object.id, r->notice.id, WT_ID_LEN);
	return ret;
}

static int read_object(struct wt_span bytes, struct reading *r, struct wt_err *err)
{
	int ret = wt_cose_decode(bytes, &r->cose, err);

	if (ret < 0)
		return ret;
	if (r->cose.whole.n != bytes.n)
		return wt_fail(err, EBADMSG, "byte %zu: more bytes follow the object",
			       r->cose.whole.n);
	if (bytes.n > UINT32_MAX)
		return wt_fail(err, EBADMSG, "%zu bytes", bytes.n);
	r->object.typ = r->cose.typ;
	switch (r->cose.typ) {
	case WT_TYP_REGISTRATION:
		return read_registration(r->cose.payload, r, err);
	case WT_TYP_GRANT:
		return read_grant(r->cose.payload, r, err);
	case WT_TYP_ALLOTMENT:
		return read_allotment(r->cose.payload, r, err);
	case WT_TYP_NOTICE:
		return read_notice(r->cose.payload, r, err);
	case WT_TYP_ATTESTATION:
	case WT_TYP_RESULT:
	case WT_TYP_SITE_RESULT:
	case WT_TYP_NONE:
		break;
	}
	return wt_fail(err, EBADMSG,
		       "it is of type %s: no registration, grant, allotment or notice",
		       r->cose.typ ? wt_typ_name(r->cose.typ) : "nothing known");
}

/* Of what many rigs share the signature is looked at now, and the bytes need not be kept. */
static int read_signer(struct wt_site *site, struct reading *r, const char *name)
{
	struct wt_err why; /* said when somebody asks for the object */
	int ret = 0;

	if (r->object.typ == WT_TYP_GRANT)
		ret = wt_site_signer(site, &r->cose, WT_DUTY_GRANT, r->grant.not_before,
				     r->grant.not_after, name, &r->by, &why);
	else if (r->object.typ == WT_TYP_ALLOTMENT)
		ret = wt_site_signer(site, &r->cose, WT_DUTY_ALLOTMENT, r->terms.not_before,
				     r->terms.not_after, name, &r->by, &why);
	r->signed_rightly = ret > 0;
	return ret == -ENOMEM ? ret : 0;
}

/* --- keeping ---------------------------------------------------------------------------------- */

static int by_terms(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct terms));
}

/* The same for all shares of a grant. */
static const struct terms *keep_terms(struct wt_site *site, const struct terms *terms)
{
	struct terms *copy, **node = tfind(terms, &site->terms, by_terms);

	if (node)
		return *node;
	copy = wt_arena_copy(&site->arena, terms, sizeof(*terms));
	return copy && tsearch(copy, &site->terms, by_terms) ? copy : NULL;
}

static bool keep_details(struct wt_site *site, struct object *object, const struct reading *r)
{
	switch (object->typ) {
	case WT_TYP_REGISTRATION:
		object->registration =
			wt_arena_copy(&site->arena, &r->registration, sizeof(r->registration));
		return object->registration;
	case WT_TYP_GRANT:
		object->grant = wt_arena_copy(&site->arena, &r->grant, sizeof(r->grant));
		return object->grant;
	case WT_TYP_ALLOTMENT:
		object->terms = keep_terms(site, &r->terms);
		return object->terms;
	default:
		object->notice = wt_arena_copy(&site->arena, &r->notice, sizeof(r->notice));
		return object->notice;
	}
}

/* With the lock held. */
static int keep(struct wt_site *site, const struct reading *r, uint32_t nth, const char *name)
{
	struct object **objects =
		room_for_one(site->objects, site->n_objects, sizeof(struct object *));
	struct object *object = wt_arena_copy(&site->arena, &r->object, sizeof(*object));

	if (objects)
		site->objects = objects;
	if (!objects || !object || !keep_details(site, object, r))
		return -ENOMEM;
	object->nth = nth;
	object->name = wt_arena_text(&site->arena, name);
	object->by = r->signed_rightly ? wt_site_signer_keep(site, &r->by) : NULL;
	if (!object->name || (r->signed_rightly && !object->by))
		return -ENOMEM;
	if (!object->by) {
		object->n_cose = (uint32_t)r->cose.whole.n;
		object->cose = wt_arena_copy(&site->arena, r->cose.whole.p, r->cose.whole.n);
		if (!object->cose)
			return -ENOMEM;
	}
	objects[site->n_objects++] = object;
	return 0;
}

int wt_site_object_nth(struct wt_site *site, uint32_t nth, struct wt_span cose, const char *name,
		       struct wt_err *err)
{
	struct reading reading = { 0 };
	struct wt_err own = { 0 };
	int r, kept;

	err = err ? err : &own;
	if (site->dealt)
		return wt_fail(err, EINVAL, "objects belong before the first attestation");
	r = read_object(cose, &reading, err);
	if (r < 0 && r != -EBADMSG)
		return r;
	if (r == 0) {
		wt_sha256(cose, reading.object.digest);
		if (read_signer(site, &reading, name) < 0)
			return wt_fail(err, ENOMEM, "no memory for an object");
	}
	pthread_mutex_lock(&site->lock);
	kept = r < 0 ? keep_unread(site, nth, name, err->msg) : keep(site, &reading, nth, name);
	pthread_mutex_unlock(&site->lock);
	return kept < 0 ? wt_fail(err, ENOMEM, "no memory for an object") : r == 0;
}

int wt_site_object(struct wt_site *site, struct wt_span cose, const char *name, struct wt_err *err)
{
	return wt_site_object_nth(site, site->next++, cose, name, err);
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
