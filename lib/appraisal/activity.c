// SPDX-License-Identifier: Apache-2.0
/*
 * Was activity observed, was anything lost, is it fresh: what hangs on the windows' flags and
 * nonces.
 */
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
	else if (a->run.windows > a->run.pruned && !a->run.newest_observed)
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

void wt_freshness_note(struct wt_appraisal *a, const struct wt_attestation *att)
{
	a->run.nonce_len = att->nonce.n <= WATTEST_NONCE_MAX ? att->nonce.n : 0;
	if (a->run.nonce_len)
		memcpy(a->run.nonce, att->nonce.p, a->run.nonce_len);
	/* A text for people: what is no plain text is not repeated. */
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

static bool is_asked(const struct wt_appraisal *a, const uint8_t *nonce, size_t len)
{
	return len == a->nonce_len && memcmp(nonce, a->nonce, len) == 0;
}

void wt_freshness_conclude(const struct wt_appraisal *a, struct wt_findings *f)
{
	char age[WT_FORMAT_LEN], asked[2 * WATTEST_NONCE_MAX + 1], got[2 * WATTEST_NONCE_MAX + 1];
	uint64_t seconds = a->now > a->run.iat ? (uint64_t)(a->now - a->run.iat) : 0;

	wt_format_duration(seconds, age);
	if (a->nonce_len == 0) {
		wt_no_claim(f, WT_CHECK_FRESHNESS,
			    "no nonce was asked for; the newest attestation was signed %s ago",
			    age);
		return;
	}
	wt_hex(a->nonce, a->nonce_len, asked);
	wt_hex(a->run.nonce, a->run.nonce_len, got);
	if (a->run.nonce_len == 0)
		wt_find(f, WT_NONCE_MISSING,
			"nonce %.48s was asked for; the newest attestation carries none", asked);
	else if (!is_asked(a, a->run.nonce, a->run.nonce_len))
		wt_find(f, WT_NONCE_OTHER,
			"nonce %.48s was asked for; the newest attestation answers %.48s", asked,
			got);
	else if (!is_asked(a, a->run.window_nonce, a->run.window_nonce_len))
		wt_find(f, WT_NONCE_NOT_IN_LOG,
			"the nonce was signed, but the kernel's newest WINDOW record does not carry it");
	else if (a->run.iat < a->now - WT_CLOCKS_APART)
		wt_find(f, WT_ANSWERED_LATE,
			"answers the nonce, and says it was signed %s ago: its clock is behind, or the answer is kept",
			age);
	wt_affirm(f, WT_CHECK_FRESHNESS,
		  "answers the nonce, in the signature and in the kernel's record; signed %s ago",
		  age);
}
