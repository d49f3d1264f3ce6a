// SPDX-License-Identifier: Apache-2.0
/*
 * Sources against the registration, and what each registered one (a meter) measured in a window.
 *
 * Darkness: time in which a source gave nothing. The kernel reports it as unmeasured, and should it
 * not, a source without a good sample for longer than the maximum gap is dark all the same: what
 * was charged ahead of the report is kept and taken off when the report comes.
 */
#include "lib/appraisal/private.h"

#include "lib/appraisal/log.h"
#include "lib/match.h"

#include <endian.h>
#include <stdio.h>

#define MAX_TALLIES 1024
#define NO_TALLY SIZE_MAX
#define DEFAULT_GAP (3 * NS_PER_S) /* when LOAD was not seen */
#define DARK_GRACE (60 * NS_PER_S)
#define NO_POWER UINT32_MAX /* min_mw of a window without a good sample */

const char *wt_source_words(const struct source *s, char *ret, size_t cap)
{
	if (s->known)
		wt_source_name(s->chip, s->parent, s->attribute, s->label, ret, cap);
	else
		snprintf(ret, cap, "source %" PRIu32, s->id);
	return ret;
}

static int find_registered(const struct wt_appraisal *a, const struct source *s)
{
	size_t i;

	for (i = 0; s->known && a->registered && i < a->reg.n_sources; i++) {
		if (wt_match_source(&a->reg.sources[i], s->chip, s->parent, s->attribute, s->label))
			return (int)i;
	}
	return UNREGISTERED;
}

static int give_tally(struct wt_appraisal *a, struct source *s)
{
	struct source_tally *tally = a->run.sources, *end = tally + a->run.n_sources;
	char name[sizeof(tally->summary.name)];

	wt_source_words(s, name, sizeof(name));
	for (; tally < end; tally++) {
		if (tally->registered == s->registered && strcmp(tally->summary.name, name) == 0) {
			s->tally = tally - a->run.sources;
			return 0;
		}
	}
	s->tally = NO_TALLY;
	if (a->run.n_sources >= MAX_TALLIES)
		return 0;
	tally = room_for_one(a->run.sources, a->run.n_sources, sizeof(*tally));
	if (!tally)
		return -ENOMEM;
	a->run.sources = tally;
	s->tally = a->run.n_sources++;
	tally += s->tally;
	*tally = (struct source_tally){ .registered = s->registered };
	if (s->registered != UNREGISTERED)
		tally->summary.role = a->reg.sources[s->registered].role;
	memcpy(tally->summary.name, name, sizeof(name));
	return 0;
}

int wt_source_match(struct wt_appraisal *a, struct source *s)
{
	const struct source *other;
	char name[136];

	s->registered = find_registered(a, s);
	if (!s->known)
		wt_find(&a->found, WT_SOURCE_UNIDENTIFIED,
			"source %" PRIu32
			" was found before the first attestation looked at: give the attestations from the "
			"log's LOAD on, or a state",
			s->id);
	for (other = a->h.sources;
	     s->registered != UNREGISTERED && other < a->h.sources + a->h.n_sources; other++) {
		if (other != s && other->removed_ns == 0 && other->registered == s->registered)
			wt_find(&a->found, WT_SOURCE_AMBIGUOUS,
				"%.120s and source %" PRIu32
				" match the same registered source; both are counted",
				wt_source_words(s, name, sizeof(name)), other->id);
	}
	return give_tally(a, s);
}

int wt_source_renew(struct wt_appraisal *a, struct source *s)
{
	struct source_tally *tally = s->tally == NO_TALLY ? NULL : &a->run.sources[s->tally];
	int registered = find_registered(a, s);

	/* The line that it had goes on. */
	if (tally && tally->registered == UNREGISTERED && registered != UNREGISTERED) {
		tally->registered = registered;
		tally->summary.role = a->reg.sources[registered].role;
	}
	return wt_source_match(a, s);
}

struct source *wt_source_find(struct history *h, uint32_t id)
{
	size_t low = 0, high = h->n_sources, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (h->sources[middle].id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low < h->n_sources && h->sources[low].id == id ? &h->sources[low] : NULL;
}

/* Puts it in its place by id. Pointers to other sources move. */
static struct source *insert(struct wt_appraisal *a, const struct source *s)
{
	struct history *h = &a->h;
	struct source *sources = room_for_one(h->sources, h->n_sources, sizeof(*sources));
	size_t at = h->n_sources;

	if (!sources)
		return NULL;
	h->sources = sources;
	while (at > 0 && sources[at - 1].id > s->id)
		at--;
	memmove(&sources[at + 1], &sources[at], (h->n_sources - at) * sizeof(*sources));
	sources[at] = *s;
	h->n_sources++;
	return wt_source_match(a, &sources[at]) < 0 ? NULL : &sources[at];
}

int wt_source_add(struct wt_appraisal *a, const struct wt_record *rec)
{
	struct wattest_source_add raw;
	struct source s = { .known = true };

	memcpy(&raw, rec->payload.p, sizeof(raw));
	s.id = le32toh(raw.id);
	s.flags = raw.flags;
	s.reading_uj = le64toh(raw.reading_uj);
	s.accumulator = raw.kind == WATTEST_SOURCE_ENERGY && s.reading_uj != NO_READING;
	memcpy(s.chip, raw.chip, sizeof(s.chip));
	memcpy(s.parent, raw.parent, sizeof(s.parent));
	memcpy(s.attribute, raw.attribute, sizeof(s.attribute));
	memcpy(s.label, raw.label, sizeof(s.label));
	s.added_ns = s.sampled_ns = s.lit_ns = rec->boottime_ns;
	if (s.id <= a->h.last_source) {
		wt_find(&a->found, WT_ID_IMPOSSIBLE,
			"record %" PRIu64 " gives the id %" PRIu32 " to a second source", rec->seq,
			s.id);
		return 0;
	}
	a->h.last_source = s.id;
	if (wt_window_full(a, "sources", a->h.n_sources, WATTEST_MAX_SOURCES))
		return 0;
	return insert(a, &s) ? 0 : -ENOMEM;
}

void wt_source_del(struct wt_appraisal *a, const struct wt_record *rec)
{
	struct wattest_removed raw;
	struct source *s;

	memcpy(&raw, rec->payload.p, sizeof(raw));
	s = wt_source_find(&a->h, le32toh(raw.id));
	if (s && s->removed_ns == 0)
		s->removed_ns = rec->boottime_ns ? rec->boottime_ns : 1;
	else if (a->h.whole)
		wt_find(&a->found, WT_ID_IMPOSSIBLE,
			"record %" PRIu64 " removes source %" PRIu32 ", which was not there",
			rec->seq, le32toh(raw.id));
}

struct source *wt_source_unknown(struct wt_appraisal *a, const struct wt_window_source *now,
				 uint64_t to_ns)
{
	struct source s = { .id = now->id,
			    .at = *now,
			    .added_ns = to_ns,
			    .sampled_ns = to_ns,
			    .lit_ns = to_ns,
			    .last_mw = now->last_mw };

	if (now->id > a->h.last_source)
		a->h.last_source = now->id;
	return insert(a, &s);
}

void wt_source_clear_meters(struct wt_appraisal *a)
{
	size_t i;

	for (i = 0; a->registered && i < a->reg.n_sources; i++) {
		a->meters[i] = (struct meter){ .steady = true };
		a->h.raw_uj[i] = NO_READING;
	}
}

static uint64_t gap(const struct wt_appraisal *a)
{
	return a->h.max_gap_ns ? a->h.max_gap_ns : DEFAULT_GAP;
}

/* Darkness of this window that was not charged yet. */
static uint64_t charge_dark(const struct wt_appraisal *a, struct source *s, uint64_t unmeasured_ns,
			    uint64_t end_ns, bool sampled)
{
	uint64_t dark = minus(end_ns, s->lit_ns), owed, charge;

	s->reported_ns = plus(s->reported_ns, unmeasured_ns);
	owed = s->reported_ns;
	if (!sampled && dark > gap(a) && dark > owed)
		owed = dark;
	charge = minus(owed, s->charged_ns);
	s->charged_ns = plus(s->charged_ns, charge);
	return charge;
}

static void add_to_tally(struct wt_appraisal *a, const struct source *s,
			 const struct wt_window_source *now, uint64_t span_ns, uint64_t realtime_ns)
{
	struct source_tally *tally = &a->run.sources[s->tally];
	const struct wt_reg_source *reg =
		s->registered != UNREGISTERED ? &a->reg.sources[s->registered] : NULL;
	uint32_t missed = now->missed - s->at.missed, refused = now->refused - s->at.refused;
	char until[WT_TIMESTAMP_LEN];

	tally->summary.energy_uj = plus(tally->summary.energy_uj, s->delta_uj);
	tally->summary.unmeasured_ns =
		plus(tally->summary.unmeasured_ns, now->unmeasured_ns - s->at.unmeasured_ns);
	tally->summary.last_uw = (uint64_t)now->last_mw * 1000;
	tally->summary.missed += missed;
	tally->summary.refused += refused;
	tally->covered_ns = plus(tally->covered_ns, span_ns);
	tally->failed += (uint64_t)missed + refused;
	tally->reads += (uint64_t)missed + refused + (now->samples - s->at.samples);
	if (reg && reg->calibrated_until && !tally->expired &&
	    realtime_ns / NS_PER_S >= (uint64_t)reg->calibrated_until) {
		tally->expired = true;
		wt_find(&a->found, WT_CALIBRATION_EXPIRED, "%.120s: calibrated until %s",
			tally->summary.name, wt_timestamp_utc(reg->calibrated_until, until));
	}
}

/*
 * An accumulator that was followed without a break stands at its first reading and what it counted
 * since. Two sources in one place leave it open.
 */
static void note_reading(struct wt_appraisal *a, const struct source *s)
{
	uint64_t *raw = &a->h.raw_uj[s->registered];
	bool followed = s->accumulator && s->at.unmeasured_ns == 0 && s->at.refused == 0;
	const struct source *other;

	*raw = followed ? plus(s->reading_uj, s->at.energy_uj) : NO_READING;
	for (other = a->h.sources; other < s; other++) {
		if (other->registered == s->registered && other->removed_ns == 0)
			*raw = NO_READING;
	}
}

void wt_source_window(struct wt_appraisal *a, struct source *s, const struct wt_window_source *now,
		      const struct wt_window *w, uint64_t from_ns, bool sound)
{
	bool sampled = sound && now->samples != s->at.samples;
	uint64_t end_ns = s->removed_ns && s->removed_ns < w->to_ns ? s->removed_ns : w->to_ns;
	uint64_t span_ns = minus(end_ns, from_ns), unmeasured_ns, dark_ns;
	struct meter *meter;

	s->delta_uj = sound ? now->energy_uj - s->at.energy_uj : 0;
	unmeasured_ns = sound ? now->unmeasured_ns - s->at.unmeasured_ns : 0;
	/* Counters that ran backwards tell nothing: the window is dark. */
	dark_ns = sound ? charge_dark(a, s, unmeasured_ns, end_ns, sampled) : span_ns;
	s->still = !sampled || (now->min_mw != NO_POWER && now->max_mw - now->min_mw <= 1 &&
				now->last_mw == s->last_mw);
	if (s->registered != UNREGISTERED) {
		meter = &a->meters[s->registered];
		meter->energy_uj = plus(meter->energy_uj, s->delta_uj);
		meter->covered_ns = plus(meter->covered_ns, span_ns);
		meter->dark_ns = plus(meter->dark_ns, dark_ns);
		/* A window shorter than the sampling period is no break: the next sample has its energy. */
		meter->steady = meter->steady && unmeasured_ns == 0 &&
				(sampled || minus(end_ns, s->lit_ns) <= gap(a));
	}
	if (sound && s->tally != NO_TALLY)
		add_to_tally(a, s, now, span_ns, w->realtime_ns);
	if (sampled) {
		s->sampled_ns = from_ns;
		s->lit_ns = end_ns;
		s->reported_ns = s->charged_ns = 0;
		if (now->min_mw != NO_POWER)
			s->last_mw = now->last_mw;
	}
	s->at = *now;
	if (s->registered != UNREGISTERED)
		note_reading(a, s);
}

/* One registered source at the end of what was looked at. */
static void conclude_one(const struct wt_appraisal *a, struct wt_findings *f, size_t i,
			 bool identified)
{
	const struct wt_reg_source *reg = &a->reg.sources[i];
	enum wt_reason_id silent =
		reg->role == WT_ROLE_INPUT ? WT_SOURCE_SILENT : WT_SOURCE_CHECK_SILENT;
	const struct source *s;
	char name[136], text[WT_FORMAT_LEN];
	uint64_t dark;

	for (s = a->h.sources; s < a->h.sources + a->h.n_sources && s->registered != (int)i; s++)
		;
	if (s == a->h.sources + a->h.n_sources) {
		wt_source_name(reg->chip, reg->parent, reg->attribute, reg->label, name,
			       sizeof(name));
		if (identified)
			wt_find(f, silent, "%.120s is registered and not there", name);
		return;
	}
	dark = minus(a->h.counted_ns, s->lit_ns);
	if (dark > gap(a))
		wt_find(f, silent, "%.120s gave no good sample for %s%s",
			wt_source_words(s, name, sizeof(name)),
			wt_format_duration(dark / NS_PER_S, text),
			s->flags & WATTEST_SOURCE_UNREADABLE ? ": the kernel could not read it"
							     : "");
}

static void conclude_tally(struct wt_findings *f, const struct source_tally *tally)
{
	if (tally->summary.role == WT_ROLE_INPUT && tally->reads >= 10 &&
	    tally->failed * 10 > tally->reads)
		wt_find(f, WT_SOURCE_PARTLY_SILENT,
			"%.120s: %" PRIu64 " of %" PRIu64 " reads failed or were refused",
			tally->summary.name, tally->failed, tally->reads);
}

/* A check or an output that is there only now and then compares nothing. */
static void conclude_cover(const struct wt_appraisal *a, struct wt_findings *f, size_t i)
{
	const struct wt_reg_source *reg = &a->reg.sources[i];
	char name[136], text[WT_FORMAT_LEN], covered[WT_FORMAT_LEN];
	const struct source_tally *tally;
	uint64_t due_ns = minus(a->run.covered_ns, a->run.due_ns[i]), lit_ns = 0, dark_ns;

	for (tally = a->run.sources; tally < a->run.sources + a->run.n_sources; tally++) {
		if (tally->registered == (int)i)
			lit_ns = plus(lit_ns,
				      minus(tally->covered_ns, tally->summary.unmeasured_ns));
	}
	dark_ns = minus(due_ns, lit_ns);
	if (dark_ns <= due_ns / 10 || dark_ns <= DARK_GRACE)
		return;
	wt_source_name(reg->chip, reg->parent, reg->attribute, reg->label, name, sizeof(name));
	wt_find(f, WT_SOURCE_CHECK_PARTLY_SILENT, "%.120s measured nothing for %s of %s", name,
		wt_format_duration(dark_ns / NS_PER_S, text),
		wt_format_duration(due_ns / NS_PER_S, covered));
}

void wt_sources_conclude(const struct wt_appraisal *a, struct wt_findings *f)
{
	size_t n[WT_ROLE_CHECK + 1] = { 0 }, i, others = 0;
	const struct source *s;
	bool identified = true;
	char text[WT_COUNT_LEN];

	if (!a->registered) {
		wt_no_claim(f, WT_CHECK_SOURCES,
			    "%zu there; without a registration nobody can tell what they measure",
			    a->h.n_sources);
		return;
	}
	for (s = a->h.sources; s < a->h.sources + a->h.n_sources; s++) {
		identified = identified && s->known;
		others += s->registered == UNREGISTERED;
	}
	/* After UNLOAD nothing is there any more, and that is as it should be. */
	for (i = 0; i < a->reg.n_sources; i++) {
		n[a->reg.sources[i].role]++;
		if (a->h.counting && !a->h.ended)
			conclude_one(a, f, i, identified);
		if (identified && a->reg.sources[i].role != WT_ROLE_INPUT)
			conclude_cover(a, f, i);
	}
	for (i = 0; i < a->run.n_sources; i++)
		conclude_tally(f, &a->run.sources[i]);
	if (others)
		wt_remark(f, WT_CHECK_SOURCES, "%s that is not registered",
			  wt_count(others, "other source", text));
	wt_affirm(f, WT_CHECK_SOURCES,
		  "%zu input, %zu output, %zu check: none silent, stuck or contradicting another",
		  n[WT_ROLE_INPUT], n[WT_ROLE_OUTPUT], n[WT_ROLE_CHECK]);
}
