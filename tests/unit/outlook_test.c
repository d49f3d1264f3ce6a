// SPDX-License-Identifier: Apache-2.0
/* What must be bought next: made, kept in the store and read again, and when it is too late. */
#include <stdlib.h>

#include "kselftest_harness.h"

#include "agent/outlook.h"

#define W UINT64_C(1000000) /* uW */
#define WH UINT64_C(3600000000) /* uJ */
#define H INT64_C(3600)
#define T0 (INT64_C(491160) * H) /* some full hour */

static const struct wt_supply supply = { T0, T0 + 24 * H, 3000 * WH };

static struct wt_outlook make(const struct wt_config *config, int64_t now)
{
	struct wt_outlook outlook;
	struct wt_err err = {};

	if (wt_outlook_make(
		    (struct wt_plan_in){
			    .now = now, .draw_uw = 1000 * W, .supplies = &supply, .n = 1 },
		    config, &outlook, &err) < 0)
		abort();
	return outlook;
}

TEST(made)
{
	struct wt_config config = { .purchase_block_wh = 400 };
	struct wt_outlook o = make(&config, T0 + 60);

	EXPECT_EQ(T0 + 60, o.at);
	EXPECT_EQ(T0 + 24 * H, o.until);
	EXPECT_EQ(3 * 3600, o.lasts_s);
	ASSERT_EQ(21, o.plan.n);
	EXPECT_EQ(T0 + 3 * H, o.plan.hours[0].hour);
	EXPECT_EQ(3540 * 1000 * W, o.plan.hours[0].missing_uj);
	EXPECT_EQ(3, o.plan.hours[0].blocks); /* of 400 Wh, for 983.333 Wh */
	wt_outlook_clear(&o);
}

TEST(read_again)
{
	struct wt_config config = {};
	struct wt_outlook o = make(&config, T0 + 60), back;
	struct wt_buf b = {};
	struct wt_err err = {};

	wt_outlook_put(&b, &o);
	ASSERT_EQ(0, b.err);
	ASSERT_EQ(0, wt_outlook_read(wt_buf_span(&b), &back, &err));
	EXPECT_EQ(o.at, back.at);
	EXPECT_EQ(o.until, back.until);
	EXPECT_EQ(o.draw_uw, back.draw_uw);
	EXPECT_EQ(o.lasts_s, back.lasts_s);
	ASSERT_EQ(o.plan.n, back.plan.n);
	for (size_t i = 0; i < o.plan.n; i++) {
		EXPECT_EQ(o.plan.hours[i].hour, back.plan.hours[i].hour);
		EXPECT_EQ(o.plan.hours[i].from, back.plan.hours[i].from);
		EXPECT_EQ(o.plan.hours[i].until, back.plan.hours[i].until);
		EXPECT_EQ(o.plan.hours[i].need_uj, back.plan.hours[i].need_uj);
		EXPECT_EQ(o.plan.hours[i].missing_uj, back.plan.hours[i].missing_uj);
		EXPECT_EQ(o.plan.hours[i].blocks, back.plan.hours[i].blocks);
		EXPECT_EQ(o.plan.hours[i].block_wh, back.plan.hours[i].block_wh);
		EXPECT_EQ(o.plan.hours[i].last_wh, back.plan.hours[i].last_wh);
		EXPECT_EQ(o.plan.hours[i].wh, back.plan.hours[i].wh);
	}
	EXPECT_EQ(o.plan.missing_uj, back.plan.missing_uj);
	EXPECT_EQ(o.plan.blocks, back.plan.blocks);
	wt_outlook_clear(&back);

	/* every cut is noticed, and so is what follows */
	for (size_t n = 0; n < b.n; n++)
		EXPECT_GT(0, wt_outlook_read(wt_span(b.p, n), &back, &err));
	wt_buf_append(&b, "", 1);
	EXPECT_EQ(-EBADMSG, wt_outlook_read(wt_buf_span(&b), &back, &err));
	b.p[1]++; /* the version */
	EXPECT_EQ(-EBADMSG, wt_outlook_read(wt_span(b.p, b.n - 1), &back, &err));
	wt_buf_free(&b);
	wt_outlook_clear(&o);
}

TEST(too_late)
{
	const struct wt_plan_hour hour = { .hour = T0 };
	struct wt_config lead = { .purchase_lead_min = 60 }, none = {};

	EXPECT_EQ(T0 - H, wt_outlook_buy_before(&hour, &lead));
	EXPECT_EQ(NULL, wt_outlook_too_late(&hour, &lead, T0 - H));
	EXPECT_STREQ("too late to buy", wt_outlook_too_late(&hour, &lead, T0 - H + 1));
	EXPECT_STREQ("too late to buy", wt_outlook_too_late(&hour, &lead, T0 + 1));
	EXPECT_EQ(T0, wt_outlook_buy_before(&hour, &none));
	EXPECT_EQ(NULL, wt_outlook_too_late(&hour, &none, T0 - 601));
	EXPECT_NE(NULL, wt_outlook_too_late(&hour, &none, T0 - 600));
	EXPECT_EQ(NULL, wt_outlook_too_late(&hour, &none, T0));
}

TEST_HARNESS_MAIN
