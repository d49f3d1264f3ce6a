// SPDX-License-Identifier: Apache-2.0
/*
 * Integrity: were all probes attached that watch over the measurement, and what did they see? An
 * event is what a program did, with its name; what it weighs is decided here, by the words that
 * docs/evidence.md lists. What an honest rig does too (fans, time services, signed modules, a dump
 * kernel, other users of the TPM) is only mentioned.
 */
#include "lib/appraisal/private.h"

#include "lib/appraisal/integrity.h"
#include "lib/appraisal/port.h"
#include "lib/match.h"
#include "lib/record.h"

#include <endian.h>
#include <stdio.h>

#define GRACE (300 * NS_PER_S) /* a boot, or an agent that was restarted */
#define TICK_US 10000 /* of the clock, when nobody steers it */
#define TICK_SLACK_US 10 /* a thousandth: less than any meter's class */
#define NS_PER_MS UINT64_C(1000000)

static const struct {
	const char *target;
	const char *sees;
} targets[WT_TARGETS] = {
	{ "security_bpf", "probes detached" },
	{ "proc_dointvec", "tracing switched off" },
	{ "perf_event_bpf_event", "BPF programs" },
	{ "security_bpf_prog_load", "BPF programs" },
	{ "security_ptrace_access_check", "the agent traced" },
	{ "mm_access", "the agent's memory" },
	{ "chrdev_open", "raw devices" },
	{ "open_kcore", "raw devices" },
	{ "dev_attr_store", "sensors written to" },
	{ "device_driver_detach", "drivers unbound" },
	{ "kimage_terminate", "kexec" },
	{ "security_settime64", "the clock" },
	{ "do_adjtimex", "the clock" },
	{ "do_init_module", "kernel modules" },
};

/* --- who watches ------------------------------------------------------------------------------ */

void wt_integrity_epoch(struct wt_appraisal *a)
{
	memset(a->h.watch.programs, 0, sizeof(a->h.watch.programs));
	a->h.watch.all_ns = a->h.watch.load_ns = 0;
}

void wt_integrity_load(struct wt_appraisal *a, const struct wt_record *rec)
{
	a->h.watch.load_ns = rec->boottime_ns;
}

static size_t missing(const struct wt_watch *w)
{
	size_t i = 0;

	while (i < WT_TARGETS && w->programs[i])
		i++;
	return i;
}

void wt_integrity_probe(struct wt_appraisal *a, const struct wt_record *rec)
{
	struct wt_watch *w = &a->h.watch;
	struct wattest_probe_add probe;
	size_t i;

	memcpy(&probe, rec->payload.p, sizeof(probe));
	for (i = 0; i < WT_TARGETS; i++) {
		if (strncmp(probe.target, targets[i].target, sizeof(probe.target)) != 0)
			continue;
		if (!w->programs[i])
			w->programs[i] = le32toh(probe.prog_id);
		w->claimed = true;
	}
	if (w->all_ns == 0 && missing(w) == WT_TARGETS)
		w->all_ns = rec->boottime_ns;
}

void wt_integrity_probe_del(struct wt_appraisal *a, const struct wt_record *rec)
{
	struct wt_watch *w = &a->h.watch;
	struct wattest_probe_del probe;
	size_t i;

	memcpy(&probe, rec->payload.p, sizeof(probe));
	for (i = 0; i < WT_TARGETS; i++) {
		if (w->programs[i] == le32toh(probe.prog_id))
			w->programs[i] = 0;
	}
	if (missing(w) < WT_TARGETS)
		w->all_ns = 0;
}

void wt_integrity_window(struct wt_appraisal *a, const struct wt_window *win, uint64_t from_ns)
{
	uint64_t covered_ns = minus(win->to_ns, from_ns), unwatched_ns = covered_ns;
	struct wt_watch *w = &a->h.watch;

	if (!w->claimed)
		return;
	if (w->all_ns)
		unwatched_ns = minus(w->all_ns < win->to_ns ? w->all_ns : win->to_ns, from_ns);
	w->covered_ns = plus(w->covered_ns, covered_ns);
	w->unwatched_ns = plus(w->unwatched_ns, unwatched_ns);
	a->run.incidents.covered_ns = plus(a->run.incidents.covered_ns, covered_ns);
	a->run.incidents.unwatched_ns = plus(a->run.incidents.unwatched_ns, unwatched_ns);
}

void wt_integrity_port(struct wt_port *p, struct wt_watch *watch)
{
	size_t i;

	wt_port_group(p, WT_TARGETS + 5);
	for (i = 0; i < WT_TARGETS; i++)
		wt_port_number32(p, &watch->programs[i]);
	wt_port_number(p, &watch->all_ns);
	wt_port_number(p, &watch->load_ns);
	wt_port_boolean(p, &watch->claimed);
	wt_port_number(p, &watch->covered_ns);
	wt_port_number(p, &watch->unwatched_ns);
}

/* --- what was seen ---------------------------------------------------------------------------- */

static bool begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

static bool ends(const char *text, const char *with)
{
	size_t n = strlen(text), m = strlen(with);

	return n >= m && strcmp(text + n - m, with) == 0;
}

/* "at MS ms: ...": a program that was there when the probes were attached; before the log, too? */
static bool was_there(const struct wt_watch *w, const char *detail)
{
	char *end;
	uint64_t ms;

	if (!begins(detail, "at "))
		return false;
	ms = strtoull(detail + 3, &end, 10);
	return begins(end, " ms: ") && ms < w->load_ns / NS_PER_MS;
}

/* "PARENT ATTRIBUTE": limits, alarms and fans change no reading of power. */
static bool is_harmless_attribute(const char *detail)
{
	static const char *const kinds[] = { "fan", "pwm", "temp", "beep", "intrusion" };
	static const char *const limits[] = { "_min",	"_max",	  "_crit",	"_lcrit", "_emergency",
					      "_alarm", "_beep", "_max_hyst", "_crit_hyst" };
	const char *space = strrchr(detail, ' ');
	size_t i;

	for (i = 0; space && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (begins(space + 1, kinds[i]))
			return true;
	}
	for (i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		if (ends(detail, limits[i]))
			return true;
	}
	return false;
}

static bool is_name(const char *place, const char *name, size_t n)
{
	const char *last = wt_last_part(place);

	return n > 0 && strlen(last) == n && memcmp(last, name, n) == 0;
}

/* "DEVICE from DRIVER": is it a meter's? */
static bool is_source(const struct wt_appraisal *a, const char *detail)
{
	const char *from = strstr(detail, " from ");
	size_t n = from ? (size_t)(from - detail) : strlen(detail), i;
	const struct source *s;

	for (s = a->h.sources; s < a->h.sources + a->h.n_sources; s++) {
		if (is_name(s->parent, detail, n))
			return true;
	}
	for (i = 0; a->registered && i < a->reg.n_sources; i++) {
		if (is_name(a->reg.sources[i].parent, detail, n))
			return true;
	}
	return false;
}

/* "tick US" */
static bool is_slewed(const char *detail)
{
	long long tick;

	if (!begins(detail, "tick "))
		return false;
	tick = strtoll(detail + 5, NULL, 10);
	return tick < TICK_US - TICK_SLACK_US || tick > TICK_US + TICK_SLACK_US;
}

/* Those without a detail are the rest of a flood: of them nothing is known that would excuse them. */
static enum wt_incident_kind weigh(const struct wt_appraisal *a, uint16_t kind, const char *detail)
{
	bool known = *detail != '\0';

	switch (kind) {
	case WATTEST_EVENT_DETACH:
		return WT_INCIDENT_DETACHED;
	case WATTEST_EVENT_BPF:
		return was_there(&a->h.watch, detail) ? WT_INCIDENT_NOTE : WT_INCIDENT_BPF;
	case WATTEST_EVENT_PTRACE:
		return WT_INCIDENT_TRACED;
	case WATTEST_EVENT_RAW:
		return begins(detail, "/dev/tpm") ? WT_INCIDENT_NOTE : WT_INCIDENT_RAW;
	case WATTEST_EVENT_SENSOR:
		return is_harmless_attribute(detail) ? WT_INCIDENT_NOTE : WT_INCIDENT_SENSOR;
	case WATTEST_EVENT_UNBIND:
		return known && !is_source(a, detail) ? WT_INCIDENT_NOTE : WT_INCIDENT_UNBOUND;
	case WATTEST_EVENT_KEXEC:
		return strcmp(detail, "for a crash") ? WT_INCIDENT_KEXEC : WT_INCIDENT_NOTE;
	case WATTEST_EVENT_CLOCK:
		/* How far it was set stands in a TIME record, and is judged there. */
		return known && !is_slewed(detail) ? WT_INCIDENT_NOTE : WT_INCIDENT_SLEWED;
	case WATTEST_EVENT_MODULE:
		return known && !strstr(detail, " taints ") ? WT_INCIDENT_NOTE : WT_INCIDENT_MODULE;
	default:
		return WT_INCIDENT_NOTE;
	}
}

static void add(struct wt_appraisal *a, enum wt_incident_kind kind,
		const struct wattest_event *event)
{
	struct wt_incident *incident = &a->run.incidents.of[kind];

	if (incident->count == 0) {
		incident->kind = le16toh(event->kind);
		incident->pid = le32toh(event->pid);
		memcpy(incident->comm, event->comm, sizeof(incident->comm));
		memcpy(incident->detail, event->detail, sizeof(incident->detail));
	}
	incident->count = plus(incident->count, le32toh(event->count));
}

void wt_integrity_event(struct wt_appraisal *a, const struct wt_record *rec)
{
	struct wattest_event event;

	memcpy(&event, rec->payload.p, sizeof(event));
	add(a, weigh(a, le16toh(event.kind), event.detail), &event);
}

void wt_integrity_rate(struct wt_appraisal *a, int64_t ppb)
{
	struct wattest_event event = { .kind = htole16(WATTEST_EVENT_CLOCK), .count = htole32(1) };

	snprintf(event.detail, sizeof(event.detail), "%" PRId64 " ppm too %s, over a minute",
		 ppb < 0 ? -(ppb / 1000) : ppb / 1000, ppb < 0 ? "slow" : "fast");
	add(a, WT_INCIDENT_SLEWED, &event);
}

/* --- the verdict ------------------------------------------------------------------------------ */

static const char *say(const struct wt_incident *i, size_t cap, char *ret)
{
	size_t n = (size_t)snprintf(ret, cap, "%s", wt_record_event_name(i->kind));

	if (*i->detail && n < cap)
		n += (size_t)snprintf(ret + n, cap - n, ": %s", i->detail);
	if (*i->comm && n < cap)
		n += (size_t)snprintf(ret + n, cap - n, ", by %s (%" PRIu32 ")", i->comm, i->pid);
	if (i->count != 1 && n < cap)
		snprintf(ret + n, cap - n, "; %" PRIu64 " such events in all", i->count);
	return ret;
}

static void find_incidents(const struct wt_incidents *seen, struct wt_findings *f)
{
	static const enum wt_reason_id reasons[WT_INCIDENT_KINDS] = {
		[WT_INCIDENT_DETACHED] = WT_PROBE_DETACHED, [WT_INCIDENT_TRACED] = WT_AGENT_TRACED,
		[WT_INCIDENT_BPF] = WT_BPF_LOADED,	    [WT_INCIDENT_RAW] = WT_RAW_OPENED,
		[WT_INCIDENT_SENSOR] = WT_SENSOR_WRITTEN,   [WT_INCIDENT_UNBOUND] = WT_SOURCE_UNBOUND,
		[WT_INCIDENT_KEXEC] = WT_KEXEC_LOADED,	    [WT_INCIDENT_SLEWED] = WT_CLOCK_SLEWED,
		[WT_INCIDENT_MODULE] = WT_MODULE_LOADED,
	};
	char text[256];
	size_t i;

	for (i = WT_INCIDENT_NOTE + 1; i < WT_INCIDENT_KINDS; i++) {
		if (seen->of[i].count)
			wt_find(f, reasons[i], "%s", say(&seen->of[i], sizeof(text), text));
	}
	if (seen->of[WT_INCIDENT_NOTE].count)
		wt_remark(f, WT_CHECK_INTEGRITY, "%s",
			  say(&seen->of[WT_INCIDENT_NOTE], sizeof(text), text));
}

static bool too_long(uint64_t unwatched_ns, uint64_t covered_ns)
{
	return unwatched_ns > GRACE && unwatched_ns > covered_ns / 100;
}

static void find_unwatched(const struct wt_appraisal *a, struct wt_findings *f)
{
	const struct wt_incidents *run = &a->run.incidents;
	const struct wt_watch *w = &a->h.watch;
	char text[WT_FORMAT_LEN], covered[WT_FORMAT_LEN];
	size_t lacks = missing(w);
	bool whole_run = too_long(run->unwatched_ns, run->covered_ns);

	if (!whole_run && !too_long(w->unwatched_ns, w->covered_ns)) {
		if (run->unwatched_ns)
			wt_remark(f, WT_CHECK_INTEGRITY, "not for %s while not all were attached",
				  wt_format_duration(run->unwatched_ns / NS_PER_S, text));
		return;
	}
	wt_format_duration((whole_run ? run->unwatched_ns : w->unwatched_ns) / NS_PER_S, text);
	wt_format_duration((whole_run ? run->covered_ns : w->covered_ns) / NS_PER_S, covered);
	wt_find(f, WT_INTEGRITY_UNWATCHED, "%sfor %s of %s not all integrity probes were attached%s%s",
		whole_run ? "" : "with what was looked at before, ", text, covered,
		lacks < WT_TARGETS ? "; nothing sees now, for one: " : "",
		lacks < WT_TARGETS ? targets[lacks].sees : "");
}

void wt_integrity_conclude(const struct wt_appraisal *a, struct wt_findings *f)
{
	char text[WT_COUNT_LEN];

	find_incidents(&a->run.incidents, f);
	if (!a->h.watch.claimed) {
		wt_no_claim(f, WT_CHECK_INTEGRITY,
			    a->h.whole ? "no integrity probe was attached"
				       : "which probes are attached was said before the first "
					 "attestation looked at");
		return;
	}
	find_unwatched(a, f);
	wt_affirm(f, WT_CHECK_INTEGRITY, "%s attached, nothing touched the measurement",
		  wt_count(WT_TARGETS, "probe", text));
}
