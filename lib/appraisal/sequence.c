// SPDX-License-Identifier: Apache-2.0
/*
 * The rig's attestations form one line: seq without a gap, each naming the digest of the one before
 * it. Two different ones with one seq are a fork: somebody ran the rig's key twice. The same file
 * twice is only a file given twice.
 */
#include "lib/appraisal/private.h"

#include "lib/appraisal/log.h"

static int remember(struct wt_appraisal *a, uint64_t seq, const uint8_t digest[WT_SHA256_LEN])
{
	struct seen *seen = room_for_one(a->run.seen, a->run.n_seen, sizeof(*seen));

	if (!seen)
		return -ENOMEM;
	a->run.seen = seen;
	seen += a->run.n_seen++;
	seen->seq = seq;
	memcpy(seen->digest, digest, WT_SHA256_LEN);
	return 0;
}

/* One from before what this run read: whether it is in its line is known when all are given. */
static int remember_older(struct wt_appraisal *a, const struct wt_attestation *att,
			  const uint8_t digest[WT_SHA256_LEN])
{
	struct older *older = room_for_one(a->run.older, a->run.n_older, sizeof(*older));
	size_t at = a->run.n_older;

	if (!older)
		return -ENOMEM;
	a->run.older = older;
	while (at > 0 && older[at - 1].seq > att->seq)
		at--;
	memmove(&older[at + 1], &older[at], (a->run.n_older - at) * sizeof(*older));
	older[at] = (struct older){ .seq = att->seq, .iat = att->iat };
	memcpy(older[at].digest, digest, WT_SHA256_LEN);
	memcpy(older[at].prev, att->prev, WT_SHA256_LEN);
	a->run.n_older++;
	return 0;
}

static const struct seen *seen_find(const struct run *run, uint64_t seq)
{
	size_t low = 0, high = run->n_seen, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (run->seen[middle].seq < seq)
			low = middle + 1;
		else
			high = middle;
	}
	return low < run->n_seen && run->seen[low].seq == seq ? &run->seen[low] : NULL;
}

/*
 * One that is not newer than the newest: given twice, looked at in an earlier run, forked, or out
 * of order.
 */
static int not_newer(struct wt_appraisal *a, const struct wt_attestation *att,
		     const uint8_t digest[WT_SHA256_LEN], struct wt_err *err)
{
	const uint64_t seq = att->seq;
	const struct seen *seen = seen_find(&a->run, seq);
	const uint8_t *before = seen ? seen->digest : seq == a->h.seq ? a->h.digest : NULL;

	if (before && memcmp(before, digest, WT_SHA256_LEN) == 0) {
		a->run.repeated++;
		wt_fail(err, EALREADY, "attestation %" PRIu64 " was looked at already", seq);
	} else if (before) {
		wt_fail(err, EBADMSG, "there are two different attestations with seq %" PRIu64,
			seq);
		wt_find(&a->found, WT_SEQUENCE_FORK,
			"there are two different attestations with seq %" PRIu64, seq);
	} else if (a->run.n_seen == 0 || seq < a->run.seen[0].seq) {
		/* The state went past it: if it is in its line, what it said was judged then. */
		if (remember_older(a, att, digest) < 0)
			return wt_fail(err, ENOMEM, "no memory for attestation %" PRIu64, seq);
		a->run.repeated++;
		wt_fail(err, EALREADY, "attestation %" PRIu64 " is older than the state", seq);
	} else {
		wt_fail(err, EBADMSG, "attestation %" PRIu64 " comes after %" PRIu64, seq,
			a->h.seq);
		wt_find(&a->found, WT_SEQUENCE_GAP,
			"attestation %" PRIu64 " turned up after attestation %" PRIu64
			", and not in its place",
			seq, a->h.seq);
	}
	return 0;
}

static void check_next(struct wt_appraisal *a, const struct wt_attestation *att)
{
	uint64_t missing = att->seq - a->h.seq - 1;
	char first[WT_GROUPED_LEN], last[WT_GROUPED_LEN];

	if (missing == 1)
		wt_find(&a->found, WT_SEQUENCE_GAP, "attestation %s %s",
			wt_grouped(att->seq - 1, first),
			a->run.refused_seq == att->seq - 1 ? "was given, but refused"
							   : "is missing");
	else if (missing > 1)
		wt_find(&a->found, WT_SEQUENCE_GAP, "attestations %s to %s are missing",
			wt_grouped(a->h.seq + 1, first), wt_grouped(att->seq - 1, last));
	else if (memcmp(att->prev, a->h.digest, WT_SHA256_LEN) != 0)
		wt_find(&a->found, WT_SEQUENCE_PREV,
			"attestation %s does not follow attestation %s as it was given: the digest it names is another",
			wt_grouped(att->seq, first), wt_grouped(a->h.seq, last));
}

int wt_sequence_next(struct wt_appraisal *a, const struct wt_attestation *att,
		     const uint8_t digest[WT_SHA256_LEN], struct wt_err *err)
{
	char number[WT_GROUPED_LEN];
	int r;

	if (a->h.begun && att->seq <= a->h.seq)
		return not_newer(a, att, digest, err);
	r = remember(a, att->seq, digest);
	if (r < 0)
		return wt_fail(err, ENOMEM, "no memory for attestation %" PRIu64, att->seq);
	if (a->h.begun)
		check_next(a, att);
	else if (att->seq > 1)
		wt_remark(&a->found, WT_CHECK_SEQUENCE,
			  "what came before attestation %s was not looked at",
			  wt_grouped(att->seq, number));
	if (a->run.attestations++ == 0)
		a->run.first_seq = att->seq;
	a->h.seq = att->seq;
	a->h.iat = att->iat;
	memcpy(a->h.digest, digest, WT_SHA256_LEN);
	memcpy(a->h.prev, att->prev, WT_SHA256_LEN);
	if (!a->h.begun)
		wt_sequence_from(a);
	return 1;
}

void wt_sequence_from(struct wt_appraisal *a)
{
	a->run.past.seq = a->h.seq;
	a->run.past.iat = a->h.iat;
	memcpy(a->run.past.digest, a->h.digest, WT_SHA256_LEN);
	memcpy(a->run.past.prev, a->h.prev, WT_SHA256_LEN);
}

static void find_older(const struct wt_appraisal *a, struct wt_findings *f,
		       const struct older *older, uint64_t known_seq)
{
	char number[WT_GROUPED_LEN], at[WT_TIMESTAMP_LEN], newest[WT_TIMESTAMP_LEN];

	wt_grouped(older->seq, number);
	if (older->seq == known_seq)
		wt_find(f, WT_SEQUENCE_FORK, "there are two different attestations with seq %s",
			number);
	else if (older->iat > a->run.past.iat)
		wt_find(f, WT_SEQUENCE_FORK,
			"attestation %s, signed at %s, is not the one of that seq that was there before %s: a line "
			"begun anew",
			number, wt_timestamp_utc(older->iat, at),
			wt_timestamp_utc(a->run.past.iat, newest));
	else
		wt_find(f, WT_SEQUENCE_UNKNOWN,
			"attestation %s is older than what was looked at before, and nothing links it to that: give "
			"all attestations from it on",
			number);
}

/* Of those with the seq of the n-th, the last: the one that `known` names, or NULL. */
static const struct older *find_named(const struct run *run, size_t n, const struct older *known)
{
	const struct older *older = &run->older[n - 1];
	uint64_t seq = older->seq;

	for (; seq == known->seq - 1 && n > 0 && older->seq == seq; older--, n--) {
		if (memcmp(older->digest, known->prev, WT_SHA256_LEN) == 0)
			return older;
	}
	return NULL;
}

/* From the newest that was known before down, each must be the one that the next names. */
uint64_t wt_sequence_conclude_older(const struct wt_appraisal *a, struct wt_findings *f)
{
	const struct older *known = &a->run.past, *older, *named;
	uint64_t unknown = 0;
	size_t i;

	for (i = a->run.n_older; i > 0; i--) {
		older = &a->run.older[i - 1];
		if (i == a->run.n_older || older->seq != older[1].seq) {
			named = find_named(&a->run, i, known);
			known = named ? named : known;
		}
		if (older->seq == known->seq &&
		    memcmp(older->digest, known->digest, WT_SHA256_LEN) == 0)
			continue;
		find_older(a, f, older, known->seq);
		unknown++;
	}
	return unknown;
}

void wt_sequence_conclude(const struct wt_appraisal *a, struct wt_findings *f, uint64_t unknown)
{
	char first[WT_GROUPED_LEN], last[WT_GROUPED_LEN], text[WT_COUNT_LEN];

	if (a->run.repeated > unknown)
		wt_remark(f, WT_CHECK_SEQUENCE, "%s given again and passed over",
			  wt_count(a->run.repeated - unknown, "attestation", text));
	wt_affirm(f, WT_CHECK_SEQUENCE, "%s to %s, none missing, none twice",
		  wt_grouped(a->run.first_seq, first), wt_grouped(a->h.seq, last));
}
