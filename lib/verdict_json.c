// SPDX-License-Identifier: Apache-2.0
/* The verdict for programs: the raw integers, keys with their unit, in this order. */

#include "lib/appraisal.h"
#include "lib/json.h"

static void put_text(struct json_object *o, const char *key, const char *text)
{
	wt_json_add(o, key, json_object_new_string(text));
}

static void put_number(struct json_object *o, const char *key, uint64_t v)
{
	wt_json_add(o, key, json_object_new_uint64(v));
}

static void put_bool(struct json_object *o, const char *key, bool v)
{
	wt_json_add(o, key, json_object_new_boolean(v));
}

static const char *allocation_name(enum wt_allocation allocation)
{
	switch (allocation) {
	case WT_WITHIN:
		return "within";
	case WT_INQUIRE:
		return "inquire";
	case WT_EXCEEDED:
		return "exceeded";
	default:
		return "none";
	}
}

static const char *role_name(enum wt_role role)
{
	switch (role) {
	case WT_ROLE_INPUT:
		return "input";
	case WT_ROLE_OUTPUT:
		return "output";
	case WT_ROLE_CHECK:
		return "check";
	default:
		return "none";
	}
}

static struct json_object *checks_json(const struct wt_verdict *v)
{
	struct json_object *checks = json_object_new_array(), *o;
	size_t i;

	for (i = 0; i < WT_CHECKS; i++) {
		o = json_object_new_object();
		put_text(o, "check", wt_check_name(i));
		put_text(o, "tier", wt_tier_name(v->checks[i].tier));
		put_text(o, "code", v->checks[i].code);
		put_text(o, "reason", v->checks[i].reason);
		put_number(o, "findings", v->checks[i].findings);
		wt_json_append(checks, o);
	}
	return checks;
}

static struct json_object *energy_json(const struct wt_verdict *v)
{
	struct json_object *o = json_object_new_object();

	put_text(o, "allocation", allocation_name(v->allocation));
	put_number(o, "measured_uj", v->measured_uj);
	put_number(o, "substituted_uj", v->substituted_uj);
	put_number(o, "charged_low_uj", v->chargeable.low);
	put_number(o, "charged_uj", v->chargeable.best);
	put_number(o, "charged_high_uj", v->chargeable.high);
	put_number(o, "bought_uj", v->bought_uj);
	put_number(o, "left_uj", v->left_uj);
	return o;
}

static struct json_object *sources_json(const struct wt_verdict *v)
{
	struct json_object *sources = json_object_new_array(), *o;
	const struct wt_source_summary *s;

	for (s = v->sources; s < v->sources + v->n_sources; s++) {
		o = json_object_new_object();
		put_text(o, "name", s->name);
		put_text(o, "role", role_name(s->role));
		put_bool(o, "present", s->present);
		put_number(o, "energy_uj", s->energy_uj);
		put_number(o, "unmeasured_ns", s->unmeasured_ns);
		put_number(o, "last_uw", s->last_uw);
		put_number(o, "mean_uw", s->mean_uw);
		put_number(o, "missed", s->missed);
		put_number(o, "refused", s->refused);
		wt_json_append(sources, o);
	}
	return sources;
}

static struct json_object *devices_json(const struct wt_verdict *v)
{
	struct json_object *devices = json_object_new_array(), *o;
	const struct wt_device_summary *d;

	for (d = v->devices; d < v->devices + v->n_devices; d++) {
		o = json_object_new_object();
		put_text(o, "name", d->name);
		put_bool(o, "registered", d->registered);
		put_bool(o, "present", d->present);
		put_bool(o, "worked", d->worked);
		put_number(o, "bytes_in", d->bytes_in);
		put_number(o, "bytes_out", d->bytes_out);
		wt_json_append(devices, o);
	}
	return devices;
}

struct json_object *wt_verdict_json(const struct wt_verdict *v)
{
	struct json_object *o = json_object_new_object();
	char ueid[2 * WT_UEID_LEN + 1];

	wt_hex(v->ueid, WT_UEID_LEN, ueid);
	put_text(o, "verdict", wt_tier_name(v->tier));
	put_text(o, "rig", v->rig);
	put_text(o, "ueid", ueid);
	put_text(o, "licence", v->licence);
	put_number(o, "registered_until_s",
		   v->registered_until > 0 ? (uint64_t)v->registered_until : 0);
	put_text(o, "signer", v->signer);
	put_number(o, "assurance", v->assurance);
	put_text(o, "assurance_missing", v->assurance_missing);
	wt_json_add(o, "checks", checks_json(v));
	put_number(o, "attestations", v->attestations);
	put_number(o, "first_seq", v->first_seq);
	put_number(o, "last_seq", v->last_seq);
	put_number(o, "records", v->records);
	put_number(o, "windows", v->windows);
	put_number(o, "windows_pruned", v->pruned);
	put_number(o, "from_ns", v->from_ns);
	put_number(o, "to_ns", v->to_ns);
	wt_json_add(o, "energy", energy_json(v));
	wt_json_add(o, "sources", sources_json(v));
	put_number(o, "devices_registered", v->devices_registered);
	put_number(o, "devices_present", v->devices_present);
	put_number(o, "devices_unknown", v->devices_unknown);
	wt_json_add(o, "devices", devices_json(v));
	return o;
}
