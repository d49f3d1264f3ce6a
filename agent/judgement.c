// SPDX-License-Identifier: Apache-2.0
/* CBOR: [version, at, verdict fields ..., [* outcome], [* source], [* device]], each of them an array in the tables'
 * order. The tables are used for both ways, so writing and reading cannot drift apart. */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "agent/judgement.h"
#include "lib/cbor.h"

#define VERSION 2
#define LIST_MAX 65536

enum kind {
	UINT, /* 1, 4 or 8 bytes, as the member's size says */
	INT, /* int64_t */
	TEXT, /* as a byte string: a sentence cut at its bound may end inside a character */
	BYTES,
};

struct field {
	enum kind kind;
	size_t offset, size;
};

#define F(kind, type, member)                                             \
	{                                                                 \
		kind, offsetof(type, member), sizeof(((type *)0)->member) \
	}
#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

#define V(kind, member) F(kind, struct wt_verdict, member)
static const struct field verdict_fields[] = {
	V(UINT, tier),
	V(UINT, allocation),
	V(UINT, assurance),
	V(TEXT, assurance_missing),
	V(TEXT, rig),
	V(BYTES, ueid),
	V(TEXT, licence),
	V(INT, registered_until),
	V(UINT, attestations),
	V(UINT, first_seq),
	V(UINT, last_seq),
	V(UINT, records),
	V(UINT, windows),
	V(UINT, pruned),
	V(UINT, from_ns),
	V(UINT, to_ns),
	V(UINT, measured_uj),
	V(UINT, substituted_uj),
	V(UINT, chargeable.low),
	V(UINT, chargeable.best),
	V(UINT, chargeable.high),
	V(UINT, bought_uj),
	V(UINT, left_uj),
	V(UINT, devices_registered),
	V(UINT, devices_present),
	V(UINT, devices_unknown),
	V(TEXT, signer),
};

#define O(kind, member) F(kind, struct wt_outcome, member)
static const struct field outcome_fields[] = {
	O(UINT, tier),
	O(TEXT, code),
	O(TEXT, reason),
	O(UINT, findings),
};

#define S(kind, member) F(kind, struct wt_source_summary, member)
static const struct field source_fields[] = {
	S(TEXT, name),		S(UINT, role),	  S(UINT, energy_uj),
	S(UINT, unmeasured_ns), S(UINT, last_uw), S(UINT, mean_uw),
	S(UINT, missed),	S(UINT, refused), S(UINT, present),
};

#define D(kind, member) F(kind, struct wt_device_summary, member)
static const struct field device_fields[] = {
	D(TEXT, name),	 D(UINT, registered), D(UINT, present),
	D(UINT, worked), D(UINT, bytes_in),   D(UINT, bytes_out),
};

static uint64_t load_uint(const uint8_t *p, size_t size)
{
	uint32_t u32;
	uint64_t u64;

	if (size == 1)
		return *p;
	if (size == 4) {
		memcpy(&u32, p, size);
		return u32;
	}
	memcpy(&u64, p, size);
	return u64;
}

static int store_uint(uint8_t *p, size_t size, uint64_t v)
{
	uint32_t u32 = (uint32_t)v;

	if (size == 1) { /* a bool */
		if (v > 1)
			return -EBADMSG;
		*p = (uint8_t)v;
	} else if (size == 4) {
		if (v > UINT32_MAX)
			return -EBADMSG;
		memcpy(p, &u32, size);
	} else {
		memcpy(p, &v, size);
	}
	return 0;
}

static void put_fields(struct wt_buf *b, const void *object, const struct field *fields, size_t n)
{
	for (const struct field *f = fields; f < fields + n; f++) {
		const uint8_t *p = (const uint8_t *)object + f->offset;
		int64_t v;

		switch (f->kind) {
		case UINT:
			wt_cbor_put_uint(b, load_uint(p, f->size));
			break;
		case INT:
			memcpy(&v, p, sizeof(v));
			wt_cbor_put_int(b, v);
			break;
		case TEXT:
			wt_cbor_put_bytes(b, wt_span(p, strnlen((const char *)p, f->size)));
			break;
		case BYTES:
			wt_cbor_put_bytes(b, wt_span(p, f->size));
			break;
		}
	}
}

static void put_list(struct wt_buf *b, const void *list, size_t n, size_t size,
		     const struct field *fields, size_t n_fields)
{
	wt_cbor_put_array(b, n);
	for (size_t i = 0; i < n; i++) {
		wt_cbor_put_array(b, n_fields);
		put_fields(b, (const char *)list + i * size, fields, n_fields);
	}
}

void wt_judgement_put(struct wt_buf *b, const struct wt_judgement *judgement)
{
	const struct wt_verdict *v = &judgement->verdict;

	wt_cbor_put_array(b, 2 + COUNT(verdict_fields) + 3);
	wt_cbor_put_uint(b, VERSION);
	wt_cbor_put_int(b, judgement->at);
	put_fields(b, v, verdict_fields, COUNT(verdict_fields));
	put_list(b, v->checks, WT_CHECKS, sizeof(v->checks[0]), outcome_fields,
		 COUNT(outcome_fields));
	put_list(b, v->sources, v->n_sources, sizeof(*v->sources), source_fields,
		 COUNT(source_fields));
	put_list(b, v->devices, v->n_devices, sizeof(*v->devices), device_fields,
		 COUNT(device_fields));
}

static int read_fields(struct wt_cbor_in *in, void *object, const struct field *fields, size_t n)
{
	int r = 0;

	for (const struct field *f = fields; f < fields + n && r == 0; f++) {
		uint8_t *p = (uint8_t *)object + f->offset;
		struct wt_span text;
		uint64_t u;
		int64_t v;

		switch (f->kind) {
		case UINT:
			r = wt_cbor_uint(in, &u);
			if (r == 0 && store_uint(p, f->size, u) < 0)
				r = wt_cbor_bad(in, "a number too large for its field");
			break;
		case INT:
			r = wt_cbor_int(in, &v);
			if (r == 0)
				memcpy(p, &v, sizeof(v));
			break;
		case TEXT:
			r = wt_cbor_bytes(in, &text);
			if (r == 0 && text.n >= f->size)
				r = wt_cbor_bad(in, "a text too long for its field");
			if (r == 0 && text.n)
				memcpy(p, text.p, text.n);
			break;
		case BYTES:
			r = wt_cbor_bytes_to(in, p, f->size);
			break;
		}
	}
	return r;
}

static int read_array(struct wt_cbor_in *in, size_t exact)
{
	size_t n;
	int r = wt_cbor_array(in, &n);

	return r == 0 && n != exact ? wt_cbor_bad(in, "%zu fields where %zu belong", n, exact) : r;
}

/* Reads into list when it is given (of at most n entries), else allocates. */
static int read_list(struct wt_cbor_in *in, void **list, size_t *n, size_t size,
		     const struct field *fields, size_t n_fields)
{
	size_t count;
	int r = wt_cbor_array(in, &count);

	if (r == 0 && count > (*list ? *n : LIST_MAX))
		r = wt_cbor_bad(in, "a list of %zu", count);
	if (r < 0)
		return r;
	if (!*list) {
		*list = calloc(count ? count : 1, size);
		if (!*list)
			return wt_fail(in->err, ENOMEM, "out of memory");
		*n = count;
	}
	for (size_t i = 0; i < count && r == 0; i++) {
		r = read_array(in, n_fields);
		if (r == 0)
			r = read_fields(in, (char *)*list + i * size, fields, n_fields);
	}
	return r;
}

static int read_judgement(struct wt_cbor_in *in, struct wt_judgement *ret)
{
	struct wt_verdict *v = &ret->verdict;
	void *checks = v->checks;
	size_t n_checks = WT_CHECKS, n;
	uint64_t version;
	int r = wt_cbor_array(in, &n);

	if (r == 0)
		r = wt_cbor_uint(in, &version);
	if (r == 0 && version != VERSION)
		return wt_fail(in->err, EPROTO,
			       "the verdict in the store is of another version of wattestd");
	if (r == 0 && n != 2 + COUNT(verdict_fields) + 3)
		r = wt_cbor_bad(in, "%zu fields", n);
	if (r == 0)
		r = wt_cbor_int(in, &ret->at);
	if (r == 0)
		r = read_fields(in, v, verdict_fields, COUNT(verdict_fields));
	if (r == 0)
		r = read_list(in, &checks, &n_checks, sizeof(v->checks[0]), outcome_fields,
			      COUNT(outcome_fields));
	if (r == 0)
		r = read_list(in, (void **)&v->sources, &v->n_sources, sizeof(*v->sources),
			      source_fields, COUNT(source_fields));
	if (r == 0)
		r = read_list(in, (void **)&v->devices, &v->n_devices, sizeof(*v->devices),
			      device_fields, COUNT(device_fields));
	return r == 0 ? wt_cbor_end(in) : r;
}

int wt_judgement_read(struct wt_span bytes, struct wt_judgement *ret, struct wt_err *err)
{
	struct wt_judgement judgement = {};
	struct wt_cbor_in in;
	int r;

	wt_cbor_init(&in, bytes, err);
	r = read_judgement(&in, &judgement);
	if (r < 0) {
		wt_judgement_clear(&judgement);
		return r;
	}
	*ret = judgement;
	return 0;
}

void wt_judgement_clear(struct wt_judgement *judgement)
{
	wt_verdict_clear(&judgement->verdict);
}
