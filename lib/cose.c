// SPDX-License-Identifier: Apache-2.0
/*
 * COSE_Sign1 (see lib/cose.h), decoded in the stages that RFC 9052 has: tag, array of four, the protected map
 * inside its byte string, the unprotected map, payload, signature.
 */
#include "lib/cose.h"

#include <inttypes.h>
#include <string.h>

#include "lib/cbor.h"

#define TAG_SIGN1 18

enum header_label { /* IANA: COSE Header Parameters */
	HEADER_ALG = 1,
	HEADER_CRIT = 2,
	HEADER_TYP = 16,
	HEADER_X5CHAIN = 33,
	HEADER_X5T = 34,
};

#define HASH_SHA256 (-16)

static const char *const typ_text[] = {
	[WT_TYP_REGISTRATION] = "wattest-registration",
	[WT_TYP_GRANT] = "wattest-grant",
	[WT_TYP_ATTESTATION] = "wattest-attestation",
	[WT_TYP_ALLOTMENT] = "wattest-allotment",
	[WT_TYP_NOTICE] = "wattest-notice",
	[WT_TYP_RESULT] = "wattest-result",
};

#define TYPS (sizeof(typ_text) / sizeof(typ_text[0]))

const char *wt_typ_name(enum wt_typ typ)
{
	if (typ <= WT_TYP_NONE || (size_t)typ >= TYPS)
		return "unknown";
	return typ_text[typ] + strlen("wattest-");
}

/* --- decoding ------------------------------------------------------------------------------------ */

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
			return wt_cbor_bad(in, "crit lists a label that is not known to this version");
		if (r < 0)
			return r;
		r = wt_cbor_int(in, &label);
		if (r < 0)
			return r;
		if (!seen_bit(label)) {
			in->off = at;
			return wt_cbor_bad(in, "crit lists label %" PRId64
					       ", which is not known to this version", label);
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
	return wt_cbor_int(&in, &label) < 0 ? 0 : label; /* 0 is reserved in the registry */
}

/*
 * An unprotected alg is taken (it must fit the key, so it decides nothing) but never in an object of ours: nothing that
 * says what those are may be outside the signature.
 */
static int read_headers(struct wt_cbor_in *in, bool protected, struct wt_cose *cose,
			unsigned int *seen)
{
	unsigned int critical = 0, here = 0;
	struct wt_cbor_map map;
	struct wt_span raw;
	unsigned int bit;
	int64_t label;
	size_t at;
	int r;

	r = wt_cbor_map(in, &map);
	if (r < 0)
		return r;
	while (at = in->off, (r = wt_cbor_map_next_raw(in, &map, &raw)) > 0) {
		label = label_of(raw);
		bit = seen_bit(label);
		if (*seen & bit) {
			in->off = at;
			return wt_cbor_bad(in, "header label %" PRId64
					       " is in both header maps", label);
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

int wt_cose_decode(struct wt_span bytes, struct wt_cose *ret, struct wt_err *err)
{
	struct wt_cose cose = { 0 };
	unsigned int seen = 0;
	struct wt_cbor_in in;
	bool protected_alg;
	uint64_t tag;
	size_t n;
	int r;

	wt_cbor_init(&in, bytes, err);
	r = wt_cbor_peek(&in);
	if (r == WT_CBOR_TAG) {
		r = wt_cbor_tag(&in, &tag);
		if (!r && tag != TAG_SIGN1) {
			in.off = 0;
			return wt_cbor_bad(&in, "tag %" PRIu64 " is not that of COSE_Sign1 (18)", tag);
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

/* --- Sig_structure and signatures ---------------------------------------------------------------- */

/* RFC 9052, 4.4, with no external data; left in scratch. */
static int sig_structure(struct wt_span protected_raw, struct wt_span payload,
			 struct wt_buf *scratch)
{
	/* An empty map may come as a map or as nothing; what is signed is nothing. */
	if (protected_raw.n == 1 && protected_raw.p[0] == 0xa0)
		protected_raw.n = 0;
	wt_buf_reset(scratch);
	wt_cbor_put_array(scratch, 4);
	wt_cbor_put_text(scratch, "Signature1");
	wt_cbor_put_bytes(scratch, protected_raw);
	wt_cbor_put_bytes(scratch, wt_span(NULL, 0));
	wt_cbor_put_bytes(scratch, payload);
	return scratch->err;
}

int wt_cose_verify(const struct wt_cose *cose, struct wt_key *key, struct wt_buf *scratch,
		   struct wt_err *err)
{
	int r;

	if (!cose->alg)
		return wt_fail(err, EOPNOTSUPP,
			       "the headers name no algorithm that is known here");
	if (cose->alg != (int64_t)wt_key_alg(key))
		return wt_fail(err, EOPNOTSUPP, "signed with algorithm %" PRId64 ", the key is for %d",
			       cose->alg, (int)wt_key_alg(key));
	r = sig_structure(cose->protected_raw, cose->payload, scratch);
	if (r < 0)
		return wt_fail(err, -r, "no memory to verify");
	return wt_verify(key, wt_buf_span(scratch), cose->signature, err);
}

static void put_protected(struct wt_buf *b, enum wt_alg alg, const uint8_t *x5t, enum wt_typ typ)
{
	wt_cbor_put_map(b, 1 + (typ != WT_TYP_NONE) + (x5t != NULL));
	wt_cbor_put_uint(b, HEADER_ALG);
	wt_cbor_put_int(b, alg);
	if (typ != WT_TYP_NONE) {
		wt_cbor_put_uint(b, HEADER_TYP);
		wt_cbor_put_text(b, typ_text[typ]);
	}
	if (x5t) {
		wt_cbor_put_uint(b, HEADER_X5T);
		wt_cbor_put_array(b, 2);
		wt_cbor_put_int(b, HASH_SHA256);
		wt_cbor_put_bytes(b, wt_span(x5t, WT_SHA256_LEN));
	}
}

int wt_cose_sign(struct wt_key *key, struct wt_cert *cert, bool with_chain, enum wt_typ typ,
		 struct wt_span payload, struct wt_buf *ret, struct wt_err *err)
{
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf protected = { 0 }, signed_over = { 0 };
	uint8_t x5t[WT_SHA256_LEN], sig[WT_SIG_LEN], of_key[WT_SHA256_LEN], of_cert[WT_SHA256_LEN];
	int r;

	if ((size_t)typ >= TYPS)
		return wt_fail(err, EINVAL, "no such type of object");
	if (cert) {
		/* Names a signer who could not have signed it: nobody would ever accept the object. */
		if (!wt_cert_key(cert) || wt_key_spki_digest(key, of_key) < 0 ||
		    wt_key_spki_digest(wt_cert_key(cert), of_cert) < 0 ||
		    memcmp(of_key, of_cert, sizeof(of_key)))
			return wt_fail(err, EINVAL, "the key is not that of %s", wt_cert_name(cert));
		wt_cert_x5t(cert, x5t);
	}
	put_protected(&protected, wt_key_alg(key), cert ? x5t : NULL, typ);
	r = protected.err;
	if (!r)
		r = sig_structure(wt_buf_span(&protected), payload, &signed_over);
	if (r < 0)
		return wt_fail(err, -r, "no memory to sign");
	r = wt_sign(key, wt_buf_span(&signed_over), sig, err);
	if (r < 0)
		return r;
	wt_cbor_put_tag(ret, TAG_SIGN1);
	wt_cbor_put_array(ret, 4);
	wt_cbor_put_bytes(ret, wt_buf_span(&protected));
	wt_cbor_put_map(ret, cert && with_chain);
	if (cert && with_chain) {
		wt_cbor_put_uint(ret, HEADER_X5CHAIN);
		wt_cbor_put_bytes(ret, wt_cert_der(cert));
	}
	wt_cbor_put_bytes(ret, payload);
	wt_cbor_put_bytes(ret, wt_span(sig, sizeof(sig)));
	return ret->err ? wt_fail(err, -ret->err, "no memory to sign") : 0;
}
