// SPDX-License-Identifier: Apache-2.0
/*
 * Replay: every record again, step by step, until the chain stands where the attestation says.
 * Records that do not replay were still signed by the rig, so they are read on: the verdict is
 * contraindicated, but says all that is wrong.
 */
#include "lib/appraisal/private.h"

#include "lib/appraisal/integrity.h"
#include "lib/appraisal/keyed.h"
#include "lib/appraisal/log.h"
#include "lib/appraisal/witness.h"
#include "lib/chain.h"

static bool is_load(const struct wt_attestation *att)
{
	struct wt_record rec;

	return att->n_steps > 0 && att->steps[0].records[0].raw.p &&
	       wt_record_decode(att->steps[0].records[0].raw, &rec, NULL) == 0 &&
	       rec.type == WATTEST_RECORD_LOAD;
}

/* Something between two records is missing: what it said is unknown from here on. */
static void broken(struct wt_appraisal *a)
{
	a->h.whole = false;
	a->h.skipped++;
	wt_witness_broken(a);
	wt_keyed_broken(a);
}

/*
 * Where the attestation's chain begins: in the epoch that is being read, in a new one, or somewhere
 * unknown.
 */
static void take_up(struct wt_appraisal *a, const struct wt_attestation *att)
{
	struct history *h = &a->h;
	bool first = !h->begun;

	h->begun = true;
	if (!first && memcmp(h->epoch, att->epoch, sizeof(h->epoch)) == 0) {
		if (memcmp(h->head, att->chain_before, WT_SHA256_LEN) == 0)
			return;
		wt_find(&a->found, WT_CHAIN_GAP,
			"the chain of attestation %" PRIu64
			" does not begin where the one before it ended",
			a->reading.seq);
		memcpy(h->head, att->chain_before, WT_SHA256_LEN);
		broken(a);
		return;
	}
	wt_epoch_begin(a, att);
	if (is_load(att))
		return;
	/*
	 * In a log that is not read from its beginning the first record's seq is taken as it comes.
	 */
	a->reading.resync = true;
	if (!first || att->seq == 1)
		wt_find(&a->found, WT_EPOCH_WITHOUT_LOAD,
			"attestation %" PRIu64
			" begins a new log, and its first record is not LOAD",
			a->reading.seq);
}

static int walk(struct wt_appraisal *a, const struct wt_record *rec,
		const struct wt_attestation *att)
{
	switch (rec->type) {
	case WATTEST_RECORD_LOAD:
		wt_epoch_load(a, rec, att);
		return 0;
	case WATTEST_RECORD_UNLOAD:
		a->h.ended = true;
		return 0;
	case WATTEST_RECORD_SOURCE_ADD:
		return wt_source_add(a, rec);
	case WATTEST_RECORD_SOURCE_DEL:
		wt_source_del(a, rec);
		return 0;
	case WATTEST_RECORD_DEVICE_ADD:
		return wt_device_add(a, rec);
	case WATTEST_RECORD_DEVICE_DEL:
		wt_device_del(a, rec);
		return 0;
	case WATTEST_RECORD_WINDOW:
		return wt_window(a, rec);
	case WATTEST_RECORD_PROBE_ADD:
		wt_epoch_probe(a, rec);
		wt_integrity_probe(a, rec);
		return 0;
	case WATTEST_RECORD_TIME:
		wt_epoch_time(a, rec);
		return 0;
	case WATTEST_RECORD_LOST:
		wt_epoch_lost(a, rec);
		return 0;
	case WATTEST_RECORD_ANCHOR:
		a->reading.anchored = true;
		a->reading.anchor = *rec;
		wt_software_anchor(a, rec);
		return 0;
	case WATTEST_RECORD_EVENT:
		wt_integrity_event(a, rec);
		return 0;
	case WATTEST_RECORD_PROBE_DEL:
		wt_epoch_probe_del(a);
		wt_integrity_probe_del(a, rec);
		return 0;
	default:
		return 0;
	}
}

/* seq without a gap, boottime never backwards. */
static void check_order(struct wt_appraisal *a, const struct wt_record *rec)
{
	struct history *h = &a->h;

	if (!a->reading.resync && rec->seq != h->next_record) {
		wt_find(&a->found, WT_RECORD_MISSING,
			"attestation %" PRIu64 ": record %" PRIu64 " stands where record %" PRIu64
			" should",
			a->reading.seq, rec->seq, h->next_record);
		broken(a);
	}
	a->reading.resync = false;
	h->next_record = plus(rec->seq, 1);
	if (rec->boottime_ns < h->boottime_ns)
		wt_find(&a->found, WT_BOOTTIME_BACKWARDS,
			"record %" PRIu64 " is %" PRIu64 " ms older than the record before it",
			rec->seq, (h->boottime_ns - rec->boottime_ns) / 1000000);
	else
		h->boottime_ns = rec->boottime_ns;
}

static int read_record(struct wt_appraisal *a, const struct wt_att_record *record, bool first,
		       bool last, const struct wt_attestation *att)
{
	struct wt_record rec;
	struct wt_err err;
	int r;

	a->run.records++;
	if (!record->raw.p) {
		/* A pruned WINDOW: the decoder lets a digest stand at a step's end only. */
		wt_window_pruned(a);
		a->h.next_record = plus(a->h.next_record, 1);
		return 0;
	}
	r = wt_record_decode(record->raw, &rec, &err);
	if (r < 0) {
		wt_find(&a->found, WT_RECORD_MALFORMED, "attestation %" PRIu64 ": %s",
			a->reading.seq, err.msg);
		a->h.next_record = plus(a->h.next_record, 1);
		broken(a);
		return 0;
	}
	if (wt_record_closes(rec.type) != last)
		wt_find(&a->found, WT_STEP_MALFORMED,
			"attestation %" PRIu64 ": record %" PRIu64 ", %s, %s", a->reading.seq,
			rec.seq, wt_record_name(rec.type),
			last ? "is the last of its step and closes none"
			     : "closes a step and is not its last record");
	if (a->h.ended)
		wt_find(&a->found, WT_STEP_MALFORMED, "record %" PRIu64 ", %s, comes after UNLOAD",
			rec.seq, wt_record_name(rec.type));
	check_order(a, &rec);
	if (last && wt_record_closes(rec.type)) {
		a->reading.closed = true;
		a->reading.closing = rec;
	}
	if (rec.type == WATTEST_RECORD_LOAD && (!first || rec.seq != 1)) {
		wt_find(&a->found, WT_STEP_MALFORMED,
			"record %" PRIu64 " is a LOAD that begins no log", rec.seq);
		return 0;
	}
	return walk(a, &rec, att);
}

static int read_step(struct wt_appraisal *a, const struct wt_att_step *step, bool begins,
		     const struct wt_attestation *att)
{
	uint8_t before[WT_SHA256_LEN], digest[WT_SHA256_LEN];
	struct reading *now = &a->reading;
	size_t i;
	int r;

	now->slept = now->loaded = now->anchored = now->closed = now->lost = false;
	now->closed_before = a->h.next_record - 1;
	memcpy(before, a->h.head, sizeof(before));
	r = wt_chain_digest(step->records, step->n_records, &a->scratch, digest);
	if (r < 0)
		return r;
	wt_sha256_pair(before, digest, a->h.head);
	for (i = 0; r == 0 && i < step->n_records; i++)
		r = read_record(a, &step->records[i], begins && i == 0, i + 1 == step->n_records,
				att);
	wt_window_sweep(a);
	wt_keyed_step(a, &(struct keyed_step){ .closing = now->closed ? &now->closing : NULL,
					       .anchor = now->anchored ? &now->anchor : NULL,
					       .before = before,
					       .mac = step->mac,
					       .loads = now->loaded,
					       .lost = now->lost });
	wt_witness_step(a, a->h.next_record - 1, digest);
	return r;
}

static void check_head(struct wt_appraisal *a, const struct wt_attestation *att)
{
	if (memcmp(a->h.head, att->chain_after, WT_SHA256_LEN) == 0)
		return;
	wt_find(&a->found, WT_CHAIN_BROKEN,
		"attestation %" PRIu64
		": its records do not replay to the chain value it claims: one was changed, dropped "
		"or moved",
		a->reading.seq);
	memcpy(a->h.head, att->chain_after, WT_SHA256_LEN);
}

int wt_replay(struct wt_appraisal *a, const struct wt_attestation *att)
{
	size_t i;
	int r = 0;

	take_up(a, att);
	if (att->n_steps > 0 && !a->reading.resync && att->first_seq != a->h.next_record)
		wt_find(&a->found, WT_RECORD_MISSING,
			"attestation %" PRIu64 " says it goes on with record %" PRIu64
			"; record %" PRIu64 " comes next",
			a->reading.seq, att->first_seq, a->h.next_record);
	if (att->n_steps > 0)
		a->h.next_record = att->first_seq;
	for (i = 0; r == 0 && i < att->n_steps; i++)
		r = read_step(a, &att->steps[i], i == 0, att);
	if (r < 0)
		return r;
	check_head(a, att);
	if (att->n_steps > 0)
		wt_witness_read(a);
	return 0;
}

int wt_replay_alone(struct wt_appraisal *a, const struct wt_attestation *att)
{
	uint8_t head[WT_SHA256_LEN];
	size_t i;
	int r = 0;

	memcpy(head, att->chain_before, sizeof(head));
	for (i = 0; r == 0 && i < att->n_steps; i++)
		r = wt_chain_step(head, att->steps[i].records, att->steps[i].n_records,
				  &a->scratch);
	if (r == 0 && memcmp(head, att->chain_after, sizeof(head)) != 0)
		wt_find(&a->found, WT_CHAIN_BROKEN,
			"attestation %" PRIu64
			": its records do not replay to the chain value it claims: one was changed "
			"after it was signed",
			att->seq);
	return r;
}

void wt_replay_conclude(const struct wt_appraisal *a, struct wt_findings *f)
{
	char text[WT_COUNT_LEN];

	wt_keyed_conclude(a, f);
	wt_affirm(f, WT_CHECK_CHAIN, "%s replayed, heads agree",
		  wt_count(a->run.records, "record", text));
}
