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
				      .price_micro = price };

	memset(account.id, number, sizeof(account.id));
	memset(account.digest, number, sizeof(account.digest));
	snprintf(account.transaction, sizeof(account.transaction), "tx-%u", number);
	snprintf(account.currency, sizeof(account.currency), "%s", currency);
	if (wt_ledger_add(&b->ledger, &account, NULL) < 0)
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

#endif
