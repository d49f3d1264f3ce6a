/* SPDX-License-Identifier: Apache-2.0 */
/* What comes with a quote as tpm2-tools writes it: the signature, and a file of PCR values. quote.c. */
#ifndef LIB_TPM_QUOTE_H
#define LIB_TPM_QUOTE_H

#include "lib/crypto/others.h"
#include "lib/tpm/tpm.h"

struct wt_tpm_signature { /* TPMT_SIGNATURE (Part 2, 11.3.4) */
	enum wt_scheme scheme;
	uint16_t hash; /* enum wt_tpm_alg */
	unsigned int bits; /* of the hash; 0: one that is not known here, or too weak */
	uint8_t raw[1024]; /* as wt_other_verify takes it */
	size_t n;
};

/* Whole; -EBADMSG with what is wrong. */
int wt_tpm_signature_read(struct wt_span raw, struct wt_tpm_signature *ret, struct wt_err *err);

const char *wt_tpm_alg_name(uint16_t alg); /* "sha256", ... or "?" */
size_t wt_tpm_alg_len(uint16_t alg); /* of a digest; 0: not known */

/*
 * The PCR values that belong to a selection, one behind the other, in its order: a file of exactly those ("values"), or
 * what tpm2_quote calls serialized. Appended to ret; -EBADMSG when there are more or fewer, or of other PCRs.
 */
int wt_tpm_pcr_values(struct wt_span file, const struct wt_tpm_bank *banks, size_t n_banks,
		      struct wt_buf *ret, struct wt_err *err);

#endif
