/* SPDX-License-Identifier: Apache-2.0 */
/* What was found so far: of each check the worst outcome and the first reason for it. */
#ifndef LIB_APPRAISAL_FINDINGS_H
#define LIB_APPRAISAL_FINDINGS_H

#include "lib/appraisal.h"
#include "lib/appraisal/reasons.h"

struct wt_findings {
	struct wt_outcome checks[WT_CHECKS]; /* tier WT_NONE: nothing was found yet */
	char notes[WT_CHECKS][120]; /* worth saying, no finding; the first of each check */
};

/*
 * A finding, with its sentence. The first of its check's worst tier stays, later ones are counted.
 */
void wt_find(struct wt_findings *f, enum wt_reason_id id, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Something that an affirming outcome says too. */
void wt_remark(struct wt_findings *f, enum wt_check check, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/*
 * Concludes a check in which nothing was found: it is affirming, with this sentence and the note.
 */
void wt_affirm(struct wt_findings *f, enum wt_check check, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Concludes a check in which nothing was claimed, unless something was found. */
void wt_no_claim(struct wt_findings *f, enum wt_check check, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#define WT_COUNT_LEN 48
/* "3 windows", "1 window". */
const char *wt_count(uint64_t n, const char *noun, char ret[WT_COUNT_LEN]);

#endif
