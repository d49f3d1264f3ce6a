// SPDX-License-Identifier: Apache-2.0
#include "lib/appraisal/findings.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define WT_REASON_ROW(name, code, check, tier, meaning) \
	{ code, WT_CHECK_##check, WT_##tier, meaning },
static const struct wt_reason reasons[] = { WT_REASONS(WT_REASON_ROW) };
#undef WT_REASON_ROW

static const char *const check_names[WT_CHECKS] = {
	[WT_CHECK_SIGNATURE] = "signature",   [WT_CHECK_SIGNER] = "signer",
	[WT_CHECK_REVOCATION] = "revocation", [WT_CHECK_REGISTRATION] = "registration",
	[WT_CHECK_SEQUENCE] = "sequence",     [WT_CHECK_CHAIN] = "chain",
	[WT_CHECK_COUNTERS] = "counters",     [WT_CHECK_TIME] = "time",
	[WT_CHECK_DEVICES] = "devices",	      [WT_CHECK_SOURCES] = "sources",
	[WT_CHECK_ACTIVITY] = "activity",     [WT_CHECK_INTEGRITY] = "integrity",
	[WT_CHECK_SOFTWARE] = "software",
	[WT_CHECK_LOSSES] = "losses",
	[WT_CHECK_FRESHNESS] = "freshness",   [WT_CHECK_WITNESS] = "witness",
	[WT_CHECK_BOOT] = "boot",
	[WT_CHECK_GRANTS] = "grants",	      [WT_CHECK_ENERGY] = "energy",
	[WT_CHECK_CURTAILMENT] = "curtailment",
};

const struct wt_reason *wt_reasons(size_t *ret_n)
{
	*ret_n = sizeof(reasons) / sizeof(reasons[0]);
	return reasons;
}

const char *wt_check_name(enum wt_check check)
{
	return check >= 0 && check < WT_CHECKS ? check_names[check] : "?";
}

const char *wt_tier_name(enum wt_tier tier)
{
	switch (tier) {
	case WT_AFFIRMING:
		return "affirming";
	case WT_WARNING:
		return "warning";
	case WT_CONTRAINDICATED:
		return "contraindicated";
	default:
		return "none";
	}
}

static void conclude(struct wt_outcome *outcome, enum wt_tier tier, const char *code,
		     const char *format, va_list args)
{
	outcome->tier = tier;
	snprintf(outcome->code, sizeof(outcome->code), "%s", code);
	vsnprintf(outcome->reason, sizeof(outcome->reason), format, args);
}

void wt_find(struct wt_findings *f, enum wt_reason_id id, const char *format, ...)
{
	const struct wt_reason *reason = &reasons[id];
	struct wt_outcome *outcome = &f->checks[reason->check];
	va_list args;

	if (reason->tier == outcome->tier) {
		outcome->findings++;
	} else if (reason->tier > outcome->tier) {
		outcome->findings = 1;
		va_start(args, format);
		conclude(outcome, reason->tier, reason->code, format, args);
		va_end(args);
	}
}

void wt_remark(struct wt_findings *f, enum wt_check check, const char *format, ...)
{
	va_list args;

	if (*f->notes[check])
		return;
	va_start(args, format);
	vsnprintf(f->notes[check], sizeof(f->notes[check]), format, args);
	va_end(args);
}

/* Nothing was found in this check: what there is to say, and its note. */
static void say(struct wt_findings *f, enum wt_check check, enum wt_tier tier, const char *code,
		const char *format, va_list args)
{
	struct wt_outcome *outcome = &f->checks[check];
	char note[sizeof(f->notes[check])];
	size_t n;

	conclude(outcome, tier, code, format, args);
	memcpy(note, f->notes[check], sizeof(note));
	n = strlen(outcome->reason);
	if (*note)
		snprintf(outcome->reason + n, sizeof(outcome->reason) - n, "; %s", note);
}

void wt_affirm(struct wt_findings *f, enum wt_check check, const char *format, ...)
{
	va_list args;

	if (f->checks[check].tier != WT_NONE)
		return;
	va_start(args, format);
	say(f, check, WT_AFFIRMING, "ok", format, args);
	va_end(args);
}

void wt_no_claim(struct wt_findings *f, enum wt_check check, const char *format, ...)
{
	va_list args;

	if (f->checks[check].tier != WT_NONE)
		return;
	va_start(args, format);
	say(f, check, WT_NONE, "none", format, args);
	va_end(args);
}

const char *wt_count(uint64_t n, const char *noun, char ret[WT_COUNT_LEN])
{
	char number[WT_GROUPED_LEN];

	snprintf(ret, WT_COUNT_LEN, "%s %.16s%s", wt_grouped(n, number), noun, n == 1 ? "" : "s");
	return ret;
}
