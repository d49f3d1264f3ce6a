// SPDX-License-Identifier: Apache-2.0
/* Was activity observed, was anything lost: what hangs on the windows' flags. */
#include "lib/appraisal/private.h"

#include "lib/appraisal/log.h"

#include <stdio.h>

#define UNOBSERVED_GRACE (300 * NS_PER_S) /* a boot, or an agent that was restarted */

/*
 * Of [from_ns, to_ns), which windows covered that can not be read: only records of probes, which are
 * never given up, say that one was there.
 */
static uint64_t unseen(const struct history *h, uint64_t from_ns, uint64_t to_ns)
{
	if (h->probed_from_ns == 0)
		return minus(to_ns, from_ns);
	return minus(h->probed_from_ns < to_ns ? h->probed_from_ns : to_ns, from_ns);
}

void wt_activity_window(struct wt_appraisal *a, const struct wt_window *w, uint64_t from_ns)
{
	uint64_t unobserved_ns = minus(w->to_ns, from_ns);

	a->h.observable_ns = plus(a->h.observable_ns, unobserved_ns);
	a->run.newest_observed = w->flags & WATTEST_WINDOW_OBSERVED;
	if (a->run.newest_observed)
		unobserved_ns = a->h.skipped ? unseen(&a->h, from_ns, w->from_ns) : 0;
	a->run.unobserved_ns = plus(a->run.unobserved_ns, unobserved_ns);
	a->h.unobserved_ns = plus(a->h.unobserved_ns, unobserved_ns);
}

/* What is allowed of that time: a boot and a restarted agent leave gaps. */
static uint64_t grace(uint64_t covered_ns)
{
	return covered_ns / 100 > UNOBSERVED_GRACE ? covered_ns / 100 : UNOBSERVED_GRACE;
}

void wt_activity_conclude(const struct wt_appraisal *a, struct wt_findings *f)
{
	char text[WT_FORMAT_LEN], covered[WT_FORMAT_LEN];

	wt_format_duration(a->run.unobserved_ns / NS_PER_S, text);
	wt_format_duration(a->run.covered_ns / NS_PER_S, covered);
	if (*a->run.unobserved)
		wt_find(f, WT_ACTIVITY_UNOBSERVED, "what the devices do is not observed: %s",
			a->run.unobserved);
	/* To unload the module its probes must be detached first: how long before is counted below. */
	else if (!a->h.ended && a->run.windows > a->run.pruned && !a->run.newest_observed)
		wt_find(f, WT_ACTIVITY_UNOBSERVED,
			"no probe was attached during the whole of the newest window");
	else if (a->run.unobserved_ns > grace(a->run.covered_ns))
		wt_find(f, WT_ACTIVITY_PARTLY_UNOBSERVED,
			"for %s of %s no probe counted what the devices did", text, covered);
	else if (a->h.unobserved_ns > grace(a->h.observable_ns))
		wt_find(f, WT_ACTIVITY_PARTLY_UNOBSERVED,
			"with what was looked at before, for %s of %s no probe counted what the devices did",
			wt_format_duration(a->h.unobserved_ns / NS_PER_S, text),
			wt_format_duration(a->h.observable_ns / NS_PER_S, covered));
	if (a->run.unobserved_ns)
		wt_remark(f, WT_CHECK_ACTIVITY, "not for %s while no probe was attached", text);
	if (*a->run.probe)
		wt_affirm(f, WT_CHECK_ACTIVITY, "observed by a probe, %s", a->run.probe);
	else
		wt_affirm(f, WT_CHECK_ACTIVITY, "observed by a probe");
}

void wt_losses_conclude(const struct wt_appraisal *a, struct wt_findings *f)
{
	char text[WT_COUNT_LEN];

	if (a->h.undeclared)
		wt_find(f, WT_PRUNED_UNDECLARED,
			"%" PRIu64
			" more WINDOW bodies are gone than LOST records account for so far",
			a->h.undeclared);
	if (a->run.pruned)
		wt_affirm(f, WT_CHECK_LOSSES,
			  "%s pruned at the log's bound, nothing else; no energy is missing",
			  wt_count(a->run.pruned, "WINDOW body", text));
	else
		wt_affirm(f, WT_CHECK_LOSSES, "nothing lost");
}

/* Why it was not observed is a text for people: what is no plain text is not repeated. */
void wt_activity_note(struct wt_appraisal *a, const struct wt_attestation *att)
{
	*a->run.unobserved = '\0';
	if (att->unobserved.p)
		snprintf(a->run.unobserved, sizeof(a->run.unobserved), "%.*s",
			 (int)(wt_text_plain(att->unobserved) && att->unobserved.n < 100
				       ? att->unobserved.n
				       : 0),
			 (const char *)att->unobserved.p);
	if (att->unobserved.p && !*a->run.unobserved)
		snprintf(a->run.unobserved, sizeof(a->run.unobserved),
			 "the rig gives no readable reason");
}
