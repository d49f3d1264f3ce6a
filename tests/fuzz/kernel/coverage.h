/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What of the module the calling thread runs, from KCOV. Points are the basic blocks of the module as the compiler has
 * marked them, each with a call: the file of points (tests/fuzz/kernel/points) lists those, "SECTION OFFSET" a line, in
 * hexadecimal.
 */
#ifndef FUZZ_COVERAGE_H
#define FUZZ_COVERAGE_H

#include <stdbool.h>
#include <stddef.h>

enum coverage_mode {
	COVERAGE_BLOCKS, /* feeds libFuzzer's counters */
	COVERAGE_COMPARISONS, /* feeds its table of recent compares, which its mutations draw words from */
};

/* Reads the points of the loaded module, opens KCOV. Says what is wrong and returns false when it cannot. */
bool coverage_open(const char *points_file);

void coverage_begin(enum coverage_mode mode);
void coverage_end(void);

/* Points reached so far, and of how many. */
size_t coverage_reached(size_t *ret_all);

/* Writes the points reached so far, in the format of the file of points. */
bool coverage_write(const char *file);

#endif
