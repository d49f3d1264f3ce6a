/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ledger once more, as plainly as can be: second by second, without sorting and without
 * rounding. Energy is counted in 1/720720 of a uJ (what 1 to 16 all divide), so that an interval of
 * up to 16 s deals out an exact share to each of its seconds.
 */
#ifndef TESTS_UNIT_LIB_SLOW_LEDGER_H
#define TESTS_UNIT_LIB_SLOW_LEDGER_H

#include <stddef.h>
#include <stdint.h>

#define SLOW_UNIT 720720
#define SLOW_SECONDS 16 /* the longest interval */
#define SLOW_MAX 16

struct slow_account {
	unsigned int number; /* decides between equal expiries */
	int64_t from, until, revoked; /* s */
	unsigned __int128 left[3]; /* of low, best, high */
	unsigned __int128 used[3];
};

struct slow_ledger {
	struct slow_account accounts[SLOW_MAX];
	size_t n;
	unsigned __int128 over[3];
};

void slow_add(struct slow_ledger *ledger, unsigned int number, uint64_t uj, int64_t from,
	      int64_t until, int64_t revoked);
/* low, best and high uJ, used evenly over [from, until) in s. */
void slow_debit(struct slow_ledger *ledger, int64_t from, int64_t until, const uint64_t uj[3]);

#endif
