/* SPDX-License-Identifier: Apache-2.0 */
/* Speaking to a TPM: a context for a few commands, retries, and what its answers mean in words. */
#ifndef KEYS_IDENTITY_SESSION_H
#define KEYS_IDENTITY_SESSION_H

#include <stdbool.h>

#include <tss2/tss2_esys.h>

#include "keys/identity/identity.h"
#include "lib/err.h"

struct tpm_session {
	TSS2_TCTI_CONTEXT *tcti;
	ESYS_CONTEXT *esys;
	const char *name; /* of the TPM, for sentences: the tcti as configured */
	const struct wt_identity_options *options; /* borrowed */
};

/* -ENODEV: no TPM answers there. */
int tpm_begin(const struct wt_identity_options *options, struct tpm_session *ret,
	      struct wt_err *err);
void tpm_end(struct tpm_session *session); /* for cleanup as well */

/* The answer without the handle, session or parameter that it may name. */
TSS2_RC tpm_plain(TSS2_RC rc);
/* Is it worth trying again? Has waited then; a handful of times at most. */
bool tpm_again(TSS2_RC rc, int *tries);
/* rc = command, once more while the TPM says that it is busy. */
#define TPM_TRY(rc, command)                      \
	do {                                      \
		int tries_ = 0;                   \
		do                                \
			(rc) = (command);         \
		while (tpm_again((rc), &tries_)); \
	} while (0)

/*
 * The answer as an errno and a sentence: "TPM device:/dev/tpmrm0: cannot WHAT: why: what to do". -EBUSY busy or out of
 * memory, -EACCES a password (of a hierarchy: auth.h) or lockout, -ENOSPC, -EEXIST, -ENODEV out of reach, else -EIO.
 */
int tpm_fail(const struct tpm_session *session, TSS2_RC rc, struct wt_err *err, const char *what);

/* An object in the TPM's memory, flushed at the end. */
struct tpm_object {
	struct tpm_session *session;
	ESYS_TR handle;
	bool transient;
};

void tpm_object_end(struct tpm_object *object); /* for cleanup as well */

#endif
