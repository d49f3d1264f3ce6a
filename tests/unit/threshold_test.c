// SPDX-License-Identifier: Apache-2.0
/* When the operator is told: once a crossing, and again only after it was clearly better. */
#include "kselftest_harness.h"

#include "agent/threshold.h"

#define WH UINT64_C(3600000000)
#define BIT(event) (1u << WT_EVENT_##event)
#define NONE 0u

static const struct wt_limits limits = {
	.low = { { WT_LIMIT_MINUTES, 120 }, { WT_LIMIT_WH, 1000 } },
	.registration_days = 30,
};

static struct wt_facts plenty(int64_t now)
{
	return (struct wt_facts){
		.now = now,
		.energy = true,
		.left_uj = 50000 * WH,
		.lasts_s = 86400,
		.draw_uw = 1000000000,
		.registered = true,
		.registered_until = now + 400 * 86400,
	};
}

TEST(plenty_says_nothing)
{
	struct wt_watch w = {};
	struct wt_facts f = plenty(1000);

	EXPECT_EQ(NONE, wt_watch_step(&w, &limits, &f));
	EXPECT_EQ(0, w.fired);
}

TEST(low_in_minutes)
{
	struct wt_watch w = {};
	struct wt_facts f = plenty(1000);

	f.lasts_s = 7200;
	EXPECT_EQ(NONE, wt_watch_step(&w, &limits, &f));
	f.lasts_s = 7199;
	EXPECT_EQ(BIT(BALANCE_LOW_1), wt_watch_step(&w, &limits, &f));
	EXPECT_EQ(NONE, wt_watch_step(&w, &limits, &f));
	/* to and fro about the bound */
	for (int i = 0; i < 10; i++) {
		f.lasts_s = 7919;
		EXPECT_EQ(NONE, wt_watch_step(&w, &limits, &f));
		f.lasts_s = 7000;
		EXPECT_EQ(NONE, wt_watch_step(&w, &limits, &f));
	}
	f.lasts_s = 7920;
	EXPECT_EQ(NONE, wt_watch_step(&w, &limits, &f));
	f.lasts_s = 7000;
	EXPECT_EQ(BIT(BALANCE_LOW_1), wt_watch_step(&w, &limits, &f));
}

TEST(low_in_energy)
{
	struct wt_watch w = {};
	struct wt_facts f = plenty(1000);

	f.left_uj = 1000 * WH;
	EXPECT_EQ(NONE, wt_watch_step(&w, &limits, &f));
	f.left_uj--;
	EXPECT_EQ(BIT(BALANCE_LOW_2), wt_watch_step(&w, &limits, &f));
	f.left_uj = 1100 * WH - 1;
	EXPECT_EQ(NONE, wt_watch_step(&w, &limits, &f));
	f.left_uj = 0;
	EXPECT_EQ(NONE, wt_watch_step(&w, &limits, &f));
	f.left_uj = 1100 * WH;
	EXPECT_EQ(NONE, wt_watch_step(&w, &limits, &f));
	f.left_uj = 0;
	EXPECT_EQ(BIT(BALANCE_LOW_2), wt_watch_step(&w, &limits, &f));
}

TEST(exhausted)
{
	struct wt_watch w = {};
	struct wt_facts f = plenty(1000);

	f.lasts_s = 0;
	EXPECT_EQ(BIT(BALANCE_LOW_1) | BIT(EXHAUSTED), wt_watch_step(&w, &limits, &f));
	f.lasts_s = 299;
	EXPECT_EQ(NONE, wt_watch_step(&w, &limits, &f));
	f.lasts_s = 0;
	EXPECT_EQ(NONE, wt_watch_step(&w, &limits, &f));
	f.lasts_s = 300;
	EXPECT_EQ(NONE, wt_watch_step(&w, &limits, &f));
	f.lasts_s = 0;
	EXPECT_EQ(BIT(EXHAUSTED), wt_watch_step(&w, &limits, &f));
}

TEST(over_allocation)
{
	struct wt_watch w = {};
	struct wt_facts f = plenty(1000);

	EXPECT_EQ(NONE, wt_watch_step(&w, &limits, &f));
	f.over_uj = 1;
	EXPECT_EQ(BIT(OVER_ALLOCATION), wt_watch_step(&w, &limits, &f));
	for (int i = 0; i < 100; i++) { /* it goes on for an hour and a half */
		f.now += 60;
		f.over_uj += 5;
		EXPECT_EQ(NONE, wt_watch_step(&w, &limits, &f));
	}
	f.now += 899;
	EXPECT_EQ(NONE, wt_watch_step(&w, &limits, &f));
	f.over_uj += 5;
	EXPECT_EQ(NONE, wt_watch_step(&w, &limits, &f));
	f.now += 900;
	EXPECT_EQ(NONE, wt_watch_step(&w, &limits, &f));
	/* a grant came late: less than before, and then more again */
	f.over_uj = 2;
	EXPECT_EQ(NONE, wt_watch_step(&w, &limits, &f));
	f.over_uj = 3;
	EXPECT_EQ(BIT(OVER_ALLOCATION), wt_watch_step(&w, &limits, &f));
}

TEST(registration)
{
	struct wt_watch w = {};
	struct wt_facts f = plenty(1000);
	struct wt_limits never = limits;

	f.registered_until = f.now + 30 * 86400;
	EXPECT_EQ(NONE, wt_watch_step(&w, &limits, &f));
	f.now++;
	EXPECT_EQ(BIT(REGISTRATION_EXPIRY), wt_watch_step(&w, &limits, &f));
	f.now += 40 * 86400;
	EXPECT_EQ(NONE, wt_watch_step(&w, &limits, &f));
	f.registered_until = f.now + 365 * 86400; /* renewed */
	EXPECT_EQ(NONE, wt_watch_step(&w, &limits, &f));
	EXPECT_EQ(0, w.fired);
	never.registration_days = 0;
	f.registered_until = f.now - 1;
	EXPECT_EQ(NONE, wt_watch_step(&w, &never, &f));
}

TEST(what_is_not_known_changes_nothing)
{
	struct wt_watch w = {};
	struct wt_facts f = plenty(1000);

	f.lasts_s = 0;
	f.over_uj = 5;
	wt_watch_step(&w, &limits, &f);
	f = (struct wt_facts){ .now = 2000 };
	EXPECT_EQ(NONE, wt_watch_step(&w, &limits, &f));
	EXPECT_EQ(BIT(BALANCE_LOW_1) | BIT(EXHAUSTED) | BIT(OVER_ALLOCATION), w.fired);
	EXPECT_EQ(5, w.over_uj);
}

TEST(switched_off)
{
	const struct wt_limits off = {};
	struct wt_watch w = { .fired = BIT(BALANCE_LOW_1) };
	struct wt_facts f = plenty(1000);

	f.lasts_s = 1;
	f.left_uj = 1;
	EXPECT_EQ(NONE, wt_watch_step(&w, &off, &f));
	EXPECT_EQ(0, w.fired);
}

TEST_HARNESS_MAIN
