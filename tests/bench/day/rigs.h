/* SPDX-License-Identifier: Apache-2.0 */
/* A site's rigs and what it bought, for its bench: each rig of four sources and eight devices, as in the size goal. */
#ifndef TESTS_BENCH_DAY_RIGS_H
#define TESTS_BENCH_DAY_RIGS_H

#include "tests/unit/lib/rig.h"

#define PER_HOUR 60 /* windows, and so attestations */
#define GRANTS_PER_HOUR 10

struct member { /* what is kept of a rig between its registration and its attestations */
	struct rig_identity self;
	struct wt_registration reg;
	struct wt_buf registration;
	struct wt_att_grant *shares;
};

struct rigs {
	unsigned int n, hours; /* hours bought */
	struct rig *first; /* has the authorities */
	struct rig *now; /* the one that attests now */
	struct member *members;
	struct wt_grant *grants;
	uint8_t (*grant_digests)[WT_SHA256_LEN];
};

/* Ends the bench. */
void need(bool good, const char *what);

/* All of them, registered. */
void rigs_init(struct rigs *rigs, unsigned int n, unsigned int hours);
/* A grant to the site, then a rig's share of it. */
void rigs_sell(struct rigs *rigs, unsigned int grant, struct wt_buf *ret);
void rigs_allot(struct rigs *rigs, unsigned int grant, unsigned int i, struct wt_buf *ret);
/* One rig at a time: its boot, then hour by hour its attestations in rigs->now->atts, for the caller to take. */
void rigs_boot(struct rigs *rigs, unsigned int i);
void rigs_hour(struct rigs *rigs, unsigned int i, unsigned int hour);
void rigs_retire(struct rigs *rigs);

#endif
