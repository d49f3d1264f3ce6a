// SPDX-License-Identifier: Apache-2.0
/* Quantities for people: units, rounding at the edges of a unit, the whole range of a u64. */
#include <stdint.h>

#include "kselftest_harness.h"

#include "lib/format.h"

TEST(energy)
{
	char b[WT_FORMAT_LEN];

	EXPECT_STREQ("0.000 Wh", wt_format_energy(0, b));
	EXPECT_STREQ("0.001 Wh", wt_format_energy(1800000, b));
	EXPECT_STREQ("0.000 Wh", wt_format_energy(1799999, b));
	EXPECT_STREQ("999.999 Wh", wt_format_energy(UINT64_C(3599998199999), b));
	EXPECT_STREQ("1.000 kWh", wt_format_energy(UINT64_C(3599998200000), b));
	EXPECT_STREQ("7.412 kWh", wt_format_energy(UINT64_C(26683200000000), b));
	EXPECT_STREQ("1000.000 kWh", wt_format_energy(UINT64_C(3600000000000000), b));
	EXPECT_STREQ("5124.096 MWh", wt_format_energy(UINT64_MAX, b));
}

TEST(power)
{
	char b[WT_FORMAT_LEN];

	EXPECT_STREQ("0.00 W", wt_format_power(0, b));
	EXPECT_STREQ("1.53 W", wt_format_power(1525000, b));
	EXPECT_STREQ("9.99 W", wt_format_power(9994999, b));
	EXPECT_STREQ("10.0 W", wt_format_power(9995000, b));
	EXPECT_STREQ("99.9 W", wt_format_power(99949999, b));
	EXPECT_STREQ("100 W", wt_format_power(99950000, b));
	EXPECT_STREQ("999 W", wt_format_power(999499999, b));
	EXPECT_STREQ("1.00 kW", wt_format_power(999500000, b));
	EXPECT_STREQ("3.31 kW", wt_format_power(UINT64_C(3314000000), b));
	EXPECT_STREQ("18446744073.71 kW", wt_format_power(UINT64_MAX, b));
}

TEST(duration)
{
	char b[WT_FORMAT_LEN];

	EXPECT_STREQ("0 s", wt_format_duration(0, b));
	EXPECT_STREQ("59 s", wt_format_duration(59, b));
	EXPECT_STREQ("1 min", wt_format_duration(60, b));
	EXPECT_STREQ("3 min 5 s", wt_format_duration(185, b));
	EXPECT_STREQ("1 h 23 min", wt_format_duration(4999, b));
	EXPECT_STREQ("2 d", wt_format_duration(2 * 86400 + 59, b));
	EXPECT_STREQ("213503982334601 d 7 h", wt_format_duration(UINT64_MAX, b));
}

TEST(bytes)
{
	char b[WT_FORMAT_LEN];

	EXPECT_STREQ("1023 bytes", wt_format_bytes(1023, b));
	EXPECT_STREQ("1.0 KiB", wt_format_bytes(1024, b));
	EXPECT_STREQ("4.0 MiB", wt_format_bytes(4 << 20, b));
	EXPECT_STREQ("16777215.9 TiB", wt_format_bytes(UINT64_MAX, b));
}

TEST_HARNESS_MAIN
