// SPDX-License-Identifier: Apache-2.0
/* Deterministic CBOR, its diagnostic notation, and the envelope that is written in it. */
#include "tests/fuzz/targets/targets.h"

#include <string.h>

#include "lib/cbor.h"
#include "lib/cose.h"
#include "tests/unit/golden/objects.h"
#include "tests/unit/golden/site.h"

/* Reads an item with the typed reads and writes it again. */
static void copy(struct wt_cbor_in *in, struct wt_buf *out, int depth)
{
	struct wt_cbor_map map;
	struct wt_span span;
	uint64_t number;
	int64_t integer;
	bool truth;
	size_t n;

	FUZZ_CHECK(depth <= WT_CBOR_DEPTH);
	switch (wt_cbor_peek(in)) {
	case WT_CBOR_UINT:
		FUZZ_CHECK(wt_cbor_uint(in, &number) == 0);
		wt_cbor_put_uint(out, number);
		break;
	case WT_CBOR_NINT:
		if (wt_cbor_int(in, &integer) == 0) {
			wt_cbor_put_int(out, integer);
			break;
		}
		FUZZ_CHECK(wt_cbor_skip(in, &span) == 0); /* beyond 64 bits */
		wt_buf_append(out, span.p, span.n);
		break;
	case WT_CBOR_BYTES:
		FUZZ_CHECK(wt_cbor_bytes(in, &span) == 0);
		wt_cbor_put_bytes(out, span);
		break;
	case WT_CBOR_TEXT:
		FUZZ_CHECK(wt_cbor_text(in, &span) == 0 && wt_text_utf8(span));
		wt_cbor_put_text_span(out, span);
		break;
	case WT_CBOR_ARRAY:
		FUZZ_CHECK(wt_cbor_array(in, &n) == 0 && n <= in->n);
		wt_cbor_put_array(out, n);
		while (n-- > 0)
			copy(in, out, depth + 1);
		break;
	case WT_CBOR_MAP:
		FUZZ_CHECK(wt_cbor_map(in, &map) == 0 && map.left <= in->n / 2);
		wt_cbor_put_map(out, map.left);
		while (wt_cbor_map_next_raw(in, &map, &span) > 0) {
			wt_buf_append(out, span.p, span.n);
			copy(in, out, depth + 1);
		}
		FUZZ_CHECK(map.left == 0);
		break;
	case WT_CBOR_TAG:
		FUZZ_CHECK(wt_cbor_tag(in, &number) == 0);
		wt_cbor_put_tag(out, number);
		copy(in, out, depth + 1);
		break;
	case WT_CBOR_SIMPLE:
		if (wt_cbor_bool(in, &truth) == 0) {
			wt_cbor_put_bool(out, truth);
		} else {
			FUZZ_CHECK(wt_cbor_null(in) == 0);
			wt_cbor_put_null(out);
		}
		break;
	default:
		FUZZ_CHECK(!"skipped, but cannot be read");
	}
}

static void diagnose(struct wt_span bytes, bool well_formed)
{
	struct wt_buf text = { 0 };
	struct wt_err err = { "" };
	int r;

	wt_buf_append(&text, "before", 6);
	r = wt_cbor_diag(bytes, &text, &err);
	if (r < 0) {
		FUZZ_CHECK(!well_formed);
		fuzz_check_refusal(r, &err);
		FUZZ_CHECK(text.n == 6);
	}
	for (size_t i = 0; i < text.n; i++)
		FUZZ_CHECK(text.p[i] == '\n' || (text.p[i] >= 0x20 && text.p[i] != 0x7f));
	FUZZ_CHECK(wt_text_utf8(wt_buf_span(&text)));
	wt_buf_free(&text);
}

static void cbor_run(struct wt_span bytes)
{
	struct wt_cbor_in in, again;
	struct wt_err err = { "" };
	struct wt_buf out = { 0 };
	struct wt_span raw;
	int r;

	wt_cbor_init(&in, bytes, &err);
	r = wt_cbor_skip(&in, &raw);
	diagnose(bytes, r == 0 && in.off == bytes.n);
	if (r < 0) {
		fuzz_check_refusal(r, &err);
	} else {
		FUZZ_CHECK(raw.p == bytes.p && raw.n == in.off && raw.n <= bytes.n);
		wt_cbor_init(&again, raw, &err);
		copy(&again, &out, 0);
		FUZZ_CHECK(wt_cbor_end(&again) == 0);
		FUZZ_CHECK(wt_span_equal(raw, wt_buf_span(&out)));
		wt_buf_free(&out);
	}
	/* others' CBOR: what is strict is lenient too */
	wt_cbor_init(&again, bytes, NULL);
	again.lenient = true;
	FUZZ_CHECK(wt_cbor_skip(&again, NULL) == 0 || r < 0);
	FUZZ_CHECK(again.off <= bytes.n);
}

static void cbor_seed(void)
{
	static const char *const items[] = {
		"00",
		"1bffffffffffffffff",
		"3bffffffffffffffff",
		"3863",
		"43010203",
		"63616263",
		"830102a10203",
		"a3012002636162630af6",
		"d8256100",
		"f4",
		"f5",
		"f6",
		"c28a0102030405060708090a",
		"fb3ff8000000000000",
		"f97e00",
		"9f01ff",
		"bf0102ff",
		"5f42010243030405ff",
		"d2844043a10126a0f640",
		"8181818181818181818181818181818100",
		"1800",
		"f818",
		"7f61616162ff",
	};

	for (size_t i = 0; i < sizeof(items) / sizeof(items[0]); i++)
		fuzz_seed_hex(items[i]);
	fuzz_seed_hex(GOLDEN_GRANT);
}

const struct fuzz_target fuzz_cbor = { "cbor", NULL, cbor_run, cbor_seed };

/* --- COSE_Sign1 ------------------------------------------------------------------------------------ */

static bool within(struct wt_span part, struct wt_span whole)
{
	return part.p >= whole.p && part.n <= whole.n &&
	       (size_t)(part.p - whole.p) <= whole.n - part.n;
}

static void cose_run(struct wt_span bytes)
{
	struct wt_cose cose, again, foreign;
	struct wt_err err = { "" };
	size_t i;
	int r;

	fuzz_untouched_fill(&cose, sizeof(cose));
	fuzz_untouched_fill(&foreign, sizeof(foreign));
	r = wt_cose_decode(bytes, &cose, &err);
	if (r < 0) {
		fuzz_check_refusal(r, &err);
		FUZZ_CHECK(fuzz_untouched(&cose, sizeof(cose)));
		r = wt_cose_decode_foreign(bytes, &foreign, &err);
		FUZZ_CHECK(r == 0 || fuzz_untouched(&foreign, sizeof(foreign)));
		FUZZ_CHECK(r < 0 || foreign.typ == WT_TYP_NONE); /* ours are never lenient */
		if (r < 0)
			fuzz_check_refusal(r, &err);
		return;
	}
	FUZZ_CHECK(cose.whole.p == bytes.p && cose.whole.n <= bytes.n);
	FUZZ_CHECK(within(cose.payload, cose.whole) && within(cose.signature, cose.whole));
	FUZZ_CHECK(within(cose.protected_raw, cose.whole));
	FUZZ_CHECK(cose.n_x5chain <= WT_COSE_CHAIN_MAX);
	for (i = 0; i < cose.n_x5chain; i++)
		FUZZ_CHECK(within(cose.x5chain[i], cose.whole));
	FUZZ_CHECK(wt_cose_decode(cose.whole, &again, &err) == 0);
	FUZZ_CHECK(memcmp(&again, &cose, sizeof(cose)) == 0);
	FUZZ_CHECK(wt_cose_decode_foreign(bytes, &foreign, &err) == 0);
	FUZZ_CHECK(memcmp(&foreign, &cose, sizeof(cose)) == 0);
}

static void cose_seed(void)
{
	fuzz_seed_hex(GOLDEN_ATTESTATION_EDDSA);
	fuzz_seed_hex(GOLDEN_ATTESTATION_ES256);
	fuzz_seed_hex(GOLDEN_SITE_GRANT);
	fuzz_seed_hex("d28443a10126a0480102030405060708420102"); /* of others: no typ */
	fuzz_seed_hex("d28443a10126a1182142300043010203420102");
	fuzz_seed_hex("d28446a20126028110a043010203420102"); /* crit */
}

const struct fuzz_target fuzz_cose = { "cose", NULL, cose_run, cose_seed };
