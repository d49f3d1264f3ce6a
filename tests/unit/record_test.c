// SPDX-License-Identifier: Apache-2.0
#include "lib/record.h"

#include <endian.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "kselftest_harness.h"

#define HEADER sizeof(struct wattest_record)

/* A record of any type with a payload of zeros: valid for all types, but that an ANCHOR has a key. */
struct raw {
	_Alignas(8) uint8_t p[1024];
	size_t n;
};

static struct raw record(uint16_t type, size_t payload)
{
	struct wattest_record rec = { .type = htole16(type),
				      .version = htole16(WATTEST_RECORD_VERSION),
				      .seq = htole64(9),
				      .boottime_ns = htole64(1234) };
	struct raw raw = { .n = (HEADER + payload + 7) / 8 * 8 };

	rec.len = htole32((uint32_t)raw.n);
	memcpy(raw.p, &rec, sizeof(rec));
	if (type == WATTEST_RECORD_ANCHOR)
		raw.p[HEADER + offsetof(struct wattest_anchor, keys)] = 1;
	return raw;
}

static int decode(const struct raw *raw, struct wt_record *ret)
{
	struct wt_err err = { "" };
	uint8_t *exact = malloc(raw->n ? raw->n : 1); /* so that ASan sees one byte too far */
	int r;

	memcpy(exact, raw->p, raw->n);
	r = wt_record_decode(wt_span(exact, raw->n), ret, &err);
	free(exact);
	if (r < 0 && !*err.msg)
		abort();
	return r;
}

static const size_t sizes[] = {
	[WATTEST_RECORD_LOAD] = sizeof(struct wattest_load),
	[WATTEST_RECORD_UNLOAD] = sizeof(struct wattest_unload),
	[WATTEST_RECORD_SOURCE_ADD] = sizeof(struct wattest_source_add),
	[WATTEST_RECORD_SOURCE_DEL] = sizeof(struct wattest_removed),
	[WATTEST_RECORD_DEVICE_ADD] = sizeof(struct wattest_device_add),
	[WATTEST_RECORD_DEVICE_DEL] = sizeof(struct wattest_removed),
	[WATTEST_RECORD_WINDOW] = sizeof(struct wattest_window),
	[WATTEST_RECORD_PROBE_ADD] = sizeof(struct wattest_probe_add),
	[WATTEST_RECORD_PROBE_DEL] = sizeof(struct wattest_probe_del),
	[WATTEST_RECORD_EVENT] = sizeof(struct wattest_event),
	[WATTEST_RECORD_TIME] = sizeof(struct wattest_time),
	[WATTEST_RECORD_LOST] = sizeof(struct wattest_lost),
	[WATTEST_RECORD_ANCHOR] = sizeof(struct wattest_anchor),
};

TEST(every_type)
{
	struct wt_record rec;
	struct raw raw;
	uint16_t type;

	for (type = WATTEST_RECORD_LOAD; type <= WATTEST_RECORD_ANCHOR; type++) {
		raw = record(type, sizes[type]);
		ASSERT_EQ(0, decode(&raw, &rec));
		EXPECT_EQ(type, rec.type);
		EXPECT_EQ(9, rec.seq);
		EXPECT_EQ(1234, rec.boottime_ns);
		EXPECT_EQ(sizes[type], rec.payload.n);
		EXPECT_STRNE("?", wt_record_name(type));
		EXPECT_EQ(type == WATTEST_RECORD_WINDOW || type == WATTEST_RECORD_UNLOAD,
			  wt_record_closes(type));
	}
}

TEST(unknown_types)
{
	static const uint16_t types[] = { 0, WATTEST_RECORD_ANCHOR + 1, 15, 0xffff };
	struct wt_record rec;
	struct raw raw;
	size_t i;

	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		raw = record(types[i], 8);
		EXPECT_EQ(-EBADMSG, decode(&raw, &rec));
		EXPECT_STREQ("?", wt_record_name(types[i]));
	}
}

TEST(lengths)
{
	struct wt_record rec;
	struct raw raw;
	uint16_t type;
	size_t n;

	for (type = WATTEST_RECORD_LOAD; type <= WATTEST_RECORD_ANCHOR; type++) {
		raw = record(type, sizes[type] + 8);
		EXPECT_EQ(-EBADMSG, decode(&raw, &rec));
		raw = record(type, sizes[type] - 8);
		EXPECT_EQ(-EBADMSG, decode(&raw, &rec));
		raw = record(type, sizes[type]);
		for (n = 0; n < raw.n; n++) { /* cut anywhere, and the length with it or not */
			struct raw cut = raw;

			cut.n = n;
			EXPECT_EQ(-EBADMSG, decode(&cut, &rec));
			cut.p[0] = (uint8_t)n;
			cut.p[1] = (uint8_t)(n >> 8);
			EXPECT_EQ(-EBADMSG, decode(&cut, &rec));
		}
	}
}

TEST(version_and_seq)
{
	struct raw raw = record(WATTEST_RECORD_TIME, sizeof(struct wattest_time));
	struct wt_record rec;

	raw.p[offsetof(struct wattest_record, version)] = 2;
	EXPECT_EQ(-EBADMSG, decode(&raw, &rec));
	raw.p[offsetof(struct wattest_record, version)] = 0;
	EXPECT_EQ(-EBADMSG, decode(&raw, &rec));
	raw = record(WATTEST_RECORD_TIME, sizeof(struct wattest_time));
	raw.p[offsetof(struct wattest_record, seq)] = 0;
	EXPECT_EQ(-EBADMSG, decode(&raw, &rec));
}

/* What it says of itself is not what it has, though all else is as it must be. */
TEST(length_that_is_none)
{
	struct raw raw = record(WATTEST_RECORD_TIME, sizeof(struct wattest_time));
	struct wt_record rec;

	raw.p[offsetof(struct wattest_record, len)] += 8;
	EXPECT_EQ(-EBADMSG, decode(&raw, &rec));
	raw.p[offsetof(struct wattest_record, len)] -= 16;
	EXPECT_EQ(-EBADMSG, decode(&raw, &rec));
}

TEST(strings)
{
	static const struct {
		const char *bytes;
		size_t n;
		bool good;
	} serials[] = {
		{ "GS-10015197", 11, true }, { "\xd0\x96", 2, true }, /* UTF-8 */
		{ "a\0b", 3, false }, /* something behind its end */
		{ "a\nb", 3, false },	     { "\x7f", 1, false },
		{ "\xc2\x85", 2, false }, /* C1 */
		{ "\xff", 1, false },	     { "\xd0", 1, false }, /* half a character */
	};
	struct wt_record rec;
	struct raw raw;
	size_t i;

	for (i = 0; i < sizeof(serials) / sizeof(serials[0]); i++) {
		raw = record(WATTEST_RECORD_DEVICE_ADD, sizeof(struct wattest_device_add));
		memcpy(raw.p + HEADER + offsetof(struct wattest_device_add, serial),
		       serials[i].bytes, serials[i].n);
		EXPECT_EQ(serials[i].good ? 0 : -EBADMSG, decode(&raw, &rec));
	}
	/* Without a NUL at its end, in each string of each type. */
	static const struct {
		uint16_t type;
		size_t at, len;
	} fields[] = {
		{ WATTEST_RECORD_LOAD, offsetof(struct wattest_load, release), 64 },
		{ WATTEST_RECORD_LOAD, offsetof(struct wattest_load, version), 32 },
		{ WATTEST_RECORD_SOURCE_ADD, offsetof(struct wattest_source_add, chip), 32 },
		{ WATTEST_RECORD_SOURCE_ADD, offsetof(struct wattest_source_add, parent), 64 },
		{ WATTEST_RECORD_SOURCE_ADD, offsetof(struct wattest_source_add, attribute), 32 },
		{ WATTEST_RECORD_SOURCE_ADD, offsetof(struct wattest_source_add, label), 32 },
		{ WATTEST_RECORD_DEVICE_ADD, offsetof(struct wattest_device_add, path), 32 },
		{ WATTEST_RECORD_DEVICE_ADD, offsetof(struct wattest_device_add, manufacturer),
		  64 },
		{ WATTEST_RECORD_DEVICE_ADD, offsetof(struct wattest_device_add, product), 64 },
		{ WATTEST_RECORD_PROBE_ADD, offsetof(struct wattest_probe_add, name), 16 },
		{ WATTEST_RECORD_PROBE_ADD, offsetof(struct wattest_probe_add, target), 64 },
		{ WATTEST_RECORD_EVENT, offsetof(struct wattest_event, comm), 16 },
		{ WATTEST_RECORD_EVENT, offsetof(struct wattest_event, detail), 64 },
	};
	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		raw = record(fields[i].type, sizes[fields[i].type]);
		memset(raw.p + HEADER + fields[i].at, 'x', fields[i].len - 1);
		EXPECT_EQ(0, decode(&raw, &rec));
		memset(raw.p + HEADER + fields[i].at, 'x', fields[i].len);
		EXPECT_EQ(-EBADMSG, decode(&raw, &rec));
	}
}

/* A WINDOW with one source, two devices and a nonce of 9 bytes: padding of 7. */
static struct raw window(void)
{
	size_t n = sizeof(struct wattest_window) + sizeof(struct wattest_window_source) +
		   2 * sizeof(struct wattest_window_device) + 9;
	struct raw raw = record(WATTEST_RECORD_WINDOW, n);
	struct wattest_window head = { .from_ns = htole64(1000),
				       .realtime_ns = htole64(77),
				       .sources = htole16(1),
				       .devices = htole16(2),
				       .nonce_len = 9,
				       .probes = 3,
				       .flags = 1 };
	struct wattest_window_source source = { .energy_uj = htole64(UINT64_C(1) << 40),
						.unmeasured_ns = htole64(5),
						.id = htole32(4),
						.min_mw = htole32(10),
						.max_mw = htole32(30),
						.last_mw = htole32(20),
						.samples = htole32(6),
						.missed = htole32(7),
						.refused = htole32(8) };
	struct wattest_window_device device = { .transfers_in = htole64(1),
						.transfers_out = htole64(2),
						.bytes_in = htole64(3),
						.bytes_out = htole64(4),
						.id = htole32(5),
						.errors = htole32(6) };
	uint8_t *p = raw.p + HEADER;

	memcpy(p, &head, sizeof(head));
	memcpy(p + sizeof(head), &source, sizeof(source));
	memcpy(p + sizeof(head) + sizeof(source) + sizeof(device), &device, sizeof(device));
	memcpy(p + sizeof(head) + sizeof(source) + 2 * sizeof(device), "123456789", 9);
	return raw;
}

TEST(window_is_read)
{
	struct raw raw = window();
	struct wt_window_source source;
	struct wt_window_device device;
	struct wt_window w;
	struct wt_record rec;

	ASSERT_EQ(0, wt_record_decode(wt_span(raw.p, raw.n), &rec, NULL));
	wt_window_read(&rec, &w);
	EXPECT_EQ(1000, w.from_ns);
	EXPECT_EQ(1234, w.to_ns);
	EXPECT_EQ(77, w.realtime_ns);
	EXPECT_EQ(1, w.sources);
	EXPECT_EQ(2, w.devices);
	EXPECT_EQ(3, w.probes);
	EXPECT_EQ(1, w.flags);
	ASSERT_EQ(9, w.nonce.n);
	EXPECT_EQ(0, memcmp("123456789", w.nonce.p, 9));
	EXPECT_EQ(NULL, w.key.p);
	wt_window_source(&w, 0, &source);
	EXPECT_EQ(UINT64_C(1) << 40, source.energy_uj);
	EXPECT_EQ(5, source.unmeasured_ns);
	EXPECT_EQ(4, source.id);
	EXPECT_EQ(10, source.min_mw);
	EXPECT_EQ(30, source.max_mw);
	EXPECT_EQ(20, source.last_mw);
	EXPECT_EQ(6, source.samples);
	EXPECT_EQ(7, source.missed);
	EXPECT_EQ(8, source.refused);
	wt_window_device(&w, 1, &device);
	EXPECT_EQ(1, device.transfers_in);
	EXPECT_EQ(2, device.transfers_out);
	EXPECT_EQ(3, device.bytes_in);
	EXPECT_EQ(4, device.bytes_out);
	EXPECT_EQ(5, device.id);
	EXPECT_EQ(6, device.errors);
}

TEST(window_is_refused)
{
	struct wt_record rec;
	struct raw raw = window();
	uint8_t *head = raw.p + HEADER;

	ASSERT_EQ(0, decode(&raw, &rec));
	raw.p[raw.n - 1] = 1; /* padding */
	EXPECT_EQ(-EBADMSG, decode(&raw, &rec));
	raw.p[raw.n - 1] = 0;
	head[offsetof(struct wattest_window, sources)] = 2;
	EXPECT_EQ(-EBADMSG, decode(&raw, &rec));
	head[offsetof(struct wattest_window, sources)] = 1;
	head[offsetof(struct wattest_window, devices)] = 3;
	EXPECT_EQ(-EBADMSG, decode(&raw, &rec));
	head[offsetof(struct wattest_window, devices)] = 2;
	head[offsetof(struct wattest_window, sources) + 1] = 0xff;
	EXPECT_EQ(-EBADMSG, decode(&raw, &rec));
	head[offsetof(struct wattest_window, sources) + 1] = 0;
	head[offsetof(struct wattest_window, nonce_len)] = 7;
	EXPECT_EQ(-EBADMSG, decode(&raw, &rec));
	head[offsetof(struct wattest_window, nonce_len)] = 65;
	EXPECT_EQ(-EBADMSG, decode(&raw, &rec));
	head[offsetof(struct wattest_window, nonce_len)] = 9;
	head[offsetof(struct wattest_window, key_len)] = 1;
	EXPECT_EQ(-EBADMSG, decode(&raw, &rec));
}

/* As long as its counts say, which are beyond what the module writes. */
TEST(window_is_refused_whatever_its_length)
{
	static const struct {
		unsigned int sources, devices, nonce;
		const char *words;
	} wrong[] = {
		{ WATTEST_MAX_SOURCES + 1, 0, 0, "WINDOW of 257 sources and 0 devices" },
		{ 0, WATTEST_MAX_DEVICES + 1, 0, "WINDOW of 0 sources and 1025 devices" },
		{ 0, 0, 7, "WINDOW with a nonce of 7 bytes" },
		{ 0, 0, 65, "WINDOW with a nonce of 65 bytes" },
	};
	size_t i;

	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		size_t n = HEADER + sizeof(struct wattest_window) +
			   wrong[i].sources * sizeof(struct wattest_window_source) +
			   wrong[i].devices * sizeof(struct wattest_window_device) + wrong[i].nonce;
		struct raw start = record(WATTEST_RECORD_WINDOW, sizeof(struct wattest_window));
		uint8_t *p = calloc(1, (n + 7) / 8 * 8);
		struct wattest_window *w = (struct wattest_window *)(p + HEADER);
		struct wt_err err = { "" };
		struct wt_record rec;

		n = (n + 7) / 8 * 8;
		memcpy(p, start.p, start.n);
		((struct wattest_record *)p)->len = htole32((uint32_t)n);
		w->sources = htole16((uint16_t)wrong[i].sources);
		w->devices = htole16((uint16_t)wrong[i].devices);
		w->nonce_len = (uint8_t)wrong[i].nonce;
		EXPECT_EQ(-EBADMSG, wt_record_decode(wt_span(p, n), &rec, &err));
		EXPECT_NE(NULL, strstr(err.msg, wrong[i].words)) TH_LOG("%s", err.msg);
		free(p);
	}
}

TEST(keys)
{
	struct wattest_unload *unload;
	struct wattest_anchor *anchor;
	struct wt_record rec;
	struct raw raw = window();
	char line[512];
	struct wt_span key;

	/* the nonce of 9 bytes, then the key, then padding */
	raw.n += WATTEST_DIGEST_LEN;
	raw.p[0] = (uint8_t)raw.n;
	raw.p[1] = (uint8_t)(raw.n >> 8);
	raw.p[HEADER + offsetof(struct wattest_window, key_len)] = WATTEST_DIGEST_LEN;
	memset(raw.p + raw.n - 3 - WATTEST_DIGEST_LEN, 0xa5, WATTEST_DIGEST_LEN);
	ASSERT_EQ(0, wt_record_decode(wt_span(raw.p, raw.n), &rec, NULL));
	key = wt_record_key(&rec);
	ASSERT_EQ(WATTEST_DIGEST_LEN, key.n);
	EXPECT_EQ(0xa5, key.p[0]);
	EXPECT_EQ(0xa5, key.p[WATTEST_DIGEST_LEN - 1]);
	wt_record_print(&rec, line, sizeof(line));
	EXPECT_NE(NULL, strstr(line, "313233343536373839, key a5a5a5a5a5a5a5a5...;"))
	{
		TH_LOG("%s", line);
	}
	raw.p[HEADER + offsetof(struct wattest_window, key_len)] = WATTEST_DIGEST_LEN - 1;
	EXPECT_EQ(-EBADMSG, decode(&raw, &rec));

	raw = record(WATTEST_RECORD_UNLOAD, sizeof(*unload));
	unload = (struct wattest_unload *)(raw.p + HEADER);
	ASSERT_EQ(0, wt_record_decode(wt_span(raw.p, raw.n), &rec, NULL));
	EXPECT_EQ(NULL, wt_record_key(&rec).p);
	unload->key[31] = 7; /* bytes of a key that is said not to be there */
	EXPECT_EQ(-EBADMSG, decode(&raw, &rec));
	unload->key_len = htole32(31);
	EXPECT_EQ(-EBADMSG, decode(&raw, &rec));
	unload->key_len = htole32(WATTEST_DIGEST_LEN);
	ASSERT_EQ(0, wt_record_decode(wt_span(raw.p, raw.n), &rec, NULL));
	ASSERT_EQ(WATTEST_DIGEST_LEN, wt_record_key(&rec).n);
	EXPECT_EQ(7, wt_record_key(&rec).p[31]);

	raw = record(WATTEST_RECORD_ANCHOR, sizeof(*anchor));
	anchor = (struct wattest_anchor *)(raw.p + HEADER);
	ASSERT_EQ(0, wt_record_decode(wt_span(raw.p, raw.n), &rec, NULL));
	EXPECT_EQ(NULL, wt_record_key(&rec).p);
	anchor->keys = 0;
	EXPECT_EQ(-EBADMSG, decode(&raw, &rec));
}

TEST(events_have_words)
{
	struct wattest_event event = { .kind = htole16(WATTEST_EVENT_RAW),
				       .count = htole32(1),
				       .pid = htole32(77),
				       .comm = "dd",
				       .detail = "/dev/mem" };
	struct raw raw = record(WATTEST_RECORD_EVENT, sizeof(event));
	struct wt_record rec;
	char line[512];
	uint16_t kind;

	for (kind = WATTEST_EVENT_DETACH; kind <= WATTEST_EVENT_MODULE; kind++)
		EXPECT_STRNE("an unknown event", wt_record_event_name(kind));
	EXPECT_STREQ("an unknown event", wt_record_event_name(0));
	EXPECT_STREQ("an unknown event", wt_record_event_name(WATTEST_EVENT_MODULE + 1));
	memcpy(raw.p + HEADER, &event, sizeof(event));
	ASSERT_EQ(0, wt_record_decode(wt_span(raw.p, raw.n), &rec, NULL));
	wt_record_print(&rec, line, sizeof(line));
	EXPECT_STREQ("EVENT      a raw device was opened: /dev/mem, by dd (77)", line);
	event.count = htole32(12);
	memcpy(raw.p + HEADER, &event, sizeof(event));
	wt_record_print(&rec, line, sizeof(line));
	EXPECT_STREQ("EVENT      a raw device was opened: /dev/mem, 12 times, by dd (77)", line);
}

TEST(printed)
{
	char line[512], tiny[5];
	struct wt_record rec;
	struct raw raw = record(WATTEST_RECORD_DEVICE_ADD, sizeof(struct wattest_device_add));
	struct wattest_device_add add = { .id = htole32(2),
					  .bus = 1,
					  .vid = htole16(0x10c4),
					  .pid = htole16(0xea60),
					  .path = "1-4",
					  .serial = "GS-1",
					  .product = "CP2102" };
	uint16_t type;

	memcpy(raw.p + HEADER, &add, sizeof(add));
	ASSERT_EQ(0, wt_record_decode(wt_span(raw.p, raw.n), &rec, NULL));
	wt_record_print(&rec, line, sizeof(line));
	EXPECT_STREQ("DEVICE_ADD 2: USB 10c4:ea60 serial GS-1 at 1-4, CP2102", line);
	wt_record_print(&rec, tiny, sizeof(tiny));
	EXPECT_STREQ("DEVI", tiny);

	raw = window();
	ASSERT_EQ(0, wt_record_decode(wt_span(raw.p, raw.n), &rec, NULL));
	wt_record_print(&rec, line, sizeof(line));
	EXPECT_NE(NULL, strstr(line, "observed, nonce 313233343536373839; source 4 "))
	{
		TH_LOG("%s", line);
	}
	/* No type is left out, and none reads beyond its payload (ASan). */
	for (type = WATTEST_RECORD_LOAD; type <= WATTEST_RECORD_ANCHOR; type++) {
		raw = record(type, sizes[type]);
		ASSERT_EQ(0, wt_record_decode(wt_span(raw.p, raw.n), &rec, NULL));
		wt_record_print(&rec, line, sizeof(line));
		EXPECT_LT(11, strlen(line));
	}
}

TEST_HARNESS_MAIN
