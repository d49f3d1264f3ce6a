/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reports: what was charged when, to which purchase, at what cost, and where nobody measured. Made
 * from an appraisal while it is fed, so a rig's own report and an inspector's come from the same
 * figures. Pure; hours and days are those of UTC.
 *
 *   wt_reporter_new → wt_appraisal_observe(wt_reporter_observer) → feed ... → wt_reporter_finish
 *
 * To the uJ: hours sum to days and days to the total; in every row measured and substituted sum to
 * chargeable, and so do the purchases' uses and what none covered. A report over all that was fed
 * has the verdict's chargeable energy.
 */
#ifndef LIB_REPORT_H
#define LIB_REPORT_H

#include "lib/appraisal.h"

#define WT_REPORT_MAX_S (INT64_C(3660) * 86400) /* ten years */

struct wt_report_use {
	size_t account; /* index into the report's accounts */
	/*
	 * uJ. Low, best and high are debited each for itself: where the high estimate has used a
	 * purchase up, low still draws on it, so low may be above high here.
	 */
	struct wt_energy used;
	/*
	 * used.best times the price, in millionths of the currency. For each account the sum since
	 * the period began is rounded down, and a row has what that sum grew by: costs of hours sum
	 * to those of days and of the total.
	 */
	uint64_t cost_micro;
};

/* An hour, a day, or the whole period; energies in uJ. */
struct wt_report_row {
	int64_t from, to; /* [from, to), seconds since 1970, cut to the period */
	uint64_t measured_uj, substituted_uj; /* best estimates, together chargeable.best */
	struct wt_energy chargeable;
	struct wt_energy uncovered; /* of it, what no purchase covered */
	/*
	 * Time that windows cover, time that only a gap between windows covers, and of both what
	 * nobody measured. A clock that was set back makes them longer than the row.
	 */
	uint64_t covered_ns, gap_ns, unmeasured_ns;
	struct wt_report_use *uses;
	size_t n_uses;
};

struct wt_report_tariff {
	char currency[4];
	uint64_t price_micro; /* per kWh */
	struct wt_energy used;
	uint64_t cost_micro;
};

/* Time that nobody measured, or not all of it; neighbours of one kind are one. */
struct wt_report_gap {
	uint64_t from_ns, to_ns; /* cut to the period */
	bool gap; /* no window covers it */
	uint64_t unmeasured_ns, substituted_uj;
	const char *why; /* NULL: nothing was substituted */
};

struct wt_report {
	const struct wt_verdict *verdict; /* borrowed: of what it was made from */
	struct wt_report_row total; /* from and to are the period */
	struct wt_report_row *days, *hours; /* those with evidence, in order of time */
	size_t n_days, n_hours;
	struct wt_account *accounts; /* those that were debited, in that order */
	size_t n_accounts;
	struct wt_report_tariff *tariffs; /* of the total */
	size_t n_tariffs;
	struct wt_report_gap *gaps; /* as they were found */
	size_t n_gaps;
};

struct wt_reporter;

/* For [from, to), seconds since 1970. -EINVAL: empty, reversed, too long or too late a period. */
int wt_reporter_new(int64_t from, int64_t to, struct wt_reporter **ret, struct wt_err *err);
/* What to have the appraisal tell; the reporter must outlive the feeding. */
struct wt_observer wt_reporter_observer(struct wt_reporter *reporter);
/*
 * Once, after the last feed. verdict is borrowed by the report. -ENOENT: nothing was charged in the
 * period; the sentence says where there is evidence.
 */
int wt_reporter_finish(struct wt_reporter *reporter, const struct wt_verdict *verdict,
		       struct wt_report *ret, struct wt_err *err);
void wt_reporter_free(struct wt_reporter *reporter);
void wt_report_clear(struct wt_report *report);

enum wt_report_format {
	WT_REPORT_TEXT = 1, /* rounded, for people (report_print.c) */
	WT_REPORT_CSV, /* RFC 4180, exact (report_csv.c) */
	WT_REPORT_JSON, /* exact (report_json.c) */
};

/* "text", "csv", "json"; -EINVAL says what there is. */
int wt_report_format_parse(const char *text, enum wt_report_format *ret, struct wt_err *err);

#include <stdio.h>
void wt_report_print(const struct wt_report *report, FILE *out);
void wt_report_csv(const struct wt_report *report, FILE *out);
struct json_object;
struct json_object *wt_report_json(const struct wt_report *report); /* owned by the caller */

#endif
