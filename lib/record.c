// SPDX-License-Identifier: Apache-2.0
#include "lib/record.h"

#include <endian.h>
#include <stddef.h>
#include <string.h>

#define HEADER sizeof(struct wattest_record)
#define KEY_LEN WATTEST_DIGEST_LEN /* of a disclosed key */

/* A string field of a payload: where, and what it is called when it is bad. */
struct text {
	uint16_t at;
	uint16_t len;
	const char *what;
};

#define TEXT(type, field)                                                               \
	{                                                                               \
		offsetof(struct type, field), sizeof(((struct type *)0)->field), #field \
	}

/* What is fixed about each type; a WINDOW has `size` bytes at least. */
static const struct kind {
	const char *name;
	size_t size;
	struct text texts[4];
} kinds[] = {
	[WATTEST_RECORD_LOAD] = { "LOAD",
				  sizeof(struct wattest_load),
				  { TEXT(wattest_load, release), TEXT(wattest_load, version) } },
	[WATTEST_RECORD_UNLOAD] = { "UNLOAD", sizeof(struct wattest_unload) },
	[WATTEST_RECORD_SOURCE_ADD] = { "SOURCE_ADD",
					sizeof(struct wattest_source_add),
					{ TEXT(wattest_source_add, chip),
					  TEXT(wattest_source_add, parent),
					  TEXT(wattest_source_add, attribute),
					  TEXT(wattest_source_add, label) } },
	[WATTEST_RECORD_SOURCE_DEL] = { "SOURCE_DEL", sizeof(struct wattest_removed) },
	[WATTEST_RECORD_DEVICE_ADD] = { "DEVICE_ADD",
					sizeof(struct wattest_device_add),
					{ TEXT(wattest_device_add, path),
					  TEXT(wattest_device_add, serial),
					  TEXT(wattest_device_add, manufacturer),
					  TEXT(wattest_device_add, product) } },
	[WATTEST_RECORD_DEVICE_DEL] = { "DEVICE_DEL", sizeof(struct wattest_removed) },
	[WATTEST_RECORD_WINDOW] = { "WINDOW", sizeof(struct wattest_window) },
	[WATTEST_RECORD_PROBE_ADD] = { "PROBE_ADD",
				       sizeof(struct wattest_probe_add),
				       { TEXT(wattest_probe_add, name),
					 TEXT(wattest_probe_add, target) } },
	[WATTEST_RECORD_PROBE_DEL] = { "PROBE_DEL", sizeof(struct wattest_probe_del) },
	[WATTEST_RECORD_EVENT] = { "EVENT",
				   sizeof(struct wattest_event),
				   { TEXT(wattest_event, comm), TEXT(wattest_event, detail) } },
	[WATTEST_RECORD_TIME] = { "TIME", sizeof(struct wattest_time) },
	[WATTEST_RECORD_LOST] = { "LOST", sizeof(struct wattest_lost) },
	[WATTEST_RECORD_ANCHOR] = { "ANCHOR", sizeof(struct wattest_anchor) },
};

static const struct kind *kind_of(uint16_t type)
{
	if (type >= sizeof(kinds) / sizeof(kinds[0]) || !kinds[type].name)
		return NULL;
	return &kinds[type];
}

const char *wt_record_name(uint16_t type)
{
	const struct kind *kind = kind_of(type);

	return kind ? kind->name : "?";
}

bool wt_record_closes(uint16_t type)
{
	return type == WATTEST_RECORD_WINDOW || type == WATTEST_RECORD_UNLOAD;
}

static bool all_zero(const uint8_t *p, size_t n)
{
	while (n > 0 && *p == 0) {
		p++;
		n--;
	}
	return n == 0;
}

/* Ends in NULs and in nothing else, so that no byte hides behind the string's end. */
static bool text_field(const uint8_t *p, size_t len)
{
	size_t n = strnlen((const char *)p, len);

	return n < len && all_zero(p + n, len - n) && wt_text_plain(wt_span(p, n));
}

static int check_texts(const struct wt_record *rec, const struct kind *kind, struct wt_err *err)
{
	const struct text *text;

	for (text = kind->texts; text < kind->texts + 4 && text->what; text++) {
		if (!text_field(rec->payload.p + text->at, text->len))
			return wt_fail(err, EBADMSG,
				       "record %llu: %s: %s is no NUL-padded plain text",
				       (unsigned long long)rec->seq, kind->name, text->what);
	}
	return 0;
}

/* A WINDOW's counts say how long it is; ret_len: without the padding. */
static int window_len(const struct wt_record *rec, struct wt_err *err, size_t *ret_len)
{
	const uint8_t *p = rec->payload.p;
	size_t sources = wt_le16(p + offsetof(struct wattest_window, sources));
	size_t devices = wt_le16(p + offsetof(struct wattest_window, devices));
	size_t nonce = p[offsetof(struct wattest_window, nonce_len)];
	size_t key = p[offsetof(struct wattest_window, key_len)];
	unsigned long long seq = rec->seq;

	if (sources > WATTEST_MAX_SOURCES || devices > WATTEST_MAX_DEVICES)
		return wt_fail(err, EBADMSG, "record %llu: WINDOW of %zu sources and %zu devices",
			       seq, sources, devices);
	if (nonce != 0 && (nonce < WATTEST_NONCE_MIN || nonce > WATTEST_NONCE_MAX))
		return wt_fail(err, EBADMSG, "record %llu: WINDOW with a nonce of %zu bytes", seq,
			       nonce);
	if (key != 0 && key != KEY_LEN)
		return wt_fail(err, EBADMSG, "record %llu: WINDOW with a key of %zu bytes", seq,
			       key);
	*ret_len = sizeof(struct wattest_window) + sources * sizeof(struct wattest_window_source) +
		   devices * sizeof(struct wattest_window_device) + nonce + key;
	return 0;
}

/* A key of all its bytes, or none and then zeros. */
static int check_unload(const struct wt_record *rec, struct wt_err *err)
{
	const uint8_t *p = rec->payload.p;
	uint32_t key = wt_le32(p + offsetof(struct wattest_unload, key_len));

	if (key != 0 && key != KEY_LEN)
		return wt_fail(err, EBADMSG, "record %llu: UNLOAD with a key of %u bytes",
			       (unsigned long long)rec->seq, key);
	if (key == 0 && !all_zero(p + offsetof(struct wattest_unload, key), KEY_LEN))
		return wt_fail(err, EBADMSG, "record %llu: UNLOAD without a key, and with bytes of one",
			       (unsigned long long)rec->seq);
	return 0;
}

static int check_anchor(const struct wt_record *rec, struct wt_err *err)
{
	if (wt_le32(rec->payload.p + offsetof(struct wattest_anchor, keys)) == 0)
		return wt_fail(err, EBADMSG, "record %llu: ANCHOR of a chain without keys",
			       (unsigned long long)rec->seq);
	return 0;
}

int wt_record_decode(struct wt_span raw, struct wt_record *ret, struct wt_err *err)
{
	const struct kind *kind;
	struct wt_record rec;
	size_t payload;
	int r;

	if (raw.n < HEADER)
		return wt_fail(err, EBADMSG, "a record of %zu bytes: shorter than its header",
			       raw.n);
	rec.len = wt_le32(raw.p + offsetof(struct wattest_record, len));
	rec.type = wt_le16(raw.p + offsetof(struct wattest_record, type));
	rec.version = wt_le16(raw.p + offsetof(struct wattest_record, version));
	rec.seq = wt_le64(raw.p + offsetof(struct wattest_record, seq));
	rec.boottime_ns = wt_le64(raw.p + offsetof(struct wattest_record, boottime_ns));
	rec.payload = wt_span(raw.p + HEADER, raw.n - HEADER);

	kind = kind_of(rec.type);
	if (!kind)
		return wt_fail(err, EBADMSG, "record %llu: type %u is not known",
			       (unsigned long long)rec.seq, rec.type);
	if (rec.version != WATTEST_RECORD_VERSION)
		return wt_fail(err, EBADMSG, "record %llu: %s of version %u is not known",
			       (unsigned long long)rec.seq, kind->name, rec.version);
	if (rec.len != raw.n || raw.n > WATTEST_RECORD_MAX || raw.n % 8 != 0)
		return wt_fail(err, EBADMSG, "record %llu: %s says it has %u bytes, it has %zu",
			       (unsigned long long)rec.seq, kind->name, rec.len, raw.n);
	if (rec.seq == 0)
		return wt_fail(err, EBADMSG, "a %s record without a seq", kind->name);

	payload = kind->size;
	if (rec.type == WATTEST_RECORD_WINDOW && rec.payload.n >= payload) {
		r = window_len(&rec, err, &payload);
		if (r < 0)
			return r;
	}
	if (rec.payload.n != (payload + 7) / 8 * 8)
		return wt_fail(err, EBADMSG,
			       "record %llu: %s with a payload of %zu bytes instead of %zu",
			       (unsigned long long)rec.seq, kind->name, rec.payload.n,
			       (payload + 7) / 8 * 8);
	if (!all_zero(rec.payload.p + payload, rec.payload.n - payload))
		return wt_fail(err, EBADMSG, "record %llu: %s: its padding is not zero",
			       (unsigned long long)rec.seq, kind->name);
	rec.payload.n = payload;

	r = check_texts(&rec, kind, err);
	if (r == 0 && rec.type == WATTEST_RECORD_UNLOAD)
		r = check_unload(&rec, err);
	if (r == 0 && rec.type == WATTEST_RECORD_ANCHOR)
		r = check_anchor(&rec, err);
	if (r < 0)
		return r;
	*ret = rec;
	return 0;
}

void wt_window_read(const struct wt_record *rec, struct wt_window *ret)
{
	const uint8_t *p = rec->payload.p;
	size_t nonce = p[offsetof(struct wattest_window, nonce_len)];
	size_t key = p[offsetof(struct wattest_window, key_len)];
	const uint8_t *sources, *devices, *tail;

	ret->from_ns = wt_le64(p + offsetof(struct wattest_window, from_ns));
	ret->to_ns = rec->boottime_ns;
	ret->realtime_ns = wt_le64(p + offsetof(struct wattest_window, realtime_ns));
	ret->sources = wt_le16(p + offsetof(struct wattest_window, sources));
	ret->devices = wt_le16(p + offsetof(struct wattest_window, devices));
	ret->probes = p[offsetof(struct wattest_window, probes)];
	ret->flags = p[offsetof(struct wattest_window, flags)];

	sources = p + sizeof(struct wattest_window);
	devices = sources + ret->sources * sizeof(struct wattest_window_source);
	tail = devices + ret->devices * sizeof(struct wattest_window_device);
	ret->source_raw = wt_span(sources, devices - sources);
	ret->device_raw = wt_span(devices, tail - devices);
	ret->nonce = wt_span(nonce ? tail : NULL, nonce);
	ret->key = wt_span(key ? tail + nonce : NULL, key);
}

struct wt_span wt_record_key(const struct wt_record *rec)
{
	struct wt_window window;
	size_t key;

	if (rec->type == WATTEST_RECORD_WINDOW) {
		wt_window_read(rec, &window);
		return window.key;
	}
	key = rec->type == WATTEST_RECORD_UNLOAD ?
		      wt_le32(rec->payload.p + offsetof(struct wattest_unload, key_len)) :
		      0;
	return wt_span(key ? rec->payload.p + offsetof(struct wattest_unload, key) : NULL, key);
}

void wt_window_source(const struct wt_window *w, size_t i, struct wt_window_source *ret)
{
	struct wattest_window_source raw;

	memcpy(&raw, w->source_raw.p + i * sizeof(raw), sizeof(raw));
	ret->energy_uj = le64toh(raw.energy_uj);
	ret->unmeasured_ns = le64toh(raw.unmeasured_ns);
	ret->id = le32toh(raw.id);
	ret->min_mw = le32toh(raw.min_mw);
	ret->max_mw = le32toh(raw.max_mw);
	ret->last_mw = le32toh(raw.last_mw);
	ret->samples = le32toh(raw.samples);
	ret->missed = le32toh(raw.missed);
	ret->refused = le32toh(raw.refused);
}

void wt_window_device(const struct wt_window *w, size_t i, struct wt_window_device *ret)
{
	struct wattest_window_device raw;

	memcpy(&raw, w->device_raw.p + i * sizeof(raw), sizeof(raw));
	ret->transfers_in = le64toh(raw.transfers_in);
	ret->transfers_out = le64toh(raw.transfers_out);
	ret->bytes_in = le64toh(raw.bytes_in);
	ret->bytes_out = le64toh(raw.bytes_out);
	ret->id = le32toh(raw.id);
	ret->errors = le32toh(raw.errors);
}
