// SPDX-License-Identifier: Apache-2.0
/*
 * What must not matter: into how many attestations windows are gathered, into how many windows time
 * is cut, in which order objects are given, and one purchase more.
 */
#include "tests/unit/lib/rig.h"

#include <string.h>

#include "kselftest_harness.h"

#define DAY 86400
#define NO_NONCE wt_span(NULL, 0)
#define MINUTES 20

FIXTURE(even)
{
	struct rig rig, other;
};

static void begin(struct rig *rig)
{
	rig_init(rig);
	/* A class that leaves a remainder in every window. */
	rig->reg_sources[0].class_ppm = 12347;
	rig_register(rig);
	rig_grant(rig, 10, -3600, 700);
	rig_grant(rig, 20, 333, DAY);
	rig_boot(rig);
	rig->sources[0].mw = 99991;
}

FIXTURE_SETUP(even)
{
	begin(&self->rig);
	begin(&self->other);
}

FIXTURE_TEARDOWN(even)
{
	rig_free(&self->rig);
	rig_free(&self->other);
}

struct outcome {
	struct wt_energy charged, over, used[2];
	enum wt_allocation allocation;
};

static struct outcome judge(struct rig *rig)
{
	struct wt_appraisal *a = rig_appraisal(rig, &(struct rig_judging){ 0 });
	const struct wt_ledger *ledger = wt_appraisal_ledger(a);
	struct outcome ret = { 0 };
	struct wt_verdict v;
	size_t i;

	for (i = 0; i < rig->n_atts; i++) {
		if (wt_appraisal_feed(a, wt_buf_span(&rig->atts[i]), "att", NULL) != 1)
			abort();
	}
	if (wt_appraisal_finish(a, &v, NULL) < 0)
		abort();
	ret.charged = ledger->charged;
	ret.over = ledger->over;
	for (i = 0; i < 2 && i < ledger->n; i++)
		ret.used[i] = ledger->accounts[i].used;
	ret.allocation = v.allocation;
	wt_verdict_clear(&v);
	wt_appraisal_free(a);
	return ret;
}

TEST_F(even, batching)
{
	struct outcome one_each, all_in_one;
	int i;

	rig_minutes(&self->rig, MINUTES);
	for (i = 0; i < MINUTES; i++)
		rig_window(&self->other, 60, NO_NONCE);
	rig_attest(&self->other, NO_NONCE);
	one_each = judge(&self->rig);
	all_in_one = judge(&self->other);
	EXPECT_EQ(MINUTES, self->rig.n_atts);
	EXPECT_EQ(1, self->other.n_atts);
	EXPECT_LT(0, one_each.used[0].best);
	EXPECT_LT(0, one_each.used[1].best);
	EXPECT_EQ(0, memcmp(&one_each, &all_in_one, sizeof(one_each)));
}

/*
 * Of what was measured the best estimate is the same to the uJ. A window rounds the bounds once for
 * each input: a cut costs less than one uJ of each. An account is debited by cumulative floors: one
 * uJ for each piece.
 */
TEST_F(even, cutting_windows)
{
	struct outcome whole, cut;
	int i;

	rig_minutes(&self->rig, MINUTES);
	for (i = 0; i < MINUTES; i++) {
		rig_window(&self->other, 7, NO_NONCE);
		rig_window(&self->other, 53, NO_NONCE);
	}
	rig_attest(&self->other, NO_NONCE);
	whole = judge(&self->rig);
	cut = judge(&self->other);
	EXPECT_EQ(whole.charged.best, cut.charged.best);
	EXPECT_LE(cut.charged.low, whole.charged.low);
	EXPECT_LE(whole.charged.low, cut.charged.low + MINUTES);
	EXPECT_LT(cut.charged.low, whole.charged.low); /* or this test shows nothing */
	EXPECT_LE(whole.charged.high, cut.charged.high);
	EXPECT_LE(cut.charged.high, whole.charged.high + MINUTES);
	for (i = 0; i < 2; i++) {
		EXPECT_LE(whole.used[i].best, cut.used[i].best + 2 * MINUTES);
		EXPECT_LE(cut.used[i].best, whole.used[i].best + 2 * MINUTES);
	}
	EXPECT_EQ(whole.allocation, cut.allocation);
}

TEST_F(even, order_of_grants)
{
	struct outcome before, after;
	struct wt_buf cose;
	struct wt_att_grant named;

	rig_minutes(&self->rig, MINUTES);
	before = judge(&self->rig);
	cose = self->rig.grants[0];
	self->rig.grants[0] = self->rig.grants[1];
	self->rig.grants[1] = cose;
	named = self->rig.named[0];
	self->rig.named[0] = self->rig.named[1];
	self->rig.named[1] = named;
	after = judge(&self->rig);
	EXPECT_EQ(0, memcmp(&before, &after, sizeof(before)));
}

TEST_F(even, one_purchase_more)
{
	struct outcome before, after;
	uint32_t wh;

	rig_minutes(&self->rig, MINUTES + 40);
	rig_off(&self->rig, 20);
	rig_boot(&self->rig);
	rig_minutes(&self->rig, 2);
	before = judge(&self->rig);
	EXPECT_EQ(WT_EXCEEDED, before.allocation);
	for (wh = 1; wh <= 100; wh *= 10) {
		rig_grant(&self->rig, wh, 100, 4000);
		rig_allot(&self->rig, rig_site_grant(&self->rig, 1000, 300, 3900), wh);
		after = judge(&self->rig);
		EXPECT_LE(after.allocation, before.allocation);
		EXPECT_LE(after.over.low, before.over.low);
		EXPECT_LE(after.over.best, before.over.best);
		EXPECT_LE(after.over.high, before.over.high);
		EXPECT_EQ(after.charged.best, before.charged.best);
		before = after;
	}
	EXPECT_EQ(WT_WITHIN, before.allocation);
}

TEST_HARNESS_MAIN
