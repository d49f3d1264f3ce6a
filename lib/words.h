/* SPDX-License-Identifier: Apache-2.0 */
/* Figures as people read them: rounded for the eye, with their unit. What must be exact stays an integer. */
#ifndef LIB_WORDS_H
#define LIB_WORDS_H

#include <stddef.h>
#include <stdint.h>

#define WT_WORDS_LEN 40

/* "78.214 kWh", to the Wh, rounded down; below 1 Wh "0.000412 kWh", so that little is never nothing. */
const char *wt_words_energy(uint64_t uj, char ret[WT_WORDS_LEN]);
/* "3.31 kW", "17.4 W" */
const char *wt_words_power(uint64_t uw, char ret[WT_WORDS_LEN]);
/* "850 ms", "12 s", "3 min 12 s", "2 h 5 min", "4 d 3 h" */
const char *wt_words_duration(uint64_t ns, char ret[WT_WORDS_LEN]);
/* "3 windows", "1 window": the noun with its s, the number grouped. */
const char *wt_words_count(uint64_t n, const char *noun, char ret[WT_WORDS_LEN]);

#endif
