// SPDX-License-Identifier: Apache-2.0
/* See others.h. */
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <stdlib.h>
#include <string.h>

#include "lib/crypto/internal.h"
#include "lib/crypto/others.h"
#include "lib/file.h"

#define DER_MAX 256

struct wt_other_key {
	EVP_PKEY *pkey;
	char name[48];
};

static const char *hash_name(unsigned int bits)
{
	switch (bits) {
	case 256:
		return "SHA256";
	case 384:
		return "SHA384";
	case 512:
		return "SHA512";
	}
	return NULL;
}

static EVP_PKEY *read_pem(BIO *bio)
{
	EVP_PKEY *pkey = PEM_read_bio_PUBKEY(bio, NULL, NULL, NULL);
	X509 *x509;

	if (pkey || BIO_reset(bio) != 1)
		return pkey;
	x509 = PEM_read_bio_X509(bio, NULL, NULL, NULL);
	pkey = x509 ? X509_get_pubkey(x509) : NULL;
	X509_free(x509);
	return pkey;
}

int wt_other_key_load(const char *path, struct wt_other_key **ret, struct wt_err *err)
{
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf pem = { 0 };
	__attribute__((cleanup(wt_bio_freep))) BIO *bio = NULL;
	struct wt_other_key *key;
	char group[32] = "";
	EVP_PKEY *pkey;
	int r;

	r = wt_file_read(path, WT_PEM_MAX, &pem, err);
	if (r < 0)
		return r;
	wt_memory_watch();
	bio = BIO_new_mem_buf(pem.p, (int)pem.n);
	pkey = bio ? read_pem(bio) : NULL;
	ERR_clear_error();
	if (!pkey)
		return wt_memory_judge(
			wt_fail(err, EBADMSG, "%s: no public key and no certificate in PEM", path),
			err);
	key = calloc(1, sizeof(*key));
	if (!key) {
		EVP_PKEY_free(pkey);
		return wt_fail(err, ENOMEM, "no memory for a key");
	}
	key->pkey = pkey; /* transferred */
	if (EVP_PKEY_get_group_name(pkey, group, sizeof(group), NULL) == 1)
		snprintf(key->name, sizeof(key->name), "EC %s", group);
	else
		snprintf(key->name, sizeof(key->name), "%.20s %d",
			 EVP_PKEY_get0_type_name(pkey) ?: "unknown", EVP_PKEY_get_bits(pkey));
	ERR_clear_error();
	*ret = key;
	return 0;
}

const char *wt_other_key_name(const struct wt_other_key *key)
{
	return key->name;
}

void wt_other_key_free(struct wt_other_key *key)
{
	if (!key)
		return;
	EVP_PKEY_free(key->pkey);
	free(key);
}

void wt_other_key_freep(struct wt_other_key **key)
{
	wt_other_key_free(*key);
}

int wt_other_hash(unsigned int bits, struct wt_span in, uint8_t ret[WT_HASH_MAX])
{
	size_t n = 0;

	if (!hash_name(bits))
		return -ENOTSUP;
	wt_memory_begin();
	if (EVP_Q_digest(NULL, hash_name(bits), NULL, in.p, in.n, ret, &n) != 1) {
		ERR_clear_error();
		return -EIO;
	}
	return (int)n;
}

static int ecdsa_der(struct wt_span sig, uint8_t der[DER_MAX])
{
	BIGNUM *r = BN_bin2bn(sig.p, (int)(sig.n / 2), NULL);
	BIGNUM *s = BN_bin2bn(sig.p + sig.n / 2, (int)(sig.n / 2), NULL);
	ECDSA_SIG *both = ECDSA_SIG_new();
	int n = -1;

	if (r && s && both && ECDSA_SIG_set0(both, r, s) == 1) {
		r = s = NULL; /* transferred */
		n = i2d_ECDSA_SIG(both, NULL) <= DER_MAX ? i2d_ECDSA_SIG(both, &der) : -1;
	}
	BN_free(r);
	BN_free(s);
	ECDSA_SIG_free(both);
	return n;
}

static bool fits(const struct wt_other_key *key, enum wt_scheme scheme)
{
	return scheme == WT_SCHEME_ECDSA ? EVP_PKEY_is_a(key->pkey, "EC")
					 : EVP_PKEY_is_a(key->pkey, "RSA");
}

static bool set_scheme(EVP_PKEY_CTX *ctx, enum wt_scheme scheme)
{
	switch (scheme) {
	case WT_SCHEME_ECDSA:
		return true;
	case WT_SCHEME_RSASSA:
		return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) == 1;
	case WT_SCHEME_RSAPSS:
		return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) == 1 &&
		       EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, RSA_PSS_SALTLEN_AUTO) == 1;
	}
	return false;
}

int wt_other_verify(struct wt_other_key *key, enum wt_scheme scheme, unsigned int bits,
		    struct wt_span msg, struct wt_span sig, struct wt_err *err)
{
	uint8_t der[DER_MAX];
	EVP_PKEY_CTX *pctx;
	EVP_MD_CTX *ctx;
	int n, r = -1;

	if (!hash_name(bits))
		return wt_fail(err, ENOTSUP, "a hash of %u bits", bits);
	if (!fits(key, scheme))
		return wt_fail(err, EKEYREJECTED, "the signature is not of this kind of key (%s)",
			       key->name);
	wt_memory_watch();
	if (scheme == WT_SCHEME_ECDSA) {
		n = ecdsa_der(sig, der);
		if (n < 0)
			return wt_memory_judge(wt_fail(err, EKEYREJECTED, "no ECDSA signature"),
					       err);
		sig = wt_span(der, (size_t)n);
	}
	ctx = EVP_MD_CTX_new();
	if (ctx &&
	    EVP_DigestVerifyInit_ex(ctx, &pctx, hash_name(bits), NULL, NULL, key->pkey, NULL) == 1 &&
	    set_scheme(pctx, scheme))
		r = EVP_DigestVerify(ctx, sig.p, sig.n, msg.p, msg.n);
	EVP_MD_CTX_free(ctx);
	ERR_clear_error();
	/* For RSA OpenSSL has one answer for a wrong signature and for one of a wrong length. */
	return r == 1 ? 0
		      : wt_memory_judge(
				wt_fail(err, EKEYREJECTED,
					"the signature is not of this key over these bytes"),
				err);
}
