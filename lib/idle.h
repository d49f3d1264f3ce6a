/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A rig's schedule in its registration: the times of the week at which it is off. Always UTC, so that no
 * change to summer time moves them; a week begins on Monday at 00:00.
 */
#ifndef LIB_IDLE_H
#define LIB_IDLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/cbor.h"

#define WT_MAX_IDLE 64
#define WT_WEEK_MIN 10080
#define WT_IDLE_LEN 48 /* bytes for the text below */

struct wt_idle {
	uint16_t begin; /* minute of the week: 0 to 10079 */
	uint16_t minutes; /* 1 to 10080; may run over the week's end */
};

/*
 * The list of a registration, sorted by begin and without overlaps: strictly. *ret is for the caller to
 * free, also on failure.
 */
int wt_idle_read(struct wt_cbor_in *in, struct wt_idle **ret, size_t *ret_n);
void wt_idle_put(struct wt_buf *b, const struct wt_idle *idle, size_t n);

/*
 * Is the rig off at that time (ns since 1970)? *ret_until: up to when that does not change, or UINT64_MAX.
 */
bool wt_idle_at(const struct wt_idle *idle, size_t n, uint64_t at_ns, uint64_t *ret_until);

/*
 * "sat 22:00 +26h" (m, h, d; UTC), or "daily 02:00 +30m" for every day: adds to a list that has room for
 * WT_MAX_IDLE, and keeps it sorted. -EINVAL with what is accepted, or what it overlaps.
 */
int wt_idle_parse(const char *text, struct wt_idle *list, size_t *n, struct wt_err *err);
/* "Sat 22:00 for 26 h, UTC" */
const char *wt_idle_words(const struct wt_idle *idle, char ret[WT_IDLE_LEN]);

#endif
