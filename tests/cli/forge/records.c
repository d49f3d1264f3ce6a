// SPDX-License-Identifier: Apache-2.0
#include "tests/cli/forge/records.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#define NS_PER_S UINT64_C(1000000000)
#define SOURCE_ID 1

/* Header and payload; a WINDOW's payload is padded here. */
static void add(struct history *history, uint16_t type, const void *payload, size_t n)
{
	static const uint8_t zeros[8];
	size_t padded = (n + 7) & ~(size_t)7;
	struct wattest_record head = {
		.len = htole32((uint32_t)(sizeof(head) + padded)),
		.type = htole16(type),
		.version = htole16(WATTEST_RECORD_VERSION),
		.seq = htole64(++history->seq),
		.boottime_ns = htole64(history->boottime_ns),
	};
	struct wt_buf *b = &history->bytes[history->n_records];

	if (history->n_records == HISTORY_MAX_RECORDS)
		abort();
	wt_buf_append(b, &head, sizeof(head));
	wt_buf_append(b, payload, n);
	wt_buf_append(b, zeros, padded - n);
	if (b->err)
		abort();
	history->records[history->n_records++] = (struct wt_att_record){.raw = wt_buf_span(b)};
}

void history_init(struct history *history, uint64_t realtime_ns)
{
	*history = (struct history){.boottime_ns = 100 * NS_PER_S, .realtime_ns = realtime_ns};
	memset(history->epoch, 0xe0, sizeof(history->epoch));
}

void history_clear(struct history *history)
{
	for (size_t i = 0; i < HISTORY_MAX_RECORDS; i++)
		wt_buf_free(&history->bytes[i]);
}

void history_reboot(struct history *history, unsigned long off_s)
{
	history->epoch[0]++;
	history->seq = 0;
	history->boottime_ns = 10 * NS_PER_S; /* the gap is at least that long */
	history->realtime_ns += off_s * NS_PER_S;
	history->energy_uj = 0;
	history->samples = 0;
	memset(history->devices, 0, sizeof(history->devices));
	history->n_devices = 0;
}

void history_begin_step(struct history *history)
{
	history_clear(history);
	history->n_records = 0;
	history->first_seq = history->seq + 1;
}

void history_load(struct history *history)
{
	struct wattest_load load = {
		.lockdown = WATTEST_LOCKDOWN_UNKNOWN,
		.tpm = history->tpm,
		.pcr = history->tpm ? history->pcr : WATTEST_PCR_NONE,
		.realtime_ns = htole64(history->realtime_ns),
		.sample_ns = htole64(NS_PER_S),
		.window_ns = htole64(60 * NS_PER_S),
		.max_gap_ns = htole64(3 * NS_PER_S),
		.limit_uw = htole64(UINT64_C(1000000000000)),
		.log_bytes = htole64(4 << 20),
		.release = "6.12.0-forged",
		.version = "0",
	};

	memcpy(load.epoch, history->epoch, sizeof(load.epoch));
	memcpy(load.chain_start, history->chain_start, sizeof(load.chain_start));
	add(history, WATTEST_RECORD_LOAD, &load, sizeof(load));
}

void history_anchor(struct history *history, const uint8_t anchor[32], uint32_t keys)
{
	struct wattest_anchor record = {.keys = htole32(keys)};

	memcpy(record.anchor, anchor, sizeof(record.anchor));
	add(history, WATTEST_RECORD_ANCHOR, &record, sizeof(record));
}

void history_source(struct history *history)
{
	const struct wattest_source_add source = {
		.id = htole32(SOURCE_ID),
		.kind = WATTEST_SOURCE_POWER,
		.chip = "dps800",
		.parent = "0-0058",
		.attribute = "power1_input",
		.label = "pin",
		.reading_uj = htole64(WATTEST_READING_UNKNOWN),
	};

	add(history, WATTEST_RECORD_SOURCE_ADD, &source, sizeof(source));
}

void history_device(struct history *history, const struct wt_reg_device *device)
{
	struct wattest_device_add dev = {
		.id = htole32((uint32_t)history->n_devices + 1),
		.bus = device->bus,
		.flags = WATTEST_DEVICE_CONVERTER,
		.vid = htole16(device->vid),
		.pid = htole16(device->pid),
		.release = htole16(0x0100),
	};

	memcpy(dev.serial, device->serial, sizeof(dev.serial));
	memcpy(dev.path, device->path, sizeof(dev.path));
	memcpy(dev.product, device->product, sizeof(dev.product));
	if (!*dev.path)
		dev.path[0] = '1', dev.path[1] = '-',
		dev.path[2] = (char)('1' + history->n_devices % 9);
	if (history->n_devices == HISTORY_MAX_DEVICES)
		abort();
	history->devices[history->n_devices++].id = le32toh(dev.id);
	add(history, WATTEST_RECORD_DEVICE_ADD, &dev, sizeof(dev));
}

void history_probe(struct history *history)
{
	const struct wattest_probe_add probe = {
		.prog_id = htole32(7),
		.tag = {0x4f, 0x2a, 0x91, 0xc0},
		.name = "usb_giveback",
		.target = "__usb_hcd_giveback_urb",
	};

	add(history, WATTEST_RECORD_PROBE_ADD, &probe, sizeof(probe));
}

void history_window(struct history *history, unsigned long seconds, unsigned long watts,
		    struct wt_span nonce)
{
	struct wattest_window window = {.from_ns = htole64(history->boottime_ns)};
	struct wattest_window_source source = {.id = htole32(SOURCE_ID)};
	struct wt_buf payload = {0};

	history->boottime_ns += seconds * NS_PER_S;
	history->realtime_ns += seconds * NS_PER_S;
	history->energy_uj += seconds * watts * UINT64_C(1000000);
	history->samples += seconds;
	window.realtime_ns = htole64(history->realtime_ns);
	window.sources = htole16(1);
	window.devices = htole16((uint16_t)history->n_devices);
	window.nonce_len = (uint8_t)nonce.n;
	window.key_len = history->key ? WATTEST_DIGEST_LEN : 0;
	window.probes = 1;
	window.flags = WATTEST_WINDOW_OBSERVED;
	source.energy_uj = htole64(history->energy_uj);
	/* Real power is never the same to the last bit for long. */
	source.min_mw = htole32((uint32_t)watts * 1000 - (history->frozen ? 0 : 5));
	source.max_mw = htole32((uint32_t)watts * 1000 + (history->frozen ? 0 : 5));
	source.last_mw = htole32((uint32_t)watts * 1000 +
				 (history->frozen ? 0 : (uint32_t)(history->seq % 5) - 2));
	source.samples = htole32((uint32_t)history->samples);
	wt_buf_append(&payload, &window, sizeof(window));
	wt_buf_append(&payload, &source, sizeof(source));
	for (size_t i = 0; i < history->n_devices; i++) {
		struct wt_window_device *d = &history->devices[i];
		struct wattest_window_device raw;

		d->transfers_in += seconds;
		d->transfers_out += seconds;
		d->bytes_in += 4 * seconds;
		d->bytes_out += 64 * seconds;
		raw = (struct wattest_window_device){
			.transfers_in = htole64(d->transfers_in),
			.transfers_out = htole64(d->transfers_out),
			.bytes_in = htole64(d->bytes_in),
			.bytes_out = htole64(d->bytes_out),
			.id = htole32(d->id),
		};
		wt_buf_append(&payload, &raw, sizeof(raw));
	}
	wt_buf_append(&payload, nonce.p, nonce.n);
	if (history->key)
		wt_buf_append(&payload, history->key, WATTEST_DIGEST_LEN);
	if (payload.err)
		abort();
	add(history, WATTEST_RECORD_WINDOW, payload.p, payload.n);
	wt_buf_free(&payload);
}
