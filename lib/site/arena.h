/* SPDX-License-Identifier: Apache-2.0 */
/* Memory for many small things that go together, all at once. */
#ifndef LIB_SITE_ARENA_H
#define LIB_SITE_ARENA_H

#include <stddef.h>

struct arena_block;

/* Zero-initialised is empty. */
struct arena {
	struct arena_block *blocks; /* the newest first */
	size_t left; /* in it */
};

/* n bytes, zeroed and aligned for anything. NULL on no memory. */
void *wt_arena_take(struct arena *arena, size_t n);
void *wt_arena_copy(struct arena *arena, const void *p, size_t n);
const char *wt_arena_text(struct arena *arena, const char *text); /* not aligned */
void wt_arena_clear(struct arena *arena);

#endif
