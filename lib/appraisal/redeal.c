// SPDX-License-Identifier: Apache-2.0
/*
 * Late words: a notice or a grant that is given now, about time that an earlier run judged without it.
 * The ledger goes back to what is settled, and what was charged since is dealt anew, with all that is
 * known now: so it comes to the same as if it had been given in time. What is older than the charges
 * that are kept stands as it was, and that is said.
 */
#include "lib/appraisal/private.h"

#include "lib/appraisal/grants.h"
#include "lib/appraisal/notices.h"

static uint64_t to_ns(int64_t seconds)
{
	return seconds > 0 ? scale((uint64_t)seconds, NS_PER_S, 1) : 0;
}

static void debit_piece(struct wt_appraisal *a, struct wt_charge *piece)
{
	struct wt_energy e = { .low = plus(piece->measured.low, piece->substituted.low),
			       .best = plus(piece->measured.best, piece->substituted.best),
			       .high = plus(piece->measured.high, piece->substituted.high) };

	wt_ledger_debit(&a->ledger, piece->from_ns, piece->to_ns, &e);
}

static bool went_elsewhere(const struct wt_appraisal *a)
{
	size_t i;

	for (i = 0; i < a->n_orphans; i++) {
		if (wt_energy_differs(&a->orphans[i].used, &a->orphans[i].settled))
			return true;
	}
	return false;
}

static void find_late(struct wt_appraisal *a, int64_t from, const char *why)
{
	char text[WT_TIMESTAMP_LEN];

	wt_find(&a->found, WT_NOTICE_LATE,
		"a notice from %s on was given only after that time had been judged: %s",
		wt_timestamp_utc(from, text), why);
}

/* --- the ledger --------------------------------------------------------------------------------- */

static void deal_all(struct wt_appraisal *a, bool say_gaps)
{
	const struct wt_ledger told = a->ledger;
	size_t at = a->charges.front;
	uint64_t end_ns = a->charges.before_ns;
	struct charge charge;

	a->ledger.debited = NULL; /* whoever is told was told when it was charged */
	wt_ledger_rewind(&a->ledger);
	while (wt_charges_next(&a->charges, &at, &end_ns, &charge)) {
		if (charge.is_gap)
			wt_off_deal(a, &charge.gap, debit_piece, say_gaps);
		else
			wt_ledger_debit(&a->ledger, charge.from_ns, charge.to_ns, &charge.energy);
	}
	a->ledger.debited = told.debited;
}

/* A grant that was not there, for time that was charged. */
static bool has_new_grant(const struct wt_appraisal *a)
{
	const struct wt_account *account;

	for (account = a->ledger.accounts; account < a->ledger.accounts + a->ledger.n; account++) {
		if (!account->dealt && to_ns(account->not_before) < a->charges.last_ns &&
		    to_ns(account->not_after) > a->charges.before_ns)
			return true;
	}
	return false;
}

/* Was any of that grant used before the charges that are kept? */
static bool was_settled(const struct wt_appraisal *a, const uint8_t grant_id[WT_ID_LEN])
{
	const struct wt_account *account;

	for (account = a->ledger.accounts; account < a->ledger.accounts + a->ledger.n; account++) {
		if (memcmp(account->grant_id, grant_id, WT_ID_LEN) == 0 &&
		    account->settled.high > 0)
			return true;
	}
	return false;
}

/* --- notices ------------------------------------------------------------------------------------ */

/* Of a curtailment: the windows in its time that an earlier run saw. */
static void curtail(struct wt_appraisal *a, struct notice *n)
{
	size_t at = a->charges.front;
	uint64_t end_ns = a->charges.before_ns;
	struct charge charge;

	while (wt_charges_next(&a->charges, &at, &end_ns, &charge)) {
		if (!charge.is_gap)
			wt_curtailment_add(n, charge.from_ns, charge.to_ns, &charge.energy);
	}
}

static bool is_early(const struct wt_appraisal *a, const struct notice *n)
{
	return to_ns(n->from) < a->charges.settled_ns;
}

static void revoke_registration(struct wt_appraisal *a, const struct notice *n)
{
	const struct wt_registration *reg = &a->reg;
	char from[WT_TIMESTAMP_LEN], at[WT_TIMESTAMP_LEN];

	if (a->entered && memcmp(reg->id, n->target, WT_ID_LEN) == 0 && a->h.iat >= n->from)
		wt_find(&a->found, WT_REGISTRATION_REVOKED,
			"attestation %" PRIu64
			" was signed at %s; the registry revoked the registration from %s on, as is known now",
			a->h.seq, wt_timestamp_utc(a->h.iat, at), wt_timestamp_utc(n->from, from));
}

/* Returns whether the ledger must be dealt anew. */
static bool take_notice(struct wt_appraisal *a, struct notice *n)
{
	static const char stands[] =
		"what is older than the charges that the state keeps stands as it was";

	switch (n->kind) {
	case WT_NOTICE_REVOKE_GRANT:
		if (is_early(a, n) && was_settled(a, n->target))
			find_late(a, n->from, stands);
		return to_ns(n->from) < a->charges.last_ns;
	case WT_NOTICE_REVOKE_REGISTRATION:
		revoke_registration(a, n);
		return false;
	case WT_NOTICE_CURTAIL:
		if (is_early(a, n))
			find_late(a, n->from, stands);
		curtail(a, n);
		return false;
	case WT_NOTICE_OFF:
		if (is_early(a, n))
			find_late(a, n->from, stands);
		return to_ns(n->from) < a->charges.last_ns;
	}
	return false;
}

void wt_redeal(struct wt_appraisal *a)
{
	bool anew = false, off = false, grant = has_new_grant(a);
	struct notice *n;
	size_t i;

	if (!a->resumed)
		return;
	a->resumed = false;
	for (n = a->notices; n < a->notices + a->n_notices; n++) {
		if (n->dealt || !n->given)
			continue;
		if (take_notice(a, n)) {
			anew = true;
			off |= n->kind == WT_NOTICE_OFF;
			if (went_elsewhere(a))
				find_late(
					a, n->from,
					"a grant that was used then is not given now, so nothing was dealt anew");
		}
	}
	if ((anew || grant) && !went_elsewhere(a))
		deal_all(a, off);
	for (i = 0; i < a->ledger.n; i++)
		a->ledger.accounts[i].dealt = true;
	for (n = a->notices; n < a->notices + a->n_notices; n++)
		n->dealt = n->given;
}
