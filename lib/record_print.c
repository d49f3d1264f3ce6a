// SPDX-License-Identifier: Apache-2.0
/*
 * One line a record. Payload structs are copied out whole and their integers turned to host order
 * where used.
 */
#include "lib/record.h"

#include <endian.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/format.h"
#include "lib/match.h"
#include "lib/timestamp.h"

#define NS_PER_MS UINT64_C(1000000)
#define NS_PER_S UINT64_C(1000000000)

/* A line that grows up to its bound and then stays as it is. */
struct line {
	char *p;
	size_t cap;
	size_t n;
};

static void add(struct line *line, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void add(struct line *line, const char *format, ...)
{
	va_list args;
	int n;

	if (line->n + 1 >= line->cap)
		return;
	va_start(args, format);
	n = vsnprintf(line->p + line->n, line->cap - line->n, format, args);
	va_end(args);
	if (n > 0)
		line->n = (size_t)n < line->cap - line->n ? line->n + (size_t)n : line->cap - 1;
}

void wt_device_name(uint8_t bus, uint16_t vid, uint16_t pid, const char *serial, const char *path,
		    char *ret, size_t cap)
{
	struct line line = { ret, cap, 0 };

	if (bus == WATTEST_BUS_USB)
		add(&line, "USB");
	else
		add(&line, "bus %u", bus);
	add(&line, " %04x:%04x", vid, pid);
	if (*serial)
		add(&line, " serial %s", serial);
	else if (*path)
		add(&line, " at %s", path);
}

void wt_source_name(const char *chip, const char *parent, const char *attribute, const char *label,
		    char *ret, size_t cap)
{
	struct line line = { ret, cap, 0 };

	add(&line, "%s%s%s %s", chip, *parent ? "/" : "", wt_last_part(parent), attribute);
	if (*label)
		add(&line, " (%s)", label);
}

static const char *lockdown_name(uint8_t lockdown)
{
	switch (lockdown) {
	case 0:
		return "no lockdown";
	case 1:
		return "lockdown integrity";
	case 2:
		return "lockdown confidentiality";
	default:
		return "lockdown unknown";
	}
}

/* Enough of a disclosed key to tell it from others. */
static void add_key(const struct wt_record *rec, struct line *line)
{
	struct wt_span key = wt_record_key(rec);
	char hex[17];

	if (!key.p)
		return;
	wt_hex(key.p, 8, hex);
	add(line, ", key %s...", hex);
}

static void print_load(const struct wt_record *rec, struct line *line)
{
	char epoch[2 * WATTEST_EPOCH_LEN + 1], at[WT_TIMESTAMP_LEN];
	struct wattest_load load;

	memcpy(&load, rec->payload.p, sizeof(load));
	wt_hex(load.epoch, sizeof(load.epoch), epoch);
	add(line, "epoch %s, module %s on %s, %s, signatures %s, taint %" PRIx64, epoch,
	    load.version, load.release, lockdown_name(load.lockdown),
	    load.sig_enforced ? "enforced" : "not enforced", le64toh(load.taint));
	if (load.secure_boot != WATTEST_SECURE_BOOT_UNKNOWN)
		add(line, ", secure boot %s", load.secure_boot == 1 ? "on" : "off");
	if (load.pcr != WATTEST_PCR_NONE)
		add(line, ", PCR %u", load.pcr);
	add(line, ", samples every %" PRIu64 " ms, windows of %" PRIu64 " ms, %s",
	    le64toh(load.sample_ns) / NS_PER_MS, le64toh(load.window_ns) / NS_PER_MS,
	    wt_timestamp_utc(le64toh(load.realtime_ns) / NS_PER_S, at));
}

static void print_unload(const struct wt_record *rec, struct line *line)
{
	char at[WT_TIMESTAMP_LEN];
	struct wattest_unload unload;

	memcpy(&unload, rec->payload.p, sizeof(unload));
	add(line, "%s", wt_timestamp_utc(le64toh(unload.realtime_ns) / NS_PER_S, at));
	add_key(rec, line);
}

static void print_anchor(const struct wt_record *rec, struct line *line)
{
	char hex[2 * WATTEST_DIGEST_LEN + 1];
	struct wattest_anchor anchor;

	memcpy(&anchor, rec->payload.p, sizeof(anchor));
	wt_hex(anchor.anchor, sizeof(anchor.anchor), hex);
	add(line, "of %" PRIu32 " keys: %s", le32toh(anchor.keys), hex);
}

static void print_source_add(const struct wt_record *rec, struct line *line)
{
	char name[sizeof(struct wattest_source_add)];
	struct wattest_source_add add_;

	memcpy(&add_, rec->payload.p, sizeof(add_));
	wt_source_name(add_.chip, add_.parent, add_.attribute, add_.label, name, sizeof(name));
	add(line, "%u: %s, %s", le32toh(add_.id), name,
	    add_.kind == WATTEST_SOURCE_ENERGY	? "an energy register"
	    : add_.kind == WATTEST_SOURCE_POWER ? "sampled power"
						: "of an unknown kind");
	if (strchr(add_.parent, '/'))
		add(line, ", at %s", add_.parent);
	if (add_.flags & WATTEST_SOURCE_LEGACY)
		add(line, ", legacy");
	if (add_.flags & WATTEST_SOURCE_UNREADABLE)
		add(line, ", cannot be read: %s",
		    strerrordesc_np(le16toh(add_.error)) ?: "unknown error");
}

static void print_device_add(const struct wt_record *rec, struct line *line)
{
	char name[sizeof(struct wattest_device_add)];
	struct wattest_device_add add_;

	memcpy(&add_, rec->payload.p, sizeof(add_));
	wt_device_name(add_.bus, le16toh(add_.vid), le16toh(add_.pid), add_.serial, add_.path, name,
		       sizeof(name));
	add(line, "%u: %s", le32toh(add_.id), name);
	if (*add_.serial)
		add(line, " at %s", add_.path);
	if (*add_.product)
		add(line, ", %s", add_.product);
	if (*add_.manufacturer)
		add(line, " by %s", add_.manufacturer);
	if (add_.flags & WATTEST_DEVICE_TRUNCATED)
		add(line, ", strings cut");
}

static void print_removed(const struct wt_record *rec, struct line *line)
{
	struct wattest_removed removed;

	memcpy(&removed, rec->payload.p, sizeof(removed));
	add(line, "%u", le32toh(removed.id));
}

static void print_window(const struct wt_record *rec, struct line *line)
{
	char text[WT_FORMAT_LEN], at[WT_TIMESTAMP_LEN], nonce[2 * WATTEST_NONCE_MAX + 1];
	struct wt_window_source source;
	struct wt_window_device device;
	struct wt_window window;
	size_t i;

	wt_window_read(rec, &window);
	add(line, "%" PRIu64 " ms to %s",
	    window.to_ns > window.from_ns ? (window.to_ns - window.from_ns) / NS_PER_MS : 0,
	    wt_timestamp_utc((int64_t)(window.realtime_ns / NS_PER_S), at));
	add(line, ", %s", window.flags & WATTEST_WINDOW_OBSERVED ? "observed" : "not observed");
	if (window.nonce.p) {
		wt_hex(window.nonce.p, window.nonce.n, nonce);
		add(line, ", nonce %s", nonce);
	}
	add_key(rec, line);
	for (i = 0; i < window.sources; i++) {
		wt_window_source(&window, i, &source);
		add(line, "; source %u %s", source.id, wt_format_energy(source.energy_uj, text));
		add(line, " %s", wt_format_power((uint64_t)source.last_mw * 1000, text));
		if (source.missed)
			add(line, " missed %u", source.missed);
		if (source.refused)
			add(line, " refused %u", source.refused);
		if (source.unmeasured_ns)
			add(line, " unmeasured %" PRIu64 " ms", source.unmeasured_ns / NS_PER_MS);
	}
	for (i = 0; i < window.devices; i++) {
		wt_window_device(&window, i, &device);
		add(line, "; device %u in %" PRIu64 " B out %" PRIu64 " B", device.id,
		    device.bytes_in, device.bytes_out);
		if (device.errors)
			add(line, " errors %u", device.errors);
	}
}

static void print_probe_add(const struct wt_record *rec, struct line *line)
{
	struct wattest_probe_add probe;
	char tag[2 * sizeof(probe.tag) + 1];

	memcpy(&probe, rec->payload.p, sizeof(probe));
	wt_hex(probe.tag, sizeof(probe.tag), tag);
	add(line, "program %u, %s, tag %s, on %s", le32toh(probe.prog_id), probe.name, tag,
	    probe.target);
}

static void print_probe_del(const struct wt_record *rec, struct line *line)
{
	struct wattest_probe_del probe;
	char tag[2 * sizeof(probe.tag) + 1];

	memcpy(&probe, rec->payload.p, sizeof(probe));
	wt_hex(probe.tag, sizeof(probe.tag), tag);
	add(line, "program %u, tag %s%s", le32toh(probe.prog_id), tag,
	    le32toh(probe.reason) == WATTEST_REMOVED_OWNER ? ", its loader went" : "");
}

const char *wt_record_event_name(uint16_t kind)
{
	static const char *const names[] = {
		[WATTEST_EVENT_DETACH] = "a probe was detached",
		[WATTEST_EVENT_BPF] = "a BPF program was loaded",
		[WATTEST_EVENT_PTRACE] = "the agent was traced",
		[WATTEST_EVENT_RAW] = "a raw device was opened",
		[WATTEST_EVENT_SENSOR] = "a sensor was written to",
		[WATTEST_EVENT_UNBIND] = "a driver was unbound",
		[WATTEST_EVENT_KEXEC] = "another kernel was loaded",
		[WATTEST_EVENT_CLOCK] = "the clock was set",
		[WATTEST_EVENT_MODULE] = "a kernel module was loaded",
	};

	return kind < sizeof(names) / sizeof(names[0]) && names[kind] ? names[kind] :
								      "an unknown event";
}

static void print_event(const struct wt_record *rec, struct line *line)
{
	struct wattest_event event;

	memcpy(&event, rec->payload.p, sizeof(event));
	add(line, "%s", wt_record_event_name(le16toh(event.kind)));
	if (*event.detail)
		add(line, ": %s", event.detail);
	if (le32toh(event.count) != 1)
		add(line, ", %u times", le32toh(event.count));
	if (*event.comm)
		add(line, ", by %s (%u)", event.comm, le32toh(event.pid));
}

static void print_time(const struct wt_record *rec, struct line *line)
{
	char text[WT_FORMAT_LEN], at[WT_TIMESTAMP_LEN];
	struct wattest_time time;
	uint64_t delta;
	bool back;

	memcpy(&time, rec->payload.p, sizeof(time));
	delta = le64toh(time.delta_ns);
	switch (le32toh(time.kind)) {
	case WATTEST_TIME_STEP:
		back = delta >> 63;
		add(line, "the clock was set %s by %s", back ? "back" : "forward",
		    wt_format_duration((back ? -delta : delta) / NS_PER_S, text));
		break;
	case WATTEST_TIME_SUSPEND:
		add(line, "suspended");
		break;
	case WATTEST_TIME_RESUME:
		add(line, "resumed after %s", wt_format_duration(delta / NS_PER_S, text));
		break;
	case WATTEST_TIME_RATE:
		back = delta >> 63;
		add(line, "the clock ran %" PRIu64 " ppm too %s", (back ? -delta : delta) / 1000,
		    back ? "slow" : "fast");
		break;
	default:
		add(line, "kind %u", le32toh(time.kind));
	}
	add(line, ", %s", wt_timestamp_utc(le64toh(time.realtime_ns) / NS_PER_S, at));
}

static void print_lost(const struct wt_record *rec, struct line *line)
{
	static const char *const reasons[] = {
		[WATTEST_LOST_PRUNED] = "given up at the log's bound",
		[WATTEST_LOST_FULL] = "never written, the log was full",
		[WATTEST_LOST_MEMORY] = "never written, no memory",
		[WATTEST_LOST_LIMIT] = "never tracked, too many",
		[WATTEST_LOST_WITNESS] = "not in the TPM",
	};
	struct wattest_lost lost;
	uint16_t reason;

	memcpy(&lost, rec->payload.p, sizeof(lost));
	reason = le16toh(lost.reason);
	add(line, "%u %s %s", le32toh(lost.count), wt_record_name(le16toh(lost.type)),
	    reason >= 1 && reason <= WATTEST_LOST_WITNESS ? reasons[reason]
							  : "for an unknown reason");
	if (lost.first_seq)
		add(line, ", records %" PRIu64 " to %" PRIu64, le64toh(lost.first_seq),
		    le64toh(lost.last_seq));
}

void wt_record_print(const struct wt_record *rec, char *ret, size_t cap)
{
	static void (*const print[])(const struct wt_record *, struct line *) = {
		[WATTEST_RECORD_LOAD] = print_load,
		[WATTEST_RECORD_UNLOAD] = print_unload,
		[WATTEST_RECORD_SOURCE_ADD] = print_source_add,
		[WATTEST_RECORD_SOURCE_DEL] = print_removed,
		[WATTEST_RECORD_DEVICE_ADD] = print_device_add,
		[WATTEST_RECORD_DEVICE_DEL] = print_removed,
		[WATTEST_RECORD_WINDOW] = print_window,
		[WATTEST_RECORD_PROBE_ADD] = print_probe_add,
		[WATTEST_RECORD_PROBE_DEL] = print_probe_del,
		[WATTEST_RECORD_EVENT] = print_event,
		[WATTEST_RECORD_TIME] = print_time,
		[WATTEST_RECORD_LOST] = print_lost,
		[WATTEST_RECORD_ANCHOR] = print_anchor,
	};
	struct line line = { ret, cap, 0 };

	if (cap == 0)
		return;
	*ret = '\0';
	add(&line, "%-10s ", wt_record_name(rec->type));
	if (rec->type < sizeof(print) / sizeof(print[0]) && print[rec->type])
		print[rec->type](rec, &line);
}
