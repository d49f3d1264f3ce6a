/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The TPM's quote in an attestation: over the PCR that the module extends with each step, and over the PCRs that the
 * boot left. Values of PCRs are said once an epoch, and again when they change.
 */
#ifndef AGENT_DAEMON_WITNESS_H
#define AGENT_DAEMON_WITNESS_H

#include "agent/netlink.h"
#include "agent/steps.h"
#include "keys/identity/identity.h"

struct witness {
	bool there; /* the module extends a PCR */
	uint32_t pcr; /* which */
	uint8_t epoch[WT_EPOCH_LEN]; /* that said is about */
	uint32_t said; /* mask of PCRs whose values below are in stored attestations of the epoch */
	uint8_t values[WT_PCRS][WT_SHA256_LEN];
};

/*
 * Waits, shortly, until the module has extended the PCR with the batch's steps (or said that it could not): a quote that
 * comes too early proves less, but nothing false. nl NULL: the module is gone, and what it did it did.
 */
void witness_wait(struct witness *witness, struct wt_nl *nl, const struct wt_batch *batch);
/*
 * Quotes for the attestation, all of which but the quote must be there; ret is what att->quote points into: owned by
 * the caller, wt_identity_quote_clear.
 */
int witness_quote(const struct witness *witness, struct wt_identity *identity,
		  struct wt_attestation *att, struct wt_identity_quote *ret, struct wt_err *err);
/* An attestation of that epoch with that quote is stored. */
void witness_said(struct witness *witness, const uint8_t epoch[WT_EPOCH_LEN],
		  const struct wt_identity_quote *quote);

#endif
