// SPDX-License-Identifier: Apache-2.0
/* A grant: one purchase of energy, signed by the energy platform (docs/evidence.cddl). */
#include <string.h>

#include "lib/cbor.h"
#include "lib/fields.h"
#include "lib/object.h"

enum label {
	ID = 1,
	NOT_BEFORE,
	NOT_AFTER,
	SPENDER,
	TRANSACTION,
	LICENCE,
	ZONE,
	METERING_POINT,
	ENERGY,
	CURRENCY,
	PRICE,
};

static const struct wt_field fields[] = {
	{ ID, "id", false },
	{ NOT_BEFORE, "not before", false },
	{ NOT_AFTER, "not after", false },
	{ SPENDER, "spender", false },
	{ TRANSACTION, "transaction", false },
	{ LICENCE, "licence", false },
	{ ZONE, "zone", false },
	{ METERING_POINT, "metering point", false },
	{ ENERGY, "energy", false },
	{ CURRENCY, "currency", true },
	{ PRICE, "price", true },
};

static int read_spender(struct wt_cbor_in *in, struct wt_grant *grant)
{
	size_t at = in->off;
	struct wt_span who;
	int r;

	r = wt_cbor_bytes(in, &who);
	if (r < 0)
		return r;
	if (who.n == WT_UEID_LEN && wt_ueid_valid(who.p)) {
		memcpy(grant->spender, who.p, who.n);
	} else if (who.n == WT_SHA256_LEN) {
		memcpy(grant->site_key, who.p, who.n);
		grant->to_site = true;
	} else {
		in->off = at;
		return wt_cbor_bad(
			in, "neither a rig's id (17 bytes, 01 first) nor a key's digest (32)");
	}
	return 0;
}

static int read_currency(struct wt_cbor_in *in, struct wt_grant *grant)
{
	size_t at = in->off, i;
	struct wt_span code;
	int r;

	r = wt_cbor_text(in, &code);
	if (r < 0)
		return r;
	for (i = 0; i < code.n; i++)
		if (code.p[i] < 'A' || code.p[i] > 'Z')
			break;
	if (i != 3 || code.n != 3) {
		in->off = at;
		return wt_cbor_bad(in, "not three capital letters (ISO 4217)");
	}
	memcpy(grant->currency, code.p, 3);
	return 0;
}

static int read_field(struct wt_cbor_in *in, int64_t label, struct wt_grant *grant)
{
	switch ((enum label)label) {
	case ID:
		return wt_cbor_bytes_to(in, grant->id, sizeof(grant->id));
	case NOT_BEFORE:
		return wt_field_time(in, &grant->not_before);
	case NOT_AFTER:
		return wt_field_until(in, grant->not_before, &grant->not_after);
	case SPENDER:
		return read_spender(in, grant);
	case TRANSACTION:
		return wt_field_name(in, grant->transaction, sizeof(grant->transaction));
	case LICENCE:
		return wt_field_name(in, grant->licence, sizeof(grant->licence));
	case ZONE:
		return wt_cbor_text_to(in, grant->zone, sizeof(grant->zone));
	case METERING_POINT:
		return wt_cbor_text_to(in, grant->metering_point, sizeof(grant->metering_point));
	case ENERGY:
		return wt_field_wh(in, "one purchase", &grant->wh);
	case CURRENCY:
		return read_currency(in, grant);
	case PRICE:
		if (!*grant->currency)
			return wt_cbor_bad(in, "without a currency");
		return wt_cbor_uint(in, &grant->price_micro);
	}
	return wt_cbor_bad(in, "not known");
}

static int decode(struct wt_cbor_in *in, struct wt_grant *ret)
{
	struct wt_grant grant = { 0 };
	struct wt_fields map;
	int64_t label, last = 0;
	int r;

	r = wt_fields_begin(in, fields, sizeof(fields) / sizeof(fields[0]), &map);
	if (r < 0)
		return r;
	while ((r = wt_fields_next(in, &map, &label)) > 0) {
		r = read_field(in, label, &grant);
		if (r < 0)
			return r;
		last = label;
	}
	if (r < 0)
		return r;
	if (last == CURRENCY)
		return wt_cbor_bad(in, "a currency without a price");
	r = wt_cbor_end(in);
	if (r < 0)
		return r;
	*ret = grant;
	return 0;
}

int wt_grant_decode(struct wt_span payload, struct wt_grant *ret, struct wt_err *err)
{
	struct wt_cbor_in in;

	wt_cbor_init(&in, payload, err);
	return decode(&in, ret);
}

int wt_grant_encode(const struct wt_grant *grant, struct wt_buf *ret, struct wt_err *err)
{
	bool priced = *grant->currency;
	struct wt_grant back;
	struct wt_cbor_in in;
	size_t start = ret->n;
	int r;

	wt_cbor_put_map(ret, priced ? 11 : 9);
	wt_field_put_bytes(ret, ID, grant->id, sizeof(grant->id));
	wt_field_put_time(ret, NOT_BEFORE, grant->not_before);
	wt_field_put_time(ret, NOT_AFTER, grant->not_after);
	if (grant->to_site)
		wt_field_put_bytes(ret, SPENDER, grant->site_key, sizeof(grant->site_key));
	else
		wt_field_put_bytes(ret, SPENDER, grant->spender, sizeof(grant->spender));
	wt_field_put_text(ret, TRANSACTION, grant->transaction);
	wt_field_put_text(ret, LICENCE, grant->licence);
	wt_field_put_text(ret, ZONE, grant->zone);
	wt_field_put_text(ret, METERING_POINT, grant->metering_point);
	wt_field_put_uint(ret, ENERGY, grant->wh);
	if (priced) {
		wt_field_put_text(ret, CURRENCY, grant->currency);
		wt_field_put_uint(ret, PRICE, grant->price_micro);
	}
	if (ret->err)
		return wt_fail(err, -ret->err, "no memory for a grant");
	/* What the decoder would refuse is never signed. */
	wt_cbor_init(&in, wt_span(ret->p + start, ret->n - start), err);
	in.no_offset = true;
	r = decode(&in, &back);
	if (r < 0)
		ret->n = start;
	return r;
}
