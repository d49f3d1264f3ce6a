/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Appraisal (RFC 9334): what evidence is worth, judged against what the authorities signed. A pure
 * function of (attestations, registration, grants, trust anchors, state before, time): same input,
 * same bytes out.
 *
 *   wt_appraisal_new → registration, grant ... → (state_load) → feed, in order of seq → finish
 *
 * Feeding never stops at the first finding: every check keeps its worst outcome and the first
 * reason for it, so a verdict says all that is wrong. Only what could not be judged at all (no
 * memory) is an error.
 */
#ifndef LIB_APPRAISAL_H
#define LIB_APPRAISAL_H

#include "lib/bytes.h"
#include "lib/crypto/crypto.h"
#include "lib/ledger.h"

/* In the order in which they are shown. */
enum wt_check {
	/* Envelope decodes strictly, signature good under the registered certificate */
	WT_CHECK_SIGNATURE,
	WT_CHECK_SIGNER, /* path and duty of registry, platform and rig certificates */
	WT_CHECK_REVOCATION,
	WT_CHECK_REGISTRATION, /* signed, valid at the time, names this rig and key */
	WT_CHECK_SEQUENCE, /* seq gapless, prev matches */
	WT_CHECK_CHAIN, /* records replay to the heads claimed; record seq gapless */
	WT_CHECK_COUNTERS, /* monotonic, physically possible */
	WT_CHECK_TIME, /* windows contiguous, realtime consistent with boottime, clock status */
	WT_CHECK_DEVICES, /* all registered, present as registered */
	WT_CHECK_SOURCES, /* as registered; none silent, stuck, contradicting */
	WT_CHECK_ACTIVITY, /* observed by a probe */
	WT_CHECK_INTEGRITY, /* probes watched over the measurement, and nothing touched it */
	WT_CHECK_SOFTWARE, /* module, probes and measured files as registered */
	WT_CHECK_LOSSES, /* LOST records: nothing but WINDOW bodies went */
	/* The nonce asked for is there, in the claim and in the kernel's record */
	WT_CHECK_FRESHNESS,
	WT_CHECK_WITNESS, /* TPM quotes agree with the log, and the TPM's time goes on */
	WT_CHECK_BOOT, /* the host booted in the state it was registered in */
	WT_CHECK_GRANTS, /* each signed by a platform, for this rig and licence */
	WT_CHECK_ENERGY, /* within what was bought */
	WT_CHECK_CURTAILMENT, /* no more power than an authority allowed for a time */
	WT_CHECKS,
};

enum wt_tier { /* AR4SI: draft-ietf-rats-ar4si */
	WT_NONE = 0, /* nothing claimed */
	WT_AFFIRMING = 2,
	WT_WARNING = 32,
	WT_CONTRAINDICATED = 96,
};

const char *wt_check_name(enum wt_check check); /* stable id: "signature", ... */
const char *wt_tier_name(enum wt_tier tier);

/* What can be found: docs/verdict.md lists these with their meaning. */
struct wt_reason {
	const char *code; /* stable, e.g. "device-not-registered" */
	enum wt_check check;
	enum wt_tier tier;
	const char *meaning; /* a plain sentence without names or numbers */
};

const struct wt_reason *wt_reasons(size_t *ret_n); /* all of them, by check */

struct wt_outcome {
	enum wt_tier tier;
	/*
	 * Stable reason code, e.g. "device-not-registered"; "ok" when affirming, "none" when
	 * nothing was claimed
	 */
	char code[32];
	char reason[256]; /* a plain sentence */
	uint32_t findings; /* how often something of this tier was found */
};

struct wt_source_summary {
	char name[136]; /* "chip/parent attribute (label)" */
	enum wt_role role; /* 0: not registered */
	uint64_t energy_uj; /* over what was looked at */
	uint64_t unmeasured_ns;
	uint64_t last_uw; /* power in the newest window */
	uint64_t mean_uw; /* over what was looked at */
	uint32_t missed, refused;
	bool present;
};

struct wt_device_summary {
	char name[160]; /* "USB 10c4:ea60 serial GS-10015197" */
	bool registered, present, worked;
	uint64_t bytes_in, bytes_out; /* over what was looked at */
};

struct wt_verdict {
	enum wt_tier tier; /* worst of the checks */
	enum wt_allocation allocation;
	unsigned int assurance; /* 0 to 3 (design: trust) */
	char assurance_missing[128]; /* for the next level */
	struct wt_outcome checks[WT_CHECKS];
	char rig[64];
	uint8_t ueid[WT_UEID_LEN];
	char licence[64];
	int64_t registered_until;
	uint64_t attestations; /* accepted into the appraisal */
	uint64_t first_seq, last_seq; /* of the attestations looked at */
	uint64_t records, windows, pruned;
	uint64_t from_ns, to_ns; /* realtime covered by windows, ns since 1970; 0 when none */
	uint64_t measured_uj, substituted_uj; /* over what was looked at */
	struct wt_energy chargeable; /* cumulative, state included */
	uint64_t bought_uj; /* all grants accepted */
	uint64_t left_uj; /* at to_ns */
	struct wt_source_summary *sources;
	size_t n_sources;
	struct wt_device_summary *devices;
	size_t n_devices;
	uint32_t devices_registered, devices_present, devices_unknown;
	char signer[128]; /* "ES256, rig certificate 41:9c:07 under Registry CA" */
};

struct wt_appraisal;

struct wt_appraisal_options {
	/*
	 * Seconds since 1970. Certificates, registration and grants are judged at the evidence's
	 * own times; freshness, revocation lists and "registration near its end" at this.
	 */
	int64_t now;
	struct wt_span nonce; /* p NULL: none was asked for */
};

/* trust is borrowed and must outlive the appraisal. */
int wt_appraisal_new(struct wt_trust *trust, const struct wt_appraisal_options *options,
		     struct wt_appraisal **ret, struct wt_err *err);
/*
 * COSE_Sign1 bytes; name is for sentences ("reg.cose"). A bad object is a finding and not an error:
 * 0, and it is not used. Returns 1 when it was accepted, 0 when it was refused (why: the check and
 * err), < 0 could not judge.
 */
int wt_appraisal_registration(struct wt_appraisal *a, struct wt_span cose, const char *name,
			      struct wt_err *err);
int wt_appraisal_grant(struct wt_appraisal *a, struct wt_span cose, const char *name,
		       struct wt_err *err);
/* Allotments (lib/allocation.h): after the grants that they divide. Notices: at any time before the first feed. Same returns. */
int wt_appraisal_allotment(struct wt_appraisal *a, struct wt_span cose, const char *name,
			   struct wt_err *err);
int wt_appraisal_notice(struct wt_appraisal *a, struct wt_span cose, const char *name,
			struct wt_err *err);
/*
 * Is any such object rightly signed, by somebody with that duty? Nothing is taken in. Same returns; ret_signer is the
 * digest of the signer's certificate.
 */
int wt_appraisal_look(struct wt_appraisal *a, struct wt_span cose, enum wt_duty duty,
		      int64_t not_before, int64_t not_after, const char *name,
		      uint8_t ret_signer[WT_SHA256_LEN], struct wt_err *err);
/*
 * State of an earlier appraisal: before the first feed. -EBADMSG: not a state file, or of another
 * rig or a newer version.
 */
int wt_appraisal_state_load(struct wt_appraisal *a, struct wt_span state, struct wt_err *err);
/*
 * One attestation, in order of seq (feeding out of order is a sequence finding: callers sort by
 * wt_attestation_peek).
 */
int wt_appraisal_feed(struct wt_appraisal *a, struct wt_span cose, const char *name,
		      struct wt_err *err);
/*
 * Rig id and seq of an attestation, unverified: to sort by. What comes behind them in it is not looked at. The second is
 * for the payload of an envelope that was decoded.
 */
int wt_attestation_peek(struct wt_span cose, uint8_t ret_ueid[WT_UEID_LEN], uint64_t *ret_seq,
			struct wt_err *err);
int wt_attestation_peek_payload(struct wt_span payload, uint8_t ret_ueid[WT_UEID_LEN],
				uint64_t *ret_seq, struct wt_err *err);
/*
 * The verdict over all that was fed; may be called again after more feeding. Free with
 * wt_verdict_clear.
 */
int wt_appraisal_finish(struct wt_appraisal *a, struct wt_verdict *ret, struct wt_err *err);
/*
 * Does a state that is saved now say more than the one that was loaded? An attestation was accepted; or a notice was
 * given, which binds the rig from then on, whether or not the next run is given it too.
 */
bool wt_appraisal_news(const struct wt_appraisal *a);
/* What a later run needs: deterministic CBOR, integers and digests only. */
int wt_appraisal_state_save(const struct wt_appraisal *a, struct wt_buf *ret, struct wt_err *err);
/* What is charged, as it is charged (within wt_appraisal_feed): for reports. */
struct wt_charge {
	uint64_t from_ns, to_ns; /* realtime, since 1970 */
	bool gap; /* no window covers it: agent, module or host off */
	struct wt_energy measured, substituted; /* uJ */
	uint64_t unmeasured_ns; /* of this time, what nobody measured */
	const char *why; /* of substituted energy, in words that stay; NULL: there is none */
};

/* A function may be NULL. */
struct wt_observer {
	void (*charge)(const struct wt_charge *charge, void *user);
	/* account NULL: no grant covered it */
	void (*debit)(const struct wt_account *account, uint64_t from_ns, uint64_t to_ns,
		      const struct wt_energy *energy, void *user);
	void *user;
};

void wt_appraisal_observe(struct wt_appraisal *a, const struct wt_observer *observer);
/* The ledger as it stands, borrowed: for balances. */
const struct wt_ledger *wt_appraisal_ledger(const struct wt_appraisal *a);
const struct wt_registration *wt_appraisal_registered(const struct wt_appraisal *a); /* or NULL */
/* SHA-256 of the newest attestation accepted; zeros: none was. */
void wt_appraisal_newest(const struct wt_appraisal *a, uint8_t ret_digest[WT_SHA256_LEN]);
/* Grants and allotments that the newest attestation names; borrowed until more is fed. */
const struct wt_att_grant *wt_appraisal_spends(const struct wt_appraisal *a, size_t *ret_n);

/* A device with a serial number, and a time for which it was there: to compare rigs with each other. */
struct wt_sighting {
	uint8_t bus;
	uint16_t vid, pid;
	char serial[64];
	bool registered; /* for this rig, by that serial number */
	uint64_t from_ns, to_ns; /* realtime, since 1970; from_ns < to_ns, or it was not seen yet */
};

#define WT_MAX_SIGHTINGS 64 /* the newest of one device that are kept */
/* All of this run, in no order; borrowed until more is fed. */
const struct wt_sighting *wt_appraisal_sightings(const struct wt_appraisal *a, size_t *ret_n);
void wt_appraisal_free(struct wt_appraisal *a);
void wt_verdict_clear(struct wt_verdict *v);

/* The verdict as people and programs see it (verdict_print.c). */
struct json_object;
struct json_object *wt_verdict_json(const struct wt_verdict *v); /* owned by the caller */
/* Table of checks and verdict line, to a stdio stream; colour only when told. */
#include <stdio.h>
void wt_verdict_print(const struct wt_verdict *v, FILE *out, bool colour);
/* Exit status of the commands: 0 affirming, 1 warning, 2 contraindicated, 3 none. */
int wt_verdict_exit(const struct wt_verdict *v);

#endif
