// SPDX-License-Identifier: Apache-2.0
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "agent/steps.h"
#include "lib/chain.h"
#include "lib/record.h"

#define RECORD_OVERHEAD 8 /* CBOR around a record, rounded up */

static void forget(struct wt_steps_record *rec)
{
	free((void *)rec->record.raw.p);
	rec->record.raw = (struct wt_span){};
}

static int fill(struct wt_steps_record *rec, const struct wt_nl_record *from)
{
	if (from->data.p && !rec->record.raw.p) {
		uint8_t *copy = malloc(from->data.n ? from->data.n : 1);

		if (!copy)
			return -ENOMEM;
		memcpy(copy, from->data.p, from->data.n);
		rec->record.raw = wt_span(copy, from->data.n);
	} else if (!rec->record.raw.p) {
		memcpy(rec->record.digest, from->digest, WT_SHA256_LEN);
	}
	rec->seq = from->seq;
	rec->step = from->step;
	rec->type = from->type;
	if (from->has_head) {
		rec->has_head = true;
		memcpy(rec->head, from->head, WT_SHA256_LEN);
	}
	if (from->has_mac) {
		rec->has_mac = true;
		memcpy(rec->mac, from->mac, WT_SHA256_LEN);
	}
	return 0;
}

int wt_steps_add(struct wt_steps *steps, const struct wt_nl_record *record)
{
	struct wt_steps_record rec = {};
	size_t at = steps->n;
	int r;

	/* nearly always at the end */
	while (at > 0 && steps->v[at - 1].seq > record->seq)
		at--;
	if (at > 0 && steps->v[at - 1].seq == record->seq)
		return fill(&steps->v[at - 1], record);
	if (steps->n == steps->cap) {
		size_t cap = steps->cap ? 2 * steps->cap : 64;
		struct wt_steps_record *v = reallocarray(steps->v, cap, sizeof(*v));

		if (!v)
			return -ENOMEM;
		steps->v = v;
		steps->cap = cap;
	}
	r = fill(&rec, record);
	if (r < 0)
		return r;
	memmove(&steps->v[at + 1], &steps->v[at], (steps->n - at) * sizeof(rec));
	steps->v[at] = rec;
	steps->n++;
	return 0;
}

void wt_steps_drop(struct wt_steps *steps, uint64_t seq)
{
	size_t k = 0;

	while (k < steps->n && steps->v[k].seq <= seq)
		forget(&steps->v[k++]);
	if (!k)
		return;
	steps->n -= k;
	memmove(steps->v, steps->v + k, steps->n * sizeof(*steps->v));
}

void wt_steps_clear(struct wt_steps *steps)
{
	for (size_t i = 0; i < steps->n; i++)
		forget(&steps->v[i]);
	free(steps->v);
	*steps = (struct wt_steps){};
}

const struct wt_steps_record *wt_steps_first(const struct wt_steps *steps)
{
	return steps->n ? &steps->v[0] : NULL;
}

/* What a closing record's body says; a pruned WINDOW says nothing. */
static int read_closing(const struct wt_steps_record *rec, struct wt_batch *batch,
			struct wt_err *err)
{
	struct wt_record decoded;
	struct wt_window window;
	int r;

	if (rec->type == WATTEST_RECORD_UNLOAD)
		batch->ends_epoch = true;
	if (rec->type != WATTEST_RECORD_WINDOW || !rec->record.raw.p)
		return 0;
	r = wt_record_decode(rec->record.raw, &decoded, err);
	if (r < 0)
		return wt_fail_in(err, r, "record %" PRIu64 " from the kernel", rec->seq);
	if (decoded.type != WATTEST_RECORD_WINDOW)
		return wt_fail(err, EBADMSG,
			       "record %" PRIu64 " from the kernel: announced as WINDOW, is %s",
			       rec->seq, wt_record_name(decoded.type));
	wt_window_read(&decoded, &window);
	if (!batch->from_ns && window.realtime_ns > window.to_ns - window.from_ns)
		batch->from_ns = window.realtime_ns - (window.to_ns - window.from_ns);
	if (window.nonce.n)
		batch->nonce = window.nonce;
	return 0;
}

/* How many records from the front make the batch, and in how many steps. */
static size_t measure(const struct wt_steps *steps, size_t max_bytes, struct wt_batch *batch,
		      size_t *ret_steps, int *ret_r, struct wt_err *err)
{
	size_t whole = 0, bytes = 0, n_steps = 0;

	*ret_r = 0;
	for (size_t i = 0; i < steps->n; i++) {
		const struct wt_steps_record *rec = &steps->v[i];

		if (i && rec->seq != rec[-1].seq + 1)
			break;
		bytes += RECORD_OVERHEAD + (rec->record.raw.p ? rec->record.raw.n : WT_SHA256_LEN);
		if (!rec->has_head)
			continue;
		if (n_steps && bytes > max_bytes)
			break;
		*ret_r = read_closing(rec, batch, err);
		if (*ret_r < 0)
			return 0;
		whole = i + 1;
		n_steps++;
		if (batch->nonce.p || batch->ends_epoch || bytes > max_bytes)
			break;
	}
	*ret_steps = n_steps;
	return whole;
}

int wt_steps_take(const struct wt_steps *steps, size_t max_bytes, struct wt_batch *ret,
		  struct wt_err *err)
{
	struct wt_batch batch = {};
	size_t n, n_steps = 0, start = 0, step = 0;
	int r;

	n = measure(steps, max_bytes, &batch, &n_steps, &r, err);
	if (r < 0)
		return r;
	if (!n)
		return 0;
	batch.records = calloc(n, sizeof(*batch.records));
	batch.steps = calloc(n_steps, sizeof(*batch.steps));
	if (!batch.records || !batch.steps) {
		wt_batch_clear(&batch);
		return wt_fail(err, ENOMEM, "out of memory");
	}
	batch.n_steps = n_steps;
	for (size_t i = 0; i < n; i++) {
		batch.records[i] = steps->v[i].record;
		if (!steps->v[i].has_head)
			continue;
		batch.steps[step].records = &batch.records[start];
		batch.steps[step].n_records = i + 1 - start;
		if (steps->v[i].has_mac)
			batch.steps[step].mac = wt_span(steps->v[i].mac, WT_SHA256_LEN);
		step++;
		start = i + 1;
	}
	batch.first_seq = steps->v[0].seq;
	batch.last_seq = steps->v[n - 1].seq;
	batch.last_step = steps->v[n - 1].step;
	memcpy(batch.head, steps->v[n - 1].head, WT_SHA256_LEN);
	*ret = batch;
	return 1;
}

int wt_batch_check(const struct wt_batch *batch, const uint8_t before[WT_SHA256_LEN],
		   uint8_t ret_head[WT_SHA256_LEN], struct wt_err *err)
{
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf scratch = {};
	uint8_t head[WT_SHA256_LEN];
	int r = 0;

	memcpy(head, before, WT_SHA256_LEN);
	for (size_t i = 0; i < batch->n_steps && r == 0; i++)
		r = wt_chain_step(head, batch->steps[i].records, batch->steps[i].n_records,
				  &scratch);
	if (r < 0)
		return wt_fail(err, -r, "cannot replay the chain: %s", strerror(-r));
	memcpy(ret_head, head, WT_SHA256_LEN);
	if (memcmp(head, batch->head, WT_SHA256_LEN))
		return wt_fail(err, EBADMSG,
			       "records %" PRIu64 " to %" PRIu64
			       " do not lead to the kernel's chain head",
			       batch->first_seq, batch->last_seq);
	return 0;
}

void wt_batch_clear(struct wt_batch *batch)
{
	free(batch->steps);
	free(batch->records);
	*batch = (struct wt_batch){};
}
