// SPDX-License-Identifier: Apache-2.0
/* The steps of an attestation. Records stay where they are, and memory is counted before it is asked for. */
#include <inttypes.h>
#include <stdlib.h>

#include "lib/attestation.h"
#include "wattest/record.h"

static int read_record(struct wt_cbor_in *in, bool last, struct wt_att_record *ret)
{
	size_t at = in->off;
	uint64_t tag;
	int r;

	*ret = (struct wt_att_record){ 0 };
	r = wt_cbor_peek(in);
	if (r == WT_CBOR_TAG) {
		r = wt_cbor_tag(in, &tag);
		if (r < 0)
			return r;
		if (tag == TAG_PRUNED && last)
			return wt_cbor_bytes_to(in, ret->digest, sizeof(ret->digest));
		in->off = at;
		if (tag == TAG_PRUNED)
			return wt_cbor_bad(in, "a pruned record that does not close its step");
		return wt_cbor_bad(in, "tag %" PRIu64 " on a record", tag);
	}
	r = wt_cbor_bytes(in, &ret->raw);
	if (r < 0)
		return r;
	/* Also bounds the memory: no entry of ours is much larger than what it stands for. */
	if (ret->raw.n < sizeof(struct wattest_record) || ret->raw.n > WATTEST_RECORD_MAX) {
		in->off = at;
		return wt_cbor_bad(in, "a record of %zu bytes (%zu to %d)", ret->raw.n,
				   sizeof(struct wattest_record), WATTEST_RECORD_MAX);
	}
	return 0;
}

/* [mac, records], behind its tag. */
static int read_keyed(struct wt_cbor_in *in, struct wt_span *ret_mac)
{
	size_t at, two;
	int r;

	r = wt_cbor_array(in, &two);
	if (!r && two != 2)
		r = wt_cbor_bad(in, "not a pair of a MAC and a step");
	if (r < 0)
		return r;
	at = in->off;
	r = wt_cbor_bytes(in, ret_mac);
	if (!r && ret_mac->n != WT_SHA256_LEN) {
		in->off = at;
		r = wt_cbor_bad(in, "a MAC of %zu bytes (must be %d)", ret_mac->n, WT_SHA256_LEN);
	}
	return r;
}

/* The head of a step: how many records follow, and its MAC. */
static int read_step(struct wt_cbor_in *in, size_t *ret_n, struct wt_span *ret_mac)
{
	size_t at = in->off;
	uint64_t tag;
	int r;

	*ret_mac = wt_span(NULL, 0);
	r = wt_cbor_peek(in);
	if (r == WT_CBOR_TAG) {
		r = wt_cbor_tag(in, &tag);
		if (r < 0)
			return r;
		if (tag != TAG_KEYED) {
			in->off = at;
			return wt_cbor_bad(in, "tag %" PRIu64 " on a step", tag);
		}
		r = read_keyed(in, ret_mac);
		if (r < 0)
			return r;
		at = in->off;
	}
	r = wt_cbor_array(in, ret_n);
	if (!r && !*ret_n) {
		in->off = at;
		r = wt_cbor_bad(in, "a step without records");
	}
	return r;
}

/* Over the steps without keeping anything but their number and that of their records. */
static int count_records(struct wt_cbor_in *in, size_t n_steps, size_t *ret)
{
	struct wt_att_record record;
	struct wt_span mac;
	size_t n, i;
	int r;

	*ret = 0;
	while (n_steps--) {
		r = read_step(in, &n, &mac);
		for (i = 0; r >= 0 && i < n; i++)
			r = read_record(in, i == n - 1, &record);
		if (r < 0)
			return r;
		*ret += n;
	}
	return 0;
}

int attestation_read_steps(struct wt_cbor_in *in, struct wt_attestation *att)
{
	struct wt_att_record *record;
	size_t at = in->off, n, start, total, i, k;
	int r;

	r = wt_cbor_array(in, &n);
	if (r < 0)
		return r;
	if (!n != !att->first_seq) {
		in->off = at;
		return wt_cbor_bad(in, n ? "records, but the first one's seq is 0"
					 : "none, but the first record has a seq");
	}
	if (!n)
		return 0;
	start = in->off;
	r = count_records(in, n, &total);
	if (r < 0)
		return r;
	att->steps = calloc(n, sizeof(*att->steps));
	att->record_store = malloc(total * sizeof(*att->record_store));
	if (!att->steps || !att->record_store)
		return wt_fail(in->err, ENOMEM, "no memory for %zu records", total);
	in->off = start;
	record = att->record_store;
	for (i = 0; i < n; i++) {
		r = read_step(in, &att->steps[i].n_records, &att->steps[i].mac);
		att->steps[i].records = record;
		for (k = 0; r >= 0 && k < att->steps[i].n_records; k++)
			r = read_record(in, k == att->steps[i].n_records - 1, record++);
		if (r < 0)
			return r;
	}
	att->n_steps = n;
	return 0;
}

/* --- writing ----------------------------------------------------------------------------------- */

static void put_record(struct wt_buf *b, const struct wt_att_record *record)
{
	if (record->raw.p) {
		wt_cbor_put_bytes(b, record->raw);
	} else {
		wt_cbor_put_tag(b, TAG_PRUNED);
		wt_cbor_put_bytes(b, wt_span(record->digest, sizeof(record->digest)));
	}
}

void attestation_put_steps(struct wt_buf *b, const struct wt_attestation *att)
{
	const struct wt_att_step *step;
	size_t k;

	wt_cbor_put_array(b, att->n_steps);
	for (step = att->steps; step < att->steps + att->n_steps; step++) {
		if (step->mac.p) {
			wt_cbor_put_tag(b, TAG_KEYED);
			wt_cbor_put_array(b, 2);
			wt_cbor_put_bytes(b, step->mac);
		}
		wt_cbor_put_array(b, step->n_records);
		for (k = 0; k < step->n_records; k++)
			put_record(b, &step->records[k]);
	}
}
