// SPDX-License-Identifier: Apache-2.0
/* Points in time, as people write them. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kselftest_harness.h"

#include "lib/timestamp.h"

#define NOW INT64_C(1795161600) /* 2026-11-20T08:00:00Z */

static const struct {
	const char *text;
	int64_t at;
} good[] = {
	{"2026-11-20T08:00:00Z", NOW},
	{"2026-11-20T13:00:00+05:00", NOW},
	{"2026-11-20t02:30:00-05:30", NOW},
	{"2026-11-20 08:00:00z", NOW},
	{"1970-01-01T00:00:00Z", 0},
	{"2024-02-29T23:59:59Z", 1709251199},
	{"2000-02-29T00:00:00Z", 951782400},
	{"9999-12-31T23:59:59Z", 253402300799},
	{"@0", 0},
	{"@1795161600", NOW},
	{"@253402300799", 253402300799},
	{"now", NOW},
	{"+1h", NOW + 3600},
	{"-30m", NOW - 1800},
	{"+0s", NOW},
	{"+365d", NOW + 365 * 86400},
};

static const char *const bad[] = {
	"",
	"soon",
	"now ",
	"2026-11-20",
	"2026-11-20T08:00:00",
	"2026-11-20T08:00Z",
	"2026-11-20T08:00:00.5Z",
	"2026-02-29T00:00:00Z",
	"2026-04-31T00:00:00Z",
	"2026-13-01T00:00:00Z",
	"2026-00-01T00:00:00Z",
	"2026-01-00T00:00:00Z",
	"2100-02-29T00:00:00Z",
	"2026-11-20T24:00:00Z",
	"2026-11-20T08:60:00Z",
	"2026-11-20T08:00:60Z",
	"2026-11-20T08:00:00+24:00",
	"2026-11-20T08:00:00+05:60",
	"2026-11-20T08:00:00+0500",
	"2026-11-20T08:00:00Z ",
	"26-11-20T08:00:00Z",
	"1969-12-31T23:59:59Z",
	"1970-01-01T00:00:00+00:01",
	"@",
	"@-1",
	"@1.5",
	"@1795161600x",
	"@253402300800",
	"@99999999999999999999999",
	"+",
	"-",
	"+1",
	"+1y",
	"+1hh",
	"+h",
	"-99999d",
	"+99999999999999999999d",
	"+253402300799d",
};

TEST(good_times)
{
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct wt_err err = {0};
		int64_t at = -1;

		EXPECT_EQ(0, wt_timestamp_parse(good[i].text, NOW, &at, &err))
		{
			TH_LOG("%s: %s", good[i].text, err.msg);
		}
		EXPECT_EQ(good[i].at, at)
		{
			TH_LOG("%s", good[i].text);
		}
	}
}

TEST(bad_times_change_nothing)
{
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct wt_err err = {0};
		int64_t at = -1;

		EXPECT_EQ(-EINVAL, wt_timestamp_parse(bad[i], NOW, &at, &err))
		{
			TH_LOG("%s is %lld", bad[i], (long long)at);
		}
		EXPECT_EQ(-1, at);
		EXPECT_NE(NULL, strstr(err.msg, "is no time"));
	}
}

TEST(written_as_read)
{
	char text[WT_TIMESTAMP_LEN];
	int64_t at;

	EXPECT_STREQ("2026-11-20T08:00:00Z", wt_timestamp_utc(NOW, text));
	EXPECT_STREQ("@-1", wt_timestamp_utc(-1, text));
	EXPECT_STREQ("@253402300800", wt_timestamp_utc(253402300800, text));
	EXPECT_STREQ("@9223372036854775807", wt_timestamp_utc(INT64_MAX, text));
	for (int64_t t = 0; t < 253402300799; t += 987654321) {
		ASSERT_EQ(0, wt_timestamp_parse(wt_timestamp_utc(t, text), NOW, &at, NULL));
		ASSERT_EQ(t, at);
	}
}

TEST(local_time_has_its_offset)
{
	char text[WT_TIMESTAMP_LEN];

	setenv("TZ", "ABC-5:30", 1);
	tzset();
	EXPECT_STREQ("2026-11-20 13:30:00 +05:30", wt_timestamp_local(NOW, text));
	setenv("TZ", "ABC3:30", 1);
	tzset();
	EXPECT_STREQ("2026-11-20 04:30:00 -03:30", wt_timestamp_local(NOW, text));
	EXPECT_STREQ("@-5", wt_timestamp_local(-5, text));
}

TEST_HARNESS_MAIN
