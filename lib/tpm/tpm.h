/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The TPM 2.0 structures that evidence and enrolment carry, read strictly and checked attribute by attribute; no TPM is
 * spoken to here. Of tss2-mu, only what unmarshals plain numbers is used: for more it would talk on standard error about
 * what strangers send. keys/identity/ speaks to TPMs. "Part 2" is the TCG's TPM 2.0 Library, Part 2: Structures.
 */
#ifndef LIB_TPM_TPM_H
#define LIB_TPM_TPM_H

#include "lib/bytes.h"
#include "lib/crypto/crypto.h"
#include "lib/err.h"
#include "lib/object.h"

/* --- attest.c: TPMS_ATTEST (Part 2, 10.12.12) ------------------------------------------------------------ */

enum wt_tpm_attest_type {
	WT_TPM_ATTEST_CERTIFY = 0x8017, /* TPM_ST_ATTEST_CERTIFY */
	WT_TPM_ATTEST_QUOTE = 0x8018, /* TPM_ST_ATTEST_QUOTE */
};

#define WT_TPM_GENERATED 0xff544347u /* TPM_GENERATED_VALUE: made inside a TPM (Part 2, 6.2) */
#define WT_TPM_BANKS 16

enum wt_tpm_alg { /* TPM_ALG_ID (TCG Algorithm Registry), those that are known here */
	WT_TPM_ALG_SHA1 = 0x0004,
	WT_TPM_ALG_SHA256 = 0x000b,
	WT_TPM_ALG_SHA384 = 0x000c,
	WT_TPM_ALG_SHA512 = 0x000d,
	WT_TPM_ALG_RSASSA = 0x0014,
	WT_TPM_ALG_RSAPSS = 0x0016,
	WT_TPM_ALG_ECDSA = 0x0018,
};

/* PCRs of one bank. */
struct wt_tpm_bank {
	uint16_t alg;
	uint32_t mask; /* bit i: PCR i */
};

/* Spans point into the bytes that were read. */
struct wt_tpm_attest {
	uint32_t magic;
	enum wt_tpm_attest_type type;
	struct wt_span qualified_signer;
	struct wt_span extra_data;
	uint64_t clock_ms; /* ms that the TPM was powered, over its life */
	uint32_t reset_count, restart_count;
	bool safe; /* no higher clock can have been shown before */
	uint64_t firmware;
	/* QUOTE */
	uint32_t pcrs; /* bit i: PCR i of the SHA-256 bank is in the digest */
	bool other_banks; /* and PCRs of other banks are */
	struct wt_tpm_bank banks[WT_TPM_BANKS]; /* the whole selection, in its order */
	size_t n_banks;
	struct wt_span pcr_digest;
	/* CERTIFY */
	struct wt_span name, qualified_name;
};

/*
 * Reads one, whole: TPM_GENERATED_VALUE and the type are checked (another type than these two is refused), trailing
 * bytes are refused. -EBADMSG with what is wrong.
 */
int wt_tpm_attest_read(struct wt_span raw, struct wt_tpm_attest *ret, struct wt_err *err);
/*
 * For saying what something is that should be one: with another magic or type it is read up to there, and those are
 * left to be judged.
 */
int wt_tpm_attest_parse(struct wt_span raw, struct wt_tpm_attest *ret, struct wt_err *err);

/* SHA-256 over the values of the PCRs in the mask, in ascending order: what pcr_digest must be (Part 1, PCR selection). */
void wt_tpm_pcr_digest(uint32_t mask, const uint8_t (*values)[WT_SHA256_LEN], uint8_t ret[WT_SHA256_LEN]);
/* PCR extend: SHA-256(value || digest), in place. */
void wt_tpm_extend(uint8_t value[WT_SHA256_LEN], const uint8_t digest[WT_SHA256_LEN]);

/* --- public.c: TPMT_PUBLIC (Part 2, 12.2.4) ---------------------------------------------------------------- */

struct wt_tpm_public {
	struct wt_key *key; /* owned: wt_tpm_public_clear. NULL for a kind that signs nothing of ours (an EK) */
	uint8_t spki[WT_SHA256_LEN]; /* SHA-256 of the SubjectPublicKeyInfo */
	uint8_t name[2 + WT_SHA256_LEN]; /* Part 1, 16: nameAlg || SHA-256(TPMT_PUBLIC); zeros where that is SHA-384 */
	uint32_t attributes; /* TPMA_OBJECT (Part 2, 8.3) */
	struct wt_span raw; /* the TPMT_PUBLIC, as it was read */
};

int wt_tpm_public_read(struct wt_span raw, struct wt_tpm_public *ret, struct wt_err *err);
void wt_tpm_public_clear(struct wt_tpm_public *pub);
/*
 * Is it fit to be an attestation key? restricted, sign, not decrypt, fixedTPM, fixedParent, sensitiveDataOrigin; ECC
 * P-256 with ECDSA and SHA-256. 0, or -EKEYREJECTED naming the attribute.
 */
int wt_tpm_public_is_ak(const struct wt_tpm_public *pub, struct wt_err *err);
/* The same, to sign a rig's envelopes: not restricted, or it could sign nothing that was made outside of the TPM. */
int wt_tpm_public_is_signer(const struct wt_tpm_public *pub, struct wt_err *err);
/* To be an endorsement key: restricted, decrypt, not sign, and of this TPM only. */
int wt_tpm_public_is_ek(const struct wt_tpm_public *pub, struct wt_err *err);

#endif
