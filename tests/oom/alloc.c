// SPDX-License-Identifier: Apache-2.0
/*
 * The program's own definitions come before those of the address sanitizer, which do the work. free() and what is rare
 * (aligned allocations) stay the sanitizer's. strdup() and strndup() are taken over too: the sanitizer's would not come
 * here for memory.
 */
#include "alloc.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

void *__interceptor_malloc(size_t n);
void *__interceptor_calloc(size_t n, size_t size);
void *__interceptor_realloc(void *p, size_t n);
void *reallocarray(void *p, size_t n, size_t size);

extern const char __executable_start[], etext[];

struct place {
	const char *from, *before; /* who asks for memory, and for whom: a buffer grows for many */
};

static bool ours(const char *p)
{
	return p >= __executable_start && p < etext;
}

/* By the frame of the function here that was called: ours have frame pointers, and libraries' need not. */
static struct place place_of(char *const *frame)
{
	struct place place = { .from = frame[1] };

	if (ours(frame[1]))
		place.before = ((char *const *)(void *)frame[0])[1];
	if (!ours(place.before))
		place.before = NULL;
	return place;
}

static atomic_size_t count, failed, nth;
static atomic_bool armed, all_after;
/* From one thread: a run with all memory has no other. */
static struct place places[ALLOC_PLACES];
static size_t firsts[ALLOC_PLACES], n_places;

void alloc_fail(size_t n, bool from_then_on)
{
	nth = n;
	all_after = from_then_on;
	count = failed = n_places = 0;
	armed = true;
}

size_t alloc_end(void)
{
	armed = false;
	return count;
}

size_t alloc_places(size_t ret[ALLOC_PLACES])
{
	memcpy(ret, firsts, n_places * sizeof(*firsts));
	return n_places;
}

bool alloc_failed(void)
{
	return failed > 0;
}

/* Which place in the program this is, where all memory is there. */
static void note(struct place place, size_t n)
{
	size_t i;

	for (i = 0; i < n_places; i++)
		if (places[i].from == place.from && places[i].before == place.before)
			return;
	if (n_places == ALLOC_PLACES)
		return;
	places[n_places] = place;
	firsts[n_places++] = n;
}

static bool fails(char *const *frame)
{
	size_t n;

	if (!armed)
		return false;
	n = atomic_fetch_add(&count, 1) + 1;
	if (!nth)
		note(place_of(frame), n);
	if (!nth || n < nth || (n > nth && !all_after))
		return false;
	failed++;
	errno = ENOMEM;
	return true;
}

void *malloc(size_t n)
{
	return fails(__builtin_frame_address(0)) ? NULL : __interceptor_malloc(n);
}

void *calloc(size_t n, size_t size)
{
	return fails(__builtin_frame_address(0)) ? NULL : __interceptor_calloc(n, size);
}

void *realloc(void *p, size_t n)
{
	return fails(__builtin_frame_address(0)) ? NULL : __interceptor_realloc(p, n);
}

void *reallocarray(void *p, size_t n, size_t size)
{
	size_t all;

	if (__builtin_mul_overflow(n, size, &all)) {
		errno = ENOMEM;
		return NULL;
	}
	return fails(__builtin_frame_address(0)) ? NULL : __interceptor_realloc(p, all);
}

static char *copy_text(const char *text, size_t n, char *const *frame)
{
	char *copy = fails(frame) ? NULL : __interceptor_malloc(n + 1);

	if (!copy)
		return NULL;
	memcpy(copy, text, n);
	copy[n] = '\0';
	return copy;
}

char *strndup(const char *text, size_t most)
{
	return copy_text(text, strnlen(text, most), __builtin_frame_address(0));
}

char *strdup(const char *text)
{
	return copy_text(text, strlen(text), __builtin_frame_address(0));
}
