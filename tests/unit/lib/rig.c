// SPDX-License-Identifier: Apache-2.0
/* The rig's authorities, and its agent and inspector; the kernel is in rig_kernel.c. */
#include "rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/cose.h"
#include "lib/file.h"

#define DAY 86400
#define CERT_FROM (RIG_T0 - DAY)
#define CERT_UNTIL (RIG_T0 + 3650 * INT64_C(86400))

static void need(int r, const char *what)
{
	if (r >= 0)
		return;
	fprintf(stderr, "rig: cannot %s: %s\n", what, strerror(-r));
	abort();
}

void rig_identity_free(struct rig_identity *who)
{
	wt_cert_free(who->cert);
	wt_key_free(who->key);
	*who = (struct rig_identity){ 0 };
}

void rig_issue(struct rig_identity *issuer, const char *name, const enum wt_duty *duties, size_t n,
	       bool ca, int64_t from, int64_t until, struct rig_identity *ret)
{
	struct wt_cert_spec spec = {
		.common_name = name, .n_duties = n, .ca = ca, .not_before = from, .not_after = until
	};
	struct wt_err err = { "" };

	memcpy(spec.duties, duties, n * sizeof(*duties));
	if (!ret->key)
		need(wt_key_generate(WT_ALG_ES256, &ret->key), "make a key");
	need(wt_cert_issue(&spec, ret->key, issuer ? issuer->cert : NULL,
			   issuer ? issuer->key : ret->key, &ret->cert, &err),
	     err.msg);
}

static void path(const struct rig *rig, const char *name, char ret[128])
{
	snprintf(ret, 128, "%s/%s", rig->dir, name);
}

static void publish(struct rig *rig, struct rig_identity *ca, const char *cert_name,
		    const char *crl_name)
{
	struct wt_buf crl = { 0 };
	char file[128];

	path(rig, cert_name, file);
	need(wt_cert_save(ca->cert, file, NULL), "save a certificate");
	need(wt_crl_make(ca->cert, ca->key, NULL, 0, RIG_T0 - 60, 30, &crl, NULL), "make a list");
	path(rig, crl_name, file);
	need(wt_file_write(file, wt_buf_span(&crl), 0644, WT_FILE_NEW, NULL), "save a list");
	wt_buf_free(&crl);
}

static void make_authorities(struct rig *rig)
{
	static const enum wt_duty registry[] = { WT_DUTY_REGISTRATION, WT_DUTY_ATTESTATION };
	static const enum wt_duty energy[] = { WT_DUTY_GRANT, WT_DUTY_ALLOTMENT };

	rig_issue(NULL, "Registry CA", registry, 2, true, CERT_FROM, CERT_UNTIL, &rig->registry_ca);
	rig_issue(&rig->registry_ca, "Registry", &registry[0], 1, false, CERT_FROM, CERT_UNTIL,
		  &rig->registry);
	rig_issue(NULL, "Energy CA", energy, 2, true, CERT_FROM, CERT_UNTIL, &rig->energy_ca);
	rig_issue(&rig->energy_ca, "Energy", energy, 1, false, CERT_FROM, CERT_UNTIL, &rig->energy);
	rig_issue(&rig->energy_ca, "Pavlodar 3", &energy[1], 1, false, CERT_FROM, CERT_UNTIL,
		  &rig->site);
	strcpy(rig->dir, "/tmp/wattest-rig-XXXXXX");
	if (!mkdtemp(rig->dir))
		abort();
	publish(rig, &rig->registry_ca, "registry-ca.pem", "registry-crl.pem");
	publish(rig, &rig->energy_ca, "energy-ca.pem", "energy-crl.pem");
	need(wt_trust_load(rig->dir, &rig->trust, NULL), "load trust");
}

void rig_sign(const struct rig_identity *who, enum wt_typ typ, struct wt_span payload,
	      struct wt_buf *ret)
{
	struct wt_err err = { "" };

	wt_buf_reset(ret);
	need(wt_cose_sign(who->key, who->cert, true, typ, payload, ret, &err), err.msg);
}

/* Ids of the first rig are one byte over and over; those of others begin with their number. */
static void number_id(const struct rig *rig, uint8_t *id)
{
	if (rig->number)
		id[0] = (uint8_t)rig->number;
}

void rig_register(struct rig *rig)
{
	struct wt_buf payload = { 0 };
	struct wt_err err = { "" };

	need(wt_registration_encode(&rig->reg, &payload, &err), err.msg);
	rig_sign(&rig->registry, WT_TYP_REGISTRATION, wt_buf_span(&payload), &rig->registration);
	wt_buf_free(&payload);
}

/* The rig itself, under authorities that are there. */
static void set_up(struct rig *rig)
{
	static const enum wt_duty attestation = WT_DUTY_ATTESTATION;

	rig->reg = (struct wt_registration){
		.licence = "DMI-84-0031",
		.holder = "Zhel Energy LLP",
		.site = "Pavlodar 3",
		.zone = "north",
		.not_before = RIG_T0 - DAY,
		.not_after = RIG_T0 + 365 * DAY,
		.nameplate_w = 3500,
		.devices = rig->reg_devices,
		.n_devices = 2,
		.sources = rig->reg_sources,
		.n_sources = 1,
	};
	snprintf(rig->reg.rig, sizeof(rig->reg.rig), "KZ-PVL-%04u", 142 + rig->number);
	snprintf(rig->serial, sizeof(rig->serial), "GS-%u", 1 + rig->number);
	rig_issue(&rig->registry_ca, rig->reg.rig, &attestation, 1, false, CERT_FROM, CERT_UNTIL,
		  &rig->self);
	memset(rig->reg.id, 0x20, sizeof(rig->reg.id));
	number_id(rig, rig->reg.id);
	need(wt_ueid_from_key(rig->self.key, rig->reg.ueid), "name the rig");
	rig->reg.rig_cert = wt_cert_der(rig->self.cert);
	rig->reg_devices[0] =
		(struct wt_reg_device){ .bus = 1, .vid = 0x10c4, .pid = 0xea60, .model = "U2" };
	strcpy(rig->reg_devices[0].serial, rig->serial);
	rig->reg_devices[1] = (struct wt_reg_device){
		.bus = 1, .vid = 0x067b, .pid = 0x2303, .path = "1-4", .model = "Icarus"
	};
	rig->reg_sources[0] = (struct wt_reg_source){ .chip = "dps800",
						      .attribute = "power1_input",
						      .role = WT_ROLE_INPUT,
						      .class_ppm = 10000 };
	rig->place = "pci0000:00/i2c-0/0-0058";
	rig_register(rig);

	rig->boot_ns = 20 * RIG_S;
	rig->realtime_ns = RIG_T0 * RIG_S;
	rig->sample_ns = RIG_S;
	rig->max_gap_ns = 3 * RIG_S;
	rig->observed = true;
	rig->att_seq = 1;
}

void rig_init(struct rig *rig)
{
	memset(rig, 0, sizeof(*rig));
	make_authorities(rig);
	set_up(rig);
}

void rig_join(struct rig *rig, const struct rig *first, unsigned int number)
{
	memset(rig, 0, sizeof(*rig));
	rig->guest = true;
	rig->number = number;
	rig->registry_ca = first->registry_ca;
	rig->registry = first->registry;
	rig->energy_ca = first->energy_ca;
	rig->energy = first->energy;
	rig->site = first->site;
	rig->trust = first->trust;
	set_up(rig);
}

static void free_authorities(struct rig *rig)
{
	static const char *const files[] = { "registry-ca.pem", "registry-crl.pem", "energy-ca.pem",
					     "energy-crl.pem" };
	char file[128];
	size_t i;

	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		path(rig, files[i], file);
		unlink(file);
	}
	rmdir(rig->dir);
	wt_trust_free(rig->trust);
	rig_identity_free(&rig->registry_ca);
	rig_identity_free(&rig->registry);
	rig_identity_free(&rig->energy_ca);
	rig_identity_free(&rig->energy);
	rig_identity_free(&rig->site);
}

void rig_free(struct rig *rig)
{
	size_t i;

	if (!rig->guest)
		free_authorities(rig);
	rig_identity_free(&rig->self);
	rig_tpm_free(rig);
	wt_buf_free(&rig->registration);
	for (i = 0; i < RIG_MAX; i++) {
		wt_buf_free(&rig->grants[i]);
		wt_buf_free(&rig->allotments[i]);
		wt_buf_free(&rig->notices[i]);
	}
	for (i = 0; i < sizeof(rig->records) / sizeof(rig->records[0]); i++)
		wt_buf_free(&rig->records[i]);
	for (i = 0; i < rig->n_atts; i++)
		wt_buf_free(&rig->atts[i]);
}

struct wt_grant rig_grant_of(const struct rig *rig, uint32_t wh, int64_t from, int64_t until)
{
	struct wt_grant grant = { .transaction = "TX",
				  .metering_point = "MP",
				  .wh = wh,
				  .not_before = RIG_T0 + from,
				  .not_after = RIG_T0 + until };

	memset(grant.id, 0x40 + (int)rig->n_grants, sizeof(grant.id));
	number_id(rig, grant.id);
	strcpy(grant.licence, rig->reg.licence);
	strcpy(grant.zone, rig->reg.zone);
	memcpy(grant.spender, rig->reg.ueid, WT_UEID_LEN);
	return grant;
}

size_t rig_grant_sign(struct rig *rig, const struct wt_grant *grant, const struct rig_identity *by)
{
	struct wt_buf payload = { 0 };
	struct wt_err err = { "" };
	size_t i = rig->n_grants++;

	need(wt_grant_encode(grant, &payload, &err), err.msg);
	rig_sign(by, WT_TYP_GRANT, wt_buf_span(&payload), &rig->grants[i]);
	wt_buf_free(&payload);
	memcpy(rig->named[i].id, grant->id, WT_ID_LEN);
	wt_sha256(wt_buf_span(&rig->grants[i]), rig->named[i].digest);
	return i;
}

size_t rig_grant(struct rig *rig, uint32_t wh, int64_t from, int64_t until)
{
	struct wt_grant grant = rig_grant_of(rig, wh, from, until);

	return rig_grant_sign(rig, &grant, &rig->energy);
}

/* --- the agent -------------------------------------------------------------------------------- */

static void fill_steps(struct rig *rig, struct wt_att_record *records, struct wt_att_step *steps)
{
	size_t i, step, first = 0;

	for (i = 0; i < rig->open_step; i++) {
		records[i] = (struct wt_att_record){ 0 };
		if (rig->pruned[i])
			wt_sha256(wt_buf_span(&rig->records[i]), records[i].digest);
		else
			records[i].raw = wt_buf_span(&rig->records[i]);
	}
	for (step = 0; step < rig->n_steps; step++) {
		steps[step] = (struct wt_att_step){ .records = records + first,
						    .n_records = rig->step_end[step] - first };
		if (rig->keyed[step])
			steps[step].mac = wt_span(rig->macs[step], sizeof(rig->macs[step]));
		first = rig->step_end[step];
	}
}

/* Grants to the rig, and its shares of those to its site. */
static size_t name_grants(const struct rig *rig, struct wt_att_grant *ret)
{
	memcpy(ret, rig->named, rig->n_grants * sizeof(*ret));
	memcpy(ret + rig->n_grants, rig->shares, rig->n_allotments * sizeof(*ret));
	return rig->n_grants + rig->n_allotments;
}

/* What was signed goes; the open step stays, and what closed meanwhile. */
static void forget_signed(struct rig *rig, size_t records, size_t steps)
{
	size_t i;

	for (i = records; i < rig->n_records; i++) {
		struct wt_buf signed_before = rig->records[i - records];

		rig->records[i - records] = rig->records[i];
		rig->records[i] = signed_before;
		rig->pruned[i - records] = rig->pruned[i];
	}
	memset(rig->pruned + (rig->n_records - records), 0, records * sizeof(*rig->pruned));
	for (i = steps; i < rig->n_steps; i++) {
		rig->step_end[i - steps] = rig->step_end[i] - records;
		memcpy(rig->macs[i - steps], rig->macs[i], sizeof(rig->macs[i]));
		rig->keyed[i - steps] = rig->keyed[i];
	}
	rig->first_unsigned += records;
	rig->n_records -= records;
	rig->open_step -= records;
	rig->n_steps -= steps;
}

void rig_attest(struct rig *rig, struct wt_span nonce)
{
	const size_t signed_records = rig->open_step, signed_steps = rig->n_steps;

	static struct wt_att_record records[4096];
	static struct wt_att_step steps[1024];
	struct wt_att_grant named[2 * RIG_MAX];
	struct wt_buf payload = { 0 };
	struct wt_err err = { "" };
	struct wt_attestation att = {
		.iat = (int64_t)(rig->realtime_ns / RIG_S),
		.nonce = nonce,
		.seq = rig->att_seq,
		.clock = WT_CLOCK_SYNCHRONISED,
		.clock_bound_us = 1200,
		.first_seq = rig->n_steps ? rig->first_unsigned : 0,
		.steps = steps,
		.n_steps = rig->n_steps,
		.grants = named,
	};

	att.n_grants = name_grants(rig, named);
	memcpy(att.ueid, rig->reg.ueid, WT_UEID_LEN);
	memcpy(att.epoch, rig->epoch, sizeof(att.epoch));
	memcpy(att.prev, rig->prev, sizeof(att.prev));
	memcpy(att.chain_before, rig->before, sizeof(att.chain_before));
	memcpy(att.chain_after, rig->head, sizeof(att.chain_after));
	wt_sha256(wt_buf_span(&rig->registration), att.registration);
	if (!rig->n_steps)
		att.uptime_s = rig->boot_ns / RIG_S;
	fill_steps(rig, records, steps);
	if (rig->tpm.there)
		rig_tpm_quote(rig, &att);
	if (rig->edit_attestation)
		rig->edit_attestation(rig, &att);
	need(wt_attestation_encode(&att, &payload, &err), err.msg);
	need(wt_cose_sign(rig->self.key, rig->self.cert, rig->with_chain, WT_TYP_ATTESTATION,
			  wt_buf_span(&payload), &rig->atts[rig->n_atts], &err),
	     err.msg);
	wt_buf_free(&payload);
	wt_sha256(wt_buf_span(&rig->atts[rig->n_atts++]), rig->prev);
	rig->att_seq++;

	forget_signed(rig, signed_records, signed_steps);
	memcpy(rig->before, att.chain_after, sizeof(rig->before));
}

void rig_minute(struct rig *rig)
{
	rig_window(rig, 60, wt_span(NULL, 0));
	rig_attest(rig, wt_span(NULL, 0));
}

void rig_minutes(struct rig *rig, size_t n)
{
	while (n-- > 0)
		rig_minute(rig);
}

/* --- the inspector ---------------------------------------------------------------------------- */

struct wt_appraisal *rig_appraisal(struct rig *rig, const struct rig_judging *how)
{
	struct wt_appraisal_options options = { .nonce = how->nonce };
	struct wt_appraisal *a;
	struct wt_err err = { "" };
	char name[64];
	size_t i;

	options.now = how->now ? how->now : (int64_t)(rig->realtime_ns / RIG_S);
	need(wt_appraisal_new(rig->trust, &options, &a, &err), err.msg);
	if (!how->no_registration)
		need(wt_appraisal_registration(a, wt_buf_span(&rig->registration), "reg.cose",
					       &err),
		     err.msg);
	for (i = 0; !how->no_grants && i < rig->n_grants; i++) {
		snprintf(name, sizeof(name), "grants/%zu.cose", i);
		need(wt_appraisal_grant(a, wt_buf_span(&rig->grants[i]), name, &err), err.msg);
	}
	for (i = 0; !how->no_grants && i < rig->n_allotments; i++) {
		snprintf(name, sizeof(name), "allotments/%zu.cose", i);
		need(wt_appraisal_allotment(a, wt_buf_span(&rig->allotments[i]), name, &err),
		     err.msg);
	}
	for (i = 0; i < rig->n_notices; i++) {
		snprintf(name, sizeof(name), "notices/%zu.cose", i);
		need(wt_appraisal_notice(a, wt_buf_span(&rig->notices[i]), name, &err), err.msg);
	}
	if (how->state.p)
		need(wt_appraisal_state_load(a, how->state, &err), err.msg);
	return a;
}

struct wt_verdict rig_judge(struct rig *rig, const struct rig_judging *how)
{
	static const struct rig_judging plain;
	size_t i, first = how ? how->first : 0, n = how && how->n ? how->n : rig->n_atts - first;
	struct wt_appraisal *a = rig_appraisal(rig, how ? how : &plain);
	struct wt_err err = { "" };
	struct wt_verdict v;
	char name[64];

	for (i = first; i < first + n; i++) {
		snprintf(name, sizeof(name), "%08zu.cose", i + 1);
		need(wt_appraisal_feed(a, wt_buf_span(&rig->atts[i]), name, &err), err.msg);
	}
	need(wt_appraisal_finish(a, &v, &err), err.msg);
	if (how && how->ret_state) {
		wt_buf_reset(how->ret_state);
		need(wt_appraisal_state_save(a, how->ret_state, &err), err.msg);
	}
	wt_appraisal_free(a);
	return v;
}
