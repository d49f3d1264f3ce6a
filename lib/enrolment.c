// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "lib/attestation.h"
#include "lib/cbor.h"
#include "lib/enrolment.h"
#include "lib/fields.h"

#define TYPE_REQUEST "wattest-enrolment-request"
#define TYPE_CHALLENGE "wattest-enrolment-challenge"
#define TYPE_ANSWER "wattest-enrolment-answer"
#define BINDING "wattest-enrolment-1"
#define ANSWER_BINDING "wattest-enrolment-answer-1"
#define DER_MAX 8192
#define PUBLIC_MAX 1024
#define ATTEST_MAX 512
#define CREDENTIAL_MAX 1024
#define INVENTORY_MAX 524288

#define N(table) (sizeof(table) / sizeof((table)[0]))

/* --- what they share ------------------------------------------------------------------------ */

/* [type, map]: a file of another kind is told as such. */
static int begin(struct wt_cbor_in *in, struct wt_span file, const char *type, struct wt_err *err)
{
	struct wt_span got = { 0 };
	size_t n;
	int r;

	wt_cbor_init(in, file, err);
	r = wt_cbor_array(in, &n);
	if (!r && n != 2)
		r = wt_cbor_bad(in, "not a type and a map");
	if (!r)
		r = wt_cbor_text(in, &got);
	if (r || wt_span_equal(got, wt_span(type, strlen(type))))
		return r;
	if (wt_text_plain(got) && got.n < 64)
		return wt_fail(err, EBADMSG, "is no %s, but a %.*s", type, (int)got.n, got.p);
	return wt_fail(err, EBADMSG, "is no %s", type);
}

static void put_type(struct wt_buf *b, const char *type, size_t fields)
{
	wt_cbor_put_array(b, 2);
	wt_cbor_put_text(b, type);
	wt_cbor_put_map(b, fields);
}

static int read_span(struct wt_cbor_in *in, size_t most, struct wt_span *ret)
{
	size_t at = in->off;
	int r = wt_cbor_bytes(in, ret);

	if (!r && (!ret->n || ret->n > most)) {
		in->off = at;
		r = wt_cbor_bad(in, "%zu bytes (1 to %zu)", ret->n, most);
	}
	return r;
}

static void put_span(struct wt_buf *b, uint64_t label, struct wt_span v)
{
	wt_field_put_bytes(b, label, v.p, v.n);
}

/* What a quote of it has as extraData: SHA-256(domain || SHA-256(what is encoded)). */
static int bind_to(struct wt_buf *encoded, const char *domain, uint8_t ret[WT_SHA256_LEN],
		   struct wt_err *err)
{
	uint8_t digest[WT_SHA256_LEN];

	if (!encoded->err)
		wt_sha256(wt_buf_span(encoded), digest);
	wt_buf_reset(encoded);
	wt_buf_append(encoded, domain, strlen(domain));
	wt_buf_append(encoded, digest, sizeof(digest));
	if (encoded->err)
		return wt_fail(err, -encoded->err, "no memory to bind a quote");
	wt_sha256(wt_buf_span(encoded), ret);
	return 0;
}

/* --- request -------------------------------------------------------------------------------- */

enum request_label {
	R_MADE_AT = 1,
	R_UEID,
	R_CSR,
	R_EK,
	R_AK,
	R_KEY,
	R_CERTS,
	R_CERTIFY,
	R_INVENTORY,
	R_QUOTE,
};

static const struct wt_field request_fields[] = {
	{ R_MADE_AT, "time", false },
	{ R_UEID, "rig's id", false },
	{ R_CSR, "certificate request", false },
	{ R_EK, "endorsement key", false },
	{ R_AK, "attestation key", false },
	{ R_KEY, "signing key", false },
	{ R_CERTS, "endorsement key's certificates", false },
	{ R_CERTIFY, "signing key's certification", false },
	{ R_INVENTORY, "inventory", true },
	{ R_QUOTE, "quote", false },
};

static int read_certs(struct wt_cbor_in *in, struct wt_enrolment_request *request)
{
	int r = wt_field_count(in, WT_ENROLMENT_CERTS, &request->n_certs);

	for (size_t i = 0; !r && i < request->n_certs; i++)
		r = read_span(in, DER_MAX, &request->certs[i]);
	return r;
}

static int read_certify(struct wt_cbor_in *in, struct wt_enrolment_request *request)
{
	size_t n;
	int r = wt_cbor_array(in, &n);

	if (!r && n != 2)
		r = wt_cbor_bad(in, "not a TPMS_ATTEST and a signature");
	if (!r)
		r = read_span(in, ATTEST_MAX, &request->certify);
	if (!r)
		r = wt_cbor_bytes(in, &request->certify_signature);
	if (!r && request->certify_signature.n != WT_SIG_LEN)
		r = wt_cbor_bad(in, "a signature of %zu bytes (must be %d)",
				request->certify_signature.n, WT_SIG_LEN);
	return r;
}

static int read_request_field(struct wt_cbor_in *in, int64_t label, struct wt_enrolment_request *r)
{
	switch ((enum request_label)label) {
	case R_MADE_AT:
		return wt_field_time(in, &r->made_at);
	case R_UEID:
		return wt_field_ueid(in, r->ueid);
	case R_CSR:
		return read_span(in, DER_MAX, &r->csr);
	case R_EK:
		return read_span(in, PUBLIC_MAX, &r->ek);
	case R_AK:
		return read_span(in, PUBLIC_MAX, &r->ak);
	case R_KEY:
		return read_span(in, PUBLIC_MAX, &r->key);
	case R_CERTS:
		return read_certs(in, r);
	case R_CERTIFY:
		return read_certify(in, r);
	case R_INVENTORY:
		return read_span(in, INVENTORY_MAX, &r->inventory);
	case R_QUOTE:
		return attestation_read_quote(in, &r->quote);
	}
	return wt_cbor_bad(in, "not known");
}

int wt_enrolment_request_decode(struct wt_span file, struct wt_enrolment_request *ret,
				struct wt_err *err)
{
	struct wt_enrolment_request request = { 0 };
	struct wt_fields map;
	struct wt_cbor_in in;
	int64_t label;
	int r;

	r = begin(&in, file, TYPE_REQUEST, err);
	if (!r)
		r = wt_fields_begin(&in, request_fields, N(request_fields), &map);
	while (r >= 0 && (r = wt_fields_next(&in, &map, &label)) > 0)
		r = read_request_field(&in, label, &request);
	if (!r)
		r = wt_cbor_end(&in);
	if (!r)
		*ret = request;
	return r;
}

static void put_request(struct wt_buf *b, const struct wt_enrolment_request *r, bool quote)
{
	put_type(b, TYPE_REQUEST, 8u + !!r->inventory.p + quote);
	wt_field_put_time(b, R_MADE_AT, r->made_at);
	wt_field_put_bytes(b, R_UEID, r->ueid, sizeof(r->ueid));
	put_span(b, R_CSR, r->csr);
	put_span(b, R_EK, r->ek);
	put_span(b, R_AK, r->ak);
	put_span(b, R_KEY, r->key);
	wt_cbor_put_uint(b, R_CERTS);
	wt_cbor_put_array(b, r->n_certs);
	for (size_t i = 0; i < r->n_certs; i++)
		wt_cbor_put_bytes(b, r->certs[i]);
	wt_cbor_put_uint(b, R_CERTIFY);
	wt_cbor_put_array(b, 2);
	wt_cbor_put_bytes(b, r->certify);
	wt_cbor_put_bytes(b, r->certify_signature);
	if (r->inventory.p)
		put_span(b, R_INVENTORY, r->inventory);
	if (quote) {
		wt_cbor_put_uint(b, R_QUOTE);
		attestation_put_quote(b, &r->quote);
	}
}

int wt_enrolment_request_encode(const struct wt_enrolment_request *request, struct wt_buf *ret,
				struct wt_err *err)
{
	struct wt_enrolment_request back;
	size_t start = ret->n;

	put_request(ret, request, true);
	if (ret->err)
		return wt_fail(err, -ret->err, "no memory for a request");
	return wt_enrolment_request_decode(wt_span(ret->p + start, ret->n - start), &back, err);
}

int wt_enrolment_binding(const struct wt_enrolment_request *request, uint8_t ret[WT_SHA256_LEN],
			 struct wt_err *err)
{
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf b = { 0 };

	put_request(&b, request, false);
	return bind_to(&b, BINDING, ret, err);
}

/* --- challenge ------------------------------------------------------------------------------ */

enum challenge_label {
	C_ID = 1,
	C_UEID,
	C_NOT_AFTER,
	C_BLOB,
	C_SECRET,
};

static const struct wt_field challenge_fields[] = {
	{ C_ID, "id", false },
	{ C_UEID, "rig's id", false },
	{ C_NOT_AFTER, "not after", false },
	{ C_BLOB, "credential", false },
	{ C_SECRET, "credential's seed", false },
};

int wt_enrolment_challenge_decode(struct wt_span file, struct wt_enrolment_challenge *ret,
				  struct wt_err *err)
{
	struct wt_enrolment_challenge c = { 0 };
	struct wt_fields map;
	struct wt_cbor_in in;
	int64_t label;
	int r;

	r = begin(&in, file, TYPE_CHALLENGE, err);
	if (!r)
		r = wt_fields_begin(&in, challenge_fields, N(challenge_fields), &map);
	while (r >= 0 && (r = wt_fields_next(&in, &map, &label)) > 0) {
		switch ((enum challenge_label)label) {
		case C_ID:
			r = wt_cbor_bytes_to(&in, c.id, sizeof(c.id));
			break;
		case C_UEID:
			r = wt_field_ueid(&in, c.ueid);
			break;
		case C_NOT_AFTER:
			r = wt_field_time(&in, &c.not_after);
			break;
		case C_BLOB:
			r = read_span(&in, CREDENTIAL_MAX, &c.blob);
			break;
		case C_SECRET:
			r = read_span(&in, CREDENTIAL_MAX, &c.secret);
			break;
		}
	}
	if (!r)
		r = wt_cbor_end(&in);
	if (!r)
		*ret = c;
	return r;
}

int wt_enrolment_challenge_encode(const struct wt_enrolment_challenge *challenge,
				  struct wt_buf *ret, struct wt_err *err)
{
	struct wt_enrolment_challenge back;
	size_t start = ret->n;

	put_type(ret, TYPE_CHALLENGE, N(challenge_fields));
	wt_field_put_bytes(ret, C_ID, challenge->id, sizeof(challenge->id));
	wt_field_put_bytes(ret, C_UEID, challenge->ueid, sizeof(challenge->ueid));
	wt_field_put_time(ret, C_NOT_AFTER, challenge->not_after);
	put_span(ret, C_BLOB, challenge->blob);
	put_span(ret, C_SECRET, challenge->secret);
	if (ret->err)
		return wt_fail(err, -ret->err, "no memory for a challenge");
	return wt_enrolment_challenge_decode(wt_span(ret->p + start, ret->n - start), &back, err);
}

/* --- answer --------------------------------------------------------------------------------- */

enum answer_label {
	A_ID = 1,
	A_UEID,
	A_SECRET,
	A_QUOTE,
};

static const struct wt_field answer_fields[] = {
	{ A_ID, "id", false },
	{ A_UEID, "rig's id", false },
	{ A_SECRET, "secret", false },
	{ A_QUOTE, "quote", false },
};

int wt_enrolment_answer_decode(struct wt_span file, struct wt_enrolment_answer *ret,
			       struct wt_err *err)
{
	struct wt_enrolment_answer a = { 0 };
	struct wt_fields map;
	struct wt_cbor_in in;
	int64_t label;
	int r;

	r = begin(&in, file, TYPE_ANSWER, err);
	if (!r)
		r = wt_fields_begin(&in, answer_fields, N(answer_fields), &map);
	while (r >= 0 && (r = wt_fields_next(&in, &map, &label)) > 0) {
		switch ((enum answer_label)label) {
		case A_ID:
			r = wt_cbor_bytes_to(&in, a.id, sizeof(a.id));
			break;
		case A_UEID:
			r = wt_field_ueid(&in, a.ueid);
			break;
		case A_SECRET:
			r = wt_cbor_bytes_to(&in, a.secret, sizeof(a.secret));
			break;
		case A_QUOTE:
			r = attestation_read_quote(&in, &a.quote);
			break;
		}
	}
	if (!r)
		r = wt_cbor_end(&in);
	if (!r)
		*ret = a;
	return r;
}

static void put_answer(struct wt_buf *b, const struct wt_enrolment_answer *answer, bool quote)
{
	put_type(b, TYPE_ANSWER, 3u + quote);
	wt_field_put_bytes(b, A_ID, answer->id, sizeof(answer->id));
	wt_field_put_bytes(b, A_UEID, answer->ueid, sizeof(answer->ueid));
	wt_field_put_bytes(b, A_SECRET, answer->secret, sizeof(answer->secret));
	if (quote) {
		wt_cbor_put_uint(b, A_QUOTE);
		attestation_put_quote(b, &answer->quote);
	}
}

int wt_enrolment_answer_binding(const struct wt_enrolment_answer *answer, uint8_t ret[WT_SHA256_LEN],
				struct wt_err *err)
{
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf b = { 0 };

	put_answer(&b, answer, false);
	return bind_to(&b, ANSWER_BINDING, ret, err);
}

int wt_enrolment_answer_encode(const struct wt_enrolment_answer *answer, struct wt_buf *ret,
			       struct wt_err *err)
{
	struct wt_enrolment_answer back;
	size_t start = ret->n;

	put_answer(ret, answer, true);
	if (ret->err)
		return wt_fail(err, -ret->err, "no memory for an answer");
	return wt_enrolment_answer_decode(wt_span(ret->p + start, ret->n - start), &back, err);
}
