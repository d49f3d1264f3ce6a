/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the appraisal of the day began (the store's value "appraisal"): the daemon turns it at
 * midnight, and whoever reads the store judges on from there.
 */
#ifndef AGENT_DAY_H
#define AGENT_DAY_H

#include "agent/store.h"

struct wt_day {
	struct wt_buf state; /* of the appraisal; empty: from the first attestation on */
	uint64_t seq; /* of the last attestation in it */
};

/* Nothing stored is the beginning. -EBADMSG: damaged. */
int wt_day_load(struct wt_store *store, struct wt_day *ret, struct wt_err *err);
/* The same where attestations were deleted, for whoever judges all that is left; else the beginning. */
int wt_day_oldest(struct wt_store *store, struct wt_day *ret, struct wt_err *err);
/* As the newest, and as one to begin with when what is before it is deleted. */
int wt_day_save(struct wt_store *store, const struct wt_day *day, struct wt_err *err);
void wt_day_clear(struct wt_day *day);

#endif
