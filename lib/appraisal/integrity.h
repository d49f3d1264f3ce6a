/* SPDX-License-Identifier: Apache-2.0 */
/* Who watched over the measurement, and what they saw: PROBE_ADD, PROBE_DEL and EVENT records. */
#ifndef LIB_APPRAISAL_INTEGRITY_H
#define LIB_APPRAISAL_INTEGRITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct wt_appraisal;
struct wt_findings;
struct wt_port;
struct wt_record;
struct wt_window;

#define WT_TARGETS 14 /* kernel functions that integrity probes hang on */

struct wt_watch {
	uint32_t programs[WT_TARGETS]; /* ids of those attached; 0: none is */
	uint64_t all_ns; /* since then all of them are; 0: they are not */
	uint64_t load_ns; /* CLOCK_BOOTTIME of the epoch's LOAD; 0: unknown */
	bool claimed; /* one was attached, in this epoch or before */
	/* By windows since then, and of that without all of them */
	uint64_t covered_ns, unwatched_ns;
};

/* Events that weigh the same. */
enum wt_incident_kind {
	WT_INCIDENT_NOTE, /* an honest rig has them too */
	WT_INCIDENT_DETACHED,
	WT_INCIDENT_TRACED,
	WT_INCIDENT_BPF,
	WT_INCIDENT_RAW,
	WT_INCIDENT_SENSOR,
	WT_INCIDENT_UNBOUND,
	WT_INCIDENT_KEXEC,
	WT_INCIDENT_SLEWED,
	WT_INCIDENT_MODULE,
	WT_INCIDENT_KINDS,
};

struct wt_incident {
	uint64_t count;
	uint16_t kind; /* enum wattest_event_kind; of the first of them, as what follows */
	uint32_t pid;
	char comm[16];
	char detail[64];
};

/* What a run looked at. */
struct wt_incidents {
	struct wt_incident of[WT_INCIDENT_KINDS];
	uint64_t covered_ns, unwatched_ns;
};

void wt_integrity_load(struct wt_appraisal *a, const struct wt_record *rec);
void wt_integrity_epoch(struct wt_appraisal *a); /* another log begins */
void wt_integrity_probe(struct wt_appraisal *a, const struct wt_record *rec);
void wt_integrity_probe_del(struct wt_appraisal *a, const struct wt_record *rec);
void wt_integrity_event(struct wt_appraisal *a, const struct wt_record *rec);
/* The kernel found its clock this much faster than the hardware's. */
void wt_integrity_rate(struct wt_appraisal *a, int64_t ppb);
void wt_integrity_window(struct wt_appraisal *a, const struct wt_window *w, uint64_t from_ns);
void wt_integrity_port(struct wt_port *p, struct wt_watch *watch);
void wt_integrity_conclude(const struct wt_appraisal *a, struct wt_findings *f);

#endif
