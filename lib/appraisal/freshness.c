// SPDX-License-Identifier: Apache-2.0
/*
 * Freshness: the inspector made up a nonce, so whatever carries it was signed since then, and so was what comes after that in
 * the chain: windows go on closing while somebody exports and verifies.
 */
#include "lib/appraisal/private.h"

#include "lib/appraisal/freshness.h"

static bool is_asked(const struct wt_appraisal *a, const uint8_t *nonce, size_t len)
{
	return len && len == a->nonce_len && memcmp(nonce, a->nonce, len) == 0;
}

void wt_freshness_window(struct wt_appraisal *a, const struct wt_window *w)
{
	a->run.answer.in_window = is_asked(a, w->nonce.p, w->nonce.n);
}

void wt_freshness_note(struct wt_appraisal *a, const struct wt_attestation *att)
{
	struct answer *answer = &a->run.answer;

	if (is_asked(a, att->nonce.p, att->nonce.n)) {
		/* one that the kernel knows nothing of takes nothing from one that it knows of */
		if (answer->given && answer->in_log && !answer->in_window)
			return;
		answer->given = true;
		answer->in_log = answer->in_window;
		answer->seq = att->seq;
		answer->iat = att->iat;
	} else if (att->nonce.n && att->nonce.n <= WATTEST_NONCE_MAX) {
		memcpy(answer->other, att->nonce.p, att->nonce.n);
		answer->other_len = att->nonce.n;
	}
}

void wt_freshness_conclude(const struct wt_appraisal *a, struct wt_findings *f)
{
	const struct answer *answer = &a->run.answer;
	int64_t iat = answer->given ? answer->iat : a->run.iat;
	char age[WT_FORMAT_LEN], asked[2 * WATTEST_NONCE_MAX + 1], got[2 * WATTEST_NONCE_MAX + 1];

	wt_format_duration(a->now > iat ? (uint64_t)(a->now - iat) : 0, age);
	if (a->nonce_len == 0) {
		wt_no_claim(f, WT_CHECK_FRESHNESS,
			    "no nonce was asked for; the newest attestation was signed %s ago",
			    age);
		return;
	}
	wt_hex(a->nonce, a->nonce_len, asked);
	wt_hex(answer->other, answer->other_len, got);
	if (!answer->given && answer->other_len == 0)
		wt_find(f, WT_NONCE_MISSING,
			"nonce %.48s was asked for; no attestation here carries one", asked);
	else if (!answer->given)
		wt_find(f, WT_NONCE_OTHER,
			"nonce %.48s was asked for; the newest answer here is to %.48s", asked,
			got);
	else if (!answer->in_log)
		wt_find(f, WT_NONCE_NOT_IN_LOG,
			"attestation %" PRIu64
			" answers the nonce, and the kernel's newest WINDOW record in it does not carry it",
			answer->seq);
	else if (iat < a->now - WT_CLOCKS_APART)
		wt_find(f, WT_ANSWERED_LATE,
			"attestation %" PRIu64
			" answers the nonce, and says it was signed %s ago: its clock is behind, or the answer is kept",
			answer->seq, age);
	wt_affirm(f, WT_CHECK_FRESHNESS,
		  "attestation %" PRIu64
		  " answers the nonce, in the signature and in the kernel's record; signed %s ago",
		  answer->seq, age);
}
