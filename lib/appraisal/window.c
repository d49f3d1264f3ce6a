// SPDX-License-Identifier: Apache-2.0
/*
 * A WINDOW: lists every source and device that was there, with its counters. Counters are
 * cumulative, so what a window says reaches from the newest window that could be read: pruned ones
 * in between cost resolution, never energy.
 */
#include "lib/appraisal/private.h"

#include "lib/appraisal/energy.h"
#include "lib/appraisal/freshness.h"
#include "lib/appraisal/integrity.h"
#include "lib/appraisal/log.h"

static void find_unannounced(struct wt_appraisal *a, const char *what, uint32_t id)
{
	if (a->h.whole)
		wt_find(&a->found, WT_WINDOW_INCOMPLETE,
			"attestation %" PRIu64 ": a window lists %s %" PRIu32
			", which no record announced",
			a->reading.seq, what, id);
}

static void find_repeated(struct wt_appraisal *a, const char *what, uint32_t id)
{
	wt_find(&a->found, WT_WINDOW_INCOMPLETE,
		"attestation %" PRIu64 ": a window lists %s %" PRIu32 " twice", a->reading.seq,
		what, id);
}

static void find_unlisted(struct wt_appraisal *a, const char *what, uint32_t id)
{
	wt_find(&a->found, WT_WINDOW_INCOMPLETE,
		"attestation %" PRIu64 ": a window leaves out %s %" PRIu32 ", which was there",
		a->reading.seq, what, id);
}

bool wt_window_full(struct wt_appraisal *a, const char *what, size_t n, size_t most)
{
	if (n < most)
		return false;
	wt_find(&a->found, WT_TOO_MANY,
		"attestation %" PRIu64
		": more than %zu %s at a time, which the module does not write: the others are passed over",
		a->reading.seq, most, what);
	return true;
}

static int read_devices(struct wt_appraisal *a, const struct wt_window *w, uint64_t from_ns,
			bool *ret_active)
{
	struct wt_window_device now;
	struct device *d;
	size_t i;

	*ret_active = false;
	for (i = 0; i < w->devices; i++) {
		wt_window_device(w, i, &now);
		d = wt_device_find(&a->h, now.id);
		if (!d) {
			find_unannounced(a, "device", now.id);
			if (wt_window_full(a, "devices", a->h.n_devices, WATTEST_MAX_DEVICES))
				continue;
			d = wt_device_unknown(a, &now);
			if (!d)
				return -ENOMEM;
		} else if (d->listed == a->run.windows) {
			find_repeated(a, "device", now.id);
			continue;
		}
		d->listed = a->run.windows;
		*ret_active |=
			wt_device_window(a, d, &now, from_ns, wt_counters_device(a, d, &now));
	}
	for (d = a->h.devices; d < a->h.devices + a->h.n_devices; d++) {
		if (d->listed != a->run.windows)
			find_unlisted(a, "device", d->id);
	}
	return 0;
}

static int read_sources(struct wt_appraisal *a, const struct wt_window *w, uint64_t from_ns)
{
	struct wt_window_source now;
	struct source *s;
	uint64_t since;
	size_t i;

	for (i = 0; i < w->sources; i++) {
		wt_window_source(w, i, &now);
		s = wt_source_find(&a->h, now.id);
		if (!s) {
			find_unannounced(a, "source", now.id);
			if (wt_window_full(a, "sources", a->h.n_sources, WATTEST_MAX_SOURCES))
				continue;
			s = wt_source_unknown(a, &now, w->to_ns);
			if (!s)
				return -ENOMEM;
			s->listed = a->run.windows;
			continue;
		}
		if (s->listed == a->run.windows) {
			find_repeated(a, "source", now.id);
			continue;
		}
		s->listed = a->run.windows;
		since = s->added_ns > from_ns ? s->added_ns : from_ns;
		wt_source_window(a, s, &now, w, since, wt_counters_source(a, s, &now, w, since));
	}
	for (s = a->h.sources; s < a->h.sources + a->h.n_sources; s++) {
		if (s->listed != a->run.windows)
			find_unlisted(a, "source", s->id);
	}
	return 0;
}

static void note_time(struct wt_appraisal *a, const struct wt_window *w, uint64_t from_ns)
{
	struct history *h = &a->h;

	if (a->run.from_realtime_ns == 0)
		a->run.from_realtime_ns = minus(w->realtime_ns, minus(w->to_ns, from_ns));
	a->run.to_realtime_ns = w->realtime_ns;
	a->run.covered_ns = plus(a->run.covered_ns, minus(w->to_ns, from_ns));
	h->counting = true;
	h->skipped = 0;
	h->counted_ns = w->to_ns > h->counted_ns ? w->to_ns : h->counted_ns;
}

int wt_window(struct wt_appraisal *a, const struct wt_record *rec)
{
	struct wt_window w;
	uint64_t from_ns;
	bool active;
	int r;

	wt_window_read(rec, &w);
	a->run.windows++;
	wt_time_window(a, &w);
	a->h.realtime_ns = w.realtime_ns;
	from_ns = a->h.counting ? a->h.counted_ns : w.from_ns;
	wt_gap_close(a, &w, from_ns);
	wt_source_clear_meters(a);
	r = read_devices(a, &w, from_ns, &active);
	if (r == 0)
		r = read_sources(a, &w, from_ns);
	if (r < 0)
		return r;
	if (a->registered) {
		wt_compare_window(a, &w, from_ns, active);
		wt_energy_window(a, &w, from_ns);
	}
	wt_activity_window(a, &w, from_ns);
	wt_integrity_window(a, &w, from_ns);
	wt_freshness_window(a, &w);
	note_time(a, &w, from_ns);
	return 0;
}

void wt_window_pruned(struct wt_appraisal *a)
{
	a->run.windows++;
	a->run.pruned++;
	a->h.skipped++;
	a->h.undeclared++;
}

void wt_window_sweep(struct wt_appraisal *a)
{
	struct history *h = &a->h;
	size_t i, kept;

	for (i = kept = 0; i < h->n_devices; i++) {
		if (h->devices[i].removed)
			continue;
		if (kept++ < i)
			h->devices[kept - 1] = h->devices[i];
	}
	h->n_devices = kept;
	for (i = kept = 0; i < h->n_sources; i++) {
		if (h->sources[i].removed_ns != 0)
			continue;
		if (kept++ < i)
			h->sources[kept - 1] = h->sources[i];
	}
	h->n_sources = kept;
}
