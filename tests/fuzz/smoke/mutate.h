/* SPDX-License-Identifier: Apache-2.0 */
/* Simple mutations, the same for the same state. */
#ifndef TESTS_FUZZ_SMOKE_MUTATE_H
#define TESTS_FUZZ_SMOKE_MUTATE_H

#include "lib/bytes.h"

struct mutator {
	uint64_t state;
};

size_t mutator_below(struct mutator *m, size_t n); /* 0 to n - 1; n 0: 0 */
/* One to four of them, in place; other: an input to take pieces of. */
void mutate(struct mutator *m, struct wt_buf *in, struct wt_span other);

#endif
