// SPDX-License-Identifier: Apache-2.0
/*
 * Counters: cumulative ones never run backwards, and what they rose by must be physically possible.
 *
 * Energy is bounded by the window's own least and greatest power. The first interval of a window
 * may begin up to one maximum gap before it, with the sample that the window before had last; the
 * last one may end a maximum gap before its end, and each sample that was not taken leaves one more
 * period open. Within that slack the bounds are hard.
 */
#include "lib/appraisal/private.h"

#include "lib/appraisal/log.h"

#include <stdio.h>

#define NO_POWER UINT32_MAX
#define SPARE_SAMPLES 3 /* one at each end, one at the close */
#define NW_PER_MW UINT64_C(1000000)

/* Power over time: mW times ns, in uJ. */
static uint64_t energy(uint64_t mw, uint64_t ns)
{
	return scale(mw, ns, NW_PER_MW);
}

static void find_backwards(struct wt_appraisal *a, const char *whose, const char *what,
			   uint64_t before, uint64_t now)
{
	wt_find(&a->found, WT_COUNTER_BACKWARDS,
		"attestation %" PRIu64 ": %.100s: %s fell from %" PRIu64 " to %" PRIu64,
		a->reading.seq, whose, what, before, now);
}

static bool rises(struct wt_appraisal *a, const struct source *s, const char *what, uint64_t before,
		  uint64_t now)
{
	char name[136];

	if (now >= before)
		return true;
	find_backwards(a, wt_source_words(s, name, sizeof(name)), what, before, now);
	return false;
}

/* Least, last and greatest power agree with each other and with the samples. */
static bool check_power(struct wt_appraisal *a, const struct source *s,
			const struct wt_window_source *now)
{
	bool none = now->min_mw == NO_POWER && now->max_mw == 0 && now->last_mw == 0;
	bool ordered = now->min_mw <= now->last_mw && now->last_mw <= now->max_mw;
	char name[136];

	/* An accumulator's first sample tells no power yet; no sample tells none. */
	if (none || (ordered && (now->samples != s->at.samples || a->h.skipped)))
		return true;
	wt_find(&a->found, WT_POWER_IMPOSSIBLE,
		"attestation %" PRIu64 ": %.100s: power of %" PRIu32 " to %" PRIu32
		" mW, last %" PRIu32 " mW, in %" PRIu32 " samples",
		a->reading.seq, wt_source_words(s, name, sizeof(name)), now->min_mw, now->max_mw,
		now->last_mw, now->samples - s->at.samples);
	return false;
}

static void check_nameplate(struct wt_appraisal *a, const struct source *s,
			    const struct wt_window_source *now)
{
	char power[WT_FORMAT_LEN], nameplate[WT_GROUPED_LEN], name[136];

	if (s->registered == UNREGISTERED || a->reg.sources[s->registered].role != WT_ROLE_INPUT ||
	    now->max_mw <= (uint64_t)a->reg.nameplate_w * 1200 + 1)
		return;
	wt_find(&a->found, WT_POWER_OVER_NAMEPLATE, "%.100s showed %s; the rig's nameplate is %s W",
		wt_source_words(s, name, sizeof(name)),
		wt_format_power((uint64_t)now->max_mw * 1000, power),
		wt_grouped(a->reg.nameplate_w, nameplate));
}

/*
 * Samples that were due and not taken; every pruned window may have had one of its own at its
 * close.
 */
static uint64_t check_samples(struct wt_appraisal *a, const struct source *s,
			      const struct wt_window_source *now, uint64_t span_ns)
{
	uint64_t good = now->samples - s->at.samples;
	uint64_t reads = good + (now->missed - s->at.missed) + (now->refused - s->at.refused);
	uint64_t due;
	char name[136];

	if (a->h.sample_ns == 0)
		return 0;
	due = span_ns / a->h.sample_ns;
	if (reads > due + SPARE_SAMPLES + a->h.skipped)
		wt_find(&a->found, WT_SAMPLES_IMPOSSIBLE,
			"attestation %" PRIu64 ": %.100s: %" PRIu64
			" samples in a window that has time for %" PRIu64,
			a->reading.seq, wt_source_words(s, name, sizeof(name)), reads, due);
	return minus(due, good);
}

static void check_energy(struct wt_appraisal *a, const struct source *s,
			 const struct wt_window_source *now, uint64_t span_ns, uint64_t unsampled)
{
	uint64_t rose = now->energy_uj - s->at.energy_uj,
		 unmeasured = now->unmeasured_ns - s->at.unmeasured_ns;
	uint64_t least = 0, most = 0, open_ns, low_mw, high_mw;
	char name[136], was[WT_FORMAT_LEN], low[WT_FORMAT_LEN], high[WT_FORMAT_LEN];

	if (now->min_mw != NO_POWER) {
		/* The sample before the window stands at the begin of its first interval. */
		high_mw = s->last_mw >= now->max_mw ? (uint64_t)s->last_mw + 1 : now->max_mw;
		low_mw = s->last_mw && s->last_mw < now->min_mw ? s->last_mw - 1 : now->min_mw;
		open_ns = plus(a->h.max_gap_ns, scale(unsampled, a->h.sample_ns, 1));
		most = energy(high_mw, plus(span_ns, a->h.max_gap_ns));
		least = a->reading.slept || !s->last_mw
				? 0
				: energy(low_mw, minus(minus(span_ns, unmeasured), open_ns));
		/* Rounding: one uJ carried at each end, and of a mean below one uW. */
		most = plus(most, 2 + span_ns / NS_PER_S);
		least = minus(least, 2 + span_ns / NS_PER_S);
	}
	if (rose >= least && rose <= most)
		return;
	wt_find(&a->found, WT_ENERGY_IMPOSSIBLE,
		"attestation %" PRIu64 ": %.80s counted %s in a window whose power allows %s to %s",
		a->reading.seq, wt_source_words(s, name, sizeof(name)), wt_format_energy(rose, was),
		wt_format_energy(least, low), wt_format_energy(most, high));
}

static void check_unmeasured(struct wt_appraisal *a, const struct source *s,
			     const struct wt_window_source *now, const struct wt_window *w)
{
	uint64_t rose = now->unmeasured_ns - s->at.unmeasured_ns;
	uint64_t possible = plus(minus(w->to_ns, s->sampled_ns), a->h.max_gap_ns);
	char name[136];

	if (a->h.max_gap_ns && rose > possible)
		wt_find(&a->found, WT_UNMEASURED_IMPOSSIBLE,
			"attestation %" PRIu64 ": %.100s: %" PRIu64 " ms unmeasured of %" PRIu64
			" ms",
			a->reading.seq, wt_source_words(s, name, sizeof(name)), rose / 1000000,
			possible / 1000000);
}

bool wt_counters_source(struct wt_appraisal *a, const struct source *s,
			const struct wt_window_source *now, const struct wt_window *w,
			uint64_t from_ns)
{
	uint64_t span_ns = minus(w->to_ns, from_ns), unsampled;

	if (!rises(a, s, "energy", s->at.energy_uj, now->energy_uj) ||
	    !rises(a, s, "unmeasured time", s->at.unmeasured_ns, now->unmeasured_ns) ||
	    !rises(a, s, "samples", s->at.samples, now->samples) ||
	    !rises(a, s, "missed samples", s->at.missed, now->missed) ||
	    !rises(a, s, "refused samples", s->at.refused, now->refused))
		return false;
	check_nameplate(a, s, now);
	check_unmeasured(a, s, now, w);
	unsampled = check_samples(a, s, now, span_ns);
	/* Power is told of the newest window only: after a pruned one it bounds nothing. */
	if (check_power(a, s, now) && a->h.skipped == 0 && a->h.max_gap_ns)
		check_energy(a, s, now, span_ns, unsampled);
	return true;
}

/* The first counter that ran backwards; the kernel keeps them in this order. */
static bool device_rises(struct wt_appraisal *a, const struct device *d,
			 const struct wt_window_device *now)
{
	const struct {
		const char *what;
		uint64_t before, now;
	} counters[] = {
		{ "transfers in", d->at.transfers_in, now->transfers_in },
		{ "transfers out", d->at.transfers_out, now->transfers_out },
		{ "bytes in", d->at.bytes_in, now->bytes_in },
		{ "bytes out", d->at.bytes_out, now->bytes_out },
		{ "errors", d->at.errors, now->errors },
	};
	char name[32];
	size_t i;

	for (i = 0; i < sizeof(counters) / sizeof(counters[0]); i++) {
		if (counters[i].now >= counters[i].before)
			continue;
		snprintf(name, sizeof(name), "device %" PRIu32, d->id);
		find_backwards(a, name, counters[i].what, counters[i].before, counters[i].now);
		return false;
	}
	return true;
}

/*
 * Bytes come by transfers. Both counters are read while transfers go on, so a window may have the
 * bytes of one that the next window counts: only bytes that no transfer followed are impossible.
 */
static void check_transfers(struct wt_appraisal *a, struct device *d,
			    const struct wt_window_device *now)
{
	bool in = now->transfers_in > d->at.transfers_in,
	     out = now->transfers_out > d->at.transfers_out;
	bool bare = (!in && now->bytes_in > d->at.bytes_in) ||
		    (!out && now->bytes_out > d->at.bytes_out);

	if ((d->bare && !in && !out) || (d->bare && bare))
		wt_find(&a->found, WT_TRANSFERS_IMPOSSIBLE,
			"attestation %" PRIu64 ": device %" PRIu32
			" moved bytes in no transfer: in %" PRIu64 " B, out %" PRIu64 " B",
			a->reading.seq, d->id, now->bytes_in, now->bytes_out);
	d->bare = bare;
}

bool wt_counters_device(struct wt_appraisal *a, struct device *d,
			const struct wt_window_device *now)
{
	if (!device_rises(a, d, now))
		return false;
	check_transfers(a, d, now);
	return true;
}

void wt_counters_conclude(const struct wt_appraisal *a, struct wt_findings *f)
{
	char windows[WT_COUNT_LEN];

	wt_affirm(f, WT_CHECK_COUNTERS, "%s: nothing ran backwards, every figure is possible",
		  wt_count(a->run.windows - a->run.pruned, "window", windows));
}
