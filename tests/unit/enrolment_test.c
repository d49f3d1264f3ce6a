// SPDX-License-Identifier: Apache-2.0
/* The files of an enrolment (lib/enrolment.c): read back, refused, bound. */
#include "kselftest_harness.h"

#include "lib/enrolment.h"
#include "tests/unit/refuse.h"
#include "tests/unit/sample.h"

#define D64 "5840" "0101010101010101010101010101010101010101010101010101010101010101" \
	"0101010101010101010101010101010101010101010101010101010101010101"

static const uint8_t bytes[64] = { 9, 8, 7 };

static struct wt_enrolment_request sample_request(void)
{
	struct wt_enrolment_request r = {
		.made_at = 1795300000,
		.csr = wt_span("\x30\x00", 2),
		.ek = wt_span(bytes, 3),
		.ak = wt_span(bytes, 4),
		.key = wt_span(bytes, 5),
		.certs = { wt_span(bytes, 6), wt_span(bytes, 7) },
		.n_certs = 2,
		.certify = wt_span(bytes, 8),
		.certify_signature = wt_span(bytes, 64),
		.inventory = wt_span("{}", 2),
		.quote = { .attest = wt_span(bytes, 9), .signature = wt_span(bytes, 64), .n_pcrs = 1 },
	};

	sample_fill(r.ueid, sizeof(r.ueid), 0x30);
	r.ueid[0] = WT_UEID_RAND;
	r.quote.pcrs[0].index = 7;
	return r;
}

static int try_request(struct wt_span in, struct wt_err *err)
{
	struct wt_enrolment_request r;

	return wt_enrolment_request_decode(in, &r, err);
}

static int again_request(struct wt_span in, struct wt_buf *out)
{
	struct wt_enrolment_request r;
	int e = wt_enrolment_request_decode(in, &r, NULL);

	return e < 0 ? e : wt_enrolment_request_encode(&r, out, NULL);
}

/* clang-format off */
static const struct wrong wrong_request[] = {
	{ AT(1), "80", "an array where a map belongs" },
	{ AT(1, 1), NULL, "time (label 1) is missing" },
	{ AT(1, 1), "20", "time" },
	{ AT(1, 2), D16, "rig's id" },
	{ AT(1, 3), "40", "certificate request: 0 bytes (1 to 8192)" },
	{ AT(1, 4), "40", "endorsement key: 0 bytes (1 to 1024)" },
	{ AT(1, 5), "40", "attestation key: 0 bytes (1 to 1024)" },
	{ AT(1, 6), "40", "signing key: 0 bytes (1 to 1024)" },
	{ AT(1, 7), "89" "410041004100410041004100410041004100", "endorsement key's certificates" },
	{ AT(1, 7), "8140", "endorsement key's certificates: 0 bytes (1 to 8192)" },
	{ AT(1, 8), "814100", "signing key's certification: not a TPMS_ATTEST and a signature" },
	{ AT(1, 8), "82" "4100" D32, "signing key's certification: a signature of 32 bytes (must be 64)" },
	{ AT(1, 8), "82" "40" D64, "signing key's certification: 0 bytes (1 to 512)" },
	{ AT(1, 9), "40", "inventory: 0 bytes (1 to 524288)" },
	{ AT(1, 10), "82" "4100" D64, "quote: not a quote, its signature and PCRs" },
	{ AT(1, 10), NULL, "quote (label 10) is missing" },
	{ AT(1, 11), "00", "label 11 is not known" },
};
/* clang-format on */

TEST(request)
{
	struct wt_enrolment_request r = sample_request(), back;
	struct wt_buf file = { 0 };
	struct wt_err err = { 0 };

	ASSERT_EQ(0, wt_enrolment_request_encode(&r, &file, &err)) TH_LOG("%s", err.msg);
	ASSERT_EQ(0, wt_enrolment_request_decode(wt_buf_span(&file), &back, &err));
	EXPECT_EQ(r.made_at, back.made_at);
	EXPECT_EQ(0, memcmp(r.ueid, back.ueid, sizeof(r.ueid)));
	EXPECT_TRUE(wt_span_equal(r.csr, back.csr));
	EXPECT_TRUE(wt_span_equal(r.ek, back.ek));
	EXPECT_TRUE(wt_span_equal(r.ak, back.ak));
	EXPECT_TRUE(wt_span_equal(r.key, back.key));
	EXPECT_EQ(2, (int)back.n_certs);
	EXPECT_TRUE(wt_span_equal(r.certs[1], back.certs[1]));
	EXPECT_TRUE(wt_span_equal(r.certify, back.certify));
	EXPECT_TRUE(wt_span_equal(r.inventory, back.inventory));
	EXPECT_TRUE(wt_span_equal(r.quote.attest, back.quote.attest));
	EXPECT_EQ(7, back.quote.pcrs[0].index);
	refuse_all(_metadata, wt_buf_span(&file), try_request, wrong_request,
		   sizeof(wrong_request) / sizeof(wrong_request[0]));
	change_every_byte(_metadata, wt_buf_span(&file), again_request);
	wt_buf_free(&file);
}

/* The quote is bound to all of the request but itself. */
TEST(binding)
{
	struct wt_enrolment_request r = sample_request();
	uint8_t one[WT_SHA256_LEN], two[WT_SHA256_LEN];
	struct wt_err err = { 0 };

	ASSERT_EQ(0, wt_enrolment_binding(&r, one, &err));
	r.quote.attest = wt_span(bytes, 1);
	r.quote.n_pcrs = 0;
	ASSERT_EQ(0, wt_enrolment_binding(&r, two, &err));
	EXPECT_EQ(0, memcmp(one, two, sizeof(one)));
	r.inventory.p = NULL;
	ASSERT_EQ(0, wt_enrolment_binding(&r, two, &err));
	EXPECT_NE(0, memcmp(one, two, sizeof(one)));
}

/* And that of an answer: to the challenge's id, the rig and the secret, each. */
TEST(binding_of_an_answer)
{
	struct wt_enrolment_answer a = { .id = { 1 }, .ueid = { 1 }, .secret = { 4 } }, b = a;
	uint8_t one[WT_SHA256_LEN], two[WT_SHA256_LEN];
	struct wt_err err = { 0 };

	ASSERT_EQ(0, wt_enrolment_answer_binding(&a, one, &err));
	b.quote = sample_request().quote;
	ASSERT_EQ(0, wt_enrolment_answer_binding(&b, two, &err));
	EXPECT_EQ(0, memcmp(one, two, sizeof(one)));
	b.id[WT_ID_LEN - 1] ^= 1;
	ASSERT_EQ(0, wt_enrolment_answer_binding(&b, two, &err));
	EXPECT_NE(0, memcmp(one, two, sizeof(one)));
	b = a;
	b.ueid[1] ^= 1;
	ASSERT_EQ(0, wt_enrolment_answer_binding(&b, two, &err));
	EXPECT_NE(0, memcmp(one, two, sizeof(one)));
	b = a;
	b.secret[0] ^= 1;
	ASSERT_EQ(0, wt_enrolment_answer_binding(&b, two, &err));
	EXPECT_NE(0, memcmp(one, two, sizeof(one)));
}

static int try_challenge(struct wt_span in, struct wt_err *err)
{
	struct wt_enrolment_challenge c;

	return wt_enrolment_challenge_decode(in, &c, err);
}

static int again_challenge(struct wt_span in, struct wt_buf *out)
{
	struct wt_enrolment_challenge c;
	int e = wt_enrolment_challenge_decode(in, &c, NULL);

	return e < 0 ? e : wt_enrolment_challenge_encode(&c, out, NULL);
}

static int try_answer(struct wt_span in, struct wt_err *err)
{
	struct wt_enrolment_answer a;

	return wt_enrolment_answer_decode(in, &a, err);
}

static int again_answer(struct wt_span in, struct wt_buf *out)
{
	struct wt_enrolment_answer a;
	int e = wt_enrolment_answer_decode(in, &a, NULL);

	return e < 0 ? e : wt_enrolment_answer_encode(&a, out, NULL);
}

/* clang-format off */
static const struct wrong wrong_challenge[] = {
	{ AT(1, 1), D32, "id: 32 bytes (must be 16)" },
	{ AT(1, 2), D16, "rig's id" },
	{ AT(1, 3), "1b0000000300000000", "not after" },
	{ AT(1, 4), "40", "credential: 0 bytes (1 to 1024)" },
	{ AT(1, 5), NULL, "credential's seed (label 5) is missing" },
	{ AT(1, 6), "00", "label 6 is not known" },
};

static const struct wrong wrong_answer[] = {
	{ AT(1, 1), NULL, "id (label 1) is missing" },
	{ AT(1, 2), D16, "rig's id" },
	{ AT(1, 3), D16, "secret: 16 bytes (must be 32)" },
	{ AT(1, 4), NULL, "quote (label 4) is missing" },
	{ AT(1, 4), "82" "4100" D64, "quote: not a quote, its signature and PCRs" },
	{ AT(1, 5), "00", "label 5 is not known" },
};
/* clang-format on */

TEST(challenge_and_answer)
{
	struct wt_enrolment_request r = sample_request();
	struct wt_enrolment_challenge c = {
		.not_after = 1795300000,
		.blob = wt_span(bytes, 10),
		.secret = wt_span(bytes, 11),
	};
	struct wt_enrolment_answer a = { .secret = { 4 }, .quote = r.quote };
	struct wt_buf challenge = { 0 }, answer = { 0 };
	struct wt_err err = { 0 };

	memcpy(c.ueid, r.ueid, sizeof(c.ueid));
	memcpy(a.ueid, r.ueid, sizeof(a.ueid));
	ASSERT_EQ(0, wt_enrolment_challenge_encode(&c, &challenge, &err)) TH_LOG("%s", err.msg);
	refuse_all(_metadata, wt_buf_span(&challenge), try_challenge, wrong_challenge,
		   sizeof(wrong_challenge) / sizeof(wrong_challenge[0]));
	change_every_byte(_metadata, wt_buf_span(&challenge), again_challenge);
	ASSERT_EQ(0, wt_enrolment_answer_encode(&a, &answer, &err)) TH_LOG("%s", err.msg);
	refuse_all(_metadata, wt_buf_span(&answer), try_answer, wrong_answer,
		   sizeof(wrong_answer) / sizeof(wrong_answer[0]));
	change_every_byte(_metadata, wt_buf_span(&answer), again_answer);

	/* one file for another */
	EXPECT_EQ(-EBADMSG, try_answer(wt_buf_span(&challenge), &err));
	EXPECT_STREQ("is no wattest-enrolment-answer, but a wattest-enrolment-challenge", err.msg);
	EXPECT_EQ(-EBADMSG, try_challenge(wt_buf_span(&answer), &err));
	EXPECT_EQ(-EBADMSG, try_request(wt_buf_span(&answer), &err));
	/* a type that would move a terminal's cursor is not repeated */
	EXPECT_EQ(-EBADMSG, try_request(wt_span("\x82\x62\x1b[\xa0", 5), &err));
	EXPECT_STREQ("is no wattest-enrolment-request", err.msg);

	/* an encoder refuses what its decoder would */
	c.blob.n = 0;
	EXPECT_EQ(-EBADMSG, wt_enrolment_challenge_encode(&c, &challenge, &err));
	r.csr.n = 0;
	EXPECT_EQ(-EBADMSG, wt_enrolment_request_encode(&r, &challenge, &err));
	a.ueid[0] = 2;
	EXPECT_EQ(-EBADMSG, wt_enrolment_answer_encode(&a, &challenge, &err));
	wt_buf_free(&challenge);
	wt_buf_free(&answer);
}

TEST_HARNESS_MAIN
