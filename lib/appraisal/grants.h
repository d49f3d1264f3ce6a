/* SPDX-License-Identifier: Apache-2.0 */
/* What was bought, and for whom: grants.c, allotments.c. */
#ifndef LIB_APPRAISAL_GRANTS_H
#define LIB_APPRAISAL_GRANTS_H

#include "lib/attestation.h"
#include "lib/ledger.h"

struct wt_appraisal;
struct wt_findings;

/* What the state says was used of a grant that was not given (yet). */
struct orphan {
	uint8_t digest[WT_SHA256_LEN];
	struct wt_energy used, settled; /* as of an account */
};

/* A grant to the rig's site: buys the rig nothing until an allotment gives it a share. */
struct site_grant {
	struct wt_account whole; /* the purchase, as if it were an account */
	uint8_t site_key[WT_SHA256_LEN];
	bool licensed; /* to the rig's licence, in its zone */
	uint64_t allotted_uj; /* to this rig */
};

int wt_grants_named(struct wt_appraisal *a, const struct wt_attestation *att);
/* What the state says was used of a grant: to its account, or kept until the grant is given. */
int wt_grants_used(struct wt_appraisal *a, const struct orphan *orphan);
/*
 * An account for the ledger, of a grant or an allotment that was checked. Returns 1, 0 when it is
 * refused, < 0 when it could not be judged.
 */
int wt_grants_accept(struct wt_appraisal *a, const struct wt_account *account, const char *name,
		     struct wt_err *err);
void wt_grants_conclude(const struct wt_appraisal *a, struct wt_findings *f);
/* A grant to a site key that was checked. Returns as above. */
int wt_site_grant_keep(struct wt_appraisal *a, const struct wt_grant *grant,
		       const uint8_t digest[WT_SHA256_LEN], const char *name, struct wt_err *err);
struct site_grant *wt_site_grant_find(struct wt_appraisal *a, const uint8_t id[WT_ID_LEN]);

#endif
