// SPDX-License-Identifier: Apache-2.0
/*
 * An hour is run twice: once with what is there, which tells what is missing, and once with what
 * must be bought for it, so that what rounding up leaves over is counted in the hours after. To use
 * first what ends first covers as much as any order could, so no more is bought than needed.
 */
#include "lib/plan.h"

#include "lib/ledger.h"

#include <stdlib.h>
#include <string.h>

#define UJ_PER_WH UINT64_C(3600000000)

struct wt_supply *wt_ledger_supplies(const struct wt_ledger *ledger, int64_t now, size_t *ret_n)
{
	struct wt_supply *v = calloc(ledger->n + 1, sizeof(*v));
	size_t n = 0;

	for (size_t i = 0; v && i < ledger->n; i++) {
		const struct wt_account *a = &ledger->accounts[i];
		int64_t until = a->revoked_at < a->not_after ? a->revoked_at : a->not_after;

		if (until > now && until > a->not_before)
			v[n++] = (struct wt_supply){ a->not_before, until,
						     a->energy_uj - a->used.best };
	}
	*ret_n = n;
	return v;
}

static int by_end(const void *a, const void *b)
{
	const struct wt_supply *x = a, *y = b;

	if (x->until != y->until)
		return x->until < y->until ? -1 : 1;
	return x->from < y->from ? -1 : x->from > y->from;
}

/* A copy with room for more, sorted: what ends first comes first. */
static struct wt_supply *sorted(const struct wt_supply *supplies, size_t n, size_t more)
{
	struct wt_supply *copy = calloc(n + more + 1, sizeof(*copy));

	if (!copy)
		return NULL;
	if (n > 0) {
		memcpy(copy, supplies, n * sizeof(*copy));
		qsort(copy, n, sizeof(*copy), by_end);
	}
	return copy;
}

/* Where the set of open supplies or of caps changes next, or `until`. */
static int64_t next_cut(const struct wt_supply *s, size_t n, const struct wt_plan_in *in,
			int64_t at, int64_t until)
{
	for (size_t i = 0; i < n; i++) {
		if (s[i].from > at && s[i].from < until)
			until = s[i].from;
		if (s[i].until > at && s[i].until < until)
			until = s[i].until;
	}
	for (size_t i = 0; i < in->n_caps; i++) {
		if (in->caps[i].from > at && in->caps[i].from < until)
			until = in->caps[i].from;
		if (in->caps[i].until > at && in->caps[i].until < until)
			until = in->caps[i].until;
	}
	return until;
}

/* What is drawn from that time to the next cut. */
static uint64_t draw_at(const struct wt_plan_in *in, int64_t at)
{
	uint64_t uw = in->draw_uw;

	for (size_t i = 0; i < in->n_caps; i++)
		if (in->caps[i].from <= at && at < in->caps[i].until && in->caps[i].max_uw < uw)
			uw = in->caps[i].max_uw;
	return uw;
}

/* Takes up to uj from what is open at that time; returns what nothing covered. */
static uint64_t take(struct wt_supply *s, size_t n, int64_t at, uint64_t uj)
{
	for (size_t i = 0; i < n && uj > 0; i++) {
		uint64_t part;

		if (s[i].from > at || s[i].until <= at)
			continue;
		part = s[i].uj < uj ? s[i].uj : uj;
		s[i].uj -= part;
		uj -= part;
	}
	return uj;
}

/* What is needed and what nothing covered, uJ. */
struct used {
	uint64_t need, missing;
};

/* Uses up the draw over [from, until). */
static struct used use(struct wt_supply *s, size_t n, const struct wt_plan_in *in, int64_t from,
		       int64_t until)
{
	struct used used = { 0 };

	while (from < until) {
		int64_t next = next_cut(s, n, in, from, until);
		uint64_t uj = draw_at(in, from) * (uint64_t)(next - from);

		used.need += uj;
		used.missing += take(s, n, from, uj);
		from = next;
	}
	return used;
}

static void insert(struct wt_supply *s, size_t n, struct wt_supply supply)
{
	size_t at = n;

	while (at > 0 && by_end(&supply, &s[at - 1]) < 0)
		at--;
	memmove(&s[at + 1], &s[at], (n - at) * sizeof(*s));
	s[at] = supply;
}

static void size_blocks(struct wt_plan_hour *hour, uint32_t block_wh)
{
	uint64_t wh = hour->missing_uj / UJ_PER_WH + (hour->missing_uj % UJ_PER_WH > 0);

	hour->block_wh = block_wh ? block_wh : WT_GRANT_MAX_WH;
	hour->blocks = wh / hour->block_wh + (wh % hour->block_wh > 0);
	hour->last_wh = hour->block_wh;
	if (!block_wh && wh % hour->block_wh > 0)
		hour->last_wh = (uint32_t)(wh % hour->block_wh);
	hour->wh = (hour->blocks - 1) * hour->block_wh + hour->last_wh;
}

static int64_t hour_of(int64_t at)
{
	return at - at % WT_HOUR_S;
}

static int check(const struct wt_plan_in *in, struct wt_err *err)
{
	uint64_t all;

	if (in->now < 0 || in->until <= in->now || in->until - in->now > WT_PLAN_MAX_S)
		return wt_fail(err, EINVAL, "the horizon must be over 0 and at most 31 days");
	if (in->block_wh > WT_GRANT_MAX_WH)
		return wt_fail(err, EINVAL, "a block is at most 1,000,000 Wh");
	/* a block more an hour than needed is the most that rounding up can add */
	if (__builtin_mul_overflow(in->draw_uw, (uint64_t)(in->until - in->now), &all) ||
	    __builtin_add_overflow(all, 745 * WT_GRANT_MAX_WH * UJ_PER_WH, &all))
		return wt_fail(err, ERANGE, "more energy than can be counted: a smaller draw?");
	return 0;
}

int wt_plan_make(const struct wt_plan_in *in, struct wt_plan *ret, struct wt_err *err)
{
	struct wt_supply *s, *trial;
	struct wt_plan plan = { 0 };
	size_t n = in->n, hours;
	int r = check(in, err);

	if (r < 0)
		return r;
	hours = (size_t)((in->until - 1 - hour_of(in->now)) / WT_HOUR_S) + 1;
	s = sorted(in->supplies, n, hours);
	trial = calloc(n + hours + 1, sizeof(*trial));
	plan.hours = calloc(hours, sizeof(*plan.hours));
	if (!s || !trial || !plan.hours) {
		free(s);
		free(trial);
		free(plan.hours);
		return wt_fail(err, ENOMEM, "no memory for a plan");
	}
	for (int64_t at = hour_of(in->now); at < in->until; at += WT_HOUR_S) {
		struct wt_plan_hour hour = {
			.hour = at,
			.from = at > in->now ? at : in->now,
			.until = at + WT_HOUR_S < in->until ? at + WT_HOUR_S : in->until,
		};
		struct used used;

		memcpy(trial, s, n * sizeof(*s));
		used = use(trial, n, in, hour.from, hour.until);
		hour.need_uj = used.need;
		hour.missing_uj = used.missing;
		plan.need_uj += hour.need_uj;
		if (hour.missing_uj == 0) {
			memcpy(s, trial, n * sizeof(*s));
			continue;
		}
		size_blocks(&hour, in->block_wh);
		insert(s, n++, (struct wt_supply){ at, at + WT_HOUR_S, hour.wh * UJ_PER_WH });
		use(s, n, in, hour.from, hour.until);
		plan.missing_uj += hour.missing_uj;
		plan.blocks += hour.blocks;
		plan.wh += hour.wh;
		plan.hours[plan.n++] = hour;
	}
	free(s);
	free(trial);
	*ret = plan;
	return 0;
}

void wt_plan_clear(struct wt_plan *plan)
{
	free(plan->hours);
	*plan = (struct wt_plan){ 0 };
}

int wt_plan_lasts(const struct wt_plan_in *in, uint64_t *ret_s, struct wt_err *err)
{
	struct wt_supply *s;
	int64_t at = in->now, next;

	if (in->draw_uw == 0) {
		*ret_s = WT_LASTS_EVER;
		return 0;
	}
	s = sorted(in->supplies, in->n, 0);
	if (!s)
		return wt_fail(err, ENOMEM, "no memory for a plan");
	for (;; at = next) {
		uint64_t draw = draw_at(in, at), span, need, missing;

		next = next_cut(s, in->n, in, at, INT64_MAX);
		span = (uint64_t)(next - at);
		/* what is open is never more than this, so a longer span is short of energy too */
		if (__builtin_mul_overflow(span, draw, &need))
			need = UINT64_MAX;
		missing = take(s, in->n, at, need);
		if (missing == 0 && next < INT64_MAX)
			continue;
		/* a cap without an end may leave nothing to be drawn */
		*ret_s = missing ? (uint64_t)(at - in->now) + (need - missing) / draw
				 : WT_LASTS_EVER;
		break;
	}
	free(s);
	return 0;
}

void wt_draw_add(struct wt_draw *draw, uint64_t from_ns, uint64_t to_ns, uint64_t uj)
{
	size_t last = draw->n - 1;

	if (draw->n > 0 && (draw->at[last].from_ns != from_ns || draw->at[last].to_ns > to_ns ||
			    draw->at[last].uj > uj))
		draw->n = 0;
	if (to_ns <= from_ns || (draw->n > 0 && draw->at[last].to_ns == to_ns))
		return;
	if (draw->n == WT_DRAW_WINDOWS + 1) {
		memmove(&draw->at[0], &draw->at[1], WT_DRAW_WINDOWS * sizeof(draw->at[0]));
		draw->n--;
	}
	draw->at[draw->n].from_ns = from_ns;
	draw->at[draw->n].to_ns = to_ns;
	draw->at[draw->n++].uj = uj;
}

bool wt_draw_uw(const struct wt_draw *draw, uint64_t *ret_uw)
{
	uint64_t uj, ns;

	if (draw->n == 0)
		return false;
	uj = draw->at[draw->n - 1].uj;
	ns = draw->at[draw->n - 1].to_ns - draw->at[0].from_ns;
	if (draw->n > 1) {
		uj -= draw->at[0].uj;
		ns = draw->at[draw->n - 1].to_ns - draw->at[0].to_ns;
	}
	*ret_uw = (uint64_t)((unsigned __int128)uj * 1000000000u / ns);
	return true;
}
