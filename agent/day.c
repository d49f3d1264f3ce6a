// SPDX-License-Identifier: Apache-2.0
#include "agent/day.h"

#include "lib/cbor.h"

#define KEY "appraisal"

int wt_day_load(struct wt_store *store, struct wt_day *ret, struct wt_err *err)
{
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf value = {};
	struct wt_day day = {};
	struct wt_span state;
	struct wt_cbor_in in;
	size_t n;
	int r = wt_store_value(store, KEY, &value, err);

	if (r == -ENOENT) {
		*ret = day;
		return 0;
	}
	if (r < 0)
		return r;
	wt_cbor_init(&in, wt_buf_span(&value), err);
	if (wt_cbor_array(&in, &n) < 0 || n != 2 || wt_cbor_uint(&in, &day.seq) < 0 ||
	    wt_cbor_bytes(&in, &state) < 0 || wt_cbor_end(&in) < 0)
		return wt_fail(err, EBADMSG, "the appraisal's state in the store is damaged");
	wt_buf_append(&day.state, state.p, state.n);
	if (day.state.err) {
		wt_buf_free(&day.state);
		return wt_fail(err, ENOMEM, "out of memory");
	}
	*ret = day;
	return 0;
}

int wt_day_save(struct wt_store *store, const struct wt_day *day, struct wt_err *err)
{
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf value = {};
	struct wt_store_value v = { .key = KEY };

	wt_cbor_put_array(&value, 2);
	wt_cbor_put_uint(&value, day->seq);
	wt_cbor_put_bytes(&value, wt_buf_span(&day->state));
	if (value.err)
		return wt_fail(err, ENOMEM, "out of memory");
	v.value = wt_buf_span(&value);
	return wt_store_put(store, &v, 1, err);
}

void wt_day_clear(struct wt_day *day)
{
	wt_buf_free(&day->state);
	day->seq = 0;
}
