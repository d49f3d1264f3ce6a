/* SPDX-License-Identifier: Apache-2.0 */
/* One attestation from whole steps of records: claims, encoding, signature. Nothing leaves from here. */
#ifndef AGENT_DAEMON_ATTEST_H
#define AGENT_DAEMON_ATTEST_H

#include "agent/steps.h"
#include "agent/store.h"

#include "rig.h"
#include "witness.h"

struct attest_in {
	const struct rig *rig;
	const struct witness *witness;
	uint64_t ima_first;
	struct wt_span ima; /* entries of the host's measurement list; n 0: none */
	const struct wt_store_row *last; /* the attestation before */
	const struct wt_batch *batch;
	const uint8_t *epoch; /* WT_EPOCH_LEN */
	const uint8_t *chain_before;
	const char *unobserved; /* why no probe observes; empty: one does */
	bool has_ledger;
	uint64_t charged_uj, left_uj;
};

/*
 * Quotes with a TPM, and signs; ret_row is what the store keeps beside it, ret_quote is owned by the caller: empty
 * without a TPM.
 */
int attest_sign(const struct attest_in *in, struct wt_store_row *ret_row, struct wt_buf *ret_cose,
		struct wt_identity_quote *ret_quote, struct wt_err *err);

#endif
