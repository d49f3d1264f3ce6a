// SPDX-License-Identifier: Apache-2.0
/* Public keys from their numbers, as a TPM speaks of them. */
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <string.h>

#include "lib/crypto/internal.h"

static EVP_PKEY *from_params(const char *kind, OSSL_PARAM *params)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, kind, NULL);
	EVP_PKEY *pkey = NULL;

	if (ctx && params && EVP_PKEY_fromdata_init(ctx) == 1)
		EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_PUBLIC_KEY, params);
	EVP_PKEY_CTX_free(ctx);
	return pkey;
}

static bool on_curve(EVP_PKEY *pkey)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
	bool good = ctx && EVP_PKEY_public_check(ctx) == 1;

	EVP_PKEY_CTX_free(ctx);
	return good;
}

EVP_PKEY *wt_ec_pkey(unsigned int bits, struct wt_span x, struct wt_span y)
{
	char group[] = "P-256"; /* whose length is taken where the parameter is made */
	uint8_t point[1 + 2 * WT_EC_MAX] = { 0x04 };
	size_t n = bits / 8;
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
		OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, 1 + 2 * n),
		OSSL_PARAM_construct_end(),
	};
	EVP_PKEY *pkey;

	if ((bits != 256 && bits != 384) || x.n > n || y.n > n)
		return NULL;
	if (bits == 384)
		memcpy(group, "P-384", sizeof(group));
	/* Leading zeros may be missing. */
	if (x.n)
		memcpy(point + 1 + n - x.n, x.p, x.n);
	if (y.n)
		memcpy(point + 1 + 2 * n - y.n, y.p, y.n);
	wt_memory_begin();
	pkey = from_params("EC", params);
	if (pkey && !on_curve(pkey)) {
		EVP_PKEY_free(pkey);
		pkey = NULL;
	}
	return pkey;
}

int wt_key_from_spki(struct wt_span spki, struct wt_key **ret, struct wt_err *err)
{
	const uint8_t *p = spki.p;
	EVP_PKEY *pkey;

	wt_memory_watch();
	pkey = d2i_PUBKEY(NULL, &p, (long)spki.n);
	if (!pkey || p != spki.p + spki.n) {
		EVP_PKEY_free(pkey);
		ERR_clear_error();
		return wt_memory_judge(
			wt_fail(err, EBADMSG, "no public key (SubjectPublicKeyInfo)"), err);
	}
	return wt_key_wrap(pkey, false, ret, err);
}

EVP_PKEY *wt_rsa_pkey(struct wt_span modulus, uint32_t exponent)
{
	OSSL_PARAM_BLD *build;
	OSSL_PARAM *params = NULL;
	EVP_PKEY *pkey = NULL;
	BIGNUM *n, *e;

	wt_memory_begin();
	build = OSSL_PARAM_BLD_new();
	n = BN_bin2bn(modulus.p, (int)modulus.n, NULL);
	e = BN_new();
	if (build && n && e && BN_set_word(e, exponent) == 1 &&
	    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n) == 1 &&
	    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e) == 1)
		params = OSSL_PARAM_BLD_to_param(build);
	if (params)
		pkey = from_params("RSA", params);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(build);
	BN_free(n);
	BN_free(e);
	return pkey;
}

static int put_spki(EVP_PKEY *pkey, struct wt_buf *ret, struct wt_err *err)
{
	uint8_t *der = NULL;
	int n = pkey ? i2d_PUBKEY(pkey, &der) : -1;

	if (n <= 0)
		return wt_memory_judge(
			wt_fail_openssl(err, EBADMSG, "no public key in these numbers"), err);
	wt_buf_append(ret, der, (size_t)n);
	OPENSSL_free(der);
	return ret->err ? wt_fail(err, -ret->err, "no memory for a public key") : 0;
}

int wt_rsa_spki(struct wt_span modulus, uint32_t exponent, struct wt_buf *ret, struct wt_err *err)
{
	__attribute__((cleanup(wt_pkey_freep))) EVP_PKEY *pkey = NULL;

	wt_memory_watch();
	pkey = wt_rsa_pkey(modulus, exponent);
	return put_spki(pkey, ret, err);
}

int wt_ec_spki(unsigned int bits, struct wt_span x, struct wt_span y, struct wt_buf *ret,
	       struct wt_err *err)
{
	__attribute__((cleanup(wt_pkey_freep))) EVP_PKEY *pkey = NULL;

	wt_memory_watch();
	pkey = wt_ec_pkey(bits, x, y);
	if (!pkey) {
		ERR_clear_error();
		return wt_memory_judge(wt_fail(err, EBADMSG, "the point is not on P-%u", bits), err);
	}
	return put_spki(pkey, ret, err);
}

int wt_key_spki(const struct wt_key *key, struct wt_buf *ret, struct wt_err *err)
{
	wt_memory_watch();
	return put_spki(key->pkey, ret, err);
}
