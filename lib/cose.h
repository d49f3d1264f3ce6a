/* SPDX-License-Identifier: Apache-2.0 */
/*
 * COSE_Sign1 (RFC 9052, 4.2), the one envelope of all objects: tagged 18, alg and x5t and typ (RFC 9596) in the
 * protected header, x5chain (RFC 9360) in the unprotected one when the object carries its certificate.
 */
#ifndef LIB_COSE_H
#define LIB_COSE_H

#include "lib/bytes.h"
#include "lib/crypto/crypto.h"

/* typ: what an object is; a verifier never guesses it from the fields. */
enum wt_typ {
	WT_TYP_NONE = 0, /* no typ header, or not one of ours */
	WT_TYP_REGISTRATION,
	WT_TYP_GRANT,
	WT_TYP_ATTESTATION,
	WT_TYP_ALLOTMENT,
	WT_TYP_NOTICE,
	WT_TYP_RESULT,
	WT_TYP_SITE_RESULT,
};

const char *wt_typ_name(enum wt_typ typ); /* "registration", ... for people */

#define WT_COSE_CHAIN_MAX 4

/* A decoded envelope; spans point into the input. */
struct wt_cose {
	struct wt_span whole; /* the object's bytes, without what follows it in a sequence */
	struct wt_span protected_raw; /* content of the protected bstr */
	struct wt_span payload;
	struct wt_span signature;
	int64_t alg; /* as read: may be one we do not have */
	enum wt_typ typ;
	struct wt_span typ_text;
	bool has_x5t;
	uint8_t x5t[WT_SHA256_LEN];
	struct wt_span x5chain[WT_COSE_CHAIN_MAX]; /* DER, leaf first */
	size_t n_x5chain;
};

/*
 * Decodes the first COSE_Sign1 of the bytes, strictly: tag 18 or untagged, unknown crit refused, detached payload
 * refused. Unknown header labels are passed over. whole.n tells how far it reached, so a file may hold a CBOR sequence
 * (RFC 8742) of objects; for a single object the caller checks whole.n == n.
 */
int wt_cose_decode(struct wt_span bytes, struct wt_cose *ret, struct wt_err *err);

/*
 * The same for objects of others' making, which need not be deterministic CBOR: only a header label twice and indefinite
 * lengths are refused. One whose typ is ours is held to the strict rules all the same.
 */
int wt_cose_decode_foreign(struct wt_span bytes, struct wt_cose *ret, struct wt_err *err);

/* 0 good, -EKEYREJECTED bad signature, else could not check (say, alg that the key is not for). Sig_structure with no
 * external data. scratch is reused between calls. */
int wt_cose_verify(const struct wt_cose *cose, struct wt_key *key, struct wt_buf *scratch, struct wt_err *err);

/* Signs a payload; cert NULL leaves x5t and x5chain out (only for keys without certificates), with_chain adds x5chain. */
int wt_cose_sign(struct wt_key *key, struct wt_cert *cert, bool with_chain, enum wt_typ typ,
		 struct wt_span payload, struct wt_buf *ret, struct wt_err *err);

#endif
