/* SPDX-License-Identifier: Apache-2.0 */
/* A figure of the bench: one line of tab-separated fields, which tests/bench/run makes a table of. */
#ifndef TESTS_BENCH_FIGURE_H
#define TESTS_BENCH_FIGURE_H

#include <stdbool.h>
#include <stdio.h>

/* goal empty: a figure without one, for information. */
static inline void figure(const char *name, const char *measured, const char *goal, bool ok)
{
	printf("%s\t%s\t%s\t%s\n", name, measured, goal, *goal ? (ok ? "ok" : "short") : "-");
}

#endif
