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

#define WT_NEVER INT64_MAX
#define WT_UJ_PER_WH UINT64_C(3600000000)

/* What a rig may spend: a grant to itself, or its allotment of a grant to its site. */
struct wt_account {
	uint8_t id[WT_ID_LEN]; /* the object's own */
	uint8_t digest[WT_SHA256_LEN]; /* of its COSE_Sign1 */
	uint8_t grant_id[WT_ID_LEN]; /* of the purchase: a grant's is its own id */
	int64_t not_before, not_after; /* [not_before, not_after), seconds since 1970 */
	int64_t revoked_at; /* takes no debit from then on; WT_NEVER: not revoked */
	uint64_t energy_uj;
	char transaction[64]; /* of the purchase */
	char currency[4]; /* ISO 4217, or empty */
	uint64_t price_micro; /* per kWh, in millionths of the currency; 0 with an empty currency */
	struct wt_energy used; /* debited so far, uJ; each at most energy_uj */
	struct wt_energy settled; /* of that: what is not dealt anew (wt_ledger_rewind) */
	bool dealt; /* for whoever deals anew: it was at hand when what is charged was dealt */
};

struct wt_ledger {
	/*
	 * Sorted: earliest not_after first, then id; grown by add, never moved by debit. A
	 * revocation does not move an account: what was debited before it stays where it was.
	 */
	struct wt_account *accounts;
	size_t n;
	struct wt_energy over; /* what no grant covered */
	struct wt_energy charged; /* all that was debited or over */
	struct wt_energy settled_over, settled_charged; /* of both: what is not dealt anew */
	/*
	 * Told of every debit as it is made: the part of [from_ns, to_ns) that this account pays,
	 * or NULL: nobody. May be NULL itself.
	 */
	void (*debited)(const struct wt_account *account, uint64_t from_ns, uint64_t to_ns,
			const struct wt_energy *energy, void *user);
	void *user;
};

enum wt_allocation {
	WT_WITHIN = 1, /* high fits */
	WT_INQUIRE = 2, /* best fits, high does not */
	WT_EXCEEDED = 3, /* best does not fit */
};

/* The account of a grant that a rig spends itself; digest is of its COSE_Sign1. */
struct wt_account wt_grant_account(const struct wt_grant *grant,
				   const uint8_t digest[WT_SHA256_LEN]);
/*
 * Adds an account with nothing used. The same id again: 0 and no change if the digest is the same,
 * else -EEXIST. ret is the account in the ledger, until another is added.
 */
int wt_ledger_add(struct wt_ledger *ledger, const struct wt_account *account,
		  struct wt_account **ret, struct wt_err *err);
/*
 * Charges energy used evenly over [from_ns, to_ns) of realtime. Conserves: the sums over accounts
 * and over grow by exactly the energy. An interval of no length is charged at its instant.
 */
void wt_ledger_debit(struct wt_ledger *ledger, uint64_t from_ns, uint64_t to_ns,
		     const struct wt_energy *energy);
/*
 * For charges that may have to be dealt anew: settle debits one to the settled registers alone, with the
 * accounts as they are now; rewind goes back to what is settled, for all that is not to be debited again;
 * settle_all settles everything as it is.
 */
void wt_ledger_settle(struct wt_ledger *ledger, uint64_t from_ns, uint64_t to_ns,
		      const struct wt_energy *energy);
void wt_ledger_rewind(struct wt_ledger *ledger);
void wt_ledger_settle_all(struct wt_ledger *ledger);
bool wt_energy_differs(const struct wt_energy *x, const struct wt_energy *y);
enum wt_allocation wt_ledger_verdict(const struct wt_ledger *ledger);
/*
 * What is left at a time: of the accounts that can be debited then or later, uJ (best estimate).
 */
uint64_t wt_ledger_left(const struct wt_ledger *ledger, int64_t at);
uint64_t wt_grant_uj(const struct wt_grant *grant);
void wt_ledger_clear(struct wt_ledger *ledger);

#endif
