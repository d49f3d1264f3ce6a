// SPDX-License-Identifier: Apache-2.0
/* enroll issue: the certificate and the registration of a rig whose TPM opened its challenge. */
#include <stdio.h>
#include <string.h>

#include "keys/certify.h"
#include "keys/enroll.h"
#include "keys/registration.h"
#include "lib/timestamp.h"

static const char help[] =
	"usage: " ENROLL_ISSUE_COMMAND
	" DIR ANSWER --devices FILE --sources FILE | --inventory FILE\n"
	"       --licence ID --holder NAME --site NAME --zone ZONE --nameplate W [--pool NAME]...\n"
	"       [--role CHIP:ATTRIBUTE=ROLE]... [--reference FILE] [OPTION]... -o FILE\n"
	"\n"
	"Checks what the rig's TPM found in its challenge (`wattest enroll activate`), and signs the rig's certificate\n"
	"and registration, with its TPM and its boot state in it.\n"
	"\n"
	"  --days N              how long the certificate is valid, at most as long as the registry's (730)\n"
	"  -o, --output FILE     the registration; the certificate goes beside it, with .crt as its ending\n";

struct issue {
	struct wt_buf request_file, answer_file;
	struct wt_enrolment_request request; /* points into the file, as */
	struct wt_enrolment_answer answer; /* does */
	struct wt_buf ak; /* SubjectPublicKeyInfo */
	struct register_enrolment enrolment;
};

static void issue_clear(struct issue *issue)
{
	wt_buf_free(&issue->request_file);
	wt_buf_free(&issue->answer_file);
	wt_buf_free(&issue->ak);
}

/* --- the answer ------------------------------------------------------------------------------- */

static int check_answer(const struct wt_enrolment_answer *answer,
			const struct register_enrolment *enrolment, int64_t now, struct wt_err *err)
{
	char t[WT_TIMESTAMP_LEN], hex[2 * WT_ID_LEN + 1];
	uint8_t digest[WT_SHA256_LEN];

	if (memcmp(answer->ueid, enrolment->ueid, sizeof(answer->ueid)) != 0)
		return wt_fail(err, EKEYREJECTED, "is of another rig than the challenge was for");
	if (enrolment->issued) {
		wt_hex(enrolment->registration, WT_ID_LEN, hex);
		return wt_fail(
			err, EEXIST,
			"was answered already, with registration %s (`reissue --cert` writes both again)",
			hex);
	}
	if (enrolment->superseded)
		return wt_fail(err, ESTALE,
			       "a later challenge was made for this TPM: only that one counts");
	if (now >= enrolment->not_after)
		return wt_fail(err, ETIME,
			       "had to be here before %s: make another challenge for the request",
			       wt_timestamp_utc(enrolment->not_after, t));
	wt_sha256(wt_span(answer->secret, sizeof(answer->secret)), digest);
	if (memcmp(digest, enrolment->secret, sizeof(digest)) != 0)
		return wt_fail(
			err, EKEYREJECTED,
			"is wrong: the TPM of the request's endorsement key did not open this challenge");
	return 0;
}

static int find(const char *dir, const struct wt_enrolment_answer *answer, struct issue *issue,
		struct wt_err *err)
{
	__attribute__((cleanup(register_freep))) struct authority_register *book = NULL;
	int r = authority_open_register(dir, &book, err);

	if (r == 0)
		r = register_find_enrolment(book, answer->id, &issue->enrolment,
					    &issue->request_file, err);
	if (r == 0)
		return wt_fail(err, ENOENT, "answers no challenge of this registry");
	return r < 0 ? r : 0;
}

/* The request was checked when its challenge was made, and lay in the register since. */
static int load(const char *dir, const char *path, const struct registration_request *request,
		struct issue *issue, struct wt_err *err)
{
	struct wt_enrolment_answer *answer = &issue->answer;
	int r;

	r = wt_file_read(path, WT_ENROLMENT_MAX, &issue->answer_file, err);
	if (r < 0)
		return r;
	r = wt_enrolment_answer_decode(wt_buf_span(&issue->answer_file), answer, err);
	if (r == 0)
		r = find(dir, answer, issue, err);
	if (r == 0)
		r = check_answer(answer, &issue->enrolment, request->now, err);
	if (r == 0)
		r = wt_enrolment_request_decode(wt_buf_span(&issue->request_file), &issue->request,
						err);
	if (r == 0)
		r = enroll_check_answer(&issue->request, answer, err);
	return r < 0 ? wt_fail_in(err, r, "%.100s", path) : 0;
}

/* --- the registration ------------------------------------------------------------------------- */

static int take_tpm(struct issue *issue, struct wt_reg_tpm *ret, struct wt_err *err)
{
	struct wt_tpm_public ek = { 0 }, ak = { 0 };
	int r = wt_tpm_public_read(issue->request.ek, &ek, err);

	if (r == 0)
		r = wt_tpm_public_read(issue->request.ak, &ak, err);
	if (r == 0)
		r = wt_key_spki(ak.key, &issue->ak, err);
	if (r == 0) {
		memcpy(ret->ek, ek.spki, sizeof(ret->ek));
		ret->ak = wt_buf_span(&issue->ak);
		ret->n_boot = issue->answer.quote.n_pcrs;
		memcpy(ret->boot, issue->answer.quote.pcrs, sizeof(ret->boot));
	}
	wt_tpm_public_clear(&ek);
	wt_tpm_public_clear(&ak);
	return r;
}

/* FILE with .crt as its ending. */
static int cert_path(const struct registration_request *request, char ret[4096], struct wt_err *err)
{
	const char *output = request->given[OUTPUT], *slash = strrchr(output, '/');
	const char *dot = strrchr(output, '.');
	size_t n = dot && dot > slash ? (size_t)(dot - output) : strlen(output);

	if (!strcmp(output, "-"))
		return wt_fail(err, EINVAL, "-o -: two files are written, so a name is needed");
	if (snprintf(ret, 4096, "%.*s.crt", (int)n, output) >= 4096)
		return wt_fail(err, ENAMETOOLONG, "%.60s...: the path is too long", output);
	if (!strcmp(ret, output))
		return wt_fail(err, EINVAL, "-o %.100s: is where the certificate goes", output);
	return command_output_free(ret, request->force, err);
}

static int whom(void *user, const char *dir, const char *answer,
		const struct registration_request *request, struct wt_cert **ret_cert,
		struct wt_registration *reg, struct wt_err *err)
{
	__attribute__((cleanup(wt_csr_freep))) struct wt_csr *csr = NULL;
	struct issue *issue = user;
	char path[4096];
	int r;

	r = cert_path(request, path, err);
	if (r == 0)
		r = load(dir, answer, request, issue, err);
	if (r == 0)
		r = take_tpm(issue, &reg->tpm, err);
	if (r == 0)
		r = wt_csr_parse(issue->request.csr, &csr, err);
	if (r < 0)
		return r;
	memcpy(reg->ueid, issue->request.ueid, sizeof(reg->ueid));
	return certify_key(dir,
			   &(struct certify){ .common_name = issue->enrolment.rig,
					      .duty = WT_DUTY_ATTESTATION,
					      .now = request->now,
					      .from = request->now - AUTHORITY_BACKDATE,
					      .days = request->days },
			   wt_csr_key(csr), ret_cert, err);
}

/* What was looked up before may have changed since: in the transaction it is looked up again. */
static int enter(void *user, struct authority_register *book, const struct wt_registration *reg,
		 int64_t at, struct wt_err *err)
{
	struct issue *issue = user;
	int r = register_check_free(book, reg->ueid, at, err);

	if (r == 0)
		r = register_put_enrolled(book, issue->enrolment.id, reg->id, at, err);
	return r;
}

static int done(void *user, const struct registration_request *request, struct wt_cert *cert,
		struct wt_err *err)
{
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf pem = { 0 };
	struct issue *issue = user;
	char path[4096], until_text[WT_TIMESTAMP_LEN], hex[2 * WT_UEID_LEN + 1];
	int64_t from, until;
	int r = cert_path(request, path, err);

	if (r == 0)
		r = wt_cert_pem(cert, &pem, err);
	if (r == 0)
		r = command_output(path, wt_buf_span(&pem), request->force, err);
	if (r < 0)
		return wt_fail_in(
			err, r,
			"the registration is written, its certificate is not (`reissue --cert`)");
	wt_cert_validity(cert, &from, &until);
	wt_hex(issue->request.ueid, sizeof(issue->request.ueid), hex);
	printf("%s: %s, valid until %s\nrig %s, in a TPM\n", path, wt_cert_name(cert),
	       wt_timestamp_utc(until, until_text), hex);
	return 0;
}

int enroll_issue(int argc, char **argv)
{
	__attribute__((cleanup(issue_clear))) struct issue issue = { 0 };
	const struct registration_kind kind = {
		.command = ENROLL_ISSUE_COMMAND,
		.help = help,
		.answer = true,
		.whom = whom,
		.enter = enter,
		.done = done,
		.user = &issue,
	};

	return registration_main(argc, argv, &kind);
}
