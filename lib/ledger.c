// SPDX-License-Identifier: Apache-2.0
/*
 * Three estimates (low, best, high) of one energy are debited each for itself: whether the best one
 * fits is a question about best figures alone. An interval is cut where a delivery window begins or
 * ends inside it; a piece's share is the difference of two floors of E * t / T, so the shares sum
 * to E whatever the cuts. best is dealt out as low + (best - low), high as best + (high - best): so
 * low <= best <= high holds in every piece, to the microjoule.
 */
#include "lib/ledger.h"

#include <stdlib.h>
#include <string.h>

#define NS_PER_S 1000000000u

typedef unsigned __int128 u128;

uint64_t wt_grant_uj(const struct wt_grant *grant)
{
	return grant->wh * WT_UJ_PER_WH;
}

/* Seconds since 1970 as ns, held within 64 bits (the year 2554). */
static uint64_t to_ns(int64_t seconds)
{
	if (seconds <= 0)
		return 0;
	if ((uint64_t)seconds > UINT64_MAX / NS_PER_S)
		return UINT64_MAX;
	return (uint64_t)seconds * NS_PER_S;
}

static void add_to(uint64_t *sum, uint64_t v)
{
	if (__builtin_add_overflow(*sum, v, sum))
		*sum = UINT64_MAX;
}

struct wt_account wt_grant_account(const struct wt_grant *grant,
				   const uint8_t digest[WT_SHA256_LEN])
{
	struct wt_account account = { .not_before = grant->not_before,
				      .not_after = grant->not_after,
				      .revoked_at = WT_NEVER,
				      .energy_uj = wt_grant_uj(grant),
				      .price_micro = grant->price_micro };

	memcpy(account.id, grant->id, WT_ID_LEN);
	memcpy(account.grant_id, grant->id, WT_ID_LEN);
	memcpy(account.digest, digest, WT_SHA256_LEN);
	memcpy(account.transaction, grant->transaction, sizeof(account.transaction));
	memcpy(account.currency, grant->currency, sizeof(account.currency));
	return account;
}

/* From when on an account takes nothing any more. */
static int64_t end_of(const struct wt_account *account)
{
	return account->revoked_at < account->not_after ? account->revoked_at : account->not_after;
}

/* Earliest expiry first; between equals the id decides, so that the order of adding never does. */
static int compare(const struct wt_account *a, const struct wt_account *b)
{
	if (a->not_after != b->not_after)
		return a->not_after < b->not_after ? -1 : 1;
	return memcmp(a->id, b->id, WT_ID_LEN);
}

int wt_ledger_add(struct wt_ledger *ledger, const struct wt_account *account,
		  struct wt_account **ret, struct wt_err *err)
{
	struct wt_account *accounts;
	size_t i, at = ledger->n;
	char id[2 * WT_ID_LEN + 1];

	for (i = 0; i < ledger->n; i++) {
		if (memcmp(ledger->accounts[i].id, account->id, WT_ID_LEN) != 0)
			continue;
		*ret = &ledger->accounts[i];
		if (memcmp(ledger->accounts[i].digest, account->digest, WT_SHA256_LEN) == 0)
			return 0;
		wt_hex(account->id, WT_ID_LEN, id);
		return wt_fail(err, EEXIST, "there are two different grants with the id %s", id);
	}
	accounts = reallocarray(ledger->accounts, ledger->n + 1, sizeof(*accounts));
	if (!accounts)
		return wt_fail(err, ENOMEM, "no memory for a grant");
	ledger->accounts = accounts;
	while (at > 0 && compare(account, &accounts[at - 1]) < 0)
		at--;
	memmove(&accounts[at + 1], &accounts[at], (ledger->n - at) * sizeof(*accounts));
	accounts[at] = *account;
	accounts[at].used = accounts[at].settled = (struct wt_energy){ 0 };
	ledger->n++;
	*ret = &accounts[at];
	return 0;
}

/*
 * The first account whose window is not over at that instant: those before it can take nothing any
 * more.
 */
static size_t first_open(const struct wt_ledger *ledger, uint64_t at_ns)
{
	size_t low = 0, high = ledger->n, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (to_ns(ledger->accounts[middle].not_after) <= at_ns)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Where the piece that begins at `at` ends: the next begin or end of a window, or `to`. */
static uint64_t next_cut(const struct wt_ledger *ledger, size_t first, uint64_t at, uint64_t to)
{
	uint64_t begin, end;
	size_t i;

	for (i = first; i < ledger->n; i++) {
		begin = to_ns(ledger->accounts[i].not_before);
		end = to_ns(end_of(&ledger->accounts[i]));
		if (begin > at && begin < to)
			to = begin;
		if (end > at && end < to)
			to = end;
	}
	return to;
}

static uint64_t take(uint64_t bought, uint64_t *used, uint64_t *rest)
{
	uint64_t part = bought - *used < *rest ? bought - *used : *rest;

	*used += part;
	*rest -= part;
	return part;
}

static bool is_any(const struct wt_energy *energy)
{
	return (energy->low | energy->best | energy->high) != 0;
}

static void tell(const struct wt_ledger *ledger, const struct wt_account *account, uint64_t from_ns,
		 uint64_t to_ns, const struct wt_energy *energy)
{
	if (ledger->debited && is_any(energy))
		ledger->debited(account, from_ns, to_ns, energy, ledger->user);
}

/* Debits one piece, [at, next), during which no window begins or ends; or settles it. */
static void debit_piece(struct wt_ledger *ledger, size_t first, uint64_t at, uint64_t next,
			struct wt_energy piece, bool settle)
{
	struct wt_energy *over = settle ? &ledger->settled_over : &ledger->over, *used;
	struct wt_account *account;
	struct wt_energy part;
	size_t i;

	for (i = first; i < ledger->n && is_any(&piece); i++) {
		account = &ledger->accounts[i];
		if (to_ns(account->not_before) > at || to_ns(end_of(account)) <= at)
			continue;
		used = settle ? &account->settled : &account->used;
		part.low = take(account->energy_uj, &used->low, &piece.low);
		part.best = take(account->energy_uj, &used->best, &piece.best);
		part.high = take(account->energy_uj, &used->high, &piece.high);
		if (!settle)
			tell(ledger, account, at, next, &part);
	}
	add_to(&over->low, piece.low);
	add_to(&over->best, piece.best);
	add_to(&over->high, piece.high);
	if (!settle)
		tell(ledger, NULL, at, next, &piece);
}

/* What falls in the first `part` of `whole`. */
static uint64_t share(uint64_t energy, uint64_t part, uint64_t whole)
{
	return whole ? (uint64_t)((u128)energy * part / whole) : energy;
}

static void debit(struct wt_ledger *ledger, uint64_t from_ns, uint64_t to_ns,
		  const struct wt_energy *energy, bool settle)
{
	struct wt_energy *charged = settle ? &ledger->settled_charged : &ledger->charged;
	const uint64_t upto_best = energy->best - energy->low,
		       upto_high = energy->high - energy->best;
	struct wt_energy done = { 0 }, sum, piece;
	uint64_t at = from_ns, next, whole;
	size_t first;

	if (to_ns < from_ns)
		to_ns = from_ns;
	whole = to_ns - from_ns;
	do {
		first = first_open(ledger, at);
		next = next_cut(ledger, first, at, to_ns);
		sum.low = share(energy->low, next - from_ns, whole);
		sum.best = sum.low + share(upto_best, next - from_ns, whole);
		sum.high = sum.best + share(upto_high, next - from_ns, whole);
		piece.low = sum.low - done.low;
		piece.best = sum.best - done.best;
		piece.high = sum.high - done.high;
		debit_piece(ledger, first, at, next, piece, settle);
		done = sum;
		at = next;
	} while (at < to_ns);
	add_to(&charged->low, energy->low);
	add_to(&charged->best, energy->best);
	add_to(&charged->high, energy->high);
}

void wt_ledger_debit(struct wt_ledger *ledger, uint64_t from_ns, uint64_t to_ns,
		     const struct wt_energy *energy)
{
	debit(ledger, from_ns, to_ns, energy, false);
}

void wt_ledger_settle(struct wt_ledger *ledger, uint64_t from_ns, uint64_t to_ns,
		      const struct wt_energy *energy)
{
	debit(ledger, from_ns, to_ns, energy, true);
}

void wt_ledger_rewind(struct wt_ledger *ledger)
{
	size_t i;

	for (i = 0; i < ledger->n; i++)
		ledger->accounts[i].used = ledger->accounts[i].settled;
	ledger->over = ledger->settled_over;
	ledger->charged = ledger->settled_charged;
}

void wt_ledger_settle_all(struct wt_ledger *ledger)
{
	size_t i;

	for (i = 0; i < ledger->n; i++)
		ledger->accounts[i].settled = ledger->accounts[i].used;
	ledger->settled_over = ledger->over;
	ledger->settled_charged = ledger->charged;
}

bool wt_energy_differs(const struct wt_energy *x, const struct wt_energy *y)
{
	return x->low != y->low || x->best != y->best || x->high != y->high;
}

enum wt_allocation wt_ledger_verdict(const struct wt_ledger *ledger)
{
	if (ledger->over.best > 0)
		return WT_EXCEEDED;
	return ledger->over.high > 0 ? WT_INQUIRE : WT_WITHIN;
}

uint64_t wt_ledger_left(const struct wt_ledger *ledger, int64_t at)
{
	const struct wt_account *account;
	uint64_t left = 0;

	for (account = ledger->accounts; account < ledger->accounts + ledger->n; account++) {
		if (end_of(account) > at)
			add_to(&left, account->energy_uj - account->used.best);
	}
	return left;
}

void wt_ledger_clear(struct wt_ledger *ledger)
{
	free(ledger->accounts);
	*ledger = (struct wt_ledger){ 0 };
}
