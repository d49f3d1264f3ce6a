// SPDX-License-Identifier: Apache-2.0
/* A result: an inspector's verdict on a rig, to be handed on (docs/evidence.cddl). */
#include "lib/result.h"

#include <string.h>

#include "lib/cbor.h"
#include "lib/fields.h"
#include "lib/result_parts.h"

enum claim { /* IANA: CBOR Web Token (CWT) Claims */
	CLAIM_IAT = 6,
	CLAIM_UEID = 256,
	CLAIM_VERDICT = -75002,
};

static const struct wt_field claims[] = {
	{ CLAIM_IAT, "iat", false },
	{ CLAIM_UEID, "ueid", false },
	{ CLAIM_VERDICT, "verdict", false },
};

enum label {
	VERIFIER = 1,
	POLICY,
	RIG,
	TIER,
	ALLOCATION,
	ASSURANCE,
	ATTESTATIONS,
	COVERED,
	ENERGY,
	CHECKS,
};

static const struct wt_field fields[] = {
	{ VERIFIER, "verifier", false },
	{ POLICY, "policy digest", false },
	{ RIG, "rig name", false },
	{ TIER, "tier", false },
	{ ALLOCATION, "allocation", false },
	{ ASSURANCE, "assurance level", false },
	{ ATTESTATIONS, "attestations", false },
	{ COVERED, "time covered", false },
	{ ENERGY, "energy", false },
	{ CHECKS, "checks", false },
};

#define CLAIMS (sizeof(claims) / sizeof(claims[0]))
#define FIELDS (sizeof(fields) / sizeof(fields[0]))

#define ENERGIES 7

/* --- reading ----------------------------------------------------------------------------------- */

static int read_attestations(struct wt_cbor_in *in, struct wt_result *result)
{
	size_t at;
	int r;

	r = wt_result_read_tuple(in, 3, "first seq, last seq, digest of the last");
	if (r < 0)
		return r;
	at = in->off;
	r = wt_cbor_uint(in, &result->first_seq);
	if (!r)
		r = wt_cbor_uint(in, &result->last_seq);
	if (r < 0)
		return r;
	/* The first of all has seq 1. */
	if (result->first_seq > result->last_seq || (!result->first_seq && result->last_seq)) {
		in->off = at;
		return wt_cbor_bad(in, "no range of them");
	}
	return wt_cbor_bytes_to(in, result->last_digest, sizeof(result->last_digest));
}

static int read_energy(struct wt_cbor_in *in, struct wt_result *result)
{
	int r;

	r = wt_result_read_tuple(in, ENERGIES,
				 "measured, substituted, low, best, high, bought, left");
	if (!r)
		r = wt_cbor_uint(in, &result->measured_uj);
	if (!r)
		r = wt_cbor_uint(in, &result->substituted_uj);
	if (!r)
		r = wt_result_read_chargeable(in, &result->chargeable);
	if (!r)
		r = wt_cbor_uint(in, &result->bought_uj);
	return r ? r : wt_cbor_uint(in, &result->left_uj);
}

static int read_checks(struct wt_cbor_in *in, struct wt_result *result)
{
	enum wt_tier worst = WT_NONE;
	size_t at = in->off;
	int r;

	r = wt_result_read_checks(in, result->checks, &result->n_checks, &worst);
	if (r < 0)
		return r;
	in->what = fields[TIER - 1].name;
	return wt_result_check_tier(in, at, result->tier, worst, "the worst check");
}

static int read_field(struct wt_cbor_in *in, int64_t label, struct wt_result *result)
{
	uint64_t v = 0;
	int r;

	switch ((enum label)label) {
	case VERIFIER:
		return wt_field_name(in, result->verifier, sizeof(result->verifier));
	case POLICY:
		return wt_cbor_bytes_to(in, result->policy, sizeof(result->policy));
	case RIG:
		return wt_cbor_text_to(in, result->rig, sizeof(result->rig));
	case TIER:
		return wt_result_read_tier(in, &result->tier);
	case ALLOCATION:
		r = wt_field_uint(in, 0, WT_EXCEEDED, &v);
		result->allocation = (enum wt_allocation)v;
		return r;
	case ASSURANCE:
		r = wt_field_uint(in, 0, 3, &v);
		result->assurance = (unsigned int)v;
		return r;
	case ATTESTATIONS:
		return read_attestations(in, result);
	case COVERED:
		return wt_result_read_covered(in, &result->from_ns, &result->to_ns);
	case ENERGY:
		return read_energy(in, result);
	case CHECKS:
		return read_checks(in, result);
	}
	return wt_cbor_bad(in, "not known");
}

static int read_verdict(struct wt_cbor_in *in, struct wt_result *result)
{
	struct wt_fields map;
	int64_t label;
	int r;

	r = wt_fields_begin(in, fields, FIELDS, &map);
	while (r >= 0 && (r = wt_fields_next(in, &map, &label)) > 0)
		r = read_field(in, label, result);
	return r;
}

static int read_claim(struct wt_cbor_in *in, int64_t label, struct wt_result *result)
{
	switch ((enum claim)label) {
	case CLAIM_IAT:
		return wt_field_time(in, &result->iat);
	case CLAIM_UEID:
		return wt_field_ueid(in, result->ueid);
	case CLAIM_VERDICT:
		return read_verdict(in, result);
	}
	return wt_cbor_bad(in, "not known");
}

static int decode(struct wt_cbor_in *in, struct wt_result *ret)
{
	struct wt_result result = { 0 };
	struct wt_fields map;
	int64_t label;
	int r;

	r = wt_fields_begin(in, claims, CLAIMS, &map);
	while (r >= 0 && (r = wt_fields_next(in, &map, &label)) > 0)
		r = read_claim(in, label, &result);
	if (!r)
		r = wt_cbor_end(in);
	if (r < 0)
		return r;
	*ret = result;
	return 0;
}

int wt_result_decode(struct wt_span payload, struct wt_result *ret, struct wt_err *err)
{
	struct wt_cbor_in in;

	wt_cbor_init(&in, payload, err);
	return decode(&in, ret);
}

/* --- writing ----------------------------------------------------------------------------------- */

static void put_verdict(struct wt_buf *b, const struct wt_result *result)
{
	const uint64_t energy[ENERGIES] = {
		result->measured_uj,	 result->substituted_uj,  result->chargeable.low,
		result->chargeable.best, result->chargeable.high, result->bought_uj,
		result->left_uj,
	};
	size_t i;

	wt_cbor_put_map(b, FIELDS);
	wt_field_put_text(b, VERIFIER, result->verifier);
	wt_field_put_bytes(b, POLICY, result->policy, sizeof(result->policy));
	wt_field_put_text(b, RIG, result->rig);
	wt_field_put_uint(b, TIER, result->tier);
	wt_field_put_uint(b, ALLOCATION, result->allocation);
	wt_field_put_uint(b, ASSURANCE, result->assurance);
	wt_cbor_put_uint(b, ATTESTATIONS);
	wt_cbor_put_array(b, 3);
	wt_cbor_put_uint(b, result->first_seq);
	wt_cbor_put_uint(b, result->last_seq);
	wt_cbor_put_bytes(b, wt_span(result->last_digest, sizeof(result->last_digest)));
	wt_cbor_put_uint(b, COVERED);
	wt_result_put_pair(b, result->from_ns, result->to_ns);
	wt_cbor_put_uint(b, ENERGY);
	wt_cbor_put_array(b, ENERGIES);
	for (i = 0; i < ENERGIES; i++)
		wt_cbor_put_uint(b, energy[i]);
	wt_cbor_put_uint(b, CHECKS);
	wt_result_put_checks(b, result->checks, result->n_checks);
}

int wt_result_encode(const struct wt_result *result, struct wt_buf *ret, struct wt_err *err)
{
	struct wt_result back;
	struct wt_cbor_in in;
	size_t start = ret->n;
	int r;

	if (result->n_checks > WT_RESULT_MAX_CHECKS)
		return wt_fail(err, EBADMSG, "checks: %zu of them (at most %d)", result->n_checks,
			       WT_RESULT_MAX_CHECKS);
	wt_cbor_put_map(ret, CLAIMS);
	wt_field_put_time(ret, CLAIM_IAT, result->iat);
	wt_field_put_bytes(ret, CLAIM_UEID, result->ueid, sizeof(result->ueid));
	wt_cbor_put_int(ret, CLAIM_VERDICT);
	put_verdict(ret, result);
	if (ret->err)
		return wt_fail(err, -ret->err, "no memory for a result");
	/* What the decoder would refuse is never signed. */
	wt_cbor_init(&in, wt_span(ret->p + start, ret->n - start), err);
	in.no_offset = true;
	r = decode(&in, &back);
	if (r < 0)
		ret->n = start;
	return r;
}
