/* SPDX-License-Identifier: Apache-2.0 */
/* Who signed, and may he? signers.c. */
#ifndef LIB_APPRAISAL_SIGNERS_H
#define LIB_APPRAISAL_SIGNERS_H

#include "lib/appraisal.h"
#include "lib/appraisal/chains.h"
#include "lib/attestation.h"
#include "lib/cose.h"

struct wt_appraisal;
struct wt_findings;

/* The rig's certificate, and the time for which its path is known to hold. */
struct rig {
	struct wt_cert *cert;
	uint8_t x5t[WT_SHA256_LEN];
	uint8_t ueid[WT_UEID_LEN];
	int64_t path_from, path_to; /* both inclusive; from > to: not checked yet */
};

/*
 * An authority's object whose envelope was opened: typ right, signature good under the candidate
 * certificate.
 */
struct opened {
	struct wt_cose cose;
	/* Candidates, the signer first; NULL-terminated; of the chain */
	struct wt_cert *certs[WT_COSE_CHAIN_MAX + 1];
	struct wt_chain *chain;
};

/*
 * Returns 1, 0 when it is refused (why: err), < 0 when it could not be judged. ret is cleared with
 * wt_opened_clear.
 */
int wt_object_open(struct wt_appraisal *a, struct wt_span bytes, enum wt_typ typ,
		   struct opened *ret, struct wt_err *err);
/*
 * The path of its signer to an anchor with that duty. Same returns; the signer check is told too.
 */
int wt_object_path(struct wt_appraisal *a, const struct opened *object, enum wt_duty duty,
		   int64_t not_before, int64_t not_after, const char *name, struct wt_err *err);
void wt_opened_clear(struct opened *object);
/* What the revocation lists of a path are worth, told to the revocation check. */
void wt_revocation_note(struct wt_appraisal *a, const struct wt_path_result *path,
			const char *whose);
/* The rig's own: certificate, path at the attestation's time, signature. Same returns. */
int wt_rig_check(struct wt_appraisal *a, const struct wt_cose *cose,
		 const struct wt_attestation *att, struct wt_err *err);
void wt_signers_conclude(const struct wt_appraisal *a, struct wt_findings *f, struct wt_verdict *v);

#endif
