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
	snprintf(result.verifier, sizeof(result.verifier), "wattest-inspect %s", WATTEST_VERSION);
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

int verify_sign(const struct verify_request *request, const struct wt_verdict *verdicts,
		const struct wt_site_ground *grounds, size_t n, struct wt_err *err)
{
	__attribute__((cleanup(signer_clear))) struct signer signer = { 0 };
	bool folder = n != 1 || is_folder(request->output);
	char path[PATH_MAX], name[160];
	int r;

	r = load_signer(request, &signer, err);
	if (r == 0 && folder && mkdir(request->output, 0777) < 0 && errno != EEXIST)
		r = wt_fail(err, errno, "%.200s: %s", request->output, strerror(errno));
	for (size_t i = 0; r == 0 && i < n; i++) {
		__attribute__((cleanup(wt_buf_freep))) struct wt_buf object = { 0 };

		if (!has_evidence(&verdicts[i]))
			continue;
		file_name(&verdicts[i], name, sizeof(name));
		if (snprintf(path, sizeof(path), "%s%s%s", request->output, folder ? "/" : "",
			     folder ? name : "") >= (int)sizeof(path))
			return wt_fail(err, ENAMETOOLONG, "%.60s...: the path is too long",
				       request->output);
		r = sign_result(&signer, request, &verdicts[i], &grounds[i], &object, err);
		if (r == 0)
			r = wt_file_write(path, wt_buf_span(&object), 0666, WT_FILE_NEW, err);
	}
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
	int r;

	r = inputs_add(&inputs, request->registration, false, err);
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
