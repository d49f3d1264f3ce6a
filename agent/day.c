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
		return wt_fail(err, EBADMSG, "the appraisal's state in the store is damaged: wattestd judges anew when it starts");
	wt_buf_append(&day.state, state.p, state.n);
	if (day.state.err) {
		wt_buf_free(&day.state);
		return wt_fail(err, ENOMEM, "out of memory");
	}
	*ret = day;
	return 0;
}

int wt_day_oldest(struct wt_store *store, struct wt_day *ret, struct wt_err *err)
{
	struct wt_store_extent extent;
	struct wt_day day = {};
	int r = wt_store_extent(store, &extent, err);

	if (r == 0 && extent.first > 1)
		r = wt_store_base(store, &day.seq, &day.state, err);
	/* a rig that never judged itself: what is left is all that can be told */
	if (r == -ENOENT || (r == 0 && day.seq + 1 != extent.first)) {
		wt_day_clear(&day);
		r = 0;
	}
	if (r == 0)
		*ret = day;
	else
		wt_day_clear(&day);
	return r;
}

int wt_day_save(struct wt_store *store, const struct wt_day *day, struct wt_err *err)
{
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf value = {};
	char key[WT_STORE_BASE_LEN];
	struct wt_store_value v[] = { { .key = KEY }, { .key = key } };

	wt_store_base_key(day->seq, key);
	wt_cbor_put_array(&value, 2);
	wt_cbor_put_uint(&value, day->seq);
	wt_cbor_put_bytes(&value, wt_buf_span(&day->state));
	if (value.err)
		return wt_fail(err, ENOMEM, "out of memory");
	v[0].value = wt_buf_span(&value);
	v[1].value = wt_buf_span(&day->state);
	return wt_store_put(store, v, day->seq ? 2 : 1, err);
}

void wt_day_clear(struct wt_day *day)
{
	wt_buf_free(&day->state);
	day->seq = 0;
}
