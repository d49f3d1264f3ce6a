/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who a grant is for: a rig, named by its registration or by its id alone, or a site, named by its
 * certificate.
 */
#ifndef KEYS_SPENDER_H
#define KEYS_SPENDER_H

#include "keys/register.h"

struct spender {
	uint8_t ueid[WT_UEID_LEN]; /* a rig's ... */
	uint8_t site_key[WT_SHA256_LEN]; /* ... or a site's */
	bool site;
	char name[64]; /* of the rig or the site, or empty when only the id is known */
	char licence[64], zone[64]; /* empty likewise, and with a site */
};

/*
 * rig: a registration's file, which must carry the signature of this authority's registry and stand
 * when the delivery begins (now, if that is later), or 34 hex digits. A platform sells nothing on a
 * registration that anybody could have made.
 */
int spender_rig(const char *dir, struct authority_register *reg, const char *rig, int64_t from,
		int64_t now, struct spender *ret, struct wt_err *err);
/* site: the file of a certificate with the duty to allot, which this authority issued. */
int spender_site(const char *dir, const char *site, int64_t now, struct spender *ret,
		 struct wt_err *err);

/* Says in the grant who may spend it. */
void spender_into(const struct spender *spender, struct wt_grant *grant);

#endif
