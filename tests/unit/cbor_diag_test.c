// SPDX-License-Identifier: Apache-2.0
/* Diagnostic notation: RFC 8949's appendix A, line by line, and what the appendix does not have. */
#include "kselftest_harness.h"

#include "lib/cbor.h"
#include "tests/unit/from_hex.h"

struct example {
	const char *text, *hex;
};

static int show(const char *hex, char *out, size_t cap, struct wt_err *err)
{
	struct wt_span bytes = from_hex(hex);
	struct wt_buf b = { 0 };
	int r;

	wt_buf_append(&b, "x", 1);
	r = wt_cbor_diag(bytes, &b, err);
	if (b.p[0] != 'x' || b.n >= cap || (r < 0 && b.n != 1))
		abort();
	memcpy(out, b.p + 1, b.n - 1);
	out[b.n - 1] = '\0';
	wt_buf_free(&b);
	free((void *)bytes.p);
	return r;
}

static void compare(struct __test_metadata *_metadata, const struct example *c, size_t n)
{
	static char text[65536];
	struct wt_err err = { "" };

	for (size_t i = 0; i < n; i++) {
		EXPECT_EQ(0, show(c[i].hex, text, sizeof(text), &err))
			TH_LOG("%s: %s", c[i].hex, err.msg);
		EXPECT_STREQ(c[i].text, text);
	}
}

static const struct example appendix_a[] = {
	{ "0", "00" },
	{ "1", "01" },
	{ "10", "0a" },
	{ "23", "17" },
	{ "24", "1818" },
	{ "25", "1819" },
	{ "100", "1864" },
	{ "1000", "1903e8" },
	{ "1000000", "1a000f4240" },
	{ "1000000000000", "1b000000e8d4a51000" },
	{ "18446744073709551615", "1bffffffffffffffff" },
	{ "18446744073709551616", "c249010000000000000000" },
	{ "-18446744073709551616", "3bffffffffffffffff" },
	{ "-18446744073709551617", "c349010000000000000000" },
	{ "-1", "20" },
	{ "-10", "29" },
	{ "-100", "3863" },
	{ "-1000", "3903e7" },
	{ "0.0", "f90000" },
	{ "-0.0", "f98000" },
	{ "1.0", "f93c00" },
	{ "1.1", "fb3ff199999999999a" },
	{ "1.5", "f93e00" },
	{ "65504.0", "f97bff" },
	{ "100000.0", "fa47c35000" },
	{ "3.4028234663852886e+38", "fa7f7fffff" },
	{ "1.0e+300", "fb7e37e43c8800759c" },
	{ "5.960464477539063e-8", "f90001" },
	{ "0.00006103515625", "f90400" },
	{ "-4.0", "f9c400" },
	{ "-4.1", "fbc010666666666666" },
	{ "Infinity", "f97c00" },
	{ "NaN", "f97e00" },
	{ "-Infinity", "f9fc00" },
	{ "Infinity", "fa7f800000" },
	{ "NaN", "fa7fc00000" },
	{ "-Infinity", "faff800000" },
	{ "Infinity", "fb7ff0000000000000" },
	{ "NaN", "fb7ff8000000000000" },
	{ "-Infinity", "fbfff0000000000000" },
	{ "false", "f4" },
	{ "true", "f5" },
	{ "null", "f6" },
	{ "undefined", "f7" },
	{ "simple(16)", "f0" },
	{ "simple(255)", "f8ff" },
	{ "0(\"2013-03-21T20:04:00Z\")", "c074323031332d30332d32315432303a30343a30305a" },
	{ "1(1363896240)", "c11a514b67b0" },
	{ "1(1363896240.5)", "c1fb41d452d9ec200000" },
	{ "23(h'01020304')", "d74401020304" },
	{ "24(h'6449455446')", "d818456449455446" },
	{ "32(\"http://www.example.com\")", "d82076687474703a2f2f7777772e6578616d706c652e636f6d" },
	{ "h''", "40" },
	{ "h'01020304'", "4401020304" },
	{ "\"\"", "60" },
	{ "\"a\"", "6161" },
	{ "\"IETF\"", "6449455446" },
	{ "\"\\\"\\\\\"", "62225c" },
	{ "\"\xc3\xbc\"", "62c3bc" },
	{ "\"\xe6\xb0\xb4\"", "63e6b0b4" },
	{ "\"\xf0\x90\x85\x91\"", "64f0908591" },
	{ "[]", "80" },
	{ "[1, 2, 3]", "83010203" },
	{ "[1, [2, 3], [4, 5]]", "8301820203820405" },
	{ "[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25]",
	  "98190102030405060708090a0b0c0d0e0f101112131415161718181819" },
	{ "{}", "a0" },
	{ "{1: 2, 3: 4}", "a201020304" },
	{ "{\"a\": 1, \"b\": [2, 3]}", "a26161016162820203" },
	{ "[\"a\", {\"b\": \"c\"}]", "826161a161626163" },
	{ "{\"a\": \"A\", \"b\": \"B\", \"c\": \"C\", \"d\": \"D\", \"e\": \"E\"}",
	  "a56161614161626142616361436164614461656145" },
	{ "(_ h'0102', h'030405')", "5f42010243030405ff" },
	{ "(_ \"strea\", \"ming\")", "7f657374726561646d696e67ff" },
	{ "[_ ]", "9fff" },
	{ "[_ 1, [2, 3], [_ 4, 5]]", "9f018202039f0405ffff" },
	{ "[_ 1, [2, 3], [4, 5]]", "9f01820203820405ff" },
	{ "[1, [2, 3], [_ 4, 5]]", "83018202039f0405ff" },
	{ "[1, [_ 2, 3], [4, 5]]", "83019f0203ff820405" },
	{ "{_ \"a\": 1, \"b\": [_ 2, 3]}", "bf61610161629f0203ffff" },
	{ "[\"a\", {_ \"b\": \"c\"}]", "826161bf61626163ff" },
	{ "{_ \"Fun\": true, \"Amt\": -2}", "bf6346756ef563416d7421ff" },
};

TEST(rfc8949_appendix_a)
{
	compare(_metadata, appendix_a, sizeof(appendix_a) / sizeof(appendix_a[0]));
}

static const struct example others[] = {
	/* encoding indicators (RFC 8949, 8.1) */
	{ "1_0", "1801" },
	{ "1_1", "190001" },
	{ "1_2", "1a00000001" },
	{ "1_3", "1b0000000000000001" },
	{ "-1_0", "3800" },
	{ "h'61'_0", "580161" },
	{ "\"a\"_1", "79000161" },
	{ "[_0 1]", "980101" },
	{ "{_0 1: 2}", "b8010102" },
	{ "18_0([])", "d81280" },
	{ "(_ h'61'_0)", "5f580161ff" },
	{ "''_", "5fff" },
	{ "\"\"_", "7fff" },
	{ "{_ }", "bfff" },
	/* what the strict reader refuses */
	{ "{1: 2, 1: 3}", "a201020103" },
	{ "{2: 0, 1: 0}", "a202000100" },
	{ "{[1]: {}, h'00': null}", "a28101a04100f6" },
	{ "18([h'a10126', {}, h'', h''])", "d28443a10126a04040" },
	{ "6(7(20(0)))", "c6c7d400" },
	/* bignums whose number would not say all */
	{ "2(h'')", "c240" },
	{ "2(h'00ff')", "c24200ff" },
	{ "2_0(h'ff')", "d80241ff" },
	{ "3(\"a\")", "c36161" },
	{ "255", "c241ff" },
	{ "-256", "c341ff" },
	/* text that would move a cursor or turn the line round */
	{ "\"\\u001b[2J\\n\\t\\r\\u0000\\u007f\"", "69" "1b5b324a0a090d007f" },
	{ "\"\\u009b\"", "62c29b" },
	{ "\"\\u202e\\u2066\"", "66e280aee281a6" },
	{ "\"a\\ufffd\" / not UTF-8: h'61ff' /", "6261ff" },
	{ "\"\\ufffd\" / not UTF-8: h'c3' /", "61c3" },
	/* floats at the edges of the layout */
	{ "100000000000000000000.0", "fb4415af1d78b58c40" },
	{ "1.0e+21", "fb444b1ae4d6e2ef50" },
	{ "0.000001", "fb3eb0c6f7a0b5ed8d" },
	{ "1.0e-7", "fb3e7ad7f29abcaf48" },
	{ "123.456", "fb405edd2f1a9fbe77" },
	{ "5.0e-324", "fb0000000000000001" },
	{ "-1.7976931348623157e+308", "fbffefffffffffffff" },
	/* a sequence */
	{ "1,\n[2],\n\"a\"", "0181026161" },
};

TEST(beyond_the_appendix)
{
	compare(_metadata, others, sizeof(others) / sizeof(others[0]));
}

TEST(broken_lines)
{
	/* [h'..60 bytes', {1: h'..', 2: [1, 2]}, 18(h'..')]: too wide at two levels */
#define LONG "583c" \
	"00000000000000000000000000000000000000000000000000000000000000000000000000000000" \
	"0000000000000000000000000000000000000000"
#define SHOWN \
	"h'00000000000000000000000000000000000000000000000000000000000000000000000000000000" \
	"0000000000000000000000000000000000000000'"
	static const struct example c[] = {
		{ "[\n"
		  "  " SHOWN ",\n"
		  "  {\n"
		  "    1: " SHOWN ",\n"
		  "    2: [1, 2]\n"
		  "  },\n"
		  "  18([\n"
		  "    " SHOWN "\n"
		  "  ])\n"
		  "]",
		  "83" LONG "a201" LONG "02820102d281" LONG },
		{ "[_ \n"
		  "  " SHOWN "\n"
		  "]",
		  "9f" LONG "ff" },
	};

	compare(_metadata, c, 2);
}

TEST(refused)
{
	static const struct example c[] = {
		{ "byte 0: the input ends where something should begin", "" },
		{ "byte 0: the input ends in the middle of an item", "18" },
		{ "byte 0: the input ends in the middle of an item", "4261" },
		{ "byte 0: the input ends in the middle of an item", "f8" },
		{ "byte 0: the input ends in the middle of an item", "5bffffffffffffffff" },
		{ "byte 0: begins nothing that CBOR knows", "1c" },
		{ "byte 0: begins nothing that CBOR knows", "f81f" },
		{ "byte 0: begins nothing that CBOR knows", "fe" },
		{ "byte 0: a break where something should begin", "ff" },
		{ "byte 1: a break where something should begin", "81ff" },
		{ "byte 2: a break where something should begin", "bf01ff" },
		{ "byte 1: a piece of an indefinite string that is none", "5f00ff" },
		{ "byte 1: a piece of an indefinite string that is none", "5f6161ff" },
		{ "byte 1: a piece of an indefinite string that is none", "7f4161ff" },
		{ "byte 1: a piece of an indefinite string that is none", "5f5f4100ffff" },
		{ "byte 1: the input ends where something should begin", "9f" },
		{ "byte 1: the input ends where something should begin", "81" },
		{ "byte 2: the input ends where something should begin", "a101" },
		{ "byte 1: the input ends where something should begin", "d2" },
		{ "byte 9: the input ends where something should begin", "9bffffffffffffffff" },
		{ "byte 9: the input ends where something should begin", "bbffffffffffffffff" },
		{ "byte 1: the input ends in the middle of an item", "0018" },
	};
	struct wt_err err;
	char text[256];

	for (size_t i = 0; i < sizeof(c) / sizeof(c[0]); i++) {
		err.msg[0] = '\0';
		EXPECT_EQ(-EBADMSG, show(c[i].hex, text, sizeof(text), &err))
			TH_LOG("%s was taken", c[i].hex);
		EXPECT_STREQ(c[i].text, err.msg) TH_LOG("%s", c[i].hex);
	}
}

TEST(depth)
{
	char hex[2 * 66 + 1] = "", text[65536];
	struct wt_err err;

	for (int i = 0; i < 63; i++)
		strcat(hex, "81");
	strcat(hex, "00");
	EXPECT_EQ(0, show(hex, text, sizeof(text), &err)) TH_LOG("%s", err.msg);
	strcpy(hex + 2 * 63, "8100");
	EXPECT_EQ(-EBADMSG, show(hex, text, sizeof(text), &err));
	EXPECT_STREQ("byte 64: nested too deeply to show", err.msg);
}

/* Bytes as they come: never a crash, and no control character but the line breaks of the layout. */
TEST(any_bytes)
{
	struct wt_buf b = { 0 };
	uint32_t seed = 1;

	for (int i = 0; i < 200000; i++) {
		size_t n = 1 + i % 24;
		uint8_t *exact = malloc(n);

		for (size_t k = 0; k < n; k++) {
			seed = seed * 1664525 + 1013904223;
			exact[k] = (uint8_t)(seed >> 24);
		}
		wt_buf_reset(&b);
		if (!wt_cbor_diag(wt_span(exact, n), &b, NULL)) {
			for (size_t k = 0; k < b.n; k++) {
				if (b.p[k] == '\n')
					b.p[k] = ' ';
			}
			EXPECT_TRUE(wt_text_plain(wt_buf_span(&b)));
		}
		free(exact);
	}
	wt_buf_free(&b);
}

TEST_HARNESS_MAIN
