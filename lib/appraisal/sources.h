/* SPDX-License-Identifier: Apache-2.0 */
/* Sources of the log, what they measured and how they compare: sources.c, compare.c. */
#ifndef LIB_APPRAISAL_SOURCES_H
#define LIB_APPRAISAL_SOURCES_H

#include "lib/appraisal.h"
#include "lib/record.h"

struct wt_appraisal;
struct history;
struct wt_findings;

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
/* The same for one that was matched before, against another registration. */
int wt_source_renew(struct wt_appraisal *a, struct source *s);
void wt_source_clear_meters(struct wt_appraisal *a); /* for a new window */
/* Takes over what the window says: meters, tallies, darkness. */
void wt_source_window(struct wt_appraisal *a, struct source *s, const struct wt_window_source *now,
		      const struct wt_window *w, uint64_t from_ns, bool sound);
void wt_sources_conclude(const struct wt_appraisal *a, struct wt_findings *f);
const char *wt_source_words(const struct source *s, char *ret, size_t cap);

/* Inputs against checks, outputs and each other, after all sources of a window were taken over. */
void wt_compare_window(struct wt_appraisal *a, const struct wt_window *w, uint64_t from_ns,
		       bool active);

#endif
