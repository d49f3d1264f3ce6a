/* SPDX-License-Identifier: Apache-2.0 */
/* Points in time as people write and read them; inside, always seconds since 1970. */
#ifndef LIB_TIMESTAMP_H
#define LIB_TIMESTAMP_H

#include <stdint.h>

#include "lib/err.h"

#define WT_TIMESTAMP_LEN 48 /* bytes for either text below */

/*
 * Parses "2026-11-20T13:00:00Z" (RFC 3339; an offset such as +05:00 instead of Z), "@1795179600" (seconds since 1970),
 * "now", or an offset from now: "+1h", "-30m" (s, m, h, d). -EINVAL with what is accepted. Fractions are refused,
 * as is anything before 1970 or after 9999.
 */
int wt_timestamp_parse(const char *text, int64_t now, int64_t *ret, struct wt_err *err);

/* "2026-11-20T13:00:00Z", or "@N" when the year has more than four digits. */
const char *wt_timestamp_utc(int64_t at, char ret[WT_TIMESTAMP_LEN]);
/* "2026-11-20 18:00:00 +05:00", in the local time zone. */
const char *wt_timestamp_local(int64_t at, char ret[WT_TIMESTAMP_LEN]);

#endif
