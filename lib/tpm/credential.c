// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "lib/tpm/credential.h"
#include "lib/tpm/unmarshal.h"

#define AES_KEY 16
#define RSA_EXPONENT 65537

static void put16(struct wt_buf *b, size_t v)
{
	uint8_t be[2] = { (uint8_t)(v >> 8), (uint8_t)v };

	wt_buf_append(b, be, sizeof(be));
}

static void put32(struct wt_buf *b, uint32_t v)
{
	put16(b, v >> 16);
	put16(b, v & 0xffff);
}

static void put_sized(struct wt_buf *b, struct wt_span v)
{
	put16(b, v.n);
	wt_buf_append(b, v.p, v.n);
}

/* KDFa (Part 1, 11.4.10.2) with SHA-256, up to one digest; the label's NUL is part of it. */
static int kdfa(const uint8_t seed[WT_SHA256_LEN], const char *label, struct wt_span context,
		uint32_t bits, uint8_t ret[WT_SHA256_LEN])
{
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf msg = { 0 };

	put32(&msg, 1);
	wt_buf_append(&msg, label, strlen(label) + 1);
	wt_buf_append(&msg, context.p, context.n);
	put32(&msg, bits);
	if (msg.err)
		return msg.err;
	return wt_hmac_sha256(wt_span(seed, WT_SHA256_LEN), wt_buf_span(&msg), ret);
}

/* TPM2B_ID_OBJECT: the HMAC, then the secret encrypted. */
static int put_blob(const uint8_t seed[WT_SHA256_LEN], struct wt_span name, struct wt_span secret,
		    struct wt_buf *ret, struct wt_err *err)
{
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf plain = { 0 }, hidden = { 0 };
	uint8_t key[WT_SHA256_LEN], mac_key[WT_SHA256_LEN], mac[WT_SHA256_LEN], *out;
	size_t n = sizeof(uint16_t) + secret.n;
	int r;

	put_sized(&plain, secret);
	out = wt_buf_extend(&hidden, n);
	if (plain.err || !out)
		return wt_fail(err, ENOMEM, "no memory for a credential");
	r = kdfa(seed, "STORAGE", name, 8 * AES_KEY, key);
	if (r == 0)
		r = wt_aes128_cfb(key, wt_buf_span(&plain), out, err);
	wt_buf_append(&hidden, name.p, name.n);
	if (r == 0)
		r = kdfa(seed, "INTEGRITY", wt_span(NULL, 0), 8 * WT_SHA256_LEN, mac_key);
	if (r == 0)
		r = hidden.err
			    ?: wt_hmac_sha256(wt_span(mac_key, sizeof(mac_key)),
					      wt_buf_span(&hidden), mac);
	if (r == 0) {
		put16(ret, sizeof(uint16_t) + sizeof(mac) + n);
		put_sized(ret, wt_span(mac, sizeof(mac)));
		wt_buf_append(ret, hidden.p, n);
		r = ret->err;
	}
	wt_wipe(plain.p, plain.n);
	wt_wipe(key, sizeof(key));
	wt_wipe(mac_key, sizeof(mac_key));
	return r < 0 ? wt_fail(err, -r, "cannot make a credential") : 0;
}

/* TPM2B_ENCRYPTED_SECRET: the seed, for the endorsement key only. */
static int put_secret(const TPMT_PUBLIC *ek, const uint8_t seed[WT_SHA256_LEN], struct wt_buf *ret,
		      struct wt_err *err)
{
	static const char label[] = "IDENTITY";
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf hidden = { 0 };
	const TPM2B_PUBLIC_KEY_RSA *n = &ek->unique.rsa;
	int r;

	r = wt_rsa_oaep(wt_span(n->buffer, n->size),
			ek->parameters.rsaDetail.exponent ?: RSA_EXPONENT,
			wt_span(label, sizeof(label)), wt_span(seed, WT_SHA256_LEN), &hidden, err);
	if (r < 0)
		return r;
	put_sized(ret, wt_buf_span(&hidden));
	return ret->err ? wt_fail(err, -ret->err, "no memory for a credential") : 0;
}

static int read_ek(const struct wt_tpm_public *ek, TPMT_PUBLIC *ret, struct wt_err *err)
{
	const TPMT_SYM_DEF_OBJECT *symmetric = &ret->parameters.rsaDetail.symmetric;
	int r;

	r = wt_tpm_unmarshal_public(ek->raw, ret, err);
	if (r < 0)
		return r;
	if (ret->type != TPM2_ALG_RSA || ret->nameAlg != TPM2_ALG_SHA256 ||
	    symmetric->algorithm != TPM2_ALG_AES || symmetric->keyBits.aes != 8 * AES_KEY ||
	    symmetric->mode.aes != TPM2_ALG_CFB)
		return wt_fail(err, EBADMSG,
			       "the endorsement key is not RSA with SHA-256 and AES-128-CFB");
	return 0;
}

int wt_tpm_make_credential(const struct wt_tpm_public *ek, struct wt_span name,
			   struct wt_span secret, struct wt_buf *ret_blob,
			   struct wt_buf *ret_secret, struct wt_err *err)
{
	uint8_t seed[WT_SHA256_LEN];
	TPMT_PUBLIC area;
	int r;

	if (!secret.n || secret.n > WT_TPM_SECRET_MAX)
		return wt_fail(err, EINVAL, "a secret of %zu bytes (1 to %d)", secret.n,
			       WT_TPM_SECRET_MAX);
	r = read_ek(ek, &area, err);
	if (r < 0)
		return r;
	r = wt_random(seed, sizeof(seed));
	if (r < 0)
		return wt_fail(err, -r, "no random numbers for a credential");
	r = put_secret(&area, seed, ret_secret, err);
	if (r == 0)
		r = put_blob(seed, name, secret, ret_blob, err);
	wt_wipe(seed, sizeof(seed));
	return r;
}
