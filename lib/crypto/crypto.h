/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The seam to OpenSSL: this folder is the only one that includes <openssl/...>. digest.c hashes; key.c makes,
 * loads and saves keys and signature.c uses them; cert.c reads certificates, trust.c checks paths, request.c makes
 * and reads CSRs, issue.c makes certificates and CRLs.
 */
#ifndef LIB_CRYPTO_CRYPTO_H
#define LIB_CRYPTO_CRYPTO_H

#include "lib/bytes.h"
#include "lib/err.h"

#define WT_SHA256_LEN 32
#define WT_SIG_LEN 64 /* ES256: r || s (RFC 9053, 2.1); EdDSA: Ed25519 (2.2) */

/* Digests (digest.c). Cheap: no fetch, no allocation a call. */
void wt_sha256(struct wt_span in, uint8_t ret[WT_SHA256_LEN]);
void wt_sha256_pair(const uint8_t a[WT_SHA256_LEN], const uint8_t b[WT_SHA256_LEN],
		    uint8_t ret[WT_SHA256_LEN]);
/* HMAC-SHA256 (RFC 2104) of a digest. */
void wt_hmac_digest(const uint8_t key[WT_SHA256_LEN], const uint8_t digest[WT_SHA256_LEN],
		    uint8_t ret[WT_SHA256_LEN]);
int wt_random(void *ret, size_t n);

/* Keys (key.c). A struct wt_key is a private or public key; freed with wt_key_free, shared by reference never. */
struct wt_key;

enum wt_alg {
	WT_ALG_ES256 = -7, /* COSE algorithm ids (RFC 9053) */
	WT_ALG_EDDSA = -8,
};

int wt_key_generate(enum wt_alg alg, struct wt_key **ret);
/* PEM, private (unencrypted PKCS#8) or public. A private key file that others may read is refused: -EPERM. */
int wt_key_load(const char *path, struct wt_key **ret, struct wt_err *err);
/* Private key as PEM with mode 0600: fails with -EEXIST rather than overwrite; written and synced before it appears. */
int wt_key_save(const struct wt_key *key, const char *path, struct wt_err *err);
/* Public key as PEM (SubjectPublicKeyInfo), mode 0644; -EEXIST rather than overwrite. */
int wt_key_save_public(const struct wt_key *key, const char *path, struct wt_err *err);
enum wt_alg wt_key_alg(const struct wt_key *key);
/* SHA-256 of the DER SubjectPublicKeyInfo. */
int wt_key_spki_digest(const struct wt_key *key, uint8_t ret[WT_SHA256_LEN]);
/* Halves of one pair, or the same half twice. Much cheaper than two wt_key_spki_digest. */
bool wt_key_same(const struct wt_key *a, const struct wt_key *b);
/* The DER SubjectPublicKeyInfo, appended. */
int wt_key_spki(const struct wt_key *key, struct wt_buf *ret, struct wt_err *err);
void wt_key_free(struct wt_key *key);
void wt_key_freep(struct wt_key **key);

/* A public key from its DER SubjectPublicKeyInfo, whole. -EBADMSG: another kind than is for signing here. */
int wt_key_from_spki(struct wt_span spki, struct wt_key **ret, struct wt_err *err);
/* SubjectPublicKeyInfos from numbers, big-endian (parts.c). -EBADMSG: none is made of them. */
/* On the curve of so many bits, P-256 or P-384; leading zeros may be missing. */
#define WT_EC_MAX 48 /* bytes of a coordinate */
int wt_ec_spki(unsigned int bits, struct wt_span x, struct wt_span y, struct wt_buf *ret,
	       struct wt_err *err);
int wt_rsa_spki(struct wt_span modulus, uint32_t exponent, struct wt_buf *ret, struct wt_err *err);
/*
 * A private key in a TPM, used through OpenSSL's tpm2 provider (provider.c), whose public half is known. The TPM is
 * only spoken to while signing, and then by nobody else: tcti as Tss2_TctiLdr_Initialize takes it. Not while another
 * thread reads the environment, where the provider looks for it.
 */
int wt_key_in_tpm(const char *tcti, uint32_t handle, const struct wt_key *public_half,
		  struct wt_key **ret, struct wt_err *err);

/* Signature over the message (hashed inside), in COSE form. */
int wt_sign(struct wt_key *key, struct wt_span msg, uint8_t ret_sig[WT_SIG_LEN], struct wt_err *err);
/* 0 good, -EKEYREJECTED bad, another negative errno could not check. */
int wt_verify(struct wt_key *key, struct wt_span msg, struct wt_span sig, struct wt_err *err);

/* For credentials that a TPM opens (secret.c). HMAC with SHA-2 of 256 or 384 bits. */
int wt_hmac(unsigned int bits, struct wt_span key, struct wt_span msg, uint8_t *ret);
int wt_hmac_sha256(struct wt_span key, struct wt_span msg, uint8_t ret[WT_SHA256_LEN]);
/* AES-CFB with an IV of zeros, a key of 16 or 32 bytes; ret is as long as in. */
int wt_aes_cfb(struct wt_span key, struct wt_span in, uint8_t *ret, struct wt_err *err);
/* ECDH with a key made for it: its public half (x, y), and what both then know (z); n bytes each. */
struct wt_agreement {
	uint8_t x[WT_EC_MAX], y[WT_EC_MAX], z[WT_EC_MAX];
	size_t n;
};
int wt_ecdh(unsigned int bits, struct wt_span x, struct wt_span y, struct wt_agreement *ret,
	    struct wt_err *err);
/* RSA-OAEP with SHA-256; appended. */
int wt_rsa_oaep(struct wt_span modulus, uint32_t exponent, struct wt_span label, struct wt_span in,
		struct wt_buf *ret, struct wt_err *err);
void wt_wipe(void *p, size_t n); /* zeros, that no compiler leaves out */

/* Certificates (cert.c, trust.c) */
struct wt_cert;

/* What a key may sign: extended key usages below 2.25.329669473043189472480620133825040870004 (wattest's UUID arc). */
enum wt_duty {
	WT_DUTY_REGISTRATION = 1,
	WT_DUTY_GRANT = 2,
	WT_DUTY_ATTESTATION = 3,
	WT_DUTY_ALLOTMENT = 4,
	WT_DUTY_RESULT = 5,
};

const char *wt_duty_name(enum wt_duty duty);

int wt_cert_parse(struct wt_span der, struct wt_cert **ret, struct wt_err *err);
int wt_cert_load(const char *path, struct wt_cert **ret, struct wt_err *err); /* PEM, first certificate */
/* PEM, all certificates of the file: at most cap, or -EFBIG; the caller frees each. */
int wt_cert_load_all(const char *path, struct wt_cert **ret, size_t cap, size_t *ret_n,
		     struct wt_err *err);
void wt_cert_free(struct wt_cert *cert);
void wt_cert_freep(struct wt_cert **cert);
void wt_cert_x5t(const struct wt_cert *cert, uint8_t ret[WT_SHA256_LEN]); /* SHA-256 of its DER (RFC 9360) */
struct wt_span wt_cert_der(const struct wt_cert *cert); /* belongs to the certificate */
/* Belongs to the certificate; NULL when it is of a kind that signs no object of ours (say, an RSA CA). */
struct wt_key *wt_cert_key(struct wt_cert *cert);
/* One line for people: "CN=..., serial 41:9c:07". Belongs to the certificate. */
const char *wt_cert_name(const struct wt_cert *cert);
const char *wt_cert_common_name(const struct wt_cert *cert); /* may be empty */
void wt_cert_validity(const struct wt_cert *cert, int64_t *ret_not_before, int64_t *ret_not_after);
/* Serial number, big-endian, at most 20 bytes (RFC 5280, 4.1.2.2): what a CRL lists. Returns its length. */
int wt_cert_serial(const struct wt_cert *cert, uint8_t ret[20]);
/*
 * Names that issuer and carries its signature. Says nothing of validity, duty or revocation: wt_trust_check does. 1, 0, or
 * -ENOMEM: not known.
 */
int wt_cert_issued_by(const struct wt_cert *cert, struct wt_cert *issuer, struct wt_err *err);

/* Trust anchors and CRLs: every *.pem of a folder. */
struct wt_trust;

int wt_trust_load(const char *dir, struct wt_trust **ret, struct wt_err *err);
void wt_trust_free(struct wt_trust *trust);
void wt_trust_freep(struct wt_trust **trust);

/* SHA-256 of the DER of every certificate in the folder; the caller frees. */
int wt_trust_digests(struct wt_trust *trust, uint8_t (**ret)[WT_SHA256_LEN], size_t *ret_n);

struct wt_path_result {
	char anchor[128]; /* common name of the trust anchor */
	int64_t revocation_at; /* thisUpdate of the CRL that was looked at, or 0: revocation unknown */
	int64_t revocation_until; /* nextUpdate of the list that is due first, or 0: unknown */
	bool revocation_stale; /* at the time asked for, that had passed */
};

/*
 * Builds and checks a path from leaf over extra (NULL-terminated, may be NULL) to an anchor at the time `at` (seconds
 * since 1970), with OpenSSL; every certificate of the path must carry the duty's extended key usage, anchor included,
 * so an energy CA can never make a registry's key. -EKEYREJECTED: no path, expired, revoked; -EPERM: wrong duty.
 */
int wt_trust_check(struct wt_trust *trust, struct wt_cert *leaf, struct wt_cert *const *extra,
		   enum wt_duty duty, int64_t at, struct wt_path_result *ret, struct wt_err *err);

/* SHA-256 of the certified key's SubjectPublicKeyInfo, of whatever kind it is. */
int wt_cert_spki_digest(const struct wt_cert *cert, uint8_t ret[WT_SHA256_LEN]);
/*
 * A TPM's endorsement key certificate (vendor.c): a path over extra (n of them) to a TPM vendor's CA in the folder that
 * trust was loaded from, and the usage tcg-kp-EKCertificate (2.23.133.8.1) in the certificate itself. -EKEYREJECTED: no
 * path, expired, revoked; -EPERM: not of an endorsement key.
 */
int wt_trust_check_ek(struct wt_trust *vendors, struct wt_cert *leaf,
		      struct wt_cert *const *extra, size_t n, int64_t at, char ret_anchor[128],
		      struct wt_err *err);

/* Making requests (request.c: agent) and certificates (issue.c: authority). */
int wt_csr_make(struct wt_key *key, const char *common_name, struct wt_buf *ret_pem, struct wt_err *err);
int wt_csr_make_der(struct wt_key *key, const char *common_name, struct wt_buf *ret_der,
		    struct wt_err *err);

struct wt_csr;
int wt_csr_load(const char *path, struct wt_csr **ret, struct wt_err *err); /* checks its own signature */
int wt_csr_parse(struct wt_span der, struct wt_csr **ret, struct wt_err *err); /* the same */
const char *wt_csr_common_name(const struct wt_csr *csr);
struct wt_key *wt_csr_key(struct wt_csr *csr); /* belongs to the request */
void wt_csr_free(struct wt_csr *csr);
void wt_csr_freep(struct wt_csr **csr);

struct wt_cert_spec {
	const char *common_name;
	const char *organization; /* or NULL */
	enum wt_duty duties[8];
	size_t n_duties;
	bool ca;
	int64_t not_before, not_after;
};

/* Issues subject_key a certificate; issuer NULL makes it self-signed with issuer_key. */
int wt_cert_issue(const struct wt_cert_spec *spec, struct wt_key *subject_key, struct wt_cert *issuer,
		  struct wt_key *issuer_key, struct wt_cert **ret, struct wt_err *err);
int wt_cert_save(const struct wt_cert *cert, const char *path, struct wt_err *err); /* PEM, -EEXIST if there */
int wt_cert_pem(const struct wt_cert *cert, struct wt_buf *ret_pem, struct wt_err *err); /* appended */
/* A CRL of that issuer listing nothing yet or the given serials, valid for `days`; PEM. */
int wt_crl_make(struct wt_cert *issuer, struct wt_key *issuer_key, const struct wt_span *serials, size_t n,
		int64_t now, int days, struct wt_buf *ret_pem, struct wt_err *err);

#endif
