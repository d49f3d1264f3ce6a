/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Passwords of a TPM's owner and endorsement hierarchies: each is read from its file for one command and forgotten after
 * it. Only what makes or keeps keys and opens credentials needs them, and reading a certificate that is the owner's.
 */
#ifndef KEYS_IDENTITY_AUTH_H
#define KEYS_IDENTITY_AUTH_H

#include "keys/identity/session.h"

/*
 * The commands that follow are authorized by the hierarchy (ESYS_TR_RH_OWNER or ESYS_TR_RH_ENDORSEMENT): by the password
 * in the file that the options name for it, else by the empty one. The sentence names the setting and what is wrong with
 * the file: others may read it (-EPERM), -EINVAL: no password, ...
 */
int tpm_auth_begin(struct tpm_session *session, ESYS_TR hierarchy, struct wt_err *err);
/* The context's copy is overwritten. (Its buffer of the command was, by the answer.) */
void tpm_auth_end(struct tpm_session *session, ESYS_TR hierarchy);
/* tpm_fail of such a command; a password that was refused is named, with its setting: -EACCES. */
int tpm_auth_fail(const struct tpm_session *session, ESYS_TR hierarchy, TSS2_RC rc,
		  struct wt_err *err, const char *what);

#endif
