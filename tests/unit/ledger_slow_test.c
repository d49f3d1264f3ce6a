// SPDX-License-Identifier: Apache-2.0
/* The ledger against the slow one (lib/slow_ledger.h), on random purchases, revocations and uses. */
#include <stdlib.h>
#include <string.h>

#include "kselftest_harness.h"
#include "lib/ledger.h"
#include "tests/unit/lib/slow_ledger.h"

#define S UINT64_C(1000000000)
#define ROUNDS 400
#define ACCOUNTS 8
#define USES 60
#define HORIZON 500 /* s */

struct pieces {
	uint64_t n;
	unsigned int outside, negative;
};

struct scene {
	struct wt_ledger fast;
	struct slow_ledger slow;
	struct pieces pieces;
	struct wt_energy all;
	uint64_t one; /* energies are multiples of the interval's length times this, or 0: any */
};

static uint64_t rnd(uint64_t bound)
{
	return (((uint64_t)random() << 31) ^ (uint64_t)random()) % bound;
}

static void debited(const struct wt_account *account, uint64_t from_ns, uint64_t to_ns,
		    const struct wt_energy *energy, void *user)
{
	struct pieces *pieces = user;
	int64_t end;

	pieces->n++;
	if (!account)
		return;
	end = account->revoked_at < account->not_after ? account->revoked_at : account->not_after;
	pieces->outside += from_ns < (uint64_t)account->not_before * S || end < 0 ||
			   to_ns > (uint64_t)end * S;
	pieces->negative += account->used.high > account->energy_uj ||
			    energy->high > account->energy_uj;
}

static void buy(struct scene *scene, unsigned int number)
{
	struct wt_account account = { .revoked_at = WT_NEVER }, *added;

	account.not_before = (int64_t)rnd(HORIZON);
	/* Equal expiries too. */
	account.not_after = account.not_before + 1 + (int64_t)rnd(8) * 40;
	if (rnd(3) == 0)
		account.revoked_at = (int64_t)rnd(HORIZON);
	account.energy_uj = rnd(40000) + 1;
	memset(account.id, (int)number, sizeof(account.id));
	memset(account.digest, (int)number, sizeof(account.digest));
	if (wt_ledger_add(&scene->fast, &account, &added, NULL) < 0)
		abort();
	slow_add(&scene->slow, number, account.energy_uj, account.not_before, account.not_after,
		 account.revoked_at);
}

static uint64_t some(const struct scene *scene, uint64_t bound, uint64_t seconds)
{
	return scene->one ? rnd(bound / seconds) * seconds : rnd(bound);
}

static void use(struct scene *scene, int64_t *at)
{
	int64_t from = *at + (int64_t)rnd(3), until = from + 1 + (int64_t)rnd(SLOW_SECONDS);
	uint64_t seconds = (uint64_t)(until - from), uj[3];
	struct wt_energy e;

	e.low = some(scene, 3000, seconds);
	e.best = e.low + some(scene, 500, seconds);
	e.high = e.best + some(scene, 500, seconds);
	uj[0] = e.low;
	uj[1] = e.best;
	uj[2] = e.high;
	wt_ledger_debit(&scene->fast, (uint64_t)from * S, (uint64_t)until * S, &e);
	slow_debit(&scene->slow, from, until, uj);
	scene->all.low += e.low;
	scene->all.best += e.best;
	scene->all.high += e.high;
	*at = until;
}

static void play(struct scene *scene, bool whole)
{
	int64_t at = 0;
	unsigned int i;

	*scene = (struct scene){ .one = whole };
	scene->fast.debited = debited;
	scene->fast.user = &scene->pieces;
	for (i = 1; i <= ACCOUNTS; i++)
		buy(scene, i);
	for (i = 0; i < USES; i++)
		use(scene, &at);
}

/* How far the fast one is from the slow one, in units. */
static uint64_t apart(uint64_t fast_uj, unsigned __int128 slow)
{
	unsigned __int128 fast = (unsigned __int128)fast_uj * SLOW_UNIT;

	return (uint64_t)(fast > slow ? fast - slow : slow - fast);
}

static uint64_t furthest(const struct scene *scene)
{
	uint64_t most = 0, d[3];
	size_t i, k, n = scene->fast.n;

	for (i = 0; i <= n; i++) {
		const struct wt_energy *e =
			i < n ? &scene->fast.accounts[i].used : &scene->fast.over;
		const struct slow_account *slow = scene->slow.accounts;

		while (i < n && slow->number != scene->fast.accounts[i].id[0])
			slow++;
		d[0] = apart(e->low, i < n ? slow->used[0] : scene->slow.over[0]);
		d[1] = apart(e->best, i < n ? slow->used[1] : scene->slow.over[1]);
		d[2] = apart(e->high, i < n ? slow->used[2] : scene->slow.over[2]);
		for (k = 0; k < 3; k++)
			most = d[k] > most ? d[k] : most;
	}
	return most;
}

/* Where every second's share is whole uJ both agree wholly. */
TEST(equal_to_the_uj)
{
	struct scene scene;
	int round;

	srandom(11);
	for (round = 0; round < ROUNDS; round++) {
		play(&scene, true);
		ASSERT_EQ(0, furthest(&scene));
		ASSERT_LT(0, scene.pieces.n);
		wt_ledger_clear(&scene.fast);
	}
}

/* Else by less than what rounding can do: 1, 2 and 3 uJ of low, best and high for each piece. */
TEST(equal_but_for_rounding)
{
	struct scene scene;
	int round;

	srandom(12);
	for (round = 0; round < ROUNDS; round++) {
		play(&scene, false);
		ASSERT_LT(furthest(&scene), 3 * scene.pieces.n * SLOW_UNIT);
		wt_ledger_clear(&scene.fast);
	}
}

TEST(conserves_and_stays_in_its_windows)
{
	struct wt_energy sum;
	struct scene scene;
	int round;
	size_t i;

	srandom(13);
	for (round = 0; round < ROUNDS; round++) {
		play(&scene, false);
		sum = scene.fast.over;
		for (i = 0; i < scene.fast.n; i++) {
			const struct wt_account *account = &scene.fast.accounts[i];

			sum.low += account->used.low;
			sum.best += account->used.best;
			sum.high += account->used.high;
			ASSERT_LE(account->used.low, account->energy_uj);
			ASSERT_LE(account->used.best, account->energy_uj);
			ASSERT_LE(account->used.high, account->energy_uj);
		}
		ASSERT_EQ(scene.all.low, sum.low);
		ASSERT_EQ(scene.all.best, sum.best);
		ASSERT_EQ(scene.all.high, sum.high);
		ASSERT_EQ(0, scene.pieces.outside);
		ASSERT_EQ(0, scene.pieces.negative);
		wt_ledger_clear(&scene.fast);
	}
}

TEST_HARNESS_MAIN
