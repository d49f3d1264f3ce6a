// SPDX-License-Identifier: Apache-2.0
/* A site's result: made of a verdict, and everything that docs/evidence.cddl forbids in it, one thing wrong at a time. */
#include "kselftest_harness.h"

#include "lib/site_result.h"
#include "tests/unit/refuse.h"

#define V -75003 /* the verdict claim */
#define UEID(n)          \
	"51"             \
	"01313233343536" \
	"3738393a3b3c3d3e3f" n
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct wt_site_result sample(void)
{
	struct wt_site_result result = {
		.iat = 1767225665,
		.verifier = "wattest-inspect 0.1.0",
		.tier = WT_WARNING,
		.from_ns = 1,
		.to_ns = 2,
		.chargeable = { 3, 4, 5 },
		.bought_uj = 6,
		.checks = {
			{ "objects", WT_AFFIRMING, "ok", "all of them" },
			{ "rigs", WT_WARNING, "rig-silent", "one sent nothing" },
		},
		.n_checks = 2,
		.n_rigs = 2,
	};

	result.rigs = calloc(2, sizeof(*result.rigs));
	for (size_t i = 0; i < 2; i++) {
		struct wt_site_result_rig *rig = &result.rigs[i];

		rig->ueid[0] = WT_UEID_RAND;
		for (size_t k = 1; k < sizeof(rig->ueid); k++)
			rig->ueid[k] = (uint8_t)(0x30 + k);
		rig->ueid[WT_UEID_LEN - 1] = (uint8_t)(0x40 + i);
	}
	strcpy(result.rigs[0].rig, "KZ-PVL-0142");
	result.rigs[0].tier = WT_AFFIRMING;
	result.rigs[0].allocation = WT_WITHIN;
	memset(result.rigs[0].result, 0x22, WT_SHA256_LEN);
	return result;
}

static int try_decode(struct wt_span payload, struct wt_err *err)
{
	struct wt_site_result result = { 0 };
	int r = wt_site_result_decode(payload, &result, err);

	wt_site_result_clear(&result);
	return r;
}

static int again(struct wt_span in, struct wt_buf *out)
{
	struct wt_site_result result = { 0 };
	int r = wt_site_result_decode(in, &result, NULL);

	if (r == 0)
		r = wt_site_result_encode(&result, out, NULL);
	wt_site_result_clear(&result);
	return r;
}

static const struct wrong wrong[] = {
	{ AT(6), NULL, "iat (label 6) is missing" },
	{ AT(V), NULL, "verdict (label -75003) is missing" },
	{ AT(256), UEID("40"), "label 256 is not known to this version" },
	{ AT(-75002), "a0", "label -75002 is not known to this version" },
	{ AT(V, 1), NULL, "verifier (label 1) is missing" },
	{ AT(V, 2), NULL, "policy digest (label 2) is missing" },
	{ AT(V, 3), NULL, "tier (label 3) is missing" },
	{ AT(V, 4), NULL, "time covered (label 4) is missing" },
	{ AT(V, 5), NULL, "energy (label 5) is missing" },
	{ AT(V, 6), NULL, "checks (label 6) is missing" },
	{ AT(V, 7), NULL, "rigs (label 7) is missing" },
	{ AT(V, 8), "00", "verdict: label 8 is not known to this version" },
	{ AT(V, 1), "60", "verifier: empty" },
	{ AT(V, 2), D16, "policy digest: 16 bytes (must be 32)" },
	{ AT(V, 3), "01", "tier: no tier (0, 2, 32, 96)" },
	{ AT(V, 3), "02", "tier: affirming, but the worst of checks and rigs is warning" },
	{ AT(V, 3), "1860", "tier: contraindicated, but the worst of checks and rigs is warning" },
	{ AT(V, 6, 0, 1), "1860",
	  "tier: warning, but the worst of checks and rigs is contraindicated" },
	{ AT(V, 7, 1, 2), "1860",
	  "tier: warning, but the worst of checks and rigs is contraindicated" },
	{ AT(V, 4), "820201", "time covered: ends before it begins" },
	{ AT(V, 5), "83000000", "energy: 3 values, not 4: low, best, high, bought" },
	{ AT(V, 5), "8402010300", "energy: chargeable is not in order: low, best, high" },
	{ AT(V, 5), "8401030200", "energy: chargeable is not in order: low, best, high" },
	{ AT(V, 6), "80", "checks: none" },
	{ AT(V, 6, 1, 0), "676f626a65637473", "check: objects twice" },
	{ AT(V, 7), "a0", "rigs: a map where an array belongs" },
	{ AT(V, 7), "9a00010000", "rigs: an array of 65536 items in 0 bytes" },
	{ AT(V, 7), "99ffff", "rigs: an array of 65535 items in 0 bytes" },
	{ AT(V, 7, 0), "80", "rig: 0 values, not 5: ueid, name, tier, allocation, digest" },
	{ AT(V, 7, 0, 0), D16, "rig: 16 bytes (must be 17)" },
	{ AT(V, 7, 0, 0), UEID("41"), "rig: twice, or not in the order of the ueids" },
	{ AT(V, 7, 0, 0), UEID("42"), "rig: twice, or not in the order of the ueids" },
	{ AT(V, 7, 0, 1), TEXT64, "rig: 64 bytes of text (at most 63)" },
	{ AT(V, 7, 0, 1), "63610a62", "rig: text with a control character" },
	{ AT(V, 7, 0, 2), "03", "rig: no tier" },
	{ AT(V, 7, 0, 3), "04", "rig: 4 (must be 0 to 3)" },
	{ AT(V, 7, 0, 4), D16, "rig: 16 bytes (must be 32)" },
};

TEST(refused)
{
	struct wt_site_result result = sample();
	struct wt_buf b = { 0 };
	struct wt_err err = { "" };

	ASSERT_EQ(0, wt_site_result_encode(&result, &b, &err)) TH_LOG("%s", err.msg);
	refuse_all(_metadata, wt_buf_span(&b), try_decode, wrong, COUNT(wrong));
	change_every_byte(_metadata, wt_buf_span(&b), again);
	wt_buf_free(&b);
	wt_site_result_clear(&result);
}

TEST(encoder_says_the_same)
{
	struct wt_site_result result = sample();
	struct wt_buf b = { 0 };
	struct wt_err err = { "" };

	result.tier = WT_AFFIRMING;
	EXPECT_EQ(-EBADMSG, wt_site_result_encode(&result, &b, &err));
	EXPECT_STREQ("tier: affirming, but the worst of checks and rigs is warning", err.msg);
	EXPECT_EQ(0, b.n);
	result.tier = WT_NONE; /* could not be judged */
	EXPECT_EQ(0, wt_site_result_encode(&result, &b, &err)) TH_LOG("%s", err.msg);
	b.n = 0;
	result.rigs[1].tier = WT_CONTRAINDICATED;
	EXPECT_EQ(-EBADMSG, wt_site_result_encode(&result, &b, &err));
	result.tier = WT_CONTRAINDICATED;
	EXPECT_EQ(0, wt_site_result_encode(&result, &b, &err)) TH_LOG("%s", err.msg);
	b.n = 0;
	result.rigs[1].ueid[WT_UEID_LEN - 1] = 0x40;
	EXPECT_EQ(-EBADMSG, wt_site_result_encode(&result, &b, &err));
	result.n_rigs = 1;
	result.n_checks = WT_RESULT_MAX_CHECKS + 1;
	EXPECT_EQ(-EBADMSG, wt_site_result_encode(&result, &b, &err));
	wt_buf_free(&b);
	wt_site_result_clear(&result);
}

/* Rigs in the order of their ids, whatever that of their names; the time is that of all. */
TEST(of_a_verdict)
{
	struct wt_verdict rigs[2] = { 0 };
	struct wt_site_verdict v = {
		.tier = WT_WARNING, .rigs = rigs, .n_rigs = 2, .bought_uj = 9
	};
	uint8_t digests[2][WT_SHA256_LEN];
	struct wt_site_result result;
	struct wt_buf b = { 0 };
	struct wt_err err = { "" };

	for (size_t i = 0; i < WT_SITE_CHECKS; i++) {
		v.checks[i].tier = WT_AFFIRMING;
		strcpy(v.checks[i].code, "ok");
		strcpy(v.checks[i].reason, i ? "fine" : "bad \x1b name");
	}
	for (uint8_t i = 0; i < 2; i++) {
		rigs[i].ueid[0] = WT_UEID_RAND;
		rigs[i].ueid[1] = (uint8_t)(2 - i);
		memset(digests[i], i + 1, WT_SHA256_LEN);
	}
	strcpy(rigs[0].rig, "A");
	strcpy(rigs[1].rig, "B\n");
	rigs[0].tier = WT_WARNING;
	rigs[0].from_ns = 50;
	rigs[0].to_ns = 70;
	rigs[1].from_ns = 60; /* a clock that ran backwards */
	rigs[1].to_ns = 40;
	ASSERT_EQ(0, wt_site_result_of(&v, (const uint8_t(*)[WT_SHA256_LEN])digests, &result, &err))
	TH_LOG("%s", err.msg);
	strcpy(result.verifier, "test");
	EXPECT_EQ(0, wt_site_result_encode(&result, &b, &err)) TH_LOG("%s", err.msg);
	EXPECT_STREQ("B?", result.rigs[0].rig);
	EXPECT_STREQ("A", result.rigs[1].rig);
	EXPECT_EQ(2, result.rigs[0].result[0]);
	EXPECT_EQ(40, result.from_ns);
	EXPECT_EQ(70, result.to_ns);
	EXPECT_EQ(9, result.bought_uj);
	EXPECT_EQ(WT_SITE_CHECKS, result.n_checks);
	EXPECT_STREQ("objects", result.checks[0].check);
	EXPECT_STREQ("bad ? name", result.checks[0].reason);
	wt_buf_free(&b);
	wt_site_result_clear(&result);
	v.n_rigs = WT_SITE_RESULT_MAX_RIGS + 1;
	EXPECT_EQ(-E2BIG, wt_site_result_of(&v, NULL, &result, &err));
}

TEST_HARNESS_MAIN
