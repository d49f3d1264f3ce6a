// SPDX-License-Identifier: Apache-2.0
/*
 * Collects charges. The appraisal tells a charge, then the ledger its debits, which tile it in
 * order of time; both are kept until the next charge comes and are then cut into hours:
 *
 *   A piece of time (all debits of the same interval) is cut as the ledger cuts, by differences of
 *   the floor of E * t / T, low first and then what best and high have beyond it.
 *
 *   Each part of a piece is dealt to the piece's debits in their order: what comes first uses up
 *   what expires first. So a row's uses sum to what is chargeable in it.
 *
 *   What is chargeable in a part is measured in the proportion that the whole charge is, by
 *   differences of floors again; the rest of it is substituted.
 */
#include "lib/report.h"

#include <stdlib.h>
#include <string.h>

#include "lib/report_sum.h"
#include "lib/report_words.h"

#define NS_PER_S UINT64_C(1000000000)
#define HOUR_S 3600
#define HOUR_NS (HOUR_S * NS_PER_S)
#define LATEST INT64_C(16725225600) /* the year 2500: in ns well within 64 bits */
#define UNCOVERED SIZE_MAX

typedef unsigned __int128 u128;

struct debit {
	size_t account; /* index, or UNCOVERED */
	uint64_t from_ns, to_ns;
	struct wt_energy energy;
};

struct wt_reporter {
	int64_t from, to;
	uint64_t from_ns, to_ns;
	struct wt_report report; /* hours, accounts and gaps grow */
	bool pending;
	struct wt_charge charge; /* with its debits */
	struct debit *debits;
	size_t n_debits;
	int err; /* -ENOMEM: nothing more is collected */
};

int wt_reporter_new(int64_t from, int64_t to, struct wt_reporter **ret, struct wt_err *err)
{
	struct wt_reporter *r;

	if (from == to)
		return wt_fail(err, EINVAL, "the period is empty: it ends when it begins");
	if (from > to)
		return wt_fail(err, EINVAL, "the period ends before it begins");
	if (from < 0 || to > LATEST)
		return wt_fail(err, EINVAL, "the period is not between the years 1970 and 2500");
	if (to - from > WT_REPORT_MAX_S)
		return wt_fail(err, EINVAL,
			       "the period is longer than ten years: report it in parts");
	r = calloc(1, sizeof(*r));
	if (!r)
		return wt_fail(err, ENOMEM, "out of memory");
	r->from = from;
	r->to = to;
	r->from_ns = (uint64_t)from * NS_PER_S;
	r->to_ns = (uint64_t)to * NS_PER_S;
	*ret = r;
	return 0;
}

void wt_reporter_free(struct wt_reporter *r)
{
	if (!r)
		return;
	wt_report_clear(&r->report);
	free(r->debits);
	free(r);
}

/* --- growing ---------------------------------------------------------------------------------- */

/* The array with room for one more, grown at powers of two; NULL: out of memory, it is as it was. */
static void *room(struct wt_reporter *r, void *array, size_t n, size_t size)
{
	void *grown = (n & (n - 1)) == 0 ? reallocarray(array, n ? 2 * n : 1, size) : array;

	if (!grown)
		r->err = -ENOMEM;
	return grown;
}

/* The row of the hour, made when there is none. NULL: out of memory. */
static struct wt_report_row *hour_at(struct wt_reporter *r, uint64_t at_ns)
{
	struct wt_report *report = &r->report;
	struct wt_report_row *rows;
	int64_t hour = (int64_t)(at_ns / HOUR_NS) * HOUR_S, from = hour > r->from ? hour : r->from;
	size_t low = 0, high = report->n_hours, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (report->hours[middle].from < from)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < report->n_hours && report->hours[low].from == from)
		return &report->hours[low];
	rows = room(r, report->hours, report->n_hours, sizeof(*rows));
	if (!rows)
		return NULL;
	memmove(&rows[low + 1], &rows[low], (report->n_hours - low) * sizeof(*rows));
	report->hours = rows;
	report->n_hours++;
	rows[low] = (struct wt_report_row){
		.from = from,
		.to = hour + HOUR_S < r->to ? hour + HOUR_S : r->to,
	};
	return &rows[low];
}

static size_t account_index(struct wt_reporter *r, const struct wt_account *account)
{
	struct wt_report *report = &r->report;
	struct wt_account *accounts;
	size_t i;

	for (i = report->n_accounts; i-- > 0;) {
		if (memcmp(report->accounts[i].digest, account->digest, WT_SHA256_LEN) == 0)
			return i;
	}
	accounts = room(r, report->accounts, report->n_accounts, sizeof(*accounts));
	if (!accounts)
		return UNCOVERED;
	report->accounts = accounts;
	accounts[report->n_accounts] = *account;
	return report->n_accounts++;
}

static struct wt_report_use *use_of(struct wt_reporter *r, struct wt_report_row *row,
				    size_t account)
{
	struct wt_report_use *uses;
	size_t i;

	for (i = 0; i < row->n_uses; i++) {
		if (row->uses[i].account == account)
			return &row->uses[i];
	}
	uses = room(r, row->uses, row->n_uses, sizeof(*uses));
	if (!uses)
		return NULL;
	row->uses = uses;
	uses[row->n_uses] = (struct wt_report_use){ .account = account };
	return &uses[row->n_uses++];
}

/* --- cutting ---------------------------------------------------------------------------------- */

static void add(struct wt_energy *sum, const struct wt_energy *e)
{
	sum->low += e->low;
	sum->best += e->best;
	sum->high += e->high;
}

/* What falls in the first `part` of `whole`. */
static uint64_t share(uint64_t v, uint64_t part, uint64_t whole)
{
	return whole ? (uint64_t)((u128)v * part / whole) : v;
}

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static bool within(const struct wt_reporter *r, uint64_t at_ns)
{
	return at_ns >= r->from_ns && at_ns < r->to_ns;
}

/* Where the part of [.., to) that begins at `at` ends: with its hour, and at the period's ends. */
static uint64_t next_cut(const struct wt_reporter *r, uint64_t at, uint64_t to)
{
	if (at < r->from_ns)
		return least(r->from_ns, to);
	if (at >= r->to_ns)
		return to;
	return least(least((at / HOUR_NS + 1) * HOUR_NS, r->to_ns), to);
}

/* The charge's time, by hours; what of unmeasured time lies in the period goes to the gap. */
static void cut_time(struct wt_reporter *r, struct wt_report_gap *gap)
{
	const struct wt_charge *c = &r->charge;
	uint64_t whole = c->to_ns - c->from_ns, at = c->from_ns, next, done = 0, sum;
	struct wt_report_row *row;

	do {
		next = next_cut(r, at, c->to_ns);
		sum = share(c->unmeasured_ns, next - c->from_ns, whole);
		if (within(r, at)) {
			row = hour_at(r, at);
			if (!row)
				return;
			*(c->gap ? &row->gap_ns : &row->covered_ns) += next - at;
			row->unmeasured_ns += sum - done;
			gap->unmeasured_ns += sum - done;
		}
		done = sum;
		at = next;
	} while (at < c->to_ns);
}

static uint64_t take(uint64_t *from, uint64_t *rest)
{
	uint64_t part = least(*from, *rest);

	*from -= part;
	*rest -= part;
	return part;
}

/* Deals a part to the debits of its piece; row NULL: it lies outside the period. */
static void deal(struct wt_reporter *r, struct debit *debits, size_t n, struct wt_energy part,
		 struct wt_report_row *row)
{
	struct wt_report_use *use;
	struct wt_energy taken;
	size_t i;

	for (i = 0; i < n; i++) {
		taken.low = take(&debits[i].energy.low, &part.low);
		taken.best = take(&debits[i].energy.best, &part.best);
		taken.high = take(&debits[i].energy.high, &part.high);
		if (!row || (taken.low | taken.best | taken.high) == 0)
			continue;
		if (debits[i].account == UNCOVERED) {
			add(&row->uncovered, &taken);
			continue;
		}
		use = use_of(r, row, debits[i].account);
		if (use)
			add(&use->used, &taken);
	}
}

/* How far a charge has been cut, for what of it is measured. */
struct progress {
	uint64_t whole, done; /* chargeable, best estimate */
	uint64_t measured; /* of done */
};

static void cut_piece(struct wt_reporter *r, struct debit *debits, size_t n,
		      struct progress *progress, struct wt_report_gap *gap)
{
	const uint64_t from = debits->from_ns, to = debits->to_ns, whole = to - from;
	const uint64_t all_measured = least(r->charge.measured.best, progress->whole);
	struct wt_energy all = { 0 }, done = { 0 }, sum, part;
	uint64_t at = from, next, measured;
	struct wt_report_row *row;
	size_t i;

	for (i = 0; i < n; i++)
		add(&all, &debits[i].energy);
	do {
		next = next_cut(r, at, to);
		sum.low = share(all.low, next - from, whole);
		sum.best = sum.low + share(all.best - all.low, next - from, whole);
		sum.high = sum.best + share(all.high - all.best, next - from, whole);
		part.low = sum.low - done.low;
		part.best = sum.best - done.best;
		part.high = sum.high - done.high;
		done = sum;
		progress->done += part.best;
		measured = share(all_measured, progress->done, progress->whole);
		row = within(r, at) ? hour_at(r, at) : NULL;
		if (r->err)
			return;
		deal(r, debits, n, part, row);
		if (row) {
			add(&row->chargeable, &part);
			row->measured_uj += measured - progress->measured;
			row->substituted_uj += part.best - (measured - progress->measured);
			gap->substituted_uj += part.best - (measured - progress->measured);
		}
		progress->measured = measured;
		at = next;
	} while (at < to);
}

static void add_gap(struct wt_reporter *r, const struct wt_report_gap *gap)
{
	struct wt_report *report = &r->report;
	struct wt_report_gap *last = report->n_gaps ? &report->gaps[report->n_gaps - 1] : NULL;
	struct wt_report_gap *gaps;

	if (last && last->to_ns == gap->from_ns && last->gap == gap->gap && last->why == gap->why) {
		last->to_ns = gap->to_ns;
		last->unmeasured_ns += gap->unmeasured_ns;
		last->substituted_uj += gap->substituted_uj;
		return;
	}
	gaps = room(r, report->gaps, report->n_gaps, sizeof(*gaps));
	if (!gaps)
		return;
	report->gaps = gaps;
	gaps[report->n_gaps++] = *gap;
}

/* The charge that was kept goes to its rows. */
static void settle(struct wt_reporter *r)
{
	const struct wt_charge *c = &r->charge;
	struct wt_report_gap gap = { .gap = c->gap, .why = c->why };
	struct progress progress = { 0 };
	size_t i, end;

	if (!r->pending || r->err)
		return;
	r->pending = false;
	cut_time(r, &gap);
	for (i = 0; i < r->n_debits; i++)
		progress.whole += r->debits[i].energy.best;
	for (i = 0; i < r->n_debits && !r->err; i = end) {
		for (end = i + 1; end < r->n_debits; end++) {
			if (r->debits[end].from_ns != r->debits[i].from_ns ||
			    r->debits[end].to_ns != r->debits[i].to_ns)
				break;
		}
		cut_piece(r, &r->debits[i], end - i, &progress, &gap);
	}
	r->n_debits = 0;
	gap.from_ns = c->from_ns > r->from_ns ? c->from_ns : r->from_ns;
	gap.to_ns = least(c->to_ns, r->to_ns);
	if (gap.from_ns < gap.to_ns && (gap.gap || gap.unmeasured_ns || gap.substituted_uj))
		add_gap(r, &gap);
}

static void on_charge(const struct wt_charge *charge, void *user)
{
	struct wt_reporter *r = user;

	settle(r);
	r->charge = *charge;
	if (r->charge.to_ns < r->charge.from_ns)
		r->charge.to_ns = r->charge.from_ns;
	r->pending = true;
}

static void on_debit(const struct wt_account *account, uint64_t from_ns, uint64_t to_ns,
		     const struct wt_energy *energy, void *user)
{
	struct wt_reporter *r = user;
	struct debit debit = { UNCOVERED, from_ns, to_ns, *energy }, *debits;

	if (r->err)
		return;
	if (account)
		debit.account = account_index(r, account);
	debits = room(r, r->debits, r->n_debits, sizeof(*debits));
	if (!debits)
		return;
	r->debits = debits;
	debits[r->n_debits++] = debit;
}

struct wt_observer wt_reporter_observer(struct wt_reporter *r)
{
	return (struct wt_observer){ .charge = on_charge, .debit = on_debit, .user = r };
}

int wt_reporter_finish(struct wt_reporter *r, const struct wt_verdict *verdict,
		       struct wt_report *ret, struct wt_err *err)
{
	int status;

	settle(r);
	if (r->err)
		return wt_fail(err, ENOMEM, "out of memory");
	if (r->report.n_hours == 0)
		return wt_report_nothing(r->from, r->to, verdict, err);
	r->report.verdict = verdict;
	r->report.total.from = r->from;
	r->report.total.to = r->to;
	status = wt_report_sum(&r->report);
	if (status < 0)
		return wt_fail(err, ENOMEM, "out of memory");
	*ret = r->report;
	r->report = (struct wt_report){ 0 };
	return 0;
}
