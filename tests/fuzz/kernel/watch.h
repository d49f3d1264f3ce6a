/* SPDX-License-Identifier: Apache-2.0 */
/* What must outlive a crash: the last inputs, in memory that the machine shares with its host; and the kernel's log. */
#ifndef FUZZ_WATCH_H
#define FUZZ_WATCH_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Maps the shared memory (a PCI device's resource file) and follows the kernel's log for the words of the regular
 * expression. Says what is wrong and returns false when it cannot.
 */
bool watch_open(const char *memory, const char *bad_words);

/* An input is about to be run. */
void watch_note(const void *input, size_t n);

/* True when the kernel has complained since the last look; prints the line. */
bool watch_complaint(void);

#endif
