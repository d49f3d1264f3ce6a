/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Gaps, and what they come to: off.c. A gap is kept as it was found, since an authority may say later
 * that the rig was off.
 */
#ifndef LIB_APPRAISAL_OFF_H
#define LIB_APPRAISAL_OFF_H

#include "lib/appraisal.h"
#include "lib/idle.h"
#include "lib/ledger.h"

struct wt_appraisal;
struct wt_charge;

/* Realtime that nobody attested, and what the meters said behind it. */
struct gap {
	uint64_t from_ns, to_ns;
	uint32_t nameplate_w;
	/* Every input's accumulator counted on: measured is all of it */
	bool settled;
	struct wt_energy measured;
	/* The most that any registered accumulator counted meanwhile, and did a check's count on? */
	uint64_t rose_uj;
	bool watched;
	/* The registration's schedule at its end */
	struct wt_idle idle[WT_MAX_IDLE];
	size_t n_idle;
};

/* One after the other, what a gap is charged as; say: what is found, too. */
typedef void wt_off_charge(struct wt_appraisal *a, struct wt_charge *charge);
void wt_off_deal(struct wt_appraisal *a, const struct gap *gap, wt_off_charge *charge, bool say);

#endif
