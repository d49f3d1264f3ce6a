// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>
#include <string.h>

#include <linux/wattest.h>

#include "agent/role.h"
#include "lib/json.h"
#include "lib/record.h"

#include "json.h"
#include "next.h"

static void text(struct json_object *o, const char *key, const char *v)
{
	wt_json_add(o, key, json_object_new_string(v));
}

/* Absent rather than empty. */
static void some_text(struct json_object *o, const char *key, const char *v)
{
	if (v[0])
		text(o, key, v);
}

static void number(struct json_object *o, const char *key, uint64_t v)
{
	wt_json_add(o, key, json_object_new_uint64(v));
}

static void boolean(struct json_object *o, const char *key, bool v)
{
	wt_json_add(o, key, json_object_new_boolean(v));
}

static void hex(struct json_object *o, const char *key, const void *p, size_t n)
{
	char *buf = malloc(2 * n + 1);

	if (buf)
		wt_hex(p, n, buf);
	wt_json_add(o, key, buf ? json_object_new_string(buf) : NULL);
	free(buf);
}

static struct json_object *source(const struct model *m, const struct wt_nl_source *s)
{
	struct json_object *o = json_object_new_object();
	enum wt_role role = wt_role_of(model_registration(m), s);

	number(o, "id", s->id);
	text(o, "chip", s->chip);
	text(o, "parent", s->parent);
	text(o, "attribute", s->attribute);
	some_text(o, "label", s->label);
	text(o, "kind", s->kind == WATTEST_SOURCE_ENERGY ? "energy" : "power");
	if (role)
		text(o, "role", wt_role_name(role));
	boolean(o, "legacy", s->flags & WATTEST_SOURCE_FLAGS_LEGACY);
	boolean(o, "unreadable", s->flags & WATTEST_SOURCE_FLAGS_UNREADABLE);
	if (s->error)
		number(o, "errno", s->error);
	boolean(o, "counted", s->flags & WATTEST_SOURCE_FLAGS_COUNTED);
	boolean(o, "stale", s->flags & WATTEST_SOURCE_FLAGS_STALE);
	number(o, "power_uw", s->last_uw);
	number(o, "energy_uj", s->energy_uj);
	number(o, "unmeasured_ns", s->unmeasured_ns);
	number(o, "samples", s->samples);
	number(o, "missed", s->missed);
	number(o, "refused", s->refused);
	number(o, "last_good_boottime_ns", s->last_good_ns);
	return o;
}

struct json_object *json_sources(const struct model *m)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < m->n_sources; i++)
		wt_json_append(list, source(m, &m->sources[i]));
	return list;
}

static struct json_object *device(const struct model *m, const struct wt_nl_device *d)
{
	struct json_object *o = json_object_new_object();
	const struct wt_reg_device *reg = wt_device_of(model_registration(m), d);
	char id[8];

	number(o, "id", d->id);
	text(o, "bus", d->bus == WATTEST_BUS_USB ? "usb" : "?");
	snprintf(id, sizeof(id), "%04x", d->vid);
	text(o, "vid", id);
	snprintf(id, sizeof(id), "%04x", d->pid);
	text(o, "pid", id);
	some_text(o, "serial", d->serial);
	text(o, "path", d->path);
	some_text(o, "manufacturer", d->manufacturer);
	some_text(o, "product", d->product);
	boolean(o, "registered", reg != NULL);
	if (reg)
		text(o, "model", reg->model);
	boolean(o, "works", model_device_works(m, d));
	number(o, "transfers_in", d->transfers_in);
	number(o, "transfers_out", d->transfers_out);
	number(o, "bytes_in", d->bytes_in);
	number(o, "bytes_out", d->bytes_out);
	number(o, "errors", d->errors);
	number(o, "last_seen_boottime_ns", d->last_seen_ns);
	return o;
}

struct json_object *json_devices(const struct model *m)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < m->n_devices; i++)
		wt_json_append(list, device(m, &m->devices[i]));
	return list;
}

static struct json_object *module(const struct model *m)
{
	const struct wt_nl_status *s = &m->status;
	struct json_object *o = json_object_new_object(), *witness;

	text(o, "version", s->version);
	hex(o, "epoch", s->epoch, sizeof(s->epoch));
	hex(o, "head", s->head, sizeof(s->head));
	number(o, "first_record", s->first_seq);
	number(o, "next_record", s->next_seq);
	number(o, "closed_record", s->closed_seq);
	number(o, "steps", s->steps);
	number(o, "log_used_bytes", s->log_used);
	number(o, "log_limit_bytes", s->log_limit);
	number(o, "pruned", s->pruned);
	number(o, "dropped", s->dropped);
	number(o, "sample_ns", s->sample_ns);
	number(o, "window_ns", s->window_ns);
	number(o, "max_gap_ns", s->max_gap_ns);
	number(o, "probes", s->probes);
	number(o, "stray_transfers", s->strays);
	boolean(o, "keyed", s->keyed);
	if (s->witnessed) {
		witness = json_object_new_object();
		number(witness, "pcr", s->witness_pcr);
		number(witness, "steps", s->witness_steps);
		number(witness, "lost", s->witness_lost);
		wt_json_add(o, "witness", witness);
	}
	return o;
}

static struct json_object *daemon_state(const struct model *m)
{
	const struct wt_control_status *c = &m->control;
	struct json_object *o = json_object_new_object(), *probes = json_object_new_array();

	number(o, "pid", c->pid);
	text(o, "version", c->version);
	some_text(o, "problem", c->problem);
	some_text(o, "unobserved", c->unobserved);
	for (size_t i = 0; i < c->n_probes; i++) {
		struct json_object *p = json_object_new_object();

		text(p, "name", c->probes[i].name);
		hex(p, "tag", c->probes[i].tag, sizeof(c->probes[i].tag));
		number(p, "prog_id", c->probes[i].prog_id);
		wt_json_append(probes, p);
	}
	wt_json_add(o, "probes", probes);
	return o;
}

static struct json_object *store(const struct model *m)
{
	struct json_object *o = json_object_new_object();

	number(o, "first_seq", m->extent.first);
	number(o, "last_seq", m->extent.last);
	number(o, "delivered_seq", m->extent.delivered);
	number(o, "bytes", m->extent.bytes);
	return o;
}

static struct json_object *last(const struct model *m)
{
	struct json_object *o = json_object_new_object();

	number(o, "seq", m->last.seq);
	number(o, "signed_s", (uint64_t)m->last.iat);
	number(o, "last_record", m->last.last_record);
	hex(o, "digest", m->last.digest, sizeof(m->last.digest));
	return o;
}

/* What is absent could not be had; the key with _error appended says why. */
struct json_object *json_status(const struct model *m)
{
	struct json_object *o = json_object_new_object();

	number(o, "now_s", (uint64_t)m->now);
	if (m->registered) {
		text(o, "rig", m->registration.rig);
		text(o, "licence", m->registration.licence);
		number(o, "registered_until_s", (uint64_t)m->registration.not_after);
	} else {
		text(o, "registration_error", m->registration_err.msg);
	}
	if (m->judged) {
		number(o, "judged_s", (uint64_t)m->judgement.at);
		wt_json_add(o, "verdict", wt_verdict_json(&m->judgement.verdict));
	} else {
		text(o, "verdict_error", m->judgement_err.msg);
	}
	if (m->looked)
		wt_json_add(o, "next", next_json(m));
	if (m->module) {
		number(o, "input_power_uw", model_input_uw(m));
		wt_json_add(o, "sources", json_sources(m));
		wt_json_add(o, "devices", json_devices(m));
		wt_json_add(o, "module", module(m));
	} else {
		text(o, "module_error", m->module_err.msg);
	}
	if (m->daemon)
		wt_json_add(o, "daemon", daemon_state(m));
	else
		text(o, "daemon_error", m->daemon_err.msg);
	if (m->stored && m->last.seq)
		wt_json_add(o, "last", last(m));
	if (m->stored && m->extent.last)
		wt_json_add(o, "store", store(m));
	else if (!m->stored)
		text(o, "store_error", m->store_err.msg);
	return o;
}

struct json_object *json_record(const struct wt_nl_record *record)
{
	struct json_object *o = json_object_new_object();
	struct wt_record rec;
	struct wt_err err = {};
	char line[512];

	number(o, "seq", record->seq);
	number(o, "step", record->step);
	text(o, "type", wt_record_name((uint16_t)record->type));
	boolean(o, "pruned", !record->data.p);
	if (!record->data.p) {
		hex(o, "digest", record->digest, sizeof(record->digest));
	} else if (wt_record_decode(record->data, &rec, &err) < 0) {
		text(o, "error", err.msg);
	} else {
		wt_record_print(&rec, line, sizeof(line));
		number(o, "boottime_ns", rec.boottime_ns);
		text(o, "text", line);
		hex(o, "record", record->data.p, record->data.n);
	}
	if (record->has_head)
		hex(o, "head", record->head, sizeof(record->head));
	if (record->has_mac)
		hex(o, "mac", record->mac, sizeof(record->mac));
	return o;
}
