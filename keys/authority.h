/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A development authority: one folder that holds the registry and the energy platform.
 *
 *   DIR/private/	the four private keys: both CAs and both signers (0700, 0600)
 *   DIR/signers/	certificates of the signers, which travel in what they sign
 *   DIR/revoked/	copies of revoked certificates: what the CRLs list
 *   DIR/register.db	what was ever issued (keys/register.h)
 *   DIR/trust/		what an inspector needs, to be handed out: CA certificates and CRLs
 */
#ifndef KEYS_AUTHORITY_H
#define KEYS_AUTHORITY_H

#include "keys/register.h"
#include "lib/cose.h"
#include "lib/crypto/crypto.h"
#include "lib/file.h"

enum authority_issuer {
	AUTHORITY_REGISTRY, /* registrations, rig certificates, results */
	AUTHORITY_ENERGY, /* grants, allotments */
	AUTHORITY_ISSUERS,
};

/* File names below DIR and what the keys may sign. */
struct authority_layout {
	const char *title; /* "registry" */
	const char *ca_name; /* common name, after the authority's own */
	const char *ca_key, *ca_cert, *crl;
	const char *signer_name, *signer_key, *signer_cert;
	enum wt_duty ca_duties[3];
	size_t n_ca_duties;
	enum wt_duty signer_duty;
};

extern const struct authority_layout authority_layouts[AUTHORITY_ISSUERS];

#define AUTHORITY_BACKDATE 3600 /* s: a certificate is good on a host whose clock is late, too */
#define AUTHORITY_CA_DAYS 3650
#define AUTHORITY_RIG_DAYS 730
#define AUTHORITY_CRL_DAYS 30
#define AUTHORITY_MAX_DAYS 36500
#define AUTHORITY_FILE_MAX (4u << 20) /* bytes of any file that is read here */

/* DIR/name; -ENAMETOOLONG. */
int authority_path(const char *dir, const char *name, char ret[4096], struct wt_err *err);

/* A certificate with its private key: a CA's or a signer's. */
struct authority_identity {
	struct wt_cert *cert;
	struct wt_key *key;
};

int authority_load_ca(const char *dir, enum authority_issuer which, struct authority_identity *ret,
		      struct wt_err *err);
int authority_load_signer(const char *dir, enum authority_issuer which,
			  struct authority_identity *ret, struct wt_err *err);
void authority_identity_clear(struct authority_identity *identity); /* for cleanup as well */

/*
 * Signs a payload as that issuer's signer, whose certificate goes along. A signer whom no inspector
 * would accept now (expired, revoked) is refused.
 */
int authority_sign(const char *dir, enum authority_issuer which, enum wt_typ typ,
		   struct wt_span payload, int64_t now, struct wt_buf *ret_cose,
		   struct wt_err *err);

/* The same in two steps, for many objects: a signer who was checked, then wt_cose_sign. */
int authority_open_signer(const char *dir, enum authority_issuer which, int64_t now,
			  struct authority_identity *ret, struct wt_err *err);

int authority_open_register(const char *dir, struct authority_register **ret, struct wt_err *err);

/* DIR/trust. */
int authority_load_trust(const char *dir, struct wt_trust **ret, struct wt_err *err);

/* A path to DIR/trust at that time with that duty, as an inspector checks it. */
int authority_check(const char *dir, struct wt_cert *cert, enum wt_duty duty, int64_t at,
		    struct wt_err *err);

/* Writes DIR/trust's CRL of that issuer: all of DIR/revoked that it issued. */
int authority_write_crl(const char *dir, enum authority_issuer which,
			const struct authority_identity *ca, int64_t now, int days,
			size_t *ret_listed, struct wt_err *err);

#endif
