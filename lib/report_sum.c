// SPDX-License-Identifier: Apache-2.0
#include "lib/report_sum.h"

#include <stdlib.h>
#include <string.h>

#define DAY_S 86400
#define UJ_PER_KWH UINT64_C(3600000000000)

static void add(struct wt_energy *sum, const struct wt_energy *e)
{
	sum->low += e->low;
	sum->best += e->best;
	sum->high += e->high;
}

/* Energy times price, rounded down to a millionth of the currency. */
static uint64_t cost_of(uint64_t uj, uint64_t price_micro)
{
	unsigned __int128 v = (unsigned __int128)uj * price_micro / UJ_PER_KWH;

	return v > UINT64_MAX ? UINT64_MAX : (uint64_t)v;
}

/* What each account's cost grows by from hour to hour. */
static int price(struct wt_report *report)
{
	struct spent {
		uint64_t uj, cost;
	} *spent = calloc(report->n_accounts + 1, sizeof(*spent));
	struct wt_report_use *use;
	uint64_t cost;
	size_t h, i;

	if (!spent)
		return -ENOMEM;
	for (h = 0; h < report->n_hours; h++) {
		for (i = 0; i < report->hours[h].n_uses; i++) {
			use = &report->hours[h].uses[i];
			spent[use->account].uj += use->used.best;
			cost = cost_of(spent[use->account].uj,
				       report->accounts[use->account].price_micro);
			use->cost_micro = cost - spent[use->account].cost;
			spent[use->account].cost = cost;
		}
	}
	free(spent);
	return 0;
}

static int add_use(struct wt_report_row *row, const struct wt_report_use *use)
{
	struct wt_report_use *uses;
	size_t i;

	for (i = 0; i < row->n_uses; i++) {
		if (row->uses[i].account != use->account)
			continue;
		add(&row->uses[i].used, &use->used);
		row->uses[i].cost_micro += use->cost_micro;
		return 0;
	}
	uses = reallocarray(row->uses, row->n_uses + 1, sizeof(*uses));
	if (!uses)
		return -ENOMEM;
	row->uses = uses;
	uses[row->n_uses++] = *use;
	return 0;
}

static int add_row(struct wt_report_row *sum, const struct wt_report_row *row)
{
	size_t i;
	int r = 0;

	sum->measured_uj += row->measured_uj;
	sum->substituted_uj += row->substituted_uj;
	add(&sum->chargeable, &row->chargeable);
	add(&sum->uncovered, &row->uncovered);
	sum->covered_ns += row->covered_ns;
	sum->gap_ns += row->gap_ns;
	sum->unmeasured_ns += row->unmeasured_ns;
	for (i = 0; i < row->n_uses && r == 0; i++)
		r = add_use(sum, &row->uses[i]);
	return r;
}

static int64_t most(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int sum_days(struct wt_report *report)
{
	struct wt_report_row *days = calloc(report->n_hours, sizeof(*days)), *day;
	int64_t begin;
	size_t h;
	int r = 0;

	if (!days)
		return -ENOMEM;
	report->days = days;
	for (h = 0; h < report->n_hours && r == 0; h++) {
		begin = report->hours[h].from / DAY_S * DAY_S;
		day = report->n_days ? &days[report->n_days - 1] : NULL;
		if (!day || day->from / DAY_S * DAY_S != begin) {
			day = &days[report->n_days++];
			day->from = most(begin, report->total.from);
			day->to =
				begin + DAY_S < report->total.to ? begin + DAY_S : report->total.to;
		}
		r = add_row(day, &report->hours[h]);
	}
	return r;
}

static int add_tariff(struct wt_report *report, const struct wt_report_use *use)
{
	const struct wt_account *account = &report->accounts[use->account];
	struct wt_report_tariff *tariffs;
	size_t i;

	for (i = 0; i < report->n_tariffs; i++) {
		if (report->tariffs[i].price_micro == account->price_micro &&
		    strcmp(report->tariffs[i].currency, account->currency) == 0)
			break;
	}
	if (i == report->n_tariffs) {
		tariffs = reallocarray(report->tariffs, i + 1, sizeof(*tariffs));
		if (!tariffs)
			return -ENOMEM;
		report->tariffs = tariffs;
		tariffs[i] = (struct wt_report_tariff){ .price_micro = account->price_micro };
		memcpy(tariffs[i].currency, account->currency, sizeof(tariffs[i].currency));
		report->n_tariffs++;
	}
	add(&report->tariffs[i].used, &use->used);
	report->tariffs[i].cost_micro += use->cost_micro;
	return 0;
}

int wt_report_sum(struct wt_report *report)
{
	size_t i;
	int r = price(report);

	if (r == 0)
		r = sum_days(report);
	for (i = 0; i < report->n_days && r == 0; i++)
		r = add_row(&report->total, &report->days[i]);
	for (i = 0; i < report->total.n_uses && r == 0; i++)
		r = add_tariff(report, &report->total.uses[i]);
	return r;
}

static void clear_rows(struct wt_report_row *rows, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		free(rows[i].uses);
	free(rows);
}

void wt_report_clear(struct wt_report *report)
{
	clear_rows(report->hours, report->n_hours);
	clear_rows(report->days, report->n_days);
	free(report->total.uses);
	free(report->accounts);
	free(report->tariffs);
	free(report->gaps);
	*report = (struct wt_report){ 0 };
}
