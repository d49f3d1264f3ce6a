// SPDX-License-Identifier: Apache-2.0
/*
 * What an operator with root can do without making up a record: he chooses when a window is closed,
 * when a driver is bound, how the module is loaded, when the clock is set, and which attestations
 * an inspector gets.
 */
#include "tests/unit/lib/bent.h"

#define MINUTE (60 * RIG_S)
#define HOUR 3600

/* --- the clock -------------------------------------------------------------------------------- */

/* By CLOCK_BOOTTIME an hour passed; the clock was set back before the module was loaded again. */
BENT(gap_shorter_by_the_clock, TIME, "gap-clock", ALSO(ENERGY))
{
	rig_minutes(rig, 3);
	rig->boot_ns += HOUR * RIG_S;
	rig_boot(rig);
	rig_minutes(rig, 3);
}

/* Two logs with an hour without a window in each: both hours are in the gap. */
BENT(gap_with_a_log_without_windows, ENERGY, "energy-exceeded", ALSO(TIME))
{
	rig_minutes(rig, 3);
	rig->boot_ns += 600 * RIG_S;
	rig_boot(rig);
	rig_unload(rig);
	rig_attest(rig, NO_NONCE);
	rig->boot_ns += 600 * RIG_S;
	rig_boot(rig);
	rig_minutes(rig, 3);
}

BENT(gap_by_both_clocks, TIME, "ok", 0)
{
	rig_minutes(rig, 3);
	rig->boot_ns += 600 * RIG_S;
	rig->realtime_ns += 600 * RIG_S;
	rig_boot(rig);
	rig_minutes(rig, 3);
}

BENT_TESTS

TEST(gap_is_charged_by_boottime)
{
	struct rig *rig = calloc(1, sizeof(*rig));
	struct wt_verdict v;

	rig_init(rig);
	rig_grant(rig, 100000, -24 * HOUR, 24 * HOUR);
	rig_boot(rig);
	rig_minutes(rig, 3);
	rig->boot_ns += HOUR * RIG_S;
	rig_boot(rig);
	rig_minutes(rig, 3);
	v = rig_judge(rig, NULL);
	EXPECT_EQ(HOUR * UINT64_C(3500) * 1000000, v.substituted_uj);
	EXPECT_EQ(WT_AFFIRMING, v.checks[WT_CHECK_ENERGY].tier);
	wt_verdict_clear(&v);
	rig_free(rig);
	free(rig);
}

TEST_HARNESS_MAIN
