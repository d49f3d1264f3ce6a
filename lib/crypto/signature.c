// SPDX-License-Identifier: Apache-2.0
/*
 * Signatures as COSE has them. ES256 is r || s (RFC 9053, 2.1) where OpenSSL speaks DER.
 * Verification hashes with the digest that was fetched once and keeps OpenSSL's context in the key:
 * a verifier of a fleet calls this a million times.
 */
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <string.h>

#include "lib/crypto/internal.h"

#define HALF (WT_SIG_LEN / 2)
#define DER_MAX (2 + 2 * (2 + 1 + HALF))

const EVP_MD *wt_key_md(const struct wt_key *key)
{
	return key->alg == WT_ALG_ES256 ? wt_sha256_md() : NULL;
}

/* One unsigned integer in DER: no leading zeros, but one when the top bit is set. */
static size_t put_integer(uint8_t *out, const uint8_t *v)
{
	size_t n = HALF, pad;

	while (n > 1 && !*v) {
		v++;
		n--;
	}
	pad = *v >> 7;
	out[0] = 0x02;
	out[1] = (uint8_t)(n + pad);
	out[2] = 0;
	memcpy(out + 2 + pad, v, n);
	return 2 + pad + n;
}

static size_t to_der(const uint8_t raw[WT_SIG_LEN], uint8_t out[DER_MAX])
{
	size_t n = 2;

	n += put_integer(out + n, raw);
	n += put_integer(out + n, raw + HALF);
	out[0] = 0x30;
	out[1] = (uint8_t)(n - 2);
	return n;
}

static int verify_es256(struct wt_key *key, struct wt_span msg, struct wt_span sig,
			struct wt_err *err)
{
	uint8_t digest[WT_SHA256_LEN], der[DER_MAX];

	if (!key->verifier) {
		EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key->pkey, NULL);

		if (!ctx || EVP_PKEY_verify_init(ctx) != 1) {
			EVP_PKEY_CTX_free(ctx);
			return wt_fail_openssl(err, EIO, "cannot verify with this key");
		}
		key->verifier = ctx; /* transferred */
	}
	wt_sha256(msg, digest);
	return EVP_PKEY_verify(key->verifier, der, to_der(sig.p, der), digest, sizeof(digest));
}

static int verify_eddsa(struct wt_key *key, struct wt_span msg, struct wt_span sig,
			struct wt_err *err)
{
	if (!key->ed)
		key->ed = EVP_MD_CTX_new();
	if (!key->ed)
		return wt_fail(err, ENOMEM, "no memory to verify");
	EVP_MD_CTX_reset(key->ed);
	if (EVP_DigestVerifyInit(key->ed, NULL, NULL, NULL, key->pkey) != 1)
		return wt_fail_openssl(err, EIO, "cannot verify with this key");
	return EVP_DigestVerify(key->ed, sig.p, sig.n, msg.p, msg.n);
}

int wt_verify(struct wt_key *key, struct wt_span msg, struct wt_span sig, struct wt_err *err)
{
	int r;

	if (sig.n != WT_SIG_LEN)
		return wt_fail(err, EKEYREJECTED, "the signature has %zu bytes, not %d", sig.n,
			       WT_SIG_LEN);
	wt_memory_watch();
	r = key->alg == WT_ALG_ES256 ? verify_es256(key, msg, sig, err)
				     : verify_eddsa(key, msg, sig, err);
	if (r == 1)
		return 0;
	if (r == 0) {
		ERR_clear_error();
		return wt_memory_judge(
			wt_fail(err, EKEYREJECTED,
				"the signature is not of this key over these bytes"),
			err);
	}
	/*
	 * OpenSSL's own -1 (an error inside, say no memory); ours are other numbers and have their
	 * sentence.
	 */
	return r == -1 ? wt_fail_openssl(err, EIO, "could not check the signature") : r;
}

static int from_der(const uint8_t *der, size_t n, uint8_t ret[WT_SIG_LEN])
{
	ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &der, (long)n);
	int r = -EIO;

	if (sig && BN_bn2binpad(ECDSA_SIG_get0_r(sig), ret, HALF) == HALF &&
	    BN_bn2binpad(ECDSA_SIG_get0_s(sig), ret + HALF, HALF) == HALF)
		r = 0;
	ECDSA_SIG_free(sig);
	return r;
}

/* By OpenSSL's own rules for what is hashed; returns the signature's length, in DER with ES256. */
static int sign_here(struct wt_key *key, struct wt_span msg, uint8_t *ret, size_t cap,
		     struct wt_err *err)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	int r = -EIO;

	if (ctx && EVP_DigestSignInit(ctx, NULL, wt_key_md(key), NULL, key->pkey) == 1 &&
	    EVP_DigestSign(ctx, ret, &cap, msg.p, msg.n) == 1)
		r = (int)cap;
	EVP_MD_CTX_free(ctx);
	return r < 0 ? wt_fail_openssl(err, EIO, "cannot sign") : r;
}

int wt_sign_der(struct wt_key *key, struct wt_span msg, uint8_t *ret, size_t cap,
		struct wt_err *err)
{
	uint8_t digest[WT_SHA256_LEN], raw[WT_SIG_LEN];
	int n, r;

	if (!key->place)
		return sign_here(key, msg, ret, cap, err);
	wt_sha256(msg, digest);
	n = wt_place_sign(key->place, digest, ret, cap, err);
	if (n < 0)
		return n;
	/* Another TPM may have been put in the place of the one whose key this was. */
	r = from_der(ret, (size_t)n, raw);
	if (r == 0)
		r = wt_verify(key, msg, wt_span(raw, sizeof(raw)), NULL);
	if (r < 0) {
		ERR_clear_error();
		return wt_fail(err, EKEYREJECTED,
			       "the TPM (%.100s) signed with another key than the rig's at %s",
			       key->place->tcti, key->place->uri);
	}
	return n;
}

int wt_sign(struct wt_key *key, struct wt_span msg, uint8_t ret_sig[WT_SIG_LEN], struct wt_err *err)
{
	uint8_t out[256];
	int n;

	if (!key->private)
		return wt_fail(err, EINVAL, "only the public half of the key is here");
	if (key->alg == WT_ALG_EDDSA) {
		n = sign_here(key, msg, ret_sig, WT_SIG_LEN, err);
		return n < 0 ? n : 0;
	}
	n = wt_sign_der(key, msg, out, sizeof(out), err);
	if (n < 0)
		return n;
	return from_der(out, (size_t)n, ret_sig) < 0 ? wt_fail_openssl(err, EIO, "cannot sign") : 0;
}
