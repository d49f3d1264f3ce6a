// SPDX-License-Identifier: Apache-2.0
/* A registration: what a rig consists of, signed by the registry (docs/evidence.cddl). */
#include <stdlib.h>
#include <string.h>

#include "lib/cbor.h"
#include "lib/fields.h"
#include "lib/registration.h"
#include "wattest/record.h"

#define MAX_POOLS 64

enum label {
	ID = 1,
	NOT_BEFORE,
	NOT_AFTER,
	UEID,
	RIG,
	LICENCE,
	HOLDER,
	SITE,
	ZONE,
	NAMEPLATE,
	RIG_CERT,
	DEVICES,
	SOURCES,
	POOLS,
	TPM,
	REFERENCES,
	IDLE = 17,
};

static const struct wt_field fields[] = {
	{ ID, "id", false },
	{ NOT_BEFORE, "not before", false },
	{ NOT_AFTER, "not after", false },
	{ UEID, "ueid", false },
	{ RIG, "rig name", false },
	{ LICENCE, "licence", false },
	{ HOLDER, "licence holder", false },
	{ SITE, "data centre", false },
	{ ZONE, "zone", false },
	{ NAMEPLATE, "nameplate W", false },
	{ RIG_CERT, "rig certificate", false },
	{ DEVICES, "devices", false },
	{ SOURCES, "sources", false },
	{ POOLS, "pools", false },
	{ TPM, "TPM", true },
	{ REFERENCES, "reference", true },
	{ IDLE, "schedule", true },
};

enum device_label {
	DEVICE_BUS = 1,
	DEVICE_VID,
	DEVICE_PID,
	DEVICE_SERIAL,
	DEVICE_PATH,
	DEVICE_PRODUCT,
	DEVICE_MODEL,
	DEVICE_RATED_MW,
	DEVICE_RATED_MHS,
};

static const struct wt_field device_fields[] = {
	{ DEVICE_BUS, "device bus", false },
	{ DEVICE_VID, "device vid", false },
	{ DEVICE_PID, "device pid", false },
	{ DEVICE_SERIAL, "device serial", true },
	{ DEVICE_PATH, "device path", true },
	{ DEVICE_PRODUCT, "device product", true },
	{ DEVICE_MODEL, "device model", false },
	{ DEVICE_RATED_MW, "device rated mW", false },
	{ DEVICE_RATED_MHS, "device rated MH/s", false },
};

enum source_label {
	SOURCE_CHIP = 1,
	SOURCE_PARENT,
	SOURCE_ATTRIBUTE,
	SOURCE_LABEL,
	SOURCE_ROLE,
	SOURCE_CLASS,
	SOURCE_CALIBRATED,
};

static const struct wt_field source_fields[] = {
	{ SOURCE_CHIP, "source chip", false },
	{ SOURCE_PARENT, "source parent", true },
	{ SOURCE_ATTRIBUTE, "source attribute", false },
	{ SOURCE_LABEL, "source label", true },
	{ SOURCE_ROLE, "source role", false },
	{ SOURCE_CLASS, "source accuracy class, ppm", false },
	{ SOURCE_CALIBRATED, "source calibrated until", false },
};

/* --- reading ----------------------------------------------------------------------------------- */

static int read_device_field(struct wt_cbor_in *in, int64_t label, struct wt_reg_device *d)
{
	uint64_t v = 0;
	int r;

	switch ((enum device_label)label) {
	case DEVICE_BUS:
		r = wt_field_uint(in, WATTEST_BUS_USB, WATTEST_BUS_USB, &v);
		d->bus = (uint8_t)v;
		return r;
	case DEVICE_VID:
		r = wt_field_uint(in, 0, UINT16_MAX, &v);
		d->vid = (uint16_t)v;
		return r;
	case DEVICE_PID:
		r = wt_field_uint(in, 0, UINT16_MAX, &v);
		d->pid = (uint16_t)v;
		return r;
	case DEVICE_SERIAL:
		return wt_field_name(in, d->serial, sizeof(d->serial));
	case DEVICE_PATH:
		return wt_field_name(in, d->path, sizeof(d->path));
	case DEVICE_PRODUCT:
		return wt_field_name(in, d->product, sizeof(d->product));
	case DEVICE_MODEL:
		/* Without either, any device of its kind would be the registered one. */
		if (!*d->serial && !*d->path) {
			in->what = "device";
			return wt_cbor_bad(in, "neither a serial nor a path");
		}
		return wt_cbor_text_to(in, d->model, sizeof(d->model));
	case DEVICE_RATED_MW:
		r = wt_field_uint(in, 0, UINT32_MAX, &v);
		d->rated_mw = (uint32_t)v;
		return r;
	case DEVICE_RATED_MHS:
		return wt_cbor_uint(in, &d->rated_mhs);
	}
	return wt_cbor_bad(in, "not known");
}

static int read_devices(struct wt_cbor_in *in, struct wt_registration *reg)
{
	struct wt_fields map;
	int64_t label;
	size_t n;
	int r;

	r = wt_field_count(in, WATTEST_MAX_DEVICES, &n);
	if (r < 0 || !n)
		return r;
	reg->devices = calloc(n, sizeof(*reg->devices));
	if (!reg->devices)
		return wt_fail(in->err, ENOMEM, "no memory for %zu devices", n);
	for (; reg->n_devices < n; reg->n_devices++) {
		in->what = "device";
		r = wt_fields_begin(in, device_fields,
				    sizeof(device_fields) / sizeof(device_fields[0]), &map);
		while (r >= 0 && (r = wt_fields_next(in, &map, &label)) > 0)
			r = read_device_field(in, label, &reg->devices[reg->n_devices]);
		if (r < 0)
			return r;
	}
	return 0;
}

static int read_source_field(struct wt_cbor_in *in, int64_t label, struct wt_reg_source *s)
{
	uint64_t v = 0;
	int r;

	switch ((enum source_label)label) {
	case SOURCE_CHIP:
		return wt_field_name(in, s->chip, sizeof(s->chip));
	case SOURCE_PARENT:
		return wt_field_name(in, s->parent, sizeof(s->parent));
	case SOURCE_ATTRIBUTE:
		return wt_field_name(in, s->attribute, sizeof(s->attribute));
	case SOURCE_LABEL:
		return wt_field_name(in, s->label, sizeof(s->label));
	case SOURCE_ROLE:
		r = wt_field_uint(in, WT_ROLE_INPUT, WT_ROLE_CHECK, &v);
		s->role = (enum wt_role)v;
		return r;
	case SOURCE_CLASS:
		r = wt_field_uint(in, 0, 1000000, &v);
		s->class_ppm = (uint32_t)v;
		return r;
	case SOURCE_CALIBRATED:
		return wt_field_time(in, &s->calibrated_until);
	}
	return wt_cbor_bad(in, "not known");
}

static int read_sources(struct wt_cbor_in *in, struct wt_registration *reg)
{
	struct wt_fields map;
	int64_t label;
	size_t n;
	int r;

	r = wt_field_count(in, WATTEST_MAX_SOURCES, &n);
	if (r < 0 || !n)
		return r;
	reg->sources = calloc(n, sizeof(*reg->sources));
	if (!reg->sources)
		return wt_fail(in->err, ENOMEM, "no memory for %zu sources", n);
	for (; reg->n_sources < n; reg->n_sources++) {
		in->what = "source";
		r = wt_fields_begin(in, source_fields,
				    sizeof(source_fields) / sizeof(source_fields[0]), &map);
		while (r >= 0 && (r = wt_fields_next(in, &map, &label)) > 0)
			r = read_source_field(in, label, &reg->sources[reg->n_sources]);
		if (r < 0)
			return r;
	}
	return 0;
}

static int read_pools(struct wt_cbor_in *in, struct wt_registration *reg)
{
	size_t n;
	int r;

	r = wt_field_count(in, MAX_POOLS, &n);
	if (r < 0 || !n)
		return r;
	reg->pools = calloc(n, sizeof(*reg->pools));
	if (!reg->pools)
		return wt_fail(in->err, ENOMEM, "no memory for %zu pools", n);
	for (; reg->n_pools < n; reg->n_pools++) {
		r = wt_field_name(in, reg->pools[reg->n_pools], sizeof(reg->pools[0]));
		if (r < 0)
			return r;
	}
	return 0;
}

static int read_cert(struct wt_cbor_in *in, struct wt_span *ret)
{
	int r;

	r = wt_cbor_bytes(in, ret);
	if (r < 0)
		return r;
	if (!ret->n || ret->n > UINT16_MAX)
		return wt_cbor_bad(in, "%zu bytes", ret->n);
	return 0;
}

static int read_field(struct wt_cbor_in *in, int64_t label, struct wt_registration *reg)
{
	uint64_t v = 0;
	int r;

	switch ((enum label)label) {
	case ID:
		return wt_cbor_bytes_to(in, reg->id, sizeof(reg->id));
	case NOT_BEFORE:
		return wt_field_time(in, &reg->not_before);
	case NOT_AFTER:
		return wt_field_until(in, reg->not_before, &reg->not_after);
	case UEID:
		return wt_field_ueid(in, reg->ueid);
	case RIG:
		return wt_field_name(in, reg->rig, sizeof(reg->rig));
	case LICENCE:
		return wt_field_name(in, reg->licence, sizeof(reg->licence));
	case HOLDER:
		return wt_cbor_text_to(in, reg->holder, sizeof(reg->holder));
	case SITE:
		return wt_cbor_text_to(in, reg->site, sizeof(reg->site));
	case ZONE:
		return wt_cbor_text_to(in, reg->zone, sizeof(reg->zone));
	case NAMEPLATE:
		r = wt_field_uint(in, 1, UINT32_MAX, &v);
		reg->nameplate_w = (uint32_t)v;
		return r;
	case RIG_CERT:
		return read_cert(in, &reg->rig_cert);
	case DEVICES:
		return read_devices(in, reg);
	case SOURCES:
		return read_sources(in, reg);
	case POOLS:
		return read_pools(in, reg);
	case TPM:
		return registration_read_tpm(in, &reg->tpm);
	case REFERENCES:
		return registration_read_references(in, reg);
	case IDLE:
		return wt_idle_read(in, &reg->idle, &reg->n_idle);
	}
	return wt_cbor_bad(in, "not known");
}

static int decode(struct wt_cbor_in *in, struct wt_registration *ret)
{
	struct wt_registration reg = { 0 };
	struct wt_fields map;
	int64_t label;
	int r;

	r = wt_fields_begin(in, fields, sizeof(fields) / sizeof(fields[0]), &map);
	while (r >= 0 && (r = wt_fields_next(in, &map, &label)) > 0)
		r = read_field(in, label, &reg);
	if (!r)
		r = wt_cbor_end(in);
	if (r < 0) {
		wt_registration_clear(&reg);
		return r;
	}
	*ret = reg;
	return 0;
}

int wt_registration_decode(struct wt_span payload, struct wt_registration *ret, struct wt_err *err)
{
	struct wt_cbor_in in;

	wt_cbor_init(&in, payload, err);
	return decode(&in, ret);
}

void wt_registration_clear(struct wt_registration *reg)
{
	free(reg->devices);
	free(reg->sources);
	free(reg->pools);
	free(reg->references);
	free(reg->idle);
	*reg = (struct wt_registration){ 0 };
}

/* --- writing ----------------------------------------------------------------------------------- */

static void put_optional(struct wt_buf *b, uint64_t label, const char *text)
{
	if (*text)
		wt_field_put_text(b, label, text);
}

static void put_device(struct wt_buf *b, const struct wt_reg_device *d)
{
	wt_cbor_put_map(b, 6u + !!*d->serial + !!*d->path + !!*d->product);
	wt_field_put_uint(b, DEVICE_BUS, d->bus);
	wt_field_put_uint(b, DEVICE_VID, d->vid);
	wt_field_put_uint(b, DEVICE_PID, d->pid);
	put_optional(b, DEVICE_SERIAL, d->serial);
	put_optional(b, DEVICE_PATH, d->path);
	put_optional(b, DEVICE_PRODUCT, d->product);
	wt_field_put_text(b, DEVICE_MODEL, d->model);
	wt_field_put_uint(b, DEVICE_RATED_MW, d->rated_mw);
	wt_field_put_uint(b, DEVICE_RATED_MHS, d->rated_mhs);
}

static void put_source(struct wt_buf *b, const struct wt_reg_source *s)
{
	wt_cbor_put_map(b, 5u + !!*s->parent + !!*s->label);
	wt_field_put_text(b, SOURCE_CHIP, s->chip);
	put_optional(b, SOURCE_PARENT, s->parent);
	wt_field_put_text(b, SOURCE_ATTRIBUTE, s->attribute);
	put_optional(b, SOURCE_LABEL, s->label);
	wt_field_put_uint(b, SOURCE_ROLE, s->role);
	wt_field_put_uint(b, SOURCE_CLASS, s->class_ppm);
	wt_field_put_time(b, SOURCE_CALIBRATED, s->calibrated_until);
}

int wt_registration_encode(const struct wt_registration *reg, struct wt_buf *ret,
			   struct wt_err *err)
{
	struct wt_registration back;
	struct wt_cbor_in in;
	size_t start = ret->n, i;
	int r;

	wt_cbor_put_map(ret, 14u + !!reg->tpm.ak.p + !!reg->n_references + !!reg->n_idle);
	wt_field_put_bytes(ret, ID, reg->id, sizeof(reg->id));
	wt_field_put_time(ret, NOT_BEFORE, reg->not_before);
	wt_field_put_time(ret, NOT_AFTER, reg->not_after);
	wt_field_put_bytes(ret, UEID, reg->ueid, sizeof(reg->ueid));
	wt_field_put_text(ret, RIG, reg->rig);
	wt_field_put_text(ret, LICENCE, reg->licence);
	wt_field_put_text(ret, HOLDER, reg->holder);
	wt_field_put_text(ret, SITE, reg->site);
	wt_field_put_text(ret, ZONE, reg->zone);
	wt_field_put_uint(ret, NAMEPLATE, reg->nameplate_w);
	wt_field_put_bytes(ret, RIG_CERT, reg->rig_cert.p, reg->rig_cert.n);
	wt_cbor_put_uint(ret, DEVICES);
	wt_cbor_put_array(ret, reg->n_devices);
	for (i = 0; i < reg->n_devices; i++)
		put_device(ret, &reg->devices[i]);
	wt_cbor_put_uint(ret, SOURCES);
	wt_cbor_put_array(ret, reg->n_sources);
	for (i = 0; i < reg->n_sources; i++)
		put_source(ret, &reg->sources[i]);
	wt_cbor_put_uint(ret, POOLS);
	wt_cbor_put_array(ret, reg->n_pools);
	for (i = 0; i < reg->n_pools; i++)
		wt_cbor_put_text(ret, reg->pools[i]);
	if (reg->tpm.ak.p) {
		wt_cbor_put_uint(ret, TPM);
		registration_put_tpm(ret, &reg->tpm);
	}
	if (reg->n_references) {
		wt_cbor_put_uint(ret, REFERENCES);
		registration_put_references(ret, reg);
	}
	if (reg->n_idle) {
		wt_cbor_put_uint(ret, IDLE);
		wt_idle_put(ret, reg->idle, reg->n_idle);
	}
	if (ret->err)
		return wt_fail(err, -ret->err, "no memory for a registration");
	/* What the decoder would refuse is never signed. */
	wt_cbor_init(&in, wt_span(ret->p + start, ret->n - start), err);
	in.no_offset = true;
	r = decode(&in, &back);
	if (r < 0)
		ret->n = start;
	else
		wt_registration_clear(&back);
	return r;
}
