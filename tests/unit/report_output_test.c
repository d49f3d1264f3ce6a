// SPDX-License-Identifier: Apache-2.0
/* Reports as they are asked for and written: periods, formats, text, CSV, JSON. */
#include "tests/unit/books.h"

#include <json-c/json.h>

TEST(bad_periods)
{
	static const struct {
		int64_t from, to;
		const char *words;
	} bad[] = {
		{ T0, T0, "empty" },
		{ T0 + 1, T0, "ends before it begins" },
		{ T0, T0 + WT_REPORT_MAX_S + 1, "longer than ten years" },
		{ -1, T0, "between the years" },
		{ INT64_MAX - 1, INT64_MAX, "between the years" },
	};
	struct wt_reporter *r = NULL;
	struct wt_err err;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		EXPECT_EQ(-EINVAL, wt_reporter_new(bad[i].from, bad[i].to, &r, &err));
		EXPECT_NE(NULL, strstr(err.msg, bad[i].words));
	}
	EXPECT_EQ(NULL, r);
	ASSERT_EQ(0, wt_reporter_new(T0, T0 + WT_REPORT_MAX_S, &r, &err));
	wt_reporter_free(r);
}

TEST(formats)
{
	enum wt_report_format format = 0;
	struct wt_err err;

	EXPECT_EQ(0, wt_report_format_parse("csv", &format, &err));
	EXPECT_EQ(WT_REPORT_CSV, format);
	EXPECT_EQ(-EINVAL, wt_report_format_parse("xml", &format, &err));
	EXPECT_NE(NULL, strstr(err.msg, "\"xml\" is no format"));
	EXPECT_EQ(-EINVAL, wt_report_format_parse("", &format, &err));
}

/* Quoted fields as RFC 4180 has them; returns the number of fields, 0 when it is no CSV. */
static size_t fields(const char *line, const char *end)
{
	size_t n = 1;
	bool quoted = false;

	for (; line < end; line++) {
		if (*line == '"')
			quoted = !quoted;
		else if (!quoted && (*line == '\r' || *line == '\n'))
			return 0;
		else if (!quoted && *line == ',')
			n++;
	}
	return quoted ? 0 : n;
}

TEST(csv_is_rfc_4180)
{
	struct wt_report report;
	struct books b;
	char *text = NULL, *line, *end;
	size_t n, rows = 0;
	FILE *out;

	books_open(&b, T0, T0 + 24 * H);
	buy(&b, 1, 1, T0, T0 + H, "KZT", 22500000);
	buy(&b, 2, 1, T0, T0 + 2 * H, "", 0);
	strcpy(b.ledger.accounts[1].transaction, "a \"quoted\", one");
	charge(&b, (struct wt_charge){ .from_ns = T0_NS,
				       .to_ns = T0_NS + HNS + 1,
				       .measured = flat(3 * WH),
				       .substituted = { 0, 7, 7 },
				       .unmeasured_ns = 77,
				       .why = "one, or another" });
	report = finish(&b);
	out = open_memstream(&text, &n);
	wt_report_csv(&report, out);
	fclose(out);
	EXPECT_EQ(text, strstr(text, "row,from,to,measured_uj,"));
	for (line = text; *line; line = end + 2, rows++) {
		end = strstr(line, "\r\n");
		ASSERT_NE(NULL, end);
		ASSERT_EQ(17, fields(line, end))
		{
			TH_LOG("%.*s", (int)(end - line), line);
		}
	}
	/* head; total, a day, two hours, each with what is not covered; purchases; tariffs; gap */
	EXPECT_EQ(4 + 2 * 4 + 2 * 3 + 2 + 1, rows);
	EXPECT_NE(NULL, strstr(text, ",\"a \"\"quoted\"\", one\",,,,\r\n"));
	EXPECT_NE(NULL, strstr(text, "\r\nverdict,2026-01-01T00:00:00Z,2026-01-02T00:00:00Z,"
				     ",,,,,,,,,,,,,affirming\r\n"));
	EXPECT_NE(NULL, strstr(text, ",\"not all measured: one, or another\"\r\n"));
	EXPECT_NE(NULL, strstr(text, "\r\ngap,2026-01-01T00:00:00Z,2026-01-01T01:00:00.000000001Z,,"
				     "7,,,,,,77,,,,,,"));
	free(text);
	books_close(&b, &report);
}

TEST(json_has_the_exact_figures)
{
	struct json_object *o, *total, *chargeable;
	struct wt_report report;
	struct books b;

	books_open(&b, T0, T0 + 24 * H);
	charge(&b, (struct wt_charge){ .from_ns = T0_NS,
				       .to_ns = T0_NS + HNS,
				       .measured = { 1, 2, UINT64_MAX } });
	report = finish(&b);
	o = wt_report_json(&report);
	ASSERT_TRUE(json_object_object_get_ex(o, "total", &total));
	ASSERT_TRUE(json_object_object_get_ex(total, "chargeable", &chargeable));
	EXPECT_EQ(UINT64_MAX,
		  json_object_get_uint64(json_object_object_get(chargeable, "high_uj")));
	EXPECT_STREQ("affirming", json_object_get_string(json_object_object_get(o, "verdict")));
	json_object_put(o);
	books_close(&b, &report);
}

/* A report of evidence that does not hold says so before any figure. */
TEST(contraindicated_first)
{
	struct wt_report report;
	struct books b;
	char *text = NULL;
	size_t n;
	FILE *out;

	books_open(&b, T0, T0 + 24 * H);
	b.verdict.tier = WT_CONTRAINDICATED;
	b.verdict.checks[WT_CHECK_DEVICES].tier = WT_CONTRAINDICATED;
	strcpy(b.verdict.checks[WT_CHECK_DEVICES].code, "device-not-registered");
	charge(&b,
	       (struct wt_charge){ .from_ns = T0_NS, .to_ns = T0_NS + HNS, .measured = flat(WH) });
	report = finish(&b);
	out = open_memstream(&text, &n);
	wt_report_print(&report, out);
	fclose(out);
	ASSERT_NE(NULL, strstr(text, "contraindicated: devices (device-not-registered)"));
	EXPECT_LT(strstr(text, "contraindicated"), strstr(text, "measured"));
	EXPECT_NE(NULL, strstr(text, "do not rely on these figures"));
	EXPECT_NE(NULL, strstr(text, "2026-01-01 00:00"));
	free(text);
	books_close(&b, &report);
}

TEST(text_for_people)
{
	static const char *const lines[] = {
		"report     2026-01-01T00:00:00Z to 2026-01-01T02:00:00Z\n",
		"verdict    affirming\n",
		"2026-01-01 00:00          1.000        0.500        1.500        1.000        1.500"
		"        0.500    83.3 %  0.024500 KZT\n",
		"2026-01-01 day            1.000        0.500        1.500        1.000        1.500"
		"        0.500    41.6 %  0.024500 KZT\n",
		"total                     1.000        0.500        1.500        1.000        1.500"
		"        0.500    41.6 %  0.024500 KZT\n",
		"tx-1         2026-01-01 00:00:00 to 2026-01-01 01:00:00        1.000        1.000"
		"  0.024500 KZT, 0.024500 KZT\n",
		"2026-01-01 00:50:00 to 2026-01-01 01:00:00  10 min         500.000 Wh  not attested: "
		"somebody slept\n",
	};
	struct wt_report report;
	struct books b;
	char *text = NULL;
	size_t n, i;
	FILE *out;

	books_open(&b, T0, T0 + 2 * H);
	buy(&b, 1, 1000, T0, T0 + H, "KZT", 24500);
	charge(&b, (struct wt_charge){ .from_ns = T0_NS,
				       .to_ns = T0_NS + HNS / 6 * 5,
				       .measured = flat(1000 * WH) });
	charge(&b, (struct wt_charge){ .from_ns = T0_NS + HNS / 6 * 5,
				       .to_ns = T0_NS + HNS,
				       .gap = true,
				       .unmeasured_ns = HNS / 6,
				       .substituted = { 0, 500 * WH, 500 * WH },
				       .why = "somebody slept" });
	report = finish(&b);
	out = open_memstream(&text, &n);
	wt_report_print(&report, out);
	fclose(out);
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		EXPECT_NE(NULL, strstr(text, lines[i]))
		{
			TH_LOG("%s not in\n%s", lines[i], text);
		}
	}
	free(text);
	books_close(&b, &report);
}

TEST_HARNESS_MAIN
