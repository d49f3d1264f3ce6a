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

#include <stdio.h>

void wt_gap_open(struct wt_appraisal *a)
{
	struct history *h = &a->h;

	/* One that no window closed goes on. */
	if (h->gap_from_ns == 0)
		h->gap_from_ns = h->realtime_ns;
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
	if (charge.to_ns <= charge.from_ns)
		return;
	charge.unmeasured_ns = charge.to_ns - charge.from_ns;
	a->run.unattested_ns = plus(a->run.unattested_ns, charge.unmeasured_ns);
	if (!a->registered)
		return;
	warn_of_off(a, &charge);
	wt_energy_gap(a, &charge);
}
