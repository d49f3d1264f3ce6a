// SPDX-License-Identifier: Apache-2.0
/*
 * Curtailments: "at most P W from T1 to T2" is held against the mean power over the part of that
 * time that windows cover. The low bound alone proves that it was more; substituted time, charged
 * at the nameplate, raises only the best estimate. A window across an end counts pro rata.
 */
#include "lib/appraisal/private.h"

#include "lib/appraisal/notices.h"

#include <stdio.h>

void wt_curtailment_add(struct notice *n, uint64_t from_ns, uint64_t until_ns,
			const struct wt_energy *energy)
{
	uint64_t span_ns = minus(until_ns, from_ns), part_ns;

	part_ns = wt_notice_overlap(n, from_ns, until_ns);
	if (part_ns == 0 || span_ns == 0)
		return;
	n->covered_ns = plus(n->covered_ns, part_ns);
	n->low_uj = plus(n->low_uj, scale(energy->low, part_ns, span_ns));
	n->best_uj = plus(n->best_uj, scale(energy->best, part_ns, span_ns));
}

void wt_curtailment_charge(struct wt_appraisal *a, uint64_t from_ns, uint64_t until_ns,
			   const struct wt_energy *energy)
{
	struct notice *n;

	for (n = a->notices; n < a->notices + a->n_notices; n++) {
		if (n->given && n->kind == WT_NOTICE_CURTAIL)
			wt_curtailment_add(n, from_ns, until_ns, energy);
	}
}

/* A uJ is a thousand W times ns. */
static bool is_above(uint64_t uj, const struct notice *n)
{
	return (unsigned __int128)uj * 1000 > (unsigned __int128)n->max_w * n->covered_ns;
}

static void judge(struct wt_findings *f, const struct notice *n)
{
	char from[WT_TIMESTAMP_LEN], to[WT_TIMESTAMP_LEN], low[WT_FORMAT_LEN], best[WT_FORMAT_LEN],
		watts[WT_GROUPED_LEN], covered[WT_FORMAT_LEN];
	enum wt_reason_id reason;

	if (is_above(n->low_uj, n))
		reason = WT_CURTAILMENT_EXCEEDED;
	else if (is_above(n->best_uj, n))
		reason = WT_CURTAILMENT_INQUIRE;
	else
		return;
	wt_find(f, reason,
		"at most %s W from %s to %s: %s, at least %s, on the mean of the %s looked at",
		wt_grouped(n->max_w, watts), wt_timestamp_utc(n->from, from),
		wt_timestamp_utc(n->to, to),
		wt_format_power(scale(n->best_uj, NS_PER_S, n->covered_ns), best),
		wt_format_power(scale(n->low_uj, NS_PER_S, n->covered_ns), low),
		wt_format_duration(n->covered_ns / NS_PER_S, covered));
}

void wt_curtailment_conclude(const struct wt_appraisal *a, struct wt_findings *f)
{
	size_t given = 0, covered = 0;
	const struct notice *n;
	char text[WT_COUNT_LEN];

	for (n = a->notices; n < a->notices + a->n_notices; n++) {
		if (!n->given || n->kind != WT_NOTICE_CURTAIL)
			continue;
		given++;
		if (n->covered_ns == 0)
			continue;
		covered++;
		judge(f, n);
	}
	if (covered)
		wt_affirm(f, WT_CHECK_CURTAILMENT, "%s kept",
			  wt_count(covered, "curtailment", text));
	else if (given)
		wt_no_claim(f, WT_CHECK_CURTAILMENT, "%s, in none of the time looked at",
			    wt_count(given, "curtailment", text));
	else
		wt_no_claim(f, WT_CHECK_CURTAILMENT, "no curtailment of this rig was given");
}
