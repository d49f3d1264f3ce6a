// SPDX-License-Identifier: Apache-2.0
/* Dividing a grant: known cases, and what holds for every division. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "kselftest_harness.h"

#include "keys/shares.h"

#define MOST 300

static uint64_t seed = UINT64_C(0x9e3779b97f4a7c15);

static uint64_t next(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static void name(struct share *share, uint32_t i)
{
	memset(share->ueid, 0, sizeof(share->ueid));
	share->ueid[0] = WT_UEID_RAND;
	share->ueid[15] = (uint8_t)(i >> 8);
	share->ueid[16] = (uint8_t)i;
}

static int divide(uint32_t total, const uint32_t *weights, size_t n, uint32_t *ret)
{
	struct share shares[MOST];
	int r;

	for (size_t i = 0; i < n; i++) {
		name(&shares[i], (uint32_t)i);
		shares[i].weight = weights[i];
	}
	r = shares_divide(total, shares, n);
	for (size_t i = 0; r == 0 && i < n; i++)
		ret[i] = shares[i].wh;
	return r;
}

#define EXPECT_SHARES(total, ...)                                 \
	do {                                                      \
		const uint32_t pairs[][2] = { __VA_ARGS__ };      \
		uint32_t weights[MOST], got[MOST];                \
		size_t count = sizeof(pairs) / sizeof(pairs[0]);  \
		for (size_t k = 0; k < count; k++)                \
			weights[k] = pairs[k][0];                 \
		ASSERT_EQ(0, divide(total, weights, count, got)); \
		for (size_t k = 0; k < count; k++)                \
			EXPECT_EQ(pairs[k][1], got[k]);           \
	} while (0)

TEST(known)
{
	EXPECT_SHARES(10, { 1, 10 });
	EXPECT_SHARES(10, { 1, 4 }, { 1, 3 }, { 1, 3 }); /* equal remainders: the lower id first */
	EXPECT_SHARES(1000000, { 3500, 333333 + 1 }, { 3500, 333333 }, { 3500, 333333 });
	EXPECT_SHARES(6, { 3, 5 }, { 1, 1 }); /* 4.5, 1.5 */
	EXPECT_SHARES(100, { 1, 33 }, { 2, 67 }); /* 33.33, 66.67 */
	EXPECT_SHARES(7, { 1, 1 }, { 1, 1 }, { 5, 5 });
	EXPECT_SHARES(3, { 1, 1 }, { 1, 1 }, { UINT32_MAX, 1 });
	EXPECT_SHARES(100, { 1, 1 }, { UINT32_MAX, 99 }); /* never nothing */
	EXPECT_SHARES(100, { 1, 1 }, { 1, 1 }, { 100, 49 }, { 100, 49 });
	EXPECT_SHARES(1000000, { UINT32_MAX, 500000 }, { UINT32_MAX, 500000 });
}

TEST(refused)
{
	const uint32_t three[] = { 1, 1, 1 }, nothing[] = { 1, 0 };
	uint32_t got[3];

	EXPECT_EQ(-ERANGE, divide(2, three, 3, got));
	EXPECT_EQ(-ERANGE, divide(0, three, 1, got));
	EXPECT_EQ(-EINVAL, divide(5, three, 0, got));
	EXPECT_EQ(-EINVAL, divide(5, nothing, 2, got));
	EXPECT_EQ(-EINVAL, shares_divide(1000000, NULL, SHARES_MAX + 1));
}

static void shuffle(struct share *shares, size_t n)
{
	for (size_t i = n; i > 1; i--) {
		size_t j = next() % i;
		struct share t = shares[i - 1];

		shares[i - 1] = shares[j];
		shares[j] = t;
	}
}

/* Weights of every size, a few of them in one list. */
static uint32_t weight(void)
{
	uint32_t w = (uint32_t)(next() >> (32 + next() % 32));

	return w ? w : 1;
}

TEST(every_division)
{
	for (int round = 0; round < 4000; round++) {
		size_t n = 1 + next() % MOST;
		uint32_t total = (uint32_t)(n + next() % (round % 2 ? WT_GRANT_MAX_WH - n : n + 1));
		struct share shares[MOST], other[MOST];
		uint64_t sum = 0, weights = 0;

		for (size_t i = 0; i < n; i++) {
			name(&shares[i], (uint32_t)i);
			shares[i].weight = weight();
			weights += shares[i].weight;
		}
		memcpy(other, shares, sizeof(shares));
		shuffle(other, n);
		ASSERT_EQ(0, shares_divide(total, shares, n));
		ASSERT_EQ(0, shares_divide(total, other, n));
		for (size_t i = 0; i < n; i++) {
			uint64_t exact = (uint64_t)total * shares[i].weight / weights;

			sum += shares[i].wh;
			ASSERT_GE(shares[i].wh, 1);
			/*
			 * never more than its part, rounded up, but for the 1 Wh that every rig
			 * gets
			 */
			ASSERT_LE(shares[i].wh, exact + 1);
			for (size_t j = 0; j < n; j++) {
				/* who weighs more never gets less */
				if (shares[j].weight > shares[i].weight)
					ASSERT_GE(shares[j].wh, shares[i].wh);
				/* and in any other order each gets the same */
				if (memcmp(other[j].ueid, shares[i].ueid, WT_UEID_LEN) == 0)
					ASSERT_EQ(other[j].wh, shares[i].wh);
			}
		}
		ASSERT_EQ(total, sum);
	}
}

TEST(largest)
{
	struct share *shares = calloc(SHARES_MAX, sizeof(*shares));
	uint64_t sum = 0;

	ASSERT_NE(NULL, shares);
	for (uint32_t i = 0; i < SHARES_MAX; i++) {
		name(&shares[i], i);
		shares[i].weight = UINT32_MAX - i % 3;
	}
	ASSERT_EQ(0, shares_divide(WT_GRANT_MAX_WH, shares, SHARES_MAX));
	for (uint32_t i = 0; i < SHARES_MAX; i++)
		sum += shares[i].wh;
	EXPECT_EQ(WT_GRANT_MAX_WH, sum);
	free(shares);
}

TEST_HARNESS_MAIN
