// SPDX-License-Identifier: Apache-2.0
/*
 * The connection to the kernel module, which may be loaded, unloaded and loaded again under us. Its coming and going
 * are events; between them one socket stays open, since the module takes our probe as gone when that closes.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>

#include "agent/role.h"
#include "lib/record.h"

#include "daemon.h"
#include "log.h"
#include "privileges.h"

#define CATCH_UPS 8

static void connect_module(struct daemon *d);

static void free_probes(struct daemon *d)
{
	probes_free(d->probes);
	integrity_free(d->integrity);
	d->probes = NULL;
	d->integrity = NULL;
}

void module_gone(struct daemon *d)
{
	if (!d->nl)
		return;
	log_say(LOG_WARNING, "module wattest was unloaded: waiting for it");
	if (d->probes) /* else the reason why there are none still holds for what is left to attest */
		strcpy(d->unobserved, "module wattest was unloaded");
	free_probes(d);
	wt_nl_freep(&d->nl);
}

void module_leave(struct daemon *d)
{
	if (d->probes) /* what is left to attest was observed until now, as its windows say */
		d->unobserved[0] = '\0';
	free_probes(d);
	wt_nl_freep(&d->nl);
}

static void load_integrity(struct daemon *d)
{
	size_t attached, wanted;
	struct wt_err err = {};

	if (d->integrity || d->unprivileged || !d->nl || !d->config.probes)
		return;
	if (integrity_load(d->nl, d->probes, &d->integrity, &err) == 0) {
		attached = integrity_attached(d->integrity, &wanted);
		log_say(LOG_INFO, "%zu of %zu integrity probes attached", attached, wanted);
		d->unguarded[0] = '\0';
	} else if (strcmp(d->unguarded, err.msg)) {
		log_say(LOG_WARNING, "nothing watches over the measurement: %s", err.msg);
		strcpy(d->unguarded, err.msg);
	}
}

static void load_usb(struct daemon *d)
{
	char before[sizeof(d->unobserved)];
	struct wt_err err = {};

	if (d->probes || !d->nl)
		return;
	memcpy(before, d->unobserved, sizeof(before));
	if (!d->config.probes) {
		strcpy(d->unobserved, "switched off in the configuration");
	} else if (d->unprivileged) {
		strcpy(d->unobserved, "the right to load probes was given up: restart wattestd");
	} else if (probes_load(d->nl, &d->probes, &err) < 0) {
		snprintf(d->unobserved, sizeof(d->unobserved), "%.*s",
			 (int)sizeof(d->unobserved) - 1, err.msg);
	} else {
		d->unobserved[0] = '\0';
		log_say(LOG_INFO, "usb probe attached: activity is observed");
		return;
	}
	if (strcmp(before, d->unobserved))
		log_say(LOG_WARNING, "activity is not observed: %s", d->unobserved);
}

/* What a thief of this process would like best. Attached probes hold the module, so they need not be attached again. */
static void give_up_privileges(struct daemon *d)
{
	struct wt_err err = {};

	if (d->unprivileged || (d->config.probes && (!d->probes || !d->integrity)))
		return;
	if (privileges_drop(&err) < 0)
		log_say(LOG_WARNING, "%s: the agent keeps the right to load BPF programs", err.msg);
	else
		log_say(LOG_DEBUG, "the right to load BPF programs is given up");
	d->unprivileged = true;
}

void module_load_probes(struct daemon *d)
{
	load_integrity(d);
	load_usb(d);
	give_up_privileges(d);
}

struct marking {
	struct daemon *d;
	struct {
		uint32_t id;
		bool counted;
	} marks[WATTEST_MAX_SOURCES];
	size_t n;
};

static int note_source(const struct wt_nl_source *source, void *user)
{
	struct marking *m = user;
	enum wt_role role = wt_role_of(&m->d->rig.registration, source);

	if (m->n == WATTEST_MAX_SOURCES)
		return 0;
	m->marks[m->n].id = source->id;
	m->marks[m->n++].counted = role == WT_ROLE_INPUT;
	return 0;
}

void module_mark_sources(struct daemon *d)
{
	struct marking m = { .d = d };
	struct wt_err err = {};
	int r;

	d->sources_changed = false;
	if (!d->nl || !d->rig.registered)
		return; /* what nobody gave a role to stays as the module has it */
	r = wt_nl_sources(d->nl, note_source, &m, &err);
	for (size_t i = 0; i < m.n && r == 0; i++) {
		r = wt_nl_source_set(d->nl, m.marks[i].id, m.marks[i].counted, &err);
		if (r == -ENOENT) /* unplugged meanwhile */
			r = 0;
	}
	if (r == -ENODEV)
		module_gone(d);
	else if (r < 0)
		log_say(LOG_WARNING, "cannot tell the module which sources count: %s", err.msg);
}

static int on_record(const struct wt_nl_record *record, void *user)
{
	struct daemon *d = user;

	d->closed |= record->has_head;
	d->sources_changed |= record->type == WATTEST_RECORD_SOURCE_ADD;
	d->devices_changed |= record->type == WATTEST_RECORD_DEVICE_ADD;
	return wt_steps_add(&d->steps, record);
}

static void on_module(bool there, void *user)
{
	struct daemon *d = user;
	struct wt_err err;

	/* Steps that the multicast brought are complete now, whatever comes next. */
	if (d->closed)
		cycle_run(d, &err);
	if (there && !d->leaving)
		connect_module(d);
	else if (!there)
		module_gone(d);
}

static const struct wt_nl_handlers handlers = { .record = on_record, .module = on_module };

void module_catch_up(struct daemon *d)
{
	struct wt_err err;

	/* What was lost is said once, and what is left stands behind that. */
	for (int i = 0; i < CATCH_UPS; i++)
		if (wt_nl_events_read(d->events, &handlers, d, &err) != -ENOBUFS)
			return;
}

static int on_events(sd_event_source *source, int fd, uint32_t revents, void *user)
{
	struct daemon *d = user;
	struct wt_err err = {};
	int r = wt_nl_events_read(d->events, &handlers, d, &err);

	(void)source;
	(void)fd;
	(void)revents;
	if (d->leaving)
		return 0; /* the module's going tells when all is there, and the TPM has it */
	if (r == -ENOBUFS) {
		log_say(LOG_DEBUG, "records came faster than they were read: dumping");
		connect_module(d); /* the module's own coming or going may be among what was lost */
	} else if (r < 0) {
		log_say(LOG_WARNING, "%s", err.msg);
	}
	if (d->closed)
		cycle_run(d, &err);
	if (d->sources_changed)
		module_mark_sources(d);
	if (d->devices_changed)
		module_load_probes(d);
	d->devices_changed = false;
	return 0;
}

/* A new epoch begins: what is left of the old one can be had from nowhere. */
static void begin_epoch(struct daemon *d, const struct wt_nl_status *status)
{
	const struct wt_steps_record *first = wt_steps_first(&d->steps);

	if (first)
		log_say(LOG_ERR,
			"the module was loaded anew: %zu records of the epoch before, from %" PRIu64
			" on, were in no closed step and are lost",
			d->steps.n, first->seq);
	wt_steps_clear(&d->steps);
	memcpy(d->epoch, status->epoch, sizeof(d->epoch));
}

static int try_connect(struct daemon *d, struct wt_nl_status *ret, struct wt_err *err)
{
	/* Joined first: a record between the dump and the subscription would be missed. */
	int r = wt_nl_events_join(d->events, err);

	if (r == 0 && !d->nl)
		r = wt_nl_open(&d->nl, err);
	if (r == 0)
		r = wt_nl_status(d->nl, ret, err);
	return r;
}

static void connect_module(struct daemon *d)
{
	struct wt_nl_status status = {};
	struct wt_err err = {};
	bool fresh = !d->nl;
	int r = try_connect(d, &status, &err);

	if (r == -ENODEV && !fresh) { /* it may be back already, under another number */
		module_gone(d);
		fresh = true;
		r = try_connect(d, &status, &err);
	}
	if (r < 0) {
		log_say(r == -ENODEV ? LOG_WARNING : LOG_ERR, "%s", err.msg);
		wt_nl_freep(&d->nl);
		return;
	}
	if (memcmp(status.epoch, d->epoch, sizeof(d->epoch)))
		begin_epoch(d, &status);
	if (fresh) {
		log_say(LOG_INFO,
			"module wattest %s: %u sources, %u devices, record %" PRIu64 " comes next",
			status.version, status.sources, status.devices, status.next_seq);
	}
	/* What has waited goes first: the log may be so full that a probe's own record finds no room in it. */
	cycle_run(d, &err);
	module_load_probes(d);
	module_mark_sources(d);
}

int module_start(struct daemon *d, struct wt_err *err)
{
	int r = wt_nl_events_open(&d->events, err);

	if (r < 0)
		return r;
	r = sd_event_add_io(d->event, NULL, wt_nl_events_fd(d->events), EPOLLIN, on_events, d);
	if (r < 0)
		return wt_fail(err, -r, "cannot watch netlink: %s", strerror(-r));
	strcpy(d->unobserved, "no agent was running"); /* true of all that has waited */
	memcpy(d->epoch, d->last.epoch, sizeof(d->epoch));
	connect_module(d);
	return 0;
}

void module_stop(struct daemon *d)
{
	free_probes(d);
	wt_nl_freep(&d->nl);
	wt_nl_events_freep(&d->events);
	wt_steps_clear(&d->steps);
}
