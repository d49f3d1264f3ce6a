// SPDX-License-Identifier: Apache-2.0
/*
 * Signing and verifying COSE_Sign1: the bytes that a signature is over (RFC 9052, 4.4), and the
 * envelope around it.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/cose_labels.h"

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
		return wt_fail(err, EOPNOTSUPP, "the headers name no algorithm that is known here");
	if (cose->alg != (int64_t)wt_key_alg(key))
		return wt_fail(err, EOPNOTSUPP,
			       "signed with algorithm %" PRId64 ", the key is for %d", cose->alg,
			       (int)wt_key_alg(key));
	r = sig_structure(cose->protected_raw, cose->payload, scratch);
	if (r < 0)
		return wt_fail(err, -r, "no memory to verify");
	return wt_verify(key, wt_buf_span(scratch), cose->signature, err);
}

static void put_protected(struct wt_buf *b, enum wt_alg alg, const uint8_t *x5t, enum wt_typ typ)
{
	char text[40];

	wt_cbor_put_map(b, 1 + (typ != WT_TYP_NONE) + (x5t != NULL));
	wt_cbor_put_uint(b, HEADER_ALG);
	wt_cbor_put_int(b, alg);
	if (typ != WT_TYP_NONE) {
		wt_cbor_put_uint(b, HEADER_TYP);
		snprintf(text, sizeof(text), "wattest-%s", wt_typ_name(typ));
		wt_cbor_put_text(b, text);
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
	uint8_t x5t[WT_SHA256_LEN], sig[WT_SIG_LEN];
	int r;

	if (typ < WT_TYP_NONE || typ > WT_TYP_SITE_RESULT)
		return wt_fail(err, EINVAL, "no such type of object");
	if (cert) {
		/*
		 * Names a signer who could not have signed it: nobody would ever accept the object.
		 */
		if (!wt_cert_key(cert) || !wt_key_same(key, wt_cert_key(cert)))
			return wt_fail(err, EINVAL, "the key is not that of %s",
				       wt_cert_name(cert));
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
