// SPDX-License-Identifier: Apache-2.0
/*
 * The kernel module's keys of windows, as a verifier meets them: anchor, MACs, and keys that come a
 * step later. The fixed values were computed with Python's hmac and hashlib.
 */
#include "kmod/key.h"

#include <string.h>

#include "lib/crypto/crypto.h"
#include "from_hex.h"
#include "kselftest_harness.h"

#define CHAIN 4

static void fill(uint8_t *p, uint8_t first)
{
	for (int i = 0; i < WATTEST_KEY_LEN; i++)
		p[i] = (uint8_t)(first + i);
}

static bool is(const uint8_t *got, const char *hex)
{
	struct wt_span want = from_hex(hex);
	bool same = want.n == WATTEST_KEY_LEN && memcmp(got, want.p, want.n) == 0;

	free((void *)want.p);
	return same;
}

static bool follows(const uint8_t *key, const uint8_t *before)
{
	uint8_t digest[WT_SHA256_LEN];

	wt_sha256(wt_span(key, WATTEST_KEY_LEN), digest);
	return memcmp(digest, before, sizeof(digest)) == 0;
}

TEST(known_answers)
{
	uint8_t random[WATTEST_KEY_LEN], head[WATTEST_KEY_LEN];
	uint8_t anchor[WATTEST_KEY_LEN], mac[WATTEST_KEY_LEN];
	struct wattest_key key = {};

	fill(random, 0);
	memset(head, 0xa5, sizeof(head));
	wattest_key_draw(&key, random, 5, anchor);
	EXPECT_TRUE(is(anchor, "d06ab04a60c2b9012245fdd6cf457b53552569491a7dad7cae305650b6483328"));
	wattest_key_close(&key, head, mac);
	EXPECT_TRUE(is(mac, "da5e38eba907bd53d50fce61994b5934699dd6a1f1d8881712b99a265ec34348"));
	EXPECT_TRUE(is(wattest_key_before(&key),
		       "cefc1232dee44cc53fccf8cc078f657f4db4f1d0303725375a0694f7d395e2ea"));
	for (int i = 2; i <= 5; i++)
		wattest_key_close(&key, head, mac);
	/* the last key of a chain is what was drawn */
	EXPECT_EQ(0, memcmp(wattest_key_before(&key), random, sizeof(random)));
	EXPECT_TRUE(is(mac, "c017ca9349716df434f7ea50dde47c1640a41885b181764235cb675c78cc85e7"));
}

TEST(chain_after_chain)
{
	uint8_t random[WATTEST_KEY_LEN], head[WATTEST_KEY_LEN], mac[WATTEST_KEY_LEN];
	uint8_t known[WATTEST_KEY_LEN], next[WATTEST_KEY_LEN]; /* the chain in use, the one after */
	struct wattest_key key = {};

	for (int step = 1; step <= 3 * CHAIN; step++) {
		/* an anchor in the first step, and in each chain's last */
		EXPECT_EQ(step == 1 || step % CHAIN == 0, wattest_key_wants_chain(&key));
		if (wattest_key_wants_chain(&key)) {
			fill(random, (uint8_t)(100 + step));
			wattest_key_draw(&key, random, CHAIN, step == 1 ? known : next);
			EXPECT_FALSE(wattest_key_wants_chain(&key));
		}
		/* nothing is disclosed before there is something */
		EXPECT_EQ(step == 1, wattest_key_before(&key) == NULL);
		fill(head, (uint8_t)step);
		wattest_key_close(&key, head, mac);
		ASSERT_NE(NULL, wattest_key_before(&key));
		EXPECT_TRUE(follows(wattest_key_before(&key), known));
		memcpy(known, wattest_key_before(&key), sizeof(known));
		if (step % CHAIN == 0)
			memcpy(known, next, sizeof(known));
	}
}

TEST(a_mac_depends_on_key_and_head)
{
	uint8_t random[WATTEST_KEY_LEN], head[WATTEST_KEY_LEN], anchor[WATTEST_KEY_LEN];
	uint8_t a[WATTEST_KEY_LEN], b[WATTEST_KEY_LEN], c[WATTEST_KEY_LEN];
	struct wattest_key key = {}, copy;

	fill(random, 7);
	fill(head, 1);
	wattest_key_draw(&key, random, CHAIN, anchor);
	copy = key;
	wattest_key_close(&key, head, a);
	head[31] ^= 1;
	wattest_key_close(&copy, head, b);
	EXPECT_NE(0, memcmp(a, b, sizeof(a)));
	wattest_key_close(&copy, head, c);
	EXPECT_NE(0, memcmp(b, c, sizeof(b)));
}

TEST(wiped)
{
	static const struct wattest_key zeros;
	uint8_t random[WATTEST_KEY_LEN], anchor[WATTEST_KEY_LEN], mac[WATTEST_KEY_LEN];
	struct wattest_key key = {};

	fill(random, 1);
	wattest_key_draw(&key, random, CHAIN, anchor);
	wattest_key_close(&key, anchor, mac);
	wattest_key_wipe(&key);
	EXPECT_EQ(0, memcmp(&key, &zeros, sizeof(key)));
}

TEST_HARNESS_MAIN
