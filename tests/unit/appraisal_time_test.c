// SPDX-License-Identifier: Apache-2.0
/* Manipulations of time, and losses. */
#include "tests/unit/lib/bent.h"

#include <endian.h>

/* --- time ------------------------------------------------------------------------------------- */

static void later_begin(struct rig *rig, struct wattest_record *rec, struct wattest_window *w)
{
	(void)rec;
	if (rig->n_atts == 2)
		w->from_ns = htole64(le64toh(w->from_ns) + 1000000);
}

BENT(window_begins_late, TIME, "window-gap", 0)
{
	rig->edit_window = later_begin;
	rig_minutes(rig, 4);
}

static void ends_first(struct rig *rig, struct wattest_record *rec, struct wattest_window *w)
{
	w->from_ns = htole64(le64toh(rec->boottime_ns) + 1);
}

/* The first: nothing before it to compare it with. */
BENT_SAYS(window_ends_before_it_begins, TIME, "window-gap",
	  "attestation 1: a window ends before it begins", ALSO(COUNTERS))
{
	rig->edit_window = ends_first;
	rig_minute(rig);
}

static void earlier_record(struct rig *rig, struct wattest_record *rec, struct wattest_window *w)
{
	(void)rig;
	(void)w;
	rec->boottime_ns = htole64(le64toh(rec->boottime_ns) - 120 * RIG_S);
}

BENT(boottime_backwards, TIME, "boottime-backwards", ~0u)
{
	rig_minutes(rig, 2);
	rig->edit_window = earlier_record;
	rig_minute(rig);
}

BENT(clock_moved_in_silence, TIME, "clock-unexplained", 0)
{
	rig_minutes(rig, 2);
	rig_step_clock(rig, 5 * (int64_t)RIG_S, false);
	rig_minutes(rig, 2);
}

BENT(clock_set_by_little, TIME, "ok", 0)
{
	rig_minutes(rig, 2);
	rig_step_clock(rig, 5 * (int64_t)RIG_S, true);
	rig_minutes(rig, 2);
}

BENT_SAYS(clock_set_by_much, TIME, "clock-stepped", "the clock was set forward by 10 min, to *Z", 0)
{
	rig_minutes(rig, 2);
	rig_step_clock(rig, 600 * (int64_t)RIG_S, true);
	rig_minutes(rig, 2);
}

BENT(clock_set_back_while_unloaded, TIME, "realtime-backwards", 0)
{
	rig_minutes(rig, 2);
	rig->realtime_ns -= 3000 * RIG_S;
	rig_off(rig, 60);
	rig_boot(rig);
	rig_minute(rig);
}

static void earlier_iat(struct rig *rig, struct wt_attestation *att)
{
	(void)rig;
	att->iat -= 30;
}

BENT(signed_before_its_records, TIME, "signed-early", 0)
{
	rig->edit_attestation = earlier_iat;
	rig_minutes(rig, 2);
}

/* --- losses ----------------------------------------------------------------------------------- */

BENT(device_record_lost, LOSSES, "records-lost", 0)
{
	rig_minute(rig);
	rig_lost(rig, WATTEST_RECORD_DEVICE_ADD, WATTEST_LOST_FULL, 3);
	rig_minute(rig);
}

BENT(other_bodies_pruned, LOSSES, "records-lost", 0)
{
	rig_minute(rig);
	rig_lost(rig, WATTEST_RECORD_DEVICE_ADD, WATTEST_LOST_PRUNED, 1);
	rig_minute(rig);
}

static void three_windows_one_pruned(struct rig *rig)
{
	rig_minute(rig);
	rig_window(rig, 60, NO_NONCE);
	rig->pruned[rig->n_records - 1] = true;
	rig_window(rig, 60, NO_NONCE);
}

BENT(pruned_and_said, LOSSES, "ok", 0)
{
	three_windows_one_pruned(rig);
	rig_lost(rig, WATTEST_RECORD_WINDOW, WATTEST_LOST_PRUNED, 1);
	rig_minutes(rig, 2);
}

BENT(pruned_and_not_said, LOSSES, "pruned-undeclared", 0)
{
	three_windows_one_pruned(rig);
	rig_minutes(rig, 2);
}

BENT(pruned_and_never_said, LOSSES, "pruned-undeclared", 0)
{
	three_windows_one_pruned(rig);
	rig_minutes(rig, 2);
	rig_off(rig, 60);
	rig_boot(rig);
	rig_minute(rig);
}

BENT_TESTS

TEST_HARNESS_MAIN
