// SPDX-License-Identifier: Apache-2.0
/*
 * COSE_Sign1 (see lib/cose.h), decoded in the stages that RFC 9052 has: tag, array of four, the
 * protected map inside its byte string, the unprotected map, payload, signature.
 */
#include "lib/cose.h"

#include <inttypes.h>
#include <string.h>

#include "lib/cose_labels.h"

#define HEADERS_MAX 32 /* in one map */

static const char *const typ_text[] = {
	[WT_TYP_REGISTRATION] = "wattest-registration",
	[WT_TYP_GRANT] = "wattest-grant",
	[WT_TYP_ATTESTATION] = "wattest-attestation",
	[WT_TYP_ALLOTMENT] = "wattest-allotment",
	[WT_TYP_NOTICE] = "wattest-notice",
	[WT_TYP_RESULT] = "wattest-result",
	[WT_TYP_SITE_RESULT] = "wattest-site-result",
};

#define TYPS (sizeof(typ_text) / sizeof(typ_text[0]))

const char *wt_typ_name(enum wt_typ typ)
{
	if (typ <= WT_TYP_NONE || (size_t)typ >= TYPS)
		return "unknown";
	return typ_text[typ] + strlen("wattest-");
}

/* What a header map said, so that one label in both maps is noticed (RFC 9052, 3). */
#define SEEN_ALG 0x01
#define SEEN_TYP 0x02
#define SEEN_X5T 0x04
#define SEEN_X5CHAIN 0x08
#define SEEN_CRIT 0x10

static unsigned int seen_bit(int64_t label)
{
	switch (label) {
	case HEADER_ALG:
		return SEEN_ALG;
	case HEADER_CRIT:
		return SEEN_CRIT;
	case HEADER_TYP:
		return SEEN_TYP;
	case HEADER_X5CHAIN:
		return SEEN_X5CHAIN;
	case HEADER_X5T:
		return SEEN_X5T;
	}
	return 0;
}

/* crit: a list of labels that whoever does not know them must not pass over (RFC 9052, 3.1). */
static int read_crit(struct wt_cbor_in *in, unsigned int *ret_listed)
{
	size_t n, at;
	int64_t label;
	int r;

	r = wt_cbor_array(in, &n);
	if (r < 0)
		return r;
	if (!n)
		return wt_cbor_bad(in, "crit lists nothing");
	while (n--) {
		at = in->off;
		r = wt_cbor_peek(in);
		if (r == WT_CBOR_TEXT)
			return wt_cbor_bad(in,
					   "crit lists a label that is not known to this version");
		if (r < 0)
			return r;
		r = wt_cbor_int(in, &label);
		if (r < 0)
			return r;
		if (!seen_bit(label)) {
			in->off = at;
			return wt_cbor_bad(in,
					   "crit lists label %" PRId64
					   ", which is not known to this version",
					   label);
		}
		*ret_listed |= seen_bit(label);
	}
	return 0;
}

static int read_alg(struct wt_cbor_in *in, struct wt_cose *cose)
{
	int r = wt_cbor_peek(in);

	/* A name instead of a number is none that we have. */
	return r == WT_CBOR_TEXT ? wt_cbor_skip(in, NULL) : r < 0 ? r : wt_cbor_int(in, &cose->alg);
}

static int read_typ(struct wt_cbor_in *in, struct wt_cose *cose)
{
	int r = wt_cbor_peek(in);
	size_t i;

	if (r != WT_CBOR_TEXT) /* a number: of a media type, none of ours */
		return r < 0 ? r : wt_cbor_skip(in, NULL);
	r = wt_cbor_text(in, &cose->typ_text);
	if (r < 0)
		return r;
	for (i = 1; i < TYPS; i++)
		if (wt_span_equal(cose->typ_text, wt_span(typ_text[i], strlen(typ_text[i]))))
			cose->typ = (enum wt_typ)i;
	return 0;
}

static int read_x5t(struct wt_cbor_in *in, struct wt_cose *cose)
{
	int64_t hash;
	size_t n;
	int r;

	r = wt_cbor_array(in, &n);
	if (r < 0)
		return r;
	if (n != 2)
		return wt_cbor_bad(in, "x5t is no pair of algorithm and digest");
	r = wt_cbor_peek(in);
	if (r == WT_CBOR_TEXT) {
		hash = 0;
		r = wt_cbor_skip(in, NULL);
	} else if (r >= 0) {
		r = wt_cbor_int(in, &hash);
	}
	if (r < 0)
		return r;
	if (hash != HASH_SHA256) /* then the object has no x5t that we can use */
		return wt_cbor_skip(in, NULL);
	cose->has_x5t = true;
	return wt_cbor_bytes_to(in, cose->x5t, sizeof(cose->x5t));
}

static int read_x5chain(struct wt_cbor_in *in, struct wt_cose *cose)
{
	size_t n = 1, i;
	int r;

	r = wt_cbor_peek(in);
	if (r == WT_CBOR_ARRAY) {
		r = wt_cbor_array(in, &n);
		if (!r && (n < 2 || n > WT_COSE_CHAIN_MAX))
			r = wt_cbor_bad(in, "x5chain of %zu certificates (2 to %d in an array)", n,
					WT_COSE_CHAIN_MAX);
	}
	for (i = 0; r >= 0 && i < n; i++)
		r = wt_cbor_bytes(in, &cose->x5chain[i]);
	if (r < 0)
		return r;
	cose->n_x5chain = n;
	return 0;
}

/* A label that is not ours: any, its value passed over. */
static int64_t label_of(struct wt_span raw)
{
	struct wt_cbor_in in;
	int64_t label;

	wt_cbor_init(&in, raw, NULL);
	in.lenient = true;
	return wt_cbor_int(&in, &label) < 0 ? 0 : label; /* 0 is reserved in the registry */
}

/*
 * An unprotected alg is taken (it must fit the key, so it decides nothing) but never in an object
 * of ours: nothing that says what those are may be outside the signature.
 */
static int seen_before(struct wt_cbor_in *in, struct wt_span labels[HEADERS_MAX], size_t n)
{
	size_t i;

	/* The strict reader's order has it already. */
	for (i = 0; in->lenient && i < n; i++)
		if (wt_span_equal(labels[i], labels[n]))
			return wt_cbor_bad(in, "a header label twice");
	return 0;
}

static int read_headers(struct wt_cbor_in *in, bool protected, struct wt_cose *cose,
			unsigned int *seen)
{
	struct wt_span labels[HEADERS_MAX];
	unsigned int critical = 0, here = 0, bit;
	struct wt_cbor_map map;
	size_t at, n = 0;
	int64_t label;
	int r;

	r = wt_cbor_map(in, &map);
	if (r < 0)
		return r;
	if (map.left > HEADERS_MAX)
		return wt_cbor_bad(in, "more than %d headers", HEADERS_MAX);
	while (at = in->off, (r = wt_cbor_map_next_raw(in, &map, &labels[n])) > 0) {
		r = seen_before(in, labels, n);
		if (r < 0)
			return r;
		label = label_of(labels[n++]);
		bit = seen_bit(label);
		if (*seen & bit) {
			in->off = at;
			return wt_cbor_bad(in, "header label %" PRId64 " is in both header maps",
					   label);
		}
		here |= bit;
		if (label == HEADER_CRIT && protected)
			r = read_crit(in, &critical);
		else if (label == HEADER_CRIT)
			r = wt_cbor_bad(in, "crit is not protected");
		else if (label == HEADER_ALG)
			r = read_alg(in, cose);
		else if (label == HEADER_TYP && protected)
			r = read_typ(in, cose);
		else if (label == HEADER_X5T && protected)
			r = read_x5t(in, cose);
		else if (label == HEADER_X5CHAIN && !protected)
			r = read_x5chain(in, cose);
		else
			r = wt_cbor_skip(in, NULL);
		if (r < 0)
			return r;
	}
	if (r < 0)
		return r;
	if (critical & ~here)
		return wt_cbor_bad(in, "crit lists a label that is not in the protected headers");
	*seen |= here;
	return 0;
}

/* The protected map is read in place, so that errors name the byte of the whole input. */
static int read_protected(struct wt_cbor_in *in, struct wt_cose *cose, unsigned int *seen)
{
	struct wt_cbor_in inner = *in;
	int r;

	r = wt_cbor_bytes(in, &cose->protected_raw);
	if (r < 0 || !cose->protected_raw.n) /* an empty map is an empty string */
		return r;
	inner.off = (size_t)(cose->protected_raw.p - in->p);
	inner.n = inner.off + cose->protected_raw.n;
	r = read_headers(&inner, true, cose, seen);
	return r < 0 ? r : wt_cbor_end(&inner);
}

static int decode(struct wt_span bytes, bool lenient, struct wt_cose *ret, struct wt_err *err)
{
	struct wt_cose cose = { 0 };
	unsigned int seen = 0;
	struct wt_cbor_in in;
	bool protected_alg;
	uint64_t tag;
	size_t n;
	int r;

	wt_cbor_init(&in, bytes, err);
	in.lenient = lenient;
	r = wt_cbor_peek(&in);
	if (r == WT_CBOR_TAG) {
		r = wt_cbor_tag(&in, &tag);
		if (!r && tag != TAG_SIGN1) {
			in.off = 0;
			return wt_cbor_bad(&in, "tag %" PRIu64 " is not that of COSE_Sign1 (18)",
					   tag);
		}
	}
	if (r < 0)
		return r;
	r = wt_cbor_array(&in, &n);
	if (r < 0)
		return wt_fail_in(err, r, "not a COSE_Sign1");
	if (n != 4)
		return wt_cbor_bad(&in, "not a COSE_Sign1: an array of %zu, not 4", n);
	in.what = "protected headers";
	r = read_protected(&in, &cose, &seen);
	if (r < 0)
		return r;
	in.what = "unprotected headers";
	protected_alg = seen & SEEN_ALG;
	r = read_headers(&in, false, &cose, &seen);
	if (r < 0)
		return r;
	if (cose.typ != WT_TYP_NONE && !protected_alg)
		return wt_cbor_bad(&in, "alg is not protected");
	in.what = "payload";
	r = wt_cbor_peek(&in);
	if (r == WT_CBOR_SIMPLE)
		return wt_cbor_bad(&in, "detached: the object must carry it");
	r = wt_cbor_bytes(&in, &cose.payload);
	if (r < 0)
		return r;
	in.what = "signature";
	r = wt_cbor_bytes(&in, &cose.signature);
	if (r < 0)
		return r;
	cose.whole = wt_span(bytes.p, in.off);
	*ret = cose;
	return 0;
}

int wt_cose_decode(struct wt_span bytes, struct wt_cose *ret, struct wt_err *err)
{
	return decode(bytes, false, ret, err);
}

int wt_cose_decode_foreign(struct wt_span bytes, struct wt_cose *ret, struct wt_err *err)
{
	struct wt_err lenient_err;
	struct wt_cose cose;
	int strict, r;

	strict = decode(bytes, false, ret, err);
	if (!strict)
		return 0;
	r = decode(bytes, true, &cose, &lenient_err);
	if (!r && cose.typ != WT_TYP_NONE)
		return strict;
	if (r < 0) {
		if (err)
			*err = lenient_err;
		return r;
	}
	*ret = cose;
	return 0;
}
