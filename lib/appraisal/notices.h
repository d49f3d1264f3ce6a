/* SPDX-License-Identifier: Apache-2.0 */
/* What an authority said after it signed: notices.c, curtailment.c. */
#ifndef LIB_APPRAISAL_NOTICES_H
#define LIB_APPRAISAL_NOTICES_H

#include "lib/allocation.h"
#include "lib/ledger.h"

struct wt_appraisal;
struct wt_findings;

/* A notice that concerns the rig; a state keeps them. */
struct notice {
	uint8_t digest[WT_SHA256_LEN];
	bool given; /* in this run or before */
	bool told; /* in this run */
	bool dealt; /* it was at hand when what the state has was judged */
	enum wt_notice_kind kind;
	int64_t from, to;
	uint8_t target[WT_ID_LEN]; /* of a revocation */
	uint32_t max_w;
	uint64_t covered_ns, low_uj, best_uj; /* of a curtailment: by windows in its time */
};

/* The notice with that digest, made when it is not there. NULL on no memory. */
struct notice *wt_notice_place(struct wt_appraisal *a, const uint8_t digest[WT_SHA256_LEN]);
/* From when on that object is revoked, or WT_NEVER. */
int64_t wt_notice_revoked(const struct wt_appraisal *a, enum wt_notice_kind kind,
			  const uint8_t id[WT_ID_LEN]);
/* How much of that realtime lies within the notice's. */
uint64_t wt_notice_overlap(const struct notice *n, uint64_t from_ns, uint64_t until_ns);
/* Does one say that the rig is off at that realtime? Up to ret_until that does not change. */
bool wt_notice_off(const struct wt_appraisal *a, uint64_t at_ns, uint64_t *ret_until);
/* A window's energy, low as measured: to all curtailments, or one. */
void wt_curtailment_charge(struct wt_appraisal *a, uint64_t from_ns, uint64_t until_ns,
			   const struct wt_energy *energy);
void wt_curtailment_add(struct notice *n, uint64_t from_ns, uint64_t until_ns,
			const struct wt_energy *energy);
/* Those of a state are known like those that are given: revokes the accounts that they name. */
void wt_notices_revoke(struct wt_appraisal *a);
void wt_curtailment_conclude(const struct wt_appraisal *a, struct wt_findings *f);

#endif
