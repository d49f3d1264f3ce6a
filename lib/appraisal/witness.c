// SPDX-License-Identifier: Apache-2.0
/* What the witness's PCR must hold, and whether quotes say so (witness.h). */
#include "lib/appraisal/private.h"

#include "lib/appraisal/log.h"
#include "lib/appraisal/witness.h"
#include "lib/tpm/tpm.h"

#include <stdio.h>

/* How many steps a quote may wait for: what failed before them is said within as many. */
#define PATIENCE 2

void wt_witness_begin(struct wt_appraisal *a)
{
	struct witness *w = a->h.witness;

	if (!w)
		return;
	w->before_known = w->known && w->pcr != WATTEST_PCR_NONE;
	w->before_ended = a->h.ended;
	memcpy(w->before, w->value, sizeof(w->before));
	w->known = w->quoted_here = false;
	w->pcr = WATTEST_PCR_NONE;
	w->n_open = w->n_old = w->n_pending = w->said = w->booted = 0;
}

void wt_witness_load(struct wt_appraisal *a, const struct wattest_load *load)
{
	struct witness *w = a->h.witness;

	if (!w)
		return;
	w->pcr = load->pcr;
	w->known = true;
	memcpy(w->start, load->chain_start, sizeof(w->start));
	memcpy(w->settled, load->chain_start, sizeof(w->settled));
	memcpy(w->value, load->chain_start, sizeof(w->value));
	w->n_open = w->n_old = 0;
	if (!a->reg.tpm.ak.p)
		return; /* a renewal may have one */
	if (load->pcr == WATTEST_PCR_NONE)
		wt_find(&a->found, WT_WITNESS_MISSING,
			"the module was loaded without a PCR as witness, though the rig has a TPM");
	else if (load->pcr >= WT_PCRS || (WITNESS_BOOT_PCRS >> load->pcr & 1) || load->pcr >= 16)
		wt_find(&a->found, WT_WITNESS_MISSING,
			"the module was loaded with PCR %u as witness, which others extend or anybody may reset",
			load->pcr);
}

void wt_witness_broken(struct wt_appraisal *a)
{
	if (a->h.witness)
		a->h.witness->known = false;
}

/* --- the PCR's value ------------------------------------------------------------------------------- */

static void settle(struct witness *w, uint32_t n)
{
	uint32_t i;

	for (i = 0; i < n; i++) {
		if (!w->open[i].lost)
			wt_tpm_extend(w->settled, w->open[i].digest);
	}
	w->n_open -= n;
	w->n_old = w->n_old > n ? w->n_old - n : 0;
	memmove(w->open, w->open + n, w->n_open * sizeof(*w->open));
}

static void recount(struct witness *w)
{
	uint32_t i;

	memcpy(w->value, w->settled, sizeof(w->value));
	for (i = 0; i < w->n_open; i++) {
		if (!w->open[i].lost)
			wt_tpm_extend(w->value, w->open[i].digest);
	}
}

static bool agrees(const struct witness *w, const struct witness_quote *q,
		   const uint8_t value[WT_SHA256_LEN])
{
	uint8_t values[WT_PCRS][WT_SHA256_LEN], digest[WT_SHA256_LEN];

	memcpy(values, q->values, sizeof(values));
	if (w->pcr < WT_PCRS)
		memcpy(values[w->pcr], value, WT_SHA256_LEN);
	wt_tpm_pcr_digest(q->mask, values, digest);
	return memcmp(digest, q->digest, sizeof(digest)) == 0;
}

/* Of the open steps, the first `n` are in the PCR, or were lost: both are settled now. */
static void matched(struct wt_appraisal *a, const struct witness_quote *q, uint32_t n)
{
	struct witness *w = a->h.witness;

	settle(w, n);
	w->booted = q->mask & ~(w->pcr < WT_PCRS ? 1u << w->pcr : 0);
	memcpy(w->boot, q->values, sizeof(w->boot));
	a->run.witness.matched++;
	a->reading.agreed = q->seq == a->reading.seq;
}

/* Quotes that wait, held against the newest step's value. */
static void match_pending(struct wt_appraisal *a)
{
	struct witness *w = a->h.witness;
	uint32_t i;

	for (i = 0; i < w->n_pending; i++) {
		if (!agrees(w, &w->pending[i], w->value))
			continue;
		matched(a, &w->pending[i], w->n_open);
		w->n_pending--;
		memmove(&w->pending[i], &w->pending[i + 1],
			(w->n_pending - i) * sizeof(*w->pending));
		i--;
	}
}

static void contradicts(struct wt_appraisal *a, const struct witness_quote *q)
{
	const struct witness *w = a->h.witness;

	if (w->pcr < WT_PCRS)
		wt_find(&a->found, WT_WITNESS_OTHER,
			"the quote in attestation %" PRIu64
			" is of no state of this log: PCR %u was extended by others, or another log than this one",
			q->seq, w->pcr);
	else
		wt_find(&a->found, WT_WITNESS_OTHER,
			"the quote in attestation %" PRIu64
			" does not agree with the PCR values that the rig says",
			q->seq);
}

static void drop_oldest(struct wt_appraisal *a)
{
	struct witness *w = a->h.witness;

	contradicts(a, &w->pending[0]);
	w->n_pending--;
	memmove(&w->pending[0], &w->pending[1], w->n_pending * sizeof(*w->pending));
}

void wt_witness_step(struct wt_appraisal *a, uint64_t seq, const uint8_t digest[WT_SHA256_LEN])
{
	struct witness *w = a->h.witness;
	struct witness_step *step;
	uint32_t i;

	if (!w || w->pcr == WATTEST_PCR_NONE)
		return;
	/* Whatever became of it was said by now: no more wait. */
	if (w->n_open == WITNESS_OPEN)
		settle(w, 1);
	step = &w->open[w->n_open++];
	step->seq = seq;
	step->lost = false;
	memcpy(step->digest, digest, sizeof(step->digest));
	wt_tpm_extend(w->value, digest);
	for (i = 0; i < w->n_pending; i++)
		w->pending[i].steps++;
	match_pending(a);
}

void wt_witness_lost(struct wt_appraisal *a, uint64_t first_seq, uint64_t last_seq)
{
	struct witness *w = a->h.witness;
	uint64_t n = 0;
	uint32_t i;

	if (!w || !w->known || w->pcr == WATTEST_PCR_NONE)
		return;
	for (i = 0; i < w->n_open; i++) {
		if (w->open[i].seq < first_seq || w->open[i].seq > last_seq || w->open[i].lost)
			continue;
		w->open[i].lost = true;
		n++;
	}
	a->run.witness.lost += n;
	/* It is said of a step whose place in the PCR a quote has shown, or of none. */
	if (n == 0)
		wt_find(&a->found, WT_WITNESS_OTHER,
			"records %" PRIu64 " to %" PRIu64
			" are said to be missing in PCR %u, and a quote has shown them, or they close no step",
			first_seq, last_seq, w->pcr);
	recount(w);
	match_pending(a);
}

/* --- quotes ---------------------------------------------------------------------------------------- */

/*
 * When the TPM was slow: the value before some of the open steps. Only before those of this attestation: what an
 * earlier quote waited for must be there.
 */
static bool match_earlier(struct wt_appraisal *a, const struct witness_quote *q)
{
	struct witness *w = a->h.witness;
	uint8_t value[WT_SHA256_LEN];
	uint32_t i, at = w->n_open;

	memcpy(value, w->settled, sizeof(value));
	for (i = 0; i < w->n_open; i++) {
		if (i >= w->n_old && agrees(w, q, value))
			at = i;
		if (!w->open[i].lost)
			wt_tpm_extend(value, w->open[i].digest);
	}
	if (at == w->n_open)
		return false;
	matched(a, q, at);
	return true;
}

static void hold_against(struct wt_appraisal *a, const struct witness_quote *q)
{
	struct witness *w = a->h.witness;

	if (agrees(w, q, w->value)) {
		matched(a, q, w->n_open);
		return;
	}
	if (match_earlier(a, q))
		return;
	if (w->pcr == WATTEST_PCR_NONE || a->h.ended) {
		contradicts(a, q); /* no later step will come */
		return;
	}
	if (w->n_pending == WITNESS_PENDING)
		drop_oldest(a);
	w->pending[w->n_pending++] = *q;
}

void wt_witness_quote(struct wt_appraisal *a, uint32_t mask, const uint8_t digest[WT_SHA256_LEN])
{
	struct witness *w = a->h.witness;
	struct witness_quote q = { .seq = a->reading.seq, .mask = mask };

	memcpy(q.digest, digest, sizeof(q.digest));
	memcpy(q.values, w->values, sizeof(q.values));
	hold_against(a, &q);
	w->n_old = w->n_open;
}

void wt_witness_read(struct wt_appraisal *a)
{
	struct witness *w = a->h.witness;

	while (w && w->n_pending > 0 && (w->pending[0].steps >= PATIENCE || a->h.ended))
		drop_oldest(a);
}

const uint8_t *wt_witness_value(const struct wt_appraisal *a, unsigned int pcr)
{
	const struct witness *w = a->h.witness;

	return a->reading.agreed && (w->booted >> pcr & 1) ? w->boot[pcr] : NULL;
}

bool wt_witness_agrees(const struct wt_appraisal *a)
{
	const struct witness *w = a->h.witness;

	return w && w->known && w->pcr != WATTEST_PCR_NONE && a->run.witness.matched > 0 &&
	       a->run.witness.without == 0 && a->run.witness.outside == 0 &&
	       a->found.checks[WT_CHECK_WITNESS].tier == WT_NONE;
}

void wt_witness_conclude(const struct wt_appraisal *a, struct wt_findings *f)
{
	const struct witness_tally *t = &a->run.witness;
	const struct witness *w = a->h.witness;
	char text[WT_COUNT_LEN];

	if (!w || !a->reg.tpm.ak.p) {
		wt_no_claim(f, WT_CHECK_WITNESS, "no TPM quote: a software key signed");
		return;
	}
	if (t->unclean)
		wt_remark(f, WT_CHECK_WITNESS, "%s after the power was cut",
			  wt_count(t->unclean, "quote", text));
	else if (w->n_pending)
		wt_remark(f, WT_CHECK_WITNESS,
			  "the newest is of a later step, which the next attestation brings");
	else if (w->n_open)
		wt_remark(f, WT_CHECK_WITNESS, "%s not in the PCR yet",
			  wt_count(w->n_open, "step", text));
	if (t->matched == 0) {
		wt_no_claim(f, WT_CHECK_WITNESS, t->unknown ?
							 "the log was not read from its beginning: quotes could not be held against it" :
							 "no quote that could be held against the log yet");
		return;
	}
	if (w->pcr == WATTEST_PCR_NONE) {
		wt_no_claim(f, WT_CHECK_WITNESS, "quotes of the boot state only");
		return;
	}
	wt_affirm(f, WT_CHECK_WITNESS, "TPM PCR %u agrees with the log, by %s", w->pcr,
		  wt_count(t->matched, "quote", text));
}
