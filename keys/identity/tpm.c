// SPDX-License-Identifier: Apache-2.0
/* The rig's keys in a TPM: a signing key that cannot leave it, and an attestation key that quotes and certifies. */
#include <stdlib.h>
#include <string.h>

#include <tss2/tss2_mu.h>

#include "keys/identity/auth.h"
#include "keys/identity/backend.h"
#include "keys/identity/ek.h"
#include "keys/identity/nv.h"
#include "keys/identity/objects.h"
#include "lib/tpm/tpm.h"

#define QUOTE_TRIES 8

static void freep(void *p)
{
	Esys_Free(*(void **)p);
}

static void public_clear(struct wt_tpm_public *pub)
{
	wt_tpm_public_clear(pub);
}

/* Whatever is in the place stays, and without room in the TPM the agent goes on needing the password. */
static int keep_if_possible(struct tpm_session *session, const struct tpm_object *object,
			    uint32_t handle, const char *what, struct wt_err *err)
{
	int r = object->transient ? tpm_keep(session, object, handle, what, err) : 0;

	return r == -EEXIST || r == -ENOSPC ? 0 : r;
}

/* Kept, what is made from the endorsement hierarchy's seed takes no password: the agent quotes all the time. */
static int keep_endorsed(struct tpm_session *session, const struct tpm_object *ak,
			 struct wt_err *err)
{
	__attribute__((cleanup(tpm_object_end))) struct tpm_object ek = { 0 };
	int r = keep_if_possible(session, ak, tpm_ak_handle(session), "keep the attestation key",
				 err);

	if (r == 0)
		r = tpm_ek(session, &ek, NULL, NULL, err);
	return r < 0 ? r
		     : keep_if_possible(session, &ek, tpm_ek_handle(session),
					"keep the endorsement key", err);
}

static int create(const struct wt_identity_options *options, struct wt_err *err)
{
	__attribute__((cleanup(tpm_end))) struct tpm_session session = { 0 };
	__attribute__((cleanup(tpm_object_end))) struct tpm_object ak = { 0 };
	bool with_password = options->endorsement_auth && options->endorsement_auth[0];
	int r = tpm_begin(options, &session, err);

	if (r == 0)
		r = tpm_signer_vacant(&session, options->handle, err);
	/* made before anything is kept: a password that is missing or wrong shows here */
	if (r == 0)
		r = tpm_ak(&session, &ak, NULL, err);
	if (r == 0)
		r = tpm_signer_make(&session, options->handle, err);
	return r == 0 && with_password ? keep_endorsed(&session, &ak, err) : r;
}

/* One conversation: where the signing key is, and which chip this is. */
static int look(const struct wt_identity_options *options, struct wt_buf *ret_key,
		struct wt_buf *ret_ek, struct wt_err *err)
{
	__attribute__((cleanup(tpm_end))) struct tpm_session session = { 0 };
	int r = tpm_begin(options, &session, err);

	if (r == 0)
		r = tpm_signer(&session, options->handle, NULL, ret_key, err);
	return r < 0 ? r : tpm_ek(&session, NULL, ret_ek, NULL, err);
}

static int open_keys(const struct wt_identity_options *options, struct wt_identity *identity,
		     struct wt_err *err)
{
	__attribute__((cleanup(public_clear))) struct wt_tpm_public key = { 0 }, ek = { 0 };
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf key_raw = { 0 }, ek_raw = { 0 };
	int r = look(options, &key_raw, &ek_raw, err);

	if (r == 0)
		r = wt_tpm_public_read(wt_buf_span(&key_raw), &key, err);
	if (r == 0)
		r = wt_tpm_public_is_signer(&key, err);
	if (r < 0)
		return r == -ENOENT || r == -ENODEV ? r
						    : wt_fail_in(err, r, "TPM %.60s, handle 0x%08x",
								 options->tcti, options->handle);
	r = wt_tpm_public_read(wt_buf_span(&ek_raw), &ek, err);
	if (r == 0)
		r = wt_key_in_tpm(options->tcti, options->handle, key.key, &identity->key, err);
	if (r < 0)
		return r;
	wt_ueid_from_digest(ek.spki, identity->ueid);
	identity->at.handle = options->handle;
	identity->at.tcti = strdup(options->tcti);
	identity->at.owner_auth = strdup(options->owner_auth ?: "");
	identity->at.endorsement_auth = strdup(options->endorsement_auth ?: "");
	if (!identity->at.tcti || !identity->at.owner_auth || !identity->at.endorsement_auth)
		return wt_fail(err, ENOMEM, "no memory for the rig's identity");
	return 0;
}

/* r || s of a signature that must be ECDSA with SHA-256. */
static int take_signature(const TPMT_SIGNATURE *signature, uint8_t ret[WT_SIG_LEN],
			  struct wt_err *err)
{
	const TPM2B_ECC_PARAMETER *half[] = { &signature->signature.ecdsa.signatureR,
					      &signature->signature.ecdsa.signatureS };

	if (signature->sigAlg != TPM2_ALG_ECDSA)
		return wt_fail(err, EIO, "the TPM signed with another algorithm than ECDSA");
	memset(ret, 0, WT_SIG_LEN);
	for (size_t i = 0; i < 2; i++) {
		size_t n = WT_SIG_LEN / 2;

		if (half[i]->size > n)
			return wt_fail(err, EIO, "the TPM signed on another curve than P-256");
		memcpy(ret + i * n + n - half[i]->size, half[i]->buffer, half[i]->size);
	}
	return 0;
}

static const TPMT_SIG_SCHEME as_the_key_says = { .scheme = TPM2_ALG_NULL };

/* --- quote ---------------------------------------------------------------------------------- */

static TPML_PCR_SELECTION selection(uint32_t mask)
{
	TPML_PCR_SELECTION s = {
		.count = 1,
		.pcrSelections[0] = { .hash = TPM2_ALG_SHA256, .sizeofSelect = WT_PCRS / 8 },
	};

	for (unsigned i = 0; i < WT_PCRS; i++)
		if (mask >> i & 1)
			s.pcrSelections[0].pcrSelect[i / 8] |= (uint8_t)(1 << i % 8);
	return s;
}

/* A TPM gives eight at most at once, and says which. */
static int read_pcrs(struct tpm_session *session, uint32_t mask,
		     uint8_t ret[WT_PCRS][WT_SHA256_LEN], struct wt_err *err)
{
	while (mask) {
		__attribute__((cleanup(freep))) TPML_PCR_SELECTION *got = NULL;
		__attribute__((cleanup(freep))) TPML_DIGEST *values = NULL;
		TPML_PCR_SELECTION ask = selection(mask);
		uint32_t n = 0, before = mask;
		TSS2_RC rc;

		TPM_TRY(rc, Esys_PCR_Read(session->esys, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE,
					  &ask, NULL, &got, &values));
		if (rc != TSS2_RC_SUCCESS)
			return tpm_fail(session, rc, err, "read its PCRs");
		for (unsigned i = 0; i < WT_PCRS && got->count == 1; i++) {
			if (!(got->pcrSelections[0].pcrSelect[i / 8] >> i % 8 & 1))
				continue;
			if (!(mask >> i & 1) || n == values->count ||
			    values->digests[n].size != WT_SHA256_LEN)
				break;
			memcpy(ret[i], values->digests[n++].buffer, WT_SHA256_LEN);
			mask &= ~(1u << i);
		}
		if (mask == before)
			return wt_fail(
				err, EIO,
				"TPM %.60s: its SHA-256 bank of PCRs is not allocated: `tpm2_pcrallocate sha256:all`, then reboot",
				session->name);
	}
	return 0;
}

static int quote_once(struct tpm_session *session, ESYS_TR ak, const TPM2B_DATA *extra,
		      struct wt_identity_quote *ret, uint8_t ret_digest[WT_SHA256_LEN],
		      struct wt_err *err)
{
	__attribute__((cleanup(freep))) TPMT_SIGNATURE *signature = NULL;
	__attribute__((cleanup(freep))) TPM2B_ATTEST *attest = NULL;
	TPML_PCR_SELECTION select = selection(ret->pcrs);
	const TPM2B_DIGEST *digest;
	TPMS_ATTEST said = { 0 };
	size_t off = 0;
	TSS2_RC rc;

	TPM_TRY(rc, Esys_Quote(session->esys, ak, ESYS_TR_PASSWORD, ESYS_TR_NONE, ESYS_TR_NONE,
			       extra, &as_the_key_says, &select, &attest, &signature));
	if (rc != TSS2_RC_SUCCESS)
		return tpm_fail(session, rc, err, "quote");
	digest = &said.attested.quote.pcrDigest;
	if (Tss2_MU_TPMS_ATTEST_Unmarshal(attest->attestationData, attest->size, &off, &said) !=
		    TSS2_RC_SUCCESS ||
	    said.type != TPM2_ST_ATTEST_QUOTE || digest->size != WT_SHA256_LEN)
		return wt_fail(err, EIO, "TPM %.60s: its quote is none", session->name);
	memcpy(ret_digest, digest->buffer, WT_SHA256_LEN);
	wt_buf_reset(&ret->attest);
	wt_buf_append(&ret->attest, attest->attestationData, attest->size);
	if (ret->attest.err)
		return wt_fail(err, -ret->attest.err, "no memory for a quote");
	return take_signature(signature, ret->signature, err);
}

/* Reads, quotes, and does it again when a PCR was extended in between. */
static int quote_all(struct tpm_session *session, ESYS_TR ak, const TPM2B_DATA *extra,
		     struct wt_identity_quote *ret, struct wt_err *err)
{
	uint8_t ours[WT_SHA256_LEN], theirs[WT_SHA256_LEN];
	int r = 0;

	for (int i = 0; r == 0 && i < QUOTE_TRIES; i++) {
		r = read_pcrs(session, ret->pcrs, ret->values, err);
		if (r == 0)
			r = quote_once(session, ak, extra, ret, theirs, err);
		if (r < 0)
			return r;
		wt_tpm_pcr_digest(ret->pcrs, ret->values, ours);
		if (!memcmp(ours, theirs, sizeof(ours)))
			return 0;
	}
	return wt_fail(err, EAGAIN,
		       "TPM %.60s: its PCRs change faster than they can be quoted: try again",
		       session->name);
}

static int quote(struct wt_identity *identity, const uint8_t extra[WT_SHA256_LEN], uint32_t pcrs,
		 struct wt_identity_quote *ret, struct wt_err *err)
{
	__attribute__((cleanup(tpm_end))) struct tpm_session session = { 0 };
	__attribute__((cleanup(tpm_object_end))) struct tpm_object ak = { 0 };
	struct wt_identity_quote q = { .pcrs = pcrs };
	TPM2B_DATA data = { .size = WT_SHA256_LEN };
	int r;

	memcpy(data.buffer, extra, WT_SHA256_LEN);
	r = tpm_begin(&identity->at, &session, err);
	if (r == 0)
		r = tpm_ak(&session, &ak, NULL, err);
	if (r == 0)
		r = quote_all(&session, ak.handle, &data, &q, err);
	if (r < 0)
		wt_identity_quote_clear(&q);
	else
		*ret = q; /* transferred */
	return r;
}

static int boot_pcrs(struct wt_identity *identity, uint32_t *ret, struct wt_err *err)
{
	static const uint8_t zeros[WT_SHA256_LEN];
	__attribute__((cleanup(tpm_end))) struct tpm_session session = { 0 };
	uint8_t values[WT_PCRS][WT_SHA256_LEN];
	int r = tpm_begin(&identity->at, &session, err);

	if (r == 0)
		r = read_pcrs(&session, WT_IDENTITY_BOOT_IF_USED, values, err);
	if (r < 0)
		return r;
	*ret = WT_IDENTITY_BOOT;
	for (unsigned i = 0; i < WT_PCRS; i++)
		if (WT_IDENTITY_BOOT_IF_USED >> i & 1 && memcmp(values[i], zeros, sizeof(zeros)))
			*ret |= 1u << i;
	return 0;
}

/* --- enrolment ------------------------------------------------------------------------------ */

static int certify(struct tpm_session *session, uint32_t handle, struct wt_identity_keys *ret,
		   struct wt_err *err)
{
	__attribute__((cleanup(tpm_object_end))) struct tpm_object ak = { 0 }, key = { 0 };
	__attribute__((cleanup(freep))) TPMT_SIGNATURE *signature = NULL;
	__attribute__((cleanup(freep))) TPM2B_ATTEST *attest = NULL;
	static const TPM2B_DATA no_data;
	TSS2_RC rc;
	int r;

	r = tpm_ak(session, &ak, &ret->ak, err);
	if (r == 0)
		r = tpm_signer(session, handle, &key, &ret->key, err);
	if (r < 0)
		return r;
	TPM_TRY(rc, Esys_Certify(session->esys, key.handle, ak.handle, ESYS_TR_PASSWORD,
				 ESYS_TR_PASSWORD, ESYS_TR_NONE, &no_data, &as_the_key_says,
				 &attest, &signature));
	if (rc != TSS2_RC_SUCCESS)
		return tpm_fail(session, rc, err, "certify the signing key");
	wt_buf_append(&ret->certify, attest->attestationData, attest->size);
	if (ret->certify.err)
		return wt_fail(err, -ret->certify.err, "no memory for a certificate");
	return take_signature(signature, ret->certify_signature, err);
}

static int describe(struct wt_identity *identity, struct wt_identity_keys *ret, struct wt_err *err)
{
	__attribute__((cleanup(tpm_end))) struct tpm_session session = { 0 };
	struct tpm_ek_kind kind = { 0 };
	int r = tpm_begin(&identity->at, &session, err);

	if (r == 0)
		r = tpm_ek(&session, NULL, &ret->ek, &kind, err);
	if (r == 0)
		r = certify(&session, identity->at.handle, ret, err);
	if (r < 0)
		return r;
	r = tpm_certificates(&session, kind.certificate, ret->ek_certs, err);
	if (r < 0) {
		ret->n_ek_certs = WT_IDENTITY_CERTS; /* some may be there: all are freed */
		return r;
	}
	ret->n_ek_certs = (size_t)r;
	return 0;
}

/* PolicySecret(endorsement): what the EK's policy asks for. */
static int ek_policy(struct tpm_session *session, ESYS_TR *ret, struct wt_err *err)
{
	static const TPMT_SYM_DEF no_encryption = { .algorithm = TPM2_ALG_NULL };
	TSS2_RC rc;
	int r;

	TPM_TRY(rc, Esys_StartAuthSession(session->esys, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE,
					  ESYS_TR_NONE, ESYS_TR_NONE, NULL, TPM2_SE_POLICY,
					  &no_encryption, TPM2_ALG_SHA256, ret));
	if (rc != TSS2_RC_SUCCESS)
		return tpm_fail(session, rc, err, "begin a policy");
	r = tpm_auth_begin(session, ESYS_TR_RH_ENDORSEMENT, err);
	if (r == 0) {
		TPM_TRY(rc, Esys_PolicySecret(session->esys, ESYS_TR_RH_ENDORSEMENT, *ret,
					      ESYS_TR_PASSWORD, ESYS_TR_NONE, ESYS_TR_NONE, NULL,
					      NULL, NULL, 0, NULL, NULL));
		tpm_auth_end(session, ESYS_TR_RH_ENDORSEMENT);
		if (rc == TSS2_RC_SUCCESS)
			return 0;
		r = tpm_auth_fail(session, ESYS_TR_RH_ENDORSEMENT, rc, err,
				  "use the endorsement key");
	}
	Esys_FlushContext(session->esys, *ret);
	return r;
}

static int activate_with(struct tpm_session *session, ESYS_TR ak, ESYS_TR ek, bool by_policy,
			 const TPM2B_ID_OBJECT *blob, const TPM2B_ENCRYPTED_SECRET *secret,
			 struct wt_buf *ret, struct wt_err *err)
{
	__attribute__((cleanup(freep))) TPM2B_DIGEST *plain = NULL;
	ESYS_TR policy = ESYS_TR_PASSWORD;
	TSS2_RC rc;
	int r = by_policy ? ek_policy(session, &policy, err) : 0;

	if (r < 0)
		return r;
	/* Not tried again: the session is used up by an attempt, and stays in the TPM until it is told to drop it. */
	rc = Esys_ActivateCredential(session->esys, ak, ek, ESYS_TR_PASSWORD, policy, ESYS_TR_NONE,
				     blob, secret, &plain);
	if (by_policy)
		Esys_FlushContext(session->esys, policy);
	switch (tpm_plain(rc)) {
	case TSS2_RC_SUCCESS:
		wt_buf_append(ret, plain->buffer, plain->size);
		return ret->err ? wt_fail(err, -ret->err, "no memory for a secret") : 0;
	case TPM2_RC_INTEGRITY:
	case TPM2_RC_FAILURE: /* libtpms: the seed is not for this EK; it goes on working */
	case TPM2_RC_VALUE:
	case TPM2_RC_SIZE:
	case TPM2_RC_ECC_POINT:
		return wt_fail(
			err, EKEYREJECTED,
			"TPM %.60s: the credential is for another TPM or another attestation key",
			session->name);
	}
	return tpm_fail(session, rc, err, "activate the credential");
}

/* A TPM2B, whole. It comes from a file: tss2-mu would say on standard error what does not fit. */
static bool take_sized(struct wt_span raw, UINT16 *ret_n, BYTE *ret, size_t room)
{
	size_t n;

	if (raw.n < sizeof(UINT16))
		return false;
	n = (size_t)raw.p[0] << 8 | raw.p[1];
	if (n > room || n != raw.n - sizeof(UINT16))
		return false;
	memcpy(ret, raw.p + sizeof(UINT16), n);
	*ret_n = (UINT16)n;
	return true;
}

static int activate(struct wt_identity *identity, struct wt_span blob, struct wt_span secret,
		    struct wt_buf *ret, struct wt_err *err)
{
	__attribute__((cleanup(tpm_end))) struct tpm_session session = { 0 };
	__attribute__((cleanup(tpm_object_end))) struct tpm_object ak = { 0 }, ek = { 0 };
	struct tpm_ek_kind kind = { 0 };
	TPM2B_ENCRYPTED_SECRET seed = { 0 };
	TPM2B_ID_OBJECT id = { 0 };
	int r;

	if (!take_sized(blob, &id.size, id.credential, sizeof(id.credential)) ||
	    !take_sized(secret, &seed.size, seed.secret, sizeof(seed.secret)))
		return wt_fail(err, EBADMSG, "no credential as TPM2_MakeCredential makes it");
	r = tpm_begin(&identity->at, &session, err);
	if (r == 0)
		r = tpm_ak(&session, &ak, NULL, err);
	if (r == 0)
		r = tpm_ek(&session, &ek, NULL, &kind, err);
	if (r < 0)
		return r;
	return activate_with(&session, ak.handle, ek.handle, kind.by_policy, &id, &seed, ret, err);
}

const struct identity_ops identity_tpm = {
	.backend = WT_BACKEND_TPM,
	.create = create,
	.open = open_keys,
	.quote = quote,
	.boot_pcrs = boot_pcrs,
	.describe = describe,
	.activate = activate,
};
