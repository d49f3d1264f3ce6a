/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The registrations of one rig: registration.c takes them in, renewal.c says which of them holds, and
 * goes over from one to the next.
 */
#ifndef LIB_APPRAISAL_REGISTRATIONS_H
#define LIB_APPRAISAL_REGISTRATIONS_H

#include "lib/appraisal/signers.h"
#include "lib/appraisal/sources.h"
#include "lib/attestation.h"
#include "lib/object.h"

struct wt_appraisal;
struct wt_findings;

struct registered {
	struct wt_buf cose; /* what reg points into */
	struct wt_registration reg;
	uint8_t digest[WT_SHA256_LEN];
	struct rig rig; /* its certificate; of the one that signs, appraisal.rig is the newer */
	struct wt_key *ak; /* its TPM's attestation key, or NULL */
};

/* What is known of a registered source that the next registration may have too. */
struct carried {
	char chip[32], parent[64], attribute[32], label[32];
	uint8_t role;
	struct comparison check;
	uint64_t raw_uj;
};

void wt_registrations_free(struct wt_appraisal *a);

/* Of one registered source, by its index. */
struct carried wt_carried_of(const struct wt_appraisal *a, size_t i);
/*
 * Takes up what was known under the registration before (or in a state): by what each source is, not by
 * its place. outputs may be NULL: unknown.
 */
void wt_carry(struct wt_appraisal *a, const struct carried *old, size_t n,
	      const struct comparison *outputs);

/* The one with that digest, or a->n_registrations. */
size_t wt_registration_find(const struct wt_appraisal *a, const uint8_t digest[WT_SHA256_LEN]);
/* Has the rig had that licence in that zone? */
bool wt_registration_licensed(const struct wt_appraisal *a, const char *licence, const char *zone);

/* Under which one the attestation is judged; and makes its certificate, or that it names, the rig's. */
void wt_renewal_choose(struct wt_appraisal *a, const struct wt_cose *cose,
		       const struct wt_attestation *att);
/* It was accepted: goes over to that registration. Returns 0, or < 0 on no memory. */
int wt_renewal_enter(struct wt_appraisal *a);

/* Is the attestation of the registered rig, in the registration's time? Returns 1 or 0. */
int wt_registration_covers(struct wt_appraisal *a, const struct wt_attestation *att,
			   struct wt_err *err);
void wt_registration_conclude(const struct wt_appraisal *a, struct wt_findings *f);

#endif
