/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ledger: charges energy, pro rata by time, to the grants whose delivery window covers it,
 * earliest expiry first. Pure, integers only (uJ, ns since 1970); every intermediate product is 128
 * bits wide.
 */
#ifndef LIB_LEDGER_H
#define LIB_LEDGER_H

#include "lib/object.h"

/* Energy with its bounds, uJ: low <= best <= high. */
struct wt_energy {
	uint64_t low, best, high;
};

struct wt_account {
	struct wt_grant grant; /* what was bought */
	uint8_t digest[WT_SHA256_LEN]; /* of its COSE_Sign1 */
	struct wt_energy used; /* debited so far, uJ; each at most the grant's energy */
};

struct wt_ledger {
	/* Sorted: earliest not_after first, then id; grown by add, never moved by debit */
	struct wt_account *accounts;
	size_t n;
	struct wt_energy over; /* what no grant covered */
	struct wt_energy charged; /* all that was debited or over */
};

enum wt_allocation {
	WT_WITHIN = 1, /* high fits */
	WT_INQUIRE = 2, /* best fits, high does not */
	WT_EXCEEDED = 3, /* best does not fit */
};

/*
 * Adds a grant with nothing used. The same id again: 0 and no change if the digest is the same,
 * else -EEXIST.
 */
int wt_ledger_add(struct wt_ledger *ledger, const struct wt_grant *grant,
		  const uint8_t digest[WT_SHA256_LEN], struct wt_err *err);
/*
 * Charges energy used evenly over [from_ns, to_ns) of realtime. Conserves: the sums over accounts
 * and over grow by exactly the energy. An interval of no length is charged at its instant.
 */
void wt_ledger_debit(struct wt_ledger *ledger, uint64_t from_ns, uint64_t to_ns,
		     const struct wt_energy *energy);
enum wt_allocation wt_ledger_verdict(const struct wt_ledger *ledger);
/*
 * What is left at a time: of the grants whose window is open then or opens later, uJ (best
 * estimate).
 */
uint64_t wt_ledger_left(const struct wt_ledger *ledger, int64_t at);
uint64_t wt_grant_uj(const struct wt_grant *grant);
void wt_ledger_clear(struct wt_ledger *ledger);

#endif
