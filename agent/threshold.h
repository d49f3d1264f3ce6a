/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When the operator is told: pure, with the clock as a figure among others. Each event fires once
 * when its bound is crossed, and again only after things were clearly better: a tenth above a bound
 * of the balance, five minutes of energy after none, a quarter of an hour without excess, a day
 * more than the days before a registration ends.
 */
#ifndef AGENT_THRESHOLD_H
#define AGENT_THRESHOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/bytes.h"
#include "lib/err.h"

enum wt_event {
	WT_EVENT_BALANCE_LOW_1,
	WT_EVENT_BALANCE_LOW_2,
	WT_EVENT_EXHAUSTED, /* nothing covers what is drawn now */
	WT_EVENT_OVER_ALLOCATION, /* more was used than was bought, and it grows */
	WT_EVENT_REGISTRATION_EXPIRY,
	/* Told by whoever found it: no bound is crossed */
	WT_EVENT_GRANT_REFUSED,
	WT_EVENT_PURCHASE_FAILED,
	WT_EVENT_CURTAILED,
	WT_EVENTS,
};

const char *wt_event_name(enum wt_event event); /* "balance-low-1", ... */

/* Of the balance: so long at the present draw, or so much energy. */
struct wt_limit {
	enum {
		WT_LIMIT_OFF,
		WT_LIMIT_MINUTES,
		WT_LIMIT_WH,
	} unit;
	uint32_t n;
};

struct wt_limits {
	struct wt_limit low[2];
	uint32_t registration_days; /* 0: never */
};

struct wt_facts {
	int64_t now; /* seconds since 1970 */
	bool energy; /* the four below are known */
	uint64_t left_uj; /* of all grants that are not over */
	uint64_t lasts_s; /* as wt_plan_lasts has it */
	uint64_t draw_uw;
	uint64_t over_uj; /* what no grant covered, ever */
	bool registered;
	int64_t registered_until;
};

struct wt_watch { /* zero-initialised: nothing was told */
	uint32_t fired; /* a bit an event: told, and not clearly better since */
	uint64_t over_uj; /* when it was looked at last */
	int64_t over_at; /* when it grew last */
};

/* What crosses its bound now: a bit an event. */
uint32_t wt_watch_step(struct wt_watch *watch, const struct wt_limits *limits,
		       const struct wt_facts *facts);

#endif
