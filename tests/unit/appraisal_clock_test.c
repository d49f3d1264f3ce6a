// SPDX-License-Identifier: Apache-2.0
/* Clocks that are honest and odd: a leap second, and a rig whose clock is an hour off. */
#include "tests/unit/lib/bent.h"

#define HOUR 3600
#define SECOND ((int64_t)RIG_S)

/* CLOCK_REALTIME goes back by a second: the module records it as a step. */
BENT(leap_second, TIME, "ok", 0)
{
	rig_minutes(rig, 2);
	rig_pass(rig, 30 * RIG_S);
	rig_step_clock(rig, -SECOND, true);
	rig_window(rig, 30, NO_NONCE);
	rig_attest(rig, NO_NONCE);
	rig_minutes(rig, 2);
}

/* Or a window closes before the module has looked. */
BENT(leap_second_that_is_recorded_later, TIME, "ok", 0)
{
	rig_minutes(rig, 2);
	rig_step_clock(rig, -SECOND, false);
	rig_minute(rig);
	rig_step_clock(rig, 0, true);
	rig_minutes(rig, 2);
}

/* The one that was never inserted: forward. */
BENT(leap_second_left_out, TIME, "ok", 0)
{
	rig_minutes(rig, 2);
	rig_step_clock(rig, SECOND, true);
	rig_minutes(rig, 2);
}

BENT(two_seconds_are_no_leap_second, TIME, "clock-unexplained", 0)
{
	rig_minutes(rig, 2);
	rig_step_clock(rig, -2 * SECOND, false);
	rig_minutes(rig, 2);
}

/* Energy hangs on CLOCK_BOOTTIME: the second that was counted twice is charged. */
TEST_F(bent, leap_second_moves_no_energy)
{
	struct wt_verdict v;

	rig_minutes(&self->rig, 1);
	rig_step_clock(&self->rig, -SECOND, true);
	rig_minutes(&self->rig, 1);
	v = rig_judge(&self->rig, &self->how);
	EXPECT_EQ(UINT64_C(120) * 100 * 1000000, v.chargeable.best);
	EXPECT_EQ(WT_AFFIRMING, v.tier);
	wt_verdict_clear(&v);
}

BENT(clock_an_hour_ahead, TIME, "signed-ahead", 0)
{
	rig_minutes(rig, 2);
	how->now = (int64_t)(rig->realtime_ns / RIG_S) - HOUR;
}

/* An hour that passed is nothing odd: what was attested then may be judged now. */
BENT(clock_an_hour_behind, TIME, "ok", 0)
{
	rig_minutes(rig, 2);
	how->now = (int64_t)(rig->realtime_ns / RIG_S) + HOUR;
}

/* Only a challenge shows it: the answer is an hour old when it comes. */
BENT(clock_an_hour_behind_when_asked, FRESHNESS, "answered-late", 0)
{
	static const uint8_t nonce[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };

	rig_minutes(rig, 2);
	how->nonce = wt_span(nonce, sizeof(nonce));
	rig_window(rig, 60, how->nonce);
	rig_attest(rig, how->nonce);
	how->now = (int64_t)(rig->realtime_ns / RIG_S) + HOUR;
}

BENT(clock_set_right_by_an_hour, TIME, "clock-stepped", 0)
{
	rig_minutes(rig, 2);
	rig_step_clock(rig, HOUR * SECOND, true);
	rig_minutes(rig, 2);
}

BENT(clock_set_by_an_hour_in_silence, TIME, "clock-unexplained", ALSO(ENERGY))
{
	rig_minutes(rig, 2);
	rig_step_clock(rig, -HOUR * SECOND, false);
	rig_minutes(rig, 2);
}

/* What was used in an hour is charged to that which the rig says it was: one for which nothing was bought. */
static void live_an_hour_off(FIXTURE_DATA(bent) * self, int64_t hours, struct wt_verdict *ret)
{
	rig_free(&self->rig);
	rig_init(&self->rig);
	rig_grant(&self->rig, 1000, 0, HOUR);
	self->rig.realtime_ns += (uint64_t)(hours * HOUR * SECOND);
	rig_boot(&self->rig);
	rig_minutes(&self->rig, 5);
	self->how.now = RIG_T0 + 300; /* the inspector's clock is right */
	*ret = rig_judge(&self->rig, &self->how);
}

TEST_F(bent, clock_an_hour_ahead_spends_the_wrong_hours_grant)
{
	struct wt_verdict v;

	live_an_hour_off(self, 1, &v);
	EXPECT_STREQ("energy-exceeded", v.checks[WT_CHECK_ENERGY].code);
	EXPECT_NE(NULL, strstr(v.checks[WT_CHECK_ENERGY].reason, "when no grant had any left"));
	EXPECT_STREQ("signed-ahead", v.checks[WT_CHECK_TIME].code);
	EXPECT_NE(NULL, strstr(v.checks[WT_CHECK_TIME].reason,
			       "signed at 2026-01-01T01:05:00Z, with records up to "
			       "2026-01-01T01:05:00Z; here it is 2026-01-01T00:05:00Z"))
	{
		TH_LOG("%s", v.checks[WT_CHECK_TIME].reason);
	}
	wt_verdict_clear(&v);
}

TEST_F(bent, clock_an_hour_behind_spends_the_wrong_hours_grant)
{
	struct wt_verdict v;

	live_an_hour_off(self, -1, &v);
	EXPECT_STREQ("energy-exceeded", v.checks[WT_CHECK_ENERGY].code);
	wt_verdict_clear(&v);
}

TEST_F(bent, clock_that_is_right_spends_the_hours_grant)
{
	struct wt_verdict v;

	live_an_hour_off(self, 0, &v);
	EXPECT_EQ(WT_AFFIRMING, v.tier);
	wt_verdict_clear(&v);
}

BENT_TESTS
TEST_HARNESS_MAIN
