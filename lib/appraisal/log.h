/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading a log: sequence.c (which attestation is next), replay.c (its records), epoch.c, window.c,
 * gap.c, time.c, counters.c, activity.c.
 */
#ifndef LIB_APPRAISAL_LOG_H
#define LIB_APPRAISAL_LOG_H

#include "lib/attestation.h"
#include "lib/record.h"

struct wt_appraisal;
struct device;
struct source;
struct wt_findings;

/*
 * Returns 1 when the attestation is next (or next seen), 0 when it is not to be read, < 0 on no
 * memory.
 */
int wt_sequence_next(struct wt_appraisal *a, const struct wt_attestation *att,
		     const uint8_t digest[WT_SHA256_LEN], struct wt_err *err);
/* The newest now, of the state or the first of all, is what older ones must lead to. */
void wt_sequence_from(struct wt_appraisal *a);
/* Those from before that: returns how many are in nobody's line. */
uint64_t wt_sequence_conclude_older(const struct wt_appraisal *a, struct wt_findings *f);
void wt_sequence_conclude(const struct wt_appraisal *a, struct wt_findings *f, uint64_t unknown);

int wt_replay(struct wt_appraisal *a, const struct wt_attestation *att);
/* Only whether it replays in itself: tells a changed record from a changed signature. */
int wt_replay_alone(struct wt_appraisal *a, const struct wt_attestation *att);
void wt_replay_conclude(const struct wt_appraisal *a, struct wt_findings *f);

/* Forgets what the last epoch's log said; the new one begins with this attestation. */
void wt_epoch_begin(struct wt_appraisal *a, const struct wt_attestation *att);
void wt_epoch_load(struct wt_appraisal *a, const struct wt_record *rec,
		   const struct wt_attestation *att);
void wt_epoch_time(struct wt_appraisal *a, const struct wt_record *rec);
void wt_epoch_lost(struct wt_appraisal *a, const struct wt_record *rec);
void wt_epoch_probe(struct wt_appraisal *a, const struct wt_record *rec);
void wt_epoch_probe_del(struct wt_appraisal *a);

/* A log ends (or what came of it does): the time from its newest window on is in nobody's log. */
void wt_gap_open(struct wt_appraisal *a);
/* With the first window behind it, which counts from from_ns. */
void wt_gap_close(struct wt_appraisal *a, const struct wt_window *w, uint64_t from_ns);

int wt_window(struct wt_appraisal *a, const struct wt_record *rec);
/* A closing record that is only a digest. */
void wt_window_pruned(struct wt_appraisal *a);
/* Is no more of them tracked? No kernel writes more, and each window is work for each of them. */
bool wt_window_full(struct wt_appraisal *a, const char *what, size_t n, size_t most);
/* Forgets what was removed in the step that ends. */
void wt_window_sweep(struct wt_appraisal *a);

void wt_time_window(struct wt_appraisal *a, struct wt_window *w); /* and dates it */
/*
 * By how much the clock that a log begins with is behind, ns: 0, or until it is set. A host whose clock has no battery begins
 * in 1970. Nothing is signed before the registration's time, so the step that sets it is in the same attestation;
 * and CLOCK_BOOTTIME tells how long before that everything was.
 */
uint64_t wt_time_behind(const struct wt_appraisal *a, const struct wt_attestation *att,
			uint64_t realtime_ns);
void wt_time_signed(struct wt_appraisal *a, const struct wt_attestation *att);
void wt_time_conclude(const struct wt_appraisal *a, struct wt_findings *f);

/*
 * Is what changed possible in [from_ns, w->to_ns]? Returns false when counters ran backwards:
 * nothing to be added.
 */
bool wt_counters_source(struct wt_appraisal *a, const struct source *s,
			const struct wt_window_source *now, const struct wt_window *w,
			uint64_t from_ns);
bool wt_counters_device(struct wt_appraisal *a, struct device *d,
			const struct wt_window_device *now);
void wt_counters_conclude(const struct wt_appraisal *a, struct wt_findings *f);

void wt_activity_window(struct wt_appraisal *a, const struct wt_window *w, uint64_t from_ns);
void wt_activity_note(struct wt_appraisal *a, const struct wt_attestation *att);
void wt_activity_conclude(const struct wt_appraisal *a, struct wt_findings *f);
void wt_losses_conclude(const struct wt_appraisal *a, struct wt_findings *f);

#endif
