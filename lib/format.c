// SPDX-License-Identifier: Apache-2.0
#include <inttypes.h>
#include <stdio.h>

#include "lib/format.h"

#define UJ_PER_MWH UINT64_C(3600000) /* of a milliwatt-hour */

static uint64_t divide(uint64_t v, uint64_t by) /* to the nearest, without overflow */
{
	return v / by + (v % by >= by - by / 2);
}

/* v thousandths with three decimals. */
static void thousandths(uint64_t v, const char *unit, char *buf)
{
	snprintf(buf, WT_FORMAT_LEN, "%" PRIu64 ".%03" PRIu64 " %s", v / 1000, v % 1000, unit);
}

const char *wt_format_energy(uint64_t uj, char buf[WT_FORMAT_LEN])
{
	uint64_t milli = divide(uj, UJ_PER_MWH);

	if (milli < 1000 * 1000)
		thousandths(milli, "Wh", buf);
	else if (milli < UINT64_C(10000) * 1000 * 1000)
		thousandths(divide(uj, UJ_PER_MWH * 1000), "kWh", buf);
	else
		thousandths(divide(uj, UJ_PER_MWH * 1000 * 1000), "MWh", buf);
	return buf;
}

const char *wt_format_power(uint64_t uw, char buf[WT_FORMAT_LEN])
{
	uint64_t w = divide(uw, 1000 * 1000), v;

	if (w >= 1000) {
		v = divide(uw, UINT64_C(10) * 1000 * 1000);
		snprintf(buf, WT_FORMAT_LEN, "%" PRIu64 ".%02" PRIu64 " kW", v / 100, v % 100);
	} else if (divide(uw, 100 * 1000) >= 1000) {
		snprintf(buf, WT_FORMAT_LEN, "%" PRIu64 " W", w);
	} else if (divide(uw, 10 * 1000) >= 1000) {
		v = divide(uw, 100 * 1000);
		snprintf(buf, WT_FORMAT_LEN, "%" PRIu64 ".%" PRIu64 " W", v / 10, v % 10);
	} else {
		v = divide(uw, 10 * 1000);
		snprintf(buf, WT_FORMAT_LEN, "%" PRIu64 ".%02" PRIu64 " W", v / 100, v % 100);
	}
	return buf;
}

const char *wt_format_duration(uint64_t s, char buf[WT_FORMAT_LEN])
{
	static const struct {
		uint64_t s;
		const char *name;
	} unit[] = { { 86400, "d" }, { 3600, "h" }, { 60, "min" }, { 1, "s" } };
	size_t i = 0;
	int n;

	while (i < 3 && s < unit[i].s)
		i++;
	n = snprintf(buf, WT_FORMAT_LEN, "%" PRIu64 " %s", s / unit[i].s, unit[i].name);
	s %= unit[i].s;
	if (i < 3 && s >= unit[i + 1].s)
		snprintf(buf + n, WT_FORMAT_LEN - (size_t)n, " %" PRIu64 " %s", s / unit[i + 1].s,
			 unit[i + 1].name);
	return buf;
}

const char *wt_format_bytes(uint64_t bytes, char buf[WT_FORMAT_LEN])
{
	static const char *const unit[] = { "KiB", "MiB", "GiB", "TiB" };
	uint64_t size = 1024;
	size_t i = 0;

	if (bytes < 1024) {
		snprintf(buf, WT_FORMAT_LEN, "%" PRIu64 " bytes", bytes);
		return buf;
	}
	while (i < 3 && bytes / size >= 1024) {
		size *= 1024;
		i++;
	}
	snprintf(buf, WT_FORMAT_LEN, "%" PRIu64 ".%" PRIu64 " %s", bytes / size, bytes % size * 10 / size, unit[i]);
	return buf;
}
