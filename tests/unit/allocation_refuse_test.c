// SPDX-License-Identifier: Apache-2.0
/* Everything that docs/evidence.cddl forbids in an allotment, a notice, a result, one thing wrong at a time. */
#include "kselftest_harness.h"

#include "tests/unit/refuse.h"
#include "tests/unit/sample.h"

#define UEID "51" "0131323334353637" "38393a3b3c3d3e3f40"
#define UEID_OF_TYPE_2 "51" "0231323334353637" "38393a3b3c3d3e3f40"
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* --- allotment --------------------------------------------------------------------------------- */

static int try_allotment(struct wt_span payload, struct wt_err *err)
{
	struct wt_allotment allotment;

	return wt_allotment_decode(payload, &allotment, err);
}

static int allotment_again(struct wt_span in, struct wt_buf *out)
{
	struct wt_allotment allotment;
	int r = wt_allotment_decode(in, &allotment, NULL);

	return r < 0 ? r : wt_allotment_encode(&allotment, out, NULL);
}

static const struct wrong wrong_allotment[] = {
	{ AT(1), NULL, "id (label 1) is missing" },
	{ AT(2), NULL, "not before (label 2) is missing" },
	{ AT(3), NULL, "not after (label 3) is missing" },
	{ AT(4), NULL, "ueid (label 4) is missing" },
	{ AT(5), NULL, "grant id (label 5) is missing" },
	{ AT(6), NULL, "grant digest (label 6) is missing" },
	{ AT(7), NULL, "energy (label 7) is missing" },
	{ AT(0), "00", "label 0 is not known to this version" },
	{ AT(8), "00", "label 8 is not known to this version" },
	{ AT(-1), "00", "label -1 is not known to this version" },
	{ AT(1), D32, "id: 32 bytes (must be 16)" },
	{ AT(1), "6161", "id: text where a byte string belongs" },
	{ AT(2), "20", "not before: a negative integer where" },
	{ AT(2), "1b0000000225c17d05", "not before: 9,223,372,037 (must be 0 to 9,223,372,036)" },
	{ AT(2), "c11a6955b900", "not before: a tag where" },
	{ AT(3), "1a6955b900", "not after: not after the beginning of the window" },
	{ AT(3), "1a6955b8ff", "not after: not after the beginning of the window" },
	{ AT(3), "1b0000000225c17d05", "not after: 9,223,372,037 (must be" },
	{ AT(4), D16, "ueid: 16 bytes (must be 17)" },
	{ AT(4), D32, "ueid: 32 bytes (must be 17)" },
	{ AT(4), UEID_OF_TYPE_2, "ueid: type 02, not 01" },
	{ AT(5), D32, "grant id: 32 bytes (must be 16)" },
	{ AT(6), D16, "grant digest: 16 bytes (must be 32)" },
	{ AT(7), "00", "0 Wh in one allotment (at least 1)" },
	{ AT(7), "1a000f4241", "1,000,001 Wh in one allotment (at most 1,000,000)" },
	{ AT(7), "1bffffffffffffffff", "18,446,744,073,709,551,615 Wh in one allotment" },
	{ AT(7), "20", "energy: a negative integer" },
	{ AT(7), "f93c00", "energy: a float" },
	{ AT(7), "1900ff", "energy: a number or length that is not in its shortest form" },
};

TEST(allotment)
{
	struct wt_allotment allotment = sample_allotment();
	struct wt_buf b = { 0 };

	ASSERT_EQ(0, wt_allotment_encode(&allotment, &b, NULL));
	refuse_all(_metadata, wt_buf_span(&b), try_allotment, wrong_allotment,
		   COUNT(wrong_allotment));
	change_every_byte(_metadata, wt_buf_span(&b), allotment_again);
	wt_buf_free(&b);
}

TEST(allotment_encoder_says_the_same)
{
	struct wt_allotment allotment = sample_allotment();
	struct wt_buf b = { 0 };
	struct wt_err err;

	allotment.wh = 0;
	EXPECT_EQ(-EBADMSG, wt_allotment_encode(&allotment, &b, &err));
	EXPECT_STREQ("0 Wh in one allotment (at least 1)", err.msg);
	allotment.wh = 1000001;
	EXPECT_EQ(-EBADMSG, wt_allotment_encode(&allotment, &b, &err));
	EXPECT_STREQ("1,000,001 Wh in one allotment (at most 1,000,000)", err.msg);
	allotment = sample_allotment();
	allotment.not_after = allotment.not_before;
	EXPECT_EQ(-EBADMSG, wt_allotment_encode(&allotment, &b, &err));
	EXPECT_STREQ("not after: not after the beginning of the window", err.msg);
	allotment = sample_allotment();
	allotment.ueid[0] = 2;
	EXPECT_EQ(-EBADMSG, wt_allotment_encode(&allotment, &b, &err));
	EXPECT_STREQ("ueid: type 02, not 01", err.msg);
	EXPECT_EQ(0, b.n);
	wt_buf_free(&b);
}

/* --- notice ------------------------------------------------------------------------------------ */

static int try_notice(struct wt_span payload, struct wt_err *err)
{
	struct wt_notice notice;

	return wt_notice_decode(payload, &notice, err);
}

static int notice_again(struct wt_span in, struct wt_buf *out)
{
	struct wt_notice notice;
	int r = wt_notice_decode(in, &notice, NULL);

	return r < 0 ? r : wt_notice_encode(&notice, out, NULL);
}

#define TEXT128 "7880" "61616161616161616161616161616161" "61616161616161616161616161616161" \
	"61616161616161616161616161616161" "61616161616161616161616161616161" \
	"61616161616161616161616161616161" "61616161616161616161616161616161" \
	"61616161616161616161616161616161" "61616161616161616161616161616161"

/* The curtailment: the kind that has every field. */
static const struct wrong wrong_curtail[] = {
	{ AT(1), NULL, "id (label 1) is missing" },
	{ AT(4), NULL, "issued at (label 4) is missing" },
	{ AT(5), NULL, "kind (label 5) is missing" },
	{ AT(6), NULL, "from (label 6) is missing" },
	{ AT(7), NULL, "to (label 7) is missing: a curtailment ends" },
	{ AT(8), NULL, "scope (label 8) is missing" },
	{ AT(9), NULL, "most W (label 9) is missing: a curtailment has it" },
	{ AT(2), "00", "label 2 is not known to this version" },
	{ AT(3), "00", "label 3 is not known to this version" },
	{ AT(11), "00", "label 11 is not known to this version" },
	{ AT(-1), "00", "label -1 is not known to this version" },
	{ AT(1), UEID, "id: 17 bytes (must be 16)" },
	{ AT(4), "20", "issued at: a negative integer" },
	{ AT(4), "1b0000000225c17d05", "issued at: 9,223,372,037 (must be" },
	{ AT(5), "00", "kind: 0 (must be 1 to 4)" },
	{ AT(5), "05", "kind: 5 (must be 1 to 4)" },
	{ AT(5), "1bffffffffffffffff", "kind: 18,446,744,073,709,551,615 (must be 1 to 4)" },
	{ AT(5), "01", "to: a revocation has no end" },
	{ AT(5), "02", "to: a revocation has no end" },
	{ AT(5), "04", "most W: a notice that a rig is off has none" },
	{ AT(6), "20", "from: a negative integer" },
	{ AT(6), "1b0000000225c17d05", "from: 9,223,372,037 (must be" },
	{ AT(7), "1a6955bc84", "to: not after the beginning of the window" },
	{ AT(7), "1a6955bc83", "to: not after the beginning of the window" },
	{ AT(7), "00", "to: not after the beginning of the window" },
	{ AT(7), "1b0000000225c17d05", "to: 9,223,372,037 (must be" },
	{ AT(8), "04", "scope: an unsigned integer where an array belongs" },
	{ AT(8), "80", "scope: not a pair of what it is and which" },
	{ AT(8), "8104", "scope: not a pair of what it is and which" },
	{ AT(8), "8304616100", "scope: not a pair of what it is and which" },
	{ AT(8), "82006161", "scope: 0 (must be 1 to 4)" },
	{ AT(8), "82056161", "scope: 5 (must be 1 to 4)" },
	{ AT(8), "8201" D16, "scope: 1, but a curtailment is of a rig (2), a licence (3) or a zone (4)" },
	{ AT(8), "8202" D16, "scope: 16 bytes (must be 17)" },
	{ AT(8), "8202" UEID_OF_TYPE_2, "scope: type 02, not 01" },
	{ AT(8), "82026161", "scope: text where a byte string belongs" },
	{ AT(8), "8203" UEID, "scope: a byte string where text belongs" },
	{ AT(8), "820360", "scope: empty" },
	{ AT(8), "820460", "scope: empty" },
	{ AT(8), "8203" TEXT64, "scope: 64 bytes of text (at most 63)" },
	{ AT(8), "8204" "63610a62", "scope: text with a control character" },
	{ AT(9), "20", "most W: a negative integer" },
	{ AT(9), "1b0000000100000000", "most W: 4,294,967,296 (must be 0 to 4,294,967,295)" },
	{ AT(9), "f94000", "most W: a float" },
	{ AT(10), "60", "reason: empty" },
	{ AT(10), TEXT128, "reason: 128 bytes of text (at most 127)" },
	{ AT(10), "641b5b324a", "reason: text with a control character" },
	{ AT(10), "62c328", "reason: text that is not UTF-8" },
	{ AT(10), "4161", "reason: a byte string where text belongs" },
};

static const struct wrong wrong_revocation[] = {
	{ AT(7), "1a6955c7a0", "to: a revocation has no end" },
	{ AT(8), "8202" UEID, "scope: 2, but a revocation is of one object (1)" },
	{ AT(8), "82036161", "scope: 3, but a revocation is of one object (1)" },
	{ AT(8), "82046161", "scope: 4, but a revocation is of one object (1)" },
	{ AT(8), "8201" UEID, "scope: 17 bytes (must be 16)" },
	{ AT(8), "8201" D32, "scope: 32 bytes (must be 16)" },
	{ AT(9), "00", "most W: a revocation has none" },
	{ AT(5), "03", "scope: 1, but a curtailment is of" },
	{ AT(5), "04", "scope: 1, but a notice that a rig is off is of" },
};

static const struct wrong wrong_off[] = {
	{ AT(7), NULL, "to (label 7) is missing: a notice that a rig is off ends" },
	{ AT(9), "00", "most W: a notice that a rig is off has none" },
	{ AT(8), "8201" D16, "scope: 1, but a notice that a rig is off is of a rig (2)" },
	{ AT(5), "03", "most W (label 9) is missing: a curtailment has it" },
};

static const struct {
	enum wt_notice_kind kind;
	const struct wrong *wrong;
	size_t n;
} notices[] = {
	{ WT_NOTICE_CURTAIL, wrong_curtail, COUNT(wrong_curtail) },
	{ WT_NOTICE_REVOKE_GRANT, wrong_revocation, COUNT(wrong_revocation) },
	{ WT_NOTICE_REVOKE_REGISTRATION, wrong_revocation, COUNT(wrong_revocation) },
	{ WT_NOTICE_OFF, wrong_off, COUNT(wrong_off) },
};

TEST(notice)
{
	for (size_t i = 0; i < COUNT(notices); i++) {
		struct wt_notice notice = sample_notice(notices[i].kind);
		struct wt_buf b = { 0 };

		ASSERT_EQ(0, wt_notice_encode(&notice, &b, NULL));
		refuse_all(_metadata, wt_buf_span(&b), try_notice, notices[i].wrong, notices[i].n);
		change_every_byte(_metadata, wt_buf_span(&b), notice_again);
		wt_buf_free(&b);
	}
}

static void refuse_notice(struct __test_metadata *_metadata, const struct wt_notice *notice,
			  const char *sentence)
{
	struct wt_buf b = { 0 };
	struct wt_err err;

	EXPECT_EQ(-EBADMSG, wt_notice_encode(notice, &b, &err)) TH_LOG("%s", sentence);
	EXPECT_STREQ(sentence, err.msg);
	EXPECT_EQ(0, b.n);
	wt_buf_free(&b);
}

/* What a kind must not have is never dropped in silence: whoever set it meant something. */
TEST(notice_encoder_says_the_same)
{
	struct wt_notice notice = sample_notice(WT_NOTICE_REVOKE_GRANT);

	notice.to = notice.from + 1;
	refuse_notice(_metadata, &notice, "to: a revocation has no end");
	notice = sample_notice(WT_NOTICE_REVOKE_REGISTRATION);
	notice.max_w = 1;
	refuse_notice(_metadata, &notice, "most W: a revocation has none");
	notice.max_w = 0;
	notice.scope = WT_SCOPE_RIG;
	refuse_notice(_metadata, &notice, "scope: 2, but a revocation is of one object (1)");
	notice = sample_notice(WT_NOTICE_CURTAIL);
	notice.to = 0;
	refuse_notice(_metadata, &notice, "to (label 7) is missing: a curtailment ends");
	notice.to = notice.from;
	refuse_notice(_metadata, &notice, "to: not after the beginning of the window");
	notice = sample_notice(WT_NOTICE_CURTAIL);
	notice.text[0] = '\0';
	refuse_notice(_metadata, &notice, "scope: empty");
	notice = sample_notice(WT_NOTICE_OFF);
	notice.kind = (enum wt_notice_kind)5;
	refuse_notice(_metadata, &notice, "kind: 5 (must be 1 to 4)");
	notice.kind = (enum wt_notice_kind)0;
	refuse_notice(_metadata, &notice, "kind: 0 (must be 1 to 4)");
}

/* --- result ------------------------------------------------------------------------------------ */

static int try_result(struct wt_span payload, struct wt_err *err)
{
	struct wt_result result;

	return wt_result_decode(payload, &result, err);
}

static int result_again(struct wt_span in, struct wt_buf *out)
{
	struct wt_result result;
	int r = wt_result_decode(in, &result, NULL);

	return r < 0 ? r : wt_result_encode(&result, out, NULL);
}

#define V -75002 /* the verdict claim */
#define TEXT24 "7818" "616161616161616161616161" "616161616161616161616161"
#define TEXT32 "7820" "61616161616161616161616161616161" "61616161616161616161616161616161"
#define TEXT256 "790100" "61616161616161616161616161616161" "61616161616161616161616161616161" \
	"61616161616161616161616161616161" "61616161616161616161616161616161" \
	"61616161616161616161616161616161" "61616161616161616161616161616161" \
	"61616161616161616161616161616161" "61616161616161616161616161616161" \
	"61616161616161616161616161616161" "61616161616161616161616161616161" \
	"61616161616161616161616161616161" "61616161616161616161616161616161" \
	"61616161616161616161616161616161" "61616161616161616161616161616161" \
	"61616161616161616161616161616161" "61616161616161616161616161616161"

static const struct wrong wrong_result[] = {
	{ AT(6), NULL, "iat (label 6) is missing" },
	{ AT(256), NULL, "ueid (label 256) is missing" },
	{ AT(V), NULL, "verdict (label -75002) is missing" },
	{ AT(1), "6161", "label 1 is not known to this version" },
	{ AT(265), "40", "label 265 is not known to this version" },
	{ AT(-75001), "a0", "label -75001 is not known to this version" },
	{ AT(6), "1b0000000225c17d05", "iat: 9,223,372,037 (must be" },
	{ AT(256), D16, "ueid: 16 bytes (must be 17)" },
	{ AT(256), UEID_OF_TYPE_2, "ueid: type 02, not 01" },
	{ AT(V), "80", "verdict: an array where a map belongs" },
	{ AT(V, 1), NULL, "verifier (label 1) is missing" },
	{ AT(V, 2), NULL, "policy digest (label 2) is missing" },
	{ AT(V, 3), NULL, "rig name (label 3) is missing" },
	{ AT(V, 4), NULL, "tier (label 4) is missing" },
	{ AT(V, 5), NULL, "allocation (label 5) is missing" },
	{ AT(V, 6), NULL, "assurance level (label 6) is missing" },
	{ AT(V, 7), NULL, "attestations (label 7) is missing" },
	{ AT(V, 8), NULL, "time covered (label 8) is missing" },
	{ AT(V, 9), NULL, "energy (label 9) is missing" },
	{ AT(V, 10), NULL, "checks (label 10) is missing" },
	{ AT(V, 0), "00", "verdict: label 0 is not known to this version" },
	{ AT(V, 11), "00", "verdict: label 11 is not known to this version" },
	{ AT(V, 1), "60", "verifier: empty" },
	{ AT(V, 1), TEXT64, "verifier: 64 bytes of text (at most 63)" },
	{ AT(V, 1), "63610a62", "verifier: text with a control character" },
	{ AT(V, 2), D16, "policy digest: 16 bytes (must be 32)" },
	{ AT(V, 3), TEXT64, "rig name: 64 bytes of text (at most 63)" },
	{ AT(V, 3), "62c328", "rig name: text that is not UTF-8" },
	{ AT(V, 4), "01", "tier: no tier (0, 2, 32, 96)" },
	{ AT(V, 4), "1861", "tier: no tier (0, 2, 32, 96)" },
	{ AT(V, 4), "20", "tier: a negative integer" },
	{ AT(V, 4), "02", "tier: affirming, but the worst check is warning" },
	{ AT(V, 4), "1860", "tier: contraindicated, but the worst check is warning" },
	{ AT(V, 10, 3, 1), "1860", "tier: warning, but the worst check is contraindicated" },
	{ AT(V, 10, 1, 1), "02", "tier: warning, but the worst check is affirming" },
	{ AT(V, 5), "04", "allocation: 4 (must be 0 to 3)" },
	{ AT(V, 6), "04", "assurance level: 4 (must be 0 to 3)" },
	{ AT(V, 7), "00", "attestations: an unsigned integer where an array belongs" },
	{ AT(V, 7), "820102", "attestations: 2 values, not 3: first seq, last seq, digest" },
	{ AT(V, 7), "84010203" D32, "attestations: 4 values, not 3" },
	{ AT(V, 7), "830201" D32, "attestations: no range of them" },
	{ AT(V, 7), "830001" D32, "attestations: no range of them" },
	{ AT(V, 7), "832001" D32, "attestations: a negative integer" },
	{ AT(V, 7), "830101" D16, "attestations: 16 bytes (must be 32)" },
	{ AT(V, 8), "8101", "time covered: 1 values, not 2: from and until" },
	{ AT(V, 8), "820201", "time covered: ends before it begins" },
	{ AT(V, 8), "82f4f5", "time covered: false, true or null where" },
	{ AT(V, 9), "86000000000000", "energy: 6 values, not 7: measured, substituted" },
	{ AT(V, 9), "8800000000000000" "00", "energy: 8 values, not 7" },
	{ AT(V, 9), "87000002010200" "00", "energy: chargeable is not in order: low, best, high" },
	{ AT(V, 9), "87000001020100" "00", "energy: chargeable is not in order: low, best, high" },
	{ AT(V, 9), "87000020010200" "00", "energy: a negative integer" },
	{ AT(V, 9), "87f93c00000000000000", "energy: a float" },
	{ AT(V, 10), "80", "checks: none" },
	{ AT(V, 10), "a0", "checks: a map where an array belongs" },
	{ AT(V, 10, 0), "a0", "check: a map where an array belongs" },
	{ AT(V, 10, 0), "8361610061" "62", "check: 3 values, not 4: id, tier, reason code, sentence" },
	{ AT(V, 10, 0), "85616100616261" "6300", "check: 5 values, not 4" },
	{ AT(V, 10, 0, 0), "60", "check: empty" },
	{ AT(V, 10, 0, 0), TEXT24, "check: 24 bytes of text (at most 23)" },
	{ AT(V, 10, 3, 0), "6474696d65", "check: time twice" },
	{ AT(V, 10, 0, 1), "03", "check: no tier" },
	{ AT(V, 10, 0, 2), "60", "check: empty" },
	{ AT(V, 10, 0, 2), TEXT32, "check: 32 bytes of text (at most 31)" },
	{ AT(V, 10, 0, 3), "60", "check: empty" },
	{ AT(V, 10, 0, 3), TEXT256, "check: 256 bytes of text (at most 255)" },
	{ AT(V, 10, 0, 3), "641b5b324a", "check: text with a control character" },
};

TEST(result)
{
	struct wt_result result = sample_result();
	struct wt_buf b = { 0 };

	ASSERT_EQ(0, wt_result_encode(&result, &b, NULL));
	refuse_all(_metadata, wt_buf_span(&b), try_result, wrong_result, COUNT(wrong_result));
	change_every_byte(_metadata, wt_buf_span(&b), result_again);
	wt_buf_free(&b);
}

/* One more than the struct holds; the encoder would not even write it. */
TEST(result_of_too_many_checks)
{
	struct wrong wrong = { AT(V, 10), NULL, "checks: 33 of them (at most 32)" };
	struct wt_result result = sample_result();
	struct wt_buf b = { 0 };
	char hex[1024];
	int n;

	n = snprintf(hex, sizeof(hex), "9821");
	for (int i = 0; i < 33; i++)
		n += snprintf(hex + n, sizeof(hex) - (size_t)n, "8461%02x02616f6172", 'A' + i);
	wrong.hex = hex;
	ASSERT_EQ(0, wt_result_encode(&result, &b, NULL));
	refuse_all(_metadata, wt_buf_span(&b), try_result, &wrong, 1);
	wt_buf_free(&b);
}

TEST(result_encoder_says_the_same)
{
	struct wt_result result = sample_result();
	struct wt_buf b = { 0 };
	struct wt_err err;

	result.tier = WT_AFFIRMING;
	EXPECT_EQ(-EBADMSG, wt_result_encode(&result, &b, &err));
	EXPECT_STREQ("tier: affirming, but the worst check is warning", err.msg);
	/* Nothing could be judged; but what is wrong is wrong all the same. */
	result.tier = WT_NONE;
	EXPECT_EQ(0, wt_result_encode(&result, &b, &err)) TH_LOG("%s", err.msg);
	wt_buf_reset(&b);
	result.checks[2].tier = WT_CONTRAINDICATED;
	EXPECT_EQ(-EBADMSG, wt_result_encode(&result, &b, &err));
	EXPECT_STREQ("tier: none, but the worst check is contraindicated", err.msg);
	result = sample_result();
	result.n_checks = 0;
	EXPECT_EQ(-EBADMSG, wt_result_encode(&result, &b, &err));
	EXPECT_STREQ("checks: none", err.msg);
	result.n_checks = WT_RESULT_MAX_CHECKS + 1;
	EXPECT_EQ(-EBADMSG, wt_result_encode(&result, &b, &err));
	EXPECT_STREQ("checks: 33 of them (at most 32)", err.msg);
	result = sample_result();
	result.rig[0] = '\n';
	EXPECT_EQ(-EBADMSG, wt_result_encode(&result, &b, &err));
	EXPECT_STREQ("rig name: text with a control character", err.msg);
	EXPECT_EQ(0, b.n);
	wt_buf_free(&b);
}

/* --- all three: what no edit of a value makes --------------------------------------------------- */

static const struct {
	int (*try)(struct wt_span payload, struct wt_err *err);
	const char *hex, *words;
} maps[] = {
	{ try_allotment, "", "byte 0: the input ends" },
	{ try_allotment, "80", "an array where a map belongs" },
	{ try_allotment, "a2" "01" D16 "01" D16, "map has label 1 twice" },
	{ try_allotment, "a3" "01" D16 "0200" "01" D16, "map label 1 is out of order" },
	{ try_allotment, "bf" "01" D16 "ff", "indefinite length" },
	{ try_allotment, "a1" "6161" "00", "a map label that is no integer" },
	{ try_allotment, "a7" "01" D16, "the input ends" },
	{ try_notice, "a2" "01" D16 "01" D16, "map has label 1 twice" },
	{ try_notice, "a2" "0400" "0400", "id (label 1) is missing" },
	{ try_notice, "a4" "01" D16 "0400" "0501" "0501", "map has label 5 twice" },
	{ try_notice, "a4" "01" D16 "0400" "0501" "0400", "map label 4 is out of order" },
	{ try_result, "a2" "0600" "0600", "map has label 6 twice" },
	{ try_result, "a2" "190100" UEID "0600", "iat (label 6) is missing" },
	{ try_result, "a3" "0600" "190100" UEID "3a000124f9" "a2" "016161" "016161", "map has label 1 twice" },
	{ try_result, "a3" "0600" "190100" UEID "3a000124f9" "a2" "02" D32 "016161", "verifier (label 1) is missing" },
};

TEST(malformed_maps)
{
	for (size_t i = 0; i < COUNT(maps); i++) {
		struct wt_span bad = from_hex(maps[i].hex);
		struct wt_err err = { "" };

		EXPECT_EQ(-EBADMSG, maps[i].try(bad, &err)) TH_LOG("case %zu was taken", i);
		EXPECT_NE(NULL, strstr(err.msg, maps[i].words))
			TH_LOG("case %zu: \"%s\" has not \"%s\"", i, err.msg, maps[i].words);
		free((void *)bad.p);
	}
}

TEST_HARNESS_MAIN
