// SPDX-License-Identifier: Apache-2.0
/*
 * Energy: measured and substituted, with bounds, charged to the grants.
 *
 *   measured      what the registered inputs counted in the window, together
 *   substituted   time that nobody measured, at the nameplate's power: time reported as unmeasured,
 *                 and time in which a registered input was not there at all. Of several inputs the
 *                 longest counts: the nameplate is the whole rig's, so a dark input is never cheaper
 *                 than a measured one. Gaps between two logs, too (gap.c)
 *   chargeable    both
 *
 *                 low                        best               high
 *   measured      each input less its        as counted         each input plus its class,
 *                 class, rounded down                           rounded up
 *   substituted   0: it may have stood       nameplate * time   the same: a rig draws no more
 *                 still
 *
 * A window is charged to the time it ends at and as far back as it is long, by CLOCK_BOOTTIME:
 * setting the clock moves energy to another hour, never out of the account. Of the rig's first
 * attestation, the time before the registration began is not charged: nobody could have bought for
 * it.
 */
#include "lib/appraisal/private.h"

#include "lib/appraisal/energy.h"
#include "lib/appraisal/notices.h"
#include "lib/appraisal/off.h"

#include <stdio.h>

#define MILLION 1000000u

static uint64_t round_up(uint64_t a, uint64_t b, uint64_t c)
{
	unsigned __int128 v = ((unsigned __int128)a * b + c - 1) / c;

	return v > UINT64_MAX ? UINT64_MAX : (uint64_t)v;
}

static bool has_input(const struct wt_appraisal *a)
{
	size_t i;

	for (i = 0; i < a->reg.n_sources; i++) {
		if (a->reg.sources[i].role == WT_ROLE_INPUT)
			return true;
	}
	return false;
}

/*
 * Is any source there of which nobody knows what it measures? It may be an input that seems absent.
 */
static bool all_identified(const struct history *h)
{
	const struct source *s;

	for (s = h->sources; s < h->sources + h->n_sources; s++) {
		if (!s->known)
			return false;
	}
	return true;
}

static struct wt_energy sum_of(const struct wt_energy *x, const struct wt_energy *y)
{
	return (struct wt_energy){ plus(x->low, y->low), plus(x->best, y->best),
				   plus(x->high, y->high) };
}

/* W times ns: a thousand of that is one uJ. */
struct wt_energy wt_energy_at_nameplate(uint32_t nameplate_w, uint64_t ns)
{
	uint64_t uj = round_up(nameplate_w, ns, 1000);

	return (struct wt_energy){ 0, uj, uj };
}

uint64_t wt_energy_most(uint32_t nameplate_w, uint64_t ns)
{
	return scale((uint64_t)nameplate_w * 1200, ns, 1000000);
}

void wt_energy_add(struct wt_energy *e, const struct wt_reg_source *reg, uint64_t uj)
{
	e->low = plus(e->low, scale(uj, MILLION - reg->class_ppm, MILLION));
	e->best = plus(e->best, uj);
	e->high = plus(e->high, round_up(uj, MILLION + reg->class_ppm, MILLION));
}

static void measure(struct wt_appraisal *a, uint64_t span_ns, struct wt_charge *charge)
{
	bool identified = all_identified(&a->h);
	uint64_t absent_ns, input_ns;
	size_t i;

	for (i = 0; i < a->reg.n_sources; i++) {
		const struct wt_reg_source *reg = &a->reg.sources[i];
		const struct meter *m = &a->meters[i];

		if (reg->role != WT_ROLE_INPUT)
			continue;
		wt_energy_add(&charge->measured, reg, m->energy_uj);
		absent_ns = identified ? minus(span_ns, m->covered_ns) : 0;
		absent_ns = minus(absent_ns, a->reading.settled_ns);
		input_ns = plus(m->dark_ns, absent_ns);
		if (input_ns <= charge->unmeasured_ns)
			continue;
		charge->unmeasured_ns = input_ns;
		charge->why = absent_ns > m->dark_ns ? "a registered input was not there"
						     : "a registered input gave no good sample";
	}
	charge->substituted = wt_energy_at_nameplate(a->reg.nameplate_w, charge->unmeasured_ns);
	if (!identified)
		wt_find(&a->found, WT_ENERGY_PARTLY_UNKNOWN,
			"attestation %" PRIu64
			": a source is there that may be an input and cannot be identified",
			a->reading.seq);
}

static void scale_energy(struct wt_energy *e, uint64_t part, uint64_t whole)
{
	e->low = part ? scale(e->low, part, whole) : 0;
	e->best = part ? scale(e->best, part, whole) : 0;
	e->high = part ? scale(e->high, part, whole) : 0;
}

/* What lies before the registration began is not charged. */
static void waive(struct wt_appraisal *a, struct wt_charge *charge)
{
	uint64_t begin =
		a->reg.not_before > 0 ? scale((uint64_t)a->reg.not_before, NS_PER_S, 1) : 0;
	uint64_t span_ns = charge->to_ns - charge->from_ns, kept;

	if (a->h.seq != 1 || charge->from_ns >= begin)
		return;
	kept = minus(charge->to_ns, begin);
	a->run.waived_ns = plus(a->run.waived_ns, span_ns - kept);
	charge->from_ns = charge->to_ns - kept;
	scale_energy(&charge->measured, kept, span_ns);
	scale_energy(&charge->substituted, kept, span_ns);
	charge->unmeasured_ns = kept ? scale(charge->unmeasured_ns, kept, span_ns) : 0;
}

/* The one way to the ledger: what is charged is told, counted and debited as one. */
static void charge_it(struct wt_appraisal *a, struct wt_charge *charge)
{
	struct wt_energy e;

	a->run.measured_uj = plus(a->run.measured_uj, charge->measured.best);
	a->run.substituted_uj = plus(a->run.substituted_uj, charge->substituted.best);
	waive(a, charge);
	if (charge->substituted.high == 0)
		charge->why = NULL;
	if (a->observer.charge)
		a->observer.charge(charge, a->observer.user);
	e = sum_of(&charge->measured, &charge->substituted);
	if (!charge->gap)
		wt_curtailment_charge(a, charge->from_ns, charge->to_ns, &e);
	wt_ledger_debit(&a->ledger, charge->from_ns, charge->to_ns, &e);
	if (!charge->gap)
		wt_charges_window(a, charge->from_ns, charge->to_ns, &e);
}

void wt_energy_window(struct wt_appraisal *a, const struct wt_window *w, uint64_t from_ns)
{
	uint64_t span_ns = minus(w->to_ns, from_ns);
	struct wt_charge charge = { .to_ns = w->realtime_ns };

	if (!has_input(a))
		return;
	if (!a->h.counting) {
		wt_find(&a->found, WT_ENERGY_PARTLY_UNKNOWN,
			"attestation %" PRIu64
			": the first window looked at has nothing before it to count from",
			a->reading.seq);
		return;
	}
	charge.from_ns = minus(w->realtime_ns, span_ns);
	a->h.nameplate_w = a->reg.nameplate_w;
	measure(a, span_ns, &charge);
	charge_it(a, &charge);
}

static void charge_gap(struct wt_appraisal *a, struct wt_charge *charge)
{
	a->run.gap_uj = plus(a->run.gap_uj, plus(charge->measured.best, charge->substituted.best));
	charge_it(a, charge);
}

void wt_energy_gap(struct wt_appraisal *a, const struct gap *gap)
{
	if (!has_input(a))
		return;
	wt_off_deal(a, gap, charge_gap, true);
	wt_charges_gap(a, gap);
}

void wt_appraisal_observe(struct wt_appraisal *a, const struct wt_observer *observer)
{
	a->observer = *observer;
	a->ledger.debited = observer->debit;
	a->ledger.user = observer->user;
}

static void conclude_exceeded(const struct wt_appraisal *a, struct wt_findings *f,
			      const struct wt_verdict *v)
{
	const struct wt_ledger *ledger = &a->ledger;
	char charged[WT_FORMAT_LEN], bought[WT_FORMAT_LEN], over[WT_FORMAT_LEN];

	wt_format_energy(ledger->charged.best, charged);
	wt_format_energy(v->bought_uj, bought);
	wt_format_energy(ledger->over.best, over);
	if (ledger->n == 0)
		wt_find(f, WT_ENERGY_EXCEEDED, "%s charged, and no grant to this rig was given",
			charged);
	else if (ledger->charged.best > v->bought_uj)
		wt_find(f, WT_ENERGY_EXCEEDED, "exceeded: %s charged, %s bought, %s over", charged,
			bought, over);
	else
		wt_find(f, WT_ENERGY_EXCEEDED,
			"exceeded: %s charged, %s bought, %s over, used when no grant had any left",
			charged, bought, over);
}

void wt_energy_conclude(const struct wt_appraisal *a, struct wt_findings *f, struct wt_verdict *v)
{
	const struct wt_ledger *ledger = &a->ledger;
	char charged[WT_FORMAT_LEN], bought[WT_FORMAT_LEN], low[WT_FORMAT_LEN], high[WT_FORMAT_LEN];
	size_t i;

	for (i = 0; i < ledger->n; i++)
		v->bought_uj = plus(v->bought_uj, ledger->accounts[i].energy_uj);
	v->chargeable = ledger->charged;
	v->left_uj = wt_ledger_left(ledger, a->run.to_realtime_ns
						    ? (int64_t)(a->run.to_realtime_ns / NS_PER_S)
						    : a->now);
	if (!a->registered) {
		wt_no_claim(f, WT_CHECK_ENERGY,
			    "without a registration nobody can tell which source counts");
		return;
	}
	if (!has_input(a)) {
		wt_find(f, WT_INPUT_NOT_REGISTERED,
			"the registration names no input source: nothing measures this rig");
		return;
	}
	v->allocation = wt_ledger_verdict(ledger);
	wt_format_energy(ledger->charged.best, charged);
	wt_format_energy(v->bought_uj, bought);
	wt_format_energy(ledger->charged.low, low);
	wt_format_energy(ledger->charged.high, high);
	if (v->allocation == WT_EXCEEDED)
		conclude_exceeded(a, f, v);
	else if (v->allocation == WT_INQUIRE)
		wt_find(f, WT_ENERGY_INQUIRE,
			"%s charged of %s (%s to %s): the best estimate fits, the upper bound does not",
			charged, bought, low, high);
	if (a->run.gap_uj)
		wt_remark(f, WT_CHECK_ENERGY, "%s of it for %s that nobody attested",
			  wt_format_energy(a->run.gap_uj, low),
			  wt_format_duration(a->run.unattested_ns / NS_PER_S, high));
	if (a->run.waived_ns >= NS_PER_S)
		wt_remark(f, WT_CHECK_ENERGY,
			  "%" PRIu64 " s before the registration began are not charged",
			  a->run.waived_ns / NS_PER_S);
	wt_format_energy(ledger->charged.low, low);
	wt_format_energy(ledger->charged.high, high);
	wt_affirm(f, WT_CHECK_ENERGY, "%s charged of %s (%s to %s): within", charged, bought, low,
		  high);
}
