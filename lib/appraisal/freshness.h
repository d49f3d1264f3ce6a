/* SPDX-License-Identifier: Apache-2.0 */
/* Private to the appraisal: is the nonce that was asked for answered? */
#ifndef LIB_APPRAISAL_FRESHNESS_H
#define LIB_APPRAISAL_FRESHNESS_H

#include "lib/record.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct wt_appraisal;
struct wt_attestation;
struct wt_findings;
struct wt_window;

struct answer {
	bool in_window; /* the newest window carries the nonce */
	bool given, in_log; /* by an attestation, in whose newest window it was */
	uint64_t seq; /* of that one */
	int64_t iat;
	uint8_t other[WATTEST_NONCE_MAX]; /* the newest nonce that is not the one asked for */
	size_t other_len;
};

void wt_freshness_window(struct wt_appraisal *a, const struct wt_window *w);
/* Of an attestation whose steps were replayed. */
void wt_freshness_note(struct wt_appraisal *a, const struct wt_attestation *att);
void wt_freshness_conclude(const struct wt_appraisal *a, struct wt_findings *f);

#endif
