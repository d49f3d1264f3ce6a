// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>
#include <string.h>

#include "keys/shares.h"

struct part {
	struct share *share;
	uint64_t remainder;
};

static int by_ueid(const struct part *a, const struct part *b)
{
	return memcmp(a->share->ueid, b->share->ueid, WT_UEID_LEN);
}

static int by_weight(const void *a, const void *b)
{
	const struct part *x = a, *y = b;

	if (x->share->weight != y->share->weight)
		return x->share->weight < y->share->weight ? -1 : 1;
	return by_ueid(x, y);
}

static int by_remainder(const void *a, const void *b)
{
	const struct part *x = a, *y = b;

	if (x->remainder != y->remainder)
		return x->remainder > y->remainder ? -1 : 1;
	return by_ueid(x, y);
}

int shares_divide(uint32_t total, struct share *shares, size_t n)
{
	uint64_t rest = total, weights = 0, given = 0;
	struct part *parts;
	size_t small = 0;

	if (n == 0 || n > SHARES_MAX)
		return -EINVAL;
	for (size_t i = 0; i < n; i++) {
		if (shares[i].weight == 0)
			return -EINVAL;
		weights += shares[i].weight;
	}
	if (total < n)
		return -ERANGE;
	parts = calloc(n, sizeof(*parts));
	if (!parts)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		parts[i].share = &shares[i];

	/*
	 * The smallest first: each that gets its 1 Wh leaves a little less than before for a unit
	 * of weight to the others, so that the first who is not too small ends it.
	 */
	qsort(parts, n, sizeof(*parts), by_weight);
	for (; rest * parts[small].share->weight < weights; small++) {
		parts[small].share->wh = 1;
		weights -= parts[small].share->weight;
		rest--;
	}
	for (size_t i = small; i < n; i++) {
		uint64_t product = rest * parts[i].share->weight; /* below 2^32 * 2^32 */

		parts[i].share->wh = (uint32_t)(product / weights);
		parts[i].remainder = product % weights;
		given += product / weights;
	}
	qsort(parts + small, n - small, sizeof(*parts), by_remainder);
	for (size_t i = small; given < rest; i++, given++)
		parts[i].share->wh++;
	free(parts);
	return 0;
}
