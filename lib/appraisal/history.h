/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the appraisal knows, in its three lives:
 *
 *   struct history   all that a later run needs; with the ledger, what state.c writes and reads
 *   struct run       what was looked at in this run: figures, no ground for judging energy or chain
 *   struct reading   the attestation being read
 */
#ifndef LIB_APPRAISAL_HISTORY_H
#define LIB_APPRAISAL_HISTORY_H

#include "lib/appraisal.h"
#include "lib/appraisal/assurance.h"
#include "lib/appraisal/devices.h"
#include "lib/appraisal/freshness.h"
#include "lib/appraisal/integrity.h"
#include "lib/appraisal/keyed.h"
#include "lib/appraisal/software.h"
#include "lib/appraisal/sources.h"
#include "lib/appraisal/witness.h"
#include "lib/attestation.h"
#include "lib/record.h"

struct history {
	bool begun; /* an attestation was accepted */
	uint8_t ueid[WT_UEID_LEN];
	uint64_t seq; /* of the newest attestation accepted */
	uint8_t digest[WT_SHA256_LEN], prev[WT_SHA256_LEN];
	int64_t iat;
	uint8_t epoch[WATTEST_EPOCH_LEN];
	uint8_t head[WT_SHA256_LEN];
	uint64_t next_record; /* seq */
	/* The epoch was read from LOAD on without a gap: nothing in it may be unknown */
	bool whole;
	bool ended; /* by UNLOAD */
	bool counting; /* counted_ns is known: LOAD or a window was read */
	uint64_t boottime_ns; /* of the newest record */
	/* End of the newest window that could be read: the counters below stand there */
	uint64_t counted_ns;
	uint64_t skipped; /* pruned windows since */
	uint64_t realtime_ns; /* at counted_ns */
	uint32_t nameplate_w; /* registered then */
	/* Realtime from which on nobody attested, until a window comes; 0: no gap */
	uint64_t gap_from_ns;
	/* The gap is at least so long by CLOCK_BOOTTIME, as far as that boottime */
	uint64_t gap_least_ns, gap_boottime_ns;
	int64_t offset_ns; /* realtime less boottime, as LOAD, TIME and windows explain it */
	/* Recorded steps of the clock, either way, in the day from then on */
	uint64_t stepped_ns, stepped_from_ns;
	uint64_t sample_ns, max_gap_ns; /* from LOAD; 0: unknown */
	/* Of the rig's whole history, by windows, and of that without a probe */
	uint64_t observable_ns, unobserved_ns;
	/* Begin of the newest stretch with a probe by PROBE_ADD and PROBE_DEL; 0: none was there */
	uint64_t probed_from_ns;
	struct wt_watch watch; /* integrity probes */
	struct software software;
	uint64_t undeclared; /* pruned windows that no LOST record accounted for yet */
	uint64_t last_source, last_device; /* greatest ids given so far */
	struct source *sources; /* sorted by id */
	size_t n_sources;
	struct device *devices;
	size_t n_devices;
	struct witness *witness; /* NULL: the registration has no TPM */
	struct keyed keyed;
	struct host host;
	struct comparison outputs;
	/* One for each registered source, used for those with that role */
	struct comparison *checks;
	/* Its accumulator's raw value at the end of the newest window, or NO_READING; one for each */
	uint64_t *raw_uj;
};

struct seen {
	uint64_t seq;
	uint8_t digest[WT_SHA256_LEN];
};

/* An attestation from before what this run read. */
struct older {
	uint64_t seq;
	int64_t iat;
	uint8_t digest[WT_SHA256_LEN], prev[WT_SHA256_LEN];
};

struct run {
	uint64_t attestations, first_seq, repeated;
	uint64_t renewals; /* of the registration, that were gone over to */
	struct seen *seen; /* by rising seq */
	size_t n_seen;
	struct older *older; /* by rising seq */
	size_t n_older;
	struct older past; /* what this run began with */
	uint64_t refused_seq; /* of an attestation that was given and refused */
	uint64_t records, windows, pruned, epochs;
	uint64_t from_realtime_ns, to_realtime_ns;
	uint64_t unattested_ns; /* between epochs */
	uint64_t measured_uj, substituted_uj;
	uint64_t gap_uj; /* of the substituted: for gaps */
	uint64_t waived_ns; /* before the registration began */
	uint64_t covered_ns; /* by windows */
	uint64_t *due_ns; /* for each registered source, the covered_ns from which on it is */
	uint64_t unobserved_ns;
	bool newest_observed;
	char unobserved[128]; /* why, as the newest attestation claims */
	char probe[48]; /* the newest PROBE_ADD of one that counts transfers */
	struct wt_incidents incidents;
	struct witness_tally witness;
	struct keyed_tally keyed;
	struct answer answer;
	enum wt_clock clock; /* of the newest attestation */
	uint64_t clock_bound_us;
	int64_t iat;
	struct wt_att_grant *grants; /* that the newest attestation names */
	size_t n_grants;
	struct source_tally *sources;
	size_t n_sources;
	struct device_tally *devices;
	size_t n_devices;
	uint64_t untallied; /* devices beyond the bound of the list */
	struct wt_sighting *sightings;
	size_t n_sightings;
	char anchor[128]; /* of the rig's path */
	int64_t revocation_at; /* the oldest revocation list looked at; 0: none was */
};

struct reading {
	uint64_t seq; /* of the attestation, for sentences */
	int64_t at; /* its time, as far as it can be believed */
	/* From the begin of the window being read, what a meter settled with the gap before it */
	uint64_t settled_ns;
	/* By how much the clock is behind until it is set, in the log that begins in it: wt_time_behind() */
	uint64_t behind_ns;
	/* In this step; the records point into the attestation */
	bool loaded, anchored, closed;
	uint64_t closed_before; /* by which record the step before this one was closed */
	bool lost; /* and that the TPM was not extended with it is said in this one */
	bool agreed; /* the attestation's quote does, with the log */
	struct wt_record anchor, closing;
	bool slept; /* in this step the host was suspended or resumed */
	/* The log goes on after something that could not be read: take its seq as it comes */
	bool resync;
};

/* Realtime of a boottime, by the newest explained offset. */
static inline uint64_t realtime_of(const struct history *h, uint64_t boottime_ns)
{
	return boottime_ns + (uint64_t)h->offset_ns;
}

#endif
