// SPDX-License-Identifier: Apache-2.0
/*
 * Time. Energy hangs on CLOCK_BOOTTIME, which nobody can set; CLOCK_REALTIME only says which hour
 * was paid for. The difference of both changes when somebody sets the clock, and then a TIME record
 * must say so.
 */
#include "lib/appraisal/private.h"

#include "lib/appraisal/log.h"

#include <endian.h>
#include <stdio.h>

/* What two clocks that are read one after the other may differ by, with a leap second. */
#define CLOCK_SLACK NS_PER_S
#define SIGNED_SLACK 5 /* s */

/* Was the clock set in this record? Then by how much, and what it said afterwards. */
static bool is_step(const struct wt_att_record *record, int64_t *ret_delta_ns, int64_t *ret_after_ns)
{
	struct wattest_time time;
	struct wt_record rec;

	if (!record->raw.p || wt_record_decode(record->raw, &rec, NULL) < 0 ||
	    rec.type != WATTEST_RECORD_TIME)
		return false;
	memcpy(&time, rec.payload.p, sizeof(time));
	*ret_delta_ns = (int64_t)le64toh(time.delta_ns);
	*ret_after_ns = (int64_t)le64toh(time.realtime_ns);
	return le32toh(time.kind) == WATTEST_TIME_STEP;
}

uint64_t wt_time_behind(const struct wt_appraisal *a, const struct wt_attestation *att,
			uint64_t realtime_ns)
{
	int64_t begin_s = a->registered ? a->reg.not_before : 0, delta_ns, after_ns, before_ns,
		sum_ns = 0;
	size_t i, k;

	if (realtime_ns / NS_PER_S >= (uint64_t)(begin_s > 0 ? begin_s : 0))
		return 0;
	for (i = 0; i < att->n_steps; i++) {
		for (k = 0; k < att->steps[i].n_records; k++) {
			if (!is_step(&att->steps[i].records[k], &delta_ns, &after_ns))
				continue;
			/* A clock that came there by itself was right, as far as anybody knows. */
			if (__builtin_sub_overflow(after_ns, delta_ns, &before_ns) ||
			    before_ns / (int64_t)NS_PER_S >= begin_s ||
			    __builtin_add_overflow(sum_ns, delta_ns, &sum_ns))
				return 0;
			if (after_ns / (int64_t)NS_PER_S >= begin_s)
				return sum_ns > 0 ? (uint64_t)sum_ns : 0;
		}
	}
	return 0;
}

static void check_contiguous(struct wt_appraisal *a, const struct wt_window *w)
{
	const struct history *h = &a->h;
	uint64_t off_ns;
	bool late;

	if (w->from_ns > w->to_ns)
		wt_find(&a->found, WT_WINDOW_GAP,
			"attestation %" PRIu64 ": a window ends before it begins", a->reading.seq);
	if (!h->counting || w->from_ns == h->counted_ns)
		return;
	/* After a window that could not be read only this is known: */
	if (h->skipped && w->from_ns > h->counted_ns)
		return;
	late = w->from_ns > h->counted_ns;
	off_ns = late ? w->from_ns - h->counted_ns : h->counted_ns - w->from_ns;
	wt_find(&a->found, WT_WINDOW_GAP,
		"attestation %" PRIu64 ": a window begins %" PRIu64
		" ms %s the one before it ended",
		a->reading.seq, off_ns / 1000000, late ? "after" : "before");
}

static void check_clock(struct wt_appraisal *a, const struct wt_window *w)
{
	int64_t offset_ns = (int64_t)(w->realtime_ns - w->to_ns);
	__int128 moved = (__int128)offset_ns - a->h.offset_ns;
	__int128 size = moved < 0 ? -moved : moved;
	char text[WT_FORMAT_LEN], at[WT_TIMESTAMP_LEN];

	if (!a->h.counting) {
		a->h.offset_ns = offset_ns;
		return;
	}
	if (size <= (__int128)CLOCK_SLACK)
		return;
	wt_find(&a->found, WT_CLOCK_UNEXPLAINED,
		"the clock moved %s by %s before %s and no TIME record says so",
		moved < 0 ? "back" : "forward",
		wt_format_duration((uint64_t)(size / (__int128)NS_PER_S), text),
		wt_timestamp_utc((int64_t)(w->realtime_ns / NS_PER_S), at));
	a->h.offset_ns = offset_ns;
}

void wt_time_window(struct wt_appraisal *a, struct wt_window *w)
{
	w->realtime_ns = plus(w->realtime_ns, a->reading.behind_ns);
	check_contiguous(a, w);
	/* Behind a gap in the log nobody knows which TIME records stood there. */
	if (a->h.skipped && !a->h.whole)
		a->h.offset_ns = (int64_t)(w->realtime_ns - w->to_ns);
	check_clock(a, w);
}

/*
 * An attestation is signed after the records that it carries; long after, when the agent was down.
 */
void wt_time_signed(struct wt_appraisal *a, const struct wt_attestation *att)
{
	int64_t newest = (int64_t)(a->h.realtime_ns / NS_PER_S);
	char iat[WT_TIMESTAMP_LEN], at[WT_TIMESTAMP_LEN];

	if (a->h.counting && att->iat < newest - SIGNED_SLACK)
		wt_find(&a->found, WT_SIGNED_EARLY,
			"attestation %" PRIu64
			" says it was signed at %s and carries records up to %s",
			a->reading.seq, wt_timestamp_utc(att->iat, iat),
			wt_timestamp_utc(newest, at));
	a->run.clock = att->clock;
	a->run.clock_bound_us = att->clock_bound_us;
	a->run.iat = att->iat;
}

static const char *clock_words(const struct run *run, char *ret, size_t cap)
{
	switch (run->clock) {
	case WT_CLOCK_SYNCHRONISED:
		snprintf(ret, cap, "clock synchronised within %" PRIu64 " ms",
			 run->clock_bound_us / 1000 + 1);
		break;
	case WT_CLOCK_RELATIVE:
		snprintf(ret, cap, "clock relative, within %" PRIu64 " ms",
			 run->clock_bound_us / 1000 + 1);
		break;
	case WT_CLOCK_INFORMATIVE:
		snprintf(ret, cap, "clock informative only");
		break;
	default:
		snprintf(ret, cap, "clock status unknown");
	}
	return ret;
}

/* Nobody can have measured tomorrow: a clock that is ahead charges to grants for later. */
static void find_ahead(const struct wt_appraisal *a, struct wt_findings *f)
{
	int64_t newest = (int64_t)(a->run.to_realtime_ns / NS_PER_S);
	char signed_at[WT_TIMESTAMP_LEN], at[WT_TIMESTAMP_LEN], now[WT_TIMESTAMP_LEN];

	if (a->run.iat <= a->now + WT_CLOCKS_APART && newest <= a->now + WT_CLOCKS_APART)
		return;
	wt_find(f, WT_SIGNED_AHEAD,
		"the newest attestation says it was signed at %s, with records up to %s; here it is %s",
		wt_timestamp_utc(a->run.iat, signed_at), wt_timestamp_utc(newest, at),
		wt_timestamp_utc(a->now, now));
}

void wt_time_conclude(const struct wt_appraisal *a, struct wt_findings *f)
{
	char covered[WT_FORMAT_LEN], windows[WT_COUNT_LEN], gap[WT_FORMAT_LEN], clock[64],
		unattested[120] = "";

	if (a->run.unattested_ns >= NS_PER_S)
		snprintf(unattested, sizeof(unattested), ", %s between logs unattested",
			 wt_format_duration(a->run.unattested_ns / NS_PER_S, gap));
	find_ahead(a, f);
	if (a->h.ended)
		wt_remark(f, WT_CHECK_TIME, "the log ended with UNLOAD");
	wt_affirm(f, WT_CHECK_TIME, "%s in %s without a gap%s; %s",
		  wt_format_duration(a->run.covered_ns / NS_PER_S, covered),
		  wt_count(a->run.windows, "window", windows), unattested,
		  clock_words(&a->run, clock, sizeof(clock)));
}
