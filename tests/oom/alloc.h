/* SPDX-License-Identifier: Apache-2.0 */
/* Memory that runs out at a chosen allocation, for the whole program: every library's malloc(3) is this one. */
#ifndef TESTS_OOM_ALLOC_H
#define TESTS_OOM_ALLOC_H

#include <stdbool.h>
#include <stddef.h>

/* From now on the nth allocation fails, alone or with all after it; 0: none does. Counts anew. */
void alloc_fail(size_t nth, bool from_then_on);
/* Nothing fails any more; how many allocations there were. */
size_t alloc_end(void);
bool alloc_failed(void); /* one did, since alloc_fail */
/* Of each place in the program that allocates the first allocation, when none failed. */
#define ALLOC_PLACES 512
size_t alloc_places(size_t ret[ALLOC_PLACES]);

#endif
