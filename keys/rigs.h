/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rigs that a grant is divided among, and by what: from a folder of registrations, or from CSV.
 */
#ifndef KEYS_RIGS_H
#define KEYS_RIGS_H

#include "keys/shares.h"

enum rigs_by {
	RIGS_EQUAL,
	RIGS_NAMEPLATE,
	RIGS_WH, /* the list says how many each gets: in wh already */
};

struct rigs {
	struct share *shares;
	size_t n;
};

/*
 * list: a folder of *.cose registrations, which must carry the registry's signature, name the
 * grant's licence and zone and be valid in some of its delivery window (others are named on stderr
 * and left out; of a renewed one, the newer counts); or CSV with the columns ueid and, as asked
 * for, nameplate_w or wh. A rig twice is refused.
 */
int rigs_read(const char *list, enum rigs_by by, struct wt_trust *trust,
	      const struct wt_grant *grant, int64_t now, struct rigs *ret, struct wt_err *err);
void rigs_clear(struct rigs *rigs); /* for cleanup as well */

#endif
