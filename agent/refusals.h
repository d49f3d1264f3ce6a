/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files that were refused and named: each is named once, and once more when its content changes.
 * The oldest are forgotten, which costs no more than being named again.
 */
#ifndef AGENT_REFUSALS_H
#define AGENT_REFUSALS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/bytes.h"
#include "lib/crypto/crypto.h"
#include "lib/err.h"

#define WT_REFUSALS_MAX 1024

struct wt_refusals { /* zero-initialised: none */
	uint64_t seen[WT_REFUSALS_MAX]; /* a ring */
	size_t n, next;
};

/* True the first time. */
bool wt_refusals_new(struct wt_refusals *refusals, const char *file,
		     const uint8_t digest[WT_SHA256_LEN]);
/* As a byte string, oldest first, and back; -EBADMSG leaves it empty. */
void wt_refusals_put(struct wt_buf *b, const struct wt_refusals *refusals);
int wt_refusals_read(struct wt_span bytes, struct wt_refusals *ret, struct wt_err *err);

#endif
