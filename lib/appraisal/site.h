/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a site (lib/site) asks of an appraisal beyond lib/appraisal.h: to take objects whose signature and path were
 * looked at once for all of its rigs, and attestations that were decoded already. The same is found as if the bytes
 * were given.
 */
#ifndef LIB_APPRAISAL_SITE_H
#define LIB_APPRAISAL_SITE_H

#include "lib/allocation.h"
#include "lib/appraisal.h"
#include "lib/cose.h"

/* Who rightly signed an object, and what his path to an anchor is worth. */
struct wt_signer {
	uint8_t x5t[WT_SHA256_LEN];
	char name[256];
	struct wt_path_result path;
};

/* As wt_appraisal_look, for an envelope that was decoded and has no bytes behind it. */
int wt_appraisal_signer(struct wt_appraisal *a, const struct wt_cose *cose, enum wt_duty duty,
			int64_t not_before, int64_t not_after, const char *name,
			struct wt_signer *ret, struct wt_err *err);
/* digest: of the whole COSE_Sign1. Return as those for bytes. */
int wt_appraisal_take_grant(struct wt_appraisal *a, const struct wt_grant *grant,
			    const uint8_t digest[WT_SHA256_LEN], const struct wt_signer *by,
			    const char *name, struct wt_err *err);
int wt_appraisal_take_allotment(struct wt_appraisal *a, const struct wt_allotment *share,
				const uint8_t digest[WT_SHA256_LEN], const struct wt_signer *by,
				const char *name, struct wt_err *err);
int wt_appraisal_take_attestation(struct wt_appraisal *a, const struct wt_cose *cose,
				  const struct wt_attestation *att, struct wt_err *err);

#endif
