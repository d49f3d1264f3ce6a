/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A whole rig in memory: authorities, keys, a registration, grants, and a kernel that measures. It
 * writes the log as the module does, chains it, and signs attestations with the library; a test
 * bends one thing and looks at the verdict.
 *
 * Whatever cannot be done ends the test program: a fault of the test, not a result.
 */
#ifndef TESTS_UNIT_LIB_RIG_H
#define TESTS_UNIT_LIB_RIG_H

#include "lib/allocation.h"
#include "lib/appraisal.h"
#include "lib/cose.h"
#include "lib/crypto/crypto.h"
#include "lib/object.h"
#include "lib/record.h"
#include "tests/unit/lib/rig_tpm.h"

#define RIG_T0 INT64_C(1767225600) /* 2026-01-01T00:00:00Z: realtime of the first boot */
#define RIG_S UINT64_C(1000000000)
#define RIG_MAX 16 /* sources, devices */

struct rig_identity {
	struct wt_key *key;
	struct wt_cert *cert;
};

struct rig_source {
	uint32_t id;
	bool there, listed; /* listed: in the next WINDOW too, though it went */
	uint64_t added_ns;
	uint32_t mw; /* power now */
	uint32_t spread_mw; /* least and greatest differ by it */
	bool dead; /* reads fail */
	struct wt_window_source at;
};

struct rig_device {
	uint32_t id;
	bool there, listed;
	uint32_t rate; /* bytes out a second */
	struct wt_window_device at;
};

struct rig {
	char dir[64]; /* trust folder */
	bool guest; /* authorities and trust belong to another rig */
	unsigned int number; /* of its site: 0 is the first */
	char serial[32]; /* of the device that rig_boot plugs in */
	struct rig_identity registry_ca, registry, energy_ca, energy, site, self;
	struct wt_trust *trust;
	struct wt_registration reg; /* as it was signed; arrays below */
	struct wt_reg_device reg_devices[RIG_MAX];
	struct wt_reg_source reg_sources[RIG_MAX];
	struct wt_buf registration; /* COSE */
	struct wt_buf grants[RIG_MAX];
	struct wt_att_grant named[RIG_MAX];
	size_t n_grants;
	struct wt_buf allotments[RIG_MAX], notices[RIG_MAX];
	struct wt_att_grant shares[RIG_MAX]; /* the allotments, as the rig names them */
	size_t n_allotments, n_notices;

	/* Before: chain before the first step not signed yet */
	uint8_t epoch[16], head[32], before[32];
	uint64_t boot_ns, realtime_ns; /* now */
	uint64_t window_from_ns;
	uint64_t seq, first_unsigned; /* of the next record; of the first not signed yet */
	uint64_t sample_ns, max_gap_ns;
	const char *place; /* of all sources */
	struct rig_source sources[RIG_MAX];
	size_t n_sources;
	/* The first source is an accumulator, and its raw value when it was added */
	bool accumulator;
	uint64_t raw_uj;
	struct rig_device devices[RIG_MAX];
	size_t n_devices;
	bool observed;

	struct wt_buf records[4096]; /* of steps not signed yet */
	bool pruned[4096];
	size_t n_records, open_step; /* index of the open step's first record */
	size_t step_end[1024]; /* index behind each closed step */
	uint8_t macs[1024][32];
	bool keyed[1024];
	size_t n_steps;

	uint64_t att_seq; /* of the next attestation */
	/* Attestations carry the certificate; an agent leaves that to the registration */
	bool with_chain;
	uint8_t prev[32];
	struct rig_tpm tpm;
	struct wt_buf atts[1024]; /* COSE */
	size_t n_atts;

	/* What a test bends. A hook may be NULL. */
	void (*edit_source)(struct rig *rig, size_t i, struct wattest_window_source *s);
	void (*edit_device)(struct rig *rig, size_t i, struct wattest_window_device *d);
	void (*edit_window)(struct rig *rig, struct wattest_record *rec, struct wattest_window *w);
	void (*edit_attestation)(struct rig *rig, struct wt_attestation *att);
};

/*
 * A rig with one input of 100 W, two devices that work, a registration and no grant; its log is not
 * begun.
 */
void rig_init(struct rig *rig);
/*
 * Another rig of the same authorities, with a name, ids and a device of its own; freed before the one whose they are.
 * number: 1 to 255.
 */
void rig_join(struct rig *rig, const struct rig *first, unsigned int number);
void rig_free(struct rig *rig);

/* Signs reg anew after a test changed it. */
void rig_register(struct rig *rig);
/* Signs any payload, as anybody. */
void rig_sign(const struct rig_identity *who, enum wt_typ typ, struct wt_span payload,
	      struct wt_buf *ret);
void rig_issue(struct rig_identity *issuer, const char *name, const enum wt_duty *duties, size_t n,
	       bool ca, int64_t from, int64_t until, struct rig_identity *ret);
void rig_identity_free(struct rig_identity *who);
/* A grant to the rig over [from, until) in seconds after RIG_T0, by the platform; its index. */
struct wt_grant rig_grant_of(const struct rig *rig, uint32_t wh, int64_t from, int64_t until);
size_t rig_grant(struct rig *rig, uint32_t wh, int64_t from, int64_t until);
size_t rig_grant_sign(struct rig *rig, const struct wt_grant *grant, const struct rig_identity *by);
/* The site (rig_site.c): a grant to its key, and this rig's share of one, by its index. */
size_t rig_site_grant(struct rig *rig, uint32_t wh, int64_t from, int64_t until);
struct wt_allotment rig_allotment_of(const struct rig *rig, size_t grant, uint32_t wh);
size_t rig_allot_sign(struct rig *rig, const struct wt_allotment *allotment,
		      const struct rig_identity *by);
size_t rig_allot(struct rig *rig, size_t grant, uint32_t wh);
/* A notice that concerns this rig in every way, from and to in seconds after RIG_T0. */
struct wt_notice rig_notice_of(const struct rig *rig, enum wt_notice_kind kind, int64_t from,
			       int64_t to);
size_t rig_notice_sign(struct rig *rig, const struct wt_notice *notice,
		       const struct rig_identity *by);

/* The kernel. rig_boot writes LOAD and announces all sources and devices. */
void rig_boot(struct rig *rig);
uint8_t *rig_record(struct rig *rig, enum wattest_record_type type, const void *payload,
		    size_t len);
size_t rig_source(struct rig *rig, const char *chip, const char *attribute, uint32_t mw);
void rig_source_announce(struct rig *rig, size_t i, const char *chip, const char *attribute);
void rig_source_del(struct rig *rig, size_t i);
size_t rig_device(struct rig *rig, uint16_t vid, uint16_t pid, const char *serial, const char *path,
		  uint8_t flags);
void rig_device_del(struct rig *rig, size_t i);
void rig_pass(struct rig *rig, uint64_t ns); /* time goes on and is measured */
/* Rig_pass, then WINDOW */
void rig_window(struct rig *rig, uint64_t seconds, struct wt_span nonce);
void rig_close_step(struct rig *rig); /* whatever its last record is */
void rig_unload(struct rig *rig);
void rig_lost(struct rig *rig, uint16_t type, uint16_t reason, uint32_t count);
void rig_probe(struct rig *rig, const char *target); /* PROBE_ADD */
/* Of the program with that id. */
void rig_probe_of(struct rig *rig, uint32_t prog_id, const char *target);
void rig_probe_del(struct rig *rig, uint32_t prog_id);
/* All integrity probes, with ids from RIG_WATCH on; and EVENT, by "tool" (77) unless detail is NULL. */
#define RIG_WATCH 100
void rig_watch(struct rig *rig);
void rig_event(struct rig *rig, enum wattest_event_kind kind, uint32_t count, const char *detail);
void rig_step_clock(struct rig *rig, int64_t ns, bool recorded);
void rig_clock_rate(struct rig *rig, int64_t ppb); /* too fast */
void rig_lost_steps(struct rig *rig, uint64_t first_seq, uint64_t last_seq); /* not in the TPM */
/* The module is loaded anew in the same boot: LOAD, of another log */
void rig_reload(struct rig *rig);
/* Power cut: what was not attested is gone; boot next */
void rig_off(struct rig *rig, uint64_t seconds);

/* The agent: signs what there is. rig_minute: a window of 60 s and an attestation. */
void rig_attest(struct rig *rig, struct wt_span nonce);
void rig_minute(struct rig *rig);
void rig_minutes(struct rig *rig, size_t n);

/* The inspector, at the end of the evidence. */
struct rig_judging {
	bool no_registration, no_grants;
	struct wt_span nonce;
	int64_t now; /* 0: when the newest attestation was signed */
	struct wt_span state; /* loaded before */
	struct wt_buf *ret_state; /* saved after, when not NULL */
	size_t first, n; /* attestations; n 0: all */
};

struct wt_verdict rig_judge(struct rig *rig, const struct rig_judging *how);
/* Before the first feed */
struct wt_appraisal *rig_appraisal(struct rig *rig, const struct rig_judging *how);

#endif
