/* SPDX-License-Identifier: Apache-2.0 */
/* TPM2_MakeCredential in software (TPM 2.0 Library, Part 1, 24): a secret that only one TPM with one key can read. */
#ifndef LIB_TPM_CREDENTIAL_H
#define LIB_TPM_CREDENTIAL_H

#include "lib/tpm/tpm.h"

#define WT_TPM_SECRET_MAX WT_SHA256_LEN /* the size of the EK's name algorithm */

/*
 * For the TPM whose endorsement key this is, and its key of that name. EKs as the TCG's EK Credential Profile has them:
 * RSA-2048 or P-256 with SHA-256 and AES-128-CFB (templates L-1, L-2, H-1, H-2), P-384 with SHA-384 and AES-256-CFB
 * (H-3). Appended: ret_blob TPM2B_ID_OBJECT, ret_secret TPM2B_ENCRYPTED_SECRET. -EBADMSG: no such EK.
 */
int wt_tpm_make_credential(const struct wt_tpm_public *ek, struct wt_span name,
			   struct wt_span secret, struct wt_buf *ret_blob,
			   struct wt_buf *ret_secret, struct wt_err *err);

#endif
