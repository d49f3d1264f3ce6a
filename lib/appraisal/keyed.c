// SPDX-License-Identifier: Apache-2.0
/* See keyed.h. Streaming: one key and one MAC are kept, whatever the log's length. */
#include "lib/appraisal/private.h"

#include "lib/appraisal/keyed.h"

#include <endian.h>

#define UNKNOWN_LENGTH UINT32_MAX

/* A TPM that fails the kernel may do what the agent asks of it a moment later: once, and once more by chance. */
#define QUOTES_WITHHELD 2

void wt_keyed_begin(struct wt_appraisal *a)
{
	a->run.keyed.unshown += a->h.keyed.withheld;
	a->h.keyed = (struct keyed){ .joined = true };
}

/* Which key comes next cannot be known any more. */
void wt_keyed_broken(struct wt_appraisal *a)
{
	a->h.keyed = (struct keyed){ .joined = true, .chained = a->h.keyed.chained };
}

static void start_chain(struct keyed *k, const uint8_t anchor[WT_SHA256_LEN], uint32_t keys)
{
	memcpy(k->known, anchor, WT_SHA256_LEN);
	k->known_index = 0;
	k->index = 1;
	k->keys = keys;
	k->has_next = false;
}

/* --- the key of the step before ---------------------------------------------------------------------- */

/* Does the key lead to the newest one known, in as many steps as there were? */
static bool leads_back(const struct keyed *k, const uint8_t key[WT_SHA256_LEN])
{
	uint8_t v[WT_SHA256_LEN];
	uint32_t i;

	memcpy(v, key, sizeof(v));
	for (i = k->known_index; i < k->index; i++)
		wt_sha256(wt_span(v, sizeof(v)), v);
	return memcmp(v, k->known, sizeof(v)) == 0;
}

static void verify(struct wt_appraisal *a, uint64_t seq, const uint8_t key[WT_SHA256_LEN],
		   const uint8_t head[WT_SHA256_LEN])
{
	struct keyed *k = &a->h.keyed;
	uint8_t mac[WT_SHA256_LEN];

	if (!k->joined && !leads_back(k, key)) {
		wt_find(&a->found, WT_KEY_OTHER,
			"the key in record %" PRIu64
			" is not of the chain that the log began with: the kernel did not write it",
			seq);
		return;
	}
	if (k->joined) {
		/* From here on it is known. How long the chain is, is not. */
		k->joined = false;
		k->index = 1;
		k->keys = k->has_next ? 1 : UNKNOWN_LENGTH;
	}
	memcpy(k->known, key, sizeof(k->known));
	k->known_index = k->index;
	wt_hmac_digest(key, head, mac);
	if (memcmp(mac, k->mac, sizeof(mac)) != 0) {
		wt_find(&a->found, WT_MAC_WRONG,
			"the MAC of the step before record %" PRIu64
			" is not over this log: the kernel wrote another one",
			seq);
		return;
	}
	a->run.keyed.verified++;
	a->run.keyed.implied += k->withheld;
	k->withheld = k->quoted = 0;
}

static void disclosed(struct wt_appraisal *a, const struct keyed_step *step)
{
	struct keyed *k = &a->h.keyed;
	struct wt_span key = wt_span(NULL, 0);
	bool due = k->pending;

	k->pending = false;
	if (!step->closing) {
		a->run.keyed.implied += due;
		return;
	}
	key = wt_record_key(step->closing);
	if (due && key.p)
		verify(a, step->closing->seq, key.p, step->before);
	else if (due && step->lost)
		k->withheld++;
	else if (due)
		wt_find(&a->found, WT_KEY_MISSING,
			"record %" PRIu64 " does not disclose the key of the step before it",
			step->closing->seq);
	else if (key.p && !k->joined)
		wt_find(&a->found, WT_KEY_OTHER,
			"record %" PRIu64 " discloses a key, and the step before it was not keyed",
			step->closing->seq);
}

/* --- this step's key --------------------------------------------------------------------------------- */

static void announce(struct wt_appraisal *a, const struct wt_record *rec,
		     const struct wattest_anchor *anchor)
{
	struct keyed *k = &a->h.keyed;

	if (!k->joined && (!k->chained || k->has_next ||
			   (k->index != k->keys && k->keys != UNKNOWN_LENGTH)))
		wt_find(&a->found, WT_KEYS_UNUSED,
			"record %" PRIu64 " announces a chain of keys, and %s", rec->seq,
			!k->chained ? "the log did not begin with one" :
				      "the one before it is not used up");
	k->chained = k->has_next = true;
	k->keys = k->index; /* whatever was said, this step's key is its last */
	k->next_keys = le32toh(anchor->keys);
	memcpy(k->next, anchor->anchor, sizeof(k->next));
}

/* Returns whether there is a key for the step. */
static bool advance(struct wt_appraisal *a, const struct keyed_step *step)
{
	struct keyed *k = &a->h.keyed;
	struct wattest_anchor anchor;
	bool has_key = k->joined;

	if (step->anchor)
		memcpy(&anchor, step->anchor->payload.p, sizeof(anchor));
	if (step->loads) {
		k->joined = false;
		k->chained = step->anchor;
		if (step->anchor)
			start_chain(k, anchor.anchor, le32toh(anchor.keys));
		else if (a->reg.tpm.ak.p)
			/* A module that knows of a witness keys its windows; a program that extends the PCR has none. */
			wt_find(&a->found, WT_ANCHOR_MISSING,
				"attestation %" PRIu64 ": a log begins without keys for its windows: no kernel module wrote it",
				a->reading.seq);
		return true;
	}
	if (!k->joined && k->index < k->keys) {
		k->index++;
		has_key = true;
	} else if (!k->joined && k->has_next) {
		start_chain(k, k->next, k->next_keys);
		has_key = true;
	}
	if (step->anchor)
		announce(a, step->anchor, &anchor);
	return has_key;
}

void wt_keyed_step(struct wt_appraisal *a, const struct keyed_step *step)
{
	struct keyed *k = &a->h.keyed;
	bool has_key;

	disclosed(a, step);
	has_key = advance(a, step);
	/* In a log that was not read from its beginning, a MAC says that there was an ANCHOR. */
	if (k->joined && step->mac.p)
		k->chained = true;
	if (!k->chained) {
		a->run.keyed.unkeyed++;
		return;
	}
	if (!step->mac.p || !has_key) {
		wt_find(&a->found, WT_MAC_MISSING,
			"attestation %" PRIu64 ": %s", a->reading.seq,
			has_key ? "a step has no MAC, though the log's steps are keyed: the kernel did not write it" :
				  "the log's keys are used up and no others were announced");
		return;
	}
	k->pending = true;
	memcpy(k->mac, step->mac.p, sizeof(k->mac));
}

/* The kernel extends the PCR as soon as the TPM can do it, and discloses keys again: who has no keys says that it cannot. */
void wt_keyed_quote(struct wt_appraisal *a)
{
	struct keyed *k = &a->h.keyed;

	if (k->withheld == 0 || k->quoted++ < QUOTES_WITHHELD)
		return;
	wt_find(&a->found, WT_KEY_MISSING,
		"attestation %" PRIu64
		": the keys of %" PRIu64
		" steps are kept back, as for a TPM that fails, and the TPM has signed %" PRIu32 " quotes since",
		a->reading.seq, k->withheld, k->quoted);
}

/* --- the sentence ------------------------------------------------------------------------------------ */

bool wt_keyed_verified(const struct wt_appraisal *a)
{
	return a->run.keyed.verified > 0 && a->run.keyed.unkeyed == 0 &&
	       a->found.checks[WT_CHECK_CHAIN].tier == WT_NONE;
}

void wt_keyed_conclude(const struct wt_appraisal *a, struct wt_findings *f)
{
	const struct keyed_tally *t = &a->run.keyed;
	uint64_t unshown = plus(t->unshown, a->h.keyed.withheld);
	char text[WT_COUNT_LEN];

	if (unshown)
		wt_remark(f, WT_CHECK_CHAIN, "no key for the MAC on %s that the TPM was not extended with",
			  wt_count(unshown, "step", text));
	if (t->verified || t->implied || a->h.keyed.pending)
		wt_remark(f, WT_CHECK_CHAIN, "the kernel's MAC on %s%s",
			  wt_count(t->verified, "step", text),
			  a->h.keyed.pending ? ", that on the newest pending" : "");
}
