// SPDX-License-Identifier: Apache-2.0
/* A report for programs: the raw integers, keys with their unit, in this order. */
#include "lib/json.h"
#include "lib/report.h"

#include "lib/report_words.h"

static void put_text(struct json_object *o, const char *key, const char *text)
{
	wt_json_add(o, key, json_object_new_string(text));
}

static void put_number(struct json_object *o, const char *key, uint64_t v)
{
	wt_json_add(o, key, json_object_new_uint64(v));
}

static void put_energy(struct json_object *o, const char *key, const struct wt_energy *e)
{
	struct json_object *energy = json_object_new_object();

	put_number(energy, "low_uj", e->low);
	put_number(energy, "best_uj", e->best);
	put_number(energy, "high_uj", e->high);
	wt_json_add(o, key, energy);
}

static void put_id(struct json_object *o, const char *key, const void *id, size_t n)
{
	char hex[2 * WT_UEID_LEN + 1];

	wt_hex(id, n, hex);
	put_text(o, key, hex);
}

static struct json_object *evidence_json(const struct wt_verdict *v)
{
	struct json_object *o = json_object_new_object();

	put_text(o, "rig", v->rig);
	put_id(o, "ueid", v->ueid, WT_UEID_LEN);
	put_number(o, "attestations", v->attestations);
	put_number(o, "first_seq", v->first_seq);
	put_number(o, "last_seq", v->last_seq);
	put_number(o, "from_ns", v->from_ns);
	put_number(o, "to_ns", v->to_ns);
	return o;
}

static struct json_object *findings_json(const struct wt_verdict *v)
{
	struct json_object *list = json_object_new_array(), *o;
	size_t i;

	for (i = 0; i < WT_CHECKS; i++) {
		if (v->checks[i].tier <= WT_AFFIRMING)
			continue;
		o = json_object_new_object();
		put_text(o, "check", wt_check_name(i));
		put_text(o, "tier", wt_tier_name(v->checks[i].tier));
		put_text(o, "code", v->checks[i].code);
		put_text(o, "reason", v->checks[i].reason);
		wt_json_append(list, o);
	}
	return list;
}

static struct json_object *row_json(const struct wt_report *report, const struct wt_report_row *row)
{
	struct json_object *o = json_object_new_object(), *uses = json_object_new_array(), *use;
	const struct wt_account *account;
	size_t i;

	put_number(o, "from_s", (uint64_t)row->from);
	put_number(o, "to_s", (uint64_t)row->to);
	put_number(o, "measured_uj", row->measured_uj);
	put_number(o, "substituted_uj", row->substituted_uj);
	put_energy(o, "chargeable", &row->chargeable);
	put_energy(o, "uncovered", &row->uncovered);
	put_number(o, "covered_ns", row->covered_ns);
	put_number(o, "gap_ns", row->gap_ns);
	put_number(o, "unmeasured_ns", row->unmeasured_ns);
	for (i = 0; i < row->n_uses; i++) {
		account = &report->accounts[row->uses[i].account];
		use = json_object_new_object();
		put_id(use, "purchase", account->id, WT_ID_LEN);
		put_energy(use, "used", &row->uses[i].used);
		if (*account->currency)
			put_number(use, "cost_micro", row->uses[i].cost_micro);
		wt_json_append(uses, use);
	}
	wt_json_add(o, "uses", uses);
	return o;
}

static struct json_object *rows_json(const struct wt_report *report,
				     const struct wt_report_row *rows, size_t n)
{
	struct json_object *list = json_object_new_array();
	size_t i;

	for (i = 0; i < n; i++)
		wt_json_append(list, row_json(report, &rows[i]));
	return list;
}

static struct json_object *purchases_json(const struct wt_report *report)
{
	struct json_object *list = json_object_new_array(), *o;
	const struct wt_account *account;

	for (account = report->accounts; account < report->accounts + report->n_accounts;
	     account++) {
		o = json_object_new_object();
		put_id(o, "purchase", account->id, WT_ID_LEN);
		put_id(o, "grant", account->grant_id, WT_ID_LEN);
		put_text(o, "transaction", account->transaction);
		put_number(o, "not_before_s", (uint64_t)account->not_before);
		put_number(o, "not_after_s", (uint64_t)account->not_after);
		put_number(o, "bought_uj", account->energy_uj);
		if (*account->currency) {
			put_text(o, "currency", account->currency);
			put_number(o, "price_micro_per_kwh", account->price_micro);
		}
		wt_json_append(list, o);
	}
	return list;
}

static struct json_object *tariffs_json(const struct wt_report *report)
{
	struct json_object *list = json_object_new_array(), *o;
	const struct wt_report_tariff *t;

	for (t = report->tariffs; t < report->tariffs + report->n_tariffs; t++) {
		o = json_object_new_object();
		if (*t->currency) {
			put_text(o, "currency", t->currency);
			put_number(o, "price_micro_per_kwh", t->price_micro);
		}
		put_energy(o, "used", &t->used);
		if (*t->currency)
			put_number(o, "cost_micro", t->cost_micro);
		wt_json_append(list, o);
	}
	return list;
}

static struct json_object *gaps_json(const struct wt_report *report)
{
	struct json_object *list = json_object_new_array(), *o;
	const struct wt_report_gap *gap;

	for (gap = report->gaps; gap < report->gaps + report->n_gaps; gap++) {
		o = json_object_new_object();
		put_number(o, "from_ns", gap->from_ns);
		put_number(o, "to_ns", gap->to_ns);
		wt_json_add(o, "attested", json_object_new_boolean(!gap->gap));
		put_number(o, "unmeasured_ns", gap->unmeasured_ns);
		put_number(o, "substituted_uj", gap->substituted_uj);
		if (gap->why)
			put_text(o, "why", gap->why);
		wt_json_append(list, o);
	}
	return list;
}

struct json_object *wt_report_json(const struct wt_report *report)
{
	struct json_object *o = json_object_new_object();
	const struct wt_verdict *v = report->verdict;

	wt_json_add(o, "evidence", evidence_json(v));
	put_text(o, "verdict", wt_tier_name(v->tier));
	wt_json_add(o, "findings", findings_json(v));
	wt_json_add(o, "total", row_json(report, &report->total));
	wt_json_add(o, "tariffs", tariffs_json(report));
	wt_json_add(o, "purchases", purchases_json(report));
	wt_json_add(o, "days", rows_json(report, report->days, report->n_days));
	wt_json_add(o, "hours", rows_json(report, report->hours, report->n_hours));
	wt_json_add(o, "gaps", gaps_json(report));
	return o;
}
