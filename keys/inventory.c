// SPDX-License-Identifier: Apache-2.0
#include <ctype.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys/fields.h"
#include "keys/inventory.h"
#include "lib/match.h"
#include "lib/timestamp.h"
#include "wattest/record.h"

static const struct {
	const char *name;
	int role;
} roles[] = { { "input", WT_ROLE_INPUT },
	      { "output", WT_ROLE_OUTPUT },
	      { "check", WT_ROLE_CHECK },
	      { "none", 0 } };

/* The role, or -EINVAL. */
static int parse_role(const char *name)
{
	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++)
		if (strcmp(name, roles[i].name) == 0)
			return roles[i].role;
	return -EINVAL;
}

int inventory_parse_rule(const char *text, struct inventory_rule *ret, struct wt_err *err)
{
	const char *equals = strrchr(text, '=');
	struct inventory_rule rule = { 0 };

	if (!equals || equals == text || (size_t)(equals - text) >= sizeof(rule.pattern))
		return wt_fail(err, EINVAL, "--role %.60s: such as dps800:power1_input=input",
			       text);
	rule.role = parse_role(equals + 1);
	if (rule.role < 0)
		return wt_fail(err, EINVAL,
			       "--role %.60s: the role is input, output, check or none", text);
	memcpy(rule.pattern, text, (size_t)(equals - text));
	*ret = rule;
	return 0;
}

/* --- devices ---------------------------------------------------------------------------------- */

/* vid and pid are written as everywhere: four hex digits. */
static int read_usb_id(const struct fields *f, const char *key, uint16_t *ret, struct wt_err *err)
{
	uint8_t bytes[2];
	char text[8];
	int r;

	r = fields_text(f, key, true, text, sizeof(text), err);
	if (r < 0)
		return r;
	if (strlen(text) != 4 || strspn(text, "0123456789abcdefABCDEF") != 4 ||
	    wt_unhex(text, bytes, sizeof(bytes)) != 2)
		return fields_bad(f, key, err, "\"%s\" is not four hex digits", text);
	*ret = (uint16_t)(bytes[0] << 8 | bytes[1]);
	return 0;
}

/* Two units of one quantity: the whole one for people, the fine one for small devices. */
static int read_rating(const struct fields *f, const char *whole, const char *fine, uint64_t max,
		       uint64_t *ret, struct wt_err *err)
{
	uint64_t a = 0, b = 0;
	int r, s;

	r = fields_number(f, whole, max / 1000, &a, err);
	if (r < 0)
		return r;
	s = fields_number(f, fine, max, &b, err);
	if (s < 0)
		return s;
	if (r > 0 && s > 0 && a * 1000 != b)
		return fields_bad(f, fine, err, "says something else than %s", whole);
	if (r > 0 || s > 0)
		*ret = r > 0 ? a * 1000 : b;
	return 0;
}

static int read_device(const struct fields *f, const struct inventory_defaults *defaults,
		       struct wt_reg_device *ret, struct wt_err *err)
{
	struct wt_reg_device d = { .bus = WATTEST_BUS_USB };
	uint64_t mw = defaults->rated_mw;
	char bus[16];
	int r;

	d.rated_mhs = defaults->rated_mhs;
	r = fields_text(f, "bus", true, bus, sizeof(bus), err);
	if (r == 0 && strcmp(bus, "usb") != 0)
		r = fields_bad(f, "bus", err, "\"%s\" is not known, only usb is", bus);
	if (r == 0)
		r = read_usb_id(f, "vid", &d.vid, err);
	if (r == 0)
		r = read_usb_id(f, "pid", &d.pid, err);
	if (r == 0)
		r = fields_text(f, "serial", false, d.serial, sizeof(d.serial), err);
	if (r == 0)
		r = fields_text(f, "path", false, d.path, sizeof(d.path), err);
	if (r == 0 && !*d.serial && !*d.path)
		r = fields_bad(f, "path", err,
			       "is missing: a device without a serial is known by its place");
	if (r == 0)
		r = fields_text(f, "product", false, d.product, sizeof(d.product), err);
	if (r == 0)
		r = fields_text(f, "model", false, d.model, sizeof(d.model), err);
	if (r == 0)
		r = read_rating(f, "rated_w", "rated_mw", UINT32_MAX, &mw, err);
	if (r == 0)
		r = read_rating(f, "rated_ghs", "rated_mhs", INT64_MAX, &d.rated_mhs, err);
	if (r < 0)
		return r;

	d.rated_mw = (uint32_t)mw;
	if (*d.serial && !defaults->pin_paths)
		memset(d.path, 0, sizeof(d.path));
	if (!*d.model)
		memcpy(d.model, *defaults->model ? defaults->model : d.product, sizeof(d.model));
	if (!*d.model)
		snprintf(d.model, sizeof(d.model), "USB %04x:%04x", d.vid, d.pid);
	*ret = d;
	return 0;
}

/* Could one plugged device be both? */
static bool ambiguous(const struct wt_reg_device *a, const struct wt_reg_device *b)
{
	if (a->bus != b->bus || a->vid != b->vid || a->pid != b->pid ||
	    strcmp(a->serial, b->serial) != 0)
		return false;
	return !*a->path || !*b->path || strcmp(a->path, b->path) == 0;
}

static int read_devices(struct json_object *file, const struct inventory_defaults *defaults,
			struct wt_registration *reg, struct wt_err *err)
{
	struct json_object *array;
	struct fields f;
	size_t n;
	int r;

	r = fields_list(file, "devices", WATTEST_MAX_DEVICES, &array, err);
	if (r < 0)
		return r;
	n = json_object_array_length(array);
	reg->devices = calloc(n + 1, sizeof(*reg->devices));
	if (!reg->devices)
		return wt_fail(err, ENOMEM, "out of memory");
	for (size_t i = 0; i < n; i++) {
		r = fields_entry(array, "devices", i, &f, err);
		if (r == 0)
			r = read_device(&f, defaults, &reg->devices[i], err);
		for (size_t j = 0; r == 0 && j < i; j++)
			if (ambiguous(&reg->devices[j], &reg->devices[i]))
				r = fields_bad(&f, *reg->devices[i].serial ? "serial" : "path", err,
					       "the same device as devices[%zu]", j);
		if (r < 0)
			return r;
		reg->n_devices++;
	}
	return 0;
}

/* --- sources ---------------------------------------------------------------------------------- */

/* The entry's own role, or that of the first rule; every rule that fits counts as used. */
static int read_role(const struct fields *f, const struct wt_reg_source *s,
		     struct inventory_defaults *defaults, int *ret, struct wt_err *err)
{
	char text[16], subject[sizeof(s->chip) + sizeof(s->attribute) + 1];
	int role = -EINVAL, r;

	r = fields_text(f, "role", false, text, sizeof(text), err);
	if (r < 0)
		return r;
	if (*text) {
		role = parse_role(text);
		if (role < 0)
			return fields_bad(f, "role", err,
					  "\"%s\" is not input, output, check or none", text);
	}
	snprintf(subject, sizeof(subject), "%s:%s", s->chip, s->attribute);
	for (size_t i = 0; i < defaults->n_rules; i++) {
		struct inventory_rule *rule = &defaults->rules[i];

		if (fnmatch(rule->pattern, subject, 0) != 0)
			continue;
		rule->matched++;
		if (role < 0)
			role = rule->role;
	}
	if (role < 0)
		return fields_bad(
			f, "role", err,
			"is missing: say it there or with --role %s=input (or output, check, none)",
			subject);
	*ret = role;
	return 0;
}

static int read_calibration(const struct fields *f, int64_t now, int64_t *ret, struct wt_err *err)
{
	struct wt_err why = { 0 };
	char text[64];
	int r;

	r = fields_text(f, "calibrated_until", false, text, sizeof(text), err);
	if (r < 0 || !*text)
		return r;
	r = wt_timestamp_parse(text, now, ret, &why);
	return r < 0 ? fields_bad(f, "calibrated_until", err,
				  "\"%.30s\" is no time such as 2027-01-01T00:00:00Z", text)
		     : 0;
}

/* 1 when it belongs into the registration, 0 when its role is none. */
static int read_source(const struct fields *f, struct inventory_defaults *defaults, int64_t now,
		       struct wt_reg_source *ret, struct wt_err *err)
{
	struct wt_reg_source s = { 0 };
	uint64_t ppm = defaults->class_ppm;
	int role = 0, r;

	r = fields_text(f, "chip", true, s.chip, sizeof(s.chip), err);
	if (r == 0)
		r = fields_text(f, "parent", false, s.parent, sizeof(s.parent), err);
	if (r == 0)
		r = fields_text(f, "attribute", true, s.attribute, sizeof(s.attribute), err);
	if (r == 0)
		r = fields_text(f, "label", false, s.label, sizeof(s.label), err);
	if (r == 0)
		r = read_role(f, &s, defaults, &role, err);
	if (r == 0)
		r = fields_number(f, "class_ppm", 1000000, &ppm, err);
	if (r >= 0)
		r = read_calibration(f, now, &s.calibrated_until, err);
	if (r < 0)
		return r;
	if (role == 0)
		return 0;
	s.role = (enum wt_role)role;
	s.class_ppm = (uint32_t)ppm;
	*ret = s;
	return 1;
}

/* Could one sensor be both? */
static bool same_source(const struct wt_reg_source *a, const struct wt_reg_source *b)
{
	return strcmp(a->chip, b->chip) == 0 && strcmp(a->attribute, b->attribute) == 0 &&
	       (!*b->parent || wt_match_place(a->parent, b->parent) ||
		wt_match_place(b->parent, a->parent)) &&
	       (!*a->label || !*b->label || strcmp(a->label, b->label) == 0);
}

static int read_sources(struct json_object *file, struct inventory_defaults *defaults, int64_t now,
			struct wt_registration *reg, struct wt_err *err)
{
	struct json_object *array;
	struct fields f;
	bool input = false;
	size_t n;
	int r;

	r = fields_list(file, "sources", WATTEST_MAX_SOURCES, &array, err);
	if (r < 0)
		return r;
	n = json_object_array_length(array);
	reg->sources = calloc(n + 1, sizeof(*reg->sources));
	if (!reg->sources)
		return wt_fail(err, ENOMEM, "out of memory");
	for (size_t i = 0; i < n; i++) {
		struct wt_reg_source *s = &reg->sources[reg->n_sources];

		r = fields_entry(array, "sources", i, &f, err);
		if (r == 0)
			r = read_source(&f, defaults, now, s, err);
		for (size_t j = 0; r == 1 && j < reg->n_sources; j++)
			if (same_source(&reg->sources[j], s))
				r = fields_bad(&f, "attribute", err,
					       "the same source as an earlier one");
		if (r < 0)
			return r;
		reg->n_sources += (size_t)r;
		input = input || (r == 1 && s->role == WT_ROLE_INPUT);
	}
	for (size_t i = 0; i < defaults->n_rules; i++)
		if (defaults->rules[i].matched == 0)
			return wt_fail(err, EBADMSG, "no source fits --role %s",
				       defaults->rules[i].pattern);
	if (!input)
		return wt_fail(
			err, EBADMSG,
			"no source has the role input: nothing would count the rig's energy");
	return 0;
}

int inventory_read(const char *devices, const char *sources, struct inventory_defaults *defaults,
		   int64_t now, struct wt_registration *reg, struct wt_err *err)
{
	struct json_object *first = NULL, *second = NULL;
	int r = 0;

	if (devices) {
		r = fields_parse(devices, &first, err);
		if (r < 0)
			return r;
		r = read_devices(first, defaults, reg, err);
		if (r < 0)
			wt_fail_in(err, r, "%.200s", devices);
	}
	if (r == 0 && sources) {
		/* One file for both is read once: it may be a pipe. */
		if (!devices || strcmp(devices, sources) != 0)
			r = fields_parse(sources, &second, err);
		if (r < 0)
			goto out;
		r = read_sources(second ? second : first, defaults, now, reg, err);
		if (r < 0)
			wt_fail_in(err, r, "%.200s", sources);
	}
out:
	json_object_put(first);
	json_object_put(second);
	return r;
}
