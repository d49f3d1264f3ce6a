// SPDX-License-Identifier: Apache-2.0
/* What people write: configuration, tables, inventories, and words on a command line. */
#include "tests/fuzz/targets/targets.h"

#include <stdlib.h>
#include <string.h>

#include "agent/config.h"
#include "keys/csv.h"
#include "keys/inventory.h"
#include "keys/references.h"
#include "lib/base64.h"
#include "lib/file.h"
#include "lib/idle.h"
#include "lib/timestamp.h"
#include "tests/unit/sample.h"

static void config_run(struct wt_span in)
{
	struct wt_config config;
	struct wt_err err = { "" };
	int r;

	fuzz_untouched_fill(&config, sizeof(config));
	r = wt_config_load(fuzz_file(in), &config, &err);
	if (r < 0) {
		fuzz_check_refusal(r, &err);
		FUZZ_CHECK(fuzz_untouched(&config, sizeof(config)));
		return;
	}
	FUZZ_CHECK(config.grants[0] == '/' && config.state[0] == '/' && config.run[0] == '/');
	FUZZ_CHECK(config.attestation_kb >= 4 && config.attestation_kb <= 4096);
	FUZZ_CHECK(config.tpm_handle >> 24 == 0x81);
	FUZZ_CHECK(memchr(config.purchase, '\0', sizeof(config.purchase)));
	FUZZ_CHECK(wt_config_identity(&config).backend == config.backend);
}

static void config_seed(void)
{
	struct wt_buf file = { 0 };

	fuzz_need(wt_file_read("packaging/wattest.conf", 1 << 20, &file, NULL), "read the default");
	fuzz_seed(wt_buf_span(&file));
	wt_buf_free(&file);
	fuzz_seed_text(
		"[rig]\nkeys_in = tpm\ntpm = device:/dev/tpmrm0\ntpm_handle = 0x81010101\n"
		"tpm_owner_auth = /o\ntpm_endorsement_auth = /e\n"
		"key = /k\ncertificate = /c\nregistration = /r\ngrants = /g\ntrust = /t\n"
		"[agent]\nstate = /s\nrun = /r\nprobes = no\nima = yes\nima_list = /i\n"
		"attestation_kb = 4096\nkeep_days = 0\nkeep_undelivered_days = 36500\n"
		"[hooks]\ndirectory = /h\ntimeout_s = 600\nlow_1 = 120 min\nlow_2 = 5000 Wh\n"
		"registration_days = 0\n[purchase]\ncommand = /p --x\nhorizon_h = 168\n"
		"lead_min = 1440\nmargin_percent = 100\nblock_wh = 1000000\ntimeout_s = 3600\n");
	fuzz_seed_text("\xef\xbb\xbf; comment\n[hooks]\nlow_1 = off\nlow_2 : 1 Wh ; why\n");
}

const struct fuzz_target fuzz_config = { "config", NULL, config_run, config_seed };

/* --- tables ---------------------------------------------------------------------------------------- */

/* Written in the one strict way: every field in quotes. */
static void put_field(struct wt_buf *b, const char *field)
{
	wt_buf_append(b, "\"", 1);
	for (; *field; field++) {
		if (*field == '"')
			wt_buf_append(b, "\"", 1);
		wt_buf_append(b, field, 1);
	}
	wt_buf_append(b, "\"", 1);
}

static struct wt_buf write_table(const struct csv_table *table)
{
	struct wt_buf b = { 0 };
	const struct csv_row *rows = (const struct csv_row *)table->rows.p; /* the header first */
	const size_t *fields = (const size_t *)table->fields.p;

	for (size_t i = 0; i <= csv_count(table); i++) {
		for (size_t column = 0; column < rows[i].n; column++) {
			if (column)
				wt_buf_append(&b, ",", 1);
			put_field(&b, (const char *)table->text.p + fields[rows[i].first + column]);
		}
		wt_buf_append(&b, "\r\n", 2);
	}
	return b;
}

static void csv_run(struct wt_span in)
{
	static const struct csv_column columns[] = { { "rig", true },
						     { "wh", true },
						     { "transaction", false } };
	struct csv_table table, again;
	struct wt_err err = { "" };
	struct wt_buf first, second;
	size_t at[3];
	int r;

	fuzz_untouched_fill(&table, sizeof(table));
	r = csv_read(fuzz_file(in), &table, &err);
	if (r < 0) {
		fuzz_check_refusal(r, &err);
		FUZZ_CHECK(fuzz_untouched(&table, sizeof(table)));
		return;
	}
	fuzz_untouched_fill(at, sizeof(at));
	r = csv_columns(&table, columns, 3, at, &err);
	if (r < 0) {
		fuzz_check_refusal(r, &err);
		FUZZ_CHECK(fuzz_untouched(at, sizeof(at)));
	}
	for (size_t i = 0; r == 0 && i < csv_count(&table); i++)
		FUZZ_CHECK(csv_field(&table, i, at[0]) && csv_field(&table, i, at[2]));
	first = write_table(&table);
	FUZZ_CHECK(csv_read(fuzz_file(wt_buf_span(&first)), &again, &err) == 0);
	second = write_table(&again);
	FUZZ_CHECK(wt_span_equal(wt_buf_span(&first), wt_buf_span(&second)));
	FUZZ_CHECK(csv_count(&table) == csv_count(&again));
	csv_clear(&table);
	csv_clear(&again);
	wt_buf_free(&first);
	wt_buf_free(&second);
}

static void csv_seed(void)
{
	fuzz_seed_text("rig,wh,transaction\nKZ-PVL-0142,1000,TX-1\nKZ-PVL-0143,2000,TX-2\n");
	fuzz_seed_text("\xef\xbb\xbfrig,wh\r\n\"a \"\"quoted\"\" one\",\"1\r\n2\"\r\n\r\nx,\r\n");
	fuzz_seed_text("transaction;wh\n");
}

const struct fuzz_target fuzz_csv = { "csv", NULL, csv_run, csv_seed };

/* --- JSON ------------------------------------------------------------------------------------------ */

static void try_encode(struct wt_registration *lists)
{
	struct wt_registration reg = sample_registration();
	struct wt_buf b = { 0 };

	if (lists->n_devices) {
		reg.devices = lists->devices;
		reg.n_devices = lists->n_devices;
	}
	if (lists->n_sources) {
		reg.sources = lists->sources;
		reg.n_sources = lists->n_sources;
	}
	reg.references = lists->references;
	reg.n_references = lists->n_references;
	FUZZ_CHECK(wt_registration_encode(&reg, &b, NULL) == 0 || b.n == 0);
	wt_buf_free(&b);
}

static void inventory_run(struct wt_span in)
{
	static const struct inventory_defaults plain = { .class_ppm = 10000 };
	struct inventory_defaults defaults = plain;
	struct wt_registration reg = { 0 };
	struct wt_err err = { "" };
	const char *path = fuzz_file(in);
	int r;

	fuzz_need(inventory_parse_rule("*:power1_input=input", &defaults.rules[0], NULL), "parse");
	defaults.n_rules = 1;
	r = inventory_read(path, path, &defaults, SAMPLE_FROM, &reg, &err);
	if (r < 0)
		fuzz_check_refusal(r, &err);
	else
		try_encode(&reg);
	wt_registration_clear(&reg);
	reg = (struct wt_registration){ 0 };
	r = references_read(path, &reg, &err);
	if (r < 0)
		fuzz_check_refusal(r, &err);
	else
		try_encode(&reg);
	wt_registration_clear(&reg);
}

static void inventory_seed(void)
{
	fuzz_seed_text(
		"{\"devices\":[{\"bus\":\"usb\",\"vid\":\"0403\",\"pid\":\"6001\",\"serial\":\"A\","
		"\"path\":\"1-4\",\"product\":\"P\",\"model\":\"M\",\"rated_w\":5,\"rated_ghs\":12}],"
		"\"sources\":[{\"chip\":\"dps800\",\"parent\":\"0-0058\",\"attribute\":"
		"\"power1_input\",\"label\":\"pin\",\"role\":\"input\",\"class_ppm\":50000,"
		"\"calibrated_until\":\"2027-01-01T00:00:00Z\"}]}");
	fuzz_seed_text("[{\"bus\":\"usb\",\"vid\":\"0403\",\"pid\":\"6001\",\"path\":\"1-4\","
		       "\"serial\":null,\"chip\":\"c\",\"attribute\":\"power1_input\"}]");
	fuzz_seed_text("{\"references\":[{\"kind\":\"file\",\"name\":\"wattest.ko\",\"digest\":"
		       "\"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\"},"
		       "{\"kind\":\"probe\",\"name\":\"usb\",\"digest\":\"0011223344556677\"},"
		       "{\"kind\":\"module\",\"name\":\"0.1.0\",\"digest\":"
		       "\"00112233445566778899aabbccddeeff00112233\"}]}");
}

const struct fuzz_target fuzz_inventory = { "inventory", NULL, inventory_run, inventory_seed };

/* --- words ----------------------------------------------------------------------------------------- */

static void timestamps(const char *text)
{
	char utc[WT_TIMESTAMP_LEN];
	struct wt_err err = { "" };
	int64_t at, again;
	int r;

	fuzz_untouched_fill(&at, sizeof(at));
	r = wt_timestamp_parse(text, SAMPLE_FROM, &at, &err);
	if (r < 0) {
		fuzz_check_refusal(r, &err);
		FUZZ_CHECK(fuzz_untouched(&at, sizeof(at)));
		return;
	}
	FUZZ_CHECK(at >= 0);
	FUZZ_CHECK(wt_timestamp_parse(wt_timestamp_utc(at, utc), 0, &again, &err) == 0);
	FUZZ_CHECK(again == at);
	FUZZ_CHECK(wt_timestamp_local(at, utc) == utc);
}

static void schedules(const char *text)
{
	struct wt_idle list[WT_MAX_IDLE] = { { 60, 10 } };
	char words[WT_IDLE_LEN];
	struct wt_err err = { "" };
	size_t n = 1;
	int r = wt_idle_parse(text, list, &n, &err);

	FUZZ_CHECK(n >= 1 && n <= WT_MAX_IDLE && (r == 0 || n == 1));
	if (r < 0)
		fuzz_check_refusal(r, &err);
	for (size_t i = 0; i < n; i++) {
		FUZZ_CHECK(list[i].begin < WT_WEEK_MIN && list[i].minutes <= WT_WEEK_MIN);
		FUZZ_CHECK(!i || list[i].begin >= list[i - 1].begin + list[i - 1].minutes);
		FUZZ_CHECK(wt_idle_words(&list[i], words) == words);
	}
}

static void base64(struct wt_span in, const char *text)
{
	struct wt_buf b = { 0 }, back = { 0 };

	wt_base64_put(&b, in);
	wt_buf_append(&b, "", 1);
	FUZZ_CHECK(wt_base64_read((const char *)b.p, &back) == 0);
	FUZZ_CHECK(wt_span_equal(in, wt_buf_span(&back)));
	wt_buf_reset(&b);
	wt_buf_reset(&back);
	if (wt_base64_read(text, &back) == 0) {
		wt_base64_put(&b, wt_buf_span(&back));
		FUZZ_CHECK(wt_span_equal(wt_buf_span(&b), wt_span(text, strlen(text))));
	} else {
		FUZZ_CHECK(back.n == 0);
	}
	wt_buf_free(&b);
	wt_buf_free(&back);
}

static void text_run(struct wt_span in)
{
	char *text = strndup((const char *)in.p, in.n), grouped[WT_GROUPED_LEN], *hex;
	struct inventory_rule rule;
	struct wt_err err = { "" };
	uint8_t bytes[64];
	int n;

	if (!in.n || !text) {
		free(text);
		return;
	}
	timestamps(text);
	schedules(text);
	base64(in, text);
	n = wt_unhex(text, bytes, sizeof(bytes));
	FUZZ_CHECK(n == -EINVAL || (n >= 0 && n <= 64));
	hex = malloc(2 * in.n + 1);
	if (hex) {
		wt_hex(in.p, in.n, hex);
		FUZZ_CHECK(strlen(hex) == 2 * in.n);
		n = wt_unhex(hex, bytes, sizeof(bytes));
		FUZZ_CHECK(in.n > 64 ? n == -EINVAL : !memcmp(bytes, in.p, in.n));
	}
	free(hex);
	fuzz_untouched_fill(&rule, sizeof(rule));
	if (inventory_parse_rule(text, &rule, &err) < 0) {
		fuzz_check_refusal(-EINVAL, &err);
		FUZZ_CHECK(fuzz_untouched(&rule, sizeof(rule)));
	}
	FUZZ_CHECK(wt_grouped(fuzz_u64(&in), grouped) == grouped);
	free(text);
}

static void text_seed(void)
{
	static const char *const words[] = { "2026-11-20T13:00:00Z",
					     "2026-11-20T13:00:00+05:00",
					     "@1795179600",
					     "now",
					     "+1h",
					     "-30m",
					     "sat 22:00 +26h",
					     "daily 02:00 +30m",
					     "Zm9vYmFy",
					     "Zm9vYg==",
					     "41:9c:07",
					     "dps800:power1_*=input",
					     "9999-12-31T23:59:59Z",
					     "mon 00:00 +7d" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		fuzz_seed_text(words[i]);
}

const struct fuzz_target fuzz_text = { "text", NULL, text_run, text_seed };
