/* SPDX-License-Identifier: Apache-2.0 */
/* Who a grant is for: named by its registration, or by the rig's id alone. */
#ifndef KEYS_SPENDER_H
#define KEYS_SPENDER_H

#include "lib/object.h"

struct spender {
	uint8_t ueid[WT_UEID_LEN];
	char rig[64]; /* name, or empty when only the id is known */
	char licence[64], zone[64]; /* empty likewise */
};

/*
 * rig: a registration's file, which must carry the signature of this authority's registry, or 34 hex digits. A
 * platform sells nothing on a registration that anybody could have made.
 */
int spender_find(const char *dir, const char *rig, int64_t now, struct spender *ret,
		 struct wt_err *err);

#endif
