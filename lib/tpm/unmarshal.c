// SPDX-License-Identifier: Apache-2.0
/* See unmarshal.h. Part 2: 12.2.4 TPMT_PUBLIC, 11.3.4 TPMT_SIGNATURE. */
#include <string.h>

#include <tss2/tss2_mu.h>

#include "lib/tpm/unmarshal.h"

/* Once something does not fit, all that follows is zero. */
struct in {
	struct wt_span raw;
	size_t off;
	bool bad;
};

static UINT16 take16(struct in *in)
{
	UINT16 v;

	in->bad = in->bad || Tss2_MU_UINT16_Unmarshal(in->raw.p, in->raw.n, &in->off, &v) !=
				     TSS2_RC_SUCCESS;
	return in->bad ? 0 : v;
}

static UINT32 take32(struct in *in)
{
	UINT32 v;

	in->bad = in->bad || Tss2_MU_UINT32_Unmarshal(in->raw.p, in->raw.n, &in->off, &v) !=
				     TSS2_RC_SUCCESS;
	return in->bad ? 0 : v;
}

/* A TPM2B: its length, then as many bytes, for which there is room. */
static UINT16 take_sized(struct in *in, BYTE *ret, size_t room)
{
	UINT16 n = take16(in);

	in->bad = in->bad || n > room || n > in->raw.n - in->off;
	if (in->bad)
		return 0;
	memcpy(ret, in->raw.p + in->off, n);
	in->off += n;
	return n;
}

#define TAKE_SIZED(in, b) ((b)->size = take_sized(in, (b)->buffer, sizeof((b)->buffer)))

/* TPMT_SYM_DEF_OBJECT */
static void take_symmetric(struct in *in, TPMT_SYM_DEF_OBJECT *ret)
{
	ret->algorithm = take16(in);
	switch (ret->algorithm) {
	case TPM2_ALG_AES:
	case TPM2_ALG_CAMELLIA:
	case TPM2_ALG_SM4:
		ret->keyBits.sym = take16(in);
		ret->mode.sym = take16(in);
		break;
	case TPM2_ALG_NULL:
		break;
	default:
		in->bad = true;
	}
}

/* TPMT_RSA_SCHEME and TPMT_ECC_SCHEME; but for ECDAA, which is anonymous. */
static void take_scheme(struct in *in, TPMI_ALG_ASYM_SCHEME *ret, TPMU_ASYM_SCHEME *ret_details)
{
	*ret = take16(in);
	switch (*ret) {
	case TPM2_ALG_RSASSA:
	case TPM2_ALG_RSAPSS:
	case TPM2_ALG_OAEP:
	case TPM2_ALG_ECDSA:
	case TPM2_ALG_ECDH:
	case TPM2_ALG_ECMQV:
	case TPM2_ALG_ECSCHNORR:
	case TPM2_ALG_SM2:
		ret_details->anySig.hashAlg = take16(in);
		break;
	case TPM2_ALG_RSAES:
	case TPM2_ALG_NULL:
		break;
	default:
		in->bad = true;
	}
}

static void take_kdf(struct in *in, TPMT_KDF_SCHEME *ret)
{
	ret->scheme = take16(in);
	switch (ret->scheme) {
	case TPM2_ALG_MGF1:
	case TPM2_ALG_KDF1_SP800_56A:
	case TPM2_ALG_KDF1_SP800_108:
		ret->details.mgf1.hashAlg = take16(in);
		break;
	case TPM2_ALG_NULL:
		break;
	default:
		in->bad = true;
	}
}

static void take_rsa(struct in *in, TPMT_PUBLIC *ret)
{
	TPMS_RSA_PARMS *rsa = &ret->parameters.rsaDetail;

	take_symmetric(in, &rsa->symmetric);
	take_scheme(in, &rsa->scheme.scheme, &rsa->scheme.details);
	rsa->keyBits = take16(in);
	rsa->exponent = take32(in);
	TAKE_SIZED(in, &ret->unique.rsa);
}

static void take_ecc(struct in *in, TPMT_PUBLIC *ret)
{
	TPMS_ECC_PARMS *ecc = &ret->parameters.eccDetail;

	take_symmetric(in, &ecc->symmetric);
	take_scheme(in, &ecc->scheme.scheme, &ecc->scheme.details);
	ecc->curveID = take16(in);
	take_kdf(in, &ecc->kdf);
	TAKE_SIZED(in, &ret->unique.ecc.x);
	TAKE_SIZED(in, &ret->unique.ecc.y);
}

static int end(const struct in *in, const char *what, struct wt_err *err)
{
	if (in->bad)
		return wt_fail(err, EBADMSG, "no %s", what);
	if (in->off != in->raw.n)
		return wt_fail(err, EBADMSG, "%zu bytes after the %s", in->raw.n - in->off, what);
	return 0;
}

int wt_tpm_unmarshal_public(struct wt_span raw, TPMT_PUBLIC *ret, struct wt_err *err)
{
	struct in in = { .raw = raw, .bad = !raw.n };

	memset(ret, 0, sizeof(*ret));
	ret->type = take16(&in);
	ret->nameAlg = take16(&in);
	ret->objectAttributes = take32(&in);
	TAKE_SIZED(&in, &ret->authPolicy);
	switch (ret->type) {
	case TPM2_ALG_RSA:
		take_rsa(&in, ret);
		break;
	case TPM2_ALG_ECC:
		take_ecc(&in, ret);
		break;
	default:
		in.bad = true;
	}
	return end(&in, "TPMT_PUBLIC of an RSA or ECC key", err);
}

int wt_tpm_unmarshal_signature(struct wt_span raw, TPMT_SIGNATURE *ret, struct wt_err *err)
{
	struct in in = { .raw = raw, .bad = !raw.n };

	memset(ret, 0, sizeof(*ret));
	ret->sigAlg = take16(&in);
	ret->signature.any.hashAlg = take16(&in);
	switch (ret->sigAlg) {
	case TPM2_ALG_ECDSA:
		TAKE_SIZED(&in, &ret->signature.ecdsa.signatureR);
		TAKE_SIZED(&in, &ret->signature.ecdsa.signatureS);
		break;
	case TPM2_ALG_RSASSA:
	case TPM2_ALG_RSAPSS:
		TAKE_SIZED(&in, &ret->signature.rsassa.sig);
		break;
	default:
		in.bad = true;
	}
	return end(&in, "TPMT_SIGNATURE by ECDSA or RSA", err);
}
