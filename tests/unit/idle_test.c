// SPDX-License-Identifier: Apache-2.0
/* A rig's schedule: in words, and held against times. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kselftest_harness.h"

#include "lib/idle.h"

#define S UINT64_C(1000000000)
#define MINUTE (60 * S)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define MONDAY (UINT64_C(1767571200) * S) /* 2026-01-05T00:00:00Z */

static const struct {
	const char *text;
	struct wt_idle idle;
	const char *words;
} good[] = {
	{ "mon 00:00 +1m", { 0, 1 }, "Mon 00:00 for 1 min, UTC" },
	{ "sat 22:00 +26h", { 5 * 1440 + 1320, 1560 }, "Sat 22:00 for 26 h, UTC" },
	{ "Sun 23:59+90m", { 10079, 90 }, "Sun 23:59 for 1 h 30 min, UTC" },
	{ "WED 12:30 + 7d", { 2 * 1440 + 750, 10080 }, "Wed 12:30 for 168 h, UTC" },
};

TEST(in_words)
{
	struct wt_idle list[WT_MAX_IDLE];
	char words[WT_IDLE_LEN];
	struct wt_err err;

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		size_t n = 0;

		ASSERT_EQ(0, wt_idle_parse(good[i].text, list, &n, &err)) TH_LOG("%s", err.msg);
		ASSERT_EQ(1, n);
		EXPECT_EQ(good[i].idle.begin, list[0].begin);
		EXPECT_EQ(good[i].idle.minutes, list[0].minutes);
		EXPECT_STREQ(good[i].words, wt_idle_words(&list[0], words));
	}
}

TEST(not_in_these_words)
{
	static const char *const bad[] = {
		"", "sat", "saturday 22:00 +1h", "sat 22:00", "sat 24:00 +1h", "sat 22:60 +1h",
		"sat 22:00 -1h", "sat 22:00 +0h", "sat 22:00 +1", "sat 22:00 +1w", "sat 22:00 +8d",
		"sat 22:00 +h", "sat 2:00 +1h", "sat 22:00 +1h ", "sat 22:00+05:00 +1h", "22:00 +1h",
		"sat 23:59:60 +1h", "sat 22:00 +99999999999999999999h", "daily22:00 +1h",
	};
	struct wt_idle list[WT_MAX_IDLE];
	struct wt_err err;
	size_t n = 0;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		EXPECT_EQ(-EINVAL, wt_idle_parse(bad[i], list, &n, &err)) TH_LOG("%s", bad[i]);
		EXPECT_NE(NULL, strstr(err.msg, "sat 22:00 +26h")) TH_LOG("%s", err.msg);
		EXPECT_EQ(0, n);
	}
}

TEST(sorted_and_without_overlaps)
{
	struct wt_idle list[WT_MAX_IDLE];
	struct wt_err err;
	size_t n = 0;

	ASSERT_EQ(0, wt_idle_parse("sat 22:00 +26h", list, &n, &err));
	ASSERT_EQ(0, wt_idle_parse("tue 01:00 +1h", list, &n, &err));
	EXPECT_EQ(1440 + 60, list[0].begin);
	/* It begins where the other ends, which is next week's Monday. */
	EXPECT_EQ(0, wt_idle_parse("mon 00:00 +1h", list, &n, &err)) TH_LOG("%s", err.msg);
	EXPECT_EQ(-EINVAL, wt_idle_parse("sun 23:59 +2m", list, &n, &err));
	EXPECT_STREQ("Sun 23:59 for 2 min, UTC overlaps Mon 00:00 for 1 h, UTC", err.msg);
	EXPECT_EQ(-EINVAL, wt_idle_parse("tue 01:00 +1m", list, &n, &err));
	EXPECT_EQ(-EINVAL, wt_idle_parse("mon 23:00 +3h", list, &n, &err));
	EXPECT_EQ(-EINVAL, wt_idle_parse("daily 01:30 +1m", list, &n, &err));
	n = 0;
	ASSERT_EQ(0, wt_idle_parse("daily 02:00 +30m", list, &n, &err));
	ASSERT_EQ(7, n);
	EXPECT_EQ(6 * 1440 + 120, list[6].begin);
	n = 0;
	ASSERT_EQ(0, wt_idle_parse("fri 00:00 +7d", list, &n, &err));
	EXPECT_EQ(-EINVAL, wt_idle_parse("thu 23:59 +1m", list, &n, &err));
}

TEST(as_many_as_a_registration_takes)
{
	struct wt_idle list[WT_MAX_IDLE];
	struct wt_err err;
	char text[32];
	size_t n = 0;

	for (size_t i = 0; i < WT_MAX_IDLE; i++) {
		snprintf(text, sizeof(text), "mon %02zu:%02zu +1m", i / 30, 2 * (i % 30));
		ASSERT_EQ(0, wt_idle_parse(text, list, &n, &err)) TH_LOG("%s", err.msg);
	}
	EXPECT_EQ(-EINVAL, wt_idle_parse("sat 22:00 +1h", list, &n, &err));
	EXPECT_NE(NULL, strstr(err.msg, "at most 64 times of the week"));
	EXPECT_EQ(WT_MAX_IDLE, n);
}

TEST(held_against_times)
{
	/* Sat 22:00 to Mon 00:30 of the next week; Wed 12:00 to 13:00 */
	static const struct wt_idle idle[] = { { 2 * 1440 + 720, 60 }, { 5 * 1440 + 1320, 1590 } };
	static const struct {
		uint64_t at, until; /* after MONDAY */
		bool off;
	} cases[] = {
		{ 0, 30 * MINUTE, true },
		{ 30 * MINUTE - 1, 30 * MINUTE, true },
		{ 30 * MINUTE, 2 * DAY + 12 * HOUR, false },
		{ 2 * DAY + 12 * HOUR - 1, 2 * DAY + 12 * HOUR, false },
		{ 2 * DAY + 12 * HOUR, 2 * DAY + 13 * HOUR, true },
		{ 2 * DAY + 13 * HOUR, 5 * DAY + 22 * HOUR, false },
		{ 5 * DAY + 22 * HOUR, 7 * DAY + 30 * MINUTE, true },
		{ 6 * DAY + 23 * HOUR, 7 * DAY + 30 * MINUTE, true },
		{ 7 * DAY + 30 * MINUTE, 9 * DAY + 12 * HOUR, false },
	};
	uint64_t until;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		EXPECT_EQ(cases[i].off, wt_idle_at(idle, 2, MONDAY + cases[i].at, &until))
		TH_LOG("case %zu", i);
		EXPECT_EQ(MONDAY + cases[i].until, until) TH_LOG("case %zu", i);
	}
	EXPECT_FALSE(wt_idle_at(NULL, 0, MONDAY, &until));
	EXPECT_EQ(UINT64_MAX, until);
	/* At the end of time nothing overflows. */
	wt_idle_at(idle, 2, UINT64_MAX, &until);
	EXPECT_EQ(UINT64_MAX, until);
}

/* What is off by the calendar of gmtime(3), minute by minute, in the weeks around both changes of Europe's clocks. */
TEST(summer_time_moves_nothing)
{
	static const int64_t changes[] = { 1774746000, 1792890000 }; /* 2026-03-29, 2026-10-25, 01:00 UTC */
	static const struct wt_idle idle[] = { { 6 * 1440 + 30, 120 } }; /* Sun 00:30 to 02:30 */

	setenv("TZ", "Europe/Berlin", 1);
	tzset();
	for (size_t c = 0; c < 2; c++) {
		for (int64_t at = changes[c] - 86400; at < changes[c] + 86400; at += 60) {
			time_t t = at;
			struct tm tm;
			uint64_t until;
			int minute;

			gmtime_r(&t, &tm);
			minute = tm.tm_hour * 60 + tm.tm_min;
			ASSERT_EQ(tm.tm_wday == 0 && minute >= 30 && minute < 150,
				  wt_idle_at(idle, 1, (uint64_t)at * S, &until));
		}
	}
	unsetenv("TZ");
}

TEST_HARNESS_MAIN
