/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The verdict on a site that can be handed on: signed by an inspector (duty result). It names the result of each rig by
 * its digest, so that nobody can put another one beside it.
 */
#ifndef LIB_SITE_RESULT_H
#define LIB_SITE_RESULT_H

#include "lib/result.h"
#include "lib/site.h"

#define WT_SITE_RESULT_MAX_RIGS 65535

struct wt_site_result_rig {
	uint8_t ueid[WT_UEID_LEN];
	char rig[64]; /* empty: without a registration it has no name */
	enum wt_tier tier;
	enum wt_allocation allocation; /* 0: not judged */
	uint8_t result[WT_SHA256_LEN]; /* of its result's COSE_Sign1; zeros: it sent nothing, so there is none */
};

struct wt_site_result {
	int64_t iat;
	char verifier[64]; /* program and version */
	uint8_t policy[WT_SHA256_LEN]; /* as of a rig's, over all that the site was given */
	enum wt_tier tier; /* worst of the checks and of the rigs, or WT_NONE when none is contraindicated */
	uint64_t from_ns, to_ns; /* realtime covered by any of the rigs */
	struct wt_energy chargeable; /* all rigs */
	uint64_t bought_uj; /* all grants, each once */
	struct wt_result_check checks[WT_RESULT_MAX_CHECKS]; /* of the site; at least one, none twice */
	size_t n_checks;
	struct wt_site_result_rig *rigs; /* by ueid, each once; owned */
	size_t n_rigs;
};

/* Free with wt_site_result_clear. */
int wt_site_result_decode(struct wt_span payload, struct wt_site_result *ret, struct wt_err *err);
int wt_site_result_encode(const struct wt_site_result *result, struct wt_buf *ret,
			  struct wt_err *err);
void wt_site_result_clear(struct wt_site_result *result);

/*
 * What the verdict says; iat, verifier, policy and the digests of the rigs' results (in the order of v->rigs) are the
 * caller's. -E2BIG: too many rigs.
 */
int wt_site_result_of(const struct wt_site_verdict *v, const uint8_t (*results)[WT_SHA256_LEN],
		      struct wt_site_result *ret, struct wt_err *err);

#endif
