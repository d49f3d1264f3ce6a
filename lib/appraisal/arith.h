/* SPDX-License-Identifier: Apache-2.0 */
/* Arithmetic on figures that somebody signed and that may be anything: held within 64 bits. */
#ifndef LIB_APPRAISAL_ARITH_H
#define LIB_APPRAISAL_ARITH_H

#include <stdint.h>
#include <stdlib.h>

#define NS_PER_S UINT64_C(1000000000)

static inline uint64_t plus(uint64_t a, uint64_t b)
{
	uint64_t sum;

	return __builtin_add_overflow(a, b, &sum) ? UINT64_MAX : sum;
}

/* a * b / c in 128 bits, held within 64 */
static inline uint64_t scale(uint64_t a, uint64_t b, uint64_t c)
{
	unsigned __int128 v = (unsigned __int128)a * b / c;

	return v > UINT64_MAX ? UINT64_MAX : (uint64_t)v;
}

static inline uint64_t minus(uint64_t a, uint64_t b) /* not below zero */
{
	return a > b ? a - b : 0;
}

/*
 * Room for one more behind n items: reallocates at every power of two. NULL on no memory, and the
 * array is as it was.
 */
static inline void *room_for_one(void *array, size_t n, size_t size)
{
	return (n & (n - 1)) == 0 ? reallocarray(array, n ? 2 * n : 1, size) : array;
}

#endif
