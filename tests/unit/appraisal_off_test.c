// SPDX-License-Identifier: Apache-2.0
/*
 * Gaps in a time at which the rig is said to be off, by its registration's schedule or by a notice. The
 * rig draws 100 W, its nameplate says 3,500 W; it attests two minutes, is off for ten, and attests two more.
 */
#include "tests/unit/lib/rig.h"

#include <string.h>

#include "kselftest_harness.h"

#define THURSDAY (3 * 1440) /* RIG_T0 */
#define OFF_S 600
#define KWH UINT64_C(3600000000000)

FIXTURE(off)
{
	struct rig rig;
	struct wt_idle idle[2];
	struct wt_buf state;
};

FIXTURE_SETUP(off)
{
	rig_init(&self->rig);
	self->rig.reg.idle = self->idle;
	rig_grant(&self->rig, 1000, -3600, 14 * 86400);
}

FIXTURE_TEARDOWN(off)
{
	self->rig.reg.idle = NULL;
	self->rig.reg.n_idle = 0;
	wt_buf_free(&self->state);
	rig_free(&self->rig);
}

static void schedule(struct rig *rig, struct wt_idle *idle, unsigned int begin, unsigned int minutes)
{
	idle[rig->reg.n_idle++] = (struct wt_idle){ (uint16_t)begin, (uint16_t)minutes };
	rig_register(rig);
}

static void notice(struct rig *rig, int64_t from, int64_t to)
{
	struct wt_notice off = rig_notice_of(rig, WT_NOTICE_OFF, from, to);

	rig_notice_sign(rig, &off, &rig->energy);
}

static struct wt_verdict judged(struct rig *rig)
{
	struct rig_judging how = { 0 };

	return rig_judge(rig, &how);
}

/* Best and high of what the gap is charged as, in seconds at the nameplate's power. */
static void expect_charged(struct __test_metadata *_metadata, struct rig *rig, uint64_t best_s,
			   uint64_t high_s, const char *code)
{
	struct wt_verdict v = judged(rig);
	uint64_t watt_seconds = (uint64_t)rig->reg.nameplate_w * 1000000, class_uj;

	class_uj = v.measured_uj / 100; /* 1 % */
	EXPECT_EQ(best_s * watt_seconds, v.chargeable.best - v.measured_uj);
	EXPECT_LE(high_s * watt_seconds, v.chargeable.high - v.measured_uj);
	EXPECT_GE(high_s * watt_seconds + class_uj + 10, v.chargeable.high - v.measured_uj);
	EXPECT_STREQ(code, v.checks[WT_CHECK_ENERGY].code)
	{
		TH_LOG("%s", v.checks[WT_CHECK_ENERGY].reason);
	}
	wt_verdict_clear(&v);
}

static void live(struct rig *rig)
{
	rig_boot(rig);
	rig_minutes(rig, 2);
	rig_off(rig, OFF_S);
	rig_boot(rig);
	rig_minutes(rig, 2);
}

TEST_F(off, nobody_says_so)
{
	live(&self->rig);
	expect_charged(_metadata, &self->rig, OFF_S, OFF_S, "ok");
}

TEST_F(off, within_the_schedule)
{
	schedule(&self->rig, self->idle, THURSDAY, 60);
	live(&self->rig);
	expect_charged(_metadata, &self->rig, 0, OFF_S, "off-not-borne-out");
}

TEST_F(off, at_another_time_of_the_week)
{
	schedule(&self->rig, self->idle, THURSDAY + 12, 60);
	live(&self->rig);
	expect_charged(_metadata, &self->rig, OFF_S, OFF_S, "ok");
}

TEST_F(off, across_the_end_of_the_schedule)
{
	schedule(&self->rig, self->idle, THURSDAY, 5);
	live(&self->rig);
	expect_charged(_metadata, &self->rig, OFF_S - 180, OFF_S, "off-not-borne-out");
}

TEST_F(off, across_the_begin_of_the_schedule)
{
	schedule(&self->rig, self->idle, THURSDAY + 10, 60);
	live(&self->rig);
	expect_charged(_metadata, &self->rig, OFF_S - 120, OFF_S, "off-not-borne-out");
}

TEST_F(off, in_two_times_and_by_notice_between_them)
{
	schedule(&self->rig, self->idle, THURSDAY + 2, 2);
	schedule(&self->rig, self->idle, THURSDAY + 8, 1);
	notice(&self->rig, 300, 480); /* overlaps neither; 240 to 300 and 540 to 720 remain */
	live(&self->rig);
	expect_charged(_metadata, &self->rig, 240, OFF_S, "off-not-borne-out");
}

TEST_F(off, a_notice_of_the_same_time_counts_once)
{
	schedule(&self->rig, self->idle, THURSDAY, 5);
	notice(&self->rig, 0, 300);
	live(&self->rig);
	expect_charged(_metadata, &self->rig, OFF_S - 180, OFF_S, "off-not-borne-out");
}

/* Sun 23:58 until Mon 00:08; the schedule from 23:00 for 65 minutes */
TEST_F(off, across_the_end_of_the_week)
{
	self->rig.realtime_ns += (4 * 86400 - 4 * 60) * RIG_S;
	schedule(&self->rig, self->idle, 6 * 1440 + 1380, 65);
	live(&self->rig);
	expect_charged(_metadata, &self->rig, OFF_S - 420, OFF_S, "off-not-borne-out");
}

TEST_F(off, the_word_alone_is_no_clean_bill)
{
	struct wt_verdict v;

	rig_free(&self->rig);
	rig_init(&self->rig);
	self->rig.reg.idle = self->idle;
	/* A grant that pays for what was measured, and not for the gap */
	rig_grant(&self->rig, 20, -3600, 86400);
	schedule(&self->rig, self->idle, THURSDAY, 60);
	live(&self->rig);
	v = judged(&self->rig);
	EXPECT_EQ(WT_INQUIRE, v.allocation);
	wt_verdict_clear(&v);
}

/* --- accumulators ----------------------------------------------------------------------------- */

/* The first source is one, as an input or as a check beside a sampled input. */
static void with_accumulator(struct rig *rig, enum wt_role role)
{
	rig->accumulator = true;
	rig->raw_uj = 5000 * KWH / 1000;
	rig->reg_sources[0].role = role;
	if (role != WT_ROLE_INPUT) {
		rig->reg_sources[1] = (struct wt_reg_source){ .chip = "psu2",
							      .attribute = "power1_input",
							      .role = WT_ROLE_INPUT,
							      .class_ppm = 10000 };
		rig->reg.n_sources = 2;
	}
	rig_register(rig);
}

static void boot(struct rig *rig)
{
	rig_boot(rig);
	if (rig->reg.n_sources > 1)
		rig_source(rig, "psu2", "power1_input", 100000);
	rig_minutes(rig, 2);
}

static void live_counting(struct rig *rig, uint64_t off_uj)
{
	boot(rig);
	rig_off(rig, OFF_S);
	rig->raw_uj += off_uj;
	boot(rig);
}

TEST_F(off, a_check_bears_it_out)
{
	self->idle[0] = (struct wt_idle){ THURSDAY, 60 };
	self->rig.reg.n_idle = 1;
	with_accumulator(&self->rig, WT_ROLE_CHECK);
	live_counting(&self->rig, 10 * 1000000); /* 10 J: standing by */
	expect_charged(_metadata, &self->rig, 0, 0, "ok");
}

TEST_F(off, a_check_bears_out_no_more_than_is_said)
{
	self->idle[0] = (struct wt_idle){ THURSDAY, 5 };
	self->rig.reg.n_idle = 1;
	with_accumulator(&self->rig, WT_ROLE_CHECK);
	live_counting(&self->rig, 10 * 1000000);
	expect_charged(_metadata, &self->rig, OFF_S - 180, OFF_S - 180, "ok");
}

TEST_F(off, a_check_contradicts_it)
{
	self->idle[0] = (struct wt_idle){ THURSDAY, 60 };
	self->rig.reg.n_idle = 1;
	with_accumulator(&self->rig, WT_ROLE_CHECK);
	/* 2 kW on the mean, beyond the 175 W of standing by */
	live_counting(&self->rig, UINT64_C(2000) * OFF_S * 1000000);
	expect_charged(_metadata, &self->rig, OFF_S, OFF_S, "off-contradicted");
}

TEST_F(off, an_output_contradicts_it)
{
	self->idle[0] = (struct wt_idle){ THURSDAY, 60 };
	self->rig.reg.n_idle = 1;
	with_accumulator(&self->rig, WT_ROLE_OUTPUT);
	live_counting(&self->rig, UINT64_C(2000) * OFF_S * 1000000);
	expect_charged(_metadata, &self->rig, OFF_S, OFF_S, "off-contradicted");
}

/* An output may stand still while the rest of the rig runs. */
TEST_F(off, an_output_bears_nothing_out)
{
	self->idle[0] = (struct wt_idle){ THURSDAY, 60 };
	self->rig.reg.n_idle = 1;
	with_accumulator(&self->rig, WT_ROLE_OUTPUT);
	live_counting(&self->rig, 0);
	expect_charged(_metadata, &self->rig, 0, OFF_S, "off-not-borne-out");
}

TEST_F(off, a_meter_that_was_reset_bears_nothing_out)
{
	self->idle[0] = (struct wt_idle){ THURSDAY, 60 };
	self->rig.reg.n_idle = 1;
	with_accumulator(&self->rig, WT_ROLE_CHECK);
	boot(&self->rig);
	rig_off(&self->rig, OFF_S);
	self->rig.raw_uj = 0;
	boot(&self->rig);
	expect_charged(_metadata, &self->rig, 0, OFF_S, "off-not-borne-out");
}

/* What the input itself counted is charged, and is the measured part. */
TEST_F(off, the_input_contradicts_it)
{
	struct wt_verdict v;

	self->idle[0] = (struct wt_idle){ THURSDAY, 60 };
	self->rig.reg.n_idle = 1;
	with_accumulator(&self->rig, WT_ROLE_INPUT);
	live_counting(&self->rig, UINT64_C(2000) * OFF_S * 1000000);
	v = judged(&self->rig);
	EXPECT_EQ(0, v.substituted_uj);
	EXPECT_EQ(v.measured_uj, v.chargeable.best);
	EXPECT_LE(UINT64_C(2000) * OFF_S * 1000000, v.measured_uj);
	EXPECT_STREQ("off-contradicted", v.checks[WT_CHECK_ENERGY].code);
	wt_verdict_clear(&v);
}

TEST_F(off, the_input_settles_it)
{
	self->idle[0] = (struct wt_idle){ THURSDAY, 60 };
	self->rig.reg.n_idle = 1;
	with_accumulator(&self->rig, WT_ROLE_INPUT);
	live_counting(&self->rig, 0);
	expect_charged(_metadata, &self->rig, 0, 0, "ok");
}

TEST_HARNESS_MAIN
