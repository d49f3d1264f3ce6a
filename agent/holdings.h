/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What this rig may spend and what is left of it: every file of the grants folder, grants and
 * allotments of its site's grants, and notices about them, judged by the library's own appraisal against the trust anchors
 * and the registration, and charged with what the store's attestations say was used.
 *
 *   wt_holdings_open → (wt_holdings_add ...), or (wt_holdings_charge) → wt_holdings_settle
 */
#ifndef AGENT_HOLDINGS_H
#define AGENT_HOLDINGS_H

#include "agent/caps.h"
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
	WT_HOLDING_IN_FORCE, /* a notice, followed now; later or past as well */
	WT_HOLDING_OTHERS, /* a notice that does not concern this rig */
};

const char *wt_holding_state_name(enum wt_holding_state state);

struct wt_holding {
	char file[256]; /* its name in the folder */
	enum wt_holding_state state;
	uint8_t digest[WT_SHA256_LEN];
	bool readable; /* the five below hold something */
	bool share; /* an allotment */
	enum wt_notice_kind notice; /* 0: none, and then max_w and note are empty */
	uint8_t id[WT_ID_LEN];
	int64_t not_before, not_after; /* of a revocation not_after is 0: it has no end */
	uint32_t wh; /* not of a notice */
	uint32_t max_w; /* of a curtailment */
	char note[128]; /* what the authority says for people */
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
	struct wt_caps caps; /* of the registration's schedule and the notices that are followed */
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

/* Allotments are judged after the grants that they divide, notices last: who reads many goes by turns. */
enum wt_turn {
	WT_TURN_GRANTS, /* and whatever is none of the others */
	WT_TURN_ALLOTMENTS,
	WT_TURN_NOTICES,
	WT_TURNS,
};

enum wt_turn wt_turn_of(struct wt_span cose);

/*
 * Judges a grant, an allotment or a notice and puts it into the folder: enum wt_added, and its entry; or what is
 * wrong with it (-EBADMSG, nothing was changed), or why it could not be written.
 */
int wt_holdings_add(struct wt_holdings *h, struct wt_span cose, const struct wt_holding **ret,
		    struct wt_err *err);

/* Judges what is stored of today on; an empty or missing store charges nothing. */
int wt_holdings_charge(struct wt_holdings *h, const struct wt_config *config, struct wt_err *err);
/* States and figures as of a time. */
void wt_holdings_settle(struct wt_holdings *h, int64_t now);
/*
 * What a plan from `now` on begins with: supplies and caps, without a draw, a horizon or blocks. The
 * caps are borrowed, the supplies are the caller's to free: ret_supplies.
 */
int wt_holdings_plan(const struct wt_holdings *h, int64_t now, struct wt_plan_in *ret,
		     struct wt_supply **ret_supplies, struct wt_err *err);
void wt_holdings_clear(struct wt_holdings *h);

#endif
