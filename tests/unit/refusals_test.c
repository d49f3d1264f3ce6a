// SPDX-License-Identifier: Apache-2.0
/* A refused file is named once, and again when it changed. */
#include "kselftest_harness.h"

#include "agent/refusals.h"

#include <stdio.h>

TEST(once)
{
	struct wt_refusals r = {};
	uint8_t a[32] = { 1 }, b[32] = { 2 };

	EXPECT_TRUE(wt_refusals_new(&r, "x.cose", a));
	EXPECT_FALSE(wt_refusals_new(&r, "x.cose", a));
	EXPECT_TRUE(wt_refusals_new(&r, "x.cose", b)); /* written on */
	EXPECT_TRUE(wt_refusals_new(&r, "y.cose", a)); /* a copy */
	EXPECT_FALSE(wt_refusals_new(&r, "x.cose", a));
}

TEST(survives_and_forgets_the_oldest)
{
	struct wt_refusals r = {}, back;
	struct wt_buf bytes = {};
	struct wt_err err = {};
	uint8_t digest[32] = {};
	char name[32];

	for (int i = 0; i < WT_REFUSALS_MAX + 3; i++) {
		snprintf(name, sizeof(name), "%d.cose", i);
		EXPECT_TRUE(wt_refusals_new(&r, name, digest));
	}
	wt_refusals_put(&bytes, &r);
	ASSERT_EQ(0, wt_refusals_read(wt_buf_span(&bytes), &back, &err));
	EXPECT_FALSE(wt_refusals_new(&back, "3.cose", digest));
	EXPECT_FALSE(wt_refusals_new(&back, name, digest));
	EXPECT_TRUE(wt_refusals_new(&back, "2.cose", digest)); /* which pushes 3.cose out */
	EXPECT_TRUE(wt_refusals_new(&back, "3.cose", digest));
	EXPECT_EQ(-EBADMSG, wt_refusals_read(wt_span(bytes.p, 7), &back, &err));
	EXPECT_EQ(0, back.n);
	wt_buf_free(&bytes);
}

TEST_HARNESS_MAIN
