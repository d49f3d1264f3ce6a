/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Quantities for people: rounded to nearest, always with their unit. Never for data: --json has the raw integers.
 */
#ifndef LIB_FORMAT_H
#define LIB_FORMAT_H

#include <stddef.h>
#include <stdint.h>

#define WT_FORMAT_LEN 40 /* enough for any of these */

/* All return buf, which holds WT_FORMAT_LEN bytes. */
const char *wt_format_energy(uint64_t uj, char buf[WT_FORMAT_LEN]); /* "7.412 kWh" */
const char *wt_format_power(uint64_t uw, char buf[WT_FORMAT_LEN]); /* "3.31 kW", "153 W", "1.53 W" */
const char *wt_format_duration(uint64_t s, char buf[WT_FORMAT_LEN]); /* "1 h 23 min", "12 s", "3 d 4 h" */
const char *wt_format_bytes(uint64_t bytes, char buf[WT_FORMAT_LEN]); /* "3.1 KiB" */

#endif
