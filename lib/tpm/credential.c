// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "lib/crypto/others.h"
#include "lib/tpm/credential.h"
#include "lib/tpm/unmarshal.h"

#define HASH_MAX WT_HASH_MAX
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

/* What an endorsement key's algorithms make of a credential. */
struct kind {
	unsigned int hash; /* bits: of its name, its seed and the HMAC */
	unsigned int aes; /* bits */
	unsigned int curve; /* bits; 0: RSA */
};

/* KDFa (Part 1, 11.4.10.2), up to one digest; the label's NUL is part of it. */
static int kdfa(const struct kind *kind, const uint8_t *seed, const char *label,
		struct wt_span context, uint32_t bits, uint8_t ret[HASH_MAX])
{
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf msg = { 0 };

	put32(&msg, 1);
	wt_buf_append(&msg, label, strlen(label) + 1);
	wt_buf_append(&msg, context.p, context.n);
	put32(&msg, bits);
	if (msg.err)
		return msg.err;
	return wt_hmac(kind->hash, wt_span(seed, kind->hash / 8), wt_buf_span(&msg), ret);
}

/* TPM2B_ID_OBJECT: the HMAC, then the secret encrypted. */
static int put_blob(const struct kind *kind, const uint8_t *seed, struct wt_span name,
		    struct wt_span secret, struct wt_buf *ret, struct wt_err *err)
{
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf plain = { 0 }, hidden = { 0 };
	uint8_t key[HASH_MAX], mac_key[HASH_MAX], mac[HASH_MAX], *out;
	size_t n = sizeof(uint16_t) + secret.n, mac_n = kind->hash / 8;
	int r;

	put_sized(&plain, secret);
	out = wt_buf_extend(&hidden, n);
	if (plain.err || !out)
		return wt_fail(err, ENOMEM, "no memory for a credential");
	r = kdfa(kind, seed, "STORAGE", name, kind->aes, key);
	if (r == 0)
		r = wt_aes_cfb(wt_span(key, kind->aes / 8), wt_buf_span(&plain), out, err);
	wt_buf_append(&hidden, name.p, name.n);
	if (r == 0)
		r = kdfa(kind, seed, "INTEGRITY", wt_span(NULL, 0), kind->hash, mac_key);
	if (r == 0)
		r = hidden.err
			    ?: wt_hmac(kind->hash, wt_span(mac_key, mac_n), wt_buf_span(&hidden),
				       mac);
	if (r == 0) {
		put16(ret, sizeof(uint16_t) + mac_n + n);
		put_sized(ret, wt_span(mac, mac_n));
		wt_buf_append(ret, hidden.p, n);
		r = ret->err;
	}
	wt_wipe(plain.p, plain.n);
	wt_wipe(key, sizeof(key));
	wt_wipe(mac_key, sizeof(mac_key));
	return r < 0 ? wt_fail(err, -r, "cannot make a credential") : 0;
}

static const char identity[] = "IDENTITY"; /* its NUL is part of it */

/* A random seed, for this RSA key only. */
static int hide_seed(const TPMT_PUBLIC *ek, uint8_t seed[HASH_MAX], struct wt_buf *ret,
		     struct wt_err *err)
{
	const TPM2B_PUBLIC_KEY_RSA *n = &ek->unique.rsa;
	int r = wt_random(seed, WT_SHA256_LEN);

	if (r < 0)
		return wt_fail(err, -r, "no random numbers for a credential");
	return wt_rsa_oaep(
		wt_span(n->buffer, n->size), ek->parameters.rsaDetail.exponent ?: RSA_EXPONENT,
		wt_span(identity, sizeof(identity)), wt_span(seed, WT_SHA256_LEN), ret, err);
}

/*
 * A seed that this EC key agrees on with one made for it, which is sent: KDFe (Part 1, 11.4.10.3 and C.6.4), whose
 * coordinates are as long as the curve's numbers.
 */
static int agree_on_seed(const struct kind *kind, const TPMT_PUBLIC *ek, uint8_t seed[HASH_MAX],
			 struct wt_buf *ret, struct wt_err *err)
{
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf msg = { 0 };
	const TPMS_ECC_POINT *point = &ek->unique.ecc;
	static const uint8_t zeros[WT_EC_MAX];
	struct wt_agreement a = { 0 };
	int r;

	r = wt_ecdh(kind->curve, wt_span(point->x.buffer, point->x.size),
		    wt_span(point->y.buffer, point->y.size), &a, err);
	if (r < 0)
		return r;
	put32(&msg, 1);
	wt_buf_append(&msg, a.z, a.n);
	wt_buf_append(&msg, identity, sizeof(identity));
	wt_buf_append(&msg, a.x, a.n);
	wt_buf_append(&msg, zeros, a.n - point->x.size);
	wt_buf_append(&msg, point->x.buffer, point->x.size);
	put_sized(ret, wt_span(a.x, a.n));
	put_sized(ret, wt_span(a.y, a.n));
	r = msg.err ?: wt_other_hash(kind->hash, wt_buf_span(&msg), seed);
	wt_wipe(&a, sizeof(a));
	wt_wipe(msg.p, msg.n);
	return r < 0 ? wt_fail(err, -r, "cannot make a credential") : 0;
}

static int read_ek(const struct wt_tpm_public *ek, TPMT_PUBLIC *ret, struct kind *ret_kind,
		   struct wt_err *err)
{
	static const struct {
		TPMI_ALG_PUBLIC type;
		TPM2_ECC_CURVE curve;
		TPM2_ALG_ID hash;
		struct kind kind;
	} known[] = {
		{ TPM2_ALG_RSA, 0, TPM2_ALG_SHA256, { 256, 128, 0 } },
		{ TPM2_ALG_ECC, TPM2_ECC_NIST_P256, TPM2_ALG_SHA256, { 256, 128, 256 } },
		{ TPM2_ALG_ECC, TPM2_ECC_NIST_P384, TPM2_ALG_SHA384, { 384, 256, 384 } },
	};
	const TPMT_SYM_DEF_OBJECT *symmetric = &ret->parameters.asymDetail.symmetric;
	int r;

	r = wt_tpm_unmarshal_public(ek->raw, ret, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (ret->type != known[i].type || ret->nameAlg != known[i].hash ||
		    (ret->type == TPM2_ALG_ECC &&
		     ret->parameters.eccDetail.curveID != known[i].curve) ||
		    symmetric->algorithm != TPM2_ALG_AES || symmetric->mode.aes != TPM2_ALG_CFB ||
		    symmetric->keyBits.aes != known[i].kind.aes)
			continue;
		*ret_kind = known[i].kind;
		return 0;
	}
	return wt_fail(
		err, EBADMSG,
		"the endorsement key is neither RSA or P-256 with SHA-256 and AES-128-CFB, nor P-384 with SHA-384 and AES-256-CFB");
}

int wt_tpm_make_credential(const struct wt_tpm_public *ek, struct wt_span name,
			   struct wt_span secret, struct wt_buf *ret_blob,
			   struct wt_buf *ret_secret, struct wt_err *err)
{
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf hidden = { 0 };
	uint8_t seed[HASH_MAX];
	TPMT_PUBLIC area;
	struct kind kind = { 0 };
	int r;

	if (!secret.n || secret.n > WT_TPM_SECRET_MAX)
		return wt_fail(err, EINVAL, "a secret of %zu bytes (1 to %d)", secret.n,
			       WT_TPM_SECRET_MAX);
	r = read_ek(ek, &area, &kind, err);
	if (r == 0)
		r = kind.curve ? agree_on_seed(&kind, &area, seed, &hidden, err)
			       : hide_seed(&area, seed, &hidden, err);
	if (r < 0)
		return r;
	put_sized(ret_secret, wt_buf_span(&hidden));
	r = ret_secret->err ? wt_fail(err, -ret_secret->err, "no memory for a credential")
			    : put_blob(&kind, seed, name, secret, ret_blob, err);
	wt_wipe(seed, sizeof(seed));
	return r;
}
