/* SPDX-License-Identifier: Apache-2.0 */
/* The keys that a rig has in its TPM beside the endorsement key (ek.h), and how each is made or found. */
#ifndef KEYS_IDENTITY_OBJECTS_H
#define KEYS_IDENTITY_OBJECTS_H

#include "keys/identity/session.h"
#include "lib/bytes.h"

/*
 * The attestation key: restricted, ECDSA P-256 with SHA-256, a primary key of the endorsement hierarchy (outside of it a
 * TPM hides resetCount and restartCount): the same each time it is made, so it takes no room but where tpm_keep kept it.
 */
int tpm_ak(struct tpm_session *session, struct tpm_object *ret, struct wt_buf *ret_public,
	   struct wt_err *err);
/* The signing key at its persistent handle; -ENOENT. */
int tpm_signer(struct tpm_session *session, uint32_t handle, struct tpm_object *ret,
	       struct wt_buf *ret_public, struct wt_err *err);
/* -EEXIST: there is something at the handle. */
int tpm_signer_vacant(struct tpm_session *session, uint32_t handle, struct wt_err *err);
/* Makes it there: a primary key of the owner hierarchy, with a random seed of its own. -EEXIST. */
int tpm_signer_make(struct tpm_session *session, uint32_t handle, struct wt_err *err);

/*
 * Keeps an object that is in the TPM's memory at a persistent handle, by the owner's authority. -EEXIST: another is there;
 * -ENOSPC.
 */
int tpm_keep(struct tpm_session *session, const struct tpm_object *object, uint32_t handle,
	     const char *what, struct wt_err *err);
/* Where the attestation key and the endorsement key are looked for before they are made: next to the signing key. */
uint32_t tpm_ak_handle(const struct tpm_session *session);
uint32_t tpm_ek_handle(const struct tpm_session *session);
/* tpm_find of one that was made by this template: 0 also where another object is. */
int tpm_find_made(struct tpm_session *session, uint32_t handle, const TPM2B_PUBLIC *template,
		  struct tpm_object *ret, TPM2B_PUBLIC **ret_public, struct wt_err *err);

/* What they are made with. The object at a persistent handle: 1, or 0 when nothing is there. */
int tpm_find(struct tpm_session *session, uint32_t handle, struct tpm_object *ret,
	     TPM2B_PUBLIC **ret_public, struct wt_err *err);
int tpm_make_primary(struct tpm_session *session, ESYS_TR hierarchy, const TPM2B_PUBLIC *template,
		     const char *what, struct tpm_object *ret, struct wt_buf *ret_public,
		     struct wt_err *err);
/* Hands the object over where ret is, else ends it. */
int tpm_give(struct tpm_object *object, const TPM2B_PUBLIC *pub, struct tpm_object *ret,
	     struct wt_buf *ret_public, struct wt_err *err);

#endif
