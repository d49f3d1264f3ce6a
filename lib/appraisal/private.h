/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The appraisal from inside: what it holds (history.h says what it knows, and for how long).
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

#include "lib/appraisal.h"
#include "lib/appraisal/arith.h"
#include "lib/appraisal/charges.h"
#include "lib/appraisal/findings.h"
#include "lib/appraisal/history.h"
#include "lib/appraisal/registrations.h"
#include "lib/appraisal/signers.h"
#include "lib/bytes.h"
#include "lib/format.h"
#include "lib/object.h"
#include "lib/timestamp.h"

#define UNREGISTERED (-1)
#define WT_CLOCKS_APART 300 /* s, of a rig and whoever judges it */

struct wt_appraisal {
	struct wt_trust *trust; /* borrowed */
	int64_t now;
	uint8_t nonce[WATTEST_NONCE_MAX];
	size_t nonce_len; /* 0: none was asked for */

	bool registered;
	struct registered **registrations; /* by the begin of their validity */
	size_t n_registrations;
	size_t in_force; /* which one it is judged by, and */
	bool entered; /* because an attestation or the state says so */
	struct wt_registration reg; /* that one's, borrowed; zeros when there is none */
	size_t chosen, signing; /* for the attestation being read: by which, and whose rig is */
	const char *superseded; /* and why not by the one that it names; NULL: it is */
	struct rig rig;

	struct wt_observer observer;
	struct wt_ledger ledger;
	struct charges charges;
	bool resumed; /* from a state, and nothing was dealt anew yet */
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
	struct wt_chains chains;
	struct wt_buf scratch; /* of signatures and of the chain */
};

#endif
