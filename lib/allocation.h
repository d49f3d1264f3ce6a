/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What changes an allocation after the purchase: allotments (a site divides a grant among its rigs) and notices (an
 * authority revokes, curtails, or says that a rig is off). As lib/object.h, docs/evidence.cddl.
 */
#ifndef LIB_ALLOCATION_H
#define LIB_ALLOCATION_H

#include "lib/object.h"

/* A share of a grant for one rig, signed by the site key that the grant names (duty allotment). */
struct wt_allotment {
	uint8_t id[WT_ID_LEN];
	int64_t not_before, not_after; /* within the grant's delivery window */
	uint8_t ueid[WT_UEID_LEN]; /* the rig that may spend it */
	uint8_t grant_id[WT_ID_LEN];
	uint8_t grant_digest[WT_SHA256_LEN]; /* SHA-256 of the grant's COSE_Sign1 */
	uint32_t wh; /* 1 to WT_GRANT_MAX_WH; all shares of a grant sum to at most the grant */
};

int wt_allotment_decode(struct wt_span payload, struct wt_allotment *ret, struct wt_err *err);
int wt_allotment_encode(const struct wt_allotment *allotment, struct wt_buf *ret, struct wt_err *err);

enum wt_notice_kind {
	WT_NOTICE_REVOKE_GRANT = 1, /* signed by the platform (duty grant): no debit from `from` on */
	WT_NOTICE_REVOKE_REGISTRATION = 2, /* signed by the registry (duty registration) */
	WT_NOTICE_CURTAIL = 3, /* by either: at most max_w in [from, to) */
	WT_NOTICE_OFF = 4, /* by either: the rig is off in [from, to); believed only as far as its meters bear it out */
};

enum wt_notice_scope {
	WT_SCOPE_OBJECT = 1, /* target is a grant's or registration's id: kinds 1 and 2 */
	WT_SCOPE_RIG = 2, /* target is a ueid */
	WT_SCOPE_LICENCE = 3, /* text is the licence */
	WT_SCOPE_ZONE = 4, /* text is the zone of the grid */
};

struct wt_notice {
	uint8_t id[WT_ID_LEN];
	int64_t issued_at;
	enum wt_notice_kind kind;
	int64_t from, to; /* [from, to), from < to; revocations have no end: to is 0 */
	enum wt_notice_scope scope;
	uint8_t target[WT_UEID_LEN]; /* 16 bytes of id, or 17 of ueid */
	char text[64]; /* of scopes 3 and 4: never empty */
	uint32_t max_w; /* CURTAIL: may be 0; else 0 */
	char reason[128]; /* for people; may be empty */
};

int wt_notice_decode(struct wt_span payload, struct wt_notice *ret, struct wt_err *err);
/*
 * Does it concern the rig of that registration? Any revocation of a grant may: whose grant it was is not in it.
 */
bool wt_notice_concerns(const struct wt_notice *notice, const struct wt_registration *reg);
int wt_notice_encode(const struct wt_notice *notice, struct wt_buf *ret, struct wt_err *err);

#endif
