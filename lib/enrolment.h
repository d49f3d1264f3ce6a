/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What goes to and fro when a rig with a TPM is enrolled (docs/evidence.cddl, "enrolment"; docs/enrolment.md): three
 * objects in files, not signed as a whole: the TPM answers for itself in each. Decoders are as strict as those of
 * lib/object.h; spans point into what was read.
 */
#ifndef LIB_ENROLMENT_H
#define LIB_ENROLMENT_H

#include "lib/object.h"

#define WT_ENROLMENT_MAX (1u << 20) /* bytes of any of them */
#define WT_ENROLMENT_CERTS 8
#define WT_ENROLMENT_SECRET WT_SHA256_LEN

/* From the rig to the registry: who am I. */
struct wt_enrolment_request {
	int64_t made_at;
	uint8_t ueid[WT_UEID_LEN];
	struct wt_span csr; /* PKCS#10, DER, of the signing key; its common name is the rig's */
	struct wt_span ek, ak, key; /* TPMT_PUBLIC: endorsement, attestation, signing key */
	struct wt_span certs[WT_ENROLMENT_CERTS]; /* DER: the EK's own first, then its chain */
	size_t n_certs;
	struct wt_span certify, certify_signature; /* TPMS_ATTEST: the signing key, by the AK */
	struct wt_span inventory; /* JSON: devices and sources as the kernel has them; p NULL: none */
	struct wt_att_quote quote; /* of the boot state, by the AK; bound to all of the above */
};

int wt_enrolment_request_decode(struct wt_span file, struct wt_enrolment_request *ret,
				struct wt_err *err);
int wt_enrolment_request_encode(const struct wt_enrolment_request *request, struct wt_buf *ret,
				struct wt_err *err);
/*
 * What the quote has as extraData: SHA-256("wattest-enrolment-1" || SHA-256(request encoded without the quote)).
 * Whether the request has one makes no difference.
 */
int wt_enrolment_binding(const struct wt_enrolment_request *request, uint8_t ret[WT_SHA256_LEN],
			 struct wt_err *err);

/* From the registry to the rig: read this, if you can. */
struct wt_enrolment_challenge {
	uint8_t id[WT_ID_LEN];
	uint8_t ueid[WT_UEID_LEN];
	int64_t not_after; /* to be answered before */
	struct wt_span blob; /* TPM2B_ID_OBJECT */
	struct wt_span secret; /* TPM2B_ENCRYPTED_SECRET */
};

int wt_enrolment_challenge_decode(struct wt_span file, struct wt_enrolment_challenge *ret,
				  struct wt_err *err);
int wt_enrolment_challenge_encode(const struct wt_enrolment_challenge *challenge,
				  struct wt_buf *ret, struct wt_err *err);

/* And back: what was in it, and the boot state as it is now. */
struct wt_enrolment_answer {
	uint8_t id[WT_ID_LEN];
	uint8_t ueid[WT_UEID_LEN];
	uint8_t secret[WT_ENROLMENT_SECRET];
	struct wt_att_quote quote; /* by the AK; bound to all of the above, so made after the challenge was opened */
};

int wt_enrolment_answer_decode(struct wt_span file, struct wt_enrolment_answer *ret,
			       struct wt_err *err);
int wt_enrolment_answer_encode(const struct wt_enrolment_answer *answer, struct wt_buf *ret,
			       struct wt_err *err);
/*
 * What its quote has as extraData: SHA-256("wattest-enrolment-answer-1" || SHA-256(answer encoded without the quote)).
 */
int wt_enrolment_answer_binding(const struct wt_enrolment_answer *answer, uint8_t ret[WT_SHA256_LEN],
				struct wt_err *err);

#endif
