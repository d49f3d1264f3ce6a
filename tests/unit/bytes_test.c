// SPDX-License-Identifier: Apache-2.0
#include "kselftest_harness.h"

#include "lib/bytes.h"
#include "lib/err.h"

TEST(hex_round_trip)
{
	uint8_t in[] = { 0x00, 0x7f, 0x80, 0xff }, out[4];
	char hex[9];

	wt_hex(in, sizeof(in), hex);
	EXPECT_STREQ("007f80ff", hex);
	EXPECT_EQ(4, wt_unhex(hex, out, sizeof(out)));
	EXPECT_EQ(0, memcmp(in, out, 4));
	EXPECT_EQ(4, wt_unhex("00:7F 80\nff", out, sizeof(out)));
	EXPECT_EQ(0, memcmp(in, out, 4));
	EXPECT_EQ(0, wt_unhex("", out, sizeof(out)));
}

TEST(hex_refused)
{
	static const char *const bad[] = { "0", "0g", "0 0", ":00", "0000000000", "00x" };
	uint8_t out[4];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		EXPECT_EQ(-EINVAL, wt_unhex(bad[i], out, sizeof(out)))
			TH_LOG("%s was taken", bad[i]);
	}
}

TEST(little_endian)
{
	uint8_t b[] = { 1, 2, 3, 4, 5, 6, 7, 0x88 };

	EXPECT_EQ(0x0201, wt_le16(b));
	EXPECT_EQ(0x04030201u, wt_le32(b));
	EXPECT_EQ(0x8807060504030201ull, wt_le64(b));
}

TEST(buffer_grows_and_remembers_failure)
{
	struct wt_buf b = { 0 };
	uint8_t *p;

	for (int i = 0; i < 1000; i++)
		wt_buf_append(&b, "abc", 3);
	ASSERT_EQ(3000, b.n);
	EXPECT_EQ('c', b.p[2999]);
	wt_buf_reset(&b);
	EXPECT_EQ(0, b.n);
	EXPECT_LE(3000, b.cap);
	wt_buf_append(&b, "a", 1);
	p = wt_buf_extend(&b, SIZE_MAX);
	EXPECT_EQ(NULL, p);
	EXPECT_EQ(-ENOMEM, b.err);
	wt_buf_append(&b, "abc", 3);
	EXPECT_EQ(1, b.n);
	wt_buf_free(&b);
	EXPECT_EQ(0, b.err);
	EXPECT_NE(NULL, wt_buf_extend(&b, 0));
	wt_buf_free(&b);
}

TEST(text)
{
	static const struct {
		const char *bytes;
		bool utf8, plain;
	} c[] = {
		{ "", true, true },
		{ "KZ-PVL-0142", true, true },
		{ "\xd2\x9a\xd0\xb0\xd0\xb7", true, true },
		{ "\xf0\x9f\x94\x8b", true, true },
		{ "a\tb", true, false },
		{ "a\x1b[31m", true, false },
		{ "\x7f", true, false },
		{ "\xc2\x9b", true, false }, /* C1: a one-character escape sequence */
		{ "\xc2\xa0", true, true },
		{ "\x80", false, false },
		{ "\xc3", false, false },
		{ "\xc0\xaf", false, false }, /* overlong */
		{ "\xe0\x80\xaf", false, false },
		{ "\xed\xa0\x80", false, false }, /* surrogate */
		{ "\xf4\x90\x80\x80", false, false }, /* beyond U+10FFFF */
		{ "\xf8\x88\x80\x80\x80", false, false },
	};

	for (size_t i = 0; i < sizeof(c) / sizeof(c[0]); i++) {
		struct wt_span s = wt_span(c[i].bytes, strlen(c[i].bytes));

		EXPECT_EQ(c[i].utf8, wt_text_utf8(s)) TH_LOG("text %zu", i);
		EXPECT_EQ(c[i].plain, wt_text_plain(s)) TH_LOG("text %zu", i);
	}
	EXPECT_FALSE(wt_text_plain(wt_span("a\0b", 3)));
}

TEST(grouped)
{
	char s[WT_GROUPED_LEN];

	EXPECT_STREQ("0", wt_grouped(0, s));
	EXPECT_STREQ("999", wt_grouped(999, s));
	EXPECT_STREQ("1,000,001", wt_grouped(1000001, s));
	EXPECT_STREQ("18,446,744,073,709,551,615", wt_grouped(UINT64_MAX, s));
}

TEST(errors_carry_context)
{
	struct wt_err err;

	EXPECT_EQ(-EBADMSG, wt_fail(&err, EBADMSG, "byte %d: bad", 7));
	EXPECT_EQ(-EBADMSG, wt_fail_in(&err, -EBADMSG, "file %s", "x"));
	EXPECT_STREQ("file x: byte 7: bad", err.msg);
	EXPECT_EQ(-EIO, wt_fail(NULL, EIO, "unheard"));
	EXPECT_EQ(-EIO, wt_fail_in(NULL, -EIO, "unheard"));
	wt_fail(&err, EIO, "%0300d", 1);
	EXPECT_EQ(sizeof(err.msg) - 1, strlen(err.msg));
	wt_fail_in(&err, -EIO, "%0300d", 1);
	EXPECT_EQ(sizeof(err.msg) - 1, strlen(err.msg));
}

TEST_HARNESS_MAIN
