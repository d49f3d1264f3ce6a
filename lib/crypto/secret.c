// SPDX-License-Identifier: Apache-2.0
/* What a credential for a TPM is made of: HMAC, AES in CFB mode, ECDH, RSA-OAEP. */
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/hmac.h>
#include <openssl/rsa.h>
#include <string.h>

#include "lib/crypto/internal.h"

int wt_hmac(unsigned int bits, struct wt_span key, struct wt_span msg, uint8_t *ret)
{
	const EVP_MD *md = bits == 384 ? EVP_sha384() : wt_sha256_md();
	unsigned n = 0;

	wt_memory_begin();
	if (!HMAC(md, key.p, (int)key.n, msg.p, msg.n, ret, &n) || n != bits / 8) {
		ERR_clear_error();
		return -EIO;
	}
	return 0;
}

int wt_hmac_sha256(struct wt_span key, struct wt_span msg, uint8_t ret[WT_SHA256_LEN])
{
	return wt_hmac(256, key, msg, ret);
}

int wt_aes_cfb(struct wt_span key, struct wt_span in, uint8_t *ret, struct wt_err *err)
{
	const EVP_CIPHER *cipher = key.n == 32 ? EVP_aes_256_cfb128() : EVP_aes_128_cfb128();
	static const uint8_t iv[16];
	EVP_CIPHER_CTX *ctx;
	int n = 0, r = 0;

	wt_memory_begin();
	ctx = EVP_CIPHER_CTX_new();
	if (!ctx || key.n != (size_t)EVP_CIPHER_get_key_length(cipher) ||
	    EVP_EncryptInit_ex2(ctx, cipher, key.p, iv, NULL) != 1 ||
	    EVP_EncryptUpdate(ctx, ret, &n, in.p, (int)in.n) != 1 || (size_t)n != in.n)
		r = wt_fail_openssl(err, EIO, "cannot encrypt");
	EVP_CIPHER_CTX_free(ctx);
	return r;
}

/* A coordinate at its full length. */
static bool coordinate(const EVP_PKEY *pkey, const char *which, uint8_t *ret, size_t n)
{
	BIGNUM *v = NULL;
	bool good = EVP_PKEY_get_bn_param(pkey, which, &v) == 1 &&
		    BN_bn2binpad(v, ret, (int)n) == (int)n;

	BN_free(v);
	return good;
}

int wt_ecdh(unsigned int bits, struct wt_span x, struct wt_span y, struct wt_agreement *ret,
	    struct wt_err *err)
{
	__attribute__((cleanup(wt_pkey_freep))) EVP_PKEY *theirs = wt_ec_pkey(bits, x, y);
	__attribute__((cleanup(wt_pkey_freep))) EVP_PKEY *ours =
		theirs ? EVP_EC_gen(bits == 384 ? "P-384" : "P-256") : NULL;
	EVP_PKEY_CTX *ctx = ours ? EVP_PKEY_CTX_new_from_pkey(NULL, ours, NULL) : NULL;
	struct wt_agreement a = { .n = bits / 8 };
	size_t n = sizeof(a.z);
	int r = 0;

	if (!ctx || EVP_PKEY_derive_init(ctx) != 1 || EVP_PKEY_derive_set_peer(ctx, theirs) != 1 ||
	    EVP_PKEY_derive(ctx, a.z, &n) != 1 || n != a.n ||
	    !coordinate(ours, OSSL_PKEY_PARAM_EC_PUB_X, a.x, a.n) ||
	    !coordinate(ours, OSSL_PKEY_PARAM_EC_PUB_Y, a.y, a.n))
		r = wt_fail_openssl(err, EBADMSG, "cannot agree on a secret with this EC key");
	EVP_PKEY_CTX_free(ctx);
	if (r == 0)
		*ret = a;
	wt_wipe(&a, sizeof(a));
	return r;
}

/* OpenSSL takes the label over. */
static bool set_label(EVP_PKEY_CTX *ctx, struct wt_span label)
{
	void *copy = OPENSSL_memdup(label.p, label.n);

	if (copy && EVP_PKEY_CTX_set0_rsa_oaep_label(ctx, copy, (int)label.n) > 0)
		return true;
	OPENSSL_free(copy);
	return false;
}

int wt_rsa_oaep(struct wt_span modulus, uint32_t exponent, struct wt_span label, struct wt_span in,
		struct wt_buf *ret, struct wt_err *err)
{
	__attribute__((cleanup(wt_pkey_freep))) EVP_PKEY *pkey = wt_rsa_pkey(modulus, exponent);
	EVP_PKEY_CTX *ctx = pkey ? EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL) : NULL;
	uint8_t out[512];
	size_t n = sizeof(out);
	int r = 0;

	if (!ctx || EVP_PKEY_encrypt_init(ctx) != 1 ||
	    EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_OAEP_PADDING) <= 0 ||
	    EVP_PKEY_CTX_set_rsa_oaep_md(ctx, wt_sha256_md()) <= 0 ||
	    EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, wt_sha256_md()) <= 0 || !set_label(ctx, label) ||
	    EVP_PKEY_encrypt(ctx, out, &n, in.p, in.n) != 1)
		r = wt_fail_openssl(err, EBADMSG, "cannot encrypt to this RSA key");
	EVP_PKEY_CTX_free(ctx);
	if (r < 0)
		return r;
	wt_buf_append(ret, out, n);
	return ret->err ? wt_fail(err, -ret->err, "no memory for a secret") : 0;
}

void wt_wipe(void *p, size_t n)
{
	OPENSSL_cleanse(p, n);
}
