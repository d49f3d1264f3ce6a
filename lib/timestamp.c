// SPDX-License-Identifier: Apache-2.0
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/timestamp.h"

#define LATEST INT64_C(253402300799) /* 9999-12-31T23:59:59Z */

static int bad(const char *text, struct wt_err *err)
{
	return wt_fail(
		err, EINVAL,
		"\"%.40s\" is no time: use 2026-11-20T13:00:00Z, an offset (+05:00) instead of Z, @seconds "
		"since 1970, now, or +1h and -30m from now (s, m, h, d)",
		text);
}

/* Exactly n digits. */
static bool digits(const char **p, size_t n, int *ret)
{
	int v = 0;

	for (; n > 0; n--, (*p)++) {
		if (**p < '0' || **p > '9')
			return false;
		v = v * 10 + (**p - '0');
	}
	*ret = v;
	return true;
}

static bool letter(const char **p, const char *set)
{
	if (**p == '\0' || !strchr(set, **p))
		return false;
	(*p)++;
	return true;
}

/* Whole number up to LATEST; moves p behind it. */
static bool number(const char **p, int64_t *ret)
{
	int64_t v = 0;

	if (**p < '0' || **p > '9')
		return false;
	for (; **p >= '0' && **p <= '9'; (*p)++) {
		v = v * 10 + (**p - '0');
		if (v > LATEST)
			return false;
	}
	*ret = v;
	return true;
}

static bool rfc3339(const char *p, int64_t *ret)
{
	int year, month, day, hour, minute, second, off_hour = 0, off_minute = 0, sign = 0;
	struct tm tm, back;
	time_t t;

	if (!digits(&p, 4, &year) || !letter(&p, "-") || !digits(&p, 2, &month) ||
	    !letter(&p, "-") || !digits(&p, 2, &day) || !letter(&p, "Tt ") ||
	    !digits(&p, 2, &hour) || !letter(&p, ":") || !digits(&p, 2, &minute) ||
	    !letter(&p, ":") || !digits(&p, 2, &second))
		return false;
	if (*p == '+' || *p == '-') {
		sign = *p++ == '+' ? 1 : -1;
		if (!digits(&p, 2, &off_hour) || !letter(&p, ":") || !digits(&p, 2, &off_minute) ||
		    off_hour > 23 || off_minute > 59)
			return false;
	} else if (!letter(&p, "Zz")) {
		return false;
	}
	if (*p != '\0' || hour > 23 || minute > 59 || second > 59)
		return false;

	tm = (struct tm){.tm_year = year - 1900,
			 .tm_mon = month - 1,
			 .tm_mday = day,
			 .tm_hour = hour,
			 .tm_min = minute,
			 .tm_sec = second};
	t = timegm(&tm);
	/* timegm makes 31 February a day in March; a date that does not come back was none. */
	if (!gmtime_r(&t, &back) || back.tm_mday != day || back.tm_mon != month - 1)
		return false;
	*ret = (int64_t)t - sign * (off_hour * 3600 + off_minute * 60);
	return true;
}

static bool relative(const char *p, int64_t now, int64_t *ret)
{
	int64_t n, unit, sign = *p++ == '+' ? 1 : -1;

	if (!number(&p, &n))
		return false;
	unit = *p == 's' ? 1 : *p == 'm' ? 60 : *p == 'h' ? 3600 : *p == 'd' ? 86400 : 0;
	if (unit == 0 || p[1] != '\0' || n > LATEST / unit)
		return false;
	*ret = now + sign * n * unit;
	return true;
}

int wt_timestamp_parse(const char *text, int64_t now, int64_t *ret, struct wt_err *err)
{
	const char *p = text + 1;
	int64_t at = -1;
	bool ok;

	if (strcmp(text, "now") == 0) {
		at = now;
		ok = true;
	} else if (*text == '@') {
		ok = number(&p, &at) && *p == '\0';
	} else if (*text == '+' || *text == '-') {
		ok = relative(text, now, &at);
	} else {
		ok = rfc3339(text, &at);
	}
	if (!ok || at < 0 || at > LATEST)
		return bad(text, err);
	*ret = at;
	return 0;
}

const char *wt_timestamp_utc(int64_t at, char ret[WT_TIMESTAMP_LEN])
{
	time_t t = at;
	struct tm tm;

	if (at < 0 || at > LATEST || !gmtime_r(&t, &tm) ||
	    strftime(ret, WT_TIMESTAMP_LEN, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		snprintf(ret, WT_TIMESTAMP_LEN, "@%" PRId64, at);
	return ret;
}

const char *wt_timestamp_local(int64_t at, char ret[WT_TIMESTAMP_LEN])
{
	time_t t = at;
	struct tm tm;
	long minutes;

	if (at < 0 || at > LATEST || !localtime_r(&t, &tm)) {
		snprintf(ret, WT_TIMESTAMP_LEN, "@%" PRId64, at);
		return ret;
	}
	minutes = tm.tm_gmtoff / 60;
	snprintf(ret, WT_TIMESTAMP_LEN, "%04d-%02d-%02d %02d:%02d:%02d %c%02ld:%02ld",
		 (tm.tm_year + 1900) % 10000, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min,
		 tm.tm_sec, minutes < 0 ? '-' : '+', labs(minutes) / 60 % 100, labs(minutes) % 60);
	return ret;
}
