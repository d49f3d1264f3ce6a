/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was ever issued, in DIR/register.db: an SQLite file that is only added to. The only door to
 * SQLite here.
 *
 * The invariant: an object leaves the authority only after register_commit returned 0, and that
 * returns 0 only when its row, with the whole object in it, is on the disk (WAL, synchronous FULL).
 * A crash after that loses no more than the file, which `reissue` writes again. Triggers forbid
 * every UPDATE and DELETE: a revocation is a notice, a row of its own.
 */
#ifndef KEYS_REGISTER_H
#define KEYS_REGISTER_H

#include <stdbool.h>

#include "lib/allocation.h"
#include "lib/cose.h"
#include "lib/object.h"

struct authority_register;

enum register_how {
	REGISTER_OPEN, /* -ENOENT: not there, and then nobody knows what was issued */
	REGISTER_NEW, /* makes it; -EEXIST */
};

int register_open(const char *dir, enum register_how how, struct authority_register **ret,
		  struct wt_err *err);
void register_free(struct authority_register *reg); /* what was not committed is forgotten */
void register_freep(struct authority_register **reg);

/* From here to the commit nobody else adds anything: what was looked up stays true. */
int register_begin(struct authority_register *reg, struct wt_err *err);
int register_commit(struct authority_register *reg, struct wt_err *err);

/* --- adding: between begin and commit; at is when it was issued ------------------------------- */

/*
 * renews: the id of the registration it follows, or NULL. -EEXIST: a device with that serial number
 * belongs to another rig in the same time.
 */
int register_put_registration(struct authority_register *reg,
			      const struct wt_registration *registration, const uint8_t *renews,
			      struct wt_span cose, int64_t at, struct wt_err *err);
/* -EEXIST: the transaction was sold already. */
int register_put_grant(struct authority_register *reg, const struct wt_grant *grant,
		       struct wt_span cose, int64_t at, struct wt_err *err);
/*
 * The grant must be there. That all shares fit is register_check_shares' matter, once, after the
 * last.
 */
int register_put_allotment(struct authority_register *reg, const struct wt_allotment *allotment,
			   struct wt_span cose, int64_t at, struct wt_err *err);
/* -ERANGE: the allotments of that grant sum to more than the grant. */
int register_check_shares(struct authority_register *reg, const uint8_t grant_id[WT_ID_LEN],
			  struct wt_err *err);
int register_put_notice(struct authority_register *reg, const struct wt_notice *notice,
			struct wt_span cose, struct wt_err *err);
/* A site's certificate. -EEXIST: there is a site of that name. */
int register_put_site(struct authority_register *reg, const char *name, const struct wt_cert *cert,
		      int64_t at, struct wt_err *err);
/* A revoked certificate; known already is fine. issuer is the CA's common name. */
int register_put_revocation(struct authority_register *reg, const char *issuer,
			    const struct wt_cert *cert, int64_t at, struct wt_err *err);

/* --- looking up: 1 found, 0 not, or a negative errno ------------------------------------------ */

/* SHA-256 over a grant's payload but its id: the same purchase is the same digest. */
int register_grant_content(const struct wt_grant *grant, uint8_t ret[WT_SHA256_LEN],
			   struct wt_err *err);

struct register_grant {
	uint8_t id[WT_ID_LEN];
	uint8_t content[WT_SHA256_LEN];
	uint8_t digest[WT_SHA256_LEN];
};

/* cose (may be NULL) gets the object appended. */
int register_find_transaction(struct authority_register *reg, const char *transaction,
			      struct register_grant *ret, struct wt_buf *cose, struct wt_err *err);
int register_find_grant(struct authority_register *reg, const uint8_t id[WT_ID_LEN],
			struct register_grant *ret, struct wt_err *err);

/* A registered rig at some time, with the registration that ends last. */
struct register_rig {
	uint8_t id[WT_ID_LEN]; /* of that registration */
	uint8_t ueid[WT_UEID_LEN];
	char rig[64], licence[64], zone[64];
	uint32_t nameplate_w;
	int64_t until; /* end of validity, or the time from which it is revoked */
};

/* rig: 34 hex digits, or the registered name; -EEXIST: two rigs have that name. */
int register_find_rig(struct authority_register *reg, const char *rig, int64_t at,
		      struct register_rig *ret, struct wt_err *err);
/* site: its name, or 64 hex digits. The certificate must be valid then. */
int register_find_site(struct authority_register *reg, const char *site, int64_t at,
		       uint8_t ret_x5t[WT_SHA256_LEN], struct wt_err *err);
/* Wh of that grant which are allotted. */
int register_allotted(struct authority_register *reg, const uint8_t grant_id[WT_ID_LEN],
		      uint64_t *ret, struct wt_err *err);
/* Any object by its id. */
int register_find_object(struct authority_register *reg, const uint8_t id[WT_ID_LEN],
			 enum wt_typ *ret_typ, struct wt_buf *ret_cose, struct wt_err *err);
/* Each allotment of a grant, in the order of issue; a callback's negative result ends it. */
typedef int (*register_share_fn)(const uint8_t ueid[WT_UEID_LEN], struct wt_span cose, void *user);
int register_each_share(struct authority_register *reg, const uint8_t grant_id[WT_ID_LEN],
			register_share_fn fn, void *user, struct wt_err *err);

/* --- enrolment of rigs with a TPM (register_enrol.c) ------------------------------------------- */

struct register_enrolment {
	uint8_t id[WT_ID_LEN];
	uint8_t ueid[WT_UEID_LEN];
	char rig[64];
	int64_t made_at, not_after;
	uint8_t secret[WT_SHA256_LEN]; /* SHA-256 of what is in the challenge */
	bool issued; /* found: a registration came of it */
	uint8_t registration[WT_ID_LEN]; /* which */
	bool superseded; /* found: a later challenge was made for that TPM */
};

/* A challenge, and the request that it was made for. */
int register_put_enrolment(struct authority_register *reg,
			   const struct register_enrolment *enrolment, struct wt_span request,
			   struct wt_err *err);
/* What came of it; the registration is put in the same transaction. -EEXIST: it was issued already. */
int register_put_enrolled(struct authority_register *reg, const uint8_t id[WT_ID_LEN],
			  const uint8_t registration[WT_ID_LEN], int64_t at, struct wt_err *err);
int register_find_enrolment(struct authority_register *reg, const uint8_t id[WT_ID_LEN],
			    struct register_enrolment *ret, struct wt_buf *ret_request,
			    struct wt_err *err);
/* 0: no registration of that rig stands then or later; else -EEXIST. */
int register_check_free(struct authority_register *reg, const uint8_t ueid[WT_UEID_LEN], int64_t at,
			struct wt_err *err);

/* 0: no rig of another name has that key (or TPM) in the same time; else -EEXIST. */
int register_check_key(struct authority_register *reg, const struct wt_registration *registration,
		       struct wt_err *err);

/* --- listing ---------------------------------------------------------------------------------- */

enum register_list {
	REGISTER_REGISTRATIONS,
	REGISTER_GRANTS,
	REGISTER_ALLOTMENTS,
	REGISTER_NOTICES,
	REGISTER_SITES,
	REGISTER_ENROLMENTS,
	REGISTER_LISTS,
};

extern const char *const register_list_names[REGISTER_LISTS];

struct register_value {
	const char *name; /* of the column: a key of --json; *_s is a time */
	const char *text; /* NULL: a number, or nothing */
	bool null;
	int64_t number;
};

typedef int (*register_row_fn)(const struct register_value *values, size_t n, void *user);
int register_each(struct authority_register *reg, enum register_list list, register_row_fn fn,
		  void *user, struct wt_err *err);

#endif
