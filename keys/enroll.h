/* SPDX-License-Identifier: Apache-2.0 */
/* Enrolment of rigs with a TPM, the registry's side (docs/enrolment.md). */
#ifndef KEYS_ENROLL_H
#define KEYS_ENROLL_H

#include "lib/enrolment.h"
#include "lib/tpm/tpm.h"

#define ENROLL_CHALLENGE_COMMAND "wattest-authority enroll challenge"
#define ENROLL_ISSUE_COMMAND "wattest-authority enroll issue"

/* What a request says, after all in it was found true. */
struct enroll_rig {
	char name[64];
	struct wt_tpm_public ek, ak, key;
	struct wt_csr *csr;
	char vendor[128]; /* the trust anchor that vouches for the TPM */
};

void enroll_rig_clear(struct enroll_rig *rig); /* for cleanup as well */

/*
 * Checks a request, each thing by itself: the three keys' attributes; the EK's certificate, of a known vendor and of
 * this very EK; that the id derives from it; the certificate request, signed by the signing key; that the AK, of the
 * endorsement hierarchy, certified that key; and the quote: by the AK, of all that is in the request, over the boot
 * state that is carried. -EKEYREJECTED or -EBADMSG, with the reason. Whether the AK is in the EK's TPM shows the
 * answer to a challenge, and nothing else.
 */
int enroll_check(const struct wt_enrolment_request *request, struct wt_trust *vendors, int64_t at,
		 struct enroll_rig *ret, struct wt_err *err);

/*
 * Checks an answer's quote: by the request's AK, over the boot state that it carries, and of this very answer: so it was
 * made after that AK's TPM had opened the challenge.
 */
int enroll_check_answer(const struct wt_enrolment_request *request,
			const struct wt_enrolment_answer *answer, struct wt_err *err);

int enroll_challenge(int argc, char **argv);
int enroll_issue(int argc, char **argv);

#endif
