// SPDX-License-Identifier: Apache-2.0
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "keys/authority.h"

/* clang-format off */
const struct authority_layout authority_layouts[AUTHORITY_ISSUERS] = {
	[AUTHORITY_REGISTRY] = {
		.title = "registry",
		.ca_name = "Registry CA",
		.ca_key = "private/registry-ca.key",
		.ca_cert = "trust/registry-ca.pem",
		.crl = "trust/registry-ca.crl.pem",
		.signer_name = "Registration signer",
		.signer_key = "private/registration-signer.key",
		.signer_cert = "signers/registration-signer.pem",
		.ca_duties = { WT_DUTY_REGISTRATION, WT_DUTY_ATTESTATION, WT_DUTY_RESULT },
		.n_ca_duties = 3,
		.signer_duty = WT_DUTY_REGISTRATION,
	},
	[AUTHORITY_ENERGY] = {
		.title = "energy platform",
		.ca_name = "Energy CA",
		.ca_key = "private/energy-ca.key",
		.ca_cert = "trust/energy-ca.pem",
		.crl = "trust/energy-ca.crl.pem",
		.signer_name = "Grant signer",
		.signer_key = "private/grant-signer.key",
		.signer_cert = "signers/grant-signer.pem",
		.ca_duties = { WT_DUTY_GRANT, WT_DUTY_ALLOTMENT },
		.n_ca_duties = 2,
		.signer_duty = WT_DUTY_GRANT,
	},
};
/* clang-format on */

int authority_path(const char *dir, const char *name, char ret[4096], struct wt_err *err)
{
	int n = snprintf(ret, 4096, "%s/%s", dir, name);

	if (n < 0 || n >= 4096)
		return wt_fail(err, ENAMETOOLONG, "%.60s...: the path is too long", dir);
	return 0;
}

/* The path of a file that every authority has. */
static int find(const char *dir, const char *name, char ret[4096], struct wt_err *err)
{
	int r = authority_path(dir, name, ret, err);

	if (r == 0 && access(ret, F_OK) < 0 && (errno == ENOENT || errno == ENOTDIR))
		return wt_fail(err, ENOENT,
			       "%.200s: no authority here (`wattest-authority init DIR` makes one)",
			       dir);
	return r;
}

static int load(const char *dir, const char *cert, const char *key, struct authority_identity *ret,
		struct wt_err *err)
{
	char path[4096];
	int r;

	*ret = (struct authority_identity){ 0 };
	r = find(dir, cert, path, err);
	if (r == 0)
		r = wt_cert_load(path, &ret->cert, err);
	if (r == 0)
		r = authority_path(dir, key, path, err);
	if (r == 0)
		r = wt_key_load(path, &ret->key, err);
	if (r < 0)
		authority_identity_clear(ret);
	return r;
}

int authority_load_ca(const char *dir, enum authority_issuer which, struct authority_identity *ret,
		      struct wt_err *err)
{
	return load(dir, authority_layouts[which].ca_cert, authority_layouts[which].ca_key, ret,
		    err);
}

int authority_load_signer(const char *dir, enum authority_issuer which,
			  struct authority_identity *ret, struct wt_err *err)
{
	return load(dir, authority_layouts[which].signer_cert, authority_layouts[which].signer_key,
		    ret, err);
}

void authority_identity_clear(struct authority_identity *identity)
{
	wt_cert_free(identity->cert);
	wt_key_free(identity->key);
	*identity = (struct authority_identity){ 0 };
}

int authority_open_register(const char *dir, struct authority_register **ret, struct wt_err *err)
{
	char path[4096];
	int r = find(dir, authority_layouts[AUTHORITY_ENERGY].ca_cert, path, err);

	return r == 0 ? register_open(dir, REGISTER_OPEN, ret, err) : r;
}

int authority_load_trust(const char *dir, struct wt_trust **ret, struct wt_err *err)
{
	char path[4096];
	int r = authority_path(dir, "trust", path, err);

	return r == 0 ? wt_trust_load(path, ret, err) : r;
}

int authority_check(const char *dir, struct wt_cert *cert, enum wt_duty duty, int64_t at,
		    struct wt_err *err)
{
	__attribute__((cleanup(wt_trust_freep))) struct wt_trust *trust = NULL;
	struct wt_path_result result;
	int r;

	r = authority_load_trust(dir, &trust, err);
	if (r == 0)
		r = wt_trust_check(trust, cert, NULL, duty, at, &result, err);
	return r;
}

int authority_open_signer(const char *dir, enum authority_issuer which, int64_t now,
			  struct authority_identity *ret, struct wt_err *err)
{
	int r = authority_load_signer(dir, which, ret, err);

	if (r < 0)
		return r;
	r = authority_check(dir, ret->cert, authority_layouts[which].signer_duty, now, err);
	if (r < 0) {
		authority_identity_clear(ret);
		return wt_fail_in(err, r, "%s", authority_layouts[which].signer_cert);
	}
	return 0;
}

int authority_sign(const char *dir, enum authority_issuer which, enum wt_typ typ,
		   struct wt_span payload, int64_t now, struct wt_buf *ret_cose, struct wt_err *err)
{
	__attribute__((cleanup(authority_identity_clear))) struct authority_identity signer = { 0 };
	int r = authority_open_signer(dir, which, now, &signer, err);

	return r == 0 ? wt_cose_sign(signer.key, signer.cert, true, typ, payload, ret_cose, err)
		      : r;
}
