// SPDX-License-Identifier: Apache-2.0
/* Writing an attestation, in the deterministic order of its labels. */
#include "lib/attestation.h"

static void put_digest(struct wt_buf *b, uint64_t label, const uint8_t digest[WT_SHA256_LEN])
{
	wt_cbor_put_uint(b, label);
	wt_cbor_put_bytes(b, wt_span(digest, WT_SHA256_LEN));
}

static void put_record(struct wt_buf *b, const struct wt_att_record *record)
{
	if (record->raw.p) {
		wt_cbor_put_bytes(b, record->raw);
	} else {
		wt_cbor_put_tag(b, TAG_PRUNED);
		wt_cbor_put_bytes(b, wt_span(record->digest, sizeof(record->digest)));
	}
}

static void put_steps(struct wt_buf *b, const struct wt_attestation *att)
{
	size_t i, k;

	wt_cbor_put_uint(b, STEPS);
	wt_cbor_put_array(b, att->n_steps);
	for (i = 0; i < att->n_steps; i++) {
		wt_cbor_put_array(b, att->steps[i].n_records);
		for (k = 0; k < att->steps[i].n_records; k++)
			put_record(b, &att->steps[i].records[k]);
	}
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
	wt_cbor_put_map(b, 9u + !!att->unobserved.p + att->has_ledger);
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
	put_steps(b, att);
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
}

static bool keyed(const struct wt_attestation *att)
{
	size_t i;

	for (i = 0; i < att->n_steps; i++)
		if (att->steps[i].mac.p)
			return true;
	return false;
}

int wt_attestation_encode(const struct wt_attestation *att, struct wt_buf *ret, struct wt_err *err)
{
	struct wt_attestation back;
	struct wt_cbor_in in;
	size_t start = ret->n;
	int r;

	if (keyed(att))
		return wt_fail(err, EOPNOTSUPP, "keyed steps are not known to this version");
	wt_cbor_put_map(ret, 5u + !!att->nonce.p + !!att->uptime_s);
	wt_cbor_put_uint(ret, CLAIM_IAT);
	wt_cbor_put_int(ret, att->iat);
	if (att->nonce.p) {
		wt_cbor_put_uint(ret, CLAIM_NONCE);
		wt_cbor_put_bytes(ret, att->nonce);
	}
	wt_cbor_put_uint(ret, CLAIM_UEID);
	wt_cbor_put_bytes(ret, wt_span(att->ueid, sizeof(att->ueid)));
	if (att->uptime_s) {
		wt_cbor_put_uint(ret, CLAIM_UPTIME);
		wt_cbor_put_uint(ret, att->uptime_s);
	}
	wt_cbor_put_uint(ret, CLAIM_PROFILE);
	wt_cbor_put_bytes(ret, wt_span(attestation_profile, sizeof(attestation_profile)));
	wt_cbor_put_uint(ret, CLAIM_BOOTSEED);
	wt_cbor_put_bytes(ret, wt_span(att->epoch, sizeof(att->epoch)));
	wt_cbor_put_int(ret, CLAIM_EVIDENCE);
	put_evidence(ret, att);
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
