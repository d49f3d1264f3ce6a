/* SPDX-License-Identifier: Apache-2.0 */
/* From a report's hours to its days, total, tariffs and costs: report.c only. */
#ifndef LIB_REPORT_SUM_H
#define LIB_REPORT_SUM_H

#include "lib/report.h"

/* -ENOMEM. */
int wt_report_sum(struct wt_report *report);

#endif
