/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The signed objects' payloads, as docs/evidence.cddl has them: decoded into plain structs, and encoded. A decoder
 * refuses unknown labels, a field out of its range, and a payload with trailing bytes; the sentence names the byte of
 * the payload and the field. Decoded structs own their arrays: free with the matching _clear. Strings are
 * NUL-terminated UTF-8 without control characters. An encoder appends, and refuses what its decoder would refuse.
 */
#ifndef LIB_OBJECT_H
#define LIB_OBJECT_H

#include "lib/bytes.h"
#include "lib/err.h"
#include "lib/crypto/crypto.h"
#include "lib/idle.h"
#include "wattest/types.h"

#define WT_UEID_LEN 17 /* RFC 9711, 4.2.1: type 0x01, then 128 bits: SHA-256 of the rig key's SPKI, truncated */
#define WT_ID_LEN 16
#define WT_GRANT_MAX_WH 1000000u /* one purchase: 1 MWh */
#define WT_MAX_GRANTS 4096

#define WT_UEID_RAND 0x01 /* RFC 9711's type of such a ueid */

/* The rig's id from its key. */
int wt_ueid_from_key(const struct wt_key *key, uint8_t ret[WT_UEID_LEN]);
/* From the SHA-256 of a key's SubjectPublicKeyInfo: with a TPM, of its endorsement key's. */
void wt_ueid_from_digest(const uint8_t spki[WT_SHA256_LEN], uint8_t ret[WT_UEID_LEN]);
/* Is it of our type? */
bool wt_ueid_valid(const uint8_t ueid[WT_UEID_LEN]);

/* --- registration (registration.c) ----------------------------------------------------------------- */

struct wt_reg_device {
	uint8_t bus; /* enum wattest_bus */
	uint16_t vid, pid;
	char serial[64]; /* empty: the device has none, then path must match */
	char path[32]; /* empty: anywhere */
	char product[64]; /* empty: any */
	char model[64]; /* for people, e.g. "Antminer U2" */
	uint32_t rated_mw;
	uint64_t rated_mhs; /* MH/s */
};

enum wt_role {
	WT_ROLE_INPUT = 1, /* counts: the sum of all inputs is the rig's measured energy */
	WT_ROLE_OUTPUT = 2, /* must be contained in the inputs */
	WT_ROLE_CHECK = 3, /* must agree with the inputs */
};

struct wt_reg_source {
	char chip[32], parent[64], attribute[32], label[32]; /* as in SOURCE_ADD; empty parent or label: any */
	enum wt_role role;
	uint32_t class_ppm; /* accuracy: +- ppm of reading */
	int64_t calibrated_until; /* seconds since 1970, or 0: never calibrated */
};

#define WT_PCRS 24 /* of a bank */

struct wt_pcr {
	uint8_t index; /* below WT_PCRS */
	uint8_t value[WT_SHA256_LEN]; /* in the SHA-256 bank */
};

/* The TPM that holds a rig's keys, as the registry enrolled it. */
struct wt_reg_tpm {
	uint8_t ek[WT_SHA256_LEN]; /* SHA-256 of the endorsement key's SPKI: the ueid derives from it */
	struct wt_span ak; /* the attestation key's SPKI, DER, points into the payload; p NULL: no TPM */
	struct wt_pcr boot[WT_PCRS]; /* the boot state it was registered in */
	size_t n_boot; /* 0: not said */
};

enum wt_reference_kind {
	WT_REFERENCE_FILE = 1, /* as IMA measures it; digest of WT_SHA256_LEN */
	WT_REFERENCE_PROBE = 2, /* a BPF program's tag; 8 bytes */
	WT_REFERENCE_MODULE = 3, /* build id; 20 bytes */
};

const char *wt_reference_kind_name(enum wt_reference_kind kind); /* "file", "probe", "module" */
size_t wt_reference_digest_len(enum wt_reference_kind kind); /* 0: there is no such kind */

/* What the rig should run. */
struct wt_reference {
	enum wt_reference_kind kind;
	char name[64]; /* FILE: what its path ends in; PROBE: the program's; MODULE: the version */
	uint8_t digest[WT_SHA256_LEN]; /* as many bytes as its kind has; the rest zeros */
};

struct wt_registration {
	uint8_t id[WT_ID_LEN];
	uint8_t ueid[WT_UEID_LEN];
	char rig[64]; /* the rig's name, e.g. "KZ-PVL-0142" */
	char licence[64], holder[128], site[64], zone[64];
	int64_t not_before, not_after; /* [not_before, not_after), seconds since 1970 */
	uint32_t nameplate_w;
	struct wt_span rig_cert; /* DER, points into the payload */
	struct wt_reg_device *devices;
	size_t n_devices;
	struct wt_reg_source *sources;
	size_t n_sources;
	char (*pools)[64]; /* accredited pools */
	size_t n_pools;
	struct wt_reg_tpm tpm;
	struct wt_reference *references;
	size_t n_references;
	struct wt_idle *idle; /* times of the week at which the rig is off (lib/idle.h); may be none */
	size_t n_idle;
};

int wt_registration_decode(struct wt_span payload, struct wt_registration *ret, struct wt_err *err);
int wt_registration_encode(const struct wt_registration *reg, struct wt_buf *ret, struct wt_err *err);
void wt_registration_clear(struct wt_registration *reg);

/* --- grant (grant.c) --------------------------------------------------------------------------------- */

struct wt_grant {
	uint8_t id[WT_ID_LEN];
	char transaction[64];
	char licence[64], zone[64], metering_point[64];
	int64_t not_before, not_after; /* delivery window [not_before, not_after) */
	uint32_t wh; /* 1 to WT_GRANT_MAX_WH */
	char currency[4]; /* ISO 4217, or empty */
	uint64_t price_micro; /* per kWh, in millionths of the currency; 0 with an empty currency */
	uint8_t spender[WT_UEID_LEN]; /* one rig ... */
	uint8_t site_key[WT_SHA256_LEN]; /* ... or a site key's x5t, for allotments */
	bool to_site; /* which of both */
};

int wt_grant_decode(struct wt_span payload, struct wt_grant *ret, struct wt_err *err);
int wt_grant_encode(const struct wt_grant *grant, struct wt_buf *ret, struct wt_err *err);

/* --- attestation (attestation.c) --------------------------------------------------------------------- */

/* OCMF's time status */
enum wt_clock {
	WT_CLOCK_UNKNOWN = 'U',
	WT_CLOCK_INFORMATIVE = 'I',
	WT_CLOCK_SYNCHRONISED = 'S',
	WT_CLOCK_RELATIVE = 'R',
};

/* One record of a step: raw bytes, or the digest that stands for a pruned one. */
struct wt_att_record {
	struct wt_span raw; /* p NULL: pruned */
	uint8_t digest[WT_SHA256_LEN]; /* only when pruned */
};

struct wt_att_step {
	struct wt_att_record *records;
	size_t n_records;
	struct wt_span mac; /* p NULL: not keyed */
};

/* A TPM's quote. Spans point into the payload. */
struct wt_att_quote {
	struct wt_span attest; /* TPMS_ATTEST; p NULL: no quote */
	struct wt_span signature; /* WT_SIG_LEN bytes: r || s */
	struct wt_pcr pcrs[WT_PCRS]; /* ascending */
	size_t n_pcrs;
};

enum wt_key_place { /* where the rig says that its signing key is */
	WT_KEY_IN_FILE = 0,
	WT_KEY_IN_TPM = 1,
};

struct wt_att_grant {
	uint8_t id[WT_ID_LEN];
	uint8_t digest[WT_SHA256_LEN]; /* SHA-256 of the grant's COSE_Sign1 */
};

struct wt_attestation {
	uint8_t ueid[WT_UEID_LEN];
	int64_t iat; /* seconds since 1970 */
	uint64_t uptime_s; /* 0: not said; for attestations without records, which say it themselves */
	struct wt_span nonce; /* p NULL: nobody asked */
	uint8_t epoch[16];
	uint64_t seq; /* 1, 2, 3 ...: gapless for a rig's key */
	uint8_t prev[WT_SHA256_LEN]; /* SHA-256 of the whole COSE_Sign1 before; zeros when seq is 1 */
	enum wt_clock clock;
	uint64_t clock_bound_us; /* offset bound; 0 with U and I */
	uint8_t chain_before[WT_SHA256_LEN], chain_after[WT_SHA256_LEN];
	uint64_t first_seq; /* of the first record carried; 0 when none is */
	struct wt_att_step *steps; /* may be none */
	size_t n_steps;
	uint8_t registration[WT_SHA256_LEN]; /* digest of its COSE_Sign1; zeros: the rig has none */
	struct wt_att_grant *grants; /* that the rig spends */
	size_t n_grants;
	struct wt_span unobserved; /* why activity is not observed (text), p NULL: it is */
	bool has_ledger; /* the rig's own summary: a convenience, never believed */
	uint64_t ledger_charged_uj;
	uint64_t ledger_left_uj;
	struct wt_att_quote quote;
	uint64_t ima_first; /* which entry of the list is the first in ima: 1, 2, 3 ... */
	struct wt_span ima; /* whole entries; p NULL: none */
	enum wt_key_place key_place;
	struct wt_att_record *record_store; /* one array behind all steps; owned */
};

int wt_attestation_decode(struct wt_span payload, struct wt_attestation *ret, struct wt_err *err);
int wt_attestation_encode(const struct wt_attestation *att, struct wt_buf *ret, struct wt_err *err);
/*
 * What a quote of this attestation has as extraData: SHA-256("wattest-quote-1" || nonce || SHA-256(payload encoded
 * without the quote)). Whether att has a quote makes no difference.
 */
int wt_attestation_binding(const struct wt_attestation *att, uint8_t ret[WT_SHA256_LEN], struct wt_err *err);
void wt_attestation_clear(struct wt_attestation *att);

#endif
