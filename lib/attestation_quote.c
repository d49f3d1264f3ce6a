// SPDX-License-Identifier: Apache-2.0
/*
 * What an attestation says by means of a TPM: a quote, which is bound to everything else in the attestation, and the
 * list of what the host's IMA measured. Taken here as bytes: lib/tpm reads what is in them.
 */
#include <string.h>

#include "lib/attestation.h"
#include "lib/fields.h"
#include "wattest/record.h"

#define ATTEST_MAX 512
#define IMA_MAX 65536
#define BINDING "wattest-quote-1"

static int read_bytes(struct wt_cbor_in *in, size_t least, size_t most, struct wt_span *ret)
{
	size_t at = in->off;
	int r;

	r = wt_cbor_bytes(in, ret);
	if (!r && (ret->n < least || ret->n > most)) {
		in->off = at;
		r = least == most ? wt_cbor_bad(in, "%zu bytes (must be %zu)", ret->n, most) :
				    wt_cbor_bad(in, "%zu bytes (%zu to %zu)", ret->n, least, most);
	}
	return r;
}

int attestation_read_quote(struct wt_cbor_in *in, struct wt_att_quote *ret)
{
	size_t n;
	int r;

	r = wt_cbor_array(in, &n);
	if (!r && n != 3)
		r = wt_cbor_bad(in, "not a quote, its signature and PCRs");
	if (!r)
		r = read_bytes(in, 1, ATTEST_MAX, &ret->attest);
	if (!r)
		r = read_bytes(in, WT_SIG_LEN, WT_SIG_LEN, &ret->signature);
	if (!r)
		r = wt_field_pcrs(in, ret->pcrs, &ret->n_pcrs);
	return r;
}

int attestation_read_ima(struct wt_cbor_in *in, struct wt_attestation *att)
{
	size_t n;
	int r;

	r = wt_cbor_array(in, &n);
	if (!r && n != 2)
		r = wt_cbor_bad(in, "not the number of an entry and entries");
	if (!r)
		r = wt_field_uint(in, 1, UINT64_MAX, &att->ima_first);
	if (!r)
		r = read_bytes(in, 1, IMA_MAX, &att->ima);
	return r;
}

void attestation_put_quote(struct wt_buf *b, const struct wt_att_quote *quote)
{
	wt_cbor_put_array(b, 3);
	wt_cbor_put_bytes(b, quote->attest);
	wt_cbor_put_bytes(b, quote->signature);
	wt_field_put_pcrs(b, quote->pcrs, quote->n_pcrs);
}

void attestation_put_ima(struct wt_buf *b, const struct wt_attestation *att)
{
	wt_cbor_put_array(b, 2);
	wt_cbor_put_uint(b, att->ima_first);
	wt_cbor_put_bytes(b, att->ima);
}

int wt_attestation_binding(const struct wt_attestation *att, uint8_t ret[WT_SHA256_LEN],
			   struct wt_err *err)
{
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf payload = { 0 };
	struct wt_attestation bare = *att;
	uint8_t digest[WT_SHA256_LEN], whole[sizeof(BINDING) - 1 + WATTEST_NONCE_MAX + WT_SHA256_LEN];
	size_t n = sizeof(BINDING) - 1;

	if (att->nonce.n > WATTEST_NONCE_MAX)
		return wt_fail(err, EINVAL, "a nonce of %zu bytes (at most %d)", att->nonce.n,
			       WATTEST_NONCE_MAX);
	bare.quote = (struct wt_att_quote){ 0 };
	attestation_put(&payload, &bare);
	if (payload.err)
		return wt_fail(err, -payload.err, "no memory for an attestation");
	wt_sha256(wt_buf_span(&payload), digest);
	memcpy(whole, BINDING, n);
	if (att->nonce.n)
		memcpy(whole + n, att->nonce.p, att->nonce.n);
	n += att->nonce.n;
	memcpy(whole + n, digest, sizeof(digest));
	wt_sha256(wt_span(whole, n + sizeof(digest)), ret);
	return 0;
}
