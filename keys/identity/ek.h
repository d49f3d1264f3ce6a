/* SPDX-License-Identifier: Apache-2.0 */
/* The endorsement key: which one of those that the TCG's EK Credential Profile knows is this TPM's. */
#ifndef KEYS_IDENTITY_EK_H
#define KEYS_IDENTITY_EK_H

#include "keys/identity/session.h"
#include "lib/bytes.h"

struct tpm_ek_kind {
	const char *name; /* "RSA-2048": for sentences */
	uint32_t certificate; /* its NV index */
	bool by_policy; /* used by its policy, PolicySecret(endorsement); else by its empty password */
};

/*
 * The first, in the profile's order, whose certificate the TPM has; where it has none, the RSA-2048 one of the low range
 * (template L-1), which PC TPMs have always had. What is used of it is the same each time: the rig's id derives from it.
 * Found where it is kept, else made. All outputs may be NULL.
 */
int tpm_ek(struct tpm_session *session, struct tpm_object *ret, struct wt_buf *ret_public,
	   struct tpm_ek_kind *ret_kind, struct wt_err *err);

#endif
