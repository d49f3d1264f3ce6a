// SPDX-License-Identifier: Apache-2.0
/* Verdicts on standard output: one rig as it always was; of several, what was found, and then the site. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "inspector/inspect.h"
#include "inspector/verify.h"
#include "lib/format.h"
#include "lib/json.h"

int verify_print_rig(const struct wt_verdict *verdict, bool json, struct wt_err *err)
{
	if (json)
		return wt_json_print(wt_verdict_json(verdict), WT_JSON_PRETTY, err);
	wt_verdict_print(verdict, stdout, inspect_colour(stdout));
	return 0;
}

/* --- for people ------------------------------------------------------------------------------- */

static const char *word_of(enum wt_tier tier)
{
	switch (tier) {
	case WT_AFFIRMING:
		return "ok";
	case WT_WARNING:
		return "warn";
	case WT_CONTRAINDICATED:
		return "FAIL";
	default:
		return "none";
	}
}

static const char *colour_of(enum wt_tier tier, bool colour)
{
	if (!colour)
		return "";
	return tier == WT_CONTRAINDICATED ? "\033[1;31m"
	       : tier == WT_WARNING	  ? "\033[33m"
	       : tier == WT_AFFIRMING	  ? "\033[32m"
					  : "";
}

static const char *end_of(enum wt_tier tier, bool colour)
{
	return colour && tier != WT_NONE ? "\033[0m" : "";
}

static void print_check(const struct wt_outcome *outcome, const char *name, bool colour)
{
	char n[WT_GROUPED_LEN];

	printf("  %s%-4s%s  %-12s  %s", colour_of(outcome->tier, colour), word_of(outcome->tier),
	       end_of(outcome->tier, colour), name, outcome->reason);
	if (outcome->findings > 1)
		printf(" (and %s more)", wt_grouped(outcome->findings - 1, n));
	putchar('\n');
}

static const char *name_of(const struct wt_verdict *v, char id[2 * WT_UEID_LEN + 1])
{
	wt_hex(v->ueid, WT_UEID_LEN, id);
	return *v->rig ? v->rig : id;
}

/* A line, and below it only what was found. */
static void print_rig(const struct wt_verdict *v, int width, bool colour)
{
	char id[2 * WT_UEID_LEN + 1], n[WT_GROUPED_LEN], used[WT_FORMAT_LEN], bought[WT_FORMAT_LEN];

	printf("%s%-4s%s  %-*s  %6s attestation%s  %s charged of %s\n", colour_of(v->tier, colour),
	       word_of(v->tier), end_of(v->tier, colour), width, name_of(v, id),
	       wt_grouped(v->attestations, n), v->attestations == 1 ? " " : "s",
	       wt_format_energy(v->chargeable.best, used), wt_format_energy(v->bought_uj, bought));
	for (size_t i = 0; i < WT_CHECKS; i++) {
		if (v->checks[i].tier > WT_AFFIRMING)
			print_check(&v->checks[i], wt_check_name(i), colour);
	}
}

/* Which rigs and which of the site's checks made the verdict what it is. */
static void print_why(const struct wt_site_verdict *v)
{
	const char *separator = " (";
	size_t i, rigs = 0;

	if (v->tier <= WT_AFFIRMING)
		return;
	for (i = 0; i < v->n_rigs; i++)
		rigs += v->rigs[i].tier == v->tier;
	if (rigs > 0) {
		printf("%s%zu rig%s", separator, rigs, rigs == 1 ? "" : "s");
		separator = ", ";
	}
	for (i = 0; i < WT_SITE_CHECKS; i++) {
		if (v->checks[i].tier != v->tier)
			continue;
		printf("%s%s", separator, wt_site_check_name(i));
		separator = ", ";
	}
	putchar(')');
}

static void print_site_line(const struct wt_site_verdict *v, bool colour)
{
	printf("verdict of the site: %s%s%s", colour_of(v->tier, colour),
	       v->tier == WT_NONE ? "could not judge" : wt_tier_name(v->tier),
	       end_of(v->tier, colour));
	print_why(v);
	putchar('\n');
}

static bool site_found_something(const struct wt_site_verdict *v)
{
	for (size_t i = 0; i < WT_SITE_CHECKS; i++) {
		if (v->checks[i].tier > WT_AFFIRMING)
			return true;
	}
	return false;
}

static void print_text(const struct wt_site_verdict *v, bool colour)
{
	bool alone = v->n_rigs == 1;
	char id[2 * WT_UEID_LEN + 1];
	int width = 0;
	size_t i;

	for (i = 0; i < v->n_rigs; i++) {
		int n = (int)strlen(name_of(&v->rigs[i], id));

		width = n > width ? n : width;
	}
	for (i = 0; i < v->n_rigs; i++) {
		if (alone)
			wt_verdict_print(&v->rigs[i], stdout, colour);
		else
			print_rig(&v->rigs[i], width, colour);
	}
	/* One rig alone is no site, unless something is wrong that is not its own. */
	if (alone && !site_found_something(v))
		return;
	printf("site   %zu rig%s\n", v->n_rigs, alone ? "" : "s");
	for (i = 0; i < WT_SITE_CHECKS; i++) {
		if (!alone || v->checks[i].tier > WT_AFFIRMING)
			print_check(&v->checks[i], wt_site_check_name(i), colour);
	}
	print_site_line(v, colour);
}

/* --- for programs ------------------------------------------------------------------------------ */

static struct json_object *site_json(const struct wt_site_verdict *v)
{
	struct json_object *o = json_object_new_object(), *checks = json_object_new_array();

	for (size_t i = 0; i < WT_SITE_CHECKS; i++) {
		struct json_object *check = json_object_new_object();

		wt_json_add(check, "check",
				       json_object_new_string(wt_site_check_name(i)));
		wt_json_add(check, "tier",
				       json_object_new_string(wt_tier_name(v->checks[i].tier)));
		wt_json_add(check, "code", json_object_new_string(v->checks[i].code));
		wt_json_add(check, "reason",
				       json_object_new_string(v->checks[i].reason));
		wt_json_add(check, "findings",
				       json_object_new_uint64(v->checks[i].findings));
		wt_json_append(checks, check);
	}
	wt_json_add(o, "checks", checks);
	wt_json_add(o, "bought_uj", json_object_new_uint64(v->bought_uj));
	wt_json_add(o, "charged_low_uj", json_object_new_uint64(v->chargeable.low));
	wt_json_add(o, "charged_uj", json_object_new_uint64(v->chargeable.best));
	wt_json_add(o, "charged_high_uj", json_object_new_uint64(v->chargeable.high));
	return o;
}

int verify_print_site(const struct wt_site_verdict *v, bool json, struct wt_err *err)
{
	struct json_object *o, *rigs;

	if (!json) {
		print_text(v, inspect_colour(stdout));
		return 0;
	}
	o = json_object_new_object();
	rigs = json_object_new_array();
	wt_json_add(o, "verdict", json_object_new_string(wt_tier_name(v->tier)));
	for (size_t i = 0; i < v->n_rigs; i++)
		wt_json_append(rigs, wt_verdict_json(&v->rigs[i]));
	wt_json_add(o, "rigs", rigs);
	wt_json_add(o, "site", site_json(v));
	return wt_json_print(o, WT_JSON_PRETTY, err);
}
