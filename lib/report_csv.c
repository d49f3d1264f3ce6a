// SPDX-License-Identifier: Apache-2.0
/*
 * A report as CSV (RFC 4180): a header, then rows of one width. The first column tells what a row
 * is; what does not belong to such a row is empty.
 *
 *   report, evidence, verdict      what it was made from, in words
 *   total, day, hour               sums
 *   ...-purchase, ...-uncovered    their parts, after each; "tariff" of the total only
 *   gap                            time that nobody measured, and why
 */
#include "lib/report.h"

#include <inttypes.h>
#include <string.h>

#include "lib/report_words.h"

static const char header[] =
	"row,from,to,measured_uj,substituted_uj,low_uj,best_uj,high_uj,covered_ns,gap_ns,"
	"unmeasured_ns,purchase,transaction,currency,price_micro_per_kwh,cost_micro,text\r\n";

/* A field of text, quoted where it must be. */
static void put_text(FILE *out, const char *text)
{
	if (!text[strcspn(text, ",\"\r\n")]) {
		fputs(text, out);
		return;
	}
	fputc('"', out);
	for (; *text; text++) {
		if (*text == '"')
			fputc('"', out);
		fputc(*text, out);
	}
	fputc('"', out);
}

static void put_span(FILE *out, const char *name, const char *suffix, uint64_t from_ns,
		     uint64_t to_ns)
{
	char from[WT_REPORT_TIME_LEN], to[WT_REPORT_TIME_LEN];

	fprintf(out, "%s%s,%s,%s,", name, suffix, wt_report_time(from_ns, from),
		wt_report_time(to_ns, to));
}

static void put_energy(FILE *out, const struct wt_energy *e)
{
	fprintf(out, "%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",", e->low, e->best, e->high);
}

static void put_words(FILE *out, const char *name, uint64_t from_ns, uint64_t to_ns,
		      const char *words)
{
	put_span(out, name, "", from_ns, to_ns);
	fputs(",,,,,,,,,,,,,", out);
	put_text(out, words);
	fputs("\r\n", out);
}

static void put_head(FILE *out, const struct wt_report *report)
{
	const struct wt_verdict *v = report->verdict;
	uint64_t from = wt_report_ns(report->total.from), to = wt_report_ns(report->total.to);
	char words[WT_REPORT_WORDS_LEN];

	put_words(out, "report", from, to, wt_report_rig(v, words));
	put_words(out, "evidence", v->from_ns, v->to_ns, wt_report_evidence(v, words));
	put_words(out, "verdict", from, to, wt_report_verdict(v, words));
}

static void put_row(FILE *out, const struct wt_report *report, const char *name,
		    const struct wt_report_row *row)
{
	uint64_t from = wt_report_ns(row->from), to = wt_report_ns(row->to);
	char id[2 * WT_ID_LEN + 1];
	size_t i;

	put_span(out, name, "", from, to);
	fprintf(out, "%" PRIu64 ",%" PRIu64 ",", row->measured_uj, row->substituted_uj);
	put_energy(out, &row->chargeable);
	fprintf(out, "%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",,,,,,\r\n", row->covered_ns, row->gap_ns,
		row->unmeasured_ns);
	for (i = 0; i < row->n_uses; i++) {
		const struct wt_report_use *use = &row->uses[i];
		const struct wt_account *account = &report->accounts[use->account];

		put_span(out, name, "-purchase", from, to);
		fputs(",,", out);
		put_energy(out, &use->used);
		wt_hex(account->id, WT_ID_LEN, id);
		fprintf(out, ",,,%s,", id);
		put_text(out, account->transaction);
		if (*account->currency)
			fprintf(out, ",%s,%" PRIu64 ",%" PRIu64 ",\r\n", account->currency,
				account->price_micro, use->cost_micro);
		else
			fputs(",,,,\r\n", out);
	}
	put_span(out, name, "-uncovered", from, to);
	fputs(",,", out);
	put_energy(out, &row->uncovered);
	fputs(",,,,,,,,\r\n", out);
}

static void put_tariffs(FILE *out, const struct wt_report *report)
{
	const struct wt_report_tariff *t;

	for (t = report->tariffs; t < report->tariffs + report->n_tariffs; t++) {
		put_span(out, "tariff", "", wt_report_ns(report->total.from),
			 wt_report_ns(report->total.to));
		fputs(",,", out);
		put_energy(out, &t->used);
		if (*t->currency)
			fprintf(out, ",,,,,%s,%" PRIu64 ",%" PRIu64 ",\r\n", t->currency,
				t->price_micro, t->cost_micro);
		else
			fputs(",,,,,,,,\r\n", out);
	}
}

static void put_gaps(FILE *out, const struct wt_report *report)
{
	const struct wt_report_gap *gap;
	char words[WT_REPORT_WORDS_LEN];

	for (gap = report->gaps; gap < report->gaps + report->n_gaps; gap++) {
		put_span(out, "gap", "", gap->from_ns, gap->to_ns);
		fprintf(out, ",%" PRIu64 ",,,,,,%" PRIu64 ",,,,,,", gap->substituted_uj,
			gap->unmeasured_ns);
		put_text(out, wt_report_why(gap, words));
		fputs("\r\n", out);
	}
}

void wt_report_csv(const struct wt_report *report, FILE *out)
{
	size_t i;

	fputs(header, out);
	put_head(out, report);
	put_row(out, report, "total", &report->total);
	put_tariffs(out, report);
	for (i = 0; i < report->n_days; i++)
		put_row(out, report, "day", &report->days[i]);
	for (i = 0; i < report->n_hours; i++)
		put_row(out, report, "hour", &report->hours[i]);
	put_gaps(out, report);
}
