/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The appraisal from inside. What it knows has three lives:
 *
 *   struct history   all that a later run needs; state.c writes and reads exactly this, and the ledger
 *   struct run       what was looked at in this run: figures, no ground for judging energy or chain
 *   struct reading   the attestation being read
 *
 * An attestation goes core.c → signers.c → sequence.c → replay.c; replay.c walks the records and
 * hands each to the file of its concept: epoch.c (LOAD, UNLOAD, TIME, LOST, probes), devices.c and
 * sources.c (added, removed), window.c (WINDOW: time.c, counters.c, then sources.c, devices.c and
 * energy.c take what changed). Each concept has a ..._conclude() for the verdict's sentence.
 *
 * Inside, time is ns: _ns of CLOCK_BOOTTIME unless it is called realtime. Times and counters come
 * from whoever signed them and may be anything: sums saturate (plus()), differences are taken only
 * after a comparison.
 */
#ifndef LIB_APPRAISAL_PRIVATE_H
#define LIB_APPRAISAL_PRIVATE_H

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/allocation.h"
#include "lib/appraisal.h"
#include "lib/appraisal/findings.h"
#include "lib/cose.h"
#include "lib/format.h"
#include "lib/object.h"
#include "lib/record.h"
#include "lib/timestamp.h"

#define NS_PER_S UINT64_C(1000000000)
#define UNREGISTERED (-1)
#define WT_CLOCKS_APART 300 /* s, of a rig and whoever judges it */
#define NO_READING UINT64_MAX

/* Energy of a check (or of all outputs) beside that of the inputs over the same time. */
struct comparison {
	uint64_t time_ns, own_uj, input_uj;
	/* Of its ends: a sample belongs to one window here and to the next there */
	uint64_t slack_ns;
};

/* A source that the log says is there. */
struct source {
	uint32_t id;
	uint8_t flags; /* WATTEST_SOURCE_* */
	bool accumulator; /* in hardware, and reading_uj was its raw value at added_ns */
	uint64_t reading_uj;
	bool known; /* its SOURCE_ADD was seen; else it is only a number */
	char chip[32], parent[64], attribute[32], label[32];
	uint64_t added_ns; /* of SOURCE_ADD; when not known, of the first window it was seen in */
	uint64_t removed_ns; /* of SOURCE_DEL in the open step; 0: there */
	struct wt_window_source at; /* counters as the newest window had them */
	/* Begin of the newest window with a good sample: the last one is no older */
	uint64_t sampled_ns;
	uint64_t lit_ns; /* end of that window: the source is dark since */
	uint32_t last_mw; /* the newest good sample */
	/* Since lit_ns: unmeasured as the log says, and as it was charged */
	uint64_t reported_ns, charged_ns;
	/* For how long the power was the same to the last bit while devices worked */
	uint64_t frozen_ns;
	/* Id of an input that counted the same, and over how many windows running */
	uint32_t twin, twin_windows;
	bool twin_varied; /* and whether the power changed meanwhile */

	int registered; /* index into the registration, or UNREGISTERED */
	size_t tally; /* index into run.sources */
	uint64_t listed; /* run.windows of the newest window that listed it */
	uint64_t delta_uj; /* in the window being read */
	bool still; /* in it, the power was what it had been before it */
};

/* A device that the log says is there: one plug generation. */
struct device {
	uint32_t id;
	uint8_t bus, flags;
	bool known;
	uint16_t vid, pid;
	char path[32], serial[64], product[64];
	bool removed; /* in the open step */
	struct wt_window_device at;
	bool bare; /* the newest window had bytes that no transfer in it accounts for */
	/* Begin of the first window in which bytes went to it; 0: none did */
	uint64_t worked_realtime_ns;

	uint64_t added_ns; /* of DEVICE_ADD, when it stands in this step */
	size_t sighting; /* index into run.sightings, or NO_SIGHTING */
	int registered;
	size_t tally;
	uint64_t listed;
	bool reported; /* that it worked though not registered */
};

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
	uint64_t undeclared; /* pruned windows that no LOST record accounted for yet */
	uint64_t last_source, last_device; /* greatest ids given so far */
	struct source *sources; /* sorted by id */
	size_t n_sources;
	struct device *devices;
	size_t n_devices;
	struct comparison outputs;
	/* One for each registered source, used for those with that role */
	struct comparison *checks;
	/* Its accumulator's raw value at the end of the newest window, or NO_READING; one for each */
	uint64_t *raw_uj;
};

/* What one registered source measured in the window being read. */
struct meter {
	uint64_t energy_uj;
	uint64_t covered_ns; /* of the window, by sources that were there and can be read */
	uint64_t dark_ns; /* unmeasured time to be charged */
	bool steady; /* every source of it measured without a break */
};

struct source_tally {
	struct wt_source_summary summary;
	int registered;
	uint64_t covered_ns;
	uint64_t reads, failed; /* all, and those missed or refused */
	bool expired; /* its calibration, and it was said */
};

struct device_tally {
	struct wt_device_summary summary;
	int registered;
	bool known;
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
	struct seen *seen; /* by rising seq */
	size_t n_seen;
	struct older *older; /* by rising seq */
	size_t n_older;
	struct older past; /* what this run began with */
	uint64_t refused_seq; /* of an attestation that was given and refused */
	uint64_t records, windows, pruned, events, epochs;
	uint64_t from_realtime_ns, to_realtime_ns;
	uint64_t unattested_ns; /* between epochs */
	uint64_t measured_uj, substituted_uj;
	uint64_t gap_uj; /* of the substituted: for gaps */
	uint64_t waived_ns; /* before the registration began */
	uint64_t covered_ns; /* by windows */
	uint64_t unobserved_ns;
	bool newest_observed;
	char unobserved[128]; /* why, as the newest attestation claims */
	char probe[48]; /* the newest PROBE_ADD */
	/* Of the newest attestation and window */
	uint8_t nonce[WATTEST_NONCE_MAX], window_nonce[WATTEST_NONCE_MAX];
	size_t nonce_len, window_nonce_len;
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
	bool slept; /* in this step the host was suspended or resumed */
	/* The log goes on after something that could not be read: take its seq as it comes */
	bool resync;
};

/* The rig's certificate, and the time for which its path is known to hold. */
struct rig {
	struct wt_cert *cert;
	uint8_t x5t[WT_SHA256_LEN];
	uint8_t ueid[WT_UEID_LEN];
	int64_t path_from, path_to; /* both inclusive; from > to: not checked yet */
};

/* What the state says was used of a grant that was not given (yet). */
struct orphan {
	uint8_t digest[WT_SHA256_LEN];
	struct wt_energy used;
};

/* A notice that concerns the rig; of one that only the state knows, digest and sums. */
struct notice {
	uint8_t digest[WT_SHA256_LEN];
	bool given;
	enum wt_notice_kind kind;
	int64_t from, to;
	uint8_t target[WT_ID_LEN]; /* of a revocation */
	uint32_t max_w;
	uint64_t covered_ns, low_uj, best_uj; /* of a curtailment: by windows in its time */
};

/* A grant to the rig's site: buys the rig nothing until an allotment gives it a share. */
struct site_grant {
	struct wt_account whole; /* the purchase, as if it were an account */
	uint8_t site_key[WT_SHA256_LEN];
	bool licensed; /* to the rig's licence, in its zone */
	uint64_t allotted_uj; /* to this rig */
};

struct wt_appraisal {
	struct wt_trust *trust; /* borrowed */
	int64_t now;
	uint8_t nonce[WATTEST_NONCE_MAX];
	size_t nonce_len; /* 0: none was asked for */

	bool registered;
	struct wt_buf registration_cose; /* what reg points into */
	struct wt_registration reg;
	uint8_t registration_digest[WT_SHA256_LEN];
	struct rig rig;

	struct wt_observer observer;
	struct wt_ledger ledger;
	struct orphan *orphans;
	size_t n_orphans;
	struct site_grant *site_grants;
	size_t n_site_grants;
	struct notice *notices; /* by digest */
	size_t n_notices;

	struct wt_findings found;
	struct history h;
	struct run run;
	struct reading reading;
	struct meter *meters; /* one for each registered source */
	struct wt_buf scratch; /* of signatures and of the chain */
};

static inline uint64_t plus(uint64_t a, uint64_t b)
{
	uint64_t sum;

	return __builtin_add_overflow(a, b, &sum) ? UINT64_MAX : sum;
}

/* a * b / c in 128 bits, held within 64 */
static inline uint64_t scale(uint64_t a, uint64_t b, uint64_t c)
{
	unsigned __int128 v = (unsigned __int128)a * b / c;

	return v > UINT64_MAX ? UINT64_MAX : (uint64_t)v;
}

static inline uint64_t minus(uint64_t a, uint64_t b) /* not below zero */
{
	return a > b ? a - b : 0;
}

/*
 * Room for one more behind n items: reallocates at every power of two. NULL on no memory, and the
 * array is as it was.
 */
static inline void *room_for_one(void *array, size_t n, size_t size)
{
	return (n & (n - 1)) == 0 ? reallocarray(array, n ? 2 * n : 1, size) : array;
}

/* Realtime of a boottime, by the newest explained offset. */
static inline uint64_t realtime_of(const struct history *h, uint64_t boottime_ns)
{
	return boottime_ns + (uint64_t)h->offset_ns;
}

/* --- signers.c -------------------------------------------------------------------------------- */

/*
 * An authority's object whose envelope was opened: typ right, signature good under the candidate
 * certificate.
 */
struct opened {
	struct wt_cose cose;
	/* Candidates, the signer first; NULL-terminated */
	struct wt_cert *certs[WT_COSE_CHAIN_MAX + 1];
};

/*
 * Returns 1, 0 when it is refused (why: err), < 0 when it could not be judged. ret is cleared with
 * wt_opened_clear.
 */
int wt_object_open(struct wt_appraisal *a, struct wt_span bytes, enum wt_typ typ,
		   struct opened *ret, struct wt_err *err);
/*
 * The path of its signer to an anchor with that duty. Same returns; the signer check is told too.
 */
int wt_object_path(struct wt_appraisal *a, const struct opened *object, enum wt_duty duty,
		   int64_t not_before, int64_t not_after, const char *name, struct wt_err *err);
void wt_opened_clear(struct opened *object);
/* The rig's own: certificate, path at the attestation's time, signature. Same returns. */
int wt_rig_check(struct wt_appraisal *a, const struct wt_cose *cose,
		 const struct wt_attestation *att, struct wt_err *err);
void wt_signers_conclude(const struct wt_appraisal *a, struct wt_findings *f, struct wt_verdict *v);

/* --- registration.c, grants.c, allotments.c --------------------------------------------------- */

/* Is the attestation of the registered rig, in the registration's time? Returns 1 or 0 as above. */
int wt_registration_covers(struct wt_appraisal *a, const struct wt_attestation *att,
			   struct wt_err *err);
void wt_registration_conclude(const struct wt_appraisal *a, struct wt_findings *f);
int wt_grants_named(struct wt_appraisal *a, const struct wt_attestation *att);
/* What the state says was used of a grant: to its account, or kept until the grant is given. */
int wt_grants_used(struct wt_appraisal *a, const uint8_t digest[WT_SHA256_LEN],
		   const struct wt_energy *used);
/* An account for the ledger, of a grant or an allotment that was checked. Returns as above. */
int wt_grants_accept(struct wt_appraisal *a, const struct wt_account *account, const char *name,
		     struct wt_err *err);
void wt_grants_conclude(const struct wt_appraisal *a, struct wt_findings *f);
/* A grant to a site key that was checked. Returns as above. */
int wt_site_grant_keep(struct wt_appraisal *a, const struct wt_grant *grant,
		       const uint8_t digest[WT_SHA256_LEN], const char *name, struct wt_err *err);
struct site_grant *wt_site_grant_find(struct wt_appraisal *a, const uint8_t id[WT_ID_LEN]);

/* --- notices.c, curtailment.c ----------------------------------------------------------------- */

/* The notice with that digest, made when it is not there. NULL on no memory. */
struct notice *wt_notice_place(struct wt_appraisal *a, const uint8_t digest[WT_SHA256_LEN]);
/* From when on that object is revoked, or WT_NEVER. */
int64_t wt_notice_revoked(const struct wt_appraisal *a, enum wt_notice_kind kind,
			  const uint8_t id[WT_ID_LEN]);
/* How much of that realtime lies within the notice's. */
uint64_t wt_notice_overlap(const struct notice *n, uint64_t from_ns, uint64_t until_ns);
/* Does one say that the rig was off in any of that realtime? */
bool wt_notice_off(const struct wt_appraisal *a, uint64_t from_ns, uint64_t until_ns);
void wt_curtailment_charge(struct wt_appraisal *a, const struct wt_charge *charge);
void wt_curtailment_conclude(const struct wt_appraisal *a, struct wt_findings *f);

/* --- sequence.c, replay.c, epoch.c ------------------------------------------------------------ */

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

/* --- gap.c ------------------------------------------------------------------------------------ */

/* A log ends (or what came of it does): the time from its newest window on is in nobody's log. */
void wt_gap_open(struct wt_appraisal *a);
/* With the first window behind it, which counts from from_ns. */
void wt_gap_close(struct wt_appraisal *a, const struct wt_window *w, uint64_t from_ns);

/* --- window.c, time.c, counters.c ------------------------------------------------------------- */

int wt_window(struct wt_appraisal *a, const struct wt_record *rec);
/* A closing record that is only a digest. */
void wt_window_pruned(struct wt_appraisal *a);
/* Is no more of them tracked? No kernel writes more, and each window is work for each of them. */
bool wt_window_full(struct wt_appraisal *a, const char *what, size_t n, size_t most);
/* Forgets what was removed in the step that ends. */
void wt_window_sweep(struct wt_appraisal *a);

void wt_time_window(struct wt_appraisal *a, const struct wt_window *w);
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

/* --- sources.c, compare.c, devices.c, energy.c ------------------------------------------------ */

int wt_source_add(struct wt_appraisal *a, const struct wt_record *rec);
void wt_source_del(struct wt_appraisal *a, const struct wt_record *rec);
struct source *wt_source_find(struct history *h, uint32_t id);
/* One that a window lists and no record announced. NULL on no memory. */
struct source *wt_source_unknown(struct wt_appraisal *a, const struct wt_window_source *now,
				 uint64_t to_ns);
/*
 * Matches it against the registration and gives it a tally: after SOURCE_ADD, and after a state was
 * loaded.
 */
int wt_source_match(struct wt_appraisal *a, struct source *s);
void wt_source_clear_meters(struct wt_appraisal *a); /* for a new window */
/* Takes over what the window says: meters, tallies, darkness. */
void wt_source_window(struct wt_appraisal *a, struct source *s, const struct wt_window_source *now,
		      const struct wt_window *w, uint64_t from_ns, bool sound);
void wt_sources_conclude(const struct wt_appraisal *a, struct wt_findings *f);
const char *wt_source_words(const struct source *s, char *ret, size_t cap);

/* Inputs against checks, outputs and each other, after all sources of a window were taken over. */
void wt_compare_window(struct wt_appraisal *a, const struct wt_window *w, uint64_t from_ns,
		       bool active);

int wt_device_add(struct wt_appraisal *a, const struct wt_record *rec);
void wt_device_del(struct wt_appraisal *a, const struct wt_record *rec);
struct device *wt_device_find(struct history *h, uint32_t id);
struct device *wt_device_unknown(struct wt_appraisal *a, const struct wt_window_device *now);
int wt_device_match(struct wt_appraisal *a, struct device *d);
/* Returns whether it worked in this window. */
bool wt_device_window(struct wt_appraisal *a, struct device *d, const struct wt_window_device *now,
		      uint64_t from_ns, bool sound);
void wt_devices_conclude(const struct wt_appraisal *a, struct wt_findings *f, struct wt_verdict *v);

/* --- sightings.c ------------------------------------------------------------------------------ */

#define NO_SIGHTING SIZE_MAX

int wt_sighting_begin(struct wt_appraisal *a, struct device *d);
/* A window lists it: it was there from then on, and unless it was removed still is. */
void wt_sighting_window(struct wt_appraisal *a, const struct device *d, uint64_t from_ns);
void wt_sighting_removed(struct wt_appraisal *a, const struct device *d, uint64_t boottime_ns);

void wt_energy_window(struct wt_appraisal *a, const struct wt_window *w, uint64_t from_ns);
/* Adds what a registered source counted, with the bounds of its class. */
void wt_energy_add(struct wt_energy *e, const struct wt_reg_source *reg, uint64_t uj);
/* Charges a gap: what was measured of it, and what nobody measured at the nameplate's power. */
void wt_energy_gap(struct wt_appraisal *a, struct wt_charge *charge);
void wt_energy_conclude(const struct wt_appraisal *a, struct wt_findings *f, struct wt_verdict *v);

/* --- activity.c ------------------------------------------------------------------------------- */

void wt_activity_window(struct wt_appraisal *a, const struct wt_window *w, uint64_t from_ns);
void wt_activity_conclude(const struct wt_appraisal *a, struct wt_findings *f);
void wt_losses_conclude(const struct wt_appraisal *a, struct wt_findings *f);
void wt_freshness_note(struct wt_appraisal *a, const struct wt_attestation *att);
void wt_freshness_conclude(const struct wt_appraisal *a, struct wt_findings *f);

#endif
