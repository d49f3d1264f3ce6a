// SPDX-License-Identifier: Apache-2.0
/* Writing an attestation, in the deterministic order of its labels. */
#include "lib/attestation.h"

static void put_digest(struct wt_buf *b, uint64_t label, const uint8_t digest[WT_SHA256_LEN])
{
	wt_cbor_put_uint(b, label);
	wt_cbor_put_bytes(b, wt_span(digest, WT_SHA256_LEN));
}

static void put_grants(struct wt_buf *b, const struct wt_attestation *att)
{
	size_t i;

	wt_cbor_put_uint(b, GRANTS);
	wt_cbor_put_array(b, att->n_grants);
	for (i = 0; i < att->n_grants; i++) {
		wt_cbor_put_array(b, 2);
		wt_cbor_put_bytes(b, wt_span(att->grants[i].id, WT_ID_LEN));
		wt_cbor_put_bytes(b, wt_span(att->grants[i].digest, WT_SHA256_LEN));
	}
}

static void put_evidence(struct wt_buf *b, const struct wt_attestation *att)
{
	wt_cbor_put_map(b, 10u + !!att->unobserved.p + att->has_ledger + !!att->quote.attest.p +
				   !!att->ima.p);
	wt_cbor_put_uint(b, SEQ);
	wt_cbor_put_uint(b, att->seq);
	put_digest(b, PREV, att->prev);
	wt_cbor_put_uint(b, CLOCK);
	wt_cbor_put_array(b, 2);
	wt_cbor_put_uint(b, att->clock);
	wt_cbor_put_uint(b, att->clock_bound_us);
	put_digest(b, CHAIN_BEFORE, att->chain_before);
	put_digest(b, CHAIN_AFTER, att->chain_after);
	wt_cbor_put_uint(b, FIRST_SEQ);
	wt_cbor_put_uint(b, att->first_seq);
	wt_cbor_put_uint(b, STEPS);
	attestation_put_steps(b, att);
	put_digest(b, REGISTRATION, att->registration);
	put_grants(b, att);
	if (att->unobserved.p) {
		wt_cbor_put_uint(b, UNOBSERVED);
		wt_cbor_put_text_span(b, att->unobserved);
	}
	if (att->has_ledger) {
		wt_cbor_put_uint(b, LEDGER);
		wt_cbor_put_array(b, 2);
		wt_cbor_put_uint(b, att->ledger_charged_uj);
		wt_cbor_put_uint(b, att->ledger_left_uj);
	}
	if (att->quote.attest.p) {
		wt_cbor_put_uint(b, QUOTE);
		attestation_put_quote(b, &att->quote);
	}
	if (att->ima.p) {
		wt_cbor_put_uint(b, IMA);
		attestation_put_ima(b, att);
	}
	wt_cbor_put_uint(b, KEY_PLACE);
	wt_cbor_put_uint(b, att->key_place);
}

void attestation_put(struct wt_buf *b, const struct wt_attestation *att)
{
	wt_cbor_put_map(b, 5u + !!att->nonce.p + !!att->uptime_s);
	wt_cbor_put_uint(b, CLAIM_IAT);
	wt_cbor_put_int(b, att->iat);
	if (att->nonce.p) {
		wt_cbor_put_uint(b, CLAIM_NONCE);
		wt_cbor_put_bytes(b, att->nonce);
	}
	wt_cbor_put_uint(b, CLAIM_UEID);
	wt_cbor_put_bytes(b, wt_span(att->ueid, sizeof(att->ueid)));
	if (att->uptime_s) {
		wt_cbor_put_uint(b, CLAIM_UPTIME);
		wt_cbor_put_uint(b, att->uptime_s);
	}
	wt_cbor_put_uint(b, CLAIM_PROFILE);
	wt_cbor_put_bytes(b, wt_span(attestation_profile, sizeof(attestation_profile)));
	wt_cbor_put_uint(b, CLAIM_BOOTSEED);
	wt_cbor_put_bytes(b, wt_span(att->epoch, sizeof(att->epoch)));
	wt_cbor_put_int(b, CLAIM_EVIDENCE);
	put_evidence(b, att);
}

int wt_attestation_encode(const struct wt_attestation *att, struct wt_buf *ret, struct wt_err *err)
{
	struct wt_attestation back;
	struct wt_cbor_in in;
	size_t start = ret->n;
	int r;

	attestation_put(ret, att);
	if (ret->err)
		return wt_fail(err, -ret->err, "no memory for an attestation");
	/* What the decoder would refuse is never signed. */
	wt_cbor_init(&in, wt_span(ret->p + start, ret->n - start), err);
	in.no_offset = true;
	r = attestation_read(&in, &back);
	if (r < 0)
		ret->n = start;
	else
		wt_attestation_clear(&back);
	return r;
}
