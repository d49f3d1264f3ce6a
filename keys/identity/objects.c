// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tss2/tss2_mu.h>

#include "keys/identity/auth.h"
#include "keys/identity/objects.h"
#include "lib/crypto/crypto.h"

#define P256 32

/* Frees what ESYS allocated. */
static void freep(void *p)
{
	Esys_Free(*(void **)p);
}

static TPM2B_PUBLIC signing_template(uint32_t attributes)
{
	return (TPM2B_PUBLIC){
		.publicArea = {
			.type = TPM2_ALG_ECC,
			.nameAlg = TPM2_ALG_SHA256,
			/* noDA: somebody's wrong passwords must not stop the rig's attestations */
			.objectAttributes = attributes | TPMA_OBJECT_FIXEDTPM |
					    TPMA_OBJECT_FIXEDPARENT |
					    TPMA_OBJECT_SENSITIVEDATAORIGIN |
					    TPMA_OBJECT_USERWITHAUTH | TPMA_OBJECT_NODA |
					    TPMA_OBJECT_SIGN_ENCRYPT,
			.parameters.eccDetail = {
				.symmetric.algorithm = TPM2_ALG_NULL,
				.scheme = {
					.scheme = TPM2_ALG_ECDSA,
					.details.ecdsa.hashAlg = TPM2_ALG_SHA256,
				},
				.curveID = TPM2_ECC_NIST_P256,
				.kdf.scheme = TPM2_ALG_NULL,
			},
			.unique.ecc = { .x.size = P256, .y.size = P256 },
		},
	};
}

static int put_public(const TPM2B_PUBLIC *pub, struct wt_buf *ret, struct wt_err *err)
{
	uint8_t raw[sizeof(TPMT_PUBLIC)];
	size_t n = 0;

	if (Tss2_MU_TPMT_PUBLIC_Marshal(&pub->publicArea, raw, sizeof(raw), &n) != TSS2_RC_SUCCESS)
		return wt_fail(err, EIO, "cannot write a TPM's public key");
	wt_buf_append(ret, raw, n);
	return ret->err ? wt_fail(err, -ret->err, "no memory for a public key") : 0;
}

int tpm_give(struct tpm_object *object, const TPM2B_PUBLIC *pub, struct tpm_object *ret,
	     struct wt_buf *ret_public, struct wt_err *err)
{
	int r = ret_public ? put_public(pub, ret_public, err) : 0;

	if (r < 0 || !ret)
		tpm_object_end(object);
	else
		*ret = *object; /* transferred */
	return r;
}

int tpm_make_primary(struct tpm_session *session, ESYS_TR hierarchy, const TPM2B_PUBLIC *template,
		     const char *what, struct tpm_object *ret, struct wt_buf *ret_public,
		     struct wt_err *err)
{
	static const TPM2B_SENSITIVE_CREATE no_password;
	static const TPM2B_DATA no_data;
	static const TPML_PCR_SELECTION no_pcrs;
	__attribute__((cleanup(freep))) TPM2B_PUBLIC *pub = NULL;
	struct tpm_object object = { .session = session, .transient = true };
	TSS2_RC rc;
	int r = tpm_auth_begin(session, hierarchy, err);

	if (r < 0)
		return r;
	TPM_TRY(rc, Esys_CreatePrimary(session->esys, hierarchy, ESYS_TR_PASSWORD, ESYS_TR_NONE,
				       ESYS_TR_NONE, &no_password, template, &no_data, &no_pcrs,
				       &object.handle, &pub, NULL, NULL, NULL));
	tpm_auth_end(session, hierarchy);
	if (rc != TSS2_RC_SUCCESS)
		return tpm_auth_fail(session, hierarchy, rc, err, what);
	return tpm_give(&object, pub, ret, ret_public, err);
}

int tpm_find(struct tpm_session *session, uint32_t handle, struct tpm_object *ret,
	     TPM2B_PUBLIC **ret_public, struct wt_err *err)
{
	struct tpm_object object = { .session = session };
	TSS2_RC rc;

	TPM_TRY(rc, Esys_TR_FromTPMPublic(session->esys, handle, ESYS_TR_NONE, ESYS_TR_NONE,
					  ESYS_TR_NONE, &object.handle));
	if (tpm_plain(rc) == TPM2_RC_HANDLE)
		return 0;
	if (rc != TSS2_RC_SUCCESS)
		return tpm_fail(session, rc, err, "find a key");
	TPM_TRY(rc, Esys_ReadPublic(session->esys, object.handle, ESYS_TR_NONE, ESYS_TR_NONE,
				    ESYS_TR_NONE, ret_public, NULL, NULL));
	if (rc != TSS2_RC_SUCCESS) {
		tpm_object_end(&object);
		return tpm_fail(session, rc, err, "read a public key");
	}
	*ret = object; /* transferred */
	return 1;
}

/* Of the template, but for what is the key's own. */
static bool is_of(const TPM2B_PUBLIC *pub, const TPM2B_PUBLIC *template)
{
	TPM2B_PUBLIC want = *template;
	uint8_t a[sizeof(TPMT_PUBLIC)], b[sizeof(TPMT_PUBLIC)];
	size_t n = 0, m = 0;

	if (pub->publicArea.type != want.publicArea.type)
		return false;
	want.publicArea.unique = pub->publicArea.unique;
	return Tss2_MU_TPMT_PUBLIC_Marshal(&want.publicArea, a, sizeof(a), &n) == TSS2_RC_SUCCESS &&
	       Tss2_MU_TPMT_PUBLIC_Marshal(&pub->publicArea, b, sizeof(b), &m) == TSS2_RC_SUCCESS &&
	       n == m && !memcmp(a, b, n);
}

int tpm_find_made(struct tpm_session *session, uint32_t handle, const TPM2B_PUBLIC *template,
		  struct tpm_object *ret, TPM2B_PUBLIC **ret_public, struct wt_err *err)
{
	__attribute__((cleanup(freep))) TPM2B_PUBLIC *pub = NULL;
	struct tpm_object object = { 0 };
	int r = tpm_find(session, handle, &object, &pub, err);

	if (r <= 0)
		return r;
	if (!is_of(pub, template)) {
		tpm_object_end(&object);
		return 0;
	}
	*ret = object; /* transferred */
	*ret_public = pub; /* transferred */
	pub = NULL;
	return 1;
}

uint32_t tpm_ak_handle(const struct tpm_session *session)
{
	return session->options->handle + 1;
}

uint32_t tpm_ek_handle(const struct tpm_session *session)
{
	return session->options->handle + 2;
}

int tpm_ak(struct tpm_session *session, struct tpm_object *ret, struct wt_buf *ret_public,
	   struct wt_err *err)
{
	static const char own[P256] = "wattest attestation key 1";
	__attribute__((cleanup(freep))) TPM2B_PUBLIC *pub = NULL;
	TPM2B_PUBLIC template = signing_template(TPMA_OBJECT_RESTRICTED);
	struct tpm_object object = { 0 };
	int r = tpm_find_made(session, tpm_ak_handle(session), &template, &object, &pub, err);

	if (r < 0)
		return r;
	if (r > 0)
		return tpm_give(&object, pub, ret, ret_public, err);
	memcpy(template.publicArea.unique.ecc.x.buffer, own, sizeof(own));
	return tpm_make_primary(session, ESYS_TR_RH_ENDORSEMENT, &template,
				"make the attestation key", ret, ret_public, err);
}

int tpm_signer(struct tpm_session *session, uint32_t handle, struct tpm_object *ret,
	       struct wt_buf *ret_public, struct wt_err *err)
{
	__attribute__((cleanup(freep))) TPM2B_PUBLIC *pub = NULL;
	struct tpm_object object = { 0 };
	int r = tpm_find(session, handle, &object, &pub, err);

	if (r < 0)
		return r;
	if (r == 0)
		return wt_fail(err, ENOENT,
			       "TPM %.60s: no key yet at 0x%08x: `wattest keys create` makes one",
			       session->name, handle);
	return tpm_give(&object, pub, ret, ret_public, err);
}

int tpm_keep(struct tpm_session *session, const struct tpm_object *object, uint32_t handle,
	     const char *what, struct wt_err *err)
{
	ESYS_TR kept = ESYS_TR_NONE;
	TSS2_RC rc;
	int r = tpm_auth_begin(session, ESYS_TR_RH_OWNER, err);

	if (r < 0)
		return r;
	TPM_TRY(rc, Esys_EvictControl(session->esys, ESYS_TR_RH_OWNER, object->handle,
				      ESYS_TR_PASSWORD, ESYS_TR_NONE, ESYS_TR_NONE, handle, &kept));
	tpm_auth_end(session, ESYS_TR_RH_OWNER);
	if (rc != TSS2_RC_SUCCESS)
		return tpm_auth_fail(session, ESYS_TR_RH_OWNER, rc, err, what);
	Esys_TR_Close(session->esys, &kept);
	return 0;
}

int tpm_signer_vacant(struct tpm_session *session, uint32_t handle, struct wt_err *err)
{
	__attribute__((cleanup(freep))) TPM2B_PUBLIC *pub = NULL;
	__attribute__((cleanup(tpm_object_end))) struct tpm_object object = { 0 };
	int r = tpm_find(session, handle, &object, &pub, err);

	return r <= 0 ? r
		      : wt_fail(err, EEXIST,
				"TPM %.60s: there is a key at 0x%08x already, and it is left alone",
				session->name, handle);
}

int tpm_signer_make(struct tpm_session *session, uint32_t handle, struct wt_err *err)
{
	__attribute__((cleanup(tpm_object_end))) struct tpm_object object = { 0 };
	TPM2B_PUBLIC template = signing_template(0);
	TPMS_ECC_POINT *own = &template.publicArea.unique.ecc;
	int r = wt_random(own->x.buffer, P256);

	if (r == 0)
		r = wt_random(own->y.buffer, P256);
	if (r < 0)
		return wt_fail(err, -r, "no random numbers for a key");
	r = tpm_make_primary(session, ESYS_TR_RH_OWNER, &template, "make the signing key", &object,
			     NULL, err);
	return r < 0 ? r : tpm_keep(session, &object, handle, "keep the signing key", err);
}
