// SPDX-License-Identifier: Apache-2.0
#include "lib/site/private.h"

#include <stdarg.h>
#include <stdio.h>

#define WT_SITE_REASON_ROW(name, code, check, tier, meaning) \
	{ code, WT_SITE_CHECK_OF_##check, WT_##tier, meaning },
#define WT_SITE_CHECK_OF_OBJECTS WT_SITE_OBJECTS
#define WT_SITE_CHECK_OF_ALLOTMENTS WT_SITE_ALLOTMENTS
#define WT_SITE_CHECK_OF_GRANTS WT_SITE_GRANTS
#define WT_SITE_CHECK_OF_DEVICES WT_SITE_DEVICES
#define WT_SITE_CHECK_OF_RIGS WT_SITE_RIGS
#define WT_SITE_CHECK_OF_ENERGY WT_SITE_ENERGY
static const struct wt_site_reason reasons[] = { WT_SITE_REASONS(WT_SITE_REASON_ROW) };

static const char *const check_names[WT_SITE_CHECKS] = {
	[WT_SITE_OBJECTS] = "objects", [WT_SITE_ALLOTMENTS] = "allotments",
	[WT_SITE_GRANTS] = "grants",   [WT_SITE_DEVICES] = "devices",
	[WT_SITE_RIGS] = "rigs",       [WT_SITE_ENERGY] = "energy",
};

const struct wt_site_reason *wt_site_reasons(size_t *ret_n)
{
	*ret_n = sizeof(reasons) / sizeof(reasons[0]);
	return reasons;
}

const char *wt_site_check_name(enum wt_site_check check)
{
	return check >= 0 && check < WT_SITE_CHECKS ? check_names[check] : "?";
}

static void conclude(struct wt_outcome *outcome, enum wt_tier tier, const char *code,
		     const char *format, va_list args)
{
	outcome->tier = tier;
	snprintf(outcome->code, sizeof(outcome->code), "%s", code);
	vsnprintf(outcome->reason, sizeof(outcome->reason), format, args);
}

void wt_site_find(struct wt_outcome *checks, enum wt_site_reason_id id, const char *format, ...)
{
	const struct wt_site_reason *reason = &reasons[id];
	struct wt_outcome *outcome = &checks[reason->check];
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

void wt_site_affirm(struct wt_outcome *checks, enum wt_site_check check, const char *format, ...)
{
	va_list args;

	if (checks[check].tier != WT_NONE)
		return;
	va_start(args, format);
	conclude(&checks[check], WT_AFFIRMING, "ok", format, args);
	va_end(args);
}

void wt_site_no_claim(struct wt_outcome *checks, enum wt_site_check check, const char *sentence)
{
	if (checks[check].tier != WT_NONE)
		return;
	snprintf(checks[check].code, sizeof(checks[check].code), "none");
	snprintf(checks[check].reason, sizeof(checks[check].reason), "%s", sentence);
}
