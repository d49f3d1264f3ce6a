/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Planning: how long energy that was bought lasts, and what must be bought so that it lasts a
 * horizon. Pure; seconds since 1970, uJ, uW (one uW for one second is one uJ). Delivery hours are
 * those of UTC, so neither time zone nor summer time comes in. Energy is used up as the ledger
 * debits it: what ends first goes first.
 */
#ifndef LIB_PLAN_H
#define LIB_PLAN_H

#include "lib/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WT_HOUR_S 3600
#define WT_PLAN_MAX_S (31 * 24 * WT_HOUR_S) /* horizon */

/* Energy that may be used in [from, until): what is left of a grant. */
struct wt_supply {
	int64_t from, until;
	uint64_t uj;
};

struct wt_ledger;
/* What is left to spend now or later, best estimate; the caller frees it. NULL: out of memory. */
struct wt_supply *wt_ledger_supplies(const struct wt_ledger *ledger, int64_t now, size_t *ret_n);

/* No more power than that in [from, until): a rig is curtailed, or (0) off. */
struct wt_cap {
	int64_t from, until;
	uint64_t max_uw;
	bool scheduled; /* by the registration: for whoever shows it */
};

struct wt_plan_in {
	int64_t now, until; /* the horizon is [now, until) */
	uint64_t draw_uw;
	/* What each purchase holds; 0: what is missing, in as few purchases as may be */
	uint32_t block_wh;
	const struct wt_supply *supplies; /* in any order */
	size_t n;
	const struct wt_cap *caps; /* in any order; where several hold, the lowest counts */
	size_t n_caps;
};

/* A delivery hour for which something must be bought. */
struct wt_plan_hour {
	int64_t hour; /* where it begins: a multiple of WT_HOUR_S */
	int64_t from, until; /* the part of it that lies in the horizon */
	uint64_t need_uj, missing_uj;
	uint64_t blocks; /* purchases: all of them of block_wh, but for the last */
	uint32_t block_wh, last_wh;
	uint64_t wh; /* all of them together */
};

struct wt_plan {
	struct wt_plan_hour *hours; /* in order of time */
	size_t n;
	uint64_t need_uj, missing_uj; /* over the whole horizon */
	uint64_t blocks, wh;
};

/* -EINVAL: an empty or too long horizon, a block of over 1 MWh; -ERANGE: over 5 TWh needed. */
int wt_plan_make(const struct wt_plan_in *in, struct wt_plan *ret, struct wt_err *err);
void wt_plan_clear(struct wt_plan *plan);

/*
 * Seconds from now to the first moment that nothing covers at that draw, rounded down; of in, until
 * and block_wh do not count. Without a draw, or without an end in sight: WT_LASTS_EVER.
 */
#define WT_LASTS_EVER UINT64_MAX
int wt_plan_lasts(const struct wt_plan_in *in, uint64_t *ret_s, struct wt_err *err);

/* --- the present draw: the mean over the newest windows */

#define WT_DRAW_WINDOWS 10

struct wt_draw { /* zero-initialised: nothing known */
	struct {
		uint64_t from_ns, to_ns, uj;
	} at[WT_DRAW_WINDOWS + 1]; /* oldest first */
	size_t n;
};

/* A verdict's figure: so much was charged over [from, to). Another beginning starts anew. */
void wt_draw_add(struct wt_draw *draw, uint64_t from_ns, uint64_t to_ns, uint64_t uj);
/* False while nothing is known. */
bool wt_draw_uw(const struct wt_draw *draw, uint64_t *ret_uw);

#endif
