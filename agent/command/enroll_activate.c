// SPDX-License-Identifier: Apache-2.0
/* enroll activate: opens a registry's challenge with the TPM that it was made for. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "keys/identity/enrol.h"
#include "lib/enrolment.h"
#include "lib/file.h"
#include "lib/timestamp.h"

#include "enroll.h"

#define DEFAULT_OUTPUT "answer.enrol"

/* What can be said before the TPM is asked. */
static int check(const char *path, const struct wt_enrolment_challenge *challenge,
		 const uint8_t ueid[WT_UEID_LEN], struct wt_err *err)
{
	char theirs[2 * WT_UEID_LEN + 1], ours[2 * WT_UEID_LEN + 1], t[WT_TIMESTAMP_LEN];

	if (memcmp(challenge->ueid, ueid, WT_UEID_LEN)) {
		wt_hex(challenge->ueid, WT_UEID_LEN, theirs);
		wt_hex(ueid, WT_UEID_LEN, ours);
		return wt_fail(err, EKEYREJECTED, "%.80s: is for rig %s, and this is rig %s", path,
			       theirs, ours);
	}
	if (time(NULL) >= challenge->not_after)
		return wt_fail(
			err, ETIME,
			"%.80s: had to be answered before %s: ask the registry for another, with the same request",
			path, wt_timestamp_local(challenge->not_after, t));
	return 0;
}

static int answer(const struct enroll *enroll, struct wt_buf *ret, struct wt_err *err)
{
	struct wt_identity_options options = wt_config_identity(&enroll->common.config);
	__attribute__((cleanup(wt_identity_freep))) struct wt_identity *identity = NULL;
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf file = {}, secret = {};
	struct wt_enrolment_challenge challenge;
	struct wt_enrolment_answer a = {};
	struct wt_identity_quote quote = {};
	uint8_t extra[WT_SHA256_LEN];
	int r;

	r = wt_file_read(enroll->file, WT_ENROLMENT_MAX, &file, err);
	if (r < 0)
		return r;
	r = wt_enrolment_challenge_decode(wt_buf_span(&file), &challenge, err);
	if (r < 0)
		return wt_fail_in(err, r, "%.160s", enroll->file);
	r = wt_identity_open(&options, &identity, err);
	if (r < 0)
		return r;
	wt_identity_ueid(identity, a.ueid);
	r = check(enroll->file, &challenge, a.ueid, err);
	if (r == 0)
		r = wt_identity_activate(identity, challenge.blob, challenge.secret, &secret, err);
	if (r == 0 && secret.n != sizeof(a.secret))
		r = wt_fail(err, EBADMSG, "%.160s: a secret of %zu bytes (must be %zu)",
			    enroll->file, secret.n, sizeof(a.secret));
	if (r < 0)
		return r;
	memcpy(a.id, challenge.id, sizeof(a.id));
	memcpy(a.secret, secret.p, sizeof(a.secret));
	r = wt_enrolment_answer_binding(&a, extra, err);
	if (r == 0)
		r = enroll_quote(identity, extra, &quote, &a.quote, err);
	if (r == 0)
		r = wt_enrolment_answer_encode(&a, ret, err);
	wt_identity_quote_clear(&quote);
	return r;
}

int enroll_activate(struct enroll *enroll)
{
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf file = {};
	const char *output = enroll->output ?: DEFAULT_OUTPUT;
	struct wt_err err = {};
	int r = answer(enroll, &file, &err);

	if (r == 0)
		r = wt_file_write(output, wt_buf_span(&file), 0600, WT_FILE_REPLACE, &err);
	if (r < 0)
		return could_not(&enroll->common, &err);
	printf("answer      %s: the TPM opened the challenge\n"
	       "next        give it to the registry; put the certificate it makes at\n"
	       "            %s and the registration at\n"
	       "            %s, then `systemctl reload wattestd`\n",
	       output, enroll->common.config.certificate, enroll->common.config.registration);
	return 0;
}
