// SPDX-License-Identifier: Apache-2.0
#include "lib/report_words.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/timestamp.h"

#define NS_PER_S UINT64_C(1000000000)

int wt_report_format_parse(const char *text, enum wt_report_format *ret, struct wt_err *err)
{
	static const struct {
		const char *name;
		enum wt_report_format format;
	} formats[] = { { "text", WT_REPORT_TEXT },
			{ "csv", WT_REPORT_CSV },
			{ "json", WT_REPORT_JSON } };
	size_t i;

	for (i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		if (strcmp(text, formats[i].name) == 0) {
			*ret = formats[i].format;
			return 0;
		}
	}
	return wt_fail(err, EINVAL, "\"%.40s\" is no format: text, csv and json are", text);
}

uint64_t wt_report_ns(int64_t s)
{
	return (uint64_t)s * NS_PER_S;
}

const char *wt_report_time(uint64_t ns, char ret[WT_REPORT_TIME_LEN])
{
	size_t n;

	wt_timestamp_utc((int64_t)(ns / NS_PER_S), ret);
	if (ns % NS_PER_S == 0)
		return ret;
	n = strlen(ret) - 1; /* before the Z */
	snprintf(ret + n, WT_REPORT_TIME_LEN - n, ".%09" PRIu64 "Z", ns % NS_PER_S);
	return ret;
}

const char *wt_report_rig(const struct wt_verdict *v, char ret[WT_REPORT_WORDS_LEN])
{
	char ueid[2 * WT_UEID_LEN + 1];

	wt_hex(v->ueid, WT_UEID_LEN, ueid);
	snprintf(ret, WT_REPORT_WORDS_LEN, "rig %s, %s", v->rig, ueid);
	return ret;
}

const char *wt_report_evidence(const struct wt_verdict *v, char ret[WT_REPORT_WORDS_LEN])
{
	snprintf(ret, WT_REPORT_WORDS_LEN, "%" PRIu64 " attestations, %" PRIu64 " to %" PRIu64,
		 v->attestations, v->first_seq, v->last_seq);
	return ret;
}

const char *wt_report_verdict(const struct wt_verdict *v, char ret[WT_REPORT_WORDS_LEN])
{
	size_t i, n;

	n = (size_t)snprintf(ret, WT_REPORT_WORDS_LEN, "%s", wt_tier_name(v->tier));
	for (i = 0; v->tier > WT_AFFIRMING && i < WT_CHECKS && n < WT_REPORT_WORDS_LEN; i++) {
		if (v->checks[i].tier != v->tier)
			continue;
		n += (size_t)snprintf(ret + n, WT_REPORT_WORDS_LEN - n, "%s %s (%s)",
				      strchr(ret, ':') ? "," : ":", wt_check_name(i),
				      v->checks[i].code);
	}
	return ret;
}

const char *wt_report_why(const struct wt_report_gap *gap, char ret[WT_REPORT_WORDS_LEN])
{
	snprintf(ret, WT_REPORT_WORDS_LEN, "%s%s%s", gap->gap ? "not attested" : "not all measured",
		 gap->why ? ": " : ", nothing substituted", gap->why ? gap->why : "");
	return ret;
}

int wt_report_nothing(int64_t from_s, int64_t to_s, const struct wt_verdict *v, struct wt_err *err)
{
	char from[WT_TIMESTAMP_LEN], to[WT_TIMESTAMP_LEN], first[WT_TIMESTAMP_LEN],
		last[WT_TIMESTAMP_LEN];
	size_t i;

	wt_timestamp_utc(from_s, from);
	wt_timestamp_utc(to_s, to);
	if (v->to_ns)
		return wt_fail(err, ENOENT,
			       "nothing was attested from %s to %s: there is evidence of %s to %s",
			       from, to, wt_timestamp_utc((int64_t)(v->from_ns / NS_PER_S), first),
			       wt_timestamp_utc((int64_t)(v->to_ns / NS_PER_S), last));
	for (i = 0; i < WT_CHECKS; i++) {
		if (v->checks[i].tier == v->tier && v->tier > WT_AFFIRMING)
			return wt_fail(err, ENOENT, "nothing can be charged: %s",
				       v->checks[i].reason);
	}
	return wt_fail(err, ENOENT, "nothing was attested from %s to %s", from, to);
}
