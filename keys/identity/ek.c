// SPDX-License-Identifier: Apache-2.0
/* Templates: TCG EK Credential Profile 2.5, B.3 (low range) and B.4 (high range); policies: B.6. */
#include <stdio.h>
#include <string.h>

#include "keys/identity/ek.h"
#include "keys/identity/objects.h"

#define NV_FIRST 0x1c00002
#define NV_COUNT 32 /* that are listed; the profile has that many below its chains */

/* Frees what ESYS allocated. */
static void freep(void *p)
{
	Esys_Free(*(void **)p);
}

/* A: PolicySecret(TPM_RH_ENDORSEMENT). B: that, or what the owner of the TPM's NV policy index authorizes. */
static const uint8_t policy_a_sha256[] = {
	0x83, 0x71, 0x97, 0x67, 0x44, 0x84, 0xb3, 0xf8, 0x1a, 0x90, 0xcc,
	0x8d, 0x46, 0xa5, 0xd7, 0x24, 0xfd, 0x52, 0xd7, 0x6e, 0x06, 0x52,
	0x0b, 0x64, 0xf2, 0xa1, 0xda, 0x1b, 0x33, 0x14, 0x69, 0xaa,
};
static const uint8_t policy_b_sha256[] = {
	0xca, 0x3d, 0x0a, 0x99, 0xa2, 0xb9, 0x39, 0x06, 0xf7, 0xa3, 0x34,
	0x24, 0x14, 0xef, 0xcf, 0xb3, 0xa3, 0x85, 0xd4, 0x4c, 0xd1, 0xfd,
	0x45, 0x90, 0x89, 0xd1, 0x9b, 0x50, 0x71, 0xc0, 0xb7, 0xa0,
};
static const uint8_t policy_b_sha384[] = {
	0xb2, 0x6e, 0x7d, 0x28, 0xd1, 0x1a, 0x50, 0xbc, 0x53, 0xd8, 0x82, 0xbc,
	0xf5, 0xfd, 0x3a, 0x1a, 0x07, 0x41, 0x48, 0xbb, 0x35, 0xd3, 0xb4, 0xe4,
	0xcb, 0x1c, 0x0a, 0xd9, 0xbd, 0xe4, 0x19, 0xca, 0xcb, 0x47, 0xba, 0x09,
	0x69, 0x96, 0x46, 0x15, 0x0f, 0x9f, 0xc0, 0x00, 0xf3, 0xf8, 0x0e, 0x12,
};

static const struct ek {
	struct tpm_ek_kind kind;
	uint32_t persistent; /* where it may be kept; 0: it is made anew each time */
	TPM2_ECC_CURVE curve; /* 0: RSA-2048 */
	TPM2_ALG_ID hash;
	const uint8_t *policy;
	size_t policy_n;
} known[] = {
	{ { "RSA-2048", 0x1c00002, true }, /* L-1 */
	  0x81010001,
	  0,
	  TPM2_ALG_SHA256,
	  policy_a_sha256,
	  sizeof(policy_a_sha256) },
	{ { "P-256", 0x1c0000a, true }, /* L-2 */
	  0,
	  TPM2_ECC_NIST_P256,
	  TPM2_ALG_SHA256,
	  policy_a_sha256,
	  sizeof(policy_a_sha256) },
	{ { "RSA-2048, high range", 0x1c00012, false }, /* H-1 */
	  0,
	  0,
	  TPM2_ALG_SHA256,
	  policy_b_sha256,
	  sizeof(policy_b_sha256) },
	{ { "P-256, high range", 0x1c00014, false }, /* H-2 */
	  0,
	  TPM2_ECC_NIST_P256,
	  TPM2_ALG_SHA256,
	  policy_b_sha256,
	  sizeof(policy_b_sha256) },
	{ { "P-384, high range", 0x1c00016, false }, /* H-3 */
	  0,
	  TPM2_ECC_NIST_P384,
	  TPM2_ALG_SHA384,
	  policy_b_sha384,
	  sizeof(policy_b_sha384) },
};

static TPM2B_PUBLIC template_of(const struct ek *ek)
{
	const bool low = ek->kind.by_policy;
	const TPMT_SYM_DEF_OBJECT symmetric = {
		.algorithm = TPM2_ALG_AES,
		.keyBits.aes = ek->hash == TPM2_ALG_SHA384 ? 256 : 128,
		.mode.aes = TPM2_ALG_CFB,
	};
	TPM2B_PUBLIC t = {
		.publicArea = {
			.type = ek->curve ? TPM2_ALG_ECC : TPM2_ALG_RSA,
			.nameAlg = ek->hash,
			.objectAttributes = TPMA_OBJECT_FIXEDTPM | TPMA_OBJECT_FIXEDPARENT |
					    TPMA_OBJECT_SENSITIVEDATAORIGIN |
					    TPMA_OBJECT_ADMINWITHPOLICY | TPMA_OBJECT_RESTRICTED |
					    TPMA_OBJECT_DECRYPT |
					    (low ? 0 : TPMA_OBJECT_USERWITHAUTH),
			.authPolicy.size = (UINT16)ek->policy_n,
		},
	};

	memcpy(t.publicArea.authPolicy.buffer, ek->policy, ek->policy_n);
	/* In the low range the unique field is of zeros, in the high range it is empty. */
	if (ek->curve) {
		t.publicArea.parameters.eccDetail = (TPMS_ECC_PARMS){
			.symmetric = symmetric,
			.scheme.scheme = TPM2_ALG_NULL,
			.curveID = ek->curve,
			.kdf.scheme = TPM2_ALG_NULL,
		};
		t.publicArea.unique.ecc.x.size = t.publicArea.unique.ecc.y.size = low ? 32 : 0;
	} else {
		t.publicArea.parameters.rsaDetail = (TPMS_RSA_PARMS){
			.symmetric = symmetric,
			.scheme.scheme = TPM2_ALG_NULL,
			.keyBits = 2048,
		};
		t.publicArea.unique.rsa.size = low ? 256 : 0;
	}
	return t;
}

/* The certificates that the TPM has say which key is vouched for; without any, ret is left alone. */
static int choose(struct tpm_session *session, const struct ek **ret, struct wt_err *err)
{
	__attribute__((cleanup(freep))) TPMS_CAPABILITY_DATA *found = NULL;
	const TPML_HANDLE *handles;
	TSS2_RC rc;

	TPM_TRY(rc, Esys_GetCapability(session->esys, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE,
				       TPM2_CAP_HANDLES, NV_FIRST, NV_COUNT, NULL, &found));
	if (rc != TSS2_RC_SUCCESS)
		return tpm_fail(session, rc, err, "list its certificates");
	handles = &found->data.handles;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		for (uint32_t j = 0; j < handles->count; j++)
			if (handles->handle[j] == known[i].kind.certificate) {
				*ret = &known[i];
				return 0;
			}
	return 0;
}

int tpm_ek(struct tpm_session *session, struct tpm_object *ret, struct wt_buf *ret_public,
	   struct tpm_ek_kind *ret_kind, struct wt_err *err)
{
	__attribute__((cleanup(freep))) TPM2B_PUBLIC *pub = NULL;
	struct tpm_object object = { 0 };
	const struct ek *ek = &known[0];
	TPM2B_PUBLIC template;
	char what[64];
	int r = choose(session, &ek, err);

	if (r < 0)
		return r;
	if (ret_kind)
		*ret_kind = ek->kind;
	template = template_of(ek);
	if (ek->persistent)
		r = tpm_find_made(session, ek->persistent, &template, &object, &pub, err);
	if (r == 0)
		r = tpm_find_made(session, tpm_ek_handle(session), &template, &object, &pub, err);
	if (r < 0)
		return r;
	if (r > 0)
		return tpm_give(&object, pub, ret, ret_public, err);
	snprintf(what, sizeof(what), "make the endorsement key (%s)", ek->kind.name);
	return tpm_make_primary(session, ESYS_TR_RH_ENDORSEMENT, &template, what, ret, ret_public,
				err);
}
