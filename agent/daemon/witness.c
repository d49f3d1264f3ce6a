// SPDX-License-Identifier: Apache-2.0
#include <string.h>
#include <time.h>

#include "lib/ima.h"

#include "log.h"
#include "witness.h"

/* The boot state, what may be part of it (whose zeros cost a few bytes once an epoch), and IMA's. */
#define QUOTED_PCRS (WT_IDENTITY_BOOT | WT_IDENTITY_BOOT_IF_USED | 1u << WT_IMA_PCR)

void witness_wait(struct witness *witness, struct wt_nl *nl, const struct wt_batch *batch)
{
	const struct timespec pause = { .tv_nsec = WT_NL_BEHIND_MS * 1000000 };
	struct wt_nl_status status;
	struct wt_err err;

	for (int i = 0; nl && i < WT_NL_BEHIND_TRIES; i++) {
		if (wt_nl_status(nl, &status, &err) < 0)
			return; /* the cycle finds out what is wrong */
		witness->there = status.witnessed;
		witness->pcr = status.witness_pcr;
		if (!status.witnessed ||
		    status.witness_steps + status.witness_lost >= batch->last_step)
			return;
		nanosleep(&pause, NULL);
	}
	if (nl)
		log_say(LOG_WARNING,
			"the TPM is not extended with step %llu yet: a later quote will witness it",
			(unsigned long long)batch->last_step);
}

/* The values that no attestation of this epoch has said. */
static void say_values(const struct witness *witness, const struct wt_identity_quote *quote,
		       struct wt_attestation *att)
{
	bool same_epoch = !memcmp(witness->epoch, att->epoch, sizeof(witness->epoch));

	for (uint8_t i = 0; i < WT_PCRS; i++) {
		struct wt_pcr *pcr = &att->quote.pcrs[att->quote.n_pcrs];

		if (!(quote->pcrs & (1u << i)) || (witness->there && i == witness->pcr))
			continue;
		if (same_epoch && witness->said & (1u << i) &&
		    !memcmp(witness->values[i], quote->values[i], WT_SHA256_LEN))
			continue;
		pcr->index = i;
		memcpy(pcr->value, quote->values[i], WT_SHA256_LEN);
		att->quote.n_pcrs++;
	}
}

int witness_quote(const struct witness *witness, struct wt_identity *identity,
		  struct wt_attestation *att, struct wt_identity_quote *ret, struct wt_err *err)
{
	uint32_t pcrs = QUOTED_PCRS | (witness->there ? 1u << witness->pcr : 0);
	uint8_t binding[WT_SHA256_LEN];
	int r = wt_attestation_binding(att, binding, err);

	if (r < 0)
		return r;
	r = wt_identity_quote(identity, binding, pcrs, ret, err);
	if (r < 0)
		return r;
	att->quote = (struct wt_att_quote){
		.attest = wt_buf_span(&ret->attest),
		.signature = wt_span(ret->signature, sizeof(ret->signature)),
	};
	say_values(witness, ret, att);
	return 0;
}

void witness_said(struct witness *witness, const uint8_t epoch[WT_EPOCH_LEN],
		  const struct wt_identity_quote *quote)
{
	memcpy(witness->epoch, epoch, sizeof(witness->epoch));
	witness->said = quote->pcrs;
	memcpy(witness->values, quote->values, sizeof(witness->values));
}
