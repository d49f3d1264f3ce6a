/* SPDX-License-Identifier: Apache-2.0 */
/* The three keys that a rig has in its TPM, and how each is made or found. */
#ifndef KEYS_IDENTITY_OBJECTS_H
#define KEYS_IDENTITY_OBJECTS_H

#include "keys/identity/session.h"
#include "lib/bytes.h"

/*
 * The endorsement key: the TCG's default template L-1 (EK Credential Profile, B.3.3: RSA-2048, SHA-256). The persistent
 * one at 0x81010001 where that is it, for an RSA key takes a chip some seconds. Both outputs may be NULL.
 */
int tpm_ek(struct tpm_session *session, struct tpm_object *ret, struct wt_buf *ret_public,
	   struct wt_err *err);
/*
 * The attestation key: restricted, ECDSA P-256 with SHA-256, a primary key of the endorsement hierarchy (outside of it a
 * TPM hides resetCount and restartCount): the same each time it is made, so it takes no room.
 */
int tpm_ak(struct tpm_session *session, struct tpm_object *ret, struct wt_buf *ret_public,
	   struct wt_err *err);
/* The signing key at its persistent handle; -ENOENT. */
int tpm_signer(struct tpm_session *session, uint32_t handle, struct tpm_object *ret,
	       struct wt_buf *ret_public, struct wt_err *err);
/* Makes it there: a primary key of the owner hierarchy, with a random seed of its own. -EEXIST. */
int tpm_signer_make(struct tpm_session *session, uint32_t handle, struct wt_err *err);

#endif
