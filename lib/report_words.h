/* SPDX-License-Identifier: Apache-2.0 */
/* What a report says in words, the same in each of its formats. */
#ifndef LIB_REPORT_WORDS_H
#define LIB_REPORT_WORDS_H

#include "lib/report.h"

#define WT_REPORT_WORDS_LEN 640
#define WT_REPORT_TIME_LEN 64

/* Each returns its buffer, if it takes one. */
const char *wt_report_rig(const struct wt_verdict *v, char ret[WT_REPORT_WORDS_LEN]);
const char *wt_report_evidence(const struct wt_verdict *v, char ret[WT_REPORT_WORDS_LEN]);
/* "contraindicated: devices (device-not-registered)" */
const char *wt_report_verdict(const struct wt_verdict *v, char ret[WT_REPORT_WORDS_LEN]);
const char *wt_report_why(const struct wt_report_gap *gap, char ret[WT_REPORT_WORDS_LEN]);
/* Why there is no report: -ENOENT. */
int wt_report_nothing(int64_t from, int64_t to, const struct wt_verdict *v, struct wt_err *err);
/* RFC 3339 in UTC, with the fraction of a second when there is one. */
const char *wt_report_time(uint64_t ns, char ret[WT_REPORT_TIME_LEN]);
uint64_t wt_report_ns(int64_t s);

#endif
