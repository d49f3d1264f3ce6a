// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>
#include <string.h>
#include <sys/timex.h>
#include <time.h>

#include "lib/cose.h"

#include "attest.h"

#define NS_PER_S 1000000000

/* How well the kernel's clock is disciplined, as whoever disciplines it told the kernel. */
static enum wt_clock clock_status(uint64_t *ret_bound_us)
{
	struct timex tx = {};
	int r = adjtimex(&tx);

	*ret_bound_us = 0;
	if (r < 0 || r == TIME_ERROR || (tx.status & STA_UNSYNC))
		return WT_CLOCK_UNKNOWN;
	*ret_bound_us = (uint64_t)tx.maxerror;
	return WT_CLOCK_SYNCHRONISED;
}

static uint64_t uptime_s(void)
{
	struct timespec ts = {};

	clock_gettime(CLOCK_BOOTTIME, &ts);
	return (uint64_t)ts.tv_sec;
}

/* The grants and allotments whose delivery window meets the time that the records are about. */
static int claim_grants(const struct rig *rig, int64_t from, int64_t to, struct wt_attestation *att)
{
	if (!rig->n_grants)
		return 0;
	att->grants = calloc(rig->n_grants, sizeof(*att->grants));
	if (!att->grants)
		return -ENOMEM;
	for (size_t i = 0; i < rig->n_grants; i++) {
		const struct rig_grant *g = &rig->grants[i];
		struct wt_att_grant *claim = &att->grants[att->n_grants];

		if (g->site || g->notice || g->not_before > to || g->not_after <= from)
			continue;
		memcpy(claim->id, g->id, WT_ID_LEN);
		memcpy(claim->digest, g->digest, WT_SHA256_LEN);
		att->n_grants++;
	}
	return 0;
}

int attest_sign(const struct attest_in *in, struct wt_store_row *ret_row, struct wt_buf *ret_cose,
		struct wt_identity_quote *ret_quote, struct wt_err *err)
{
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf payload = {};
	const struct wt_batch *batch = in->batch;
	struct wt_attestation att = {
		.iat = time(NULL),
		.uptime_s = batch->n_steps ? 0 : uptime_s(), /* records say it themselves */
		.nonce = batch->nonce,
		.seq = in->last->seq + 1,
		.first_seq = batch->first_seq,
		.steps = batch->steps,
		.n_steps = batch->n_steps,
		.has_ledger = in->has_ledger,
		.ledger_charged_uj = in->charged_uj,
		.ledger_left_uj = in->left_uj,
	};
	struct wt_store_row row = {
		.seq = att.seq,
		.first_record = batch->first_seq,
		.last_record = batch->last_seq,
		.iat = att.iat,
	};
	int64_t from = batch->from_ns ? (int64_t)(batch->from_ns / NS_PER_S) : att.iat;
	int r;

	memcpy(att.ueid, in->rig->ueid, sizeof(att.ueid));
	memcpy(att.epoch, in->epoch, sizeof(att.epoch));
	memcpy(att.prev, in->last->digest, sizeof(att.prev));
	memcpy(att.chain_before, in->chain_before, WT_SHA256_LEN);
	memcpy(att.chain_after, batch->head, WT_SHA256_LEN);
	memcpy(att.registration, in->rig->registration_digest, WT_SHA256_LEN);
	att.clock = clock_status(&att.clock_bound_us);
	if (in->unobserved[0])
		att.unobserved = wt_span(in->unobserved, strlen(in->unobserved));
	r = claim_grants(in->rig, from, att.iat, &att);
	if (r < 0)
		return wt_fail(err, ENOMEM, "out of memory");
	if (wt_identity_backend(in->rig->identity) == WT_BACKEND_TPM) {
		att.key_place = WT_KEY_IN_TPM;
		if (in->ima.n) {
			att.ima_first = in->ima_first;
			att.ima = in->ima;
		}
		r = witness_quote(in->witness, in->rig->identity, &att, ret_quote, err);
	}
	if (r == 0)
		r = wt_attestation_encode(&att, &payload, err);
	free(att.grants);
	if (r == 0)
		r = wt_cose_sign(in->rig->key, in->rig->cert, false, WT_TYP_ATTESTATION,
				 wt_buf_span(&payload), ret_cose, err);
	if (r < 0)
		return wt_fail_in(err, r, "cannot sign attestation %llu",
				  (unsigned long long)row.seq);
	wt_sha256(wt_buf_span(ret_cose), row.digest);
	memcpy(row.epoch, in->epoch, sizeof(row.epoch));
	memcpy(row.head, batch->head, WT_SHA256_LEN);
	*ret_row = row;
	return 0;
}
