// SPDX-License-Identifier: Apache-2.0
/* What the kernel writes: records of the log, and IMA's measurement list. */
#include "tests/fuzz/targets/targets.h"

#include <string.h>

#include "lib/ima.h"
#include "lib/record.h"
#include "tests/fuzz/signed/world.h"
#include "tests/unit/lib/ima_list.h"

static void look_at_window(const struct wt_record *rec)
{
	struct wt_window_source source;
	struct wt_window_device device;
	struct wt_window window;
	size_t i;

	wt_window_read(rec, &window);
	for (i = 0; i < window.sources; i++)
		wt_window_source(&window, i, &source);
	for (i = 0; i < window.devices; i++)
		wt_window_device(&window, i, &device);
	FUZZ_CHECK(!window.nonce.p || window.nonce.p >= rec->payload.p);
	FUZZ_CHECK(!window.nonce.p ||
		   window.nonce.p + window.nonce.n <= rec->payload.p + rec->payload.n);
}

static void record_run(struct wt_span raw)
{
	static const size_t caps[] = { 1, 2, 40, 512 };
	struct wt_err err = { "" };
	struct wt_record rec;
	struct wt_span key;
	char line[512];
	int r;

	fuzz_untouched_fill(&rec, sizeof(rec));
	r = wt_record_decode(raw, &rec, &err);
	if (r < 0) {
		fuzz_check_refusal(r, &err);
		FUZZ_CHECK(fuzz_untouched(&rec, sizeof(rec)));
		return;
	}
	FUZZ_CHECK(rec.len == raw.n && rec.payload.p >= raw.p &&
		   rec.payload.p + rec.payload.n <= raw.p + raw.n);
	if (rec.type == WATTEST_RECORD_WINDOW)
		look_at_window(&rec);
	key = wt_record_key(&rec);
	FUZZ_CHECK(!key.p || (key.n == WT_SHA256_LEN && wt_record_closes(rec.type)));
	for (size_t i = 0; i < sizeof(caps) / sizeof(caps[0]); i++) {
		memset(line, 0x7f, sizeof(line));
		wt_record_print(&rec, line, caps[i]);
		FUZZ_CHECK(memchr(line, '\0', caps[i]));
		FUZZ_CHECK(i < 3 || wt_text_plain(wt_span(line, strlen(line))));
	}
}

static void record_seed(void)
{
	world_records(fuzz_seed);
}

const struct fuzz_target fuzz_record = { "record", NULL, record_run, record_seed };

/* --- IMA ------------------------------------------------------------------------------------------- */

static void ima_run(struct wt_span list)
{
	uint8_t pcr[WT_SHA256_LEN] = { 0 };
	struct wt_ima_entry entry;
	struct wt_err err = { "" };
	struct wt_span before;
	int r;

	do {
		before = list;
		fuzz_untouched_fill(&entry, sizeof(entry));
		r = wt_ima_next(&list, &entry, &err);
		if (r <= 0)
			break;
		FUZZ_CHECK(r == 1 && entry.raw.p == before.p && entry.raw.n <= before.n);
		FUZZ_CHECK(entry.raw.n && entry.raw.n <= WT_IMA_ENTRY_MAX);
		FUZZ_CHECK(list.p == before.p + entry.raw.n && list.n == before.n - entry.raw.n);
		wt_ima_extend(pcr, &entry);
	} while (list.n);
	if (r == 1)
		return;
	FUZZ_CHECK(list.p == before.p && list.n == before.n);
	FUZZ_CHECK(fuzz_untouched(&entry, sizeof(entry)));
	FUZZ_CHECK(r == 0 || r == -EAGAIN || r == -EBADMSG || r == -EOPNOTSUPP);
	FUZZ_CHECK(r != 0 || !list.n);
	if (r < 0 && r != -EAGAIN)
		fuzz_check_refusal(r, &err);
}

static void ima_seed(void)
{
	struct wt_buf list = { 0 };

	ima_put_file(&list, 0x11, "boot_aggregate", false);
	ima_put_file(&list, 0x22, "/usr/sbin/wattestd", false);
	fuzz_seed(wt_buf_span(&list));
	ima_put_file(&list, 0x00, "/var/log/x", true);
	ima_put_buffer(&list, "wattest", "0123456789abcdef0123456789abcdef", 32);
	fuzz_seed(wt_buf_span(&list));
	wt_buf_free(&list);
}

const struct fuzz_target fuzz_ima = { "ima", NULL, ima_run, ima_seed };
