// SPDX-License-Identifier: Apache-2.0
/*
 * Gaps: time from the end of one log to the beginning of the next, which nobody attested: the host,
 * the module or the agent was off, or what they attested never came. It is charged at the
 * nameplate's power, so that switching the measurement off saves nothing. But where every input is
 * an accumulator that counted on, the gap is settled by what it counted, to the uJ: that alone bears
 * out a notice that the rig was off.
 *
 * A gap is settled with the first window behind it: a clock that was wrong at boot is set by then.
 */
#include "lib/appraisal/private.h"

#include "lib/appraisal/energy.h"
#include "lib/appraisal/log.h"
#include "lib/appraisal/notices.h"

#define CLOCK_SLACK (60 * NS_PER_S)

/*
 * At least so much time went by until then: of one boot the difference, and after another boot what
 * that boot has lasted. Either way no less than the smaller of both.
 */
static void pass_boottime(struct history *h, uint64_t boottime_ns)
{
	h->gap_least_ns = plus(h->gap_least_ns, boottime_ns >= h->gap_boottime_ns
							? boottime_ns - h->gap_boottime_ns
							: boottime_ns);
	h->gap_boottime_ns = boottime_ns;
}

void wt_gap_open(struct wt_appraisal *a)
{
	struct history *h = &a->h;

	/* One that no window closed goes on: the log without a window lies within it. */
	if (h->gap_from_ns != 0) {
		pass_boottime(h, h->boottime_ns);
		return;
	}
	h->gap_from_ns = h->realtime_ns;
	h->gap_boottime_ns = h->counted_ns;
	h->gap_least_ns = 0;
}

static void warn_of_off(struct wt_appraisal *a, const struct wt_charge *charge)
{
	char from[WT_TIMESTAMP_LEN], to[WT_TIMESTAMP_LEN];

	if (!wt_notice_off(a, charge->from_ns, charge->to_ns))
		return;
	wt_find(&a->found, WT_OFF_NOT_BORNE_OUT,
		"a notice says that the rig was off between %s and %s; no meter that counted on bears it "
		"out, so the time is charged",
		wt_timestamp_utc((int64_t)(charge->from_ns / NS_PER_S), from),
		wt_timestamp_utc((int64_t)(charge->to_ns / NS_PER_S), to));
}

static void warn_of_clock(struct wt_appraisal *a, uint64_t realtime_ns)
{
	char said[WT_FORMAT_LEN], least[WT_FORMAT_LEN];

	if (minus(a->h.gap_least_ns, realtime_ns) <= CLOCK_SLACK)
		return;
	wt_find(&a->found, WT_GAP_CLOCK,
		"between two logs the clock went on by %s, and at least %s went by: the longer time is charged",
		wt_format_duration(realtime_ns / NS_PER_S, said),
		wt_format_duration(a->h.gap_least_ns / NS_PER_S, least));
}

/* The first source in that place of the new log. */
static const struct source *first_of(const struct history *h, size_t registered)
{
	const struct source *s;

	for (s = h->sources; s < h->sources + h->n_sources; s++) {
		if (s->registered == (int)registered)
			return s;
	}
	return NULL;
}

/*
 * Did every input's accumulator count on? One that reads less was reset, and one that rose by more
 * than 120 % of the nameplate is no accumulator of this rig: then nothing is known.
 */
static bool settle(struct wt_appraisal *a, uint64_t from_ns, struct wt_charge *charge)
{
	uint64_t span_ns = charge->to_ns - charge->from_ns, settled_ns = UINT64_MAX, rose;
	struct wt_energy e = { 0 };
	const struct source *s;
	size_t i;

	for (i = 0; i < a->reg.n_sources; i++) {
		if (a->reg.sources[i].role != WT_ROLE_INPUT)
			continue;
		s = first_of(&a->h, i);
		if (!s || !s->accumulator || a->h.raw_uj[i] == NO_READING ||
		    s->reading_uj < a->h.raw_uj[i])
			return false;
		rose = s->reading_uj - a->h.raw_uj[i];
		wt_energy_add(&e, &a->reg.sources[i], rose);
		if (minus(s->added_ns, from_ns) < settled_ns)
			settled_ns = minus(s->added_ns, from_ns);
	}
	if (settled_ns == UINT64_MAX ||
	    e.best > scale((uint64_t)a->reg.nameplate_w * 1200, plus(span_ns, settled_ns), 1000000))
		return false;
	charge->measured = e;
	charge->unmeasured_ns = 0;
	a->reading.settled_ns = settled_ns;
	return true;
}

void wt_gap_close(struct wt_appraisal *a, const struct wt_window *w, uint64_t from_ns)
{
	/* Without LOAD the window's own energy is unknown too: the gap ends behind it. */
	uint64_t until_ns = a->h.counting ? from_ns : w->to_ns;
	struct wt_charge charge = { .from_ns = a->h.gap_from_ns,
				    .to_ns = minus(w->realtime_ns, minus(w->to_ns, until_ns)),
				    .gap = true,
				    .why = "nobody attested: host, module or agent off" };

	a->reading.settled_ns = 0;
	if (a->h.gap_from_ns == 0)
		return;
	a->h.gap_from_ns = 0;
	pass_boottime(&a->h, until_ns);
	warn_of_clock(a, minus(charge.to_ns, charge.from_ns));
	/* Realtime may be set as one likes: where it falls short, the gap began earlier. */
	if (minus(charge.to_ns, charge.from_ns) < a->h.gap_least_ns)
		charge.from_ns = minus(charge.to_ns, a->h.gap_least_ns);
	if (charge.to_ns <= charge.from_ns)
		return;
	charge.unmeasured_ns = charge.to_ns - charge.from_ns;
	a->run.unattested_ns = plus(a->run.unattested_ns, charge.unmeasured_ns);
	if (!a->registered)
		return;
	if (!settle(a, until_ns, &charge))
		warn_of_off(a, &charge);
	wt_energy_gap(a, &charge);
}
