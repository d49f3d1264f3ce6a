// SPDX-License-Identifier: Apache-2.0
/*
 * Gaps: time from the end of one log to the beginning of the next, which nobody attested: the host,
 * the module or the agent was off, or what they attested never came. It is charged at the
 * nameplate's power, so that switching the measurement off saves nothing (off.c). But where every
 * input is an accumulator that counted on, the gap is settled by what it counted, to the uJ.
 *
 * A gap is settled with the first window behind it: a clock that was wrong at boot is set by then.
 */
#include "lib/appraisal/private.h"

#include "lib/appraisal/energy.h"
#include "lib/appraisal/log.h"
#include "lib/appraisal/off.h"

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
 * How much an accumulator counted over the gap. One that reads less was reset, and one that rose by
 * more than 120 % of the nameplate is no accumulator of this rig: then nothing is known.
 */
static bool counted_on(const struct wt_appraisal *a, const struct gap *gap, size_t i,
		       uint64_t from_ns, uint64_t *ret_uj, uint64_t *ret_late_ns)
{
	const struct source *s = first_of(&a->h, i);

	if (!s || !s->accumulator || a->h.raw_uj[i] == NO_READING || s->reading_uj < a->h.raw_uj[i])
		return false;
	*ret_uj = s->reading_uj - a->h.raw_uj[i];
	*ret_late_ns = minus(s->added_ns, from_ns);
	return *ret_uj <=
	       wt_energy_most(gap->nameplate_w, plus(gap->to_ns - gap->from_ns, *ret_late_ns));
}

/* What the registered meters say of it: settled by its inputs, or only watched. */
static void listen(struct wt_appraisal *a, uint64_t from_ns, struct gap *gap)
{
	uint64_t settled_ns = UINT64_MAX, rose, late_ns, beyond;
	bool all = true;
	size_t i;

	for (i = 0; i < a->reg.n_sources; i++) {
		bool input = a->reg.sources[i].role == WT_ROLE_INPUT;

		if (!counted_on(a, gap, i, from_ns, &rose, &late_ns)) {
			all = all && !input;
			continue;
		}
		if (input) {
			wt_energy_add(&gap->measured, &a->reg.sources[i], rose);
			settled_ns = late_ns < settled_ns ? late_ns : settled_ns;
		}
		gap->watched |= a->reg.sources[i].role == WT_ROLE_CHECK;
		/* What it may have counted after the gap says nothing about it. */
		beyond = minus(rose, wt_energy_most(gap->nameplate_w, late_ns));
		gap->rose_uj = beyond > gap->rose_uj ? beyond : gap->rose_uj;
	}
	gap->settled =
		all && settled_ns != UINT64_MAX &&
		gap->measured.best <= wt_energy_most(gap->nameplate_w,
						     plus(gap->to_ns - gap->from_ns, settled_ns));
	if (gap->settled)
		a->reading.settled_ns = settled_ns;
}

void wt_gap_close(struct wt_appraisal *a, const struct wt_window *w, uint64_t from_ns)
{
	/* Without LOAD the window's own energy is unknown too: the gap ends behind it. */
	uint64_t until_ns = a->h.counting ? from_ns : w->to_ns;
	struct gap gap = { .from_ns = a->h.gap_from_ns,
			   .to_ns = minus(w->realtime_ns, minus(w->to_ns, until_ns)),
			   .nameplate_w = a->reg.nameplate_w,
			   .n_idle = a->reg.n_idle };

	a->reading.settled_ns = 0;
	if (a->h.gap_from_ns == 0)
		return;
	a->h.gap_from_ns = 0;
	pass_boottime(&a->h, until_ns);
	warn_of_clock(a, minus(gap.to_ns, gap.from_ns));
	/* Realtime may be set as one likes: where it falls short, the gap began earlier. */
	if (minus(gap.to_ns, gap.from_ns) < a->h.gap_least_ns)
		gap.from_ns = minus(gap.to_ns, a->h.gap_least_ns);
	if (gap.to_ns <= gap.from_ns)
		return;
	/* Of two registrations, the one that it began under counts too. */
	if (a->h.nameplate_w > gap.nameplate_w)
		gap.nameplate_w = a->h.nameplate_w;
	a->run.unattested_ns = plus(a->run.unattested_ns, gap.to_ns - gap.from_ns);
	if (!a->registered)
		return;
	if (gap.n_idle)
		memcpy(gap.idle, a->reg.idle, gap.n_idle * sizeof(*gap.idle));
	listen(a, until_ns, &gap);
	wt_energy_gap(a, &gap);
}
