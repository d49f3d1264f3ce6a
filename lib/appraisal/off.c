// SPDX-License-Identifier: Apache-2.0
/*
 * What a gap comes to. Nobody attested, so it is charged at the nameplate's power, unless the
 * registration's schedule or an authority's notice says that the rig was off:
 *
 *   every input's accumulator counted on      what they counted, whoever says what
 *   not said to be off                        low 0, best and high at the nameplate
 *   said to be off, and
 *     an accumulator counted as if it ran     the same: nobody is believed against a meter
 *     a check's accumulator bears it out      nothing
 *     no meter says anything                  low and best 0, high at the nameplate: an authority's
 *                                             word clears nobody by itself
 */
#include "lib/appraisal/private.h"

#include "lib/appraisal/energy.h"
#include "lib/appraisal/notices.h"
#include "lib/appraisal/off.h"

/* What a rig that is off may draw, in thousandths of its nameplate: its power supplies stand by. */
#define STANDBY 50

/* Is it said to have been off at that time? Up to ret_until nobody says otherwise. */
static bool said_off(const struct wt_appraisal *a, const struct gap *gap, uint64_t at_ns,
		     uint64_t *ret_until)
{
	bool off = wt_idle_at(gap->idle, gap->n_idle, at_ns, ret_until);
	uint64_t until;
	bool noticed = wt_notice_off(a, at_ns, &until);

	if (until < *ret_until)
		*ret_until = until;
	return off || noticed;
}

/* The stretch that begins there, within the gap. */
static bool stretch(const struct wt_appraisal *a, const struct gap *gap, uint64_t at_ns,
		    uint64_t *ret_until)
{
	bool off = said_off(a, gap, at_ns, ret_until);
	uint64_t until;

	while (*ret_until < gap->to_ns && said_off(a, gap, *ret_until, &until) == off)
		*ret_until = until;
	if (*ret_until > gap->to_ns)
		*ret_until = gap->to_ns;
	return off;
}

static uint64_t off_time(const struct wt_appraisal *a, const struct gap *gap)
{
	uint64_t at, until, off_ns = 0;

	for (at = gap->from_ns; at < gap->to_ns; at = until) {
		if (stretch(a, gap, at, &until))
			off_ns += until - at;
	}
	return off_ns;
}

/* A meter that counted more than the rest of the time and standing by account for. */
static bool contradicted(const struct gap *gap, uint64_t off_ns)
{
	uint64_t on_ns = gap->to_ns - gap->from_ns - off_ns;

	return gap->rose_uj > plus(wt_energy_most(gap->nameplate_w, on_ns),
				   scale((uint64_t)gap->nameplate_w * STANDBY, off_ns, 1000000));
}

static void warn(struct wt_appraisal *a, const struct gap *gap, enum wt_reason_id reason,
		 const char *what)
{
	char from[WT_TIMESTAMP_LEN], to[WT_TIMESTAMP_LEN];

	wt_find(&a->found, reason,
		"a notice or the registration says that the rig was off between %s and %s; %s",
		wt_timestamp_utc((int64_t)(gap->from_ns / NS_PER_S), from),
		wt_timestamp_utc((int64_t)(gap->to_ns / NS_PER_S), to), what);
}

static const char unattested[] = "nobody attested: host, module or agent off";
static const char off_words[] = "said to be off, and no meter bears it out";

void wt_off_deal(struct wt_appraisal *a, const struct gap *gap, wt_off_charge *charge, bool say)
{
	uint64_t off_ns = off_time(a, gap), at, until;
	bool lie = off_ns > 0 && contradicted(gap, off_ns), off;
	struct wt_charge piece;

	if (say && lie)
		warn(a, gap, WT_OFF_CONTRADICTED,
		     gap->settled ? "its meters counted on, and what they counted is charged"
				  : "a meter counted on meanwhile, so the time is charged");
	else if (say && off_ns > 0 && !gap->settled && !gap->watched)
		warn(a, gap, WT_OFF_NOT_BORNE_OUT,
		     "no meter that counted on bears it out, so the upper bound is charged");
	for (at = gap->from_ns; at < gap->to_ns; at = until) {
		off = stretch(a, gap, at, &until) && !lie;
		if (gap->settled || lie)
			until = gap->to_ns;
		piece = (struct wt_charge){ .from_ns = at, .to_ns = until, .gap = true };
		if (gap->settled) {
			piece.measured = gap->measured;
		} else {
			piece.unmeasured_ns = off && gap->watched ? 0 : until - at;
			piece.substituted =
				wt_energy_at_nameplate(gap->nameplate_w, piece.unmeasured_ns);
			if (off)
				piece.substituted.best = 0;
			piece.why = off ? off_words : unattested;
		}
		charge(a, &piece);
	}
}
