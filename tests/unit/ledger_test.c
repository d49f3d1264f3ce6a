// SPDX-License-Identifier: Apache-2.0
#include "lib/ledger.h"

#include <stdlib.h>
#include <string.h>

#include "kselftest_harness.h"

#define S UINT64_C(1000000000)
#define WH UINT64_C(3600000000)

static struct wt_energy flat(uint64_t uj)
{
	return (struct wt_energy){ uj, uj, uj };
}

/* A grant of wh over [from, until) seconds; the number makes its id and digest. */
static int add(struct wt_ledger *ledger, uint8_t number, uint32_t wh, int64_t from, int64_t until)
{
	struct wt_grant grant = { .wh = wh, .not_before = from, .not_after = until };
	struct wt_account account, *added;
	uint8_t digest[WT_SHA256_LEN];

	memset(grant.id, number, sizeof(grant.id));
	memset(digest, number, sizeof(digest));
	account = wt_grant_account(&grant, digest);
	return wt_ledger_add(ledger, &account, &added, NULL);
}

static struct wt_account *account(struct wt_ledger *ledger, uint8_t number)
{
	size_t i;

	for (i = 0; i < ledger->n; i++) {
		if (ledger->accounts[i].id[0] == number)
			return &ledger->accounts[i];
	}
	abort();
}

FIXTURE(ledger)
{
	struct wt_ledger ledger;
};

FIXTURE_SETUP(ledger)
{
	self->ledger = (struct wt_ledger){ 0 };
}

FIXTURE_TEARDOWN(ledger)
{
	wt_ledger_clear(&self->ledger);
}

TEST_F(ledger, one_grant)
{
	struct wt_energy e = flat(WH);

	ASSERT_EQ(0, add(&self->ledger, 1, 2, 0, 3600));
	wt_ledger_debit(&self->ledger, 0, 60 * S, &e);
	EXPECT_EQ(WT_WITHIN, wt_ledger_verdict(&self->ledger));
	EXPECT_EQ(WH, wt_ledger_left(&self->ledger, 60));
	EXPECT_EQ(0, wt_ledger_left(&self->ledger, 3600));
	wt_ledger_debit(&self->ledger, 60 * S, 120 * S, &e);
	EXPECT_EQ(WT_WITHIN, wt_ledger_verdict(&self->ledger));
	e = flat(1);
	wt_ledger_debit(&self->ledger, 120 * S, 180 * S, &e);
	EXPECT_EQ(WT_EXCEEDED, wt_ledger_verdict(&self->ledger));
	EXPECT_EQ(1, self->ledger.over.best);
	EXPECT_EQ(2 * WH + 1, self->ledger.charged.best);
}

TEST_F(ledger, estimates_each_for_itself)
{
	struct wt_energy e = { WH - 10, WH, WH + 10 };

	ASSERT_EQ(0, add(&self->ledger, 1, 1, 0, 3600));
	wt_ledger_debit(&self->ledger, 0, 60 * S, &e);
	EXPECT_EQ(WT_INQUIRE, wt_ledger_verdict(&self->ledger));
	EXPECT_EQ(0, self->ledger.over.low);
	EXPECT_EQ(0, self->ledger.over.best);
	EXPECT_EQ(10, self->ledger.over.high);
}

TEST_F(ledger, earliest_expiry_first)
{
	struct wt_energy e = flat(3 * WH);

	ASSERT_EQ(0, add(&self->ledger, 1, 2, 0, 7200));
	ASSERT_EQ(0, add(&self->ledger, 2, 2, 0, 3600));
	wt_ledger_debit(&self->ledger, 0, 60 * S, &e);
	EXPECT_EQ(2 * WH, account(&self->ledger, 2)->used.best);
	EXPECT_EQ(WH, account(&self->ledger, 1)->used.best);
	EXPECT_EQ(0, self->ledger.over.best);
}

TEST_F(ledger, cut_at_the_windows)
{
	struct wt_energy e = flat(300);

	/* 300 s: one third before the window, one third in it, one third after. */
	ASSERT_EQ(0, add(&self->ledger, 1, 1, 100, 200));
	wt_ledger_debit(&self->ledger, 0, 300 * S, &e);
	EXPECT_EQ(100, account(&self->ledger, 1)->used.best);
	EXPECT_EQ(200, self->ledger.over.best);
}

TEST_F(ledger, window_is_half_open)
{
	struct wt_energy e = flat(7);

	ASSERT_EQ(0, add(&self->ledger, 1, 1, 100, 200));
	wt_ledger_debit(&self->ledger, 100 * S, 100 * S, &e); /* an instant */
	EXPECT_EQ(7, account(&self->ledger, 1)->used.best);
	wt_ledger_debit(&self->ledger, 200 * S, 200 * S, &e);
	EXPECT_EQ(7, account(&self->ledger, 1)->used.best);
	EXPECT_EQ(7, self->ledger.over.best);
	wt_ledger_debit(&self->ledger, 100 * S - 1, 100 * S - 1, &e);
	EXPECT_EQ(14, self->ledger.over.best);
}

TEST_F(ledger, same_grant_again)
{
	struct wt_account grant = { .energy_uj = WH, .not_after = 3600, .digest = { 1 } }, *first, *again;

	ASSERT_EQ(0, wt_ledger_add(&self->ledger, &grant, &first, NULL));
	EXPECT_EQ(0, wt_ledger_add(&self->ledger, &grant, &again, NULL));
	EXPECT_EQ(first, again);
	EXPECT_EQ(1, self->ledger.n);
	grant.digest[0] = 2;
	EXPECT_EQ(-EEXIST, wt_ledger_add(&self->ledger, &grant, &again, NULL));
	EXPECT_EQ(1, self->ledger.n);
}

TEST_F(ledger, greatest_numbers)
{
	struct wt_energy e = flat(UINT64_MAX);

	ASSERT_EQ(0, add(&self->ledger, 1, WT_GRANT_MAX_WH, 0, INT64_MAX));
	ASSERT_EQ(0, add(&self->ledger, 2, WT_GRANT_MAX_WH, INT64_MIN, INT64_MIN + 1));
	wt_ledger_debit(&self->ledger, 0, UINT64_MAX, &e);
	wt_ledger_debit(&self->ledger, UINT64_MAX, 0, &e); /* backwards: an instant */
	EXPECT_EQ(UINT64_MAX, self->ledger.charged.best);
	EXPECT_EQ(WT_GRANT_MAX_WH * WH, account(&self->ledger, 1)->used.best);
	EXPECT_EQ(0, account(&self->ledger, 2)->used.best);
}

TEST_F(ledger, revoked_takes_nothing_any_more)
{
	struct wt_energy e = flat(100);

	ASSERT_EQ(0, add(&self->ledger, 1, 1, 0, 200));
	account(&self->ledger, 1)->revoked_at = 50;
	EXPECT_EQ(WH, wt_ledger_left(&self->ledger, 49));
	EXPECT_EQ(0, wt_ledger_left(&self->ledger, 50));
	wt_ledger_debit(&self->ledger, 0, 100 * S, &e);
	EXPECT_EQ(50, account(&self->ledger, 1)->used.best);
	EXPECT_EQ(50, self->ledger.over.best);
}

struct told {
	struct wt_energy paid, over;
	uint64_t end_ns;
	unsigned int out_of_window;
};

static void listen(const struct wt_account *account, uint64_t from_ns, uint64_t to_ns,
		   const struct wt_energy *energy, void *user)
{
	struct told *told = user;
	struct wt_energy *sum = account ? &told->paid : &told->over;

	sum->low += energy->low;
	sum->best += energy->best;
	sum->high += energy->high;
	told->end_ns = to_ns;
	told->out_of_window += account && (from_ns < (uint64_t)account->not_before * S ||
					   to_ns > (uint64_t)account->not_after * S);
}

TEST_F(ledger, tells_every_debit)
{
	struct wt_energy e = { 250, 300, 310 };
	struct told told = { 0 };

	ASSERT_EQ(0, add(&self->ledger, 1, 1, 100, 200));
	self->ledger.debited = listen;
	self->ledger.user = &told;
	wt_ledger_debit(&self->ledger, 0, 300 * S, &e);
	EXPECT_EQ(account(&self->ledger, 1)->used.low, told.paid.low);
	EXPECT_EQ(100, told.paid.best);
	EXPECT_EQ(account(&self->ledger, 1)->used.high, told.paid.high);
	EXPECT_EQ(250, told.paid.low + told.over.low);
	EXPECT_EQ(300, told.paid.best + told.over.best);
	EXPECT_EQ(310, told.paid.high + told.over.high);
	EXPECT_EQ(300 * S, told.end_ns);
	EXPECT_EQ(0, told.out_of_window);
}

/* --- properties, on random purchases and intervals -------------------------------------------- */

struct purchase {
	uint8_t number;
	uint32_t wh;
	int64_t from, until;
};

struct use {
	uint64_t from_ns, to_ns;
	struct wt_energy energy;
};

static uint64_t rnd(uint64_t bound)
{
	return (((uint64_t)random() << 31) ^ (uint64_t)random()) % bound;
}

static void make(struct purchase *p, size_t n_p, struct use *u, size_t n_u)
{
	uint64_t at = 0;
	size_t i;

	for (i = 0; i < n_p; i++) {
		p[i] = (struct purchase){ .number = (uint8_t)(i + 1),
					  .wh = (uint32_t)rnd(3) + 1,
					  .from = (int64_t)rnd(900) };
		p[i].until = p[i].from + 1 + (int64_t)rnd(600);
	}
	for (i = 0; i < n_u; i++) {
		u[i].from_ns = at;
		at += rnd(90 * S);
		u[i].to_ns = at;
		u[i].energy.low = rnd(WH / 4);
		u[i].energy.best = u[i].energy.low + rnd(WH / 50);
		u[i].energy.high = u[i].energy.best + rnd(WH / 50);
	}
}

static void run(struct wt_ledger *ledger, const struct purchase *p, size_t n_p, const struct use *u,
		size_t n_u)
{
	size_t i;

	for (i = 0; i < n_p; i++) {
		if (add(ledger, p[i].number, p[i].wh, p[i].from, p[i].until) < 0)
			abort();
	}
	for (i = 0; i < n_u; i++)
		wt_ledger_debit(ledger, u[i].from_ns, u[i].to_ns, &u[i].energy);
}

#define ROUNDS 300
#define PURCHASES 7
#define USES 20

/* The energy that uses put into [from, until): no grant can have given more. */
static uint64_t used_within(const struct use *u, int64_t from, int64_t until)
{
	uint64_t sum = 0, begin, end;
	size_t i;

	for (i = 0; i < USES; i++) {
		begin = u[i].from_ns > (uint64_t)from * S ? u[i].from_ns : (uint64_t)from * S;
		end = u[i].to_ns < (uint64_t)until * S ? u[i].to_ns : (uint64_t)until * S;
		if (end > begin)
			sum += (uint64_t)((unsigned __int128)u[i].energy.best * (end - begin) /
					  (u[i].to_ns - u[i].from_ns)) +
			       2;
		else if (end == begin && u[i].from_ns == u[i].to_ns)
			sum += u[i].energy.best;
	}
	return sum;
}

TEST_F(ledger, conserves_to_the_uj)
{
	struct purchase p[PURCHASES];
	struct use u[USES];
	struct wt_energy sum, all;
	size_t round, i;

	srandom(1);
	for (round = 0; round < ROUNDS; round++) {
		make(p, PURCHASES, u, USES);
		run(&self->ledger, p, PURCHASES, u, USES);
		sum = self->ledger.over;
		all = (struct wt_energy){ 0 };
		for (i = 0; i < self->ledger.n; i++) {
			const struct wt_account *at = &self->ledger.accounts[i];

			sum.low += at->used.low;
			sum.best += at->used.best;
			sum.high += at->used.high;
			ASSERT_LE(at->used.low, at->energy_uj);
			ASSERT_LE(at->used.best, at->energy_uj);
			ASSERT_LE(at->used.high, at->energy_uj);
			ASSERT_LE(at->used.best,
				  used_within(u, at->not_before, at->not_after));
		}
		for (i = 0; i < USES; i++) {
			all.low += u[i].energy.low;
			all.best += u[i].energy.best;
			all.high += u[i].energy.high;
		}
		ASSERT_EQ(all.low, sum.low);
		ASSERT_EQ(all.best, sum.best);
		ASSERT_EQ(all.high, sum.high);
		ASSERT_EQ(all.best, self->ledger.charged.best);
		ASSERT_LE(self->ledger.over.low, self->ledger.over.best);
		ASSERT_LE(self->ledger.over.best, self->ledger.over.high);
		wt_ledger_clear(&self->ledger);
	}
}

TEST_F(ledger, order_of_adding_is_nothing)
{
	struct purchase p[PURCHASES], swapped;
	struct wt_ledger other = { 0 };
	struct use u[USES];
	size_t round, i, k;

	srandom(2);
	for (round = 0; round < ROUNDS; round++) {
		make(p, PURCHASES, u, USES);
		p[1].until = p[0].until; /* equal expiries too */
		if (p[1].from >= p[1].until)
			p[1].from = p[1].until - 1;
		run(&self->ledger, p, PURCHASES, u, USES);
		for (i = PURCHASES - 1; i > 0; i--) {
			k = rnd(i + 1);
			swapped = p[i];
			p[i] = p[k];
			p[k] = swapped;
		}
		run(&other, p, PURCHASES, u, USES);
		ASSERT_EQ(self->ledger.over.best, other.over.best);
		for (i = 0; i < PURCHASES; i++) {
			ASSERT_EQ(self->ledger.accounts[i].id[0],
				  other.accounts[i].id[0]);
			ASSERT_EQ(self->ledger.accounts[i].used.best, other.accounts[i].used.best);
			ASSERT_EQ(self->ledger.accounts[i].used.high, other.accounts[i].used.high);
		}
		wt_ledger_clear(&self->ledger);
		wt_ledger_clear(&other);
	}
}

TEST_F(ledger, one_grant_more_never_worsens)
{
	struct wt_ledger more = { 0 };
	struct purchase p[PURCHASES];
	struct use u[USES];
	size_t round;

	srandom(3);
	for (round = 0; round < ROUNDS; round++) {
		make(p, PURCHASES, u, USES);
		run(&self->ledger, p, PURCHASES - 1, u, USES);
		run(&more, p, PURCHASES, u, USES);
		ASSERT_LE(more.over.low, self->ledger.over.low);
		ASSERT_LE(more.over.best, self->ledger.over.best);
		ASSERT_LE(more.over.high, self->ledger.over.high);
		ASSERT_LE(wt_ledger_verdict(&more), wt_ledger_verdict(&self->ledger));
		wt_ledger_clear(&self->ledger);
		wt_ledger_clear(&more);
	}
}

TEST_HARNESS_MAIN
