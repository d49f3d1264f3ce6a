// SPDX-License-Identifier: Apache-2.0
/*
 * Devices against the registration (lib/match.h): by bus, vid, pid, serial number, and its port where
 * that is registered; strings that were cut match nothing. One that is not
 * registered is a warning while nothing was sent to it, and contraindicated once it worked.
 */
#include "lib/appraisal/private.h"

#include "lib/appraisal/log.h"
#include "lib/match.h"

#include <endian.h>
#include <stdio.h>

#define MAX_TALLIES 4096 /* more devices than these are counted, not named */
#define NO_TALLY SIZE_MAX

static const char *words(const struct device *d, char ret[160])
{
	if (d->known)
		wt_device_name(d->bus, d->vid, d->pid, d->serial, d->path, ret, 160);
	else
		snprintf(ret, 160, "device %" PRIu32, d->id);
	return ret;
}

static int find_registered(const struct wt_appraisal *a, const struct device *d)
{
	size_t i;

	if (!d->known || (d->flags & WATTEST_DEVICE_TRUNCATED))
		return UNREGISTERED;
	for (i = 0; a->registered && i < a->reg.n_devices; i++) {
		if (wt_match_device(&a->reg.devices[i], d->bus, d->vid, d->pid, d->serial, d->path,
				    d->product))
			return (int)i;
	}
	return UNREGISTERED;
}

/*
 * The line of the verdict that this device counts for: one for each registered device, and for each
 * other name.
 */
static int give_tally(struct wt_appraisal *a, struct device *d)
{
	struct device_tally *tally = a->run.devices, *end = tally + a->run.n_devices;
	char name[160];

	words(d, name);
	for (; tally < end; tally++) {
		if (d->registered != UNREGISTERED
			    ? tally->registered == d->registered
			    : tally->registered == UNREGISTERED &&
				      strcmp(tally->summary.name, name) == 0) {
			d->tally = tally - a->run.devices;
			return 0;
		}
	}
	d->tally = NO_TALLY;
	if (a->run.n_devices >= MAX_TALLIES) {
		a->run.untallied++;
		return 0;
	}
	tally = room_for_one(a->run.devices, a->run.n_devices, sizeof(*tally));
	if (!tally)
		return -ENOMEM;
	a->run.devices = tally;
	d->tally = a->run.n_devices++;
	tally += d->tally;
	*tally = (struct device_tally){ .registered = d->registered, .known = d->known };
	tally->summary.registered = d->registered != UNREGISTERED;
	memcpy(tally->summary.name, name, sizeof(name));
	return 0;
}

static const struct device_tally *tally_of(const struct wt_appraisal *a, int registered)
{
	const struct device_tally *tally;

	for (tally = a->run.devices; tally < a->run.devices + a->run.n_devices; tally++) {
		if (tally->registered == registered)
			return tally;
	}
	return NULL;
}

/* Another one that is there and matches the same registered device. */
static const struct device *find_clone(const struct history *h, const struct device *d)
{
	const struct device *other;

	for (other = h->devices; other < h->devices + h->n_devices; other++) {
		if (other != d && !other->removed && other->registered == d->registered)
			return other;
	}
	return NULL;
}

static void identify(struct wt_appraisal *a, struct device *d)
{
	const struct device *clone;
	char name[160], since[WT_TIMESTAMP_LEN];

	d->registered = find_registered(a, d);
	d->reported = false;
	if (d->registered != UNREGISTERED) {
		clone = find_clone(&a->h, d);
		if (clone)
			wt_find(&a->found, WT_DEVICE_CLONED,
				"%.120s is there twice at a time: at %s and at %s", words(d, name),
				clone->path, d->path);
	} else if (!d->known) {
		wt_find(&a->found, WT_DEVICE_UNIDENTIFIED,
			"device %" PRIu32
			" was plugged in before the first attestation looked at: give the attestations "
			"from the log's LOAD on, or a state",
			d->id);
	} else if (a->registered) {
		wt_timestamp_utc((int64_t)(realtime_of(&a->h, a->h.boottime_ns) / NS_PER_S), since);
		wt_find(&a->found, WT_DEVICE_IDLE,
			"%.140s is there (seen %s) and is not registered; nothing was sent to it",
			words(d, name), since);
	}
}

int wt_device_match(struct wt_appraisal *a, struct device *d)
{
	identify(a, d);
	return wt_sighting_begin(a, d) < 0 ? -ENOMEM : give_tally(a, d);
}

int wt_device_renew(struct wt_appraisal *a, struct device *d)
{
	struct device_tally *tally = d->tally == NO_TALLY ? NULL : &a->run.devices[d->tally];

	identify(a, d);
	if (d->sighting != NO_SIGHTING && d->registered != UNREGISTERED)
		a->run.sightings[d->sighting].registered |=
			*a->reg.devices[d->registered].serial != '\0';
	/* The line that it had goes on, unless another one is that device's already. */
	if (tally && tally->registered == UNREGISTERED && d->registered != UNREGISTERED &&
	    !tally_of(a, d->registered)) {
		tally->registered = d->registered;
		tally->summary.registered = true;
		return 0;
	}
	return give_tally(a, d);
}

struct device *wt_device_find(struct history *h, uint32_t id)
{
	size_t low = 0, high = h->n_devices, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (h->devices[middle].id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low < h->n_devices && h->devices[low].id == id ? &h->devices[low] : NULL;
}

/* Puts it in its place by id. Pointers to other devices move. */
static struct device *insert(struct wt_appraisal *a, const struct device *d)
{
	struct history *h = &a->h;
	struct device *devices = room_for_one(h->devices, h->n_devices, sizeof(*devices));
	size_t at = h->n_devices;

	if (!devices)
		return NULL;
	h->devices = devices;
	while (at > 0 && devices[at - 1].id > d->id)
		at--;
	memmove(&devices[at + 1], &devices[at], (h->n_devices - at) * sizeof(*devices));
	devices[at] = *d;
	h->n_devices++;
	return wt_device_match(a, &devices[at]) < 0 ? NULL : &devices[at];
}

int wt_device_add(struct wt_appraisal *a, const struct wt_record *rec)
{
	struct wattest_device_add raw;
	struct device d = { .known = true };

	memcpy(&raw, rec->payload.p, sizeof(raw));
	d.id = le32toh(raw.id);
	d.added_ns = rec->boottime_ns;
	d.bus = raw.bus;
	d.flags = raw.flags;
	d.vid = le16toh(raw.vid);
	d.pid = le16toh(raw.pid);
	memcpy(d.path, raw.path, sizeof(d.path));
	memcpy(d.serial, raw.serial, sizeof(d.serial));
	memcpy(d.product, raw.product, sizeof(d.product));
	if (d.id <= a->h.last_device) {
		wt_find(&a->found, WT_ID_IMPOSSIBLE,
			"record %" PRIu64 " gives the id %" PRIu32 " to a second device", rec->seq,
			d.id);
		return 0;
	}
	a->h.last_device = d.id;
	if (wt_window_full(a, "devices", a->h.n_devices, WATTEST_MAX_DEVICES))
		return 0;
	return insert(a, &d) ? 0 : -ENOMEM;
}

void wt_device_del(struct wt_appraisal *a, const struct wt_record *rec)
{
	struct wattest_removed raw;
	struct device *d;

	memcpy(&raw, rec->payload.p, sizeof(raw));
	d = wt_device_find(&a->h, le32toh(raw.id));
	if (d && !d->removed) {
		d->removed = true;
		wt_sighting_removed(a, d, rec->boottime_ns);
	} else if (a->h.whole)
		wt_find(&a->found, WT_ID_IMPOSSIBLE,
			"record %" PRIu64 " removes device %" PRIu32 ", which was not there",
			rec->seq, le32toh(raw.id));
}

struct device *wt_device_unknown(struct wt_appraisal *a, const struct wt_window_device *now)
{
	struct device d = { .id = now->id, .at = *now };

	if (now->id > a->h.last_device)
		a->h.last_device = now->id;
	return insert(a, &d);
}

bool wt_device_window(struct wt_appraisal *a, struct device *d, const struct wt_window_device *now,
		      uint64_t from_ns, bool sound)
{
	bool worked = sound && now->bytes_out > d->at.bytes_out;
	struct wt_device_summary *summary;
	char name[160], since[WT_TIMESTAMP_LEN];

	wt_sighting_window(a, d, from_ns);
	if (worked && d->worked_realtime_ns == 0)
		d->worked_realtime_ns =
			realtime_of(&a->h, d->added_ns > from_ns ? d->added_ns : from_ns);
	if (d->tally != NO_TALLY) {
		summary = &a->run.devices[d->tally].summary;
		summary->worked |= worked;
		if (sound) {
			summary->bytes_in = plus(summary->bytes_in, now->bytes_in - d->at.bytes_in);
			summary->bytes_out =
				plus(summary->bytes_out, now->bytes_out - d->at.bytes_out);
		}
	}
	if (d->registered == UNREGISTERED && d->known && a->registered &&
	    now->bytes_out > d->excused && !d->reported) {
		wt_timestamp_utc((int64_t)(d->worked_realtime_ns / NS_PER_S), since);
		wt_find(&a->found, WT_DEVICE_NOT_REGISTERED,
			"%.140s worked from %s and is not registered", words(d, name), since);
		d->reported = true;
	}
	if (d->registered != UNREGISTERED)
		d->excused = now->bytes_out;
	d->at = *now;
	return worked;
}

/* Marks what is there now, and counts. */
static uint32_t count_present(const struct wt_appraisal *a, struct wt_verdict *v)
{
	const struct device *d;
	uint32_t present = 0;

	for (d = a->h.devices; d < a->h.devices + a->h.n_devices; d++) {
		if (d->tally != NO_TALLY && !v->devices[d->tally].present) {
			v->devices[d->tally].present = true;
			present += d->registered != UNREGISTERED;
		}
		v->devices_unknown += d->registered == UNREGISTERED;
	}
	v->devices_present = present;
	return present;
}

static void find_absent(const struct wt_appraisal *a, struct wt_findings *f, uint32_t present)
{
	const struct device *d;
	char name[160];
	size_t i, missing = a->reg.n_devices - present;

	for (i = 0; missing > 0 && i < a->reg.n_devices; i++) {
		const struct wt_reg_device *reg = &a->reg.devices[i];

		for (d = a->h.devices; d < a->h.devices + a->h.n_devices && d->registered != (int)i;
		     d++)
			;
		if (d < a->h.devices + a->h.n_devices)
			continue;
		wt_device_name(reg->bus, reg->vid, reg->pid, reg->serial, reg->path, name,
			       sizeof(name));
		wt_find(f, WT_DEVICE_ABSENT,
			"%zu of %zu registered devices are not there: %.140s%s", missing,
			a->reg.n_devices, name, missing > 1 ? " and others" : "");
		return;
	}
}

void wt_devices_conclude(const struct wt_appraisal *a, struct wt_findings *f, struct wt_verdict *v)
{
	uint32_t present = count_present(a, v);
	size_t i, working = 0;

	for (i = 0; i < v->n_devices; i++)
		working += v->devices[i].registered && v->devices[i].worked;
	if (!a->registered) {
		wt_no_claim(f, WT_CHECK_DEVICES,
			    "%zu there; without a registration nobody can tell whether they may be",
			    a->h.n_devices);
		return;
	}
	v->devices_registered = (uint32_t)a->reg.n_devices;
	if (!a->h.ended)
		find_absent(a, f, present);
	wt_affirm(f, WT_CHECK_DEVICES,
		  "%" PRIu32 " of %zu registered devices there, %zu working, no other", present,
		  a->reg.n_devices, working);
}
