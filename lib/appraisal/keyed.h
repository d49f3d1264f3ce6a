/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel's MACs on steps (ANCHOR in record.h). A step's key is disclosed by the closing record of the next one: it
 * must lead back to the anchor, and make the MAC that was there before anybody knew it. A step whose successor's body
 * was pruned has its key implied by a later one; the next MAC stands over its chain value too. So it is with a step that
 * the TPM was not extended with, whose key the kernel keeps back: until it discloses one again.
 */
#ifndef LIB_APPRAISAL_KEYED_H
#define LIB_APPRAISAL_KEYED_H

#include "lib/attestation.h"
#include "lib/record.h"

struct wt_appraisal;
struct wt_findings;

/* Kept over runs: of the log that is being read. */
struct keyed {
	bool chained; /* an ANCHOR was read: all steps are keyed from then on */
	bool joined; /* the log was not read from its beginning: its first key is taken as it comes */
	uint32_t keys; /* of this chain */
	uint32_t index; /* of the newest step's key in it; 0: it has none */
	uint32_t known_index;
	uint8_t known[WT_SHA256_LEN]; /* that key; 0: the anchor */
	bool has_next;
	uint32_t next_keys;
	uint8_t next[WT_SHA256_LEN]; /* anchor of the chain behind this one */
	bool pending; /* the newest step's MAC waits for its key */
	uint8_t mac[WT_SHA256_LEN];
	uint64_t withheld; /* steps since the last key, each of them not in the PCR */
	uint32_t quoted; /* attestations that the TPM signed meanwhile */
};

/* In this run. */
struct keyed_tally {
	uint64_t verified, implied;
	uint64_t unkeyed; /* steps in logs without an ANCHOR */
	uint64_t unshown; /* withheld to the end of their log */
};

/* A step that was read. */
struct keyed_step {
	const struct wt_record *closing; /* NULL: pruned, or it cannot be read */
	const struct wt_record *anchor; /* NULL: none was in it */
	const uint8_t *before; /* the chain before it: WT_SHA256_LEN bytes */
	struct wt_span mac; /* p NULL: none */
	bool loads; /* LOAD begins it */
	bool lost; /* it says that the PCR does not have the step before */
};

void wt_keyed_begin(struct wt_appraisal *a); /* a new log */
void wt_keyed_broken(struct wt_appraisal *a); /* steps are missing */
void wt_keyed_step(struct wt_appraisal *a, const struct keyed_step *step);
void wt_keyed_quote(struct wt_appraisal *a); /* the TPM signed a quote behind what was read */
void wt_keyed_conclude(const struct wt_appraisal *a, struct wt_findings *f);
/* Were all steps keyed, and is there one at least whose MAC was verified? */
bool wt_keyed_verified(const struct wt_appraisal *a);

#endif
