// SPDX-License-Identifier: Apache-2.0
#include "lib/chain.h"

#include <string.h>

#include "kselftest_harness.h"

/*
 * C_0 = 32 zeros; step of "a", "bc": SHA-256(C_0 || SHA-256(SHA-256("a") || SHA-256("bc"))); then a
 * step of "" alone. Computed with sha256sum.
 */
static const char *const heads[] = {
	"14085847cea85a4dfdb295223e8e82ed17130fd79e4ce87dcaf1ed6a57d9f0a9",
	"b93a38743bd4d3879e780b5f9f9c73c35494453cd8780da6ed597112fe6a45c8",
};

static void expect_head(struct __test_metadata *_metadata, const uint8_t *head, const char *hex)
{
	char got[2 * WT_SHA256_LEN + 1];

	wt_hex(head, WT_SHA256_LEN, got);
	EXPECT_STREQ(hex, got);
}

TEST(known_answer)
{
	struct wt_att_record step[2] = { { .raw = wt_span("a", 1) }, { .raw = wt_span("bc", 2) } };
	struct wt_att_record empty = { .raw = wt_span("", 0) };
	uint8_t head[WT_SHA256_LEN] = { 0 };
	struct wt_buf scratch = { 0 };

	ASSERT_EQ(0, wt_chain_step(head, step, 2, &scratch));
	expect_head(_metadata, head, heads[0]);
	ASSERT_EQ(0, wt_chain_step(head, &empty, 1, &scratch));
	expect_head(_metadata, head, heads[1]);
	wt_buf_free(&scratch);
}

TEST(a_digest_stands_for_its_record)
{
	struct wt_att_record step[2] = { { .raw = wt_span("a", 1) }, { .raw = wt_span("bc", 2) } };
	uint8_t whole[WT_SHA256_LEN] = { 7 }, pruned[WT_SHA256_LEN] = { 7 };
	struct wt_buf scratch = { 0 };

	ASSERT_EQ(0, wt_chain_step(whole, step, 2, &scratch));
	wt_sha256(step[1].raw, step[1].digest);
	step[1].raw.p = NULL;
	ASSERT_EQ(0, wt_chain_step(pruned, step, 2, &scratch));
	EXPECT_EQ(0, memcmp(whole, pruned, sizeof(whole)));
	wt_buf_free(&scratch);
}

TEST(order_and_number_matter)
{
	struct wt_att_record ab[2] = { { .raw = wt_span("a", 1) }, { .raw = wt_span("b", 1) } };
	struct wt_att_record ba[2] = { { .raw = wt_span("b", 1) }, { .raw = wt_span("a", 1) } };
	uint8_t one[WT_SHA256_LEN] = { 0 }, other[WT_SHA256_LEN] = { 0 },
		split[WT_SHA256_LEN] = { 0 };
	struct wt_buf scratch = { 0 };

	ASSERT_EQ(0, wt_chain_step(one, ab, 2, &scratch));
	ASSERT_EQ(0, wt_chain_step(other, ba, 2, &scratch));
	ASSERT_EQ(0, wt_chain_step(split, ab, 1, &scratch));
	ASSERT_EQ(0, wt_chain_step(split, ab + 1, 1, &scratch));
	EXPECT_NE(0, memcmp(one, other, sizeof(one)));
	EXPECT_NE(0, memcmp(one, split, sizeof(one)));
	wt_buf_free(&scratch);
}

TEST_HARNESS_MAIN
