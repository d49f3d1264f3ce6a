// SPDX-License-Identifier: Apache-2.0
/* An epoch's frame: where it begins, the clock's steps, what was lost, probes. */
#include "lib/appraisal/private.h"

#include "lib/appraisal/integrity.h"
#include "lib/appraisal/log.h"
#include "lib/appraisal/witness.h"

#include <endian.h>
#include <stdio.h>

#define STEP_WORTH_WARNING (60 * NS_PER_S)
#define USB_TARGET "__usb_hcd_giveback_urb" /* what a probe that sees transfers is attached to */
#define COARSE_SAMPLE (5 * NS_PER_S)
#define COARSE_GAP (15 * NS_PER_S)
#define DAY (86400 * NS_PER_S)
#define CLOCK_SLACK NS_PER_S
#define DEFAULT_GAP (3 * NS_PER_S)

void wt_epoch_begin(struct wt_appraisal *a, const struct wt_attestation *att)
{
	struct history *h = &a->h;

	if (h->undeclared)
		wt_find(&a->found, WT_PRUNED_UNDECLARED,
			"%" PRIu64 " WINDOW bodies of the log before attestation %" PRIu64
			" are gone and no LOST record says so",
			h->undeclared, a->reading.seq);
	wt_gap_open(a);
	wt_witness_begin(a);
	wt_keyed_begin(a);
	h->host = (struct host){ 0 };
	wt_window_sweep(a);
	free(h->sources);
	free(h->devices);
	h->sources = NULL;
	h->devices = NULL;
	h->n_sources = h->n_devices = 0;
	if (a->registered) {
		memset(a->meters, 0, a->reg.n_sources * sizeof(*a->meters));
		memset(h->checks, 0, a->reg.n_sources * sizeof(*h->checks));
	}
	h->outputs = (struct comparison){ 0 };
	memcpy(h->epoch, att->epoch, sizeof(h->epoch));
	memcpy(h->head, att->chain_before, sizeof(h->head));
	h->whole = h->ended = h->counting = false;
	h->next_record = 1;
	h->boottime_ns = h->counted_ns = h->skipped = h->undeclared = 0;
	h->sample_ns = h->max_gap_ns = h->probed_from_ns = 0;
	h->last_source = h->last_device = 0;
	wt_integrity_epoch(a);
	wt_software_begin(a);
	a->run.epochs++;
}

static void check_realtime(struct wt_appraisal *a, uint64_t realtime_ns)
{
	char from[WT_TIMESTAMP_LEN], to[WT_TIMESTAMP_LEN];

	if (a->h.realtime_ns == 0)
		return;
	if (plus(realtime_ns, CLOCK_SLACK) < a->h.realtime_ns)
		wt_find(&a->found, WT_REALTIME_BACKWARDS,
			"a log begins at %s, and the one before it ended at %s: the clock was set back while the module "
			"was not loaded",
			wt_timestamp_utc((int64_t)(realtime_ns / NS_PER_S), from),
			wt_timestamp_utc((int64_t)(a->h.realtime_ns / NS_PER_S), to));
}

/* What changes between two samples is not seen: whoever knows when they are taken idles then. */
static void check_sampling(struct wt_appraisal *a)
{
	const struct history *h = &a->h;
	char sample[WT_FORMAT_LEN], longest[WT_FORMAT_LEN];

	if (h->sample_ns > 0 && h->sample_ns <= COARSE_SAMPLE && h->max_gap_ns <= COARSE_GAP)
		return;
	wt_find(&a->found, WT_SAMPLING_COARSE,
		"the module was loaded to sample every %s and to bridge up to %s without a sample",
		h->sample_ns ? wt_format_duration(h->sample_ns / NS_PER_S, sample) : "unknown time",
		wt_format_duration(h->max_gap_ns / NS_PER_S, longest));
}

void wt_epoch_load(struct wt_appraisal *a, const struct wt_record *rec,
		   const struct wt_attestation *att)
{
	struct history *h = &a->h;
	struct wattest_load load;
	uint64_t realtime_ns;

	memcpy(&load, rec->payload.p, sizeof(load));
	if (memcmp(load.epoch, att->epoch, sizeof(load.epoch)) != 0 ||
	    memcmp(load.chain_start, att->chain_before, sizeof(load.chain_start)) != 0)
		wt_find(&a->found, WT_EPOCH_OTHER,
			"attestation %" PRIu64
			": the LOAD record is of another log than the attestation",
			a->reading.seq);
	realtime_ns = le64toh(load.realtime_ns);
	a->reading.behind_ns = wt_time_behind(a, att, realtime_ns);
	realtime_ns = plus(realtime_ns, a->reading.behind_ns);
	check_realtime(a, realtime_ns);
	h->whole = rec->seq == 1;
	h->counting = true;
	h->counted_ns = rec->boottime_ns;
	h->realtime_ns = realtime_ns;
	h->offset_ns = (int64_t)(realtime_ns - rec->boottime_ns);
	h->sample_ns = le64toh(load.sample_ns);
	h->max_gap_ns = le64toh(load.max_gap_ns);
	if (h->max_gap_ns == 0)
		h->max_gap_ns = h->sample_ns < UINT64_MAX / 3 && h->sample_ns ? 3 * h->sample_ns
									      : DEFAULT_GAP;
	check_sampling(a);
	wt_integrity_load(a, rec);
	wt_software_load(a, rec);
	wt_witness_load(a, &load);
	wt_assurance_load(a, &load);
	a->reading.loaded = true;
}

/*
 * Many small steps are a large one: they are added up over a day of CLOCK_BOOTTIME, through all logs
 * of one boot.
 */
static uint64_t add_step(struct history *h, uint64_t size_ns, uint64_t boottime_ns)
{
	if (boottime_ns < h->stepped_from_ns || boottime_ns - h->stepped_from_ns >= DAY ||
	    h->stepped_ns == 0) {
		h->stepped_ns = 0;
		h->stepped_from_ns = boottime_ns;
	}
	h->stepped_ns = plus(h->stepped_ns, size_ns);
	return h->stepped_ns;
}

/* All of it was dated already as by this step, or by one that is still to come. */
static void catch_up(struct wt_appraisal *a, uint64_t delta_ns, uint64_t realtime_ns)
{
	char from[WT_TIMESTAMP_LEN], to[WT_TIMESTAMP_LEN];

	a->reading.behind_ns -= delta_ns;
	wt_remark(&a->found, WT_CHECK_TIME, "the clock said %s until it was set to %s, and what was before is dated by that",
		  wt_timestamp_utc((int64_t)((realtime_ns - delta_ns) / NS_PER_S), from),
		  wt_timestamp_utc((int64_t)(realtime_ns / NS_PER_S), to));
}

void wt_epoch_time(struct wt_appraisal *a, const struct wt_record *rec)
{
	char text[WT_FORMAT_LEN], sum[WT_FORMAT_LEN], at[WT_TIMESTAMP_LEN];
	struct wattest_time time;
	uint64_t delta_ns, size_ns, sum_ns, realtime_ns;
	bool back;

	memcpy(&time, rec->payload.p, sizeof(time));
	delta_ns = le64toh(time.delta_ns);
	realtime_ns = le64toh(time.realtime_ns);
	if (le32toh(time.kind) == WATTEST_TIME_RATE) {
		wt_integrity_rate(a, (int64_t)delta_ns);
		return;
	}
	if (le32toh(time.kind) != WATTEST_TIME_STEP) {
		a->reading.slept = true;
		return;
	}
	if (a->reading.behind_ns) {
		catch_up(a, delta_ns, realtime_ns);
		return;
	}
	back = delta_ns >> 63;
	size_ns = back ? -delta_ns : delta_ns;
	a->h.offset_ns = (int64_t)(realtime_ns - rec->boottime_ns);
	sum_ns = add_step(&a->h, size_ns, rec->boottime_ns);
	wt_format_duration(size_ns / NS_PER_S, text);
	wt_timestamp_utc((int64_t)(realtime_ns / NS_PER_S), at);
	if (size_ns > STEP_WORTH_WARNING)
		wt_find(&a->found, WT_CLOCK_STEPPED, "the clock was set %s by %s, to %s",
			back ? "back" : "forward", text, at);
	else if (sum_ns > STEP_WORTH_WARNING)
		wt_find(&a->found, WT_CLOCK_STEPPED,
			"the clock was set %s by %s, to %s: with the steps before it in a day, by %s",
			back ? "back" : "forward", text, at,
			wt_format_duration(sum_ns / NS_PER_S, sum));
	else
		wt_remark(&a->found, WT_CHECK_TIME, "the clock was set by %s", text);
}

void wt_epoch_lost(struct wt_appraisal *a, const struct wt_record *rec)
{
	static const char *const why[] = {
		[WATTEST_LOST_PRUNED] = "given up, though only WINDOW bodies may be",
		[WATTEST_LOST_FULL] = "never written: the log was full",
		[WATTEST_LOST_MEMORY] = "never written: there was no memory",
		[WATTEST_LOST_LIMIT] = "never tracked: there were too many",
	};
	struct wattest_lost lost;
	char text[WT_COUNT_LEN];
	uint16_t reason, type;
	uint32_t count;

	memcpy(&lost, rec->payload.p, sizeof(lost));
	reason = le16toh(lost.reason);
	type = le16toh(lost.type);
	count = le32toh(lost.count);
	if (reason == WATTEST_LOST_PRUNED && type == WATTEST_RECORD_WINDOW) {
		/* Some of them the agent had read before they were pruned: those are here. */
		a->h.undeclared = minus(a->h.undeclared, count);
		return;
	}
	if (reason == WATTEST_LOST_WITNESS) {
		wt_find(&a->found, WT_WITNESS_LOST,
			"record %" PRIu64 ": the TPM was not extended with %s, as far as record %" PRIu64,
			rec->seq, wt_count(count, "step", text), le64toh(lost.last_seq));
		wt_witness_lost(a, le64toh(lost.first_seq), le64toh(lost.last_seq));
		a->reading.lost |= le64toh(lost.last_seq) == a->reading.closed_before;
		return;
	}
	wt_find(&a->found, WT_RECORDS_LOST, "record %" PRIu64 ": %" PRIu32 " %s %s", rec->seq,
		count, wt_record_name(type),
		reason >= WATTEST_LOST_PRUNED && reason <= WATTEST_LOST_LIMIT
			? why[reason]
			: "lost for an unknown reason");
}

void wt_epoch_probe(struct wt_appraisal *a, const struct wt_record *rec)
{
	struct wattest_probe_add probe;
	char tag[2 * sizeof(probe.tag) + 1];

	memcpy(&probe, rec->payload.p, sizeof(probe));
	wt_software_probe(a, &probe);
	if (strncmp(probe.target, USB_TARGET, sizeof(probe.target)) != 0)
		return;
	if (a->h.probed_from_ns == 0)
		a->h.probed_from_ns = rec->boottime_ns;
	wt_hex(probe.tag, sizeof(probe.tag), tag);
	snprintf(a->run.probe, sizeof(a->run.probe), "%.15s %s", probe.name, tag);
}

/* Of several probes another may be left; the next PROBE_ADD or readable window tells. */
void wt_epoch_probe_del(struct wt_appraisal *a)
{
	a->h.probed_from_ns = 0;
}
