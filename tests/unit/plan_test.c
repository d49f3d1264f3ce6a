// SPDX-License-Identifier: Apache-2.0
/* Planning: what lasts how long, and what must be bought for which hour. */
#include "kselftest_harness.h"

#include "lib/plan.h"

#include <stdlib.h>

#define W UINT64_C(1000000) /* uW */
#define WH UINT64_C(3600000000) /* uJ */
#define H INT64_C(3600)
#define T0 (INT64_C(491160) * H) /* some full hour */
#define N(a) (sizeof(a) / sizeof((a)[0]))

static struct wt_plan make(struct wt_plan_in in)
{
	struct wt_plan plan = { 0 };
	struct wt_err err = { 0 };

	if (wt_plan_make(&in, &plan, &err) < 0) {
		ksft_print_msg("%s\n", err.msg);
		abort();
	}
	return plan;
}

static uint64_t lasts(const struct wt_supply *s, size_t n, int64_t now, uint64_t draw)
{
	uint64_t ret = 12345;
	struct wt_err err = { 0 };

	if (wt_plan_lasts(
		    &(struct wt_plan_in){ .now = now, .draw_uw = draw, .supplies = s, .n = n },
		    &ret, &err) < 0)
		abort();
	return ret;
}

TEST(nothing_bought)
{
	struct wt_plan plan =
		make((struct wt_plan_in){ .now = T0, .until = T0 + 3 * H, .draw_uw = 1000 * W });

	ASSERT_EQ(3, plan.n);
	EXPECT_EQ(3, plan.blocks);
	EXPECT_EQ(3000, plan.wh);
	EXPECT_EQ(3000 * WH, plan.need_uj);
	for (size_t i = 0; i < 3; i++) {
		EXPECT_EQ(T0 + (int64_t)i * H, plan.hours[i].hour);
		EXPECT_EQ(1, plan.hours[i].blocks);
		EXPECT_EQ(1000, plan.hours[i].last_wh);
	}
	wt_plan_clear(&plan);
}

TEST(all_bought)
{
	const struct wt_supply s[] = { { T0 - H, T0 + 5 * H, 3000 * WH } };
	struct wt_plan plan = make((struct wt_plan_in){
		.now = T0, .until = T0 + 3 * H, .draw_uw = 1000 * W, .supplies = s, .n = 1 });

	EXPECT_EQ(0, plan.n);
	EXPECT_EQ(0, plan.blocks);
	EXPECT_EQ(3000 * WH, plan.need_uj);
	wt_plan_clear(&plan);
}

/* The hour under way counts from now, the last one to the horizon's end. */
TEST(partial_hours)
{
	struct wt_plan plan = make((struct wt_plan_in){
		.now = T0 + 45 * 60, .until = T0 + H + 20 * 60, .draw_uw = 600 * W });

	ASSERT_EQ(2, plan.n);
	EXPECT_EQ(T0, plan.hours[0].hour);
	EXPECT_EQ(T0 + 45 * 60, plan.hours[0].from);
	EXPECT_EQ(150, plan.hours[0].wh);
	EXPECT_EQ(T0 + H, plan.hours[1].hour);
	EXPECT_EQ(T0 + H + 20 * 60, plan.hours[1].until);
	EXPECT_EQ(200, plan.hours[1].wh);
	wt_plan_clear(&plan);
}

/* A grant that covers the middle of an hour, and one from its half on. */
TEST(windows_inside_an_hour)
{
	const struct wt_supply s[] = {
		{ T0 + 30 * 60, T0 + 2 * H, 10000 * WH },
		{ T0 + 10 * 60, T0 + 20 * 60, 10000 * WH },
	};
	struct wt_plan plan = make((struct wt_plan_in){
		.now = T0, .until = T0 + 2 * H, .draw_uw = 600 * W, .supplies = s, .n = 2 });

	ASSERT_EQ(1, plan.n);
	EXPECT_EQ(200 * WH, plan.hours[0].missing_uj);
	EXPECT_EQ(200, plan.hours[0].wh);
	wt_plan_clear(&plan);
}

TEST(rounds_up)
{
	struct wt_plan plan =
		make((struct wt_plan_in){ .now = T0, .until = T0 + H, .draw_uw = 1000 * W + 1 });

	ASSERT_EQ(1, plan.n);
	EXPECT_EQ(1001, plan.wh);
	wt_plan_clear(&plan);
}

/* Ten megawatts: ten blocks of 1 MWh an hour; a watt more: eleven. */
TEST(at_most_a_megawatt_hour_each)
{
	struct wt_plan_in in = { .now = T0, .until = T0 + H, .draw_uw = 10000000 * W };
	struct wt_plan plan = make(in);

	EXPECT_EQ(10, plan.blocks);
	EXPECT_EQ(1000000, plan.hours[0].last_wh);
	wt_plan_clear(&plan);
	in.draw_uw += W;
	plan = make(in);
	EXPECT_EQ(11, plan.blocks);
	EXPECT_EQ(1, plan.hours[0].last_wh);
	EXPECT_EQ(10000001, plan.wh);
	wt_plan_clear(&plan);
}

TEST(whole_blocks)
{
	struct wt_plan plan = make((struct wt_plan_in){
		.now = T0, .until = T0 + H, .draw_uw = 2001 * W, .block_wh = 1000 });

	ASSERT_EQ(1, plan.n);
	EXPECT_EQ(3, plan.blocks);
	EXPECT_EQ(3000, plan.wh);
	EXPECT_EQ(1000, plan.hours[0].last_wh);
	wt_plan_clear(&plan);
}

/* What a block bought for an hour saves of a longer grant is there in the hours after. */
TEST(rounding_is_not_lost)
{
	const struct wt_supply s[] = { { T0, T0 + 2 * H, 900 * WH } };
	struct wt_plan plan = make((struct wt_plan_in){ .now = T0,
							.until = T0 + 2 * H,
							.draw_uw = 1000 * W,
							.block_wh = 1000,
							.supplies = s,
							.n = 1 });

	/* 100 Wh are missing in the first hour; its block leaves the 900 to the second, which is short of 100 */
	ASSERT_EQ(2, plan.n);
	EXPECT_EQ(100 * WH, plan.hours[0].missing_uj);
	EXPECT_EQ(100 * WH, plan.hours[1].missing_uj);
	wt_plan_clear(&plan);
}

TEST(buying_the_plan_leaves_nothing_to_buy)
{
	srand(7);
	for (int round = 0; round < 500; round++) {
		struct wt_supply s[64];
		struct wt_plan_in in = { .supplies = s, .n = (size_t)rand() % 16 };
		struct wt_plan plan;

		in.now = T0 + rand() % 7200;
		in.until = in.now + 1 + rand() % (20 * H);
		in.draw_uw = (uint64_t)rand() % (5000 * W);
		in.block_wh = rand() % 2 ? 0 : 1 + (uint32_t)rand() % 3000;
		for (size_t i = 0; i < in.n; i++) {
			s[i].from = T0 - H + rand() % (20 * H);
			s[i].until = s[i].from + 1 + rand() % (5 * H);
			s[i].uj = (uint64_t)rand() % 8000 * WH + (uint64_t)rand();
		}
		plan = make(in);
		EXPECT_LE(plan.missing_uj, plan.need_uj);
		EXPECT_LE(plan.missing_uj, plan.wh * WH);
		for (size_t i = 0; i < plan.n; i++)
			s[in.n++] = (struct wt_supply){ plan.hours[i].hour, plan.hours[i].hour + H,
							plan.hours[i].wh * WH };
		wt_plan_clear(&plan);
		plan = make(in);
		EXPECT_EQ(0, plan.n);
		if (in.draw_uw)
			EXPECT_LE((uint64_t)(in.until - in.now),
				  lasts(s, in.n, in.now, in.draw_uw));
		wt_plan_clear(&plan);
	}
}

TEST(refused)
{
	static const struct wt_plan_in bad[] = {
		{ .now = T0, .until = T0, .draw_uw = W },
		{ .now = T0, .until = T0 - 1, .draw_uw = W },
		{ .now = T0, .until = T0 + WT_PLAN_MAX_S + 1, .draw_uw = W },
		{ .now = T0, .until = T0 + H, .draw_uw = W, .block_wh = 1000001 },
		{ .now = T0, .until = T0 + H, .draw_uw = UINT64_MAX },
	};

	for (size_t i = 0; i < N(bad); i++) {
		struct wt_plan plan;
		struct wt_err err;

		EXPECT_GT(0, wt_plan_make(&bad[i], &plan, &err));
	}
}

TEST(how_long_it_lasts)
{
	/* the gap between the two is what ends it, however much is bought for later */
	const struct wt_supply s[] = {
		{ T0 + 2 * H, T0 + 3 * H, 1000000 * WH },
		{ T0 - H, T0 + H, 500 * WH },
		{ T0, T0 + 2 * H, 2000 * WH },
	};

	EXPECT_EQ(0, lasts(s, 0, T0, W));
	EXPECT_EQ(WT_LASTS_EVER, lasts(s, 0, T0, 0));
	EXPECT_EQ(0, lasts(s, 1, T0, W));
	EXPECT_EQ(1800, lasts(s, 2, T0, 1000 * W));
	EXPECT_EQ(3600, lasts(s, 2, T0, 100 * W)); /* what is left when its window ends is lost */
	EXPECT_EQ(3 * 3600, lasts(s, 3, T0, 1000 * W));
	EXPECT_EQ(2500 * 3600 / 2000, lasts(s, 3, T0, 2000 * W));
	EXPECT_EQ(0, lasts(s, 3, T0 + 3 * H, W));
}

/* A curtailed hour needs no more than it may draw, an hour off needs nothing. */
TEST(caps)
{
	const struct wt_cap caps[] = {
		{ T0 + 2 * H, T0 + 3 * H, 0 },
		{ T0 + H, T0 + 2 * H + H / 2, 400 * W },
		{ T0 + 3 * H + H / 2, T0 + 9 * H, 5000 * W }, /* more than is drawn */
	};
	struct wt_plan plan = make((struct wt_plan_in){ .now = T0,
							.until = T0 + 4 * H,
							.draw_uw = 1000 * W,
							.caps = caps,
							.n_caps = N(caps) });

	ASSERT_EQ(3, plan.n);
	EXPECT_EQ(2400 * WH, plan.need_uj);
	EXPECT_EQ(1000, plan.hours[0].wh);
	EXPECT_EQ(T0 + H, plan.hours[1].hour);
	EXPECT_EQ(400, plan.hours[1].wh);
	EXPECT_EQ(T0 + 3 * H, plan.hours[2].hour);
	EXPECT_EQ(1000, plan.hours[2].wh);
	wt_plan_clear(&plan);
}

/* One that begins or ends within an hour holds for that part of it, and supplies last longer. */
TEST(caps_within_an_hour)
{
	const struct wt_cap caps[] = { { T0 + H / 4, T0 + H / 2, 200 * W },
				       { T0 + H / 2, T0 + H, 0 } };
	const struct wt_supply s[] = { { T0 - H, T0 + H, 300 * WH },
				       { T0 + H, T0 + 9 * H, 500 * WH } };
	struct wt_plan_in in = {
		.now = T0,
		.until = T0 + H,
		.draw_uw = 1000 * W,
		.caps = caps,
		.n_caps = N(caps),
		.supplies = s,
		.n = N(s),
	};
	struct wt_plan plan = make(in);
	uint64_t ret = 0;

	EXPECT_EQ(300 * WH, plan.need_uj);
	EXPECT_EQ(0, plan.n);
	wt_plan_clear(&plan);
	/* then half an hour at 1 kW */
	ASSERT_EQ(0, wt_plan_lasts(&in, &ret, NULL));
	EXPECT_EQ(3600 + 1800, ret);
	in.n_caps = 0;
	ASSERT_EQ(0, wt_plan_lasts(&in, &ret, NULL));
	EXPECT_EQ(300 * 3600 / 1000, ret);
	/* off for ever */
	in.caps = &(struct wt_cap){ T0, INT64_MAX, 0 };
	in.n_caps = 1;
	in.n = 0;
	ASSERT_EQ(0, wt_plan_lasts(&in, &ret, NULL));
	EXPECT_EQ(WT_LASTS_EVER, ret);
}

TEST(the_present_draw)
{
	struct wt_draw draw = { 0 };
	uint64_t uw, from = 1000 * UINT64_C(1000000000), s = 1000000000;

	EXPECT_FALSE(wt_draw_uw(&draw, &uw));
	wt_draw_add(&draw, from, from, 5);
	EXPECT_FALSE(wt_draw_uw(&draw, &uw));
	wt_draw_add(&draw, from, from + 60 * s, 60 * 100 * W);
	ASSERT_TRUE(wt_draw_uw(&draw, &uw));
	EXPECT_EQ(100 * W, uw);
	/* many windows at another draw: only the newest count */
	for (uint64_t i = 1; i <= WT_DRAW_WINDOWS; i++)
		wt_draw_add(&draw, from, from + (1 + i) * 60 * s, 60 * 100 * W + i * 60 * 300 * W);
	ASSERT_TRUE(wt_draw_uw(&draw, &uw));
	EXPECT_EQ(300 * W, uw);
	/* the same verdict again is no window */
	wt_draw_add(&draw, from, from + 11 * 60 * s, 60 * 3100 * W);
	EXPECT_EQ(WT_DRAW_WINDOWS + 1, draw.n);
	/* a new day begins anew */
	wt_draw_add(&draw, from + 660 * s, from + 720 * s, 60 * 200 * W);
	ASSERT_TRUE(wt_draw_uw(&draw, &uw));
	EXPECT_EQ(200 * W, uw);
}

TEST_HARNESS_MAIN
