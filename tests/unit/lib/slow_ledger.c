// SPDX-License-Identifier: Apache-2.0
#include "slow_ledger.h"

#include <stdbool.h>
#include <stdlib.h>

void slow_add(struct slow_ledger *ledger, unsigned int number, uint64_t uj, int64_t from,
	      int64_t until, int64_t revoked)
{
	struct slow_account *account = &ledger->accounts[ledger->n++];
	int k;

	if (ledger->n > SLOW_MAX)
		abort();
	*account = (struct slow_account){ number, from, until, revoked, { 0 }, { 0 } };
	for (k = 0; k < 3; k++)
		account->left[k] = (unsigned __int128)uj * SLOW_UNIT;
}

/* Of those that may pay for this second and have any left: the one that expires first. */
static struct slow_account *payer(struct slow_ledger *ledger, int64_t second, int k)
{
	struct slow_account *account, *first = NULL;

	for (account = ledger->accounts; account < ledger->accounts + ledger->n; account++) {
		if (second < account->from || second >= account->until ||
		    second >= account->revoked || account->left[k] == 0)
			continue;
		if (!first || account->until < first->until ||
		    (account->until == first->until && account->number < first->number))
			first = account;
	}
	return first;
}

static void pay(struct slow_ledger *ledger, int64_t second, int k, unsigned __int128 owed)
{
	struct slow_account *account;
	unsigned __int128 part;

	while (owed > 0) {
		account = payer(ledger, second, k);
		if (!account) {
			ledger->over[k] += owed;
			return;
		}
		part = owed < account->left[k] ? owed : account->left[k];
		account->left[k] -= part;
		account->used[k] += part;
		owed -= part;
	}
}

void slow_debit(struct slow_ledger *ledger, int64_t from, int64_t until, const uint64_t uj[3])
{
	int64_t second, length = until - from;
	int k;

	if (length < 1 || length > SLOW_SECONDS)
		abort();
	for (second = from; second < until; second++) {
		for (k = 0; k < 3; k++)
			pay(ledger, second, k,
			    (unsigned __int128)uj[k] * SLOW_UNIT / (unsigned int)length);
	}
}
