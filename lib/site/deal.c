// SPDX-License-Identifier: Apache-2.0
/*
 * Which object concerns which rig: a registration, a grant or an allotment by the rig's id; a grant to a site, those rigs
 * that have a share of it; a notice, whoever it names. A rig's appraisal is made with all of them when its first
 * attestation comes, in the thread that gives it.
 */
#include "lib/site/private.h"

#include <search.h>
#include <stdio.h>

static int by_ueid(const void *a, const void *b)
{
	return memcmp(((const struct rig *)a)->ueid, ((const struct rig *)b)->ueid, WT_UEID_LEN);
}

struct rig *wt_site_rig(struct wt_site *site, const uint8_t ueid[WT_UEID_LEN], bool make)
{
	struct rig key, *rig, **rigs, **node;

	memcpy(key.ueid, ueid, WT_UEID_LEN);
	node = tfind(&key, &site->table, by_ueid);
	if (node)
		return *node;
	if (!make)
		return NULL;
	rigs = room_for_one(site->rigs, site->n_rigs, sizeof(*rigs));
	rig = calloc(1, sizeof(*rig));
	if (rigs)
		site->rigs = rigs;
	if (rig)
		memcpy(rig->ueid, ueid, WT_UEID_LEN);
	if (!rigs || !rig || !tsearch(rig, &site->table, by_ueid)) {
		free(rig);
		return NULL;
	}
	wt_hex(ueid, WT_UEID_LEN, rig->name);
	site->rigs[site->n_rigs++] = rig;
	return rig;
}

void wt_site_rig_free(struct rig *rig)
{
	wt_appraisal_free(rig->appraisal);
	wt_verdict_clear(&rig->verdict);
	wt_buf_free(&rig->state);
	free(rig->dealt);
	free(rig->spends);
	free(rig->spent);
	free(rig->seen);
	free(rig->claims);
	free(rig);
}

static int deal(struct rig *rig, struct object *object)
{
	struct dealt *dealt = room_for_one(rig->dealt, rig->n_dealt, sizeof(*dealt));

	if (!dealt)
		return -ENOMEM;
	rig->dealt = dealt;
	dealt[rig->n_dealt++] = (struct dealt){ .object = object };
	rig->has_registration |= object->typ == WT_TYP_REGISTRATION;
	return 0;
}

static int by_id(const void *a, const void *b)
{
	const struct object *x = *(struct object *const *)a, *y = *(struct object *const *)b;
	int order = memcmp(x->id, y->id, WT_ID_LEN);

	if (x->typ != y->typ)
		return x->typ < y->typ ? -1 : 1;
	if (order == 0)
		return x->nth < y->nth ? -1 : x->nth > y->nth;
	return order;
}

/* Of what has one typ and id the first counts: the same again is nothing new, something else a conflict. */
static int find_repeated(struct wt_site *site)
{
	struct object *first = NULL, *object;
	char id[2 * WT_ID_LEN + 1];
	size_t i;

	site->by_id = calloc(site->n_objects + 1, sizeof(*site->by_id));
	if (!site->by_id)
		return -ENOMEM;
	if (site->n_objects > 0)
		memcpy(site->by_id, site->objects, site->n_objects * sizeof(*site->by_id));
	qsort(site->by_id, site->n_objects, sizeof(*site->by_id), by_id);
	for (i = 0; i < site->n_objects; i++) {
		object = site->by_id[i];
		if (!first || first->typ != object->typ ||
		    memcmp(first->id, object->id, WT_ID_LEN) != 0) {
			first = object;
			continue;
		}
		object->fate = FATE_REPEATED;
		if (memcmp(first->digest, object->digest, WT_SHA256_LEN) == 0)
			continue;
		wt_hex(object->id, WT_ID_LEN, id);
		wt_site_find(
			site->found, WT_SITE_OBJECT_CONFLICT,
			"%.60s and %.60s are two different %ss with the id %s; the first counts",
			first->name, object->name, wt_typ_name(object->typ), id);
	}
	return 0;
}

/* The rig's licence and zone are those of its registrations. */
static bool has_registration(const struct rig *rig, const struct wt_notice *notice)
{
	const struct object *reg;
	size_t i;

	for (i = 0; i < rig->n_dealt; i++) {
		reg = rig->dealt[i].object;
		if (reg->typ != WT_TYP_REGISTRATION)
			continue;
		if (notice->scope == WT_SCOPE_LICENCE
			    ? strcmp(reg->registration->licence, notice->text) == 0
		    : notice->scope == WT_SCOPE_ZONE
			    ? strcmp(reg->registration->zone, notice->text) == 0
			    : memcmp(reg->id, notice->target, WT_ID_LEN) == 0)
			return true;
	}
	return false;
}

static bool has_grant(const struct rig *rig, const uint8_t id[WT_ID_LEN])
{
	size_t i;

	for (i = 0; i < rig->n_dealt; i++) {
		if (rig->dealt[i].object->typ == WT_TYP_GRANT &&
		    memcmp(rig->dealt[i].object->id, id, WT_ID_LEN) == 0)
			return true;
	}
	return false;
}

static bool concerns(const struct wt_notice *notice, const struct rig *rig)
{
	if (notice->scope == WT_SCOPE_RIG)
		return memcmp(notice->target, rig->ueid, WT_UEID_LEN) == 0;
	if (notice->kind == WT_NOTICE_REVOKE_GRANT)
		return has_grant(rig, notice->target);
	return has_registration(rig, notice);
}

/* Those of one typ, in the order given. A rig is made only by its registration. */
static int deal_all(struct wt_site *site, enum wt_typ typ)
{
	struct object *object, *grant;
	struct rig *rig;
	size_t i, j;
	int r = 0;

	for (i = 0; r == 0 && i < site->n_objects; i++) {
		object = site->objects[i];
		if (object->typ != typ || object->fate == FATE_REPEATED)
			continue;
		if (typ == WT_TYP_NOTICE) {
			for (j = 0; r == 0 && j < site->n_rigs; j++)
				r = concerns(object->notice, site->rigs[j])
					    ? deal(site->rigs[j], object)
					    : 0;
			continue;
		}
		if (object->to_site)
			continue;
		rig = wt_site_rig(site, object->ueid, typ == WT_TYP_REGISTRATION);
		if (!rig && typ == WT_TYP_REGISTRATION)
			return -ENOMEM;
		if (!rig)
			continue;
		/* The share's grant before the share. */
		grant = typ == WT_TYP_ALLOTMENT
				? wt_site_object_find(site, WT_TYP_GRANT, object->terms->grant_id)
				: NULL;
		if (grant && grant->to_site && !has_grant(rig, grant->id))
			r = deal(rig, grant);
		if (r == 0)
			r = deal(rig, object);
	}
	return r;
}

int wt_site_ready(struct wt_site *site, struct wt_err *err)
{
	static const enum wt_typ order[] = { WT_TYP_REGISTRATION, WT_TYP_GRANT, WT_TYP_ALLOTMENT,
					     WT_TYP_NOTICE };
	size_t i;
	int r;

	if (site->dealt)
		return 0;
	r = wt_site_objects_order(site);
	if (r == 0)
		r = find_repeated(site);
	if (r == 0)
		r = wt_trust_digests(site->trust, &site->anchors, &site->n_anchors);
	for (i = 0; r == 0 && i < sizeof(order) / sizeof(order[0]); i++)
		r = deal_all(site, order[i]);
	if (r < 0)
		return wt_fail(err, ENOMEM, "no memory for the site's rigs");
	for (i = 0; i < site->n_objects; i++) {
		if (!site->objects[i]->to_site)
			continue;
		r = wt_site_object_look(site, site->objects[i], err);
		if (r < 0)
			return r;
	}
	site->dealt = true;
	return 0;
}

/* What was looked at as it was given: for all rigs. */
static int give_looked_at(struct wt_appraisal *a, const struct object *object, struct wt_err *err)
{
	struct wt_allotment share = { .wh = object->wh };

	if (object->typ == WT_TYP_GRANT)
		return wt_appraisal_take_grant(a, object->grant, object->digest, object->by,
					       object->name, err);
	memcpy(share.id, object->id, sizeof(share.id));
	memcpy(share.ueid, object->ueid, sizeof(share.ueid));
	memcpy(share.grant_id, object->terms->grant_id, sizeof(share.grant_id));
	memcpy(share.grant_digest, object->terms->grant_digest, sizeof(share.grant_digest));
	share.not_before = object->terms->not_before;
	share.not_after = object->terms->not_after;
	return wt_appraisal_take_allotment(a, &share, object->digest, object->by, object->name,
					   err);
}

static int give(struct rig *rig, const struct object *object, struct wt_err *err)
{
	struct wt_span cose = wt_span(object->cose, object->n_cose);
	struct wt_appraisal *a = rig->appraisal;

	if (object->by)
		return give_looked_at(a, object, err);
	switch (object->typ) {
	case WT_TYP_REGISTRATION:
		return wt_appraisal_registration(a, cose, object->name, err);
	case WT_TYP_GRANT:
		return wt_appraisal_grant(a, cose, object->name, err);
	case WT_TYP_ALLOTMENT:
		return wt_appraisal_allotment(a, cose, object->name, err);
	case WT_TYP_NOTICE:
		return wt_appraisal_notice(a, cose, object->name, err);
	default:
		return 0;
	}
}

int wt_site_rig_begin(struct wt_site *site, struct rig *rig, struct wt_err *err)
{
	const struct wt_registration *reg;
	size_t i;
	int r;

	r = wt_appraisal_new(site->trust, &site->options, &rig->appraisal, err);
	if (r < 0)
		return r;
	for (i = 0; i < rig->n_dealt; i++) {
		r = give(rig, rig->dealt[i].object, err);
		if (r < 0)
			return r;
		rig->dealt[i].answer = r;
	}
	reg = wt_appraisal_registered(rig->appraisal);
	if (reg)
		memcpy(rig->name, reg->rig, sizeof(rig->name));
	if (rig->state.n == 0)
		return 0;
	r = wt_appraisal_state_load(rig->appraisal, wt_buf_span(&rig->state), err);
	return r < 0 ? wt_fail_in(err, r, "the state of %s", rig->name) : 0;
}
