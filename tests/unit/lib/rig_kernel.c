// SPDX-License-Identifier: Apache-2.0
/* The rig's kernel: measures as the integrator does, to the uJ, and writes the log. */
#include "rig.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "lib/chain.h"

/* Appends a record of the open step; returns its payload, to be bent before the step closes. */
uint8_t *rig_record(struct rig *rig, enum wattest_record_type type, const void *payload, size_t len)
{
	size_t whole = (sizeof(struct wattest_record) + len + 7) / 8 * 8;
	struct wattest_record rec = { .len = htole32((uint32_t)whole),
				      .type = htole16(type),
				      .version = htole16(WATTEST_RECORD_VERSION),
				      .seq = htole64(rig->seq),
				      .boottime_ns = htole64(rig->boot_ns) };
	struct wt_buf *b = &rig->records[rig->n_records];
	uint8_t *p;

	wt_buf_reset(b);
	p = wt_buf_extend(b, whole);
	if (!p)
		abort();
	memset(p, 0, whole);
	memcpy(p, &rec, sizeof(rec));
	memcpy(p + sizeof(rec), payload, len);
	rig->seq++;
	rig->n_records++;
	return p + sizeof(rec);
}

void rig_close_step(struct rig *rig)
{
	struct wt_att_record records[512] = { 0 };
	struct wt_buf scratch = { 0 };
	uint8_t digest[WT_SHA256_LEN];
	size_t i, n = rig->n_records - rig->open_step;

	for (i = 0; i < n; i++)
		records[i].raw = wt_buf_span(&rig->records[rig->open_step + i]);
	if (wt_chain_digest(records, n, &scratch, digest) < 0)
		abort();
	wt_buf_free(&scratch);
	wt_sha256_pair(rig->head, digest, rig->head);
	rig->keyed[rig->n_steps] = rig_keys_close(rig, rig->macs[rig->n_steps]);
	rig_tpm_step(rig, digest);
	rig->open_step = rig->n_records;
	rig->step_end[rig->n_steps++] = rig->open_step;
}

void rig_boot(struct rig *rig)
{
	struct wattest_load load = { .lockdown = 1,
				     .sig_enforced = 1,
				     .pcr = WATTEST_PCR_NONE,
				     .release = "6.12.0",
				     .version = "0.1" };

	memset(rig->epoch, (int)(rig->epoch[0] + 0x51), sizeof(rig->epoch));
	memset(rig->head, 0, sizeof(rig->head));
	if (rig->tpm.there) {
		load.tpm = 1;
		load.secure_boot = 1;
		load.pcr = rig->tpm.witness;
	}
	if (rig->tpm.there && load.pcr != WATTEST_PCR_NONE)
		memcpy(rig->head, rig->tpm.pcrs[load.pcr], sizeof(rig->head));
	memcpy(rig->before, rig->head, sizeof(rig->before));
	memcpy(load.chain_start, rig->head, sizeof(load.chain_start));
	memcpy(load.epoch, rig->epoch, sizeof(load.epoch));
	load.realtime_ns = htole64(rig->realtime_ns);
	load.sample_ns = htole64(rig->sample_ns);
	load.window_ns = htole64(60 * RIG_S);
	load.max_gap_ns = htole64(rig->max_gap_ns);
	load.limit_uw = htole64(UINT64_C(1000000000000));
	load.log_bytes = htole64(4096 * 1024);
	rig->seq = rig->first_unsigned = 1;
	rig->n_records = rig->open_step = rig->n_steps = 0;
	rig->n_sources = rig->n_devices = 0;
	rig->window_from_ns = rig->boot_ns;
	rig_record(rig, WATTEST_RECORD_LOAD, &load, sizeof(load));
	rig_keys_load(rig);
	rig_source(rig, "dps800", "power1_input", 100000);
	rig_device(rig, 0x10c4, 0xea60, rig->serial, "1-3", 0);
	rig_device(rig, 0x067b, 0x2303, "", "1-4", 0);
	rig->devices[0].rate = 64;
	rig->devices[1].rate = 32;
}

void rig_source_announce(struct rig *rig, size_t i, const char *chip, const char *attribute)
{
	struct wattest_source_add add = { .id = htole32(rig->sources[i].id),
					  .kind = WATTEST_SOURCE_POWER,
					  .reading_uj = htole64(WATTEST_READING_UNKNOWN) };

	if (rig->accumulator && i == 0) {
		add.kind = WATTEST_SOURCE_ENERGY;
		add.reading_uj = htole64(rig->raw_uj);
	}
	strcpy(add.chip, chip);
	strcpy(add.parent, rig->place);
	strcpy(add.attribute, attribute);
	strcpy(add.label, "pin");
	rig_record(rig, WATTEST_RECORD_SOURCE_ADD, &add, sizeof(add));
}

size_t rig_source(struct rig *rig, const char *chip, const char *attribute, uint32_t mw)
{
	size_t i = rig->n_sources++;

	rig->sources[i] = (struct rig_source){ .id = (uint32_t)i + 1,
					       .there = true,
					       .added_ns = rig->boot_ns,
					       .mw = mw,
					       .spread_mw = 500 };
	rig_source_announce(rig, i, chip, attribute);
	return i;
}

void rig_source_del(struct rig *rig, size_t i)
{
	struct wattest_removed removed = { .id = htole32(rig->sources[i].id),
					   .reason = htole32(WATTEST_REMOVED) };

	rig_record(rig, WATTEST_RECORD_SOURCE_DEL, &removed, sizeof(removed));
	rig->sources[i].there = false;
	rig->sources[i].listed = true;
}

size_t rig_device(struct rig *rig, uint16_t vid, uint16_t pid, const char *serial, const char *path,
		  uint8_t flags)
{
	struct wattest_device_add add = {
		.bus = WATTEST_BUS_USB, .flags = flags, .vid = htole16(vid), .pid = htole16(pid)
	};
	size_t i = rig->n_devices++;

	rig->devices[i] = (struct rig_device){ .id = (uint32_t)i + 1, .there = true };
	add.id = htole32(rig->devices[i].id);
	strcpy(add.path, path);
	strcpy(add.serial, serial);
	strcpy(add.product, "USB-Serial");
	rig_record(rig, WATTEST_RECORD_DEVICE_ADD, &add, sizeof(add));
	return i;
}

void rig_device_del(struct rig *rig, size_t i)
{
	struct wattest_removed removed = { .id = htole32(rig->devices[i].id),
					   .reason = htole32(WATTEST_REMOVED) };

	rig_record(rig, WATTEST_RECORD_DEVICE_DEL, &removed, sizeof(removed));
	rig->devices[i].there = false;
	rig->devices[i].listed = true;
}

static void measure(struct rig_source *s, uint64_t ns, uint64_t sample_ns)
{
	uint64_t samples = ns / sample_ns;

	if (s->dead) {
		s->at.missed += (uint32_t)samples;
		s->at.unmeasured_ns += ns;
		return;
	}
	s->at.energy_uj += (uint64_t)s->mw * ns / 1000000;
	s->at.samples += (uint32_t)samples;
	if (samples == 0)
		return;
	s->at.last_mw = s->mw;
	if (s->mw - s->spread_mw < s->at.min_mw)
		s->at.min_mw = s->mw - s->spread_mw;
	if (s->mw + s->spread_mw > s->at.max_mw)
		s->at.max_mw = s->mw + s->spread_mw;
}

void rig_pass(struct rig *rig, uint64_t ns)
{
	size_t i;

	rig->boot_ns += ns;
	rig->realtime_ns += ns;
	for (i = 0; i < rig->n_sources; i++) {
		if (!rig->sources[i].there)
			continue;
		if (rig->sources[i].at.max_mw == 0)
			rig->sources[i].at.min_mw = UINT32_MAX;
		measure(&rig->sources[i], ns, rig->sample_ns);
	}
	for (i = 0; i < rig->n_devices; i++) {
		struct rig_device *d = &rig->devices[i];

		if (!d->there || d->rate == 0)
			continue;
		d->at.transfers_out += ns / RIG_S;
		d->at.bytes_out += d->rate * (ns / RIG_S);
		d->at.transfers_in += ns / RIG_S;
		d->at.bytes_in += 4 * (ns / RIG_S);
	}
}

static struct wattest_window_source source_counters(struct rig_source *s)
{
	struct wattest_window_source raw = {
		.energy_uj = htole64(s->at.energy_uj),
		.unmeasured_ns = htole64(s->at.unmeasured_ns),
		.id = htole32(s->id),
		.min_mw = htole32(s->at.max_mw ? s->at.min_mw : UINT32_MAX),
		.max_mw = htole32(s->at.max_mw),
		.last_mw = htole32(s->at.last_mw),
		.samples = htole32(s->at.samples),
		.missed = htole32(s->at.missed),
		.refused = htole32(s->at.refused),
	};

	s->at.max_mw = s->at.last_mw = 0;
	s->at.min_mw = UINT32_MAX;
	return raw;
}

static struct wattest_window_device device_counters(const struct rig_device *d)
{
	return (struct wattest_window_device){
		.transfers_in = htole64(d->at.transfers_in),
		.transfers_out = htole64(d->at.transfers_out),
		.bytes_in = htole64(d->at.bytes_in),
		.bytes_out = htole64(d->at.bytes_out),
		.id = htole32(d->id),
		.errors = htole32(d->at.errors),
	};
}

static void list_counters(struct rig *rig, struct wt_buf *b, uint16_t *ret_sources,
			  uint16_t *ret_devices)
{
	struct wattest_window_source source;
	struct wattest_window_device device;
	size_t i;

	*ret_sources = *ret_devices = 0;
	for (i = 0; i < rig->n_sources; i++) {
		if (!rig->sources[i].there && !rig->sources[i].listed)
			continue;
		rig->sources[i].listed = false;
		source = source_counters(&rig->sources[i]);
		if (rig->edit_source)
			rig->edit_source(rig, i, &source);
		wt_buf_append(b, &source, sizeof(source));
		(*ret_sources)++;
	}
	for (i = 0; i < rig->n_devices; i++) {
		if (!rig->devices[i].there && !rig->devices[i].listed)
			continue;
		rig->devices[i].listed = false;
		device = device_counters(&rig->devices[i]);
		if (rig->edit_device)
			rig->edit_device(rig, i, &device);
		wt_buf_append(b, &device, sizeof(device));
		(*ret_devices)++;
	}
}

void rig_window(struct rig *rig, uint64_t seconds, struct wt_span nonce)
{
	struct wattest_window head = { 0 };
	struct wt_buf payload = { 0 };
	struct wt_span key;
	uint16_t sources, devices;
	uint8_t *p;

	rig_keys_anchor(rig);
	key = rig_keys_disclose(rig);
	rig_pass(rig, seconds * RIG_S);
	wt_buf_append(&payload, &head, sizeof(head));
	list_counters(rig, &payload, &sources, &devices);
	wt_buf_append(&payload, nonce.p, nonce.n);
	wt_buf_append(&payload, key.p, key.n);
	head = (struct wattest_window){
		.from_ns = htole64(rig->window_from_ns),
		.realtime_ns = htole64(rig->realtime_ns),
		.sources = htole16(sources),
		.devices = htole16(devices),
		.nonce_len = (uint8_t)nonce.n,
		.key_len = (uint8_t)key.n,
		.probes = rig->observed,
		.flags = rig->observed ? WATTEST_WINDOW_OBSERVED : 0,
	};
	memcpy(payload.p, &head, sizeof(head));
	p = rig_record(rig, WATTEST_RECORD_WINDOW, payload.p, payload.n);
	wt_buf_free(&payload);
	if (rig->edit_window)
		rig->edit_window(rig, (struct wattest_record *)(p - sizeof(struct wattest_record)),
				 (struct wattest_window *)p);
	rig->window_from_ns = rig->boot_ns;
	rig_close_step(rig);
}

void rig_unload(struct rig *rig)
{
	struct wattest_unload unload = { .realtime_ns = htole64(rig->realtime_ns) };
	struct wt_span key;

	rig_keys_anchor(rig);
	key = rig_keys_disclose(rig);
	unload.key_len = htole32((uint32_t)key.n);
	if (key.n)
		memcpy(unload.key, key.p, key.n);
	rig_record(rig, WATTEST_RECORD_UNLOAD, &unload, sizeof(unload));
	rig_close_step(rig);
}

void rig_lost(struct rig *rig, uint16_t type, uint16_t reason, uint32_t count)
{
	struct wattest_lost lost = { .type = htole16(type),
				     .reason = htole16(reason),
				     .count = htole32(count) };

	rig_record(rig, WATTEST_RECORD_LOST, &lost, sizeof(lost));
}

void rig_lost_steps(struct rig *rig, uint64_t first_seq, uint64_t last_seq)
{
	struct wattest_lost lost = { .type = htole16(WATTEST_RECORD_WINDOW),
				     .reason = htole16(WATTEST_LOST_WITNESS),
				     .count = htole32(1),
				     .first_seq = htole64(first_seq),
				     .last_seq = htole64(last_seq) };

	rig_record(rig, WATTEST_RECORD_LOST, &lost, sizeof(lost));
}

void rig_reload(struct rig *rig)
{
	rig->raw_uj += rig->sources[0].at.energy_uj;
	rig_boot(rig);
}

void rig_step_clock(struct rig *rig, int64_t ns, bool recorded)
{
	struct wattest_time time = { .kind = htole32(WATTEST_TIME_STEP),
				     .delta_ns = htole64((uint64_t)ns) };

	rig->realtime_ns += (uint64_t)ns;
	time.realtime_ns = htole64(rig->realtime_ns);
	if (recorded)
		rig_record(rig, WATTEST_RECORD_TIME, &time, sizeof(time));
}

void rig_clock_rate(struct rig *rig, int64_t ppb)
{
	struct wattest_time time = { .kind = htole32(WATTEST_TIME_RATE),
				     .delta_ns = htole64((uint64_t)ppb),
				     .realtime_ns = htole64(rig->realtime_ns) };

	rig_record(rig, WATTEST_RECORD_TIME, &time, sizeof(time));
}

void rig_off(struct rig *rig, uint64_t seconds)
{
	rig->raw_uj += rig->sources[0].at.energy_uj;
	rig->realtime_ns += seconds * RIG_S;
	rig->tpm.clock_ms += rig->boot_ns / 1000000;
	rig->boot_ns = 5 * RIG_S;
	if (rig->tpm.there)
		rig_tpm_reset(rig);
}

void rig_probe_of(struct rig *rig, uint32_t prog_id, const char *target)
{
	struct wattest_probe_add probe = { .prog_id = htole32(prog_id), .name = "wattest_usb" };

	strcpy(probe.target, target);
	rig_record(rig, WATTEST_RECORD_PROBE_ADD, &probe, sizeof(probe));
}

void rig_probe(struct rig *rig, const char *target)
{
	rig_probe_of(rig, 1, target);
}

void rig_probe_del(struct rig *rig, uint32_t prog_id)
{
	struct wattest_probe_del probe = { .prog_id = htole32(prog_id),
					   .reason = htole32(WATTEST_REMOVED_OWNER) };

	rig_record(rig, WATTEST_RECORD_PROBE_DEL, &probe, sizeof(probe));
}

void rig_watch(struct rig *rig)
{
	static const char *const targets[] = {
		"security_bpf",
		"proc_dointvec",
		"perf_event_bpf_event",
		"security_bpf_prog_load",
		"security_ptrace_access_check",
		"mm_access",
		"chrdev_open",
		"open_kcore",
		"dev_attr_store",
		"device_driver_detach",
		"kimage_terminate",
		"security_settime64",
		"do_adjtimex",
		"do_init_module",
	};

	for (uint32_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++)
		rig_probe_of(rig, RIG_WATCH + i, targets[i]);
}

void rig_event(struct rig *rig, enum wattest_event_kind kind, uint32_t count, const char *detail)
{
	struct wattest_event event = { .kind = htole16(kind), .count = htole32(count) };

	if (detail) {
		event.pid = htole32(77);
		strcpy(event.comm, "tool");
		strcpy(event.detail, detail);
	}
	rig_record(rig, WATTEST_RECORD_EVENT, &event, sizeof(event));
}
