/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was charged lately, as it was charged: charges.c. When an authority's word about that time comes
 * later (a revocation, a curtailment, that the rig was off; or a grant), it is dealt anew (redeal.c).
 */
#ifndef LIB_APPRAISAL_CHARGES_H
#define LIB_APPRAISAL_CHARGES_H

#include "lib/appraisal/off.h"
#include "lib/bytes.h"
#include "lib/ledger.h"

struct wt_appraisal;
struct wt_port;

/* So many of the newest are kept: at one a minute a little more than a day. */
#define WT_CHARGES_KEPT 1536

/*
 * A queue of varints, some 25 bytes each: of a site all rigs' are in its state. What is pushed out is
 * debited to the ledger's settled registers, so that the settled and what is kept make up the whole.
 */
struct charges {
	struct wt_buf bytes;
	size_t front; /* index of the oldest one's first byte */
	size_t n;
	uint64_t before_ns, last_ns; /* ends of the one before the oldest, and of the newest */
	uint64_t settled_ns; /* the greatest end of what was pushed out; 0: nothing was */
	bool lost; /* there was no memory for one: no verdict and no state come of it */
};

/* One of them: of windows, or of a gap as it was found. */
struct charge {
	uint64_t from_ns, to_ns;
	struct wt_energy energy;
	bool is_gap;
	struct gap gap; /* its own times are those above */
};

void wt_charges_window(struct wt_appraisal *a, uint64_t from_ns, uint64_t to_ns,
		       const struct wt_energy *energy);
void wt_charges_gap(struct wt_appraisal *a, const struct gap *gap);
/* Everything kept is settled as it is: it cannot be dealt anew any more. */
void wt_charges_settle_all(struct wt_appraisal *a);
void wt_charges_free(struct charges *c);

/* Walks over what is kept, the oldest first: next begins with *at = c->front and *end_ns = c->before_ns. */
bool wt_charges_next(const struct charges *c, size_t *at, uint64_t *end_ns, struct charge *ret);

void wt_state_charges(struct wt_port *p, struct charges *c);

/* What was given now and not when that was judged: before the first attestation, and the verdict. */
void wt_redeal(struct wt_appraisal *a);

#endif
