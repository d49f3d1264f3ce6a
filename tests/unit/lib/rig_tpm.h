/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rig's TPM, in software: PCRs that can only be extended, a clock, an attestation key that quotes; and the kernel's
 * keys for the MACs of its steps. A test bends what a TPM never would.
 */
#ifndef TESTS_UNIT_LIB_RIG_TPM_H
#define TESTS_UNIT_LIB_RIG_TPM_H

#include "lib/crypto/crypto.h"
#include "lib/object.h"

struct rig;

#define RIG_PCR 13
#define RIG_KEYS 8 /* in a chain, so that a test sees several */

/* A TPMS_ATTEST before it is signed. */
struct rig_quote {
	uint32_t magic;
	uint16_t type;
	uint8_t extra[WT_SHA256_LEN];
	size_t extra_len;
	uint64_t clock_ms;
	uint32_t reset, restart;
	uint8_t safe;
	uint16_t bank;
	uint32_t mask;
	bool two_banks; /* and PCR 0 of SHA-1's */
	uint8_t digest[WT_SHA256_LEN];
	struct wt_key *signer;
	bool none; /* no quote at all */
	size_t trailing; /* bytes behind it */
};

struct rig_tpm {
	bool there;
	struct wt_key *ek, *ak;
	struct wt_buf ak_spki;
	uint8_t pcrs[WT_PCRS][WT_SHA256_LEN];
	uint32_t reset, restart;
	uint64_t clock_ms;
	bool safe;
	uint32_t mask; /* what the agent quotes, beside the witness */
	uint32_t said; /* in this log */
	uint8_t last_said[WT_PCRS][WT_SHA256_LEN];
	uint8_t witness; /* PCR, or WATTEST_PCR_NONE */
	bool fails; /* extends do */
	bool slow; /* the step that closes is extended only with the next */
	bool waiting;
	uint8_t waits[WT_SHA256_LEN];
	void (*edit_quote)(struct rig *rig, struct rig_quote *q);
	/* between the signing of the payload and the quote: the log goes on */
	void (*before_quote)(struct rig *rig);

	/* the kernel's keys */
	bool keyed;
	uint8_t keys[2][RIG_KEYS + 1][WT_SHA256_LEN]; /* this chain and the next; 0 is the anchor */
	unsigned int index; /* of the newest step's key; 0: no step yet */
	bool announced; /* the next chain */
	uint8_t disclosed[WT_SHA256_LEN];
	bool has_disclosed;
	unsigned int draws;
	bool no_mac, no_key; /* bent: left out of the next step */
	bool no_anchor; /* no chain is announced any more */
};

/* Before rig_boot: gives the rig a TPM, and registers it with that and its boot state. */
void rig_tpm_init(struct rig *rig);
void rig_tpm_free(struct rig *rig);
/* Power: PCRs begin anew, and the firmware measures. */
void rig_tpm_reset(struct rig *rig);
void rig_tpm_extend(struct rig *rig, unsigned int pcr, const uint8_t digest[WT_SHA256_LEN]);
/* Fills in att's quote; its bytes live until the next. */
void rig_tpm_quote(struct rig *rig, struct wt_attestation *att);

/* For the kernel: in LOAD's step, and in others before the closing record. */
void rig_keys_load(struct rig *rig);
void rig_keys_anchor(struct rig *rig);
/* The key that the closing record discloses, or p NULL. */
struct wt_span rig_keys_disclose(struct rig *rig);
/* The step closes: its MAC into mac, false when there is none; and the PCR is extended. */
bool rig_keys_close(struct rig *rig, uint8_t mac[WT_SHA256_LEN]);
void rig_tpm_step(struct rig *rig, const uint8_t digest[WT_SHA256_LEN]);

#endif
