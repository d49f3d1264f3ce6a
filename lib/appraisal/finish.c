// SPDX-License-Identifier: Apache-2.0
/*
 * The verdict: every check concluded over all that was fed, on a copy of the findings, so that more
 * may be fed and concluded again.
 */
#include "lib/appraisal/private.h"

#include "lib/appraisal/assurance.h"
#include "lib/appraisal/energy.h"
#include "lib/appraisal/freshness.h"
#include "lib/appraisal/grants.h"
#include "lib/appraisal/integrity.h"
#include "lib/appraisal/log.h"
#include "lib/appraisal/notices.h"
#include "lib/appraisal/witness.h"

#include <stdio.h>

static int copy_tallies(const struct wt_appraisal *a, struct wt_verdict *v)
{
	const struct source *s;
	size_t i;

	v->sources = calloc(a->run.n_sources + 1, sizeof(*v->sources));
	v->devices = calloc(a->run.n_devices + 1, sizeof(*v->devices));
	if (!v->sources || !v->devices)
		return -ENOMEM;
	for (i = 0; i < a->run.n_sources; i++) {
		const struct source_tally *tally = &a->run.sources[i];

		v->sources[i] = tally->summary;
		/* uJ over ns, as uW: a uJ in a ns is 1e9 uW */
		if (tally->covered_ns > tally->summary.unmeasured_ns)
			v->sources[i].mean_uw =
				scale(tally->summary.energy_uj, NS_PER_S,
				      tally->covered_ns - tally->summary.unmeasured_ns);
	}
	for (i = 0; i < a->run.n_devices; i++)
		v->devices[i] = a->run.devices[i].summary;
	v->n_sources = a->run.n_sources;
	v->n_devices = a->run.n_devices;
	for (s = a->h.sources; s < a->h.sources + a->h.n_sources; s++) {
		if (s->tally < v->n_sources)
			v->sources[s->tally].present = true;
	}
	return 0;
}

static void copy_figures(const struct wt_appraisal *a, struct wt_verdict *v)
{
	memcpy(v->ueid, a->registered ? a->reg.ueid : a->h.ueid, WT_UEID_LEN);
	if (a->registered) {
		memcpy(v->rig, a->reg.rig, sizeof(v->rig));
		memcpy(v->licence, a->reg.licence, sizeof(v->licence));
		v->registered_until = a->reg.not_after;
	}
	v->attestations = a->run.attestations;
	v->first_seq = a->run.first_seq;
	v->last_seq = a->run.attestations ? a->h.seq : 0;
	v->records = a->run.records;
	v->windows = a->run.windows;
	v->pruned = a->run.pruned;
	v->from_ns = a->run.from_realtime_ns;
	v->to_ns = a->run.to_realtime_ns;
	v->measured_uj = a->run.measured_uj;
	v->substituted_uj = a->run.substituted_uj;
	wt_assurance_conclude(a, v);
}

static void conclude(const struct wt_appraisal *a, struct wt_findings *f, struct wt_verdict *v)
{
	bool nothing = a->run.attestations == 0 && a->run.repeated == 0;
	enum wt_check check;
	uint64_t unknown;

	wt_registration_conclude(a, f);
	wt_grants_conclude(a, f);
	if (a->run.attestations > 0 || a->nonce_len > 0)
		wt_freshness_conclude(a, f);
	for (check = 0; nothing && check < WT_CHECKS; check++)
		wt_no_claim(f, check, "no attestation was accepted");
	if (nothing)
		return;
	unknown = wt_sequence_conclude_older(a, f);
	wt_signers_conclude(a, f, v);
	wt_devices_conclude(a, f, v);
	wt_sources_conclude(a, f);
	wt_energy_conclude(a, f, v);
	wt_curtailment_conclude(a, f);
	/*
	 * Of attestations that an earlier run read, the state keeps what became of them and no
	 * more.
	 */
	for (check = 0; a->run.attestations == 0 && check < WT_CHECKS; check++)
		wt_no_claim(f, check, "nothing new: all attestations were looked at before");
	if (a->run.attestations == 0)
		return;
	wt_sequence_conclude(a, f, unknown);
	wt_replay_conclude(a, f);
	wt_counters_conclude(a, f);
	wt_time_conclude(a, f);
	wt_activity_conclude(a, f);
	wt_integrity_conclude(a, f);
	wt_software_conclude(a, f);
	wt_losses_conclude(a, f);
	wt_witness_conclude(a, f);
	wt_boot_conclude(a, f);
}

/* The worst of the checks; without evidence only what is wrong counts. */
static enum wt_tier worst(const struct wt_findings *f, bool evidence)
{
	enum wt_tier tier = WT_NONE;
	size_t i;

	for (i = 0; i < WT_CHECKS; i++) {
		if (f->checks[i].tier > tier)
			tier = f->checks[i].tier;
	}
	return evidence || tier == WT_CONTRAINDICATED ? tier : WT_NONE;
}

int wt_appraisal_finish(struct wt_appraisal *a, struct wt_verdict *ret, struct wt_err *err)
{
	struct wt_findings found;
	struct wt_verdict v = { 0 };

	wt_redeal(a);
	found = a->found;
	if (a->charges.lost || copy_tallies(a, &v) < 0) {
		wt_verdict_clear(&v);
		return wt_fail(err, ENOMEM, "no memory for a verdict");
	}
	copy_figures(a, &v);
	conclude(a, &found, &v);
	v.tier = worst(&found, a->run.attestations > 0 || a->run.repeated > 0);
	memcpy(v.checks, found.checks, sizeof(v.checks));
	*ret = v;
	return 0;
}

void wt_verdict_clear(struct wt_verdict *v)
{
	free(v->sources);
	free(v->devices);
	*v = (struct wt_verdict){ 0 };
}
