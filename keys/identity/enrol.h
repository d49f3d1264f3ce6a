/* SPDX-License-Identifier: Apache-2.0 */
/* What enrolment asks of a TPM. The FILE back end has none of it: -EOPNOTSUPP. */
#ifndef KEYS_IDENTITY_ENROL_H
#define KEYS_IDENTITY_ENROL_H

#include "keys/identity/identity.h"

#define WT_IDENTITY_CERTS 8

struct wt_identity_keys {
	struct wt_buf ek_certs[WT_IDENTITY_CERTS]; /* DER: the EK's own first, then what else the TPM has of its chain */
	size_t n_ek_certs; /* 0: none in the TPM */
	struct wt_buf ek, ak, key; /* TPMT_PUBLIC */
	struct wt_buf certify; /* TPMS_ATTEST of type certify: the key, by the AK */
	uint8_t certify_signature[WT_SIG_LEN]; /* r || s */
};

int wt_identity_describe(struct wt_identity *identity, struct wt_identity_keys *ret,
			 struct wt_err *err);
void wt_identity_keys_clear(struct wt_identity_keys *keys);

/*
 * TPM2_ActivateCredential: the secret in a credential made for this EK and AK (lib/tpm/credential.h), appended.
 * blob: TPM2B_ID_OBJECT, secret: TPM2B_ENCRYPTED_SECRET. -EKEYREJECTED: it was made for another EK or AK.
 */
int wt_identity_activate(struct wt_identity *identity, struct wt_span blob, struct wt_span secret,
			 struct wt_buf *ret, struct wt_err *err);

#endif
