// SPDX-License-Identifier: Apache-2.0
/* An allotment: a rig's share of a grant, signed by the site key that the grant names (docs/evidence.cddl). */
#include "lib/allocation.h"
#include "lib/cbor.h"
#include "lib/fields.h"

enum label {
	ID = 1,
	NOT_BEFORE,
	NOT_AFTER,
	UEID,
	GRANT_ID,
	GRANT_DIGEST,
	ENERGY,
};

static const struct wt_field fields[] = {
	{ ID, "id", false },
	{ NOT_BEFORE, "not before", false },
	{ NOT_AFTER, "not after", false },
	{ UEID, "ueid", false },
	{ GRANT_ID, "grant id", false },
	{ GRANT_DIGEST, "grant digest", false },
	{ ENERGY, "energy", false },
};

#define FIELDS (sizeof(fields) / sizeof(fields[0]))

static int read_field(struct wt_cbor_in *in, int64_t label, struct wt_allotment *allotment)
{
	switch ((enum label)label) {
	case ID:
		return wt_cbor_bytes_to(in, allotment->id, sizeof(allotment->id));
	case NOT_BEFORE:
		return wt_field_time(in, &allotment->not_before);
	case NOT_AFTER:
		return wt_field_until(in, allotment->not_before, &allotment->not_after);
	case UEID:
		return wt_field_ueid(in, allotment->ueid);
	case GRANT_ID:
		return wt_cbor_bytes_to(in, allotment->grant_id, sizeof(allotment->grant_id));
	case GRANT_DIGEST:
		return wt_cbor_bytes_to(in, allotment->grant_digest,
					sizeof(allotment->grant_digest));
	case ENERGY:
		return wt_field_wh(in, "one allotment", &allotment->wh);
	}
	return wt_cbor_bad(in, "not known");
}

static int decode(struct wt_cbor_in *in, struct wt_allotment *ret)
{
	struct wt_allotment allotment = { 0 };
	struct wt_fields map;
	int64_t label;
	int r;

	r = wt_fields_begin(in, fields, FIELDS, &map);
	while (r >= 0 && (r = wt_fields_next(in, &map, &label)) > 0)
		r = read_field(in, label, &allotment);
	if (!r)
		r = wt_cbor_end(in);
	if (r < 0)
		return r;
	*ret = allotment;
	return 0;
}

int wt_allotment_decode(struct wt_span payload, struct wt_allotment *ret, struct wt_err *err)
{
	struct wt_cbor_in in;

	wt_cbor_init(&in, payload, err);
	return decode(&in, ret);
}

int wt_allotment_encode(const struct wt_allotment *allotment, struct wt_buf *ret,
			struct wt_err *err)
{
	struct wt_allotment back;
	struct wt_cbor_in in;
	size_t start = ret->n;
	int r;

	wt_cbor_put_map(ret, FIELDS);
	wt_field_put_bytes(ret, ID, allotment->id, sizeof(allotment->id));
	wt_field_put_time(ret, NOT_BEFORE, allotment->not_before);
	wt_field_put_time(ret, NOT_AFTER, allotment->not_after);
	wt_field_put_bytes(ret, UEID, allotment->ueid, sizeof(allotment->ueid));
	wt_field_put_bytes(ret, GRANT_ID, allotment->grant_id, sizeof(allotment->grant_id));
	wt_field_put_bytes(ret, GRANT_DIGEST, allotment->grant_digest,
			   sizeof(allotment->grant_digest));
	wt_field_put_uint(ret, ENERGY, allotment->wh);
	if (ret->err)
		return wt_fail(err, -ret->err, "no memory for an allotment");
	/* What the decoder would refuse is never signed. */
	wt_cbor_init(&in, wt_span(ret->p + start, ret->n - start), err);
	in.no_offset = true;
	r = decode(&in, &back);
	if (r < 0)
		ret->n = start;
	return r;
}
