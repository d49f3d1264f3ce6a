// SPDX-License-Identifier: Apache-2.0
/*
 * The rig's attestations form one line: seq without a gap, each naming the digest of the one before
 * it. Two different ones with one seq are a fork: somebody ran the rig's key twice. The same file
 * twice is only a file given twice.
 */
#include "lib/appraisal/private.h"

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
static int not_newer(struct wt_appraisal *a, uint64_t seq, const uint8_t digest[WT_SHA256_LEN],
		     struct wt_err *err)
{
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
		/* The state went past it: what it said then was judged then. */
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
		return not_newer(a, att->seq, digest, err);
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
	memcpy(a->h.digest, digest, WT_SHA256_LEN);
	return 1;
}

void wt_sequence_conclude(const struct wt_appraisal *a, struct wt_findings *f)
{
	char first[WT_GROUPED_LEN], last[WT_GROUPED_LEN], text[WT_COUNT_LEN];

	if (a->run.repeated)
		wt_remark(f, WT_CHECK_SEQUENCE, "%s given again and passed over",
			  wt_count(a->run.repeated, "attestation", text));
	wt_affirm(f, WT_CHECK_SEQUENCE, "%s to %s, none missing, none twice",
		  wt_grouped(a->run.first_seq, first), wt_grouped(a->h.seq, last));
}
