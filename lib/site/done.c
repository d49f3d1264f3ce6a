// SPDX-License-Identifier: Apache-2.0
/*
 * A rig is judged: its appraisal is asked for all that the site's verdict and a later run need, and is gone. So a site
 * holds appraisals of no more rigs than are being looked at.
 */
#include "lib/site/private.h"

#include "lib/result.h"

void wt_site_energy_add(struct wt_energy *sum, const struct wt_energy *e)
{
	sum->low = plus(sum->low, e->low);
	sum->best = plus(sum->best, e->best);
	sum->high = plus(sum->high, e->high);
}

/* What the rig's appraisal accepted needs no second look. */
static void keep_answers(struct wt_site *site, const struct rig *rig)
{
	size_t i;

	pthread_mutex_lock(&site->lock); /* a grant to the site is of many rigs */
	for (i = 0; i < rig->n_dealt; i++) {
		struct dealt *dealt = &rig->dealt[i];

		if (dealt->answer > 0 && dealt->object->fate != FATE_REFUSED)
			dealt->object->fate = FATE_TAKEN;
	}
	pthread_mutex_unlock(&site->lock);
}

/* Everything that was dealt to the rig, and who is trusted. */
static int keep_ground(const struct wt_site *site, struct rig *rig)
{
	uint8_t(*digests)[WT_SHA256_LEN] =
		calloc(rig->n_dealt + site->n_anchors + 1, sizeof(*digests));
	size_t i, n = 0;

	if (!digests)
		return -ENOMEM;
	for (i = 0; i < rig->n_dealt; i++)
		memcpy(digests[n++], rig->dealt[i].object->digest, WT_SHA256_LEN);
	for (i = 0; i < site->n_anchors; i++)
		memcpy(digests[n++], site->anchors[i], WT_SHA256_LEN);
	wt_policy_digest(digests, n, rig->ground.policy);
	free(digests);
	wt_appraisal_newest(rig->appraisal, rig->ground.last_digest);
	return 0;
}

/* With those of earlier runs. */
static int keep_sightings(struct rig *rig)
{
	size_t n = 0;
	const struct wt_sighting *now =
		rig->appraisal ? wt_appraisal_sightings(rig->appraisal, &n) : NULL;
	struct wt_sighting *all = reallocarray(rig->seen, rig->n_seen + n + 1, sizeof(*all));

	if (!all)
		return -ENOMEM;
	if (n > 0)
		memcpy(all + rig->n_seen, now, n * sizeof(*all));
	rig->n_seen = wt_site_sightings_join(all, rig->n_seen + n);
	rig->seen = reallocarray(all, rig->n_seen + 1, sizeof(*all)); /* no more than stayed */
	if (!rig->seen)
		rig->seen = all;
	return 0;
}

/* As if every registered device were there for as long as its registration holds. */
static int keep_claims(struct rig *rig)
{
	const struct wt_registration *reg = wt_appraisal_registered(rig->appraisal);
	struct wt_sighting *claims;
	size_t i, n = 0;

	if (!reg)
		return 0;
	claims = calloc(reg->n_devices + 1, sizeof(*claims));
	if (!claims)
		return -ENOMEM;
	for (i = 0; i < reg->n_devices; i++) {
		const struct wt_reg_device *d = &reg->devices[i];

		if (!*d->serial)
			continue;
		claims[n] = (struct wt_sighting){ .bus = d->bus, .vid = d->vid, .pid = d->pid };
		memcpy(claims[n].serial, d->serial, sizeof(claims[n].serial));
		claims[n].from_ns = (uint64_t)reg->not_before * NS_PER_S;
		claims[n].to_ns = (uint64_t)reg->not_after * NS_PER_S;
		n++;
	}
	rig->claims = claims;
	rig->n_claims = n;
	rig->registered = true;
	rig->not_before = reg->not_before;
	rig->not_after = reg->not_after;
	return 0;
}

/* Of the grants given, and of what no grant covered: what a state says of others was bought elsewhere. */
static void keep_needed(struct rig *rig)
{
	const struct wt_ledger *ledger = wt_appraisal_ledger(rig->appraisal);
	size_t i;

	for (i = 0; i < ledger->n; i++)
		wt_site_energy_add(&rig->needed, &ledger->accounts[i].used);
	wt_site_energy_add(&rig->needed, &ledger->over);
}

/* For the next run; when nothing is new, as it was. */
static int keep_state(const struct wt_site *site, struct rig *rig, struct wt_err *err)
{
	struct wt_buf state = { 0 };
	int r;

	rig->news = wt_appraisal_news(rig->appraisal);
	if (site->no_state) {
		wt_buf_free(&rig->state);
		return 0;
	}
	if (!rig->news)
		return 0;
	r = wt_appraisal_state_save(rig->appraisal, &state, err);

	if (r == 0) {
		wt_buf_free(&rig->state);
		wt_buf_append(&rig->state, state.p, state.n); /* no more than it needs */
		if (rig->state.err)
			r = wt_fail(err, ENOMEM, "no memory for the state");
	}
	wt_buf_free(&state);
	return r == -ENODATA ? 0 : r;
}

static int keep_all(struct wt_site *site, struct rig *rig, struct wt_err *err)
{
	int r = wt_appraisal_finish(rig->appraisal, &rig->verdict, err);

	if (r == 0)
		r = keep_state(site, rig, err);
	if (r < 0)
		return r;
	if (keep_ground(site, rig) < 0 || keep_sightings(rig) < 0 || keep_claims(rig) < 0)
		return wt_fail(err, ENOMEM, "no memory for a verdict");
	keep_needed(rig);
	keep_answers(site, rig);
	return 0;
}

int wt_site_rig_conclude(struct wt_site *site, struct rig *rig, struct wt_err *err)
{
	int r = 0;

	if (rig->done)
		return 0;
	/* Neither registered nor heard of in this run: it is only in the state. */
	if (!rig->given && !rig->has_registration)
		return keep_sightings(rig) < 0 ? wt_fail(err, ENOMEM, "no memory for a verdict")
					       : 0;
	if (!rig->appraisal)
		r = wt_site_rig_begin(site, rig, err);
	if (r == 0)
		r = keep_all(site, rig, err);
	if (r < 0)
		return r;
	rig->done = true;
	wt_appraisal_free(rig->appraisal);
	rig->appraisal = NULL;
	free(rig->dealt);
	rig->dealt = NULL;
	rig->n_dealt = 0;
	free(rig->spends);
	rig->spends = NULL;
	rig->n_spends = 0;
	return 0;
}
