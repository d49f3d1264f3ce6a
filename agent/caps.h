/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the rig may draw, for planning: curtailments and times that it is off, as notices and the schedule in its
 * registration say.
 */
#ifndef AGENT_CAPS_H
#define AGENT_CAPS_H

#include "lib/allocation.h"
#include "lib/plan.h"

struct wt_caps { /* zero-initialised: none */
	struct wt_cap *v; /* owned */
	size_t n;
};

/* A notice that an appraisal follows; one that limits no power is passed over. -ENOMEM. */
int wt_caps_add(struct wt_caps *caps, const struct wt_notice *notice);
/* The times in [from, until) at which the registration's schedule has the rig off. -ENOMEM. */
int wt_caps_add_schedule(struct wt_caps *caps, const struct wt_idle *idle, size_t n, int64_t from,
			 int64_t until);
/* The lowest that holds at that time, uW; UINT64_MAX: none does. */
uint64_t wt_caps_at(const struct wt_caps *caps, int64_t at);
void wt_caps_clear(struct wt_caps *caps);

#endif
