// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <tss2/tss2_rc.h>
#include <tss2/tss2_tctildr.h>

#include "keys/identity/session.h"

#define TRIES 8
#define WAIT_MS 50 /* times the number of the try: 1.4 s in all */

TSS2_RC tpm_plain(TSS2_RC rc)
{
	return rc & TPM2_RC_FMT1 ? rc & (0xff0000 | TPM2_RC_FMT1 | 0x3f) : rc;
}

bool tpm_again(TSS2_RC rc, int *tries)
{
	struct timespec wait;

	switch (rc) {
	case TPM2_RC_RETRY:
	case TPM2_RC_YIELDED:
	case TPM2_RC_TESTING:
	case TPM2_RC_NV_RATE:
	case TSS2_TCTI_RC_TRY_AGAIN:
		break;
	default:
		return false;
	}
	if (++*tries == TRIES)
		return false;
	wait = (struct timespec){ .tv_nsec = *tries * WAIT_MS * 1000000L };
	nanosleep(&wait, NULL);
	return true;
}

/* Opening a TPM that another process holds fails like this, and then it is over soon. */
static TSS2_RC reach(const char *tcti, TSS2_TCTI_CONTEXT **ret)
{
	struct timespec wait;
	TSS2_RC rc;

	for (int try = 1;; try++) {
		rc = Tss2_TctiLdr_Initialize(tcti, ret);
		if (rc == TSS2_RC_SUCCESS || errno != EBUSY || try == TRIES)
			return rc;
		wait = (struct timespec){ .tv_nsec = try * WAIT_MS * 1000000L };
		nanosleep(&wait, NULL);
	}
}

int tpm_begin(const struct wt_identity_options *options, struct tpm_session *ret,
	      struct wt_err *err)
{
	struct tpm_session session = { .name = options->tcti, .options = options };
	TSS2_RC rc;

	/* The libraries would print on stderr what tpm_fail says in one sentence. */
	setenv("TSS2_LOG", "all+none", 0);
	errno = 0;
	rc = reach(options->tcti, &session.tcti);
	if (rc != TSS2_RC_SUCCESS)
		return wt_fail(
			err, ENODEV,
			"no TPM at %.100s%s%s: is it switched on in the firmware, may this user open it (group tss), and is it free?",
			options->tcti, errno ? ": " : "", errno ? strerror(errno) : "");
	rc = Esys_Initialize(&session.esys, session.tcti, NULL);
	if (rc != TSS2_RC_SUCCESS) {
		Tss2_TctiLdr_Finalize(&session.tcti);
		return tpm_fail(&session, rc, err, "begin");
	}
	*ret = session;
	return 0;
}

void tpm_end(struct tpm_session *session)
{
	Esys_Finalize(&session->esys);
	Tss2_TctiLdr_Finalize(&session->tcti);
}

void tpm_object_end(struct tpm_object *object)
{
	if (!object->session || object->handle == ESYS_TR_NONE)
		return;
	if (object->transient)
		Esys_FlushContext(object->session->esys, object->handle);
	else
		Esys_TR_Close(object->session->esys, &object->handle);
	object->session = NULL;
}

int tpm_fail(const struct tpm_session *session, TSS2_RC rc, struct wt_err *err, const char *what)
{
	const char *advice = "";
	int code = EIO;

	switch (tpm_plain(rc)) {
	case TPM2_RC_RETRY:
	case TPM2_RC_YIELDED:
	case TPM2_RC_TESTING:
	case TPM2_RC_NV_RATE:
	case TPM2_RC_NV_UNAVAILABLE:
		code = EBUSY;
		advice = ": still busy after some tries, try later";
		break;
	case TPM2_RC_OBJECT_MEMORY:
	case TPM2_RC_OBJECT_HANDLES:
	case TPM2_RC_SESSION_MEMORY:
		code = EBUSY;
		advice =
			": other programs left objects in it: `tpm2_flushcontext -t`, or use /dev/tpmrm0";
		break;
	case TPM2_RC_LOCKOUT:
		code = EACCES;
		advice =
			": locked after wrong passwords: wait, or `tpm2_dictionarylockout -c` (-p: its lockout password)";
		break;
	case TPM2_RC_BAD_AUTH:
	case TPM2_RC_AUTH_FAIL:
	case TPM2_RC_AUTH_MISSING:
		code = EACCES;
		advice = ": somebody gave it a password, this needs it without";
		break;
	case TPM2_RC_HIERARCHY:
	case TPM2_RC_DISABLED:
		code = EACCES;
		advice = ": that hierarchy is switched off in the firmware";
		break;
	case TPM2_RC_NV_SPACE:
		code = ENOSPC;
		advice =
			": no room for a persistent key: `tpm2_getcap handles-persistent` lists them";
		break;
	case TPM2_RC_NV_DEFINED:
		code = EEXIST;
		advice = ": another object has that handle";
		break;
	case TPM2_RC_INITIALIZE:
		code = ENODEV;
		advice = ": the firmware did not start it (TPM2_Startup)";
		break;
	default:
		if ((rc & TSS2_RC_LAYER_MASK) == TSS2_TCTI_RC_LAYER) {
			code = ENODEV;
			advice = ": out of reach";
		}
	}
	return wt_fail(err, code, "TPM %.60s: cannot %s: %.90s%s", session->name, what,
		       Tss2_RC_Decode(rc), advice);
}
