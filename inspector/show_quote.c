// SPDX-License-Identifier: Apache-2.0
/* A TPM's quote within an attestation, as people and programs read it: decoded, not verified. */
#include <inttypes.h>
#include <stdio.h>

#include "inspector/inspect.h"
#include "inspector/show.h"
#include "lib/json.h"
#include "lib/tpm/tpm.h"

static size_t list_pcrs(uint32_t mask, char *ret, size_t cap)
{
	size_t n = 0;

	for (unsigned int pcr = 0; pcr < WT_PCRS && n < cap; pcr++) {
		if (mask >> pcr & 1)
			n += (size_t)snprintf(ret + n, cap - n, "%s%u", n ? ", " : "PCRs ", pcr);
	}
	return n < cap ? n : cap;
}

static int read_quote(const struct wt_att_quote *quote, struct wt_tpm_attest *ret,
		      struct wt_err *err)
{
	int r = wt_tpm_attest_read(quote->attest, ret, err);

	if (r == 0 && ret->type != WT_TPM_ATTEST_QUOTE)
		r = wt_fail(err, EBADMSG, "a TPM's certificate, not a quote");
	if (r < 0)
		inspect_clean(err->msg);
	return r;
}

void show_quote_words(const struct wt_att_quote *quote, char *ret, size_t cap)
{
	struct wt_tpm_attest attest;
	struct wt_err err = {0};
	size_t n;

	if (read_quote(quote, &attest, &err) < 0) {
		snprintf(ret, cap, "cannot be read: %s", err.msg);
		return;
	}
	n = list_pcrs(attest.pcrs, ret, cap);
	snprintf(ret + n, cap - n, "%sreset %" PRIu32 ", restart %" PRIu32 ", clock %" PRIu64 " ms%s",
		 n ? "; " : "", attest.reset_count, attest.restart_count, attest.clock_ms,
		 attest.safe ? "" : ", after a power cut");
}

static void put_hex(struct json_object *o, const char *key, const void *p, size_t n)
{
	char hex[2 * 512 + 1];

	wt_hex(p, n > 512 ? 512 : n, hex);
	wt_json_add(o, key, json_object_new_string(hex));
}

struct json_object *show_quote_json(const struct wt_att_quote *quote)
{
	struct json_object *o = json_object_new_object(), *list, *e;
	struct wt_tpm_attest attest;
	struct wt_err err = {0};

	put_hex(o, "attest", quote->attest.p, quote->attest.n);
	put_hex(o, "signature", quote->signature.p, quote->signature.n);
	list = wt_json_add(o, "values", json_object_new_array());
	for (size_t i = 0; i < quote->n_pcrs; i++) {
		e = json_object_new_object();
		wt_json_add(e, "pcr", json_object_new_int(quote->pcrs[i].index));
		put_hex(e, "value", quote->pcrs[i].value, WT_SHA256_LEN);
		wt_json_append(list, e);
	}
	if (read_quote(quote, &attest, &err) < 0) {
		wt_json_add(o, "error", json_object_new_string(err.msg));
		return o;
	}
	list = wt_json_add(o, "pcrs", json_object_new_array());
	for (int pcr = 0; pcr < WT_PCRS; pcr++) {
		if (attest.pcrs >> pcr & 1)
			wt_json_append(list, json_object_new_int(pcr));
	}
	put_hex(o, "extra_data", attest.extra_data.p, attest.extra_data.n);
	wt_json_add(o, "clock_ms", json_object_new_uint64(attest.clock_ms));
	wt_json_add(o, "reset_count", json_object_new_uint64(attest.reset_count));
	wt_json_add(o, "restart_count", json_object_new_uint64(attest.restart_count));
	wt_json_add(o, "safe", json_object_new_boolean(attest.safe));
	return o;
}
