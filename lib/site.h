/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Appraisal of a site: any mix of rigs, registrations, grants, allotments, notices and attestations. One verdict a rig,
 * one for the site. Memory grows with rigs and allocations, not with attestations.
 *
 *   wt_site_new → wt_site_object for everything that authorities and sites signed → (wt_site_state_load)
 *   → wt_site_attestation, each rig's in order of seq (→ wt_site_rig_done) → wt_site_finish
 */
#ifndef LIB_SITE_H
#define LIB_SITE_H

#include "lib/appraisal.h"
#include "lib/object.h"

struct wt_site;

/* What only all rigs together show. In the order in which they are shown. */
enum wt_site_check {
	WT_SITE_OBJECTS, /* every object was readable, signed by who may, and used by some rig */
	WT_SITE_ALLOTMENTS, /* the shares of each grant sum to at most the grant */
	WT_SITE_GRANTS, /* no grant is spent by two rigs */
	WT_SITE_DEVICES, /* no device serial on two rigs in overlapping time */
	WT_SITE_RIGS, /* no attestation of a rig never heard of; no registered rig silent */
	WT_SITE_ENERGY, /* all rigs together within what the site was sold */
	WT_SITE_CHECKS,
};

const char *wt_site_check_name(enum wt_site_check check); /* stable id: "objects", ... */

/* What can be found: docs/site.md lists these with their meaning. */
struct wt_site_reason {
	const char *code; /* stable, e.g. "allotments-exceed" */
	enum wt_site_check check;
	enum wt_tier tier;
	const char *meaning; /* a plain sentence without names or numbers */
};

const struct wt_site_reason *wt_site_reasons(size_t *ret_n); /* all of them, by check */

/* What a rig's verdict rests on, for its result (lib/result.h). */
struct wt_site_ground {
	uint8_t policy[WT_SHA256_LEN];
	uint8_t last_digest[WT_SHA256_LEN];
};

struct wt_site_verdict {
	enum wt_tier tier; /* worst of the site's checks and of the rigs' verdicts */
	struct wt_outcome checks[WT_SITE_CHECKS];
	struct wt_verdict *rigs; /* by rig name, then ueid */
	struct wt_site_ground *grounds; /* as rigs */
	size_t n_rigs;
	uint64_t bought_uj; /* all grants, each once */
	struct wt_energy chargeable; /* all rigs */
};

/* trust is borrowed and must outlive the site. */
int wt_site_new(struct wt_trust *trust, const struct wt_appraisal_options *options,
		struct wt_site **ret, struct wt_err *err);
/*
 * Registration, grant, allotment or notice, told by its typ; in any order. 1 taken in (who signed it is looked at
 * later), 0 refused (a finding), < 0 could not be judged.
 */
int wt_site_object(struct wt_site *site, struct wt_span cose, const char *name, struct wt_err *err);
/*
 * The same, from several threads: nth is the object's place among all of them, of each another one. Not for some objects
 * only.
 */
int wt_site_object_nth(struct wt_site *site, uint32_t nth, struct wt_span cose, const char *name,
		       struct wt_err *err);
/* State of an earlier run, of a site or of one rig: before the first attestation. -EBADMSG: not a state. */
int wt_site_state_load(struct wt_site *site, struct wt_span state, struct wt_err *err);
/* There is no later run: nobody will call wt_site_state_save. Before the first attestation; spares memory of each rig. */
void wt_site_no_state(struct wt_site *site);
/*
 * No more objects: deals them out to the rigs. From then on several threads may give attestations, each rig's by one of
 * them at a time. The first attestation does it too, for callers with one thread.
 */
int wt_site_ready(struct wt_site *site, struct wt_err *err);
/* Returns as wt_appraisal_feed. */
int wt_site_attestation(struct wt_site *site, struct wt_span cose, const char *name,
			struct wt_err *err);
/*
 * The same from several threads, whose order would show: one that cannot be read is left to the caller, who gives it to
 * wt_site_attestation when all is given: -ENOMSG.
 */
int wt_site_attestation_readable(struct wt_site *site, struct wt_span cose, const char *name,
				 struct wt_err *err);
/*
 * No more attestations of that rig are given: it is judged now, and what its appraisal held is freed. By the thread that
 * gave them, or not at all: then wt_site_finish does it.
 */
int wt_site_rig_done(struct wt_site *site, const uint8_t ueid[WT_UEID_LEN], struct wt_err *err);
/* The verdict over all that was given: once. Free with wt_site_verdict_clear. */
int wt_site_finish(struct wt_site *site, struct wt_site_verdict *ret, struct wt_err *err);

/*
 * The policy digest (lib/result.h) over every object that could be read and every certificate of the trust folder: of
 * the site, after wt_site_finish.
 */
int wt_site_policy(const struct wt_site *site, uint8_t ret[WT_SHA256_LEN], struct wt_err *err);

/* Objects that were refused, and why: for callers who name them all. Of the site, after wt_site_finish. */
struct wt_site_refusal {
	char *name, *why;
};

const struct wt_site_refusal *wt_site_refusals(const struct wt_site *site, size_t *ret_n);
/*
 * After wt_site_finish, what a later run needs, which then needs only what is new: deterministic CBOR. Rigs that this run did not see stay in
 * it as they were.
 */
bool wt_site_news(const struct wt_site *site); /* as wt_appraisal_news, of any rig */
int wt_site_state_save(const struct wt_site *site, struct wt_buf *ret, struct wt_err *err);
void wt_site_free(struct wt_site *site);
void wt_site_verdict_clear(struct wt_site_verdict *v);
/* Exit status as wt_verdict_exit. */
int wt_site_verdict_exit(const struct wt_site_verdict *v);

#endif
