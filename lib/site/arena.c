// SPDX-License-Identifier: Apache-2.0
#include "lib/site/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK 65536
#define ALIGN 8 /* of all that is kept here */

struct arena_block {
	struct arena_block *older;
	_Alignas(ALIGN) unsigned char bytes[];
};

/* From the end of the newest block, so that what is left is its beginning and stays easy to align. */
static void *take(struct arena *arena, size_t n, size_t align)
{
	struct arena_block *block = arena->blocks;
	size_t at, size = n > BLOCK ? n : BLOCK;

	at = n <= arena->left ? (arena->left - n) & ~(align - 1) : 0;
	if (!block || n > arena->left) {
		if (n > SIZE_MAX - sizeof(*block) - ALIGN)
			return NULL;
		block = calloc(1, sizeof(*block) + size);
		if (!block)
			return NULL;
		block->older = arena->blocks;
		arena->blocks = block;
		at = (size - n) & ~(align - 1);
	}
	arena->left = at;
	return block->bytes + at;
}

void *wt_arena_take(struct arena *arena, size_t n)
{
	return take(arena, n, ALIGN);
}

void *wt_arena_copy(struct arena *arena, const void *p, size_t n)
{
	void *copy = take(arena, n, ALIGN);

	if (copy)
		memcpy(copy, p, n);
	return copy;
}

const char *wt_arena_text(struct arena *arena, const char *text)
{
	size_t n = strlen(text) + 1;
	char *copy = take(arena, n, 1);

	if (copy)
		memcpy(copy, text, n);
	return copy;
}

void wt_arena_clear(struct arena *arena)
{
	struct arena_block *block = arena->blocks, *older;

	for (; block; block = older) {
		older = block->older;
		free(block);
	}
	*arena = (struct arena){ 0 };
}
