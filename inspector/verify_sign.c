// SPDX-License-Identifier: Apache-2.0
/* verify --sign: what was found, signed by whoever judged, so that it can be handed on (lib/result.h). */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "inspector/inputs.h"
#include "inspector/verify.h"
#include "lib/cose.h"
#include "lib/file.h"
#include "lib/site_result.h"

#define VERIFIER "wattest-inspect " WATTEST_VERSION

struct signer {
	struct wt_key *key;
	struct wt_cert *cert;
};

static void signer_clear(struct signer *signer)
{
	wt_key_freep(&signer->key);
	wt_cert_freep(&signer->cert);
}

static int load_signer(const struct verify_request *request, struct signer *ret, struct wt_err *err)
{
	uint8_t of_key[WT_SHA256_LEN], of_cert[WT_SHA256_LEN];
	struct wt_key *certified;
	int r;

	r = wt_key_load(request->key, &ret->key, err);
	if (r == 0)
		r = wt_cert_load(request->cert, &ret->cert, err);
	if (r < 0)
		return r;
	certified = wt_cert_key(ret->cert);
	if (!certified || wt_key_spki_digest(ret->key, of_key) < 0 ||
	    wt_key_spki_digest(certified, of_cert) < 0 ||
	    memcmp(of_key, of_cert, sizeof(of_key)) != 0)
		return wt_fail(err, EINVAL, "%.100s is not the certificate of the key in %.100s",
			       request->cert, request->key);
	return 0;
}

static int sign_result(const struct signer *signer, const struct verify_request *request,
		       const struct wt_verdict *verdict, const struct wt_site_ground *ground,
		       struct wt_buf *ret, struct wt_err *err)
{
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf payload = { 0 };
	struct wt_result result;
	int r;

	wt_result_of(verdict, &result);
	result.iat = request->appraisal.now;
	snprintf(result.verifier, sizeof(result.verifier), VERIFIER);
	memcpy(result.policy, ground->policy, sizeof(result.policy));
	memcpy(result.last_digest, ground->last_digest, sizeof(result.last_digest));
	r = wt_result_encode(&result, &payload, err);
	if (r < 0)
		return r;
	return wt_cose_sign(signer->key, signer->cert, true, WT_TYP_RESULT, wt_buf_span(&payload),
			    ret, err);
}

/* The rig's name as a file's; one that could lead elsewhere gives way to the id. */
static void file_name(const struct wt_verdict *v, char *ret, size_t cap)
{
	static const char plain[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
	char id[2 * WT_UEID_LEN + 1];
	const char *name = v->rig;

	wt_hex(v->ueid, WT_UEID_LEN, id);
	if (!*name || *name == '.' || name[strspn(name, plain)] != '\0')
		name = id;
	snprintf(ret, cap, "%s-%llu.cose", name, (unsigned long long)v->last_seq);
}

static bool is_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* A rig that sent nothing has no result. */
static bool has_evidence(const struct wt_verdict *v)
{
	return v->tier != WT_NONE;
}

/* Signs one rig's result, and writes it under a path or a name in a folder. */
static int write_result(const struct verify_request *request, const struct signer *signer,
			bool folder, const struct wt_verdict *verdict,
			const struct wt_site_ground *ground, uint8_t ret_digest[WT_SHA256_LEN],
			struct wt_err *err)
{
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf object = { 0 };
	char path[PATH_MAX], name[160];
	int r;

	file_name(verdict, name, sizeof(name));
	if (snprintf(path, sizeof(path), "%s%s%s", request->output, folder ? "/" : "",
		     folder ? name : "") >= (int)sizeof(path))
		return wt_fail(err, ENAMETOOLONG, "%.60s...: the path is too long",
			       request->output);
	r = sign_result(signer, request, verdict, ground, &object, err);
	if (r < 0)
		return r;
	wt_sha256(wt_buf_span(&object), ret_digest);
	return wt_file_write(path, wt_buf_span(&object), 0666, WT_FILE_NEW, err);
}

int verify_sign(const struct verify_request *request, const struct wt_verdict *verdict,
		const struct wt_site_ground *ground, struct wt_err *err)
{
	__attribute__((cleanup(signer_clear))) struct signer signer = { 0 };
	uint8_t digest[WT_SHA256_LEN];
	int r = load_signer(request, &signer, err);

	if (r < 0 || !has_evidence(verdict))
		return r;
	return write_result(request, &signer, is_folder(request->output), verdict, ground, digest,
			    err);
}

/* --- a site ------------------------------------------------------------------------------------- */

static int sign_site(const struct verify_request *request, const struct signer *signer,
		     const struct wt_site *site, const struct wt_site_verdict *verdict,
		     const uint8_t (*digests)[WT_SHA256_LEN], struct wt_err *err)
{
	__attribute__((cleanup(wt_site_result_clear))) struct wt_site_result result = { 0 };
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf payload = { 0 }, object = { 0 };
	char path[PATH_MAX];
	int r;

	r = wt_site_result_of(verdict, digests, &result, err);
	if (r < 0)
		return r;
	result.iat = request->appraisal.now;
	snprintf(result.verifier, sizeof(result.verifier), VERIFIER);
	r = wt_site_policy(site, result.policy, err);
	if (r == 0)
		r = wt_site_result_encode(&result, &payload, err);
	if (r == 0)
		r = wt_cose_sign(signer->key, signer->cert, true, WT_TYP_SITE_RESULT,
				 wt_buf_span(&payload), &object, err);
	if (r < 0)
		return r;
	if (snprintf(path, sizeof(path), "%s/site@%lld.cose", request->output,
		     (long long)result.iat) >= (int)sizeof(path))
		return wt_fail(err, ENAMETOOLONG, "%.60s...: the path is too long",
			       request->output);
	return wt_file_write(path, wt_buf_span(&object), 0666, WT_FILE_NEW, err);
}

int verify_sign_site(const struct verify_request *request, const struct wt_site *site,
		     const struct wt_site_verdict *verdict, struct wt_err *err)
{
	__attribute__((cleanup(signer_clear))) struct signer signer = { 0 };
	uint8_t(*digests)[WT_SHA256_LEN] = NULL;
	int r = load_signer(request, &signer, err);

	if (r < 0)
		return r;
	if (mkdir(request->output, 0777) < 0 && !is_folder(request->output))
		return wt_fail(err, errno, "%.200s: %s", request->output,
			       errno == EEXIST ? "is no folder, and results of a site are several"
					       : strerror(errno));
	digests = calloc(verdict->n_rigs + 1, sizeof(*digests));
	if (!digests)
		return wt_fail(err, ENOMEM, "out of memory");
	for (size_t i = 0; r == 0 && i < verdict->n_rigs; i++) {
		if (has_evidence(&verdict->rigs[i]))
			r = write_result(request, &signer, true, &verdict->rigs[i],
					 &verdict->grounds[i], digests[i], err);
	}
	if (r == 0)
		r = sign_site(request, &signer, site, verdict,
			      (const uint8_t(*)[WT_SHA256_LEN])digests, err);
	free(digests);
	return r;
}

/* --- one rig: what it was judged against ------------------------------------------------------- */

int verify_ground(const struct verify_request *request, struct wt_trust *trust,
		  const struct wt_appraisal *appraisal, struct wt_site_ground *ret,
		  struct wt_err *err)
{
	__attribute__((cleanup(inputs_clear))) struct inputs inputs = { 0 };
	uint8_t(*digests)[WT_SHA256_LEN] = NULL, (*grown)[WT_SHA256_LEN];
	struct wt_span object;
	char name[512];
	size_t n = 0;
	int r = 0;

	for (size_t i = 0; r == 0 && i < request->n_registrations; i++)
		r = inputs_add(&inputs, request->registrations[i], false, err);
	for (size_t i = 0; r == 0 && i < request->n_grants; i++)
		r = inputs_add(&inputs, request->grants[i], false, err);
	if (r < 0)
		return r;
	if (wt_trust_digests(trust, &digests, &n) < 0)
		return wt_fail(err, ENOMEM, "out of memory");
	grown = reallocarray(digests, n + inputs.n + 1, sizeof(*digests));
	if (!grown)
		r = wt_fail(err, ENOMEM, "out of memory");
	else
		digests = grown;
	for (size_t i = 0; r == 0 && i < inputs.n; i++) {
		r = inputs_read(&inputs, i, &object, name, err);
		if (r == 0)
			wt_sha256(object, digests[n++]);
	}
	if (r == 0) {
		wt_policy_digest(digests, n, ret->policy);
		wt_appraisal_newest(appraisal, ret->last_digest);
	}
	free(digests);
	return r;
}
