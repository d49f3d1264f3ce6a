// SPDX-License-Identifier: Apache-2.0
/*
 * An attestation: an EAT (RFC 9711) with the kernel's records in one claim of ours
 * (docs/evidence.cddl). A fleet's verifier decodes a million of these: records stay where they are,
 * and memory is counted before it is asked for.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/attestation.h"
#include "lib/fields.h"
#include "wattest/record.h"

static const struct wt_field claims[] = {
	{ CLAIM_IAT, "iat", false },
	{ CLAIM_NONCE, "nonce", true },
	{ CLAIM_UEID, "ueid", false },
	{ CLAIM_UPTIME, "uptime", true },
	{ CLAIM_PROFILE, "eat_profile", false },
	{ CLAIM_BOOTSEED, "bootseed", false },
	{ CLAIM_EVIDENCE, "evidence", false },
};

static const struct wt_field evidence_fields[] = {
	{ SEQ, "seq", false },
	{ PREV, "prev", false },
	{ CLOCK, "clock", false },
	{ CHAIN_BEFORE, "chain before", false },
	{ CHAIN_AFTER, "chain after", false },
	{ FIRST_SEQ, "first record", false },
	{ STEPS, "steps", false },
	{ REGISTRATION, "registration", false },
	{ GRANTS, "grants", false },
	{ UNOBSERVED, "why activity is not observed", true },
	{ LEDGER, "ledger", true },
	{ QUOTE, "quote", true },
	{ IMA, "IMA list", true },
	{ KEY_PLACE, "where the key is", false },
};

/* --- the other fields -------------------------------------------------------------------------- */

static int read_clock(struct wt_cbor_in *in, struct wt_attestation *att)
{
	size_t at = in->off, n;
	uint64_t status = 0;
	int r;

	r = wt_cbor_array(in, &n);
	if (!r && n != 2)
		r = wt_cbor_bad(in, "not a pair of status and bound");
	if (!r)
		r = wt_cbor_uint(in, &status);
	if (!r)
		r = wt_cbor_uint(in, &att->clock_bound_us);
	if (r < 0)
		return r;
	if (status != WT_CLOCK_UNKNOWN && status != WT_CLOCK_INFORMATIVE &&
	    status != WT_CLOCK_SYNCHRONISED && status != WT_CLOCK_RELATIVE) {
		in->off = at;
		return wt_cbor_bad(in, "status %" PRIu64 " is none of U, I, S, R", status);
	}
	att->clock = (enum wt_clock)status;
	if (att->clock_bound_us &&
	    (att->clock == WT_CLOCK_UNKNOWN || att->clock == WT_CLOCK_INFORMATIVE)) {
		in->off = at;
		return wt_cbor_bad(in, "a bound of its offset, which status %c cannot have",
				   att->clock);
	}
	return 0;
}

static int read_prev(struct wt_cbor_in *in, struct wt_attestation *att)
{
	static const uint8_t zeros[WT_SHA256_LEN];
	size_t at = in->off;
	bool none;
	int r;

	r = wt_cbor_bytes_to(in, att->prev, sizeof(att->prev));
	if (r < 0)
		return r;
	none = !memcmp(att->prev, zeros, sizeof(zeros));
	if (none != (att->seq == 1)) {
		in->off = at;
		return wt_cbor_bad(in,
				   none ? "zeros, but seq is not 1" : "not zeros, but seq is 1");
	}
	return 0;
}

static int read_grants(struct wt_cbor_in *in, struct wt_attestation *att)
{
	size_t n, two, i;
	int r;

	r = wt_field_count(in, WT_MAX_GRANTS, &n);
	if (r < 0 || !n)
		return r;
	att->grants = malloc(n * sizeof(*att->grants));
	if (!att->grants)
		return wt_fail(in->err, ENOMEM, "no memory for %zu grants", n);
	for (i = 0; i < n; i++) {
		r = wt_cbor_array(in, &two);
		if (!r && two != 2)
			r = wt_cbor_bad(in, "not a pair of id and digest");
		if (!r)
			r = wt_cbor_bytes_to(in, att->grants[i].id, WT_ID_LEN);
		if (!r)
			r = wt_cbor_bytes_to(in, att->grants[i].digest, WT_SHA256_LEN);
		if (r < 0)
			return r;
	}
	att->n_grants = n;
	return 0;
}

static int read_unobserved(struct wt_cbor_in *in, struct wt_attestation *att)
{
	char text[UNOBSERVED_MAX + 1];
	size_t at = in->off;
	int r;

	r = wt_field_name(in, text, sizeof(text));
	if (r < 0)
		return r;
	in->off = at;
	return wt_cbor_text(in, &att->unobserved);
}

static int read_ledger(struct wt_cbor_in *in, struct wt_attestation *att)
{
	size_t n;
	int r;

	r = wt_cbor_array(in, &n);
	if (!r && n != 2)
		r = wt_cbor_bad(in, "not a pair of charged and left");
	if (!r)
		r = wt_cbor_uint(in, &att->ledger_charged_uj);
	if (!r)
		r = wt_cbor_uint(in, &att->ledger_left_uj);
	att->has_ledger = true;
	return r;
}

static int read_key_place(struct wt_cbor_in *in, struct wt_attestation *att)
{
	uint64_t place = 0;
	int r;

	r = wt_field_uint(in, WT_KEY_IN_FILE, WT_KEY_IN_TPM, &place);
	att->key_place = (enum wt_key_place)place;
	return r;
}

static int read_field(struct wt_cbor_in *in, int64_t label, struct wt_attestation *att)
{
	switch ((enum evidence_label)label) {
	case SEQ:
		return wt_field_uint(in, 1, UINT64_MAX, &att->seq);
	case PREV:
		return read_prev(in, att);
	case CLOCK:
		return read_clock(in, att);
	case CHAIN_BEFORE:
		return wt_cbor_bytes_to(in, att->chain_before, WT_SHA256_LEN);
	case CHAIN_AFTER:
		return wt_cbor_bytes_to(in, att->chain_after, WT_SHA256_LEN);
	case FIRST_SEQ:
		return wt_cbor_uint(in, &att->first_seq);
	case STEPS:
		return attestation_read_steps(in, att);
	case REGISTRATION:
		return wt_cbor_bytes_to(in, att->registration, WT_SHA256_LEN);
	case GRANTS:
		return read_grants(in, att);
	case UNOBSERVED:
		return read_unobserved(in, att);
	case LEDGER:
		return read_ledger(in, att);
	case QUOTE:
		return attestation_read_quote(in, &att->quote);
	case IMA:
		return attestation_read_ima(in, att);
	case KEY_PLACE:
		return read_key_place(in, att);
	}
	return wt_cbor_bad(in, "not known");
}

static int read_evidence(struct wt_cbor_in *in, struct wt_attestation *att)
{
	struct wt_fields map;
	int64_t label;
	int r;

	r = wt_fields_begin(in, evidence_fields,
			    sizeof(evidence_fields) / sizeof(evidence_fields[0]), &map);
	while (r >= 0 && (r = wt_fields_next(in, &map, &label)) > 0)
		r = read_field(in, label, att);
	return r;
}

/* --- claims ------------------------------------------------------------------------------------ */

static int read_profile(struct wt_cbor_in *in)
{
	size_t at = in->off;
	struct wt_span oid;
	int r;

	r = wt_cbor_bytes(in, &oid);
	if (r < 0)
		return r;
	if (!wt_span_equal(oid, wt_span(attestation_profile, sizeof(attestation_profile)))) {
		in->off = at;
		return wt_cbor_bad(in, "not wattest's, or of a version that is not known here");
	}
	return 0;
}

static int read_nonce(struct wt_cbor_in *in, struct wt_attestation *att)
{
	size_t at = in->off;
	int r;

	r = wt_cbor_bytes(in, &att->nonce);
	if (!r && (att->nonce.n < WATTEST_NONCE_MIN || att->nonce.n > WATTEST_NONCE_MAX)) {
		in->off = at;
		r = wt_cbor_bad(in, "%zu bytes (%d to %d)", att->nonce.n, WATTEST_NONCE_MIN,
				WATTEST_NONCE_MAX);
	}
	return r;
}

static int read_claim(struct wt_cbor_in *in, int64_t label, struct wt_attestation *att)
{
	switch ((enum claim)label) {
	case CLAIM_IAT:
		return wt_field_time(in, &att->iat);
	case CLAIM_NONCE:
		return read_nonce(in, att);
	case CLAIM_UEID:
		return wt_field_ueid(in, att->ueid);
	case CLAIM_UPTIME:
		return wt_field_uint(in, 1, UINT64_MAX, &att->uptime_s);
	case CLAIM_PROFILE:
		return read_profile(in);
	case CLAIM_BOOTSEED:
		return wt_cbor_bytes_to(in, att->epoch, sizeof(att->epoch));
	case CLAIM_EVIDENCE:
		return read_evidence(in, att);
	}
	return wt_cbor_bad(in, "not known");
}

int attestation_read(struct wt_cbor_in *in, struct wt_attestation *ret)
{
	struct wt_attestation att = { 0 };
	struct wt_fields map;
	int64_t label;
	int r;

	r = wt_fields_begin(in, claims, sizeof(claims) / sizeof(claims[0]), &map);
	while (r >= 0 && (r = wt_fields_next(in, &map, &label)) > 0)
		r = read_claim(in, label, &att);
	if (!r)
		r = wt_cbor_end(in);
	if (r < 0) {
		wt_attestation_clear(&att);
		return r;
	}
	*ret = att;
	return 0;
}

int wt_attestation_decode(struct wt_span payload, struct wt_attestation *ret, struct wt_err *err)
{
	struct wt_cbor_in in;

	wt_cbor_init(&in, payload, err);
	return attestation_read(&in, ret);
}

void wt_attestation_clear(struct wt_attestation *att)
{
	free(att->steps);
	free(att->record_store);
	free(att->grants);
	*att = (struct wt_attestation){ 0 };
}
