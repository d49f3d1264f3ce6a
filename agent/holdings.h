/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What this rig may spend and what is left of it: every file of the grants folder, grants and
 * allotments of its site's grants, judged by the library's own appraisal against the trust anchors
 * and the registration, and charged with what the store's attestations say was used.
 *
 *   wt_holdings_open → (wt_holdings_add ...), or (wt_holdings_charge) → wt_holdings_settle
 */
#ifndef AGENT_HOLDINGS_H
#define AGENT_HOLDINGS_H

#include "agent/config.h"
#include "lib/appraisal.h"
#include "lib/plan.h"

enum wt_holding_state {
	WT_HOLDING_OPEN, /* may be spent now */
	WT_HOLDING_LATER, /* its window begins later */
	WT_HOLDING_PAST, /* its window is over */
	WT_HOLDING_USED_UP,
	WT_HOLDING_SITE, /* a site's grant: this rig spends its allotments of it */
	WT_HOLDING_REFUSED, /* not used: why says it */
};

const char *wt_holding_state_name(enum wt_holding_state state);

struct wt_holding {
	char file[256]; /* its name in the folder */
	enum wt_holding_state state;
	uint8_t digest[WT_SHA256_LEN];
	bool readable; /* the five below hold something */
	bool share; /* an allotment */
	uint8_t id[WT_ID_LEN];
	int64_t not_before, not_after;
	uint32_t wh;
	char transaction[64]; /* of the purchase; empty: it is a refused allotment's */
	uint64_t bought_uj, used_uj, left_uj; /* zeros unless this rig may spend it */
	char why[256];
};

struct wt_holdings {
	char dir[WT_PATH_MAX];
	int64_t now; /* that the states are of */
	struct wt_trust *trust;
	struct wt_appraisal *appraisal;
	struct wt_holding *v; /* by name */
	size_t n;
	struct wt_draw draw;
	uint64_t charged_to_ns; /* end of the newest window; 0: nothing attested yet */
	struct wt_energy over; /* what no grant covered */
};

/* -ENOENT: no trust anchors, no registration; -EBADMSG: the registration is refused. */
int wt_holdings_open(const struct wt_config *config, int64_t now, struct wt_holdings *ret,
		     struct wt_err *err);

enum wt_added {
	WT_ADDED = 1,
	WT_ADDED_BEFORE, /* this very grant is there already */
};

/* Allotments are judged after the grants that they divide: who reads many takes them last. */
bool wt_is_allotment(struct wt_span cose);

/*
 * Judges a grant or an allotment and puts it into the folder: enum wt_added, and its entry; or what is
 * wrong with it (-EBADMSG, nothing was changed), or why it could not be written.
 */
int wt_holdings_add(struct wt_holdings *h, struct wt_span cose, const struct wt_holding **ret,
		    struct wt_err *err);

/* Judges what is stored of today on; an empty or missing store charges nothing. */
int wt_holdings_charge(struct wt_holdings *h, const struct wt_config *config, struct wt_err *err);
/* States and figures as of a time. */
void wt_holdings_settle(struct wt_holdings *h, int64_t now);
void wt_holdings_clear(struct wt_holdings *h);

#endif
