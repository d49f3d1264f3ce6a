// SPDX-License-Identifier: Apache-2.0
/* From a verdict to a result that is signed and handed on, and the digest of what the verdict rests on. */
#include "kselftest_harness.h"

#include "lib/result.h"
#include "tests/unit/from_hex.h"
#include "tests/unit/lib/rig.h"

TEST(a_rigs_verdict)
{
	static const enum wt_duty duty[] = { WT_DUTY_RESULT };
	struct rig_identity inspector = { 0 };
	struct wt_buf payload = { 0 }, cose_bytes = { 0 }, scratch = { 0 };
	struct rig *rig = malloc(sizeof(*rig));
	struct wt_result result, back;
	struct wt_err err = { "" };
	struct wt_cose cose;
	struct wt_verdict v;

	rig_init(rig);
	rig_grant(rig, 1000, 0, 3600);
	rig_boot(rig);
	rig_minutes(rig, 3);
	v = rig_judge(rig, &(struct rig_judging){ 0 });
	wt_result_of(&v, &result);
	result.iat = RIG_T0 + 180;
	strcpy(result.verifier, "wattest-inspect");
	wt_sha256(wt_buf_span(&rig->atts[2]), result.last_digest);
	ASSERT_EQ(0, wt_result_encode(&result, &payload, &err)) TH_LOG("%s", err.msg);
	rig_issue(NULL, "Inspector", duty, 1, false, RIG_T0 - 60, RIG_T0 + 86400, &inspector);
	rig_sign(&inspector, WT_TYP_RESULT, wt_buf_span(&payload), &cose_bytes);

	ASSERT_EQ(0, wt_cose_decode(wt_buf_span(&cose_bytes), &cose, &err)) TH_LOG("%s", err.msg);
	EXPECT_EQ(WT_TYP_RESULT, cose.typ);
	EXPECT_EQ(0, wt_cose_verify(&cose, wt_cert_key(inspector.cert), &scratch, &err));
	ASSERT_EQ(0, wt_result_decode(cose.payload, &back, &err)) TH_LOG("%s", err.msg);
	EXPECT_EQ(0, memcmp(back.ueid, rig->reg.ueid, sizeof(back.ueid)));
	EXPECT_STREQ("KZ-PVL-0142", back.rig);
	EXPECT_EQ(v.tier, back.tier);
	EXPECT_EQ(WT_WITHIN, back.allocation);
	EXPECT_EQ(1, back.first_seq);
	EXPECT_EQ(3, back.last_seq);
	EXPECT_EQ(180 * RIG_S, back.to_ns - back.from_ns);
	EXPECT_EQ(v.measured_uj, back.measured_uj);
	EXPECT_EQ(v.chargeable.high, back.chargeable.high);
	EXPECT_EQ(1000 * UINT64_C(3600000000), back.bought_uj);
	ASSERT_EQ(WT_CHECKS, back.n_checks);
	EXPECT_STREQ("signature", back.checks[WT_CHECK_SIGNATURE].check);
	EXPECT_EQ(WT_NONE, back.checks[WT_CHECK_WITNESS].tier);
	EXPECT_STREQ(v.checks[WT_CHECK_ENERGY].reason, back.checks[WT_CHECK_ENERGY].reason);
	wt_verdict_clear(&v);
	rig_free(rig);
	free(rig);
	rig_identity_free(&inspector);
	wt_buf_free(&payload);
	wt_buf_free(&cose_bytes);
	wt_buf_free(&scratch);
}

/* Names of files and strings of devices stand in reasons; a bad one must not keep a bad verdict from being signed. */
TEST(any_verdict_can_be_signed)
{
	struct wt_verdict v = {
		.tier = WT_CONTRAINDICATED,
		.rig = "R",
		.ueid = { WT_UEID_RAND },
		.first_seq = 9,
		.last_seq = 4,
		.from_ns = 200,
		.to_ns = 100,
	};
	struct wt_outcome *o = v.checks;
	struct wt_buf payload = { 0 };
	struct wt_err err = { "" };
	struct wt_result result;

	o[0] = (struct wt_outcome){ WT_CONTRAINDICATED, "c", "\033[2Jall is well\n", 1 };
	o[1] = (struct wt_outcome){ WT_AFFIRMING, "ok", "\xd0\x96\xd0\xb5\xd0\xbb", 1 };
	o[2] = (struct wt_outcome){ WT_AFFIRMING, "ok", "a name cut \xd0", 1 };
	o[3] = (struct wt_outcome){ WT_AFFIRMING, "ok", "\xc3\x28 and \xd0\x96", 1 };
	o[6] = (struct wt_outcome){ WT_AFFIRMING, "ok", "\xff\xff", 1 };
	/* o[4]: a check that nobody concluded */
	memset(o[5].reason, 'x', sizeof(o[5].reason)); /* not even ended */
	wt_result_of(&v, &result);
	strcpy(result.verifier, "v");
	ASSERT_EQ(0, wt_result_encode(&result, &payload, &err)) TH_LOG("%s", err.msg);
	EXPECT_STREQ("?[2Jall is well?", result.checks[0].reason);
	EXPECT_STREQ("\xd0\x96\xd0\xb5\xd0\xbb", result.checks[1].reason);
	EXPECT_STREQ("a name cut ", result.checks[2].reason);
	EXPECT_STREQ("?( and ??", result.checks[3].reason);
	EXPECT_STREQ("none", result.checks[4].code);
	EXPECT_STREQ("nothing was claimed", result.checks[4].reason);
	EXPECT_EQ(255, strlen(result.checks[5].reason));
	EXPECT_STREQ("??", result.checks[6].reason);
	EXPECT_EQ(4, result.first_seq);
	EXPECT_EQ(9, result.last_seq);
	EXPECT_EQ(100, result.from_ns);
	EXPECT_EQ(200, result.to_ns);
	wt_buf_free(&payload);
}

/* The order in which files were named changes nothing, nor does naming one twice. */
TEST(policy_digest)
{
	uint8_t digests[4][WT_SHA256_LEN], one[WT_SHA256_LEN], other[WT_SHA256_LEN];
	uint8_t both[2 * WT_SHA256_LEN];

	memset(both, 0x11, WT_SHA256_LEN);
	memset(both + WT_SHA256_LEN, 0xee, WT_SHA256_LEN);
	wt_sha256(wt_span(both, sizeof(both)), one);
	for (size_t i = 0; i < 4; i++)
		memset(digests[i], i % 2 ? 0x11 : 0xee, WT_SHA256_LEN);
	wt_policy_digest(digests, 4, other);
	EXPECT_EQ(0, memcmp(one, other, sizeof(one)));
	wt_policy_digest(digests, 0, other);
	wt_sha256(wt_span(NULL, 0), one);
	EXPECT_EQ(0, memcmp(one, other, sizeof(one)));
}

TEST_HARNESS_MAIN
