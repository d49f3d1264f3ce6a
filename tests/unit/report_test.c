// SPDX-License-Identifier: Apache-2.0
/* Reports: every sum is exact whatever is charged, and the whole is the verdict's. */
#include "tests/unit/books.h"

static const char *const reason = "a registered input was not there";

TEST(an_hour_border)
{
	struct wt_report report;
	struct books b;

	books_open(&b, T0, T0 + 24 * H);
	buy(&b, 1, 10, T0, T0 + 24 * H, "KZT", 22500000);
	/* 60 s, of which 20 in the first hour: 10 uJ, of which 7 measured */
	charge(&b, (struct wt_charge){ .from_ns = T0_NS + HNS - 20 * S,
				       .to_ns = T0_NS + HNS + 40 * S,
				       .measured = { 6, 7, 8 },
				       .substituted = { 0, 3, 3 },
				       .unmeasured_ns = 10 * S,
				       .why = reason });
	report = finish(&b);
	ASSERT_EQ(2, report.n_hours);
	ASSERT_EQ(1, report.n_days);
	EXPECT_EQ(T0, report.hours[0].from);
	EXPECT_EQ(T0 + H, report.hours[0].to);
	/* low 6/3; best beyond it floor(4/3), high beyond that floor(1/3) */
	EXPECT_EQ(2, report.hours[0].chargeable.low);
	EXPECT_EQ(3, report.hours[0].chargeable.best);
	EXPECT_EQ(3, report.hours[0].chargeable.high);
	EXPECT_EQ(2, report.hours[0].measured_uj); /* floor(3 * 7 / 10) */
	EXPECT_EQ(1, report.hours[0].substituted_uj);
	EXPECT_EQ(4, report.hours[1].chargeable.low);
	EXPECT_EQ(7, report.hours[1].chargeable.best);
	EXPECT_EQ(8, report.hours[1].chargeable.high);
	EXPECT_EQ(5, report.hours[1].measured_uj);
	EXPECT_EQ(2, report.hours[1].substituted_uj);
	EXPECT_EQ(20 * S, report.hours[0].covered_ns);
	EXPECT_EQ(40 * S, report.hours[1].covered_ns);
	EXPECT_EQ(10 * S / 3, report.hours[0].unmeasured_ns);
	EXPECT_EQ(10 * S, report.total.unmeasured_ns);
	ASSERT_EQ(1, report.n_gaps);
	EXPECT_FALSE(report.gaps[0].gap);
	EXPECT_EQ(3, report.gaps[0].substituted_uj);
	EXPECT_STREQ(reason, report.gaps[0].why);
	EXPECT_TRUE(adds_up(&report));
	books_close(&b, &report);
}

TEST(what_expires_first_is_used_first)
{
	struct wt_report report;
	struct books b;

	books_open(&b, T0, T0 + 24 * H);
	buy(&b, 2, 3, T0, T0 + 24 * H, "KZT", 1000000);
	buy(&b, 1, 1, T0, T0 + 3 * H, "KZT", 2000000);
	/* 5 Wh evenly over two hours, in one piece: 1 of the first, 3 of the second, 1 of nobody */
	charge(&b, (struct wt_charge){
			   .from_ns = T0_NS, .to_ns = T0_NS + 2 * HNS, .measured = flat(5 * WH) });
	report = finish(&b);
	ASSERT_EQ(2, report.n_hours);
	ASSERT_EQ(2, report.n_accounts);
	EXPECT_STREQ("tx-1", report.accounts[0].transaction);
	EXPECT_EQ(WH, use_of(&report.hours[0], 0)->used.best);
	EXPECT_EQ(WH * 3 / 2, use_of(&report.hours[0], 1)->used.best);
	EXPECT_EQ(0, report.hours[0].uncovered.best);
	EXPECT_EQ(0, use_of(&report.hours[1], 0)->used.best);
	EXPECT_EQ(WH * 3 / 2, use_of(&report.hours[1], 1)->used.best);
	EXPECT_EQ(WH, report.hours[1].uncovered.best);
	/* millionths: 1 Wh at 2 a kWh, 3 Wh at 1 */
	EXPECT_EQ(2000, use_of(&report.total, 0)->cost_micro);
	EXPECT_EQ(3000, use_of(&report.total, 1)->cost_micro);
	EXPECT_EQ(1500, use_of(&report.hours[1], 1)->cost_micro);
	ASSERT_EQ(2, report.n_tariffs);
	EXPECT_EQ(2000000, report.tariffs[0].price_micro);
	EXPECT_EQ(3000, report.tariffs[1].cost_micro);
	EXPECT_EQ(0, report.n_gaps);
	EXPECT_TRUE(adds_up(&report));
	books_close(&b, &report);
}

/* A third of a millionth an hour: hours have what the sum, rounded down, grows by. */
TEST(costs_of_hours_sum_to_the_total)
{
	static const uint64_t costs[] = { 0, 0, 1, 0, 0, 1 };
	struct wt_report report;
	struct books b;
	size_t i;

	books_open(&b, T0, T0 + 24 * H);
	buy(&b, 1, 1000, T0, T0 + 24 * H, "EUR", 1);
	for (i = 0; i < 6; i++)
		charge(&b, (struct wt_charge){ .from_ns = T0_NS + i * HNS,
					       .to_ns = T0_NS + (i + 1) * HNS,
					       .measured = flat(1000 * WH / 3) });
	report = finish(&b);
	ASSERT_EQ(0,
		  report.total.uncovered.best - 1000 * WH); /* only the first three are covered */
	EXPECT_EQ(1, report.total.uses[0].cost_micro);
	books_close(&b, &report);

	books_open(&b, T0, T0 + 24 * H);
	buy(&b, 1, 10000, T0, T0 + 24 * H, "EUR", 1);
	for (i = 0; i < 6; i++)
		charge(&b, (struct wt_charge){ .from_ns = T0_NS + i * HNS,
					       .to_ns = T0_NS + (i + 1) * HNS,
					       .measured = flat(1000 * WH / 3) });
	report = finish(&b);
	for (i = 0; i < 6; i++)
		EXPECT_EQ(costs[i], report.hours[i].uses[0].cost_micro);
	EXPECT_EQ(2, report.total.uses[0].cost_micro);
	EXPECT_EQ(2, report.tariffs[0].cost_micro);
	EXPECT_TRUE(adds_up(&report));
	books_close(&b, &report);
}

TEST(costs_do_not_overflow)
{
	struct wt_report report;
	struct books b;

	books_open(&b, T0, T0 + 24 * H);
	buy(&b, 1, 1000000, T0, T0 + 24 * H, "XXX", UINT64_MAX / 1000);
	charge(&b, (struct wt_charge){ .from_ns = T0_NS,
				       .to_ns = T0_NS + 9 * HNS,
				       .measured = flat(1000000 * WH) });
	report = finish(&b);
	EXPECT_EQ(UINT64_MAX / 1000 * 1000, report.total.uses[0].cost_micro);
	EXPECT_TRUE(adds_up(&report));
	books_close(&b, &report);
}

TEST(the_period_cuts)
{
	struct wt_report report;
	struct books b;

	/* from half past one to a quarter past two */
	books_open(&b, T0 + H + H / 2, T0 + 2 * H + H / 4);
	charge(&b, (struct wt_charge){ .from_ns = T0_NS,
				       .to_ns = T0_NS + 4 * HNS,
				       .gap = true,
				       .unmeasured_ns = 4 * HNS,
				       .substituted = { 0, 16 * WH, 16 * WH },
				       .why = reason });
	report = finish(&b);
	ASSERT_EQ(2, report.n_hours);
	EXPECT_EQ(T0 + H + H / 2, report.hours[0].from);
	EXPECT_EQ(T0 + 2 * H, report.hours[0].to);
	EXPECT_EQ(T0 + 2 * H + H / 4, report.hours[1].to);
	EXPECT_EQ(2 * WH, report.hours[0].chargeable.best);
	EXPECT_EQ(WH, report.hours[1].chargeable.best);
	EXPECT_EQ(3 * WH, report.total.uncovered.best);
	EXPECT_EQ(HNS / 4 * 3, report.total.gap_ns);
	EXPECT_EQ(0, report.total.covered_ns);
	ASSERT_EQ(1, report.n_gaps);
	EXPECT_EQ(T0_NS + HNS + HNS / 2, report.gaps[0].from_ns);
	EXPECT_EQ(T0_NS + 2 * HNS + HNS / 4, report.gaps[0].to_ns);
	EXPECT_EQ(HNS / 4 * 3, report.gaps[0].unmeasured_ns);
	EXPECT_EQ(3 * WH, report.gaps[0].substituted_uj);
	EXPECT_TRUE(adds_up(&report));
	books_close(&b, &report);
}

TEST(an_instant)
{
	struct wt_report report;
	struct books b;

	books_open(&b, T0, T0 + H);
	charge(&b, (struct wt_charge){ .from_ns = T0_NS, .to_ns = T0_NS, .measured = { 1, 2, 3 } });
	/* the period ends before this one */
	charge(&b, (struct wt_charge){
			   .from_ns = T0_NS + HNS, .to_ns = T0_NS + HNS, .measured = { 1, 2, 3 } });
	report = finish(&b);
	ASSERT_EQ(1, report.n_hours);
	EXPECT_EQ(2, report.total.chargeable.best);
	EXPECT_TRUE(adds_up(&report));
	books_close(&b, &report);
}

/* floor(4 k / 7) and floor(5 k / 7) would put a low of 1 uJ above a best of 0 into the fourth hour. */
TEST(bounds_hold_in_every_hour)
{
	struct wt_report report;
	struct books b;

	books_open(&b, T0, T0 + 24 * H);
	charge(&b, (struct wt_charge){
			   .from_ns = T0_NS, .to_ns = T0_NS + 7 * HNS, .measured = { 4, 5, 5 } });
	report = finish(&b);
	EXPECT_EQ(7, report.n_hours);
	EXPECT_TRUE(adds_up(&report));
	books_close(&b, &report);
}

TEST(neighbouring_gaps_are_one)
{
	struct wt_report report;
	struct books b;
	size_t i;

	books_open(&b, T0, T0 + H);
	for (i = 0; i < 6; i++)
		charge(&b, (struct wt_charge){ .from_ns = T0_NS + i * 60 * S,
					       .to_ns = T0_NS + (i + 1) * 60 * S,
					       .gap = i == 4,
					       .unmeasured_ns = S,
					       .substituted = flat(5),
					       .why = reason });
	charge(&b, (struct wt_charge){ .from_ns = T0_NS + 360 * S,
				       .to_ns = T0_NS + 361 * S,
				       .unmeasured_ns = S,
				       .why = "another" });
	report = finish(&b);
	ASSERT_EQ(4, report.n_gaps);
	EXPECT_STREQ("another", report.gaps[3].why);
	EXPECT_EQ(T0_NS + 240 * S, report.gaps[0].to_ns);
	EXPECT_EQ(4 * S, report.gaps[0].unmeasured_ns);
	EXPECT_EQ(20, report.gaps[0].substituted_uj);
	EXPECT_TRUE(report.gaps[1].gap);
	books_close(&b, &report);
}

/* A small generator of our own: the same on every machine. */
static uint64_t next_random(uint64_t *state, uint64_t below)
{
	*state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (*state >> 16) % below;
}

static void random_purchases(struct books *b, uint64_t *seed)
{
	uint8_t n = (uint8_t)next_random(seed, 7);

	for (uint8_t i = 1; i <= n; i++) {
		int64_t from = T0 + (int64_t)next_random(seed, 200000);

		buy(b, i, 1 + (uint32_t)next_random(seed, 20), from,
		    from + 1 + (int64_t)next_random(seed, 100000), i & 1 ? "KZT" : "EUR",
		    next_random(seed, 50000000));
	}
}

static void random_charges(struct books *b, uint64_t *seed)
{
	uint64_t at = T0_NS + next_random(seed, HNS);

	for (unsigned int i = 0; i < 60; i++) {
		struct wt_charge c = { .from_ns = at, .why = reason };

		at += next_random(seed, next_random(seed, 4) ? 2 * HNS : 3);
		c.to_ns = at;
		c.gap = next_random(seed, 5) == 0;
		c.measured.low = next_random(seed, next_random(seed, 2) ? WH : 9);
		c.measured.best = c.measured.low + next_random(seed, 1000000);
		c.measured.high = c.measured.best + next_random(seed, 3);
		if (next_random(seed, 2))
			c.substituted.best = c.substituted.high = next_random(seed, WH);
		c.unmeasured_ns = next_random(seed, c.to_ns - c.from_ns + 1);
		charge(b, c);
		if (next_random(seed, 9) == 0) /* the clock was set back */
			at -= next_random(seed, 3 * HNS);
	}
}

TEST(whatever_is_charged_adds_up)
{
	for (uint64_t round = 0; round < 300; round++) {
		uint64_t seed = round;
		struct wt_report report;
		struct books b;
		size_t i, k;

		books_open(&b, T0 - 30 * H, T0 + 300 * H);
		random_purchases(&b, &seed);
		random_charges(&b, &seed);
		report = finish(&b);
		ASSERT_TRUE(adds_up(&report))
		{
			TH_LOG("round %lu", (unsigned long)round);
		}
		ASSERT_TRUE(equal(&b.ledger.charged, &report.total.chargeable));
		ASSERT_TRUE(equal(&b.ledger.over, &report.total.uncovered));
		ASSERT_EQ(b.measured.best, report.total.measured_uj);
		ASSERT_EQ(b.substituted.best, report.total.substituted_uj);
		for (i = 0; i < report.n_accounts; i++) {
			for (k = 0;
			     memcmp(b.ledger.accounts[k].id, report.accounts[i].id, WT_ID_LEN);)
				k++;
			ASSERT_TRUE(
				equal(&b.ledger.accounts[k].used, &use_of(&report.total, i)->used));
			ASSERT_EQ((uint64_t)((unsigned __int128)b.ledger.accounts[k].used.best *
					     b.ledger.accounts[k].price_micro / (1000 * WH)),
				  use_of(&report.total, i)->cost_micro);
		}
		books_close(&b, &report);
	}
}

/* Two reports whose periods meet have, together, what the one over both has. */
TEST(periods_add_up)
{
	for (uint64_t round = 0; round < 100; round++) {
		int64_t cut = T0 + 17 * (int64_t)round * 97 % (60 * H);
		const int64_t bounds[3][2] = { { T0 - H, T0 + 300 * H },
					       { T0 - H, cut },
					       { cut, T0 + 300 * H } };
		struct wt_energy sum[3] = { 0 };
		uint64_t measured[3] = { 0 };

		for (size_t i = 0; i < 3; i++) {
			struct wt_report report = { 0 };
			uint64_t seed = round;
			struct books b;

			books_open(&b, bounds[i][0], bounds[i][1]);
			random_purchases(&b, &seed);
			random_charges(&b, &seed);
			if (wt_reporter_finish(b.reporter, &b.verdict, &report, NULL) == 0) {
				sum[i] = report.total.chargeable;
				measured[i] = report.total.measured_uj;
			}
			books_close(&b, &report);
		}
		plus(&sum[1], &sum[2]);
		ASSERT_TRUE(equal(&sum[0], &sum[1]));
		ASSERT_EQ(measured[0], measured[1] + measured[2]);
	}
}

TEST_HARNESS_MAIN
