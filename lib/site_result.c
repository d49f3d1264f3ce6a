// SPDX-License-Identifier: Apache-2.0
/* A site's result: an inspector's verdict on all rigs together (docs/evidence.cddl). */
#include "lib/site_result.h"

#include <stdlib.h>
#include <string.h>

#include "lib/cbor.h"
#include "lib/fields.h"
#include "lib/result_parts.h"

enum claim { /* IANA: CBOR Web Token (CWT) Claims */
	CLAIM_IAT = 6,
	CLAIM_VERDICT = -75003,
};

static const struct wt_field claims[] = {
	{ CLAIM_IAT, "iat", false },
	{ CLAIM_VERDICT, "verdict", false },
};

enum label {
	VERIFIER = 1,
	POLICY,
	TIER,
	COVERED,
	ENERGY,
	CHECKS,
	RIGS,
};

static const struct wt_field fields[] = {
	{ VERIFIER, "verifier", false }, { POLICY, "policy digest", false },
	{ TIER, "tier", false },	 { COVERED, "time covered", false },
	{ ENERGY, "energy", false },	 { CHECKS, "checks", false },
	{ RIGS, "rigs", false },
};

#define CLAIMS (sizeof(claims) / sizeof(claims[0]))
#define FIELDS (sizeof(fields) / sizeof(fields[0]))

void wt_site_result_clear(struct wt_site_result *result)
{
	free(result->rigs);
	*result = (struct wt_site_result){ 0 };
}

/* --- reading ----------------------------------------------------------------------------------- */

struct reading {
	struct wt_site_result result;
	enum wt_tier worst;
};

static int read_energy(struct wt_cbor_in *in, struct wt_site_result *result)
{
	int r;

	r = wt_result_read_tuple(in, 4, "low, best, high, bought");
	if (!r)
		r = wt_result_read_chargeable(in, &result->chargeable);
	return r ? r : wt_cbor_uint(in, &result->bought_uj);
}

static int read_rig(struct wt_cbor_in *in, struct wt_site_result *result)
{
	struct wt_site_result_rig *rig = &result->rigs[result->n_rigs];
	uint64_t allocation = 0;
	size_t at;
	int r;

	in->what = "rig";
	r = wt_result_read_tuple(in, 5, "ueid, name, tier, allocation, digest of its result");
	at = in->off;
	if (!r)
		r = wt_field_ueid(in, rig->ueid);
	if (r < 0)
		return r;
	if (result->n_rigs > 0 && memcmp(rig[-1].ueid, rig->ueid, WT_UEID_LEN) >= 0) {
		in->off = at;
		return wt_cbor_bad(in, "twice, or not in the order of the ueids");
	}
	r = wt_cbor_text_to(in, rig->rig, sizeof(rig->rig));
	if (!r)
		r = wt_result_read_tier(in, &rig->tier);
	if (!r)
		r = wt_field_uint(in, 0, WT_EXCEEDED, &allocation);
	rig->allocation = (enum wt_allocation)allocation;
	return r ? r : wt_cbor_bytes_to(in, rig->result, sizeof(rig->result));
}

static int read_rigs(struct wt_cbor_in *in, struct reading *reading)
{
	struct wt_site_result *result = &reading->result;
	size_t at = in->off, n;
	int r;

	r = wt_field_count(in, WT_SITE_RESULT_MAX_RIGS, &n);
	if (r < 0)
		return r;
	result->rigs = calloc(n + 1, sizeof(*result->rigs));
	if (!result->rigs)
		return -ENOMEM;
	for (; result->n_rigs < n; result->n_rigs++) {
		r = read_rig(in, result);
		if (r < 0)
			return r;
		if (result->rigs[result->n_rigs].tier > reading->worst)
			reading->worst = result->rigs[result->n_rigs].tier;
	}
	in->what = fields[TIER - 1].name;
	return wt_result_check_tier(in, at, result->tier, reading->worst,
				    "the worst of checks and rigs");
}

static int read_field(struct wt_cbor_in *in, int64_t label, struct reading *reading)
{
	struct wt_site_result *result = &reading->result;

	switch ((enum label)label) {
	case VERIFIER:
		return wt_field_name(in, result->verifier, sizeof(result->verifier));
	case POLICY:
		return wt_cbor_bytes_to(in, result->policy, sizeof(result->policy));
	case TIER:
		return wt_result_read_tier(in, &result->tier);
	case COVERED:
		return wt_result_read_covered(in, &result->from_ns, &result->to_ns);
	case ENERGY:
		return read_energy(in, result);
	case CHECKS:
		return wt_result_read_checks(in, result->checks, &result->n_checks,
					     &reading->worst);
	case RIGS:
		return read_rigs(in, reading);
	}
	return wt_cbor_bad(in, "not known");
}

static int read_verdict(struct wt_cbor_in *in, struct reading *reading)
{
	struct wt_fields map;
	int64_t label;
	int r;

	r = wt_fields_begin(in, fields, FIELDS, &map);
	while (r >= 0 && (r = wt_fields_next(in, &map, &label)) > 0)
		r = read_field(in, label, reading);
	return r;
}

static int decode(struct wt_cbor_in *in, struct wt_site_result *ret)
{
	struct reading reading = { .worst = WT_NONE };
	struct wt_fields map;
	int64_t label;
	int r;

	r = wt_fields_begin(in, claims, CLAIMS, &map);
	while (r >= 0 && (r = wt_fields_next(in, &map, &label)) > 0)
		r = label == CLAIM_IAT ? wt_field_time(in, &reading.result.iat)
				       : read_verdict(in, &reading);
	if (!r)
		r = wt_cbor_end(in);
	if (r < 0) {
		wt_site_result_clear(&reading.result);
		return r;
	}
	*ret = reading.result; /* transferred */
	return 0;
}

int wt_site_result_decode(struct wt_span payload, struct wt_site_result *ret, struct wt_err *err)
{
	struct wt_cbor_in in;

	wt_cbor_init(&in, payload, err);
	return decode(&in, ret);
}

/* --- writing ----------------------------------------------------------------------------------- */

static void put_rig(struct wt_buf *b, const struct wt_site_result_rig *rig)
{
	wt_cbor_put_array(b, 5);
	wt_cbor_put_bytes(b, wt_span(rig->ueid, sizeof(rig->ueid)));
	wt_cbor_put_text(b, rig->rig);
	wt_cbor_put_uint(b, rig->tier);
	wt_cbor_put_uint(b, rig->allocation);
	wt_cbor_put_bytes(b, wt_span(rig->result, sizeof(rig->result)));
}

static void put_verdict(struct wt_buf *b, const struct wt_site_result *result)
{
	size_t i;

	wt_cbor_put_map(b, FIELDS);
	wt_field_put_text(b, VERIFIER, result->verifier);
	wt_field_put_bytes(b, POLICY, result->policy, sizeof(result->policy));
	wt_field_put_uint(b, TIER, result->tier);
	wt_cbor_put_uint(b, COVERED);
	wt_result_put_pair(b, result->from_ns, result->to_ns);
	wt_cbor_put_uint(b, ENERGY);
	wt_cbor_put_array(b, 4);
	wt_cbor_put_uint(b, result->chargeable.low);
	wt_cbor_put_uint(b, result->chargeable.best);
	wt_cbor_put_uint(b, result->chargeable.high);
	wt_cbor_put_uint(b, result->bought_uj);
	wt_cbor_put_uint(b, CHECKS);
	wt_result_put_checks(b, result->checks, result->n_checks);
	wt_cbor_put_uint(b, RIGS);
	wt_cbor_put_array(b, result->n_rigs);
	for (i = 0; i < result->n_rigs; i++)
		put_rig(b, &result->rigs[i]);
}

int wt_site_result_encode(const struct wt_site_result *result, struct wt_buf *ret,
			  struct wt_err *err)
{
	struct wt_site_result back = { 0 };
	struct wt_cbor_in in;
	size_t start = ret->n;
	int r;

	if (result->n_checks > WT_RESULT_MAX_CHECKS)
		return wt_fail(err, EBADMSG, "checks: %zu of them (at most %d)", result->n_checks,
			       WT_RESULT_MAX_CHECKS);
	wt_cbor_put_map(ret, CLAIMS);
	wt_field_put_time(ret, CLAIM_IAT, result->iat);
	wt_cbor_put_int(ret, CLAIM_VERDICT);
	put_verdict(ret, result);
	if (ret->err)
		return wt_fail(err, -ret->err, "no memory for a result");
	/* What the decoder would refuse is never signed. */
	wt_cbor_init(&in, wt_span(ret->p + start, ret->n - start), err);
	in.no_offset = true;
	r = decode(&in, &back);
	wt_site_result_clear(&back);
	if (r < 0)
		ret->n = start;
	return r;
}

/* --- from a verdict ---------------------------------------------------------------------------- */

static int by_ueid(const void *a, const void *b)
{
	return memcmp(((const struct wt_site_result_rig *)a)->ueid,
		      ((const struct wt_site_result_rig *)b)->ueid, WT_UEID_LEN);
}

/* Time that any of the rigs covers: a clock that ran backwards covers what lies between. */
static void widen(struct wt_site_result *result, const struct wt_verdict *v)
{
	uint64_t from = v->from_ns < v->to_ns ? v->from_ns : v->to_ns;
	uint64_t to = v->from_ns < v->to_ns ? v->to_ns : v->from_ns;

	if (!to)
		return;
	if (!result->to_ns || from < result->from_ns)
		result->from_ns = from;
	if (to > result->to_ns)
		result->to_ns = to;
}

int wt_site_result_of(const struct wt_site_verdict *v, const uint8_t (*results)[WT_SHA256_LEN],
		      struct wt_site_result *ret, struct wt_err *err)
{
	struct wt_site_result result = {
		.tier = v->tier,
		.chargeable = v->chargeable,
		.bought_uj = v->bought_uj,
		.n_checks = WT_SITE_CHECKS,
		.n_rigs = v->n_rigs,
	};
	size_t i;

	if (v->n_rigs > WT_SITE_RESULT_MAX_RIGS)
		return wt_fail(err, E2BIG, "a result for %zu rigs: at most %d", v->n_rigs,
			       WT_SITE_RESULT_MAX_RIGS);
	result.rigs = calloc(v->n_rigs + 1, sizeof(*result.rigs));
	if (!result.rigs)
		return wt_fail(err, ENOMEM, "no memory for a result");
	for (i = 0; i < WT_SITE_CHECKS; i++)
		wt_result_check_of(&v->checks[i], wt_site_check_name((enum wt_site_check)i),
				   &result.checks[i]);
	for (i = 0; i < v->n_rigs; i++) {
		struct wt_site_result_rig *rig = &result.rigs[i];

		memcpy(rig->ueid, v->rigs[i].ueid, sizeof(rig->ueid));
		wt_result_copy_plain(rig->rig, sizeof(rig->rig), v->rigs[i].rig, "");
		rig->tier = v->rigs[i].tier;
		rig->allocation = v->rigs[i].allocation;
		memcpy(rig->result, results[i], sizeof(rig->result));
		widen(&result, &v->rigs[i]);
	}
	if (v->n_rigs > 1)
		qsort(result.rigs, v->n_rigs, sizeof(*result.rigs), by_ueid);
	*ret = result; /* transferred */
	return 0;
}
