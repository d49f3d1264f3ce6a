// SPDX-License-Identifier: Apache-2.0
/* Keys are stable, snake_case, with the unit at their end; times are seconds since 1970; bytes are hex. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "inspector/show.h"
#include "lib/json.h"
#include "lib/record.h"

static void put_text(struct json_object *o, const char *key, const char *text)
{
	wt_json_add(o, key, json_object_new_string(text));
}

static void put_number(struct json_object *o, const char *key, uint64_t v)
{
	wt_json_add(o, key, json_object_new_uint64(v));
}

static void put_time(struct json_object *o, const char *key, int64_t at)
{
	wt_json_add(o, key, json_object_new_int64(at));
}

static void put_hex(struct json_object *o, const char *key, const void *p, size_t n)
{
	char hex[2 * 64 + 1];

	wt_hex(p, n > 64 ? 64 : n, hex);
	put_text(o, key, hex);
}

static struct json_object *put_list(struct json_object *o, const char *key)
{
	return wt_json_add(o, key, json_object_new_array());
}

static struct json_object *cert_json(struct wt_span der)
{
	__attribute__((cleanup(wt_cert_freep))) struct wt_cert *cert = NULL;
	struct json_object *o = json_object_new_object();
	struct wt_err err = { 0 };
	uint8_t x5t[WT_SHA256_LEN];
	int64_t from, until;

	if (wt_cert_parse(der, &cert, &err) < 0) {
		put_text(o, "error", err.msg);
		return o;
	}
	wt_cert_x5t(cert, x5t);
	wt_cert_validity(cert, &from, &until);
	put_text(o, "name", wt_cert_name(cert));
	put_hex(o, "x5t", x5t, sizeof(x5t));
	put_time(o, "not_before_s", from);
	put_time(o, "not_after_s", until);
	return o;
}

static void put_pcrs(struct json_object *o, const char *key, const struct wt_pcr *pcrs, size_t n)
{
	struct json_object *list = put_list(o, key);

	for (size_t i = 0; i < n; i++) {
		struct json_object *e = json_object_new_object();

		put_number(e, "pcr", pcrs[i].index);
		put_hex(e, "value", pcrs[i].value, sizeof(pcrs[i].value));
		wt_json_append(list, e);
	}
}

/* Keys by the SHA-256 of their SubjectPublicKeyInfo. */
static struct json_object *tpm_json(const struct wt_reg_tpm *tpm)
{
	struct json_object *o = json_object_new_object();
	uint8_t ak[WT_SHA256_LEN];

	wt_sha256(tpm->ak, ak);
	put_hex(o, "ek", tpm->ek, sizeof(tpm->ek));
	put_hex(o, "ak", ak, sizeof(ak));
	put_pcrs(o, "boot", tpm->boot, tpm->n_boot);
	return o;
}

/* As `wattest-authority registration --reference` takes them. */
static void put_references(struct json_object *o, const struct wt_registration *reg)
{
	struct json_object *list = put_list(o, "references");

	for (size_t i = 0; i < reg->n_references; i++) {
		const struct wt_reference *ref = &reg->references[i];
		struct json_object *e = json_object_new_object();

		put_text(e, "kind", wt_reference_kind_name(ref->kind));
		put_text(e, "name", ref->name);
		put_hex(e, "digest", ref->digest, wt_reference_digest_len(ref->kind));
		wt_json_append(list, e);
	}
}

static struct json_object *registration_json(const struct wt_registration *reg)
{
	static const char *const roles[] = {
		[WT_ROLE_INPUT] = "input", [WT_ROLE_OUTPUT] = "output", [WT_ROLE_CHECK] = "check"
	};
	struct json_object *o = json_object_new_object(), *list;
	char usb_id[8];

	put_hex(o, "id", reg->id, sizeof(reg->id));
	put_text(o, "rig", reg->rig);
	put_hex(o, "ueid", reg->ueid, sizeof(reg->ueid));
	wt_json_add(o, "rig_certificate", cert_json(reg->rig_cert));
	put_time(o, "not_before_s", reg->not_before);
	put_time(o, "not_after_s", reg->not_after);
	put_text(o, "licence", reg->licence);
	put_text(o, "holder", reg->holder);
	put_text(o, "site", reg->site);
	put_text(o, "zone", reg->zone);
	put_number(o, "nameplate_w", reg->nameplate_w);
	list = put_list(o, "pools");
	for (size_t i = 0; i < reg->n_pools; i++)
		wt_json_append(list, json_object_new_string(reg->pools[i]));
	list = put_list(o, "idle");
	for (size_t i = 0; i < reg->n_idle; i++) {
		struct json_object *e = json_object_new_object();

		put_number(e, "week_minute", reg->idle[i].begin);
		put_number(e, "minutes", reg->idle[i].minutes);
		wt_json_append(list, e);
	}
	if (reg->tpm.ak.p)
		wt_json_add(o, "tpm", tpm_json(&reg->tpm));
	put_references(o, reg);

	list = put_list(o, "devices");
	for (size_t i = 0; i < reg->n_devices; i++) {
		const struct wt_reg_device *d = &reg->devices[i];
		struct json_object *e = json_object_new_object();

		put_text(e, "bus", "usb");
		snprintf(usb_id, sizeof(usb_id), "%04x", d->vid);
		put_text(e, "vid", usb_id);
		snprintf(usb_id, sizeof(usb_id), "%04x", d->pid);
		put_text(e, "pid", usb_id);
		put_text(e, "serial", d->serial);
		put_text(e, "path", d->path);
		put_text(e, "product", d->product);
		put_text(e, "model", d->model);
		put_number(e, "rated_mw", d->rated_mw);
		put_number(e, "rated_mhs", d->rated_mhs);
		wt_json_append(list, e);
	}
	list = put_list(o, "sources");
	for (size_t i = 0; i < reg->n_sources; i++) {
		const struct wt_reg_source *s = &reg->sources[i];
		struct json_object *e = json_object_new_object();

		put_text(e, "chip", s->chip);
		put_text(e, "parent", s->parent);
		put_text(e, "attribute", s->attribute);
		put_text(e, "label", s->label);
		put_text(e, "role", roles[s->role]);
		put_number(e, "class_ppm", s->class_ppm);
		put_time(e, "calibrated_until_s", s->calibrated_until);
		wt_json_append(list, e);
	}
	return o;
}

static struct json_object *grant_json(const struct wt_grant *grant)
{
	struct json_object *o = json_object_new_object();

	put_hex(o, "id", grant->id, sizeof(grant->id));
	put_number(o, "energy_wh", grant->wh);
	put_time(o, "not_before_s", grant->not_before);
	put_time(o, "not_after_s", grant->not_after);
	if (grant->to_site)
		put_hex(o, "site_key", grant->site_key, sizeof(grant->site_key));
	else
		put_hex(o, "ueid", grant->spender, sizeof(grant->spender));
	put_text(o, "transaction", grant->transaction);
	put_text(o, "licence", grant->licence);
	put_text(o, "zone", grant->zone);
	put_text(o, "metering_point", grant->metering_point);
	if (*grant->currency) {
		put_text(o, "currency", grant->currency);
		put_number(o, "price_micro_per_kwh", grant->price_micro);
	}
	return o;
}

static struct json_object *record_json(const struct wt_att_record *raw, uint64_t seq, char *text,
				       size_t cap)
{
	struct json_object *o = json_object_new_object();
	struct wt_err err = { 0 };
	struct wt_record rec;

	if (!raw->raw.p) {
		put_number(o, "seq", seq);
		put_hex(o, "pruned", raw->digest, sizeof(raw->digest));
	} else if (wt_record_decode(raw->raw, &rec, &err) < 0) {
		put_number(o, "seq", seq);
		put_text(o, "error", err.msg);
	} else {
		put_number(o, "seq", rec.seq);
		put_number(o, "boottime_ns", rec.boottime_ns);
		put_text(o, "type", wt_record_name(rec.type));
		wt_record_print(&rec, text, cap);
		put_text(o, "text", text);
	}
	return o;
}

static struct json_object *attestation_json(const struct wt_attestation *att)
{
	struct json_object *o = json_object_new_object(), *steps, *grants;
	const size_t cap = 131072;
	uint64_t seq = att->first_seq;
	char clock[2] = { (char)att->clock }, *text = malloc(cap);

	if (!text) {
		json_object_put(o);
		return NULL;
	}
	put_hex(o, "ueid", att->ueid, sizeof(att->ueid));
	put_number(o, "seq", att->seq);
	put_time(o, "iat_s", att->iat);
	put_number(o, "uptime_s", att->uptime_s);
	put_text(o, "clock", clock);
	put_number(o, "clock_bound_us", att->clock_bound_us);
	if (att->nonce.p)
		put_hex(o, "nonce", att->nonce.p, att->nonce.n);
	put_text(o, "key_place", att->key_place == WT_KEY_IN_TPM ? "tpm" : "file");
	if (att->quote.attest.p)
		wt_json_add(o, "quote", show_quote_json(&att->quote));
	if (att->ima.p) {
		put_number(o, "ima_first", att->ima_first);
		put_number(o, "ima_bytes", att->ima.n);
	}
	put_hex(o, "epoch", att->epoch, sizeof(att->epoch));
	put_hex(o, "prev", att->prev, sizeof(att->prev));
	put_hex(o, "registration", att->registration, sizeof(att->registration));
	grants = put_list(o, "grants");
	for (size_t i = 0; i < att->n_grants; i++) {
		struct json_object *e = json_object_new_object();

		put_hex(e, "id", att->grants[i].id, sizeof(att->grants[i].id));
		put_hex(e, "digest", att->grants[i].digest, sizeof(att->grants[i].digest));
		wt_json_append(grants, e);
	}
	if (att->unobserved.p)
		wt_json_add(o, "unobserved",
				       json_object_new_string_len((const char *)att->unobserved.p,
								  (int)att->unobserved.n));
	if (att->has_ledger) {
		put_number(o, "ledger_charged_uj", att->ledger_charged_uj);
		put_number(o, "ledger_left_uj", att->ledger_left_uj);
	}
	put_hex(o, "chain_before", att->chain_before, sizeof(att->chain_before));
	put_hex(o, "chain_after", att->chain_after, sizeof(att->chain_after));
	steps = put_list(o, "steps");
	for (size_t i = 0; i < att->n_steps; i++) {
		struct json_object *records = json_object_new_array();

		for (size_t j = 0; j < att->steps[i].n_records; j++, seq++)
			wt_json_append(
				records, record_json(&att->steps[i].records[j], seq, text, cap));
		wt_json_append(steps, records);
	}
	free(text);
	return o;
}

static struct json_object *allotment_json(const struct wt_allotment *allotment)
{
	struct json_object *o = json_object_new_object();

	put_hex(o, "id", allotment->id, sizeof(allotment->id));
	put_number(o, "energy_wh", allotment->wh);
	put_time(o, "not_before_s", allotment->not_before);
	put_time(o, "not_after_s", allotment->not_after);
	put_hex(o, "ueid", allotment->ueid, sizeof(allotment->ueid));
	put_hex(o, "grant_id", allotment->grant_id, sizeof(allotment->grant_id));
	put_hex(o, "grant_digest", allotment->grant_digest, sizeof(allotment->grant_digest));
	return o;
}

static struct json_object *notice_json(const struct wt_notice *notice)
{
	struct json_object *o = json_object_new_object();

	put_hex(o, "id", notice->id, sizeof(notice->id));
	put_text(o, "kind", show_notice_kind(notice->kind));
	put_time(o, "issued_at_s", notice->issued_at);
	put_time(o, "from_s", notice->from);
	if (notice->to > 0)
		put_time(o, "to_s", notice->to);
	put_text(o, "scope", show_notice_scope(notice->scope));
	if (notice->scope == WT_SCOPE_OBJECT)
		put_hex(o, "object", notice->target, WT_ID_LEN);
	else if (notice->scope == WT_SCOPE_RIG)
		put_hex(o, "ueid", notice->target, WT_UEID_LEN);
	else
		put_text(o, show_notice_scope(notice->scope), notice->text);
	if (notice->kind == WT_NOTICE_CURTAIL)
		put_number(o, "max_w", notice->max_w);
	if (*notice->reason)
		put_text(o, "reason", notice->reason);
	return o;
}

static void put_checks(struct json_object *o, const struct wt_result_check *checks, size_t n)
{
	struct json_object *list = put_list(o, "checks");

	for (size_t i = 0; i < n; i++) {
		struct json_object *e = json_object_new_object();

		put_text(e, "check", checks[i].check);
		put_text(e, "tier", wt_tier_name(checks[i].tier));
		put_text(e, "code", checks[i].code);
		put_text(e, "reason", checks[i].reason);
		wt_json_append(list, e);
	}
}

/* The keys of a verdict (lib/verdict_json.c), as far as a result has them. */
static struct json_object *result_json(const struct wt_result *result)
{
	struct json_object *o = json_object_new_object(), *energy;

	put_time(o, "iat_s", result->iat);
	put_text(o, "verifier", result->verifier);
	put_hex(o, "policy", result->policy, sizeof(result->policy));
	put_text(o, "verdict", wt_tier_name(result->tier));
	put_text(o, "rig", result->rig);
	put_hex(o, "ueid", result->ueid, sizeof(result->ueid));
	put_number(o, "assurance", result->assurance);
	put_checks(o, result->checks, result->n_checks);
	put_number(o, "first_seq", result->first_seq);
	put_number(o, "last_seq", result->last_seq);
	put_hex(o, "last_digest", result->last_digest, sizeof(result->last_digest));
	put_number(o, "from_ns", result->from_ns);
	put_number(o, "to_ns", result->to_ns);
	energy = wt_json_add(o, "energy", json_object_new_object());
	put_text(energy, "allocation", show_allocation(result->allocation));
	put_number(energy, "measured_uj", result->measured_uj);
	put_number(energy, "substituted_uj", result->substituted_uj);
	put_number(energy, "charged_low_uj", result->chargeable.low);
	put_number(energy, "charged_uj", result->chargeable.best);
	put_number(energy, "charged_high_uj", result->chargeable.high);
	put_number(energy, "bought_uj", result->bought_uj);
	put_number(energy, "left_uj", result->left_uj);
	return o;
}

/* The keys of verify_print.c, as far as a result has them. */
static struct json_object *site_result_json(const struct wt_site_result *result)
{
	struct json_object *o = json_object_new_object(), *rigs;

	put_time(o, "iat_s", result->iat);
	put_text(o, "verifier", result->verifier);
	put_hex(o, "policy", result->policy, sizeof(result->policy));
	put_text(o, "verdict", wt_tier_name(result->tier));
	put_checks(o, result->checks, result->n_checks);
	put_number(o, "from_ns", result->from_ns);
	put_number(o, "to_ns", result->to_ns);
	put_number(o, "bought_uj", result->bought_uj);
	put_number(o, "charged_low_uj", result->chargeable.low);
	put_number(o, "charged_uj", result->chargeable.best);
	put_number(o, "charged_high_uj", result->chargeable.high);
	rigs = put_list(o, "rigs");
	for (size_t i = 0; i < result->n_rigs; i++) {
		const struct wt_site_result_rig *rig = &result->rigs[i];
		struct json_object *e = json_object_new_object();

		put_text(e, "rig", rig->rig);
		put_hex(e, "ueid", rig->ueid, sizeof(rig->ueid));
		put_text(e, "verdict", wt_tier_name(rig->tier));
		put_text(e, "allocation", show_allocation(rig->allocation));
		if (show_has_result(rig))
			put_hex(e, "result", rig->result, sizeof(rig->result));
		wt_json_append(rigs, e);
	}
	return o;
}

static struct json_object *payload_json(const struct shown *shown)
{
	switch (shown->typ) {
	case WT_TYP_REGISTRATION:
		return registration_json(&shown->registration);
	case WT_TYP_GRANT:
		return grant_json(&shown->grant);
	case WT_TYP_ATTESTATION:
		return attestation_json(&shown->attestation);
	case WT_TYP_ALLOTMENT:
		return allotment_json(&shown->allotment);
	case WT_TYP_NOTICE:
		return notice_json(&shown->notice);
	case WT_TYP_RESULT:
		return result_json(&shown->result);
	case WT_TYP_SITE_RESULT:
		return site_result_json(&shown->site_result);
	case WT_TYP_NONE:
		break;
	}
	return NULL;
}

struct json_object *show_json(const struct shown *shown)
{
	struct json_object *o = json_object_new_object(), *certs;
	const struct wt_cose *cose = &shown->cose;
	uint8_t digest[WT_SHA256_LEN];

	put_text(o, "file", shown->name);
	put_text(o, "type", wt_typ_name(shown->typ));
	wt_json_add(o, "verified", json_object_new_boolean(shown->verified));
	put_number(o, "bytes", cose->whole.n);
	wt_sha256(cose->whole, digest);
	put_hex(o, "sha256", digest, sizeof(digest));
	wt_json_add(o, "alg", json_object_new_int64(cose->alg));
	if (cose->has_x5t)
		put_hex(o, "x5t", cose->x5t, sizeof(cose->x5t));
	certs = put_list(o, "certificates");
	for (size_t i = 0; i < cose->n_x5chain; i++)
		wt_json_append(certs, cert_json(cose->x5chain[i]));
	wt_json_add(
		o, shown->typ == WT_TYP_SITE_RESULT ? "site_result" : wt_typ_name(shown->typ),
		payload_json(shown));
	return o;
}
