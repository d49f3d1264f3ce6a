// SPDX-License-Identifier: Apache-2.0
#include "lib/fields.h"

#include <inttypes.h>

int wt_fields_begin(struct wt_cbor_in *in, const struct wt_field *table, size_t n,
		    struct wt_fields *ret)
{
	*ret = (struct wt_fields){ .table = table, .n = n, .outer = in->what };
	return wt_cbor_map(in, &ret->map);
}

static int missing(struct wt_cbor_in *in, const struct wt_field *field)
{
	in->what = NULL;
	return wt_cbor_bad(in, "%s (label %" PRId64 ") is missing", field->name, field->label);
}

int wt_fields_next(struct wt_cbor_in *in, struct wt_fields *fields, int64_t *ret_label)
{
	size_t at = in->off, found;
	int64_t label;
	int r;

	in->what = fields->outer;
	r = wt_cbor_map_next(in, &fields->map, &label);
	if (r < 0)
		return r;
	found = fields->next;
	if (r) {
		/* Both the map and the table ascend, so one pass over the table serves all. */
		while (found < fields->n && fields->table[found].label != label)
			found++;
		if (found == fields->n) {
			in->off = at;
			return wt_cbor_bad(in, "label %" PRId64 " is not known to this version",
					   label);
		}
	} else {
		found = fields->n;
	}
	for (; fields->next < found; fields->next++)
		if (!fields->table[fields->next].optional)
			return missing(in, &fields->table[fields->next]);
	if (!r)
		return 0;
	fields->next = found + 1;
	in->what = fields->table[found].name;
	*ret_label = label;
	return 1;
}

int wt_field_uint(struct wt_cbor_in *in, uint64_t least, uint64_t most, uint64_t *ret)
{
	char v[WT_GROUPED_LEN], lo[WT_GROUPED_LEN], hi[WT_GROUPED_LEN];
	size_t at = in->off;
	uint64_t value;
	int r;

	r = wt_cbor_uint(in, &value);
	if (r < 0)
		return r;
	if (value < least || value > most) {
		in->off = at;
		return wt_cbor_bad(in, "%s (must be %s to %s)", wt_grouped(value, v),
				   wt_grouped(least, lo), wt_grouped(most, hi));
	}
	*ret = value;
	return 0;
}

int wt_field_time(struct wt_cbor_in *in, int64_t *ret)
{
	uint64_t value;
	int r;

	r = wt_field_uint(in, 0, WT_TIME_MAX, &value);
	if (r < 0)
		return r;
	*ret = (int64_t)value;
	return 0;
}

int wt_field_name(struct wt_cbor_in *in, char *ret, size_t cap)
{
	size_t at = in->off;
	int r;

	r = wt_cbor_text_to(in, ret, cap);
	if (r < 0)
		return r;
	if (!*ret) {
		in->off = at;
		return wt_cbor_bad(in, "empty");
	}
	return 0;
}

int wt_field_until(struct wt_cbor_in *in, int64_t from, int64_t *ret)
{
	size_t at = in->off;
	int r;

	r = wt_field_time(in, ret);
	if (r < 0)
		return r;
	if (*ret <= from) {
		in->off = at;
		return wt_cbor_bad(in, "not after the beginning of the window");
	}
	return 0;
}

int wt_field_ueid(struct wt_cbor_in *in, uint8_t ret[WT_UEID_LEN])
{
	size_t at = in->off;
	int r;

	r = wt_cbor_bytes_to(in, ret, WT_UEID_LEN);
	if (r < 0)
		return r;
	if (!wt_ueid_valid(ret)) {
		in->off = at;
		return wt_cbor_bad(in, "type %02x, not 01", ret[0]);
	}
	return 0;
}

int wt_field_count(struct wt_cbor_in *in, size_t most, size_t *ret)
{
	size_t at = in->off;
	int r;

	r = wt_cbor_array(in, ret);
	if (r < 0)
		return r;
	if (*ret > most) {
		in->off = at;
		return wt_cbor_bad(in, "%zu of them (at most %zu)", *ret, most);
	}
	return 0;
}

int wt_field_wh(struct wt_cbor_in *in, const char *in_what, uint32_t *ret)
{
	char v[WT_GROUPED_LEN], most[WT_GROUPED_LEN];
	size_t at = in->off;
	uint64_t wh;
	int r;

	r = wt_cbor_uint(in, &wh);
	if (r < 0)
		return r;
	if (!wh || wh > WT_GRANT_MAX_WH) {
		in->off = at;
		in->what = NULL;
		return wt_cbor_bad(in, "%s Wh in %s (%s %s)", wt_grouped(wh, v), in_what,
				   wh ? "at most" : "at least",
				   wh ? wt_grouped(WT_GRANT_MAX_WH, most) : "1");
	}
	*ret = (uint32_t)wh;
	return 0;
}

int wt_field_pcrs(struct wt_cbor_in *in, struct wt_pcr ret[WT_PCRS], size_t *ret_n)
{
	uint64_t index = 0;
	size_t n, two, i, at;
	int r;

	r = wt_field_count(in, WT_PCRS, &n);
	for (i = 0; r >= 0 && i < n; i++) {
		at = in->off;
		r = wt_cbor_array(in, &two);
		if (!r && two != 2)
			r = wt_cbor_bad(in, "not a pair of a PCR and its value");
		if (!r)
			r = wt_field_uint(in, 0, WT_PCRS - 1, &index);
		if (!r && i && index <= ret[i - 1].index) {
			in->off = at;
			r = wt_cbor_bad(in, "PCR %u is not behind PCR %u", (unsigned int)index,
					ret[i - 1].index);
		}
		ret[i].index = (uint8_t)index;
		if (!r)
			r = wt_cbor_bytes_to(in, ret[i].value, WT_SHA256_LEN);
	}
	if (r >= 0)
		*ret_n = n;
	return r;
}

void wt_field_put_pcrs(struct wt_buf *b, const struct wt_pcr *pcrs, size_t n)
{
	size_t i;

	wt_cbor_put_array(b, n);
	for (i = 0; i < n; i++) {
		wt_cbor_put_array(b, 2);
		wt_cbor_put_uint(b, pcrs[i].index);
		wt_cbor_put_bytes(b, wt_span(pcrs[i].value, WT_SHA256_LEN));
	}
}

void wt_field_put_uint(struct wt_buf *b, uint64_t label, uint64_t v)
{
	wt_cbor_put_uint(b, label);
	wt_cbor_put_uint(b, v);
}

void wt_field_put_time(struct wt_buf *b, uint64_t label, int64_t v)
{
	wt_cbor_put_uint(b, label);
	wt_cbor_put_int(b, v);
}

void wt_field_put_text(struct wt_buf *b, uint64_t label, const char *text)
{
	wt_cbor_put_uint(b, label);
	wt_cbor_put_text(b, text);
}

void wt_field_put_bytes(struct wt_buf *b, uint64_t label, const void *p, size_t n)
{
	wt_cbor_put_uint(b, label);
	wt_cbor_put_bytes(b, wt_span(p, n));
}
