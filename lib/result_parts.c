// SPDX-License-Identifier: Apache-2.0
#include "lib/result_parts.h"

#include <string.h>

#include "lib/fields.h"

int wt_result_read_tuple(struct wt_cbor_in *in, size_t n, const char *list)
{
	size_t at = in->off, got;
	int r;

	r = wt_cbor_array(in, &got);
	if (r < 0)
		return r;
	if (got != n) {
		in->off = at;
		return wt_cbor_bad(in, "%zu values, not %zu: %s", got, n, list);
	}
	return 0;
}

int wt_result_read_tier(struct wt_cbor_in *in, enum wt_tier *ret)
{
	size_t at = in->off;
	uint64_t v;
	int r;

	r = wt_cbor_uint(in, &v);
	if (r < 0)
		return r;
	switch (v) {
	case WT_NONE:
	case WT_AFFIRMING:
	case WT_WARNING:
	case WT_CONTRAINDICATED:
		*ret = (enum wt_tier)v;
		return 0;
	}
	in->off = at;
	return wt_cbor_bad(in, "no tier (0, 2, 32, 96)");
}

int wt_result_read_covered(struct wt_cbor_in *in, uint64_t *ret_from_ns, uint64_t *ret_to_ns)
{
	size_t at;
	int r;

	r = wt_result_read_tuple(in, 2, "from and until");
	if (r < 0)
		return r;
	at = in->off;
	r = wt_cbor_uint(in, ret_from_ns);
	if (!r)
		r = wt_cbor_uint(in, ret_to_ns);
	if (r < 0)
		return r;
	if (*ret_from_ns > *ret_to_ns) {
		in->off = at;
		return wt_cbor_bad(in, "ends before it begins");
	}
	return 0;
}

int wt_result_read_chargeable(struct wt_cbor_in *in, struct wt_energy *ret)
{
	size_t at = in->off;
	int r;

	r = wt_cbor_uint(in, &ret->low);
	if (!r)
		r = wt_cbor_uint(in, &ret->best);
	if (!r)
		r = wt_cbor_uint(in, &ret->high);
	if (r < 0)
		return r;
	if (ret->low > ret->best || ret->best > ret->high) {
		in->off = at;
		return wt_cbor_bad(in, "chargeable is not in order: low, best, high");
	}
	return 0;
}

static int read_check(struct wt_cbor_in *in, struct wt_result_check *checks, size_t n)
{
	struct wt_result_check *check = &checks[n];
	size_t at, i;
	int r;

	in->what = "check";
	r = wt_result_read_tuple(in, 4, "id, tier, reason code, sentence");
	at = in->off;
	if (!r)
		r = wt_field_name(in, check->check, sizeof(check->check));
	for (i = 0; !r && i < n; i++) {
		if (!strcmp(checks[i].check, check->check)) {
			in->off = at;
			return wt_cbor_bad(in, "%s twice", check->check);
		}
	}
	if (!r)
		r = wt_result_read_tier(in, &check->tier);
	if (!r)
		r = wt_field_name(in, check->code, sizeof(check->code));
	if (!r)
		r = wt_field_name(in, check->reason, sizeof(check->reason));
	return r;
}

int wt_result_read_checks(struct wt_cbor_in *in,
			  struct wt_result_check checks[WT_RESULT_MAX_CHECKS], size_t *ret_n,
			  enum wt_tier *worst)
{
	size_t at = in->off, n, i;
	int r;

	r = wt_field_count(in, WT_RESULT_MAX_CHECKS, &n);
	if (r < 0)
		return r;
	if (!n) {
		in->off = at;
		return wt_cbor_bad(in, "none");
	}
	for (i = 0; i < n; i++) {
		r = read_check(in, checks, i);
		if (r < 0)
			return r;
		if (checks[i].tier > *worst)
			*worst = checks[i].tier;
	}
	*ret_n = n;
	return 0;
}

int wt_result_check_tier(struct wt_cbor_in *in, size_t at, enum wt_tier tier, enum wt_tier worst,
			 const char *whats)
{
	if (tier == worst || (tier == WT_NONE && worst != WT_CONTRAINDICATED))
		return 0;
	in->off = at;
	return wt_cbor_bad(in, "%s, but %s is %s", wt_tier_name(tier), whats, wt_tier_name(worst));
}

/* --- writing ----------------------------------------------------------------------------------- */

void wt_result_put_pair(struct wt_buf *b, uint64_t x, uint64_t y)
{
	wt_cbor_put_array(b, 2);
	wt_cbor_put_uint(b, x);
	wt_cbor_put_uint(b, y);
}

void wt_result_put_checks(struct wt_buf *b, const struct wt_result_check *checks, size_t n)
{
	size_t i;

	wt_cbor_put_array(b, n);
	for (i = 0; i < n; i++) {
		wt_cbor_put_array(b, 4);
		wt_cbor_put_text(b, checks[i].check);
		wt_cbor_put_uint(b, checks[i].tier);
		wt_cbor_put_text(b, checks[i].code);
		wt_cbor_put_text(b, checks[i].reason);
	}
}

void wt_result_copy_plain(char *ret, size_t cap, const char *text, const char *if_empty)
{
	size_t n = strnlen(text, cap - 1), i;

	if (!n) {
		text = if_empty;
		n = strlen(text);
	}
	memcpy(ret, text, n);
	/* A sentence may have been cut within a character. */
	for (i = 0; i <= 3 && i < n; i++) {
		if (wt_text_utf8(wt_span(ret, n - i))) {
			n -= i;
			break;
		}
	}
	ret[n] = '\0';
	if (wt_text_plain(wt_span(ret, n)))
		return;
	for (i = 0; i < n; i++)
		if ((uint8_t)ret[i] < 0x20 || (uint8_t)ret[i] >= 0x7f)
			ret[i] = '?';
}

void wt_result_check_of(const struct wt_outcome *outcome, const char *name,
			struct wt_result_check *ret)
{
	ret->tier = outcome->tier;
	wt_result_copy_plain(ret->check, sizeof(ret->check), name, "?");
	wt_result_copy_plain(ret->code, sizeof(ret->code), outcome->code, "none");
	wt_result_copy_plain(ret->reason, sizeof(ret->reason), outcome->reason,
			     "nothing was claimed");
}
