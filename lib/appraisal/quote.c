// SPDX-License-Identifier: Apache-2.0
/*
 * A quote, attribute by attribute: signed with the registered attestation key, made in a TPM, a quote and nothing else,
 * over the bank and the PCRs that it must be over, of this attestation and no other, and later than the one before it.
 * Nothing of it is used when one of these fails.
 */
#include "lib/appraisal/private.h"

#include "lib/appraisal/keyed.h"
#include "lib/appraisal/log.h"
#include "lib/appraisal/witness.h"
#include "lib/tpm/tpm.h"

/* What the clocks of a TPM and its host may be apart: a minute, and a sixth of what passed: TPMs' are coarse. */
#define CLOCK_SLACK_MS 60000
#define CLOCK_SLACK_PART 6
#define NS_PER_MS UINT64_C(1000000)

/* Returns 1, 0 when it is refused and said, < 0 when it could not be judged. */
static int check_made(struct wt_appraisal *a, const struct wt_att_quote *quote,
		      struct wt_tpm_attest *ret, struct wt_err *err)
{
	int r;

	r = wt_verify(a->registrations[a->in_force]->ak, quote->attest, quote->signature, err);
	if (r == -EKEYREJECTED) {
		wt_find(&a->found, WT_QUOTE_SIGNATURE,
			"the quote in attestation %" PRIu64
			" is not signed by the attestation key of the registration",
			a->reading.seq);
		return 0;
	}
	if (r < 0)
		return r;
	r = wt_tpm_attest_read(quote->attest, ret, err);
	if (r < 0) {
		wt_find(&a->found, WT_QUOTE_MALFORMED, "the quote in attestation %" PRIu64 ": %s",
			a->reading.seq, err->msg);
		return 0;
	}
	if (ret->type != WT_TPM_ATTEST_QUOTE) {
		wt_find(&a->found, WT_QUOTE_MALFORMED,
			"the quote in attestation %" PRIu64
			" is none: the TPM certified something else with that key",
			a->reading.seq);
		return 0;
	}
	return 1;
}

static int check_binding(struct wt_appraisal *a, const struct wt_attestation *att,
			 const struct wt_tpm_attest *attest, struct wt_err *err)
{
	uint8_t binding[WT_SHA256_LEN];
	int r;

	r = wt_attestation_binding(att, binding, err);
	if (r < 0)
		return r;
	if (wt_span_equal(attest->extra_data, wt_span(binding, sizeof(binding))))
		return 1;
	wt_find(&a->found, WT_QUOTE_OTHER,
		"the quote in attestation %" PRIu64
		" is bound to something else: to another attestation, another nonce, or one that was changed",
		a->reading.seq);
	return 0;
}

static bool check_selection(struct wt_appraisal *a, const struct wt_tpm_attest *attest)
{
	const struct witness *w = a->h.witness;
	uint32_t needed = WITNESS_BOOT_PCRS, missing;

	if (w->pcr < WT_PCRS)
		needed |= 1u << w->pcr;
	missing = needed & ~attest->pcrs;
	if (missing) {
		wt_find(&a->found, WT_QUOTE_SELECTION,
			"the quote in attestation %" PRIu64
			" leaves out PCR %d of the SHA-256 bank",
			a->reading.seq, __builtin_ctz(missing));
		return false;
	}
	if (attest->other_banks || attest->pcr_digest.n != WT_SHA256_LEN) {
		wt_find(&a->found, WT_QUOTE_SELECTION,
			"the quote in attestation %" PRIu64
			" is over another bank than that of SHA-256, or over more",
			a->reading.seq);
		return false;
	}
	return true;
}

/* Values that are new; each that is selected must have been said in this log. That of the witness is the log's to say. */
static bool take_values(struct wt_appraisal *a, const struct wt_att_quote *quote,
			const struct wt_tpm_attest *attest)
{
	struct witness *w = a->h.witness;
	uint32_t unsaid;
	size_t i;

	for (i = 0; i < quote->n_pcrs; i++) {
		w->said |= 1u << quote->pcrs[i].index;
		memcpy(w->values[quote->pcrs[i].index], quote->pcrs[i].value, WT_SHA256_LEN);
	}
	unsaid = attest->pcrs & ~w->said & ~(w->pcr < WT_PCRS ? 1u << w->pcr : 0);
	if (!unsaid)
		return true;
	wt_find(&a->found, WT_QUOTE_SELECTION,
		"the quote in attestation %" PRIu64 " is over PCR %d, whose value was never said",
		a->reading.seq, __builtin_ctz(unsaid));
	return false;
}

/* --- the TPM's time ---------------------------------------------------------------------------------- */

static int order(const struct witness *w, const struct wt_tpm_attest *now)
{
	if (now->reset_count != w->reset_count)
		return now->reset_count < w->reset_count ? -1 : 1;
	if (now->restart_count != w->restart_count)
		return now->restart_count < w->restart_count ? -1 : 1;
	return now->clock_ms < w->clock_ms ? -1 : now->clock_ms > w->clock_ms;
}

static void check_time(struct wt_appraisal *a, const struct wt_tpm_attest *now)
{
	const struct witness *w = a->h.witness;

	if (!now->safe)
		a->run.witness.unclean++;
	if (!w->quoted)
		return;
	if (order(w, now) < 0)
		wt_find(&a->found, WT_TPM_ROLLED_BACK,
			"attestation %" PRIu64 ": the TPM stands at reset %" PRIu32 ".%" PRIu32
			", %" PRIu64 " ms, and stood at %" PRIu32 ".%" PRIu32 ", %" PRIu64
			" ms before: an older state was brought back, or it was cleared",
			a->reading.seq, now->reset_count, now->restart_count, now->clock_ms,
			w->reset_count, w->restart_count, w->clock_ms);
	else if (w->quoted_here && now->reset_count != w->reset_count)
		wt_find(&a->found, WT_RESET_WITHOUT_LOAD,
			"attestation %" PRIu64
			": the TPM was reset (%" PRIu32 " to %" PRIu32
			" times) and the log goes on without a LOAD",
			a->reading.seq, w->reset_count, now->reset_count);
}

/*
 * CLOCK_BOOTTIME begins anew with each kernel, the TPM's clock does not: a kernel that was booted without a reset of the
 * TPM was booted by the kernel before it, and what the firmware measured is that one. Both clocks are of one time when
 * the agent was not behind with the log. Suspended, a TPM may stand still.
 */
static void check_boot(struct wt_appraisal *a, int64_t iat, const struct wt_tpm_attest *now)
{
	struct witness *w = a->h.witness;
	uint64_t boottime_ns = a->h.boottime_ns, passed_ms;
	bool timely = iat >= 0 &&
		      (uint64_t)iat <= a->h.realtime_ns / NS_PER_S + CLOCK_SLACK_MS / 1000;

	if (!w->quoted || now->reset_count != w->reset_count) {
		w->past_firmware = false;
		w->timely_ns = w->timely_ms = 0;
	}
	passed_ms = minus(now->clock_ms, w->timely_ms);
	if (w->timely_ms &&
	    (boottime_ns < w->timely_ns ||
	     (timely && minus(passed_ms - passed_ms / CLOCK_SLACK_PART, CLOCK_SLACK_MS) >
				(boottime_ns - w->timely_ns) / NS_PER_MS)))
		w->past_firmware = true;
	if (timely) {
		w->timely_ns = boottime_ns;
		w->timely_ms = now->clock_ms;
	}
}

static bool all_zero(const uint8_t v[WT_SHA256_LEN])
{
	static const uint8_t zeros[WT_SHA256_LEN];

	return memcmp(v, zeros, sizeof(zeros)) == 0;
}

/*
 * The PCR at the beginning of this log. In one life of the TPM it is what the log before left; a resume from suspend
 * counts as a restart and keeps it, a start after hibernation does not; after a reset it is zero.
 */
static void check_start(struct wt_appraisal *a, const struct wt_tpm_attest *now)
{
	const struct witness *w = a->h.witness;
	bool reset, restarted;

	if (w->quoted_here || !w->known || w->pcr == WATTEST_PCR_NONE)
		return;
	reset = !w->quoted || now->reset_count != w->reset_count;
	restarted = reset || now->restart_count != w->restart_count;
	if (!reset && w->before_known) {
		if (memcmp(w->start, w->before, sizeof(w->start)) == 0 ||
		    (restarted && all_zero(w->start)))
			return;
		if (w->before_ended)
			wt_find(&a->found, WT_WITNESS_START,
				"the log of attestation %" PRIu64
				" does not begin where the one before it left PCR %u: others extended it, or a "
				"log between them is hidden",
				a->reading.seq, w->pcr);
		else
			wt_find(&a->found, WT_WITNESS_BETWEEN,
				"between two logs of one boot PCR %u was extended: the first was not read to its "
				"end, or others extended it",
				w->pcr);
		return;
	}
	if (!all_zero(w->start))
		wt_find(&a->found, WT_WITNESS_BETWEEN,
			"PCR %u was extended before the module was loaded", w->pcr);
}

static void keep_time(struct witness *w, const struct wt_tpm_attest *now)
{
	w->quoted = w->quoted_here = true;
	w->reset_count = now->reset_count;
	w->restart_count = now->restart_count;
	w->clock_ms = now->clock_ms;
	w->firmware = now->firmware;
}

/* --- all of it --------------------------------------------------------------------------------------- */

static void find_none(struct wt_appraisal *a, const struct wt_attestation *att)
{
	a->run.witness.without++;
	if (att->key_place == WT_KEY_IN_TPM)
		wt_find(&a->found, WT_QUOTE_MISSING,
			"attestation %" PRIu64
			" has no quote, though the rig says that its key is in its TPM",
			a->reading.seq);
}

int wt_quote_check(struct wt_appraisal *a, const struct wt_attestation *att, struct wt_err *err)
{
	struct witness *w = a->h.witness;
	struct wt_tpm_attest attest;
	int r;

	if (!w || !a->reg.tpm.ak.p)
		return 0;
	if (att->key_place != WT_KEY_IN_TPM) {
		a->run.witness.outside++;
		wt_find(&a->found, WT_KEY_OUTSIDE,
			"attestation %" PRIu64
			": the registration has a TPM, and the rig says that its key is in a file",
			a->reading.seq);
	}
	if (!att->quote.attest.p) {
		find_none(a, att);
		return 0;
	}
	r = check_made(a, &att->quote, &attest, err);
	if (r > 0)
		r = check_binding(a, att, &attest, err);
	if (r <= 0)
		return r;
	if (!check_selection(a, &attest))
		return 0;
	check_time(a, &attest);
	check_boot(a, att->iat, &attest);
	if (!w->known) {
		keep_time(w, &attest);
		a->run.witness.unknown++;
		return 0;
	}
	if (!take_values(a, &att->quote, &attest))
		return 0;
	check_start(a, &attest);
	keep_time(w, &attest);
	a->run.witness.quotes++;
	wt_witness_quote(a, attest.pcrs, attest.pcr_digest.p);
	wt_keyed_quote(a);
	return 0;
}
