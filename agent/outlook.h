/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What must be bought next, as the daemon finds it after each window: in the store (value "outlook"),
 * so that the command can show it whether or not the daemon runs.
 */
#ifndef AGENT_OUTLOOK_H
#define AGENT_OUTLOOK_H

#include "agent/config.h"
#include "lib/plan.h"

#define WT_OUTLOOK_H 24 /* hours ahead that are looked at */
#define WT_OUTLOOK_SOON_S 600 /* without a lead, an hour that begins so soon should have been bought */

struct wt_outlook {
	int64_t at, until; /* seconds since 1970 */
	uint64_t draw_uw;
	uint64_t lasts_s; /* from `at`; as wt_plan_lasts has it */
	struct wt_plan plan; /* hours that are not covered at that draw */
};

/* in: supplies, caps, now and the draw; the rest is filled in here. Free with wt_outlook_clear. */
int wt_outlook_make(struct wt_plan_in in, const struct wt_config *config, struct wt_outlook *ret,
		    struct wt_err *err);
/* The last moment at which energy for that hour can be bought. */
int64_t wt_outlook_buy_before(const struct wt_plan_hour *hour, const struct wt_config *config);
/*
 * Why an hour that is not covered will not be bought in time any more, in words that stay the same;
 * NULL: it can still be bought.
 */
const char *wt_outlook_too_late(const struct wt_plan_hour *hour, const struct wt_config *config,
				int64_t now);

void wt_outlook_put(struct wt_buf *b, const struct wt_outlook *outlook);
/* -EBADMSG: damaged, or of another version: the daemon will write it anew. */
int wt_outlook_read(struct wt_span bytes, struct wt_outlook *ret, struct wt_err *err);
void wt_outlook_clear(struct wt_outlook *outlook);

#endif
