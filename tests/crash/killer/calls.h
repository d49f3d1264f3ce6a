/* SPDX-License-Identifier: Apache-2.0 */
/* System calls by name, and which of them leave a trace outside of the process. */
#ifndef CRASH_CALLS_H
#define CRASH_CALLS_H

#include <stdbool.h>
#include <stdint.h>

struct call {
	uint64_t nr;
	const char *name;
	bool changes; /* on a disk, in the kernel or at a peer */
	bool tears; /* half of it can be done */
	bool waits; /* for events */
};

/* One that is not known changes nothing and is named "another". */
const struct call *call_find(uint64_t nr);

/* Opening a file for reading changes nothing. */
bool call_changes(const struct call *call, const uint64_t args[6]);

#endif
