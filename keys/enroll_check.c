// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "keys/enroll.h"

#define BOOT_PCRS 0x95u /* 0, 2, 4, 7: in every boot state */

void enroll_rig_clear(struct enroll_rig *rig)
{
	wt_tpm_public_clear(&rig->ek);
	wt_tpm_public_clear(&rig->ak);
	wt_tpm_public_clear(&rig->key);
	wt_csr_free(rig->csr);
	rig->csr = NULL;
}

static int check_key(struct wt_span raw, const char *what,
		     int (*fit)(const struct wt_tpm_public *pub, struct wt_err *err),
		     struct wt_tpm_public *ret, struct wt_err *err)
{
	int r = wt_tpm_public_read(raw, ret, err);

	if (r == 0)
		r = fit(ret, err);
	return r < 0 ? wt_fail_in(err, r, "%s", what) : 0;
}

static int check_keys(const struct wt_enrolment_request *request, struct enroll_rig *rig,
		      struct wt_err *err)
{
	int r;

	r = check_key(request->ek, "endorsement key", wt_tpm_public_is_ek, &rig->ek, err);
	if (r == 0)
		r = check_key(request->ak, "attestation key", wt_tpm_public_is_ak, &rig->ak, err);
	if (r == 0)
		r = check_key(request->key, "signing key", wt_tpm_public_is_signer, &rig->key, err);
	return r;
}

/* --- the TPM ---------------------------------------------------------------------------------- */

static int check_vendor(const struct wt_enrolment_request *request, struct wt_trust *vendors,
			int64_t at, struct enroll_rig *rig, struct wt_err *err)
{
	struct wt_cert *certs[WT_ENROLMENT_CERTS] = { 0 };
	uint8_t spki[WT_SHA256_LEN];
	size_t n = 0;
	int r = 0;

	if (!request->n_certs)
		return wt_fail(
			err, EKEYREJECTED,
			"no certificate of the endorsement key: nobody vouches for this TPM");
	for (; r == 0 && n < request->n_certs; n++) {
		r = wt_cert_parse(request->certs[n], &certs[n], err);
		if (r < 0)
			wt_fail_in(err, r, "certificate %zu of the endorsement key", n + 1);
	}
	if (r == 0)
		r = wt_cert_spki_digest(certs[0], spki);
	if (r == 0 && memcmp(spki, rig->ek.spki, sizeof(spki)) != 0)
		r = wt_fail(err, EKEYREJECTED,
			    "%.100s: is of another endorsement key than the request's",
			    wt_cert_name(certs[0]));
	if (r == 0)
		r = wt_trust_check_ek(vendors, certs[0], certs + 1, request->n_certs - 1, at,
				      rig->vendor, err);
	while (n)
		wt_cert_free(certs[--n]);
	return r;
}

static int check_id(const struct wt_enrolment_request *request, const struct enroll_rig *rig,
		    struct wt_err *err)
{
	uint8_t ueid[WT_UEID_LEN];

	wt_ueid_from_digest(rig->ek.spki, ueid);
	if (memcmp(ueid, request->ueid, sizeof(ueid)) != 0)
		return wt_fail(err, EKEYREJECTED,
			       "the rig's id does not derive from the endorsement key");
	return 0;
}

/* --- what the attestation key says ------------------------------------------------------------ */

/* Qualified name of a primary key of the endorsement hierarchy (Part 1, 26.5): H(handle || name). */
static void qualified_name(const struct wt_tpm_public *ak, uint8_t ret[2 + WT_SHA256_LEN])
{
	static const uint8_t endorsement[] = { 0x40, 0x00, 0x00, 0x0b }; /* TPM_RH_ENDORSEMENT */
	uint8_t msg[sizeof(endorsement) + sizeof(ak->name)];

	memcpy(msg, endorsement, sizeof(endorsement));
	memcpy(msg + sizeof(endorsement), ak->name, sizeof(ak->name));
	memcpy(ret, ak->name, 2); /* the same algorithm */
	wt_sha256(wt_span(msg, sizeof(msg)), ret + 2);
}

/* Signed by the AK, of that type, and the AK is where it must be. */
static int check_attest(struct wt_span raw, struct wt_span signature, enum wt_tpm_attest_type type,
			const struct wt_tpm_public *ak, struct wt_tpm_attest *ret,
			struct wt_err *err)
{
	uint8_t signer[2 + WT_SHA256_LEN];
	int r = wt_verify(ak->key, raw, signature, err);

	if (r < 0)
		return wt_fail_in(err, r, "not by the attestation key");
	r = wt_tpm_attest_read(raw, ret, err);
	if (r < 0)
		return r;
	if (ret->type != type)
		return wt_fail(err, EKEYREJECTED, "is of another type (0x%04x)", ret->type);
	qualified_name(ak, signer);
	if (!wt_span_equal(ret->qualified_signer, wt_span(signer, sizeof(signer))))
		return wt_fail(
			err, EKEYREJECTED,
			"the attestation key is not a primary key of the endorsement hierarchy");
	return 0;
}

static int check_certify(const struct wt_enrolment_request *request, const struct enroll_rig *rig,
			 struct wt_err *err)
{
	struct wt_tpm_attest attest;
	int r = check_attest(request->certify, request->certify_signature, WT_TPM_ATTEST_CERTIFY,
			     &rig->ak, &attest, err);

	if (r == 0 && !wt_span_equal(attest.name, wt_span(rig->key.name, sizeof(rig->key.name))))
		r = wt_fail(err, EKEYREJECTED, "is of another key");
	return r < 0 ? wt_fail_in(err, r, "the signing key's certification") : 0;
}

static int check_pcrs(const struct wt_att_quote *quote, const struct wt_tpm_attest *attest,
		      const char *what, struct wt_err *err)
{
	uint8_t values[WT_PCRS][WT_SHA256_LEN], digest[WT_SHA256_LEN];
	uint32_t mask = 0;

	for (size_t i = 0; i < quote->n_pcrs; i++) {
		mask |= 1u << quote->pcrs[i].index;
		memcpy(values[quote->pcrs[i].index], quote->pcrs[i].value, WT_SHA256_LEN);
	}
	if (attest->other_banks || attest->pcrs != mask)
		return wt_fail(err, EKEYREJECTED, "is over other PCRs than the %s carries", what);
	if (~mask & BOOT_PCRS)
		return wt_fail(err, EKEYREJECTED, "is not over PCR 0, 2, 4 and 7");
	wt_tpm_pcr_digest(mask, values, digest);
	if (!wt_span_equal(attest->pcr_digest, wt_span(digest, sizeof(digest))))
		return wt_fail(err, EKEYREJECTED, "is over other values than the %s carries", what);
	return 0;
}

/* By the AK, of the boot state, and bound to this. */
static int check_quote(const struct wt_att_quote *quote, const struct wt_tpm_public *ak,
		       const uint8_t binding[WT_SHA256_LEN], const char *what, struct wt_err *err)
{
	struct wt_tpm_attest attest;
	int r;

	r = check_attest(quote->attest, quote->signature, WT_TPM_ATTEST_QUOTE, ak, &attest, err);
	if (r == 0 && !wt_span_equal(attest.extra_data, wt_span(binding, WT_SHA256_LEN)))
		r = wt_fail(err, EKEYREJECTED, "was made for another %s, or this one was changed",
			    what);
	if (r == 0)
		r = check_pcrs(quote, &attest, what, err);
	return r < 0 ? wt_fail_in(err, r, "the quote") : 0;
}

int enroll_check_answer(const struct wt_enrolment_request *request,
			const struct wt_enrolment_answer *answer, struct wt_err *err)
{
	struct wt_tpm_public ak = { 0 };
	uint8_t binding[WT_SHA256_LEN];
	int r;

	r = wt_tpm_public_read(request->ak, &ak, err);
	if (r == 0)
		r = wt_enrolment_answer_binding(answer, binding, err);
	if (r == 0)
		r = check_quote(&answer->quote, &ak, binding, "answer", err);
	wt_tpm_public_clear(&ak);
	return r;
}

/* --- the certificate request ------------------------------------------------------------------ */

static int check_csr(const struct wt_enrolment_request *request, struct enroll_rig *rig,
		     struct wt_err *err)
{
	const char *name;
	int r = wt_csr_parse(request->csr, &rig->csr, err);

	if (r < 0)
		return r;
	if (!wt_key_same(wt_csr_key(rig->csr), rig->key.key))
		return wt_fail(
			err, EKEYREJECTED,
			"the certificate request is for another key than the one in the TPM");
	name = wt_csr_common_name(rig->csr);
	if (!*name || strlen(name) >= sizeof(rig->name))
		return wt_fail(err, EBADMSG, "the rig's name must have 1 to %zu bytes",
			       sizeof(rig->name) - 1);
	strcpy(rig->name, name);
	return 0;
}

int enroll_check(const struct wt_enrolment_request *request, struct wt_trust *vendors, int64_t at,
		 struct enroll_rig *ret, struct wt_err *err)
{
	struct enroll_rig rig = { 0 };
	uint8_t binding[WT_SHA256_LEN];
	int r = check_keys(request, &rig, err);

	if (r == 0)
		r = check_vendor(request, vendors, at, &rig, err);
	if (r == 0)
		r = check_id(request, &rig, err);
	if (r == 0)
		r = check_certify(request, &rig, err);
	if (r == 0)
		r = check_csr(request, &rig, err);
	if (r == 0)
		r = wt_enrolment_binding(request, binding, err);
	if (r == 0)
		r = check_quote(&request->quote, &rig.ak, binding, "request", err);
	if (r < 0)
		enroll_rig_clear(&rig);
	else
		*ret = rig; /* transferred */
	return r;
}
