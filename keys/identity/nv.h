/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates in a TPM's NV memory (TCG EK Credential Profile, 2.2.1.4 and 2.2.1.5). */
#ifndef KEYS_IDENTITY_NV_H
#define KEYS_IDENTITY_NV_H

#include "keys/identity/enrol.h"
#include "keys/identity/session.h"

/* The EK's certificate at that index and what is kept of its chain, DER; returns how many, 0: none is there. */
int tpm_certificates(struct tpm_session *session, uint32_t index,
		     struct wt_buf ret[WT_IDENTITY_CERTS], struct wt_err *err);

#endif
