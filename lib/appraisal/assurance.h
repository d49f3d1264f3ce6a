/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How much the evidence assures, whatever the verdict: 0 a software key, 1 the registered TPM's identity and witness, 2
 * and the registered software on a locked-down kernel, 3 and verified work (docs/threat-model.md). assurance.c.
 */
#ifndef LIB_APPRAISAL_ASSURANCE_H
#define LIB_APPRAISAL_ASSURANCE_H

#include "lib/record.h"

struct wt_appraisal;
struct wt_verdict;

/* What LOAD says of the host, kept over runs. */
struct host {
	bool known;
	uint8_t lockdown, secure_boot;
	bool sig_enforced;
};

void wt_assurance_load(struct wt_appraisal *a, const struct wattest_load *load);
void wt_assurance_conclude(const struct wt_appraisal *a, struct wt_verdict *v);

#endif
