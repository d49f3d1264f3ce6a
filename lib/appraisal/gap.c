// SPDX-License-Identifier: Apache-2.0
/*
 * Gaps: time from the end of one log to the beginning of the next, which nobody attested: the host,
 * the module or the agent was off, or what they attested never came. It is charged at the
 * nameplate's power, so that switching the measurement off saves nothing. A notice that the rig was
 * off changes nothing by itself: nobody but a meter that counted on could bear it out.
 *
 * A gap is settled with the first window behind it: a clock that was wrong at boot is set by then.
 */
#include "lib/appraisal/private.h"

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

void wt_gap_close(struct wt_appraisal *a, const struct wt_window *w, uint64_t from_ns)
{
	/* Without LOAD the window's own energy is unknown too: the gap ends behind it. */
	uint64_t until_ns = a->h.counting ? from_ns : w->to_ns;
	struct wt_charge charge = { .from_ns = a->h.gap_from_ns,
				    .to_ns = minus(w->realtime_ns, minus(w->to_ns, until_ns)),
				    .gap = true,
				    .why = "nobody attested: host, module or agent off" };

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
	warn_of_off(a, &charge);
	wt_energy_gap(a, &charge);
}
