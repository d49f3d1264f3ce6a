// SPDX-License-Identifier: Apache-2.0
/* CBOR: [version, at, until, draw, lasts, [* [hour, from, until, need, missing, blocks, block, last, Wh]]]. */
#include "agent/outlook.h"

#include <stdlib.h>

#include "lib/cbor.h"

#define VERSION 1

int wt_outlook_make(struct wt_plan_in in, const struct wt_config *config, struct wt_outlook *ret,
		    struct wt_err *err)
{
	struct wt_outlook outlook = { .at = in.now, .draw_uw = in.draw_uw };
	int64_t until = in.now + WT_OUTLOOK_H * WT_HOUR_S;
	int r;

	in.until = outlook.until = until - until % WT_HOUR_S; /* whole hours */
	in.block_wh = config->purchase_block_wh;
	r = wt_plan_lasts(&in, &outlook.lasts_s, err);
	if (r == 0)
		r = wt_plan_make(&in, &outlook.plan, err);
	if (r == 0)
		*ret = outlook;
	return r;
}

int64_t wt_outlook_buy_before(const struct wt_plan_hour *hour, const struct wt_config *config)
{
	return hour->hour - (int64_t)config->purchase_lead_min * 60;
}

const char *wt_outlook_too_late(const struct wt_plan_hour *hour, const struct wt_config *config,
				int64_t now)
{
	if (config->purchase_lead_min)
		return now > wt_outlook_buy_before(hour, config) ? "too late to buy" : NULL;
	/* the platform sells for an hour under way too: balance-low and exhausted tell of that one */
	return hour->hour > now && hour->hour - now <= WT_OUTLOOK_SOON_S
		       ? "not bought, and it begins within 10 minutes"
		       : NULL;
}

/* --- in the store ------------------------------------------------------------------------------------ */

static void put_hour(struct wt_buf *b, const struct wt_plan_hour *hour)
{
	wt_cbor_put_array(b, 9);
	wt_cbor_put_int(b, hour->hour);
	wt_cbor_put_int(b, hour->from);
	wt_cbor_put_int(b, hour->until);
	wt_cbor_put_uint(b, hour->need_uj);
	wt_cbor_put_uint(b, hour->missing_uj);
	wt_cbor_put_uint(b, hour->blocks);
	wt_cbor_put_uint(b, hour->block_wh);
	wt_cbor_put_uint(b, hour->last_wh);
	wt_cbor_put_uint(b, hour->wh);
}

void wt_outlook_put(struct wt_buf *b, const struct wt_outlook *outlook)
{
	wt_cbor_put_array(b, 6);
	wt_cbor_put_uint(b, VERSION);
	wt_cbor_put_int(b, outlook->at);
	wt_cbor_put_int(b, outlook->until);
	wt_cbor_put_uint(b, outlook->draw_uw);
	wt_cbor_put_uint(b, outlook->lasts_s);
	wt_cbor_put_array(b, outlook->plan.n);
	for (size_t i = 0; i < outlook->plan.n; i++)
		put_hour(b, &outlook->plan.hours[i]);
}

static int read_hour(struct wt_cbor_in *in, struct wt_plan_hour *ret)
{
	uint64_t block = 0, last = 0;
	size_t n;
	int r = wt_cbor_array(in, &n);

	if (r == 0 && n != 9)
		r = wt_cbor_bad(in, "not an hour");
	if (r < 0 || (r = wt_cbor_int(in, &ret->hour)) < 0 ||
	    (r = wt_cbor_int(in, &ret->from)) < 0 || (r = wt_cbor_int(in, &ret->until)) < 0 ||
	    (r = wt_cbor_uint(in, &ret->need_uj)) < 0 ||
	    (r = wt_cbor_uint(in, &ret->missing_uj)) < 0 ||
	    (r = wt_cbor_uint(in, &ret->blocks)) < 0 || (r = wt_cbor_uint(in, &block)) < 0 ||
	    (r = wt_cbor_uint(in, &last)) < 0 || (r = wt_cbor_uint(in, &ret->wh)) < 0)
		return r;
	if (block > UINT32_MAX || last > UINT32_MAX)
		return wt_cbor_bad(in, "too large");
	ret->block_wh = (uint32_t)block;
	ret->last_wh = (uint32_t)last;
	return 0;
}

static int read_all(struct wt_cbor_in *in, struct wt_outlook *o)
{
	uint64_t version = 0;
	size_t n;
	int r = wt_cbor_array(in, &n);

	if (r == 0 && n != 6)
		r = wt_cbor_bad(in, "not an outlook");
	if (r == 0)
		r = wt_cbor_uint(in, &version);
	if (r == 0 && version != VERSION)
		r = wt_cbor_bad(in, "of another version");
	if (r < 0 || (r = wt_cbor_int(in, &o->at)) < 0 || (r = wt_cbor_int(in, &o->until)) < 0 ||
	    (r = wt_cbor_uint(in, &o->draw_uw)) < 0 || (r = wt_cbor_uint(in, &o->lasts_s)) < 0 ||
	    (r = wt_cbor_array(in, &n)) < 0)
		return r;
	if (n > WT_OUTLOOK_H + 1)
		return wt_cbor_bad(in, "too many hours");
	o->plan.hours = calloc(n + 1, sizeof(*o->plan.hours));
	if (!o->plan.hours)
		return -ENOMEM;
	for (; o->plan.n < n && r == 0; o->plan.n++) {
		struct wt_plan_hour *hour = &o->plan.hours[o->plan.n];

		r = read_hour(in, hour);
		o->plan.need_uj += hour->need_uj; /* of these hours: of the others nobody asks */
		o->plan.missing_uj += hour->missing_uj;
		o->plan.blocks += hour->blocks;
		o->plan.wh += hour->wh;
	}
	return r == 0 ? wt_cbor_end(in) : r;
}

int wt_outlook_read(struct wt_span bytes, struct wt_outlook *ret, struct wt_err *err)
{
	struct wt_outlook outlook = {};
	struct wt_cbor_in in;
	int r;

	wt_cbor_init(&in, bytes, err);
	r = read_all(&in, &outlook);
	if (r < 0) {
		wt_outlook_clear(&outlook);
		return wt_fail_in(err, r, "the stored outlook");
	}
	*ret = outlook;
	return 0;
}

void wt_outlook_clear(struct wt_outlook *outlook)
{
	wt_plan_clear(&outlook->plan);
	*outlook = (struct wt_outlook){};
}
