// SPDX-License-Identifier: Apache-2.0
/* A rig's schedule: coded, told in words, and held against a time. */
#include "lib/idle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/fields.h"

#define NS_PER_MIN UINT64_C(60000000000)
#define NS_PER_WEEK (WT_WEEK_MIN * NS_PER_MIN)
#define DAY_MIN 1440
/* 1970 began on a Thursday: three days into its week. */
#define EPOCH_NS (3 * DAY_MIN * NS_PER_MIN)

static const char *const days[] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };

/* Does the second, which begins later in the week (or is the first of the next), touch the first? */
static bool overlap(const struct wt_idle *first, const struct wt_idle *second, bool next_week)
{
	return first->begin + first->minutes > second->begin + (next_week ? WT_WEEK_MIN : 0);
}

/* --- coding ------------------------------------------------------------------------------------ */

static int read_one(struct wt_cbor_in *in, const struct wt_idle *list, size_t at,
		    struct wt_idle *ret)
{
	uint64_t begin = 0, minutes = 0;
	size_t n;
	int r;

	r = wt_cbor_array(in, &n);
	if (r == 0 && n != 2)
		r = wt_cbor_bad(in, "%zu numbers (must be 2)", n);
	if (r == 0)
		r = wt_field_uint(in, 0, WT_WEEK_MIN - 1, &begin);
	if (r == 0)
		r = wt_field_uint(in, 1, WT_WEEK_MIN, &minutes);
	if (r < 0)
		return r;
	*ret = (struct wt_idle){ (uint16_t)begin, (uint16_t)minutes };
	if (at > 0 && ret->begin <= list[at - 1].begin)
		return wt_cbor_bad(in, "out of order");
	if (at > 0 && overlap(&list[at - 1], ret, false))
		return wt_cbor_bad(in, "overlaps the one before");
	return 0;
}

int wt_idle_read(struct wt_cbor_in *in, struct wt_idle **ret, size_t *ret_n)
{
	size_t n = 0;
	int r;

	r = wt_field_count(in, WT_MAX_IDLE, &n);
	if (r < 0)
		return r;
	if (n == 0)
		return wt_cbor_bad(in, "empty (leave it out)");
	*ret = calloc(n, sizeof(**ret));
	if (!*ret)
		return wt_fail(in->err, ENOMEM, "no memory for a schedule");
	for (*ret_n = 0; *ret_n < n; (*ret_n)++) {
		r = read_one(in, *ret, *ret_n, &(*ret)[*ret_n]);
		if (r < 0)
			return r;
	}
	if (overlap(&(*ret)[n - 1], &(*ret)[0], true))
		return wt_cbor_bad(in, "the last overlaps the first of the next week");
	return 0;
}

void wt_idle_put(struct wt_buf *b, const struct wt_idle *idle, size_t n)
{
	size_t i;

	wt_cbor_put_array(b, n);
	for (i = 0; i < n; i++) {
		wt_cbor_put_array(b, 2);
		wt_cbor_put_uint(b, idle[i].begin);
		wt_cbor_put_uint(b, idle[i].minutes);
	}
}

/* --- time -------------------------------------------------------------------------------------- */

/* Of one: is that time of the week in it, and how long until that changes? */
static bool within(const struct wt_idle *idle, uint64_t in_week_ns, uint64_t *ret_left_ns)
{
	uint64_t begin = idle->begin * NS_PER_MIN, length = idle->minutes * NS_PER_MIN, since;

	since = in_week_ns >= begin ? in_week_ns - begin : in_week_ns + NS_PER_WEEK - begin;
	*ret_left_ns = since < length ? length - since : NS_PER_WEEK - since;
	return since < length;
}

bool wt_idle_at(const struct wt_idle *idle, size_t n, uint64_t at_ns, uint64_t *ret_until)
{
	uint64_t in_week_ns = (at_ns % NS_PER_WEEK + EPOCH_NS) % NS_PER_WEEK, left,
		 least = UINT64_MAX;
	bool off = false;
	size_t i;

	for (i = 0; i < n && !off; i++) {
		off = within(&idle[i], in_week_ns, &left);
		/* Being in one ends with it; being in none ends when the next begins. */
		least = off || left < least ? left : least;
	}
	*ret_until = least > UINT64_MAX - at_ns ? UINT64_MAX : at_ns + least;
	return off;
}

/* --- words ------------------------------------------------------------------------------------- */

/* At most two digits, up to a bound. */
static bool two_digits(const char **p, unsigned int most, unsigned int *ret)
{
	if ((*p)[0] < '0' || (*p)[0] > '9' || (*p)[1] < '0' || (*p)[1] > '9')
		return false;
	*ret = (unsigned int)((*p)[0] - '0') * 10 + (unsigned int)((*p)[1] - '0');
	*p += 2;
	return *ret <= most;
}

/* "26h" up to the end, in minutes. */
static bool length(const char *p, unsigned int *ret)
{
	unsigned int n = 0, unit, digits;

	for (digits = 0; p[digits] >= '0' && p[digits] <= '9' && digits < 6; digits++)
		n = n * 10 + (unsigned int)(p[digits] - '0');
	p += digits;
	unit = *p == 'm' ? 1 : *p == 'h' ? 60 : *p == 'd' ? DAY_MIN : 0;
	*ret = n * unit;
	return digits > 0 && unit && !p[1] && n <= WT_WEEK_MIN && *ret >= 1 && *ret <= WT_WEEK_MIN;
}

/* "22:00 +26h" */
static bool time_and_length(const char *p, unsigned int *ret_minute, unsigned int *ret_length)
{
	unsigned int hour, minute;

	while (*p == ' ')
		p++;
	if (!two_digits(&p, 23, &hour) || *p++ != ':' || !two_digits(&p, 59, &minute))
		return false;
	while (*p == ' ')
		p++;
	if (*p++ != '+')
		return false;
	while (*p == ' ')
		p++;
	*ret_minute = hour * 60 + minute;
	return length(p, ret_length);
}

static int add(struct wt_idle *list, size_t *n, struct wt_idle idle, struct wt_err *err)
{
	char text[WT_IDLE_LEN], other[WT_IDLE_LEN];
	const struct wt_idle *clash = NULL;
	size_t at, i;

	if (*n == WT_MAX_IDLE)
		return wt_fail(err, EINVAL, "at most %d times of the week", WT_MAX_IDLE);
	for (at = 0; at < *n && list[at].begin < idle.begin; at++)
		;
	for (i = 0; i < *n && !clash; i++) {
		bool before = i < at;

		if (before ? overlap(&list[i], &idle, false) || overlap(&idle, &list[i], true)
			   : list[i].begin == idle.begin || overlap(&idle, &list[i], false) ||
				     overlap(&list[i], &idle, true))
			clash = &list[i];
	}
	if (clash)
		return wt_fail(err, EINVAL, "%s overlaps %s", wt_idle_words(&idle, text),
			       wt_idle_words(clash, other));
	memmove(&list[at + 1], &list[at], (*n - at) * sizeof(*list));
	list[at] = idle;
	++*n;
	return 0;
}

int wt_idle_parse(const char *text, struct wt_idle *list, size_t *n, struct wt_err *err)
{
	unsigned int minute, minutes, day;
	bool daily = strncasecmp(text, "daily ", 6) == 0;
	int r = 0;

	for (day = 0; !daily && day < 7; day++) {
		if (strncasecmp(text, days[day], 3) == 0 && text[3] == ' ')
			break;
	}
	if (day == 7 || !time_and_length(text + (daily ? 6 : 4), &minute, &minutes))
		return wt_fail(
			err, EINVAL,
			"\"%.40s\": wanted is mon, tue, wed, thu, fri, sat, sun or daily, the time in "
			"UTC and for how long: \"sat 22:00 +26h\" (m, h, d; at most 7d)",
			text);
	for (; r == 0 && day < 7; day++) {
		r = add(list, n,
			(struct wt_idle){ (uint16_t)(day * DAY_MIN + minute), (uint16_t)minutes },
			err);
		if (!daily)
			break;
	}
	return r;
}

const char *wt_idle_words(const struct wt_idle *idle, char ret[WT_IDLE_LEN])
{
	unsigned int minute = idle->begin % DAY_MIN, hours = idle->minutes / 60;
	char length_words[24];

	if (idle->minutes % 60 == 0)
		snprintf(length_words, sizeof(length_words), "%u h", hours);
	else if (hours == 0)
		snprintf(length_words, sizeof(length_words), "%u min", idle->minutes);
	else
		snprintf(length_words, sizeof(length_words), "%u h %u min", hours,
			 idle->minutes % 60u);
	snprintf(ret, WT_IDLE_LEN, "%s %02u:%02u for %s, UTC", days[idle->begin / DAY_MIN % 7],
		 minute / 60, minute % 60, length_words);
	return ret;
}
