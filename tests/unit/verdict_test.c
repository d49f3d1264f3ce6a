// SPDX-License-Identifier: Apache-2.0
/* The verdict as people and programs see it, and the page that explains its codes. */
#include "lib/appraisal.h"

#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kselftest_harness.h"

#define NS UINT64_C(1000000000)

/* A verdict with one check of each tier, and figures beyond 2^53. */
static struct wt_verdict sample(struct wt_source_summary *source, struct wt_device_summary *device)
{
	struct wt_verdict v = {
		.tier = WT_CONTRAINDICATED,
		.allocation = WT_WITHIN,
		.assurance_missing = "TPM identity",
		.rig = "KZ-PVL-0142",
		.licence = "DMI-84-0031",
		.registered_until = 1800000000,
		.attestations = 1440,
		.first_seq = 8972,
		.last_seq = 10411,
		.from_ns = 1767225600 * NS,
		.to_ns = 1767312000 * NS,
		.chargeable = { 1, 2, UINT64_MAX },
		.sources = source,
		.n_sources = 1,
		.devices = device,
		.n_devices = 1,
		.signer = "ES256",
	};
	size_t i;

	for (i = 0; i < WT_CHECKS; i++)
		v.checks[i] =
			(struct wt_outcome){ .tier = WT_AFFIRMING, .code = "ok", .reason = "fine" };
	v.checks[WT_CHECK_TIME] =
		(struct wt_outcome){ WT_WARNING, "clock-stepped", "the clock was set", 1 };
	v.checks[WT_CHECK_DEVICES] =
		(struct wt_outcome){ WT_CONTRAINDICATED, "device-not-registered", "USB worked", 3 };
	v.checks[WT_CHECK_WITNESS] = (struct wt_outcome){ WT_NONE, "none", "no quote", 0 };
	*source = (struct wt_source_summary){ .name = "dps800 power1_input",
					      .role = WT_ROLE_INPUT,
					      .energy_uj = UINT64_MAX };
	*device = (struct wt_device_summary){ .name = "USB 10c4:ea60", .worked = true };
	return v;
}

static char *print(const struct wt_verdict *v, bool colour)
{
	char *text;
	size_t n;
	FILE *out = open_memstream(&text, &n);

	wt_verdict_print(v, out, colour);
	fclose(out);
	return text;
}

TEST(table)
{
	struct wt_source_summary source;
	struct wt_device_summary device;
	struct wt_verdict v = sample(&source, &device);
	char *text;

	setenv("TZ", "UTC-5", 1); /* five hours east */
	tzset();
	text = print(&v, false);
	EXPECT_STREQ(
		"KZ-PVL-0142   1,440 attestations   2026-01-01 05:00:00 +05:00 to 2026-01-02 05:00:00 +05:00\n"
		"  ok    signature     fine\n"
		"  ok    signer        fine\n"
		"  ok    revocation    fine\n"
		"  ok    registration  fine\n"
		"  ok    sequence      fine\n"
		"  ok    chain         fine\n"
		"  ok    counters      fine\n"
		"  warn  time          the clock was set\n"
		"  FAIL  devices       USB worked (and 2 more)\n"
		"  ok    sources       fine\n"
		"  ok    activity      fine\n"
		"  ok    integrity     fine\n"
		"  ok    software      fine\n"
		"  ok    losses        fine\n"
		"  ok    freshness     fine\n"
		"  none  witness       no quote\n"
		"  ok    boot          fine\n"
		"  ok    grants        fine\n"
		"  ok    energy        fine\n"
		"  ok    curtailment   fine\n"
		"verdict: contraindicated (devices)\n",
		text);
	EXPECT_EQ(NULL, strchr(text, '\033'));
	free(text);
	text = print(&v, true);
	EXPECT_NE(NULL, strstr(text, "\033[1;31mFAIL\033[0m"));
	EXPECT_NE(NULL, strstr(text, "verdict: \033[1;31mcontraindicated\033[0m (devices)"));
	free(text);
}

TEST(last_line)
{
	struct wt_source_summary source;
	struct wt_device_summary device;
	struct wt_verdict v = sample(&source, &device);
	char *text;

	v.tier = WT_AFFIRMING;
	text = print(&v, false);
	EXPECT_NE(NULL,
		  strstr(text, "verdict: affirming, assurance 0 of 3 (missing: TPM identity)\n"));
	free(text);
	v.tier = WT_WARNING;
	text = print(&v, false);
	EXPECT_NE(NULL,
		  strstr(text,
			 "verdict: warning (time), assurance 0 of 3 (missing: TPM identity)\n"));
	free(text);
	v.tier = WT_NONE;
	text = print(&v, false);
	EXPECT_NE(NULL, strstr(text, "verdict: could not judge\n"));
	free(text);
}

TEST(exit_status)
{
	EXPECT_EQ(0, wt_verdict_exit(&(struct wt_verdict){ .tier = WT_AFFIRMING }));
	EXPECT_EQ(1, wt_verdict_exit(&(struct wt_verdict){ .tier = WT_WARNING }));
	EXPECT_EQ(2, wt_verdict_exit(&(struct wt_verdict){ .tier = WT_CONTRAINDICATED }));
	EXPECT_EQ(3, wt_verdict_exit(&(struct wt_verdict){ .tier = WT_NONE }));
}

TEST(json)
{
	struct wt_source_summary source;
	struct wt_device_summary device;
	struct wt_verdict v = sample(&source, &device);
	struct json_object *o = wt_verdict_json(&v), *checks, *energy, *check;

	EXPECT_STREQ("contraindicated",
		     json_object_get_string(json_object_object_get(o, "verdict")));
	EXPECT_STREQ("KZ-PVL-0142", json_object_get_string(json_object_object_get(o, "rig")));
	checks = json_object_object_get(o, "checks");
	ASSERT_EQ(WT_CHECKS, json_object_array_length(checks));
	check = json_object_array_get_idx(checks, WT_CHECK_DEVICES);
	EXPECT_STREQ("devices", json_object_get_string(json_object_object_get(check, "check")));
	EXPECT_STREQ("contraindicated",
		     json_object_get_string(json_object_object_get(check, "tier")));
	EXPECT_STREQ("device-not-registered",
		     json_object_get_string(json_object_object_get(check, "code")));
	EXPECT_EQ(3, json_object_get_int(json_object_object_get(check, "findings")));
	energy = json_object_object_get(o, "energy");
	EXPECT_STREQ("within",
		     json_object_get_string(json_object_object_get(energy, "allocation")));
	EXPECT_EQ(UINT64_MAX,
		  json_object_get_uint64(json_object_object_get(energy, "charged_high_uj")));
	EXPECT_NE(NULL, strstr(json_object_to_json_string(o), "18446744073709551615"));
	json_object_put(o);
}

TEST(names)
{
	size_t i, k;

	for (i = 0; i < WT_CHECKS; i++) {
		for (k = 0; k < i; k++)
			EXPECT_STRNE(wt_check_name(i), wt_check_name(k));
	}
	EXPECT_STREQ("?", wt_check_name(WT_CHECKS));
	EXPECT_STREQ("none", wt_tier_name(WT_NONE));
}

TEST(codes_are_unique)
{
	const struct wt_reason *reasons;
	size_t n, i, k;

	reasons = wt_reasons(&n);
	for (i = 0; i < n; i++) {
		EXPECT_GT(sizeof(((struct wt_outcome *)0)->code), strlen(reasons[i].code));
		EXPECT_GT(WT_CHECKS, reasons[i].check);
		EXPECT_TRUE(reasons[i].tier == WT_WARNING || reasons[i].tier == WT_CONTRAINDICATED);
		for (k = 0; k < i; k++)
			EXPECT_STRNE(reasons[i].code, reasons[k].code);
	}
}

/*
 * docs/verdict.md lists every code under its check, with its weight and meaning as the table has
 * them, and no other.
 */
TEST(page)
{
	const struct wt_reason *reasons;
	char *page = NULL, row[512], *p;
	size_t cap = 0, n, i, rows = 0;
	FILE *f = fopen("docs/verdict.md", "r");

	ASSERT_NE(NULL, f)
	{
		TH_LOG("docs/verdict.md: run from the top of the tree");
	}
	ASSERT_LT(0, getdelim(&page, &cap, '\0', f));
	fclose(f);
	reasons = wt_reasons(&n);
	for (i = 0; i < n; i++) {
		snprintf(row, sizeof(row), "\n| `%s` | %s | %s |\n", reasons[i].code,
			 wt_tier_name(reasons[i].tier), reasons[i].meaning);
		EXPECT_NE(NULL, strstr(page, row))
		{
			TH_LOG("missing: %s", row);
		}
	}
	for (p = page; (p = strstr(p, "\n| `")); p++)
		rows++;
	EXPECT_EQ(n, rows);
	for (i = 0; i < WT_CHECKS; i++) {
		snprintf(row, sizeof(row), "\n### %s\n", wt_check_name(i));
		EXPECT_NE(NULL, strstr(page, row));
	}
	free(page);
}

TEST_HARNESS_MAIN
