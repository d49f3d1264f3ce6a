/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Certificates that come with objects, parsed. A site's thousands of objects carry the same few chains, and parsing one
 * costs more than the signature that it is for: the last few are kept. chains.c.
 */
#ifndef LIB_APPRAISAL_CHAINS_H
#define LIB_APPRAISAL_CHAINS_H

#include "lib/cose.h"

#define WT_CHAINS_KEPT 4

struct wt_chain {
	unsigned int users; /* of one thread */
	uint8_t key[WT_SHA256_LEN];
	struct wt_cert *certs[WT_COSE_CHAIN_MAX + 1]; /* as they came, NULL-terminated */
};

/* Zero-initialised is empty. */
struct wt_chains {
	struct wt_chain *kept[WT_CHAINS_KEPT];
	unsigned int next;
};

/*
 * The object's x5chain; what is no certificate is left out, the path will tell. Given back with wt_chain_put. NULL on
 * no memory.
 */
struct wt_chain *wt_chain_get(struct wt_chains *chains, const struct wt_cose *cose);
void wt_chain_put(struct wt_chain *chain); /* may be NULL */
void wt_chains_clear(struct wt_chains *chains);

#endif
