// SPDX-License-Identifier: Apache-2.0
/* A report for people: hours with their days and the total, purchases, gaps. UTC throughout. */
#include "lib/report.h"

#include <inttypes.h>
#include <string.h>

#include "lib/format.h"
#include "lib/report_words.h"
#include "lib/timestamp.h"

#define NS_PER_S UINT64_C(1000000000)
#define UJ_PER_WH UINT64_C(3600000000)
#define MILLION 1000000u

/* "2026-11-20 13:00", without its last `cut` characters. */
static const char *when(int64_t at, size_t cut, char ret[WT_TIMESTAMP_LEN])
{
	size_t n;

	wt_timestamp_utc(at, ret);
	n = strlen(ret);
	if (n > 10 + cut && ret[10] == 'T')
		ret[10] = ' ';
	if (n > cut)
		ret[n - cut] = '\0';
	return ret;
}

static void put_kwh(FILE *out, uint64_t uj)
{
	uint64_t wh = uj / UJ_PER_WH + (uj % UJ_PER_WH >= UJ_PER_WH / 2);

	fprintf(out, "  %7" PRIu64 ".%03" PRIu64, wh / 1000, wh % 1000);
}

static void put_money(FILE *out, uint64_t micro, const char *currency)
{
	fprintf(out, "%" PRIu64 ".%06" PRIu64 " %s", micro / MILLION, micro % MILLION, currency);
}

/* Costs by currency: purchases may be in several. */
static void put_costs(FILE *out, const struct wt_report *report, const struct wt_report_row *row)
{
	const char *separator = "  ", *currency;
	uint64_t micro;
	size_t t, i, seen;

	for (t = 0; t < report->n_tariffs; t++) {
		currency = report->tariffs[t].currency;
		for (seen = 0; seen < t; seen++) {
			if (strcmp(report->tariffs[seen].currency, currency) == 0)
				break;
		}
		if (!*currency || seen < t)
			continue;
		micro = 0;
		for (i = 0; i < row->n_uses; i++) {
			if (strcmp(report->accounts[row->uses[i].account].currency, currency) == 0)
				micro += row->uses[i].cost_micro;
		}
		fputs(separator, out);
		put_money(out, micro, currency);
		separator = ", ";
	}
}

/* Per thousand of the row that windows cover. */
static unsigned int uptime(const struct wt_report_row *row)
{
	uint64_t whole = wt_report_ns(row->to - row->from);

	if (row->covered_ns >= whole)
		return 1000;
	return (unsigned int)((unsigned __int128)row->covered_ns * 1000 / whole);
}

static void put_row(FILE *out, const struct wt_report *report, const char *name,
		    const struct wt_report_row *row)
{
	unsigned int up = uptime(row);

	fprintf(out, "%-18s", name);
	put_kwh(out, row->measured_uj);
	put_kwh(out, row->substituted_uj);
	put_kwh(out, row->chargeable.best);
	put_kwh(out, row->chargeable.low);
	put_kwh(out, row->chargeable.high);
	put_kwh(out, row->uncovered.best);
	fprintf(out, "  %4u.%u %%", up / 10, up % 10);
	put_costs(out, report, row);
	fputc('\n', out);
}

static void put_hours(FILE *out, const struct wt_report *report)
{
	char name[WT_TIMESTAMP_LEN + 8];
	size_t h = 0, d;

	fprintf(out, "%-18s  %11s  %11s  %11s  %11s  %11s  %11s  %8s%s\n", "kWh, by hour (UTC)",
		"measured", "substituted", "chargeable", "low", "high", "uncovered", "uptime",
		report->n_tariffs ? "  cost" : "");
	for (d = 0; d < report->n_days; d++) {
		for (; h < report->n_hours && report->hours[h].from < report->days[d].to; h++)
			put_row(out, report, when(report->hours[h].from, 4, name),
				&report->hours[h]);
		when(report->days[d].from, 10, name);
		strcat(name, " day");
		put_row(out, report, name, &report->days[d]);
	}
	put_row(out, report, "total", &report->total);
}

static void put_purchases(FILE *out, const struct wt_report *report)
{
	char from[WT_TIMESTAMP_LEN], to[WT_TIMESTAMP_LEN];
	const struct wt_report_use *use;
	const struct wt_account *account;
	int width = 11;

	for (use = report->total.uses; use < report->total.uses + report->total.n_uses; use++) {
		size_t n = strlen(report->accounts[use->account].transaction);

		if (n > (size_t)width)
			width = (int)n;
	}
	fprintf(out, "\n%-*s  %-42s  %11s  %11s  %s\n", width, "transaction", "delivery (UTC)",
		"bought kWh", "used kWh", "price per kWh, cost");
	for (use = report->total.uses; use < report->total.uses + report->total.n_uses; use++) {
		account = &report->accounts[use->account];
		fprintf(out, "%-*s  %s to %s", width, account->transaction,
			when(account->not_before, 1, from), when(account->not_after, 1, to));
		put_kwh(out, account->energy_uj);
		put_kwh(out, use->used.best);
		fputs("  ", out);
		if (*account->currency) {
			put_money(out, account->price_micro, account->currency);
			fputs(", ", out);
			put_money(out, use->cost_micro, account->currency);
		} else {
			fputs("without a price", out);
		}
		fputc('\n', out);
	}
	if (report->n_tariffs < 2)
		return;
	for (const struct wt_report_tariff *t = report->tariffs;
	     t < report->tariffs + report->n_tariffs; t++) {
		fprintf(out, "%-*s  %-42s  %11s", width, "tariff", "", "");
		put_kwh(out, t->used.best);
		fputs("  ", out);
		if (*t->currency) {
			put_money(out, t->price_micro, t->currency);
			fputs(", ", out);
			put_money(out, t->cost_micro, t->currency);
		} else {
			fputs("without a price", out);
		}
		fputc('\n', out);
	}
}

static void put_gaps(FILE *out, const struct wt_report *report)
{
	char from[WT_TIMESTAMP_LEN], to[WT_TIMESTAMP_LEN], time[WT_FORMAT_LEN],
		energy[WT_FORMAT_LEN], why[WT_REPORT_WORDS_LEN];
	const struct wt_report_gap *gap;

	fprintf(out, "\n%-42s  %-12s  %11s  %s\n", "gaps (UTC)", "unmeasured", "substituted",
		"why");
	for (gap = report->gaps; gap < report->gaps + report->n_gaps; gap++)
		fprintf(out, "%s to %s  %-12s  %11s  %s\n",
			when((int64_t)(gap->from_ns / NS_PER_S), 1, from),
			when((int64_t)(gap->to_ns / NS_PER_S), 1, to),
			wt_format_duration((gap->unmeasured_ns + NS_PER_S - 1) / NS_PER_S, time),
			wt_format_energy(gap->substituted_uj, energy), wt_report_why(gap, why));
}

/* Energy that nobody bought or allowed is a finding about the rig, not about its figures. */
static bool holds(const struct wt_verdict *v)
{
	size_t i;

	for (i = 0; i < WT_CHECKS; i++) {
		if (v->checks[i].tier == WT_CONTRAINDICATED && i != WT_CHECK_ENERGY &&
		    i != WT_CHECK_CURTAILMENT)
			return false;
	}
	return true;
}

static void put_head(FILE *out, const struct wt_report *report)
{
	const struct wt_verdict *v = report->verdict;
	char from[WT_TIMESTAMP_LEN], to[WT_TIMESTAMP_LEN], words[WT_REPORT_WORDS_LEN];

	fprintf(out, "report     %s to %s\n", wt_timestamp_utc(report->total.from, from),
		wt_timestamp_utc(report->total.to, to));
	fprintf(out, "made from  %s\n", wt_report_rig(v, words));
	fprintf(out, "           %s, ", wt_report_evidence(v, words));
	fprintf(out, "%s to %s\n", wt_timestamp_utc((int64_t)(v->from_ns / NS_PER_S), from),
		wt_timestamp_utc((int64_t)(v->to_ns / NS_PER_S), to));
	fprintf(out, "verdict    %s\n", wt_report_verdict(v, words));
	if (!holds(v))
		fputs("           do not rely on these figures: `wattest-inspect verify` says what is wrong\n"
		      "           with the evidence\n",
		      out);
	fputc('\n', out);
}

void wt_report_print(const struct wt_report *report, FILE *out)
{
	put_head(out, report);
	put_hours(out, report);
	if (report->total.n_uses)
		put_purchases(out, report);
	if (report->n_gaps)
		put_gaps(out, report);
	fputs("\nEnergy is rounded to the Wh here; csv and json have every uJ.", out);
	if (report->n_tariffs)
		fputs(" Costs are the best estimate times\nthe price, for each purchase rounded down "
		      "to a millionth over the period; hours sum to it.",
		      out);
	fputc('\n', out);
}
