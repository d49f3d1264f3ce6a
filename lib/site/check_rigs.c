// SPDX-License-Identifier: Apache-2.0
/* All rigs together: none unknown, none silent while others attest, and what they used against what was bought. */
#include "lib/site/private.h"

static bool heard(const struct rig *rig)
{
	return rig->verdict.attestations > 0;
}

/* The time that the rigs' windows cover, all together. */
static bool covered(const struct wt_site *site, uint64_t *ret_from_ns, uint64_t *ret_to_ns)
{
	uint64_t from_ns = UINT64_MAX, to_ns = 0;
	size_t i;

	for (i = 0; i < site->n_rigs; i++) {
		const struct wt_verdict *v = &site->rigs[i]->verdict;

		if (v->to_ns == 0)
			continue;
		from_ns = v->from_ns < from_ns ? v->from_ns : from_ns;
		to_ns = v->to_ns > to_ns ? v->to_ns : to_ns;
	}
	*ret_from_ns = from_ns;
	*ret_to_ns = to_ns;
	return to_ns > 0;
}

void wt_site_check_rigs(struct wt_site *site, struct wt_outcome *checks)
{
	char text[WT_COUNT_LEN], from[WT_TIMESTAMP_LEN], to[WT_TIMESTAMP_LEN];
	size_t i, registered = 0, attested = 0;
	uint64_t from_ns, to_ns;
	bool any = covered(site, &from_ns, &to_ns);

	for (i = 0; i < site->n_rigs; i++) {
		const struct rig *rig = site->rigs[i];

		if (!rig->done)
			continue;
		registered += rig->registered;
		attested += heard(rig);
		if (!rig->registered && rig->given)
			wt_site_find(checks, WT_SITE_RIG_UNKNOWN,
				     "there are attestations of %.63s, and no registration of it",
				     rig->name);
		/* What a rig sent, it was not silent, whatever became of it. */
		if (!any || rig->given || !rig->registered ||
		    rig->not_before >= (int64_t)(to_ns / NS_PER_S) ||
		    rig->not_after <= (int64_t)(from_ns / NS_PER_S))
			continue;
		wt_site_find(checks, WT_SITE_RIG_SILENT,
			     "%.63s sent nothing, and others attest to %s to %s", rig->name,
			     wt_timestamp_utc((int64_t)(from_ns / NS_PER_S), from),
			     wt_timestamp_utc((int64_t)(to_ns / NS_PER_S), to));
	}
	if (!any)
		wt_site_no_claim(checks, WT_SITE_RIGS, "no rig attests to any time");
	else
		wt_site_affirm(checks, WT_SITE_RIGS, "%s registered, %zu of them attest",
			       wt_count(registered, "rig", text), attested);
}

void wt_site_check_energy(struct wt_site *site, struct wt_outcome *checks,
			  struct wt_site_verdict *v)
{
	char used[WT_FORMAT_LEN], bought[WT_FORMAT_LEN], text[WT_COUNT_LEN];
	struct wt_energy sum = { 0 };
	size_t i, rigs = 0;

	for (i = 0; i < site->n_rigs; i++) {
		wt_site_energy_add(&v->chargeable, &site->rigs[i]->verdict.chargeable);
		wt_site_energy_add(&sum, &site->rigs[i]->needed);
		rigs += heard(site->rigs[i]);
	}
	for (i = 0; i < site->n_objects; i++) {
		const struct object *object = site->objects[i];

		if (object->typ == WT_TYP_GRANT &&
		    (object->fate == FATE_TAKEN || (object->fate == FATE_GOOD && object->to_site)))
			v->bought_uj = plus(v->bought_uj, object->wh * UINT64_C(3600000000));
	}
	wt_format_energy(sum.best, used);
	wt_format_energy(v->bought_uj, bought);
	wt_count(rigs, "rig", text);
	if (sum.best > v->bought_uj)
		wt_site_find(checks, WT_SITE_EXCEEDED, "%s used %s, and %s was bought for them",
			     text, used, bought);
	else if (sum.high > v->bought_uj)
		wt_site_find(checks, WT_SITE_INQUIRE,
			     "%s used %s of %s, which only the best estimate fits", text, used,
			     bought);
	else if (rigs == 0)
		wt_site_no_claim(checks, WT_SITE_ENERGY, "no attestation was accepted");
	else
		wt_site_affirm(checks, WT_SITE_ENERGY, "%s used %s of %s", text, used, bought);
}
