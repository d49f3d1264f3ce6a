/* SPDX-License-Identifier: Apache-2.0 */
/* A verdict that can be handed on: signed by an inspector (duty result), EAR-like (RFC 9334's attestation result). */
#ifndef LIB_RESULT_H
#define LIB_RESULT_H

#include "lib/appraisal.h"

/* More than this version has: a result of a newer one is still readable. */
#define WT_RESULT_MAX_CHECKS 32

struct wt_result_check {
	char check[24]; /* wt_check_name() */
	enum wt_tier tier;
	char code[32];
	char reason[256]; /* never empty */
};

struct wt_result {
	int64_t iat;
	char verifier[64]; /* program and version */
	uint8_t policy[WT_SHA256_LEN]; /* digest over what was looked at: registration, grants, allotments, notices, anchors */
	uint8_t ueid[WT_UEID_LEN];
	char rig[64]; /* empty: without a registration it has no name */
	enum wt_tier tier; /* worst of the checks, or WT_NONE when none is contraindicated */
	enum wt_allocation allocation; /* 0: not judged */
	unsigned int assurance;
	uint64_t first_seq, last_seq; /* both 0: none were looked at */
	uint8_t last_digest[WT_SHA256_LEN]; /* of the newest attestation looked at */
	uint64_t from_ns, to_ns; /* realtime covered */
	uint64_t measured_uj, substituted_uj, bought_uj, left_uj;
	struct wt_energy chargeable;
	struct wt_result_check checks[WT_RESULT_MAX_CHECKS]; /* at least one, none twice */
	size_t n_checks;
};

int wt_result_decode(struct wt_span payload, struct wt_result *ret, struct wt_err *err);
int wt_result_encode(const struct wt_result *result, struct wt_buf *ret, struct wt_err *err);

/*
 * What the verdict says, as a result; iat, verifier, policy and last_digest are left to the caller. Text that came
 * from the evidence is made plain, so that a verdict on bad evidence can be signed too.
 */
void wt_result_of(const struct wt_verdict *v, struct wt_result *ret);
/*
 * The policy digest: SHA-256 over the SHA-256 of every object looked at but the attestations (whole COSE_Sign1) and of
 * every trust anchor (DER), in bytewise order, each once. Sorts the digests in place.
 */
void wt_policy_digest(uint8_t (*digests)[WT_SHA256_LEN], size_t n, uint8_t ret[WT_SHA256_LEN]);

#endif
