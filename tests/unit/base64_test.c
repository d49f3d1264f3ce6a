// SPDX-License-Identifier: Apache-2.0
/* Base64: the vectors of RFC 4648, 10, and what is not base64. */
#include "kselftest_harness.h"

#include "lib/base64.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *plain, *coded;
} vectors[] = {
	{ "", "" },
	{ "f", "Zg==" },
	{ "fo", "Zm8=" },
	{ "foo", "Zm9v" },
	{ "foob", "Zm9vYg==" },
	{ "fooba", "Zm9vYmE=" },
	{ "foobar", "Zm9vYmFy" },
};

TEST(rfc4648)
{
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		struct wt_buf b = {}, back = {};
		const char *plain = vectors[i].plain, *coded = vectors[i].coded;

		wt_base64_put(&b, wt_span(plain, strlen(plain)));
		EXPECT_TRUE(wt_span_equal(wt_buf_span(&b), wt_span(coded, strlen(coded))));
		ASSERT_EQ(0, wt_base64_read(coded, &back));
		EXPECT_TRUE(wt_span_equal(wt_buf_span(&back), wt_span(plain, strlen(plain))));
		wt_buf_free(&b);
		wt_buf_free(&back);
	}
}

TEST(every_byte)
{
	struct wt_buf b = {}, back = {};
	uint8_t all[256];

	for (size_t i = 0; i < sizeof(all); i++)
		all[i] = (uint8_t)i;
	wt_base64_put(&b, wt_span(all, sizeof(all)));
	wt_buf_append(&b, "", 1);
	ASSERT_EQ(0, wt_base64_read((char *)b.p, &back));
	EXPECT_TRUE(wt_span_equal(wt_buf_span(&back), wt_span(all, sizeof(all))));
	wt_buf_free(&b);
	wt_buf_free(&back);
}

TEST(refused)
{
	static const char *const bad[] = { "Z",	   "Zg",   "Zg=",  "Zg===",    "Zh==",
					   "Zm9=", "Z===", "====", "Zg==Zg==", "Zm9v\nZg",
					   "Zm9-", "Zm 9", "=m9v" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct wt_buf back = {};

		wt_buf_append(&back, "kept", 4);
		EXPECT_EQ(-EINVAL, wt_base64_read(bad[i], &back))
		{
			TH_LOG("%s", bad[i]);
		}
		EXPECT_EQ(4, back.n);
		wt_buf_free(&back);
	}
}

TEST_HARNESS_MAIN
