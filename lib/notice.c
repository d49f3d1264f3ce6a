// SPDX-License-Identifier: Apache-2.0
/* A notice: an authority revokes, curtails, or says that a rig is off (docs/evidence.cddl). */
#include <string.h>

#include "lib/allocation.h"
#include "lib/cbor.h"
#include "lib/fields.h"

enum label {
	ID = 1,
	ISSUED_AT = 4,
	KIND,
	FROM,
	TO,
	SCOPE,
	MAX_POWER,
	REASON,
};

static const struct wt_field fields[] = {
	{ ID, "id", false },
	{ ISSUED_AT, "issued at", false },
	{ KIND, "kind", false },
	{ FROM, "from", false },
	{ TO, "to", true },
	{ SCOPE, "scope", false },
	{ MAX_POWER, "most W", true },
	{ REASON, "reason", true },
};

/* What each kind is, for sentences, and what it has. */
static const struct kind {
	const char *name;
	bool object; /* names an object, and ends never */
	bool power; /* has a bound of it */
} kinds[] = {
	[WT_NOTICE_REVOKE_GRANT] = { "a revocation", true, false },
	[WT_NOTICE_REVOKE_REGISTRATION] = { "a revocation", true, false },
	[WT_NOTICE_CURTAIL] = { "a curtailment", false, true },
	[WT_NOTICE_OFF] = { "a notice that a rig is off", false, false },
};

static int read_to(struct wt_cbor_in *in, struct wt_notice *notice)
{
	if (kinds[notice->kind].object)
		return wt_cbor_bad(in, "%s has no end", kinds[notice->kind].name);
	return wt_field_until(in, notice->from, &notice->to);
}

static int read_target(struct wt_cbor_in *in, struct wt_notice *notice)
{
	switch (notice->scope) {
	case WT_SCOPE_OBJECT:
		return wt_cbor_bytes_to(in, notice->target, WT_ID_LEN);
	case WT_SCOPE_RIG:
		return wt_field_ueid(in, notice->target);
	case WT_SCOPE_LICENCE:
	case WT_SCOPE_ZONE:
		return wt_field_name(in, notice->text, sizeof(notice->text));
	}
	return wt_cbor_bad(in, "not known");
}

static int read_scope(struct wt_cbor_in *in, struct wt_notice *notice)
{
	const struct kind *kind = &kinds[notice->kind];
	size_t n, at = in->off;
	uint64_t scope;
	int r;

	r = wt_cbor_array(in, &n);
	if (r < 0)
		return r;
	if (n != 2) {
		in->off = at;
		return wt_cbor_bad(in, "not a pair of what it is and which");
	}
	at = in->off;
	r = wt_field_uint(in, WT_SCOPE_OBJECT, WT_SCOPE_ZONE, &scope);
	if (r < 0)
		return r;
	if (kind->object != (scope == WT_SCOPE_OBJECT)) {
		in->off = at;
		return wt_cbor_bad(in, "%u, but %s is of %s", (unsigned int)scope, kind->name,
				   kind->object ? "one object (1)"
						: "a rig (2), a licence (3) or a zone (4)");
	}
	notice->scope = (enum wt_notice_scope)scope;
	return read_target(in, notice);
}

static int read_power(struct wt_cbor_in *in, struct wt_notice *notice)
{
	uint64_t v = 0;
	int r;

	if (!kinds[notice->kind].power)
		return wt_cbor_bad(in, "%s has none", kinds[notice->kind].name);
	r = wt_field_uint(in, 0, UINT32_MAX, &v);
	notice->max_w = (uint32_t)v;
	return r;
}

static int read_field(struct wt_cbor_in *in, int64_t label, struct wt_notice *notice)
{
	uint64_t v = 0;
	int r;

	switch ((enum label)label) {
	case ID:
		return wt_cbor_bytes_to(in, notice->id, sizeof(notice->id));
	case ISSUED_AT:
		return wt_field_time(in, &notice->issued_at);
	case KIND:
		r = wt_field_uint(in, WT_NOTICE_REVOKE_GRANT, WT_NOTICE_OFF, &v);
		notice->kind = (enum wt_notice_kind)v;
		return r;
	case FROM:
		return wt_field_time(in, &notice->from);
	case TO:
		return read_to(in, notice);
	case SCOPE:
		return read_scope(in, notice);
	case MAX_POWER:
		return read_power(in, notice);
	case REASON:
		return wt_field_name(in, notice->reason, sizeof(notice->reason));
	}
	return wt_cbor_bad(in, "not known");
}

static int decode(struct wt_cbor_in *in, struct wt_notice *ret)
{
	struct wt_notice notice = { 0 };
	bool has_power = false;
	struct wt_fields map;
	int64_t label;
	int r;

	r = wt_fields_begin(in, fields, sizeof(fields) / sizeof(fields[0]), &map);
	while (r >= 0 && (r = wt_fields_next(in, &map, &label)) > 0) {
		r = read_field(in, label, &notice);
		has_power |= label == MAX_POWER;
	}
	if (r < 0)
		return r;
	in->what = NULL;
	/* An end is later than from, so never 0. */
	if (!kinds[notice.kind].object && !notice.to)
		return wt_cbor_bad(in, "to (label %d) is missing: %s ends", TO,
				   kinds[notice.kind].name);
	if (kinds[notice.kind].power && !has_power)
		return wt_cbor_bad(in, "most W (label %d) is missing: %s has it", MAX_POWER,
				   kinds[notice.kind].name);
	r = wt_cbor_end(in);
	if (r < 0)
		return r;
	*ret = notice;
	return 0;
}

int wt_notice_decode(struct wt_span payload, struct wt_notice *ret, struct wt_err *err)
{
	struct wt_cbor_in in;

	wt_cbor_init(&in, payload, err);
	return decode(&in, ret);
}

bool wt_notice_concerns(const struct wt_notice *notice, const struct wt_registration *reg)
{
	switch (notice->scope) {
	case WT_SCOPE_OBJECT:
		return notice->kind == WT_NOTICE_REVOKE_GRANT ||
		       memcmp(notice->target, reg->id, WT_ID_LEN) == 0;
	case WT_SCOPE_RIG:
		return memcmp(notice->target, reg->ueid, WT_UEID_LEN) == 0;
	case WT_SCOPE_LICENCE:
		return strcmp(notice->text, reg->licence) == 0;
	case WT_SCOPE_ZONE:
		return strcmp(notice->text, reg->zone) == 0;
	}
	return false;
}

static void put_scope(struct wt_buf *b, const struct wt_notice *notice)
{
	wt_cbor_put_uint(b, SCOPE);
	wt_cbor_put_array(b, 2);
	wt_cbor_put_uint(b, notice->scope);
	if (notice->scope == WT_SCOPE_OBJECT)
		wt_cbor_put_bytes(b, wt_span(notice->target, WT_ID_LEN));
	else if (notice->scope == WT_SCOPE_RIG)
		wt_cbor_put_bytes(b, wt_span(notice->target, WT_UEID_LEN));
	else
		wt_cbor_put_text(b, notice->text);
}

int wt_notice_encode(const struct wt_notice *notice, struct wt_buf *ret, struct wt_err *err)
{
	/* What a kind must not have is written when it is there, so that the check below refuses it. */
	bool power = notice->kind == WT_NOTICE_CURTAIL || notice->max_w;
	struct wt_notice back;
	struct wt_cbor_in in;
	size_t start = ret->n;
	int r;

	wt_cbor_put_map(ret, 5u + !!notice->to + power + !!*notice->reason);
	wt_field_put_bytes(ret, ID, notice->id, sizeof(notice->id));
	wt_field_put_time(ret, ISSUED_AT, notice->issued_at);
	wt_field_put_uint(ret, KIND, notice->kind);
	wt_field_put_time(ret, FROM, notice->from);
	if (notice->to)
		wt_field_put_time(ret, TO, notice->to);
	put_scope(ret, notice);
	if (power)
		wt_field_put_uint(ret, MAX_POWER, notice->max_w);
	if (*notice->reason)
		wt_field_put_text(ret, REASON, notice->reason);
	if (ret->err)
		return wt_fail(err, -ret->err, "no memory for a notice");
	/* What the decoder would refuse is never signed. */
	wt_cbor_init(&in, wt_span(ret->p + start, ret->n - start), err);
	in.no_offset = true;
	r = decode(&in, &back);
	if (r < 0)
		ret->n = start;
	return r;
}
