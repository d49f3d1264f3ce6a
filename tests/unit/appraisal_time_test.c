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

/* A clock without a battery: it begins in 1970, and is set after some windows; the agent signs when it can. */
static int64_t boot_in_1970(struct rig *rig)
{
	int64_t right;

	rig_minutes(rig, 2);
	rig_off(rig, 60);
	right = (int64_t)rig->realtime_ns;
	rig->realtime_ns = 3600 * RIG_S;
	rig_boot(rig);
	rig_window(rig, 60, NO_NONCE);
	rig_window(rig, 60, NO_NONCE);
	return right - 3600 * (int64_t)RIG_S;
}

BENT_SAYS(clock_set_from_1970, TIME, "ok",
	  "*the clock said 1970-01-01T01:02:00Z until it was set to 2*Z, and what was before is dated by that", 0)
{
	rig_step_clock(rig, boot_in_1970(rig), true);
	rig_minutes(rig, 2);
}

/* First to what the system was built at, then to what it is. */
BENT(clock_set_from_1970_twice, TIME, "ok", 0)
{
	int64_t behind = boot_in_1970(rig);

	rig_step_clock(rig, behind - 10000000 * (int64_t)RIG_S, true);
	rig_window(rig, 60, NO_NONCE);
	rig_step_clock(rig, 10000000 * (int64_t)RIG_S, true);
	rig_minutes(rig, 2);
}

/* Who signs before it is set is not dated: that there was a log in 1970 is what he says. */
BENT(signed_in_1970, TIME, "clock-stepped", ~0u)
{
	int64_t behind = boot_in_1970(rig);

	rig_attest(rig, NO_NONCE);
	rig_step_clock(rig, behind, true);
	rig_minutes(rig, 2);
}

/* Set back then, once it was right, is judged as ever. */
BENT(clock_set_after_1970, TIME, "clock-stepped", 0)
{
	rig_step_clock(rig, boot_in_1970(rig), true);
	rig_window(rig, 60, NO_NONCE);
	rig_step_clock(rig, 120 * (int64_t)RIG_S, true);
	rig_minutes(rig, 2);
}

/* The registration began while the clock ran: what it said by then is not taken for wrong. */
BENT_SAYS(clock_set_once_registered, TIME, "clock-stepped", "the clock was set forward by 2 h, to *", 0)
{
	rig->reg.not_before = (int64_t)(rig->realtime_ns / RIG_S) + 60;
	rig_register(rig);
	rig_reload(rig);
	rig_window(rig, 120, NO_NONCE);
	rig_step_clock(rig, 7200 * (int64_t)RIG_S, true);
	rig_minutes(rig, 2);
}

/* Before the first attestation, when nothing is charged yet: since the registration began it is. */
BENT_SAYS(registered_in_1970, ENERGY, "ok", "5.000 Wh charged *", 0)
{
	int64_t right = (int64_t)rig->realtime_ns;

	rig->realtime_ns = 3600 * RIG_S;
	rig_reload(rig);
	rig_window(rig, 60, NO_NONCE);
	rig_step_clock(rig, right - 3600 * (int64_t)RIG_S, true);
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
