// SPDX-License-Identifier: Apache-2.0
/* TPMT_PUBLIC (Part 2, 12.2.4): the public area of a TPM's key. */
#include <string.h>

#include "lib/tpm/tpm.h"
#include "lib/tpm/unmarshal.h"

#define P256 32
#define P384 48
#define RSA_EXPONENT 65537 /* what a TPM writes as 0 (Part 2, 12.2.3.5) */

/* P-256 signs, P-384 is an endorsement key's only. */
static int take_point(const TPMT_PUBLIC *area, struct wt_tpm_public *ret, struct wt_buf *spki,
		      struct wt_err *err)
{
	const TPMS_ECC_POINT *point = &area->unique.ecc;
	struct wt_span x = wt_span(point->x.buffer, point->x.size);
	struct wt_span y = wt_span(point->y.buffer, point->y.size);
	int r;

	switch (area->parameters.eccDetail.curveID) {
	case TPM2_ECC_NIST_P256:
		r = wt_ec_spki(8 * P256, x, y, spki, err);
		return r < 0 ? r : wt_key_from_spki(wt_buf_span(spki), &ret->key, err);
	case TPM2_ECC_NIST_P384:
		return wt_ec_spki(8 * P384, x, y, spki, err);
	}
	return wt_fail(err, EBADMSG, "a key that is neither RSA nor P-256 nor P-384");
}

static int take_key(const TPMT_PUBLIC *area, struct wt_tpm_public *ret, struct wt_err *err)
{
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf spki = { 0 };
	const TPM2B_PUBLIC_KEY_RSA *n = &area->unique.rsa;
	uint32_t e = area->parameters.rsaDetail.exponent;
	int r;

	if (area->type == TPM2_ALG_ECC)
		r = take_point(area, ret, &spki, err);
	else if (area->type == TPM2_ALG_RSA)
		r = wt_rsa_spki(wt_span(n->buffer, n->size), e ?: RSA_EXPONENT, &spki, err);
	else
		r = wt_fail(err, EBADMSG, "a key that is neither RSA nor P-256 nor P-384");
	if (r == 0)
		wt_sha256(wt_buf_span(&spki), ret->spki);
	return r;
}

int wt_tpm_public_read(struct wt_span raw, struct wt_tpm_public *ret, struct wt_err *err)
{
	struct wt_tpm_public pub = { .raw = raw };
	TPMT_PUBLIC area;
	int r;

	r = wt_tpm_unmarshal_public(raw, &area, err);
	if (r < 0)
		return r;
	if (area.nameAlg != TPM2_ALG_SHA256 && area.nameAlg != TPM2_ALG_SHA384)
		return wt_fail(err, EBADMSG,
			       "a key whose name is neither by SHA-256 nor by SHA-384 (0x%04x)",
			       area.nameAlg);
	r = take_key(&area, &pub, err);
	if (r < 0) {
		wt_tpm_public_clear(&pub);
		return r;
	}
	pub.attributes = area.objectAttributes;
	if (area.nameAlg == TPM2_ALG_SHA256) {
		pub.name[0] = TPM2_ALG_SHA256 >> 8;
		pub.name[1] = TPM2_ALG_SHA256 & 0xff;
		wt_sha256(raw, pub.name + 2);
	}
	*ret = pub;
	return 0;
}

void wt_tpm_public_clear(struct wt_tpm_public *pub)
{
	wt_key_free(pub->key);
	memset(pub, 0, sizeof(*pub));
}

static const struct {
	uint32_t bit;
	const char *name;
} named[] = {
	{ TPMA_OBJECT_FIXEDTPM, "fixedTPM" },
	{ TPMA_OBJECT_FIXEDPARENT, "fixedParent" },
	{ TPMA_OBJECT_SENSITIVEDATAORIGIN, "sensitiveDataOrigin" },
	{ TPMA_OBJECT_RESTRICTED, "restricted" },
	{ TPMA_OBJECT_SIGN_ENCRYPT, "sign" },
	{ TPMA_OBJECT_DECRYPT, "decrypt" },
};

static int has(const struct wt_tpm_public *pub, uint32_t set, uint32_t clear, struct wt_err *err)
{
	for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++) {
		if ((set & named[i].bit) && !(pub->attributes & named[i].bit))
			return wt_fail(err, EKEYREJECTED, "the key is not %s", named[i].name);
		if ((clear & named[i].bit) && (pub->attributes & named[i].bit))
			return wt_fail(err, EKEYREJECTED, "the key is %s", named[i].name);
	}
	return 0;
}

static int is_ecdsa(const struct wt_tpm_public *pub, struct wt_err *err)
{
	const TPMS_ECC_PARMS *ecc;
	TPMT_PUBLIC area;
	int r;

	r = wt_tpm_unmarshal_public(pub->raw, &area, err);
	if (r < 0)
		return r;
	ecc = &area.parameters.eccDetail;
	if (area.type != TPM2_ALG_ECC || ecc->curveID != TPM2_ECC_NIST_P256)
		return wt_fail(err, EKEYREJECTED, "the key is not ECC P-256");
	if (area.nameAlg != TPM2_ALG_SHA256)
		return wt_fail(err, EKEYREJECTED, "the key's name is not by SHA-256");
	if (ecc->scheme.scheme != TPM2_ALG_ECDSA ||
	    ecc->scheme.details.ecdsa.hashAlg != TPM2_ALG_SHA256)
		return wt_fail(err, EKEYREJECTED, "the key does not sign by ECDSA with SHA-256");
	return 0;
}

int wt_tpm_public_is_ak(const struct wt_tpm_public *pub, struct wt_err *err)
{
	int r = has(pub,
		    TPMA_OBJECT_RESTRICTED | TPMA_OBJECT_SIGN_ENCRYPT | TPMA_OBJECT_FIXEDTPM |
			    TPMA_OBJECT_FIXEDPARENT | TPMA_OBJECT_SENSITIVEDATAORIGIN,
		    TPMA_OBJECT_DECRYPT, err);

	return r < 0 ? r : is_ecdsa(pub, err);
}

int wt_tpm_public_is_signer(const struct wt_tpm_public *pub, struct wt_err *err)
{
	int r = has(pub,
		    TPMA_OBJECT_SIGN_ENCRYPT | TPMA_OBJECT_FIXEDTPM | TPMA_OBJECT_FIXEDPARENT |
			    TPMA_OBJECT_SENSITIVEDATAORIGIN,
		    TPMA_OBJECT_DECRYPT | TPMA_OBJECT_RESTRICTED, err);

	return r < 0 ? r : is_ecdsa(pub, err);
}

int wt_tpm_public_is_ek(const struct wt_tpm_public *pub, struct wt_err *err)
{
	return has(pub,
		   TPMA_OBJECT_RESTRICTED | TPMA_OBJECT_DECRYPT | TPMA_OBJECT_FIXEDTPM |
			   TPMA_OBJECT_FIXEDPARENT | TPMA_OBJECT_SENSITIVEDATAORIGIN,
		   TPMA_OBJECT_SIGN_ENCRYPT, err);
}
