/* SPDX-License-Identifier: Apache-2.0 */
/* Charges without a rig: told to a reporter as the appraisal tells them, over a real ledger. */
#ifndef TESTS_UNIT_BOOKS_H
#define TESTS_UNIT_BOOKS_H

#include "kselftest_harness.h"

#include "lib/report.h"
#include "tests/unit/lib/rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define S UINT64_C(1000000000)
#define H INT64_C(3600)
#define HNS (UINT64_C(3600) * S)
#define WH UINT64_C(3600000000)
#define T0 RIG_T0 /* midnight */
#define T0_NS ((uint64_t)T0 * S)

struct books {
	struct wt_ledger ledger;
	struct wt_reporter *reporter;
	struct wt_observer observer;
	struct wt_verdict verdict;
	struct wt_energy measured, substituted; /* all that was charged */
};

static inline void books_open(struct books *b, int64_t from, int64_t to)
{
	*b = (struct books){ .verdict = { .tier = WT_AFFIRMING, .rig = "KZ-PVL-0142" } };
	if (wt_reporter_new(from, to, &b->reporter, NULL) < 0)
		abort();
	b->observer = wt_reporter_observer(b->reporter);
	b->ledger.debited = b->observer.debit;
	b->ledger.user = b->observer.user;
}

static inline void books_close(struct books *b, struct wt_report *report)
{
	wt_report_clear(report);
	wt_reporter_free(b->reporter);
	wt_ledger_clear(&b->ledger);
}

static inline void buy(struct books *b, uint8_t number, uint32_t wh, int64_t from, int64_t to,
		       const char *currency, uint64_t price)
{
	struct wt_account account = { .not_before = from,
				      .not_after = to,
				      .revoked_at = WT_NEVER,
				      .energy_uj = wh * WH,
				      .price_micro = price },
			  *added;

	memset(account.id, number, sizeof(account.id));
	memset(account.digest, number, sizeof(account.digest));
	snprintf(account.transaction, sizeof(account.transaction), "tx-%u", number);
	snprintf(account.currency, sizeof(account.currency), "%s", currency);
	if (wt_ledger_add(&b->ledger, &account, &added, NULL) < 0)
		abort();
}

static inline void charge(struct books *b, struct wt_charge c)
{
	struct wt_energy e = { c.measured.low + c.substituted.low,
			       c.measured.best + c.substituted.best,
			       c.measured.high + c.substituted.high };

	b->observer.charge(&c, b->observer.user);
	wt_ledger_debit(&b->ledger, c.from_ns, c.to_ns, &e);
	b->measured.best += c.measured.best;
	b->substituted.best += c.substituted.best;
}

static inline struct wt_report finish(struct books *b)
{
	struct wt_report report = { 0 };
	struct wt_err err = { 0 };

	if (wt_reporter_finish(b->reporter, &b->verdict, &report, &err) < 0) {
		ksft_print_msg("%s\n", err.msg);
		abort();
	}
	return report;
}

static inline struct wt_energy flat(uint64_t uj)
{
	return (struct wt_energy){ uj, uj, uj };
}

/* --- does a report add up? */

static inline void plus(struct wt_energy *sum, const struct wt_energy *e)
{
	sum->low += e->low;
	sum->best += e->best;
	sum->high += e->high;
}

static inline bool equal(const struct wt_energy *a, const struct wt_energy *b)
{
	return a->low == b->low && a->best == b->best && a->high == b->high;
}

/* Does a row add up in itself? */
static inline bool balanced(const struct wt_report_row *row)
{
	struct wt_energy parts = row->uncovered;
	size_t i;

	for (i = 0; i < row->n_uses; i++)
		plus(&parts, &row->uses[i].used);
	return equal(&parts, &row->chargeable) &&
	       row->measured_uj + row->substituted_uj == row->chargeable.best &&
	       row->chargeable.low <= row->chargeable.best &&
	       row->chargeable.best <= row->chargeable.high && row->from < row->to;
}

static inline const struct wt_report_use *use_of(const struct wt_report_row *row, size_t account)
{
	static const struct wt_report_use none;
	size_t i;

	for (i = 0; i < row->n_uses; i++) {
		if (row->uses[i].account == account)
			return &row->uses[i];
	}
	return &none;
}

/* Do rows sum to another one, in every figure? */
static inline bool sum_to(const struct wt_report *report, const struct wt_report_row *rows,
			  size_t n, const struct wt_report_row *whole)
{
	struct wt_report_row sum = { 0 };
	struct wt_energy used;
	uint64_t cost;
	size_t i, k;

	for (i = 0; i < n; i++) {
		if (!balanced(&rows[i]) || rows[i].from < whole->from || rows[i].to > whole->to ||
		    (i > 0 && rows[i].from < rows[i - 1].to))
			return false;
		sum.measured_uj += rows[i].measured_uj;
		sum.substituted_uj += rows[i].substituted_uj;
		sum.covered_ns += rows[i].covered_ns;
		sum.gap_ns += rows[i].gap_ns;
		sum.unmeasured_ns += rows[i].unmeasured_ns;
		plus(&sum.chargeable, &rows[i].chargeable);
		plus(&sum.uncovered, &rows[i].uncovered);
	}
	for (k = 0; k < report->n_accounts; k++) {
		used = (struct wt_energy){ 0 };
		cost = 0;
		for (i = 0; i < n; i++) {
			plus(&used, &use_of(&rows[i], k)->used);
			cost += use_of(&rows[i], k)->cost_micro;
		}
		if (!equal(&used, &use_of(whole, k)->used) || cost != use_of(whole, k)->cost_micro)
			return false;
	}
	return sum.measured_uj == whole->measured_uj &&
	       sum.substituted_uj == whole->substituted_uj && sum.covered_ns == whole->covered_ns &&
	       sum.gap_ns == whole->gap_ns && sum.unmeasured_ns == whole->unmeasured_ns &&
	       equal(&sum.chargeable, &whole->chargeable) &&
	       equal(&sum.uncovered, &whole->uncovered);
}

static inline bool adds_up(const struct wt_report *report)
{
	size_t d, h = 0, end;

	if (!balanced(&report->total) ||
	    !sum_to(report, report->days, report->n_days, &report->total))
		return false;
	for (d = 0; d < report->n_days; d++, h = end) {
		for (end = h;
		     end < report->n_hours && report->hours[end].from < report->days[d].to;)
			end++;
		if (!sum_to(report, &report->hours[h], end - h, &report->days[d]))
			return false;
	}
	return h == report->n_hours;
}

#endif
