/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Does the rig run what was registered? Its kernel module and probes as the log names them, its files as the host's IMA
 * measured them. The log's word is the module's own; IMA's list is vouched for by PCR 10 of a quote.
 */
#ifndef LIB_APPRAISAL_SOFTWARE_H
#define LIB_APPRAISAL_SOFTWARE_H

#include "lib/attestation.h"
#include "lib/ima.h"
#include "lib/record.h"

struct wt_appraisal;
struct wt_findings;
struct wt_port;

#define WT_MAX_MEASURED 64 /* as many as a registration has references */

/* A registered file that was measured as registered. */
struct measured {
	char name[64];
	uint8_t digest[WT_SHA256_LEN];
};

struct software { /* of the epoch; part of the state */
	uint64_t next; /* entry of the list that comes next; 0: none was carried */
	uint8_t value[WT_SHA256_LEN]; /* PCR 10 after the entries so far */
	bool waiting; /* for entries that lead to a quoted value */
	uint8_t quoted[WT_SHA256_LEN]; /* which one */
	bool vouched; /* a quote vouched for all entries up to one, and none is waited for */
	struct measured measured[WT_MAX_MEASURED];
	size_t n_measured;
	bool module_matched; /* the epoch's LOAD names a registered module */
	/* SHA-256 of LOAD and of the ANCHOR beside it: what the module has IMA measure */
	uint8_t beginning[2 * WT_SHA256_LEN];
	bool measures; /* the list has the beginning of a log, if not of this one */
	bool begun_here; /* it has that of this log */
	/* What was measured before this log's beginning and is not registered: the first such; "": none yet. */
	char before[64];
};

/* A new epoch: its list begins anew. */
void wt_software_begin(struct wt_appraisal *a);
void wt_software_load(struct wt_appraisal *a, const struct wt_record *rec);
void wt_software_probe(struct wt_appraisal *a, const struct wattest_probe_add *probe);
/* The ANCHOR beside LOAD. */
void wt_software_anchor(struct wt_appraisal *a, const struct wt_record *rec);
/* The attestation's part of IMA's list; pcr is PCR 10 as its quote has it, NULL when that says nothing. */
void wt_software_list(struct wt_appraisal *a, const struct wt_attestation *att, const uint8_t *pcr);
void wt_software_conclude(const struct wt_appraisal *a, struct wt_findings *f);
/* NULL when all that is registered was found, IMA's list vouched for; else what is missing, for people. */
const char *wt_software_missing(const struct wt_appraisal *a);
void wt_software_port(struct wt_port *p, struct software *s);

#endif
