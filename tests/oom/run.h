/* SPDX-License-Identifier: Apache-2.0 */
/* One run of a scenario, in a process of its own. */
#ifndef TESTS_OOM_RUN_H
#define TESTS_OOM_RUN_H

#include <sys/types.h>

#include "tests/oom/alloc.h"
#include "tests/oom/scenario.h"

#define HELD_MAX 8192

/* Of one run, told to the parent. */
struct report {
	size_t allocations;
	bool failed;
	int status;
	bool theirs; /* leaked, and not by us */
	struct facts facts;
	size_t places[ALLOC_PLACES], n_places; /* when nothing failed */
	size_t held[HELD_MAX], n_held; /* see leaks(); of all runs */
};

extern struct report *report; /* in memory that is shared with the runs */

/* In the folder that is the working directory; a process of its own, so that what it uses is cold in the runs. */
bool prepare(const struct scenario *s);
/* The nth allocation fails; its exit status, as wait(2) has it, with `report` filled. */
int fork_run(const struct scenario *s, size_t nth, bool all_after);
void run_once(const struct scenario *s, size_t nth, bool all_after, bool loud); /* here, and ends */
const char *what_happened(int status); /* in words; NULL: as it should be */
void show_words(void); /* of the last process */

#endif
