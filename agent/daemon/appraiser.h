/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rig's own appraisal: what an inspector with the same trust anchors, registration and grants would find in what
 * this rig attested. For the operator's eyes: nothing that is signed depends on it but the ledger summary, which no
 * verifier believes.
 *
 * An appraisal keeps its worst finding, so it is taken a day at a time (UTC): at the first attestation of a day the
 * state so far becomes the base, and when the registration or a grant changes, the day is judged anew from its base.
 */
#ifndef AGENT_DAEMON_APPRAISER_H
#define AGENT_DAEMON_APPRAISER_H

#include "agent/config.h"
#include "agent/store.h"
#include "lib/err.h"

#include "rig.h"

struct appraiser;
struct wt_outlook;

/* Everything is borrowed and must outlive the appraiser. */
int appraiser_new(const struct wt_config *config, struct rig *rig, struct wt_store *store,
		  struct appraiser **ret, struct wt_err *err);
/* Trust, registration or grants changed: begins the day anew. */
void appraiser_restart(struct appraiser *ap);
/* Judges some of what is stored and not judged yet: 1 when there is more, 0 when the verdict is up to date. */
int appraiser_step(struct appraiser *ap);
/* The energy among the facts, once the verdict is up to date and there is a draw. */
void appraiser_facts(const struct appraiser *ap, struct wt_facts *facts);
/* What must be bought next, borrowed until the next step; NULL: not known. */
const struct wt_outlook *appraiser_outlook(const struct appraiser *ap);
/* Has this rig ever judged itself? Then states of that are in the store. */
bool appraiser_judges(const struct appraiser *ap);
/* False when nothing is judged (no trust anchors). */
bool appraiser_balance(const struct appraiser *ap, int64_t at, uint64_t *ret_charged_uj,
		       uint64_t *ret_left_uj);
void appraiser_free(struct appraiser *ap);

#endif
