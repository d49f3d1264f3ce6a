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

static atomic_size_t count, failed, nth;
static atomic_bool armed, all_after;

void alloc_fail(size_t n, bool from_then_on)
{
	nth = n;
	all_after = from_then_on;
	count = failed = 0;
	armed = true;
}

size_t alloc_end(void)
{
	armed = false;
	return count;
}

bool alloc_failed(void)
{
	return failed > 0;
}

static bool fails(void)
{
	size_t n;

	if (!armed)
		return false;
	n = atomic_fetch_add(&count, 1) + 1;
	if (!nth || n < nth || (n > nth && !all_after))
		return false;
	failed++;
	errno = ENOMEM;
	return true;
}

void *malloc(size_t n)
{
	return fails() ? NULL : __interceptor_malloc(n);
}

void *calloc(size_t n, size_t size)
{
	return fails() ? NULL : __interceptor_calloc(n, size);
}

void *realloc(void *p, size_t n)
{
	return fails() ? NULL : __interceptor_realloc(p, n);
}

void *reallocarray(void *p, size_t n, size_t size)
{
	size_t all;

	if (__builtin_mul_overflow(n, size, &all)) {
		errno = ENOMEM;
		return NULL;
	}
	return realloc(p, all);
}

char *strndup(const char *text, size_t most)
{
	size_t n = strnlen(text, most);
	char *copy = malloc(n + 1);

	if (!copy)
		return NULL;
	memcpy(copy, text, n);
	copy[n] = '\0';
	return copy;
}

char *strdup(const char *text)
{
	return strndup(text, PTRDIFF_MAX - 1);
}
