/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The TPM as a witness of the log: witness.c (the value that its PCR must have, and quotes held against it), quote.c
 * (a quote, attribute by attribute), boot.c (the state that the host booted in).
 *
 * The module extends a PCR with each step, after the step is closed and unless it fails. So a quote may be of a step
 * later than the attestation's last, which the next attestation brings; or of one earlier, when the TPM was slow; and
 * steps that failed are named by a LOST record that comes after them.
 */
#ifndef LIB_APPRAISAL_WITNESS_H
#define LIB_APPRAISAL_WITNESS_H

#include "lib/attestation.h"
#include "lib/record.h"

struct wt_appraisal;
struct wt_findings;

/* Steps that the PCR may not have been extended with: more than the module lets wait. */
#define WITNESS_OPEN 256
#define WITNESS_PENDING 4

struct witness_step {
	uint64_t seq; /* of the record that closed it */
	uint8_t digest[WT_SHA256_LEN];
	bool lost;
};

/* A quote that no step's value was found for yet. */
struct witness_quote {
	uint64_t seq; /* of the attestation */
	uint64_t steps; /* read since */
	uint32_t mask; /* PCRs of the digest */
	uint8_t digest[WT_SHA256_LEN];
	uint8_t values[WT_PCRS][WT_SHA256_LEN]; /* of those in the mask, but the witness */
};

/* Kept over runs, for a rig whose registration names a TPM. */
struct witness {
	/* --- of the log that is being read */
	bool known; /* the PCR's value is: the log was read from LOAD on */
	uint8_t pcr; /* WATTEST_PCR_NONE: no PCR is extended */
	uint8_t start[WT_SHA256_LEN]; /* the PCR when the module was loaded */
	uint8_t settled[WT_SHA256_LEN]; /* the PCR before the open steps */
	uint8_t value[WT_SHA256_LEN]; /* and after them */
	struct witness_step open[WITNESS_OPEN];
	uint32_t n_open;
	uint32_t n_old; /* of them, those that the quote before had seen: the next must hold them */
	struct witness_quote pending[WITNESS_PENDING]; /* oldest first */
	uint32_t n_pending;
	uint32_t said; /* PCRs whose values were carried in this log */
	uint8_t values[WT_PCRS][WT_SHA256_LEN];
	bool quoted_here; /* a good quote was in this log */
	/* --- of the log before it */
	bool before_known;
	bool before_ended; /* by UNLOAD */
	uint8_t before[WT_SHA256_LEN]; /* the PCR at its end */
	/* --- the newest quote that was good, of any log */
	bool quoted;
	uint32_t reset_count, restart_count;
	uint64_t clock_ms;
	uint64_t firmware;
	/* --- of one life of the TPM */
	uint64_t timely_ns, timely_ms; /* CLOCK_BOOTTIME and the TPM's clock, when they were last of one time; or 0 */
	bool past_firmware; /* this kernel was booted by another one: nothing measured it */
	/* --- the newest that agreed with the log */
	uint32_t booted; /* PCRs */
	uint8_t boot[WT_PCRS][WT_SHA256_LEN];
};

/* In this run. */
struct witness_tally {
	uint64_t quotes, matched; /* good; and found to agree with the log */
	uint64_t unknown; /* good, in a log that was not read from its beginning */
	uint64_t without; /* attestations without a quote */
	uint64_t outside; /* whose key is not in the TPM, as they say */
	uint64_t unclean; /* quotes after a power cut (safe = 0) */
	uint64_t lost; /* steps that are not in the PCR */
};

/* --- witness.c ---------------------------------------------------------------------------------------- */

void wt_witness_begin(struct wt_appraisal *a); /* a new log */
void wt_witness_load(struct wt_appraisal *a, const struct wattest_load *load);
/* Behind it something is missing: what the PCR holds is not known any more. */
void wt_witness_broken(struct wt_appraisal *a);
void wt_witness_lost(struct wt_appraisal *a, uint64_t first_seq, uint64_t last_seq);
void wt_witness_step(struct wt_appraisal *a, uint64_t seq, const uint8_t digest[WT_SHA256_LEN]);
/* A good quote, of the end of what was read or near it. */
void wt_witness_quote(struct wt_appraisal *a, uint32_t mask, const uint8_t digest[WT_SHA256_LEN]);
/* All steps of an attestation are read. */
void wt_witness_read(struct wt_appraisal *a);
void wt_witness_conclude(const struct wt_appraisal *a, struct wt_findings *f);
/* A PCR as the quote of the attestation being read has it; NULL: not quoted, or the quote does not agree yet. */
const uint8_t *wt_witness_value(const struct wt_appraisal *a, unsigned int pcr);
/* Does the newest quote agree with the log, or at most wait for the next step? */
bool wt_witness_agrees(const struct wt_appraisal *a);

/* --- quote.c ------------------------------------------------------------------------------------------- */

/* Of the attestation whose records were read. */
int wt_quote_check(struct wt_appraisal *a, const struct wt_attestation *att, struct wt_err *err);

/* --- boot.c -------------------------------------------------------------------------------------------- */

#define WITNESS_BOOT_PCRS (1u << 0 | 1u << 2 | 1u << 4 | 1u << 7) /* always quoted */

const char *wt_pcr_meaning(unsigned int pcr); /* what is measured into it, by convention */
void wt_boot_conclude(const struct wt_appraisal *a, struct wt_findings *f);
/* Was every registered PCR seen, with its registered value? false when none is registered. */
bool wt_boot_registered(const struct wt_appraisal *a);
bool wt_boot_has(const struct wt_appraisal *a, unsigned int pcr); /* is it one of these? */

#endif
