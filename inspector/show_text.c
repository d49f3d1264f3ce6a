// SPDX-License-Identifier: Apache-2.0
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "inspector/inspect.h"
#include "inspector/show.h"
#include "lib/format.h"
#include "lib/record.h"
#include "lib/timestamp.h"

#define RECORD_LINE 131072 /* a WINDOW of 1,024 devices */

static void line(const char *label, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void line(const char *label, const char *format, ...)
{
	va_list ap;

	printf("  %-15s ", label);
	va_start(ap, format);
	vprintf(format, ap);
	va_end(ap);
	putchar('\n');
}

static void line_hex(const char *label, const void *p, size_t n)
{
	char hex[2 * 64 + 1];

	wt_hex(p, n > 64 ? 64 : n, hex);
	line(label, "%s", hex);
}

/* Text from an object that nobody has vouched for. */
static void line_text(const char *label, struct wt_span text)
{
	char clean[257];

	snprintf(clean, sizeof(clean), "%.*s", (int)(text.n > 256 ? 256 : text.n),
		 (const char *)text.p);
	inspect_clean(clean);
	line(label, "%s", clean);
}

static void line_time(const char *label, int64_t at)
{
	char text[WT_TIMESTAMP_LEN];

	line(label, "%s", wt_timestamp_local(at, text));
}

static void line_window(const char *label, int64_t from, int64_t until)
{
	char a[WT_TIMESTAMP_LEN], b[WT_TIMESTAMP_LEN];

	line(label, "%s until %s", wt_timestamp_local(from, a), wt_timestamp_local(until, b));
}

static void line_cert(const char *label, struct wt_span der)
{
	__attribute__((cleanup(wt_cert_freep))) struct wt_cert *cert = NULL;
	char a[WT_TIMESTAMP_LEN], b[WT_TIMESTAMP_LEN];
	struct wt_err err = { 0 };
	int64_t from, until;
	char name[256];

	if (wt_cert_parse(der, &cert, &err) < 0) {
		inspect_clean(err.msg);
		line(label, "cannot be read: %s", err.msg);
		return;
	}
	snprintf(name, sizeof(name), "%s", wt_cert_name(cert));
	inspect_clean(name);
	wt_cert_validity(cert, &from, &until);
	line(label, "%s, %s until %s", name, wt_timestamp_local(from, a),
	     wt_timestamp_local(until, b));
}

static void show_envelope(const struct shown *shown)
{
	const struct wt_cose *cose = &shown->cose;
	uint8_t digest[WT_SHA256_LEN];
	char typ[40];

	snprintf(typ, sizeof(typ), "%s", wt_typ_name(shown->typ));
	*typ = (char)(*typ >= 'a' && *typ <= 'z' ? *typ - 'a' + 'A' : *typ);
	printf("%s: %s, %zu bytes, %s\n", typ, shown->name, cose->whole.n,
	       shown->verified ? "rightly signed" : "decoded only: no signature was verified");
	wt_sha256(cose->whole, digest);
	line_hex("digest", digest, sizeof(digest));
	line("algorithm", "%s",
	     cose->alg == WT_ALG_ES256	 ? "ES256"
	     : cose->alg == WT_ALG_EDDSA ? "EdDSA"
					 : "not one of ours");
	if (cose->has_x5t)
		line_hex("signer (x5t)", cose->x5t, sizeof(cose->x5t));
	for (size_t i = 0; i < cose->n_x5chain; i++)
		line_cert(i == 0 ? "carries" : "", cose->x5chain[i]);
}

static const char *rating(const struct wt_reg_device *d, char ret[96])
{
	int n = 0;

	*ret = '\0';
	if (d->rated_mw > 0)
		n = snprintf(ret, 96, ", %" PRIu32 ".%03" PRIu32 " W", d->rated_mw / 1000,
			     d->rated_mw % 1000);
	if (d->rated_mhs > 0)
		snprintf(ret + n, (size_t)(96 - n), ", %" PRIu64 ".%03" PRIu64 " GH/s",
			 d->rated_mhs / 1000, d->rated_mhs % 1000);
	return ret;
}

static const char *role_name(enum wt_role role)
{
	return role == WT_ROLE_INPUT ? "input" : role == WT_ROLE_OUTPUT ? "output" : "check";
}

static void show_tpm(const struct wt_reg_tpm *tpm)
{
	uint8_t ak[WT_SHA256_LEN];
	char hex[2 * WT_SHA256_LEN + 1];

	if (!tpm->ak.p) {
		line("key", "in a file");
		return;
	}
	line("key", "in a TPM");
	line_hex("endorsed by", tpm->ek, sizeof(tpm->ek));
	wt_sha256(tpm->ak, ak);
	line_hex("attests with", ak, sizeof(ak));
	for (size_t i = 0; i < tpm->n_boot; i++) {
		wt_hex(tpm->boot[i].value, sizeof(tpm->boot[i].value), hex);
		line(i == 0 ? "boot state" : "", "PCR %u %s", tpm->boot[i].index, hex);
	}
}

static void show_references(const struct wt_registration *reg)
{
	char hex[2 * WT_SHA256_LEN + 1];

	for (size_t i = 0; i < reg->n_references; i++) {
		const struct wt_reference *ref = &reg->references[i];

		wt_hex(ref->digest, wt_reference_digest_len(ref->kind), hex);
		line(i == 0 ? "should run" : "", "%s %s: %s", wt_reference_kind_name(ref->kind),
		     ref->name, hex);
	}
}

static void show_registration(const struct wt_registration *reg)
{
	char name[256], text[WT_TIMESTAMP_LEN], rated[96], idle[WT_IDLE_LEN];

	line_hex("id", reg->id, sizeof(reg->id));
	line("rig", "%s", reg->rig);
	line_hex("rig id (ueid)", reg->ueid, sizeof(reg->ueid));
	line_cert("rig certificate", reg->rig_cert);
	line_window("valid", reg->not_before, reg->not_after);
	line("licence", "%s, %s", reg->licence, reg->holder);
	line("site", "%s, zone %s", reg->site, reg->zone);
	line("nameplate", "%" PRIu32 " W", reg->nameplate_w);
	for (size_t i = 0; i < reg->n_pools; i++)
		line(i == 0 ? "pools" : "", "%s", reg->pools[i]);
	for (size_t i = 0; i < reg->n_idle; i++)
		line(i == 0 ? "off" : "", "%s", wt_idle_words(&reg->idle[i], idle));
	show_tpm(&reg->tpm);
	show_references(reg);
	line("devices", "%zu", reg->n_devices);
	for (size_t i = 0; i < reg->n_devices; i++) {
		const struct wt_reg_device *d = &reg->devices[i];

		wt_device_name(d->bus, d->vid, d->pid, d->serial, d->path, name, sizeof(name));
		printf("    %s%s%s: %s%s\n", name, *d->serial && *d->path ? " at " : "",
		       *d->serial ? d->path : "", d->model, rating(d, rated));
	}
	line("sources", "%zu", reg->n_sources);
	for (size_t i = 0; i < reg->n_sources; i++) {
		const struct wt_reg_source *s = &reg->sources[i];

		wt_source_name(s->chip, s->parent, s->attribute, s->label, name, sizeof(name));
		printf("    %s: %s, +-%" PRIu32 ".%04" PRIu32 " %%, %s%s\n", name,
		       role_name(s->role), s->class_ppm / 10000, s->class_ppm % 10000,
		       s->calibrated_until ? "calibrated until " : "never calibrated",
		       s->calibrated_until ? wt_timestamp_local(s->calibrated_until, text) : "");
		if (strchr(s->parent, '/'))
			printf("        at %s\n", s->parent);
	}
}

static void show_grant(const struct wt_grant *grant)
{
	line_hex("id", grant->id, sizeof(grant->id));
	line("energy", "%" PRIu32 " Wh", grant->wh);
	line_window("delivery", grant->not_before, grant->not_after);
	if (grant->to_site)
		line_hex("for site key", grant->site_key, sizeof(grant->site_key));
	else
		line_hex("for rig (ueid)", grant->spender, sizeof(grant->spender));
	line("transaction", "%s", grant->transaction);
	line("licence", "%s", grant->licence);
	line("zone", "%s, metering point %s", grant->zone, grant->metering_point);
	if (*grant->currency)
		line("price", "%" PRIu64 ".%06" PRIu64 " %s/kWh", grant->price_micro / 1000000,
		     grant->price_micro % 1000000, grant->currency);
}

static const char *clock_name(enum wt_clock clock)
{
	switch (clock) {
	case WT_CLOCK_UNKNOWN:
		return "unknown";
	case WT_CLOCK_INFORMATIVE:
		return "informative";
	case WT_CLOCK_SYNCHRONISED:
		return "synchronised";
	case WT_CLOCK_RELATIVE:
		return "relative";
	}
	return "?";
}

static void show_records(const struct wt_attestation *att)
{
	char text[RECORD_LINE]; /* not allocated: without memory the records would be missing, and nobody told */
	uint64_t seq = att->first_seq;

	for (size_t i = 0; i < att->n_steps; i++) {
		const struct wt_att_step *step = &att->steps[i];

		printf("  step %zu of %zu%s\n", i + 1, att->n_steps, step->mac.p ? ", keyed" : "");
		for (size_t j = 0; j < step->n_records; j++, seq++) {
			const struct wt_att_record *raw = &step->records[j];
			struct wt_err err = { 0 };
			struct wt_record rec;

			if (!raw->raw.p) {
				wt_hex(raw->digest, sizeof(raw->digest), text);
				printf("  %6" PRIu64 "  pruned, digest %s\n", seq, text);
				continue;
			}
			if (wt_record_decode(raw->raw, &rec, &err) < 0) {
				inspect_clean(err.msg);
				printf("  %6" PRIu64 "  cannot be read: %s\n", seq, err.msg);
				continue;
			}
			wt_record_print(&rec, text, RECORD_LINE);
			printf("  %6" PRIu64 " %7" PRIu64 ".%03" PRIu64 " s  %s\n", rec.seq,
			       rec.boottime_ns / UINT64_C(1000000000),
			       rec.boottime_ns / UINT64_C(1000000) % 1000, text);
		}
	}
}

static void show_attestation(const struct wt_attestation *att)
{
	static const uint8_t none[WT_SHA256_LEN];
	char text[WT_FORMAT_LEN], words[256];

	line_hex("rig id (ueid)", att->ueid, sizeof(att->ueid));
	line("number", "%" PRIu64, att->seq);
	line_time("signed", att->iat);
	if (att->uptime_s > 0) /* else the records say it */
		line("host up", "%s", wt_format_duration(att->uptime_s, text));
	if (att->clock_bound_us > 0)
		line("clock", "%s, within %" PRIu64 " us", clock_name(att->clock),
		     att->clock_bound_us);
	else
		line("clock", "%s", clock_name(att->clock));
	if (att->nonce.p)
		line_hex("nonce", att->nonce.p, att->nonce.n);
	line("key", "%s, as the rig says",
	     att->key_place == WT_KEY_IN_TPM ? "in a TPM" : "in a file");
	if (att->quote.attest.p) {
		show_quote_words(&att->quote, words, sizeof(words));
		line("TPM quote", "%s", words);
	}
	if (att->ima.p)
		line("IMA list", "%zu bytes, from entry %" PRIu64 " on", att->ima.n,
		     att->ima_first);
	line_hex("epoch", att->epoch, sizeof(att->epoch));
	if (memcmp(att->prev, none, sizeof(none)) != 0)
		line_hex("previous", att->prev, sizeof(att->prev));
	else
		line("previous", "none: the first");
	if (memcmp(att->registration, none, sizeof(none)) != 0)
		line_hex("registration", att->registration, sizeof(att->registration));
	else
		line("registration", "none");
	for (size_t i = 0; i < att->n_grants; i++)
		line_hex(i == 0 ? "spends grants" : "", att->grants[i].id,
			 sizeof(att->grants[i].id));
	if (att->n_grants == 0)
		line("spends grants", "none");
	if (att->unobserved.p)
		line_text("unobserved", att->unobserved);
	if (att->has_ledger) {
		line("rig's ledger", "charged %s (its own word, never believed)",
		     wt_format_energy(att->ledger_charged_uj, text));
		line("", "left %s", wt_format_energy(att->ledger_left_uj, text));
	}
	line_hex("chain before", att->chain_before, sizeof(att->chain_before));
	line_hex("chain after", att->chain_after, sizeof(att->chain_after));
	show_records(att);
}

static void show_allotment(const struct wt_allotment *allotment)
{
	line_hex("id", allotment->id, sizeof(allotment->id));
	line("energy", "%" PRIu32 " Wh", allotment->wh);
	line_window("delivery", allotment->not_before, allotment->not_after);
	line_hex("for rig (ueid)", allotment->ueid, sizeof(allotment->ueid));
	line_hex("share of grant", allotment->grant_id, sizeof(allotment->grant_id));
	line_hex("its digest", allotment->grant_digest, sizeof(allotment->grant_digest));
}

static void show_notice(const struct wt_notice *notice)
{
	char object[2 * WT_ID_LEN + 1];

	wt_hex(notice->target, WT_ID_LEN, object);
	line_hex("id", notice->id, sizeof(notice->id));
	line_time("issued", notice->issued_at);
	switch (notice->kind) {
	case WT_NOTICE_REVOKE_GRANT:
		line("revokes", "grant %s", object);
		break;
	case WT_NOTICE_REVOKE_REGISTRATION:
		line("revokes", "registration %s", object);
		break;
	case WT_NOTICE_CURTAIL:
		line("curtails", "to at most %" PRIu32 " W", notice->max_w);
		break;
	case WT_NOTICE_OFF:
		line("says", "off, as far as the meters bear it out");
		break;
	}
	if (notice->scope == WT_SCOPE_RIG)
		line_hex("rig (ueid)", notice->target, WT_UEID_LEN);
	else if (notice->scope != WT_SCOPE_OBJECT)
		line(show_notice_scope(notice->scope), "%s", notice->text);
	if (notice->to > 0)
		line_window("from", notice->from, notice->to);
	else
		line_time("from", notice->from);
	if (*notice->reason)
		line("reason", "%s", notice->reason);
}

static void show_checks(const struct wt_result_check *checks, size_t n)
{
	for (size_t i = 0; i < n; i++)
		printf("    %-13s %-15s  %s: %s\n", checks[i].check, wt_tier_name(checks[i].tier),
		       checks[i].code, checks[i].reason);
}

static void show_result(const struct wt_result *result)
{
	char text[WT_FORMAT_LEN], low[WT_FORMAT_LEN], high[WT_FORMAT_LEN];

	line("rig", "%s", *result->rig ? result->rig : "without a name: not registered");
	line_hex("rig id (ueid)", result->ueid, sizeof(result->ueid));
	line("judged by", "%s", result->verifier);
	line_time("at", result->iat);
	line_hex("looked at", result->policy, sizeof(result->policy));
	line("its verdict", "%s, allocation %s, assurance %u of 3",
	     result->tier == WT_NONE ? "could not judge" : wt_tier_name(result->tier),
	     show_allocation(result->allocation), result->assurance);
	if (result->last_seq > 0) {
		line("attestations", "%" PRIu64 " to %" PRIu64, result->first_seq,
		     result->last_seq);
		line_hex("the last", result->last_digest, sizeof(result->last_digest));
	} else {
		line("attestations", "none");
	}
	if (result->to_ns > 0)
		line_window("time", (int64_t)(result->from_ns / UINT64_C(1000000000)),
			    (int64_t)(result->to_ns / UINT64_C(1000000000)));
	line("measured", "%s", wt_format_energy(result->measured_uj, text));
	line("substituted", "%s", wt_format_energy(result->substituted_uj, text));
	line("charged", "%s, between %s and %s", wt_format_energy(result->chargeable.best, text),
	     wt_format_energy(result->chargeable.low, low),
	     wt_format_energy(result->chargeable.high, high));
	line("bought", "%s", wt_format_energy(result->bought_uj, text));
	line("left", "%s", wt_format_energy(result->left_uj, text));
	show_checks(result->checks, result->n_checks);
}

bool show_has_result(const struct wt_site_result_rig *rig)
{
	static const uint8_t none[WT_SHA256_LEN];

	return memcmp(rig->result, none, sizeof(none)) != 0;
}

static void show_site_result(const struct wt_site_result *result)
{
	char text[WT_FORMAT_LEN], low[WT_FORMAT_LEN], high[WT_FORMAT_LEN];

	line("judged by", "%s", result->verifier);
	line_time("at", result->iat);
	line_hex("looked at", result->policy, sizeof(result->policy));
	line("its verdict", "%s, on %zu rigs together",
	     result->tier == WT_NONE ? "could not judge" : wt_tier_name(result->tier),
	     result->n_rigs);
	if (result->to_ns > 0)
		line_window("time", (int64_t)(result->from_ns / UINT64_C(1000000000)),
			    (int64_t)(result->to_ns / UINT64_C(1000000000)));
	line("charged", "%s, between %s and %s", wt_format_energy(result->chargeable.best, text),
	     wt_format_energy(result->chargeable.low, low),
	     wt_format_energy(result->chargeable.high, high));
	line("bought", "%s", wt_format_energy(result->bought_uj, text));
	show_checks(result->checks, result->n_checks);
	for (size_t i = 0; i < result->n_rigs; i++) {
		const struct wt_site_result_rig *rig = &result->rigs[i];
		char ueid[2 * WT_UEID_LEN + 1], digest[2 * WT_SHA256_LEN + 1];

		wt_hex(rig->ueid, sizeof(rig->ueid), ueid);
		wt_hex(rig->result, sizeof(rig->result), digest);
		printf("    %-13s %-15s  allocation %s, %s%s\n", *rig->rig ? rig->rig : ueid,
		       rig->tier == WT_NONE ? "none" : wt_tier_name(rig->tier),
		       show_allocation(rig->allocation),
		       show_has_result(rig) ? "result " : "no result: it sent nothing",
		       show_has_result(rig) ? digest : "");
	}
}

void show_text(const struct shown *shown)
{
	show_envelope(shown);
	switch (shown->typ) {
	case WT_TYP_REGISTRATION:
		show_registration(&shown->registration);
		break;
	case WT_TYP_GRANT:
		show_grant(&shown->grant);
		break;
	case WT_TYP_ATTESTATION:
		show_attestation(&shown->attestation);
		break;
	case WT_TYP_ALLOTMENT:
		show_allotment(&shown->allotment);
		break;
	case WT_TYP_NOTICE:
		show_notice(&shown->notice);
		break;
	case WT_TYP_RESULT:
		show_result(&shown->result);
		break;
	case WT_TYP_SITE_RESULT:
		show_site_result(&shown->site_result);
		break;
	case WT_TYP_NONE:
		break;
	}
}
