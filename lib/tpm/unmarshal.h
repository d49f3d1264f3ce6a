/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TPMT_PUBLIC and TPMT_SIGNATURE from the bytes that strangers send. tss2-mu's own functions for these say on standard
 * error what does not fit; those for plain numbers, of which these are made, do not.
 */
#ifndef LIB_TPM_UNMARSHAL_H
#define LIB_TPM_UNMARSHAL_H

#include <tss2/tss2_tpm2_types.h>

#include "lib/bytes.h"
#include "lib/err.h"

/* RSA and ECC keys, whole; -EBADMSG with what is wrong. What is not said is zero. */
int wt_tpm_unmarshal_public(struct wt_span raw, TPMT_PUBLIC *ret, struct wt_err *err);
/* By RSA or ECDSA, whole; the same. */
int wt_tpm_unmarshal_signature(struct wt_span raw, TPMT_SIGNATURE *ret, struct wt_err *err);

#endif
