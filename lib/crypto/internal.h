/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of this folder share: OpenSSL's types stay in here. */
#ifndef LIB_CRYPTO_INTERNAL_H
#define LIB_CRYPTO_INTERNAL_H

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "lib/crypto/crypto.h"

struct wt_key {
	EVP_PKEY *pkey;
	enum wt_alg alg;
	bool private;
	EVP_PKEY_CTX *verifier; /* ES256: initialised once, used for every signature after */
	EVP_MD_CTX *ed; /* EdDSA: reused */
	struct wt_key_place *place; /* where the private half is; NULL: in pkey */
};

/* A private half in a TPM (provider.c). */
struct wt_key_place {
	char tcti[256];
	char uri[32]; /* as the provider's store has it: "handle:0x81010101" */
};

struct wt_cert {
	X509 *x509;
	struct wt_span der; /* owned */
	uint8_t x5t[WT_SHA256_LEN];
	struct wt_key *key; /* or NULL */
	char common_name[128];
	uint8_t serial[20]; /* big-endian */
	size_t n_serial;
	char name[256];
};

/* Takes the reference over, also on failure. -EBADMSG: not a key for ES256 or EdDSA. */
int wt_key_wrap(EVP_PKEY *pkey, bool private, struct wt_key **ret, struct wt_err *err);
/* Takes the reference over, also on failure. */
int wt_cert_wrap(X509 *x509, struct wt_cert **ret, struct wt_err *err);

/* The SHA-256 that was fetched once. */
const EVP_MD *wt_sha256_md(void);
/* What signing functions want: NULL for EdDSA, which hashes by itself. */
const EVP_MD *wt_key_md(const struct wt_key *key);

/* ECDSA over the digest by the key in that place: DER into ret, of cap bytes; returns its length or -EIO. */
int wt_place_sign(const struct wt_key_place *place, const uint8_t digest[WT_SHA256_LEN],
		  uint8_t *ret, size_t cap, struct wt_err *err);
/* ECDSA in DER, by a key of ES256 wherever it is; returns its length. */
int wt_sign_der(struct wt_key *key, struct wt_span msg, uint8_t *ret, size_t cap,
		struct wt_err *err);

/* From numbers (parts.c); NULL and OpenSSL's queue. */
/* NULL: no point of that curve. */
EVP_PKEY *wt_ec_pkey(unsigned int bits, struct wt_span x, struct wt_span y);
EVP_PKEY *wt_rsa_pkey(struct wt_span modulus, uint32_t exponent);

/*
 * Around a check (memory.c): was memory refused to OpenSSL since wt_memory_watch, in this thread? Then it is -ENOMEM,
 * whatever it came to; else r.
 */
void wt_memory_begin(void); /* before OpenSSL is used for the first time; watching does it, too */
void wt_memory_watch(void);
int wt_memory_judge(int r, struct wt_err *err);

/* Fails with OpenSSL's newest reason behind the sentence, and empties its queue. */
int wt_fail_openssl(struct wt_err *err, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * The first value of an entry as UTF-8 with control characters replaced by '?'; empty when there is
 * none.
 */
void wt_name_text(const X509_NAME *name, int nid, char *ret, size_t cap);
/* The duty's object identifier, in dots. */
void wt_duty_oid(enum wt_duty duty, char *ret, size_t cap);

/* For checks of paths (trust.c): what missing and old lists come to; a verify callback. */
int wt_trust_on_problem(int ok, X509_STORE_CTX *ctx);
X509_STORE *wt_trust_store(struct wt_trust *trust); /* belongs to trust */
/* Is that the object identifier of one of its extended key usages? */
bool wt_x509_has_usage(X509 *cert, const ASN1_OBJECT *usage);

/* Paths found good under one set of anchors (paths.c): from several threads. */
struct wt_paths;
struct wt_paths *wt_paths_new(void);
void wt_paths_free(struct wt_paths *paths);
/* Of all that a path depends on. */
void wt_paths_key(const struct wt_cert *leaf, struct wt_cert *const *extra, enum wt_duty duty,
		  int64_t at, uint8_t ret[WT_SHA256_LEN]);
bool wt_paths_find(struct wt_paths *paths, const uint8_t key[WT_SHA256_LEN],
		   struct wt_path_result *ret);
void wt_paths_keep(struct wt_paths *paths, const uint8_t key[WT_SHA256_LEN],
		   const struct wt_path_result *result);

#define WT_DUTY_ARC "2.25.329669473043189472480620133825040870004.1"
#define WT_PEM_MAX (1 << 20)

void wt_pkey_freep(EVP_PKEY **p);
void wt_x509_freep(X509 **p);
void wt_bio_freep(BIO **p);

#endif
