// SPDX-License-Identifier: Apache-2.0
/* The strict reader and the writer (lib/cbor.h). */
#include "kselftest_harness.h"

#include "lib/cbor.h"
#include "tests/unit/from_hex.h"

/* Skips everything as one item and the end; the reader's whole strictness is on that path. */
static int check(const char *hex, struct wt_err *err)
{
	struct wt_span bytes = from_hex(hex), raw;
	struct wt_cbor_in in;
	int r;

	wt_cbor_init(&in, bytes, err);
	r = wt_cbor_skip(&in, &raw);
	if (!r && (raw.p != bytes.p || raw.n != in.off))
		abort();
	if (!r)
		r = wt_cbor_end(&in);
	free((void *)bytes.p);
	return r;
}

TEST(unsigned_integers_both_ways)
{
	static const struct {
		uint64_t v;
		const char *hex;
	} c[] = { /* RFC 8949, appendix A */
		  { 0, "00" },
		  { 1, "01" },
		  { 10, "0a" },
		  { 23, "17" },
		  { 24, "1818" },
		  { 25, "1819" },
		  { 100, "1864" },
		  { 1000, "1903e8" },
		  { 1000000, "1a000f4240" },
		  { 1000000000000, "1b000000e8d4a51000" },
		  { UINT64_MAX, "1bffffffffffffffff" },
		  { 255, "18ff" },
		  { 256, "190100" },
		  { 65535, "19ffff" },
		  { 65536, "1a00010000" },
		  { UINT32_MAX, "1affffffff" },
		  { UINT32_MAX + 1ull, "1b0000000100000000" }
	};

	for (size_t i = 0; i < sizeof(c) / sizeof(c[0]); i++) {
		struct wt_span bytes = from_hex(c[i].hex);
		struct wt_buf b = { 0 };
		struct wt_cbor_in in;
		struct wt_err err;
		uint64_t v = ~c[i].v;

		wt_cbor_init(&in, bytes, &err);
		EXPECT_EQ(WT_CBOR_UINT, wt_cbor_peek(&in));
		ASSERT_EQ(0, wt_cbor_uint(&in, &v)) TH_LOG("%s: %s", c[i].hex, err.msg);
		EXPECT_EQ(c[i].v, v);
		EXPECT_EQ(0, wt_cbor_end(&in));
		wt_cbor_put_uint(&b, v);
		EXPECT_TRUE(wt_span_equal(bytes, wt_buf_span(&b))) TH_LOG("%s", c[i].hex);
		wt_buf_free(&b);
		free((void *)bytes.p);
	}
}

TEST(signed_integers_both_ways)
{
	static const struct {
		int64_t v;
		const char *hex;
	} c[] = {
		{ -1, "20" },
		{ -10, "29" },
		{ -24, "37" },
		{ -25, "3818" },
		{ -100, "3863" },
		{ -1000, "3903e7" },
		{ -75001, "3a000124f8" },
		{ INT64_MIN, "3b7fffffffffffffff" },
		{ INT64_MAX, "1b7fffffffffffffff" },
		{ 7, "07" },
	};

	for (size_t i = 0; i < sizeof(c) / sizeof(c[0]); i++) {
		struct wt_span bytes = from_hex(c[i].hex);
		struct wt_buf b = { 0 };
		struct wt_cbor_in in;
		int64_t v = ~c[i].v;

		wt_cbor_init(&in, bytes, NULL);
		ASSERT_EQ(0, wt_cbor_int(&in, &v)) TH_LOG("%s", c[i].hex);
		EXPECT_EQ(c[i].v, v);
		wt_cbor_put_int(&b, v);
		EXPECT_TRUE(wt_span_equal(bytes, wt_buf_span(&b))) TH_LOG("%s", c[i].hex);
		wt_buf_free(&b);
		free((void *)bytes.p);
	}
}

TEST(integers_beyond_64_signed_bits)
{
	static const char *const hex[] = { "1b8000000000000000", "1bffffffffffffffff",
					   "3b8000000000000000", "3bffffffffffffffff" };

	for (size_t i = 0; i < 4; i++) {
		struct wt_span bytes = from_hex(hex[i]);
		struct wt_cbor_in in;
		int64_t v;

		wt_cbor_init(&in, bytes, NULL);
		EXPECT_EQ(-EBADMSG, wt_cbor_int(&in, &v)) TH_LOG("%s", hex[i]);
		free((void *)bytes.p);
	}
}

/* Deterministic examples of RFC 8949, appendix A, and some of ours. */
TEST(accepted)
{
	static const char *const hex[] = {
		"40", "4401020304", "60", "6161", "6449455446", "62225c", "62c3bc", "63e6b0b4",
		"64f0908591", "80", "83010203", "8301820203820405",
		"98190102030405060708090a0b0c0d0e0f101112131415161718181819", "a0", "a201020304",
		"a26161016162820203", "826161a161626163",
		"a56161614161626142616361436164614461656145", "f4", "f5", "f6", "c11a514b67b0",
		"c074323031332d30332d32315432303a30343a30305a", "d74401020304", "d818456449455446",
		"d82076687474703a2f2f7777772e6578616d706c652e636f6d", "c6f6", "cff6", "d0f6",
		"d28440a04040", "d4f6", "a20601200a",
		"a3060120026100f6", "d81801", "d903e801",
	};
	struct wt_err err;

	for (size_t i = 0; i < sizeof(hex) / sizeof(hex[0]); i++) {
		EXPECT_EQ(0, check(hex[i], &err)) TH_LOG("%s: %s", hex[i], err.msg);
	}
}

TEST(refused)
{
	static const struct {
		const char *hex, *sentence;
	} c[] = {
		/* shortest forms */
		{ "1817", "byte 0: a number or length that is not in its shortest form" },
		{ "1900ff", "byte 0: a number or length that is not in its shortest form" },
		{ "1a0000ffff", "byte 0: a number or length that is not in its shortest form" },
		{ "1b00000000ffffffff",
		  "byte 0: a number or length that is not in its shortest form" },
		{ "3800", "byte 0: a number or length that is not in its shortest form" },
		{ "580161", "byte 0: a number or length that is not in its shortest form" },
		{ "5900016100", "byte 0: a number or length that is not in its shortest form" },
		{ "780161", "byte 0: a number or length that is not in its shortest form" },
		{ "980101", "byte 0: a number or length that is not in its shortest form" },
		{ "b8010101", "byte 0: a number or length that is not in its shortest form" },
		{ "d81201", "byte 0: a number or length that is not in its shortest form" },
		{ "d9001201", "byte 0: a number or length that is not in its shortest form" },
		{ "8201" "1817", "byte 2: a number or length that is not in its shortest form" },
		/* indefinite lengths */
		{ "5f42010243030405ff", "byte 0: indefinite length" },
		{ "7f657374726561646d696e67ff", "byte 0: indefinite length" },
		{ "9fff", "byte 0: indefinite length" },
		{ "bf0102ff", "byte 0: indefinite length" },
		{ "ff", "byte 0: break outside of anything" },
		{ "8201ff", "byte 2: break outside of anything" },
		/* simple values and floats */
		{ "f7", "byte 0: a simple value that is none of false, true and null" },
		{ "f0", "byte 0: a simple value that is none of false, true and null" },
		{ "f8ff", "byte 0: a simple value that is none of false, true and null" },
		{ "f818", "byte 0: 0xf8 begins nothing that CBOR knows" },
		{ "f90000", "byte 0: a float: there are only integers here" },
		{ "fa47c35000", "byte 0: a float: there are only integers here" },
		{ "fb3ff199999999999a", "byte 0: a float: there are only integers here" },
		{ "1c", "byte 0: 0x1c begins nothing that CBOR knows" },
		{ "fc", "byte 0: 0xfc begins nothing that CBOR knows" },
		/* maps */
		{ "a206010602", "byte 3: map has label 6 twice (RFC 8949 forbids it)" },
		{ "a220012002", "byte 3: map has label -1 twice (RFC 8949 forbids it)" },
		{ "a206010502", "byte 3: map label 5 is out of order" },
		{ "a220010602", "byte 3: map label 6 is out of order" },
		{ "a219010001181802", "byte 5: map label 24 is out of order" },
		{ "a2616101616102", "byte 4: map has a label twice (RFC 8949 forbids it)" },
		{ "a2616201616102", "byte 4: map label is out of order" },
		{ "a262616101616202", "byte 5: map label is out of order" },
		{ "a1410001", "byte 1: a byte string as a map's label" },
		{ "a1a001", "byte 1: a map as a map's label" },
		{ "a101", "byte 0: a map of 1 entries in 1 bytes" },
		/* text */
		{ "61ff", "byte 0: text that is not UTF-8" },
		{ "62c328", "byte 0: text that is not UTF-8" },
		/* what is not there */
		{ "", "byte 0: the input ends where something should begin" },
		{ "18", "byte 0: the input ends in the middle of an item" },
		{ "19ff", "byte 0: the input ends in the middle of an item" },
		{ "4261", "byte 0: the input ends in the middle of an item" },
		{ "5bffffffffffffffff00", "byte 0: the input ends in the middle of an item" },
		{ "7b7fffffffffffffff00", "byte 0: the input ends in the middle of an item" },
		{ "8201", "byte 0: an array of 2 items in 1 bytes" },
		{ "9bffffffffffffffff00", "byte 0: an array of 18446744073709551615 items in 1 bytes" },
		{ "bbffffffffffffffff00", "byte 0: a map of 18446744073709551615 entries in 1 bytes" },
		{ "bb800000000000000000", "byte 0: a map of 9223372036854775808 entries in 1 bytes" },
		{ "82820100", "byte 4: the input ends where something should begin" },
		{ "d2", "byte 1: the input ends where something should begin" },
		{ "0000", "byte 1: 1 bytes after the end" },
		/* depth */
		{ "8181818181818181818181818181818180", "byte 16: nested deeper than 16" },
		{ "d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d200", "byte 16: nested deeper than 16" },
	};

	for (size_t i = 0; i < sizeof(c) / sizeof(c[0]); i++) {
		struct wt_err err = { "" };

		EXPECT_EQ(-EBADMSG, check(c[i].hex, &err)) TH_LOG("%s was taken", c[i].hex);
		EXPECT_STREQ(c[i].sentence, err.msg) TH_LOG("%s", c[i].hex);
		EXPECT_EQ(-EBADMSG, check(c[i].hex, NULL));
	}
	EXPECT_EQ(0, check("8181818181818181818181818181818100", NULL));
}

TEST(typed_reads_refuse_other_types)
{
	static const struct {
		const char *hex;
		enum wt_cbor_type type;
	} c[] = {
		{ "01", WT_CBOR_UINT }, { "20", WT_CBOR_NINT }, { "4161", WT_CBOR_BYTES },
		{ "6161", WT_CBOR_TEXT }, { "80", WT_CBOR_ARRAY }, { "a0", WT_CBOR_MAP },
		{ "d200", WT_CBOR_TAG }, { "f5", WT_CBOR_SIMPLE }, { "f6", WT_CBOR_SIMPLE },
	};

	for (size_t i = 0; i < sizeof(c) / sizeof(c[0]); i++) {
		struct wt_span bytes = from_hex(c[i].hex), s;
		struct wt_cbor_map map;
		struct wt_cbor_in in;
		int64_t v;
		uint64_t u;
		size_t n;
		bool yes;

		wt_cbor_init(&in, bytes, NULL);
		EXPECT_EQ((int)c[i].type, wt_cbor_peek(&in));
#define ONLY(call, ...) \
	do { \
		const enum wt_cbor_type ok[] = { __VA_ARGS__ }; \
		bool good = ok[0] == c[i].type || ok[sizeof(ok) / sizeof(ok[0]) - 1] == c[i].type; \
		in.off = 0; \
		EXPECT_EQ(good ? 0 : -EBADMSG, call) TH_LOG("%s on %s", #call, c[i].hex); \
		EXPECT_TRUE(good || !in.off); \
	} while (0)
		ONLY(wt_cbor_uint(&in, &u), WT_CBOR_UINT);
		ONLY(wt_cbor_int(&in, &v), WT_CBOR_UINT, WT_CBOR_NINT);
		ONLY(wt_cbor_bytes(&in, &s), WT_CBOR_BYTES);
		ONLY(wt_cbor_text(&in, &s), WT_CBOR_TEXT);
		ONLY(wt_cbor_array(&in, &n), WT_CBOR_ARRAY);
		ONLY(wt_cbor_map(&in, &map), WT_CBOR_MAP);
		ONLY(wt_cbor_tag(&in, &u), WT_CBOR_TAG);
		in.off = 0;
		EXPECT_EQ(bytes.p[0] == 0xf5 ? 0 : -EBADMSG, wt_cbor_bool(&in, &yes));
		in.off = 0;
		EXPECT_EQ(bytes.p[0] == 0xf6 ? 0 : -EBADMSG, wt_cbor_null(&in));
		free((void *)bytes.p);
	}
}

TEST(map_of_integer_labels)
{
	struct wt_span bytes = from_hex("a306011902000220" "03");
	struct wt_cbor_map map;
	struct wt_cbor_in in;
	struct wt_err err;
	int64_t label;
	uint64_t v;

	wt_cbor_init(&in, bytes, &err);
	ASSERT_EQ(0, wt_cbor_map(&in, &map));
	ASSERT_EQ(1, wt_cbor_map_next(&in, &map, &label));
	EXPECT_EQ(6, label);
	ASSERT_EQ(0, wt_cbor_uint(&in, &v));
	ASSERT_EQ(1, wt_cbor_map_next(&in, &map, &label));
	EXPECT_EQ(512, label);
	ASSERT_EQ(0, wt_cbor_uint(&in, &v));
	ASSERT_EQ(1, wt_cbor_map_next(&in, &map, &label));
	EXPECT_EQ(-1, label);
	ASSERT_EQ(0, wt_cbor_uint(&in, &v));
	EXPECT_EQ(3, v);
	EXPECT_EQ(0, wt_cbor_map_next(&in, &map, &label));
	EXPECT_EQ(0, wt_cbor_end(&in));
	free((void *)bytes.p);

	bytes = from_hex("a1616101");
	wt_cbor_init(&in, bytes, &err);
	ASSERT_EQ(0, wt_cbor_map(&in, &map));
	EXPECT_EQ(-EBADMSG, wt_cbor_map_next(&in, &map, &label));
	EXPECT_STREQ("byte 1: a map label that is no integer of 64 bits", err.msg);
	free((void *)bytes.p);
}

TEST(bounded_reads)
{
	struct wt_span text = from_hex("6461626364"), control = from_hex("6461620a64");
	struct wt_span nul = from_hex("6461620064"), bytes = from_hex("43010203");
	struct wt_cbor_in in;
	struct wt_err err;
	char s[5];
	uint8_t b[3];

	wt_cbor_init(&in, text, &err);
	in.what = "rig name";
	EXPECT_EQ(0, wt_cbor_text_to(&in, s, 5));
	EXPECT_STREQ("abcd", s);
	EXPECT_EQ(5, in.off);
	in.off = 0;
	EXPECT_EQ(-EBADMSG, wt_cbor_text_to(&in, s, 4));
	EXPECT_STREQ("byte 0: rig name: 4 bytes of text (at most 3)", err.msg);
	wt_cbor_init(&in, control, &err);
	EXPECT_EQ(-EBADMSG, wt_cbor_text_to(&in, s, 5));
	wt_cbor_init(&in, nul, &err);
	EXPECT_EQ(-EBADMSG, wt_cbor_text_to(&in, s, 5));
	EXPECT_STREQ("byte 0: text with a control character", err.msg);
	wt_cbor_init(&in, bytes, &err);
	EXPECT_EQ(-EBADMSG, wt_cbor_bytes_to(&in, b, 2));
	EXPECT_STREQ("byte 0: 3 bytes (must be 2)", err.msg);
	EXPECT_EQ(0, wt_cbor_bytes_to(&in, b, 3));
	EXPECT_EQ(3, b[2]);
	free((void *)text.p);
	free((void *)control.p);
	free((void *)nul.p);
	free((void *)bytes.p);
}

TEST(writer)
{
	struct wt_span want = from_hex("d28543010203" "6449455446" "f4" "f6" "a120" "f5");
	struct wt_buf b = { 0 };

	wt_cbor_put_tag(&b, 18);
	wt_cbor_put_array(&b, 5);
	wt_cbor_put_bytes(&b, wt_span("\x01\x02\x03", 3));
	wt_cbor_put_text(&b, "IETF");
	wt_cbor_put_bool(&b, false);
	wt_cbor_put_null(&b);
	wt_cbor_put_map(&b, 1);
	wt_cbor_put_int(&b, -1);
	wt_cbor_put_bool(&b, true);
	EXPECT_TRUE(wt_span_equal(want, wt_buf_span(&b)));
	wt_buf_free(&b);
	free((void *)want.p);
}

TEST_HARNESS_MAIN
