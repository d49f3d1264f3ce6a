// SPDX-License-Identifier: Apache-2.0
/* Objects, and what they add up to: each of use to some rig, and no grant divided into more than it is. */
#include "lib/site/private.h"

static bool has_registration(const struct rig *rig)
{
	return rig && rig->has_registration;
}

int wt_site_check_objects(struct wt_site *site, struct wt_outcome *checks, struct wt_err *err)
{
	char text[WT_COUNT_LEN];
	size_t i, rightly = 0;
	int r;

	for (i = 0; i < site->n_objects; i++) {
		r = wt_site_object_look(site, site->objects[i], err);
		if (r < 0)
			return r;
	}
	/* Looking refuses into the site's own findings. */
	checks[WT_SITE_OBJECTS] = site->found[WT_SITE_OBJECTS];
	for (i = 0; i < site->n_objects; i++) {
		const struct object *object = site->objects[i];

		rightly += object->fate == FATE_TAKEN || object->fate == FATE_GOOD;
		if (object->fate != FATE_GOOD || object->to_site ||
		    (object->typ != WT_TYP_GRANT && object->typ != WT_TYP_ALLOTMENT) ||
		    has_registration(wt_site_rig(site, object->ueid, false)))
			continue;
		wt_site_find(checks, WT_SITE_OBJECT_UNUSED,
			     "%.80s: %s to a rig whose registration was not given", object->name,
			     object->typ == WT_TYP_GRANT ? "a grant" : "an allotment");
	}
	wt_site_affirm(checks, WT_SITE_OBJECTS, "%s, each signed by who may",
		       wt_count(rightly, "object", text));
	return 0;
}

/* --- allotments ------------------------------------------------------------------------------- */

static int by_grant(const void *a, const void *b)
{
	const struct object *x = *(struct object *const *)a, *y = *(struct object *const *)b;
	int order = memcmp(x->terms->grant_id, y->terms->grant_id, WT_ID_LEN);

	return order ? order : x->nth < y->nth ? -1 : x->nth > y->nth;
}

static bool same_grant(const struct object *a, const struct object *b)
{
	return a->terms == b->terms ||
	       memcmp(a->terms->grant_id, b->terms->grant_id, WT_ID_LEN) == 0;
}

static void sum_up(const struct wt_site *site, struct object *const *shares, size_t n,
		   struct wt_outcome *checks)
{
	const uint8_t *grant_id = shares[0]->terms->grant_id;
	const struct object *grant = wt_site_object_find(site, WT_TYP_GRANT, grant_id);
	char id[2 * WT_ID_LEN + 1], sold[WT_GROUPED_LEN], divided[WT_GROUPED_LEN],
		beyond[WT_GROUPED_LEN], count[WT_COUNT_LEN];
	uint64_t wh = 0;
	size_t i;

	wt_hex(grant_id, WT_ID_LEN, id);
	if (!grant || !grant->to_site || grant->fate == FATE_REFUSED) {
		wt_site_find(checks, WT_SITE_ALLOTMENT_GRANT,
			     "%.80s divides grant %s, which was %s", shares[0]->name, id,
			     !grant			   ? "not given"
			     : grant->fate == FATE_REFUSED ? "refused"
							   : "sold to a rig and no site");
		return;
	}
	for (i = 0; i < n; i++)
		wh = plus(wh, shares[i]->wh);
	if (wh > grant->wh)
		wt_site_find(checks, WT_SITE_ALLOTMENTS_EXCEED,
			     "%s of grant %s (%.40s) sum to %s Wh of %s Wh: %s Wh too much",
			     wt_count(n, "allotment", count), id, grant->grant->transaction,
			     wt_grouped(wh, divided), wt_grouped(grant->wh, sold),
			     wt_grouped(wh - grant->wh, beyond));
}

int wt_site_check_allotments(struct wt_site *site, struct wt_outcome *checks, struct wt_err *err)
{
	struct object **shares = calloc(site->n_objects + 1, sizeof(*shares));
	char text[WT_COUNT_LEN], sold[WT_COUNT_LEN];
	size_t i, n = 0, first, grants = 0;

	if (!shares)
		return wt_fail(err, ENOMEM, "no memory for a verdict");
	for (i = 0; i < site->n_objects; i++) {
		struct object *object = site->objects[i];

		if (object->typ == WT_TYP_ALLOTMENT &&
		    (object->fate == FATE_TAKEN || object->fate == FATE_GOOD))
			shares[n++] = object;
	}
	qsort(shares, n, sizeof(*shares), by_grant);
	for (first = 0; first < n; first = i, grants++) {
		for (i = first + 1; i < n && same_grant(shares[i], shares[first]); i++)
			;
		sum_up(site, shares + first, i - first, checks);
	}
	free(shares);
	if (n == 0)
		wt_site_no_claim(checks, WT_SITE_ALLOTMENTS, "no grant was divided among rigs");
	else
		wt_site_affirm(checks, WT_SITE_ALLOTMENTS,
			       "%s divide %s, none into more than it is",
			       wt_count(n, "allotment", text), wt_count(grants, "grant", sold));
	return 0;
}

/* --- grants ----------------------------------------------------------------------------------- */

static void look_at_spent(const struct wt_site *site, const struct rig *rig,
			  const struct wt_att_grant *spent, struct wt_outcome *checks)
{
	const struct object *grant = wt_site_object_find(site, WT_TYP_GRANT, spent->id);
	const struct rig *owner;
	char id[2 * WT_ID_LEN + 1];
	size_t i;

	/* Of grants to a rig, which is all that is kept. */
	if (!grant || memcmp(grant->ueid, rig->ueid, WT_UEID_LEN) == 0)
		return;
	wt_hex(spent->id, WT_ID_LEN, id);
	owner = wt_site_rig((struct wt_site *)site, grant->ueid, false);
	for (i = 0; owner && i < owner->n_spent; i++) {
		if (memcmp(owner->spent[i].id, spent->id, WT_ID_LEN) != 0)
			continue;
		wt_site_find(
			checks, WT_SITE_GRANT_SHARED,
			"grant %s (%.40s) is spent by %.63s, to whom it was sold, and by %.63s", id,
			grant->grant->transaction, owner->name, rig->name);
		return;
	}
	wt_site_find(checks, WT_SITE_GRANT_OF_ANOTHER,
		     "%.63s spends grant %s (%.40s), which was sold to %.63s", rig->name, id,
		     grant->grant->transaction, owner ? owner->name : "another rig");
}

void wt_site_check_grants(struct wt_site *site, struct wt_outcome *checks)
{
	char text[WT_COUNT_LEN], sold[WT_COUNT_LEN];
	size_t i, j, spending = 0, grants = 0;

	for (i = 0; i < site->n_rigs; i++) {
		spending += site->rigs[i]->spending;
		for (j = 0; j < site->rigs[i]->n_spent; j++)
			look_at_spent(site, site->rigs[i], &site->rigs[i]->spent[j], checks);
	}
	for (i = 0; i < site->n_objects; i++)
		grants += site->objects[i]->typ == WT_TYP_GRANT &&
			  site->objects[i]->fate != FATE_REPEATED;
	if (spending == 0)
		wt_site_no_claim(checks, WT_SITE_GRANTS, "no rig says that it spends a grant");
	else
		wt_site_affirm(checks, WT_SITE_GRANTS,
			       "%s, none spent by a rig that it was not sold to; %s spend some",
			       wt_count(grants, "grant", sold), wt_count(spending, "rig", text));
}
