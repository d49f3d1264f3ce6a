// SPDX-License-Identifier: Apache-2.0
#include "agent/threshold.h"

#define UJ_PER_WH UINT64_C(3600000000)
#define DAY_S 86400
#define AGAIN_S 300 /* of energy after none */
#define SETTLED_S 900 /* without excess */

const char *wt_event_name(enum wt_event event)
{
	static const char *const names[WT_EVENTS] = {
		[WT_EVENT_BALANCE_LOW_1] = "balance-low-1",
		[WT_EVENT_BALANCE_LOW_2] = "balance-low-2",
		[WT_EVENT_EXHAUSTED] = "exhausted",
		[WT_EVENT_OVER_ALLOCATION] = "over-allocation",
		[WT_EVENT_REGISTRATION_EXPIRY] = "registration-expiry",
		[WT_EVENT_GRANT_REFUSED] = "grant-refused",
		[WT_EVENT_PURCHASE_FAILED] = "purchase-failed",
		[WT_EVENT_CURTAILED] = "curtailed",
	};

	return names[event];
}

/* Fires at the bound, and is ready again when it is clearly better; between the two nothing changes. */
static uint32_t cross(struct wt_watch *watch, enum wt_event event, bool bad, bool better)
{
	uint32_t bit = 1u << event;

	if (bad && !(watch->fired & bit)) {
		watch->fired |= bit;
		return bit;
	}
	if (better)
		watch->fired &= ~bit;
	return 0;
}

static uint32_t low(struct wt_watch *watch, enum wt_event event, const struct wt_limit *limit,
		    const struct wt_facts *facts)
{
	uint64_t v = limit->unit == WT_LIMIT_WH ? facts->left_uj : facts->lasts_s;
	uint64_t bound = limit->n * (limit->unit == WT_LIMIT_WH ? UJ_PER_WH : 60);

	if (limit->unit == WT_LIMIT_OFF)
		return cross(watch, event, false, true);
	return cross(watch, event, v < bound, v >= bound + bound / 10);
}

static uint32_t over(struct wt_watch *watch, const struct wt_facts *facts)
{
	bool grew = facts->over_uj > watch->over_uj;

	/* less than before: a grant came late, and what it covers was judged anew */
	watch->over_uj = facts->over_uj;
	if (grew)
		watch->over_at = facts->now;
	return cross(watch, WT_EVENT_OVER_ALLOCATION, grew,
		     !grew && facts->now - watch->over_at >= SETTLED_S);
}

uint32_t wt_watch_step(struct wt_watch *watch, const struct wt_limits *limits,
		       const struct wt_facts *facts)
{
	int64_t left = facts->registered_until - facts->now,
		bound = (int64_t)limits->registration_days * DAY_S;
	uint32_t events = 0;

	if (facts->energy) {
		events |= low(watch, WT_EVENT_BALANCE_LOW_1, &limits->low[0], facts);
		events |= low(watch, WT_EVENT_BALANCE_LOW_2, &limits->low[1], facts);
		events |= cross(watch, WT_EVENT_EXHAUSTED, facts->lasts_s == 0,
				facts->lasts_s >= AGAIN_S);
		events |= over(watch, facts);
	}
	if (facts->registered)
		events |= cross(watch, WT_EVENT_REGISTRATION_EXPIRY, bound && left < bound,
				left >= bound + DAY_S);
	return events;
}
