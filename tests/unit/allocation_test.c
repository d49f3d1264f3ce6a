// SPDX-License-Identifier: Apache-2.0
/* Allotments, notices and results: what is written is read back, byte for byte and field for field. */
#include "kselftest_harness.h"

#include "tests/unit/from_hex.h"
#include "tests/unit/sample.h"

TEST(allotment_round_trip)
{
	struct wt_allotment allotment = sample_allotment(), back;
	struct wt_buf b = { 0 }, again = { 0 };
	struct wt_err err;

	for (uint32_t wh = 1; wh <= WT_GRANT_MAX_WH; wh += WT_GRANT_MAX_WH - 1) {
		allotment.wh = wh;
		wt_buf_reset(&b);
		wt_buf_reset(&again);
		ASSERT_EQ(0, wt_allotment_encode(&allotment, &b, &err)) TH_LOG("%s", err.msg);
		ASSERT_EQ(0, wt_allotment_decode(wt_buf_span(&b), &back, &err))
		TH_LOG("%s", err.msg);
		EXPECT_EQ(0, memcmp(&allotment, &back, sizeof(back)));
		ASSERT_EQ(0, wt_allotment_encode(&back, &again, &err));
		EXPECT_TRUE(wt_span_equal(wt_buf_span(&b), wt_buf_span(&again)));
	}
	wt_buf_free(&b);
	wt_buf_free(&again);
}

static void check_notice(struct __test_metadata *_metadata, const struct wt_notice *notice)
{
	struct wt_buf b = { 0 }, again = { 0 };
	struct wt_notice back;
	struct wt_err err;

	ASSERT_EQ(0, wt_notice_encode(notice, &b, &err)) TH_LOG("%s", err.msg);
	ASSERT_EQ(0, wt_notice_decode(wt_buf_span(&b), &back, &err)) TH_LOG("%s", err.msg);
	EXPECT_EQ(0, memcmp(notice->id, back.id, sizeof(back.id)));
	EXPECT_EQ(notice->issued_at, back.issued_at);
	EXPECT_EQ(notice->kind, back.kind);
	EXPECT_EQ(notice->from, back.from);
	EXPECT_EQ(notice->to, back.to);
	EXPECT_EQ(notice->scope, back.scope);
	EXPECT_EQ(0, memcmp(notice->target, back.target, sizeof(back.target)));
	EXPECT_STREQ(notice->text, back.text);
	EXPECT_EQ(notice->max_w, back.max_w);
	EXPECT_STREQ(notice->reason, back.reason);
	ASSERT_EQ(0, wt_notice_encode(&back, &again, &err));
	EXPECT_TRUE(wt_span_equal(wt_buf_span(&b), wt_buf_span(&again)));
	wt_buf_free(&b);
	wt_buf_free(&again);
}

TEST(notice_round_trip)
{
	struct wt_notice notice;

	for (int kind = WT_NOTICE_REVOKE_GRANT; kind <= WT_NOTICE_OFF; kind++) {
		notice = sample_notice((enum wt_notice_kind)kind);
		check_notice(_metadata, &notice);
	}
	/* What a notice may be at its ends: of no power, from the beginning, for ever, of one licence. */
	notice = sample_notice(WT_NOTICE_CURTAIL);
	notice.max_w = 0;
	notice.issued_at = notice.from = 0;
	notice.to = INT64_C(9223372036);
	notice.scope = WT_SCOPE_LICENCE;
	memset(notice.text, 'l', sizeof(notice.text) - 1);
	memset(notice.reason, 'r', sizeof(notice.reason) - 1);
	check_notice(_metadata, &notice);
	notice.max_w = UINT32_MAX;
	notice.to = 1;
	memset(notice.reason, 0, sizeof(notice.reason));
	check_notice(_metadata, &notice);
}

static void check_result(struct __test_metadata *_metadata, const struct wt_result *result)
{
	struct wt_buf b = { 0 }, again = { 0 };
	struct wt_result back;
	struct wt_err err;

	ASSERT_EQ(0, wt_result_encode(result, &b, &err)) TH_LOG("%s", err.msg);
	ASSERT_EQ(0, wt_result_decode(wt_buf_span(&b), &back, &err)) TH_LOG("%s", err.msg);
	EXPECT_EQ(result->iat, back.iat);
	EXPECT_STREQ(result->verifier, back.verifier);
	EXPECT_EQ(0, memcmp(result->policy, back.policy, sizeof(back.policy)));
	EXPECT_EQ(0, memcmp(result->ueid, back.ueid, sizeof(back.ueid)));
	EXPECT_STREQ(result->rig, back.rig);
	EXPECT_EQ(result->tier, back.tier);
	EXPECT_EQ(result->allocation, back.allocation);
	EXPECT_EQ(result->assurance, back.assurance);
	EXPECT_EQ(result->first_seq, back.first_seq);
	EXPECT_EQ(result->last_seq, back.last_seq);
	EXPECT_EQ(0, memcmp(result->last_digest, back.last_digest, sizeof(back.last_digest)));
	EXPECT_EQ(result->from_ns, back.from_ns);
	EXPECT_EQ(result->to_ns, back.to_ns);
	EXPECT_EQ(result->measured_uj, back.measured_uj);
	EXPECT_EQ(result->substituted_uj, back.substituted_uj);
	EXPECT_EQ(result->chargeable.low, back.chargeable.low);
	EXPECT_EQ(result->chargeable.best, back.chargeable.best);
	EXPECT_EQ(result->chargeable.high, back.chargeable.high);
	EXPECT_EQ(result->bought_uj, back.bought_uj);
	EXPECT_EQ(result->left_uj, back.left_uj);
	ASSERT_EQ(result->n_checks, back.n_checks);
	for (size_t i = 0; i < back.n_checks; i++) {
		EXPECT_STREQ(result->checks[i].check, back.checks[i].check);
		EXPECT_EQ(result->checks[i].tier, back.checks[i].tier);
		EXPECT_STREQ(result->checks[i].code, back.checks[i].code);
		EXPECT_STREQ(result->checks[i].reason, back.checks[i].reason);
	}
	ASSERT_EQ(0, wt_result_encode(&back, &again, &err));
	EXPECT_TRUE(wt_span_equal(wt_buf_span(&b), wt_buf_span(&again)));
	wt_buf_free(&b);
	wt_buf_free(&again);
}

TEST(result_round_trip)
{
	struct wt_result result = sample_result();

	check_result(_metadata, &result);
}

/* The largest of each, and as many checks as there may be. */
TEST(result_at_its_bounds)
{
	struct wt_result result = sample_result();

	memset(result.verifier, 'v', sizeof(result.verifier) - 1);
	memset(result.rig, 'r', sizeof(result.rig) - 1);
	result.allocation = WT_EXCEEDED;
	result.assurance = 3;
	result.first_seq = result.last_seq = UINT64_MAX;
	result.from_ns = result.to_ns = UINT64_MAX;
	result.measured_uj = result.substituted_uj = result.bought_uj = result.left_uj = UINT64_MAX;
	result.chargeable = (struct wt_energy){ UINT64_MAX, UINT64_MAX, UINT64_MAX };
	result.n_checks = WT_RESULT_MAX_CHECKS;
	for (size_t i = 0; i < result.n_checks; i++) {
		struct wt_result_check *check = &result.checks[i];

		memset(check->check, 'c', sizeof(check->check) - 1);
		check->check[0] = (char)('A' + i);
		memset(check->code, 'o', sizeof(check->code) - 1);
		memset(check->reason, 's', sizeof(check->reason) - 1);
		check->tier = WT_CONTRAINDICATED;
	}
	result.tier = WT_CONTRAINDICATED;
	check_result(_metadata, &result);
}

/* No registration, no attestation: nothing could be judged, and a result may say so. */
TEST(result_of_nothing)
{
	struct wt_result result = { .verifier = "v", .n_checks = 1 };

	sample_ueid(result.ueid);
	result.checks[0] = (struct wt_result_check){ "registration", WT_WARNING, "c", "r" };
	check_result(_metadata, &result);
	result.checks[0].tier = WT_NONE;
	check_result(_metadata, &result);
}

TEST(encoders_append)
{
	struct wt_allotment allotment = sample_allotment();
	struct wt_notice notice = sample_notice(WT_NOTICE_CURTAIL);
	struct wt_result result = sample_result();
	struct wt_buf b = { 0 };
	size_t at[3];

	wt_buf_append(&b, "abc", 3);
	at[0] = b.n;
	ASSERT_EQ(0, wt_allotment_encode(&allotment, &b, NULL));
	at[1] = b.n;
	ASSERT_EQ(0, wt_notice_encode(&notice, &b, NULL));
	at[2] = b.n;
	ASSERT_EQ(0, wt_result_encode(&result, &b, NULL));
	EXPECT_EQ(0, memcmp(b.p, "abc", 3));
	EXPECT_EQ(0, wt_allotment_decode(wt_span(b.p + at[0], at[1] - at[0]), &allotment, NULL));
	EXPECT_EQ(0, wt_notice_decode(wt_span(b.p + at[1], at[2] - at[1]), &notice, NULL));
	EXPECT_EQ(0, wt_result_decode(wt_span(b.p + at[2], b.n - at[2]), &result, NULL));
	wt_buf_free(&b);
}

TEST_HARNESS_MAIN
