/* SPDX-License-Identifier: Apache-2.0 */
/* Signatures of others: keys and schemes that TPMs have and that nothing of ours is signed with. others.c. */
#ifndef LIB_CRYPTO_OTHERS_H
#define LIB_CRYPTO_OTHERS_H

#include "lib/bytes.h"
#include "lib/err.h"

#define WT_HASH_MAX 64

enum wt_scheme {
	WT_SCHEME_ECDSA, /* r || s, halves of one length */
	WT_SCHEME_RSASSA, /* PKCS #1 v1.5 */
	WT_SCHEME_RSAPSS, /* MGF1 with the same hash, a salt of any length */
};

/* A public key of any kind that OpenSSL reads: PEM, a key or a certificate. */
struct wt_other_key;

int wt_other_key_load(const char *path, struct wt_other_key **ret, struct wt_err *err);
/* "RSA 2048", "EC P-384"; belongs to the key. */
const char *wt_other_key_name(const struct wt_other_key *key);
void wt_other_key_free(struct wt_other_key *key);
void wt_other_key_freep(struct wt_other_key **key);

/* SHA-2 of 256, 384 or 512 bits; returns its length, or -ENOTSUP. */
int wt_other_hash(unsigned int bits, struct wt_span in, uint8_t ret[WT_HASH_MAX]);
/* 0 good, -EKEYREJECTED bad or not a key for that scheme, another negative errno could not check. */
int wt_other_verify(struct wt_other_key *key, enum wt_scheme scheme, unsigned int bits,
		    struct wt_span msg, struct wt_span sig, struct wt_err *err);

#endif
