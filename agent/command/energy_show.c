// SPDX-License-Identifier: Apache-2.0
/* energy list, energy balance. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "lib/format.h"
#include "lib/timestamp.h"

#include "energy.h"

static void text(struct json_object *o, const char *key, const char *v)
{
	json_object_object_add(o, key, json_object_new_string(v));
}

static void figure(struct json_object *o, const char *key, uint64_t v)
{
	json_object_object_add(o, key, json_object_new_uint64(v));
}

/* Is it this rig's to spend, or was it? */
static bool spent(const struct wt_holding *v)
{
	return v->state != WT_HOLDING_REFUSED && v->state != WT_HOLDING_SITE;
}

static struct json_object *holding_json(const struct wt_holding *v)
{
	struct json_object *o = json_object_new_object();
	char id[2 * WT_ID_LEN + 1];

	text(o, "file", v->file);
	if (v->readable) {
		wt_hex(v->id, WT_ID_LEN, id);
		text(o, "id", id);
		text(o, "kind", v->share ? "allotment" : "grant");
		if (v->transaction[0])
			text(o, "transaction", v->transaction);
		figure(o, "wh", v->wh);
		figure(o, "not_before_s", (uint64_t)v->not_before);
		figure(o, "not_after_s", (uint64_t)v->not_after);
	}
	text(o, "state", wt_holding_state_name(v->state));
	if (v->state == WT_HOLDING_REFUSED)
		text(o, "reason", v->why);
	if (!spent(v))
		return o;
	figure(o, "bought_uj", v->bought_uj);
	figure(o, "used_uj", v->used_uj);
	figure(o, "left_uj", v->left_uj);
	return o;
}

static enum colour state_colour(enum wt_holding_state state)
{
	return state == WT_HOLDING_REFUSED ? BAD : state == WT_HOLDING_PAST ? DIM : PLAIN;
}

static void add_row(struct table *table, const struct wt_holding *v)
{
	char id[2 * WT_ID_LEN + 1] = "-", window[WINDOW_LEN] = "-", bought[WT_FORMAT_LEN] = "-",
				used[WT_FORMAT_LEN] = "-", left[WT_FORMAT_LEN] = "-", state[400];
	const char *const cells[] = {
		v->transaction[0] ? v->transaction : v->file, id, window, bought, used, left, state
	};

	if (v->readable) {
		wt_hex(v->id, WT_ID_LEN, id);
		id[8] = '\0'; /* enough to tell them apart on a screen */
		window_text(v->not_before, v->not_after, window);
	}
	if (v->state == WT_HOLDING_SITE)
		wt_format_energy(v->wh * UINT64_C(3600000000), bought);
	if (spent(v)) {
		wt_format_energy(v->bought_uj, bought);
		wt_format_energy(v->used_uj, used);
		wt_format_energy(v->left_uj, left);
	}
	snprintf(state, sizeof(state), "%s%s%s%s%s", colour_on(state_colour(v->state)),
		 wt_holding_state_name(v->state), colour_off(state_colour(v->state)),
		 v->state == WT_HOLDING_REFUSED ? ": " : "", v->why);
	table_row(table, cells);
}

int energy_list(struct energy *energy)
{
	static const char *const header[] = { "transaction", "id",   "window", "bought",
					      "used",	     "left", "state" };
	const struct wt_holdings *h = &energy->holdings;
	struct table table = { .columns = 7, .right = 1 << 3 | 1 << 4 | 1 << 5 };
	struct json_object *list;

	if (energy->common.json) {
		list = json_object_new_array();
		for (size_t i = 0; i < h->n; i++)
			json_object_array_add(list, holding_json(&h->v[i]));
		print_json(list);
		return 0;
	}
	table_row(&table, header);
	for (size_t i = 0; i < h->n; i++)
		add_row(&table, &h->v[i]);
	if (h->n)
		table_print(&table, "", "", true);
	else
		printf("%s: no grant\n", h->dir);
	table_clear(&table);
	return 0;
}

/* --- balance ----------------------------------------------------------------------------------------- */

struct balance {
	uint64_t bought_uj, used_uj, left_uj; /* of the grants that are not over */
	bool drawing; /* the draw is known */
	uint64_t draw_uw, lasts_s;
};

static bool counts(const struct wt_holding *v)
{
	return spent(v) && v->state != WT_HOLDING_PAST;
}

static int sum_up(const struct energy *energy, struct balance *b, struct wt_err *err)
{
	const struct wt_holdings *h = &energy->holdings;
	struct wt_supply *supplies;
	size_t n;
	int r = 0;

	*b = (struct balance){};
	for (size_t i = 0; i < h->n; i++) {
		if (!counts(&h->v[i]))
			continue;
		b->bought_uj += h->v[i].bought_uj;
		b->used_uj += h->v[i].used_uj;
		b->left_uj += h->v[i].left_uj;
	}
	b->drawing = wt_draw_uw(&h->draw, &b->draw_uw);
	if (!b->drawing)
		return 0;
	supplies = wt_ledger_supplies(wt_appraisal_ledger(h->appraisal), energy->now, &n);
	if (!supplies)
		return wt_fail(err, ENOMEM, "out of memory");
	r = wt_plan_lasts(supplies, n, energy->now, b->draw_uw, &b->lasts_s, err);
	free(supplies);
	return r;
}

static void balance_json(const struct energy *energy, const struct balance *b)
{
	const struct wt_holdings *h = &energy->holdings;
	struct json_object *o = json_object_new_object(), *grants = json_object_new_array();

	figure(o, "now_s", (uint64_t)energy->now);
	if (h->charged_to_ns)
		figure(o, "charged_to_ns", h->charged_to_ns);
	for (size_t i = 0; i < h->n; i++)
		if (counts(&h->v[i]))
			json_object_array_add(grants, holding_json(&h->v[i]));
	json_object_object_add(o, "grants", grants);
	figure(o, "bought_uj", b->bought_uj);
	figure(o, "used_uj", b->used_uj);
	figure(o, "left_uj", b->left_uj);
	figure(o, "over_uj", h->over.best);
	if (b->drawing)
		figure(o, "draw_uw", b->draw_uw);
	if (b->drawing && b->lasts_s != WT_LASTS_EVER)
		figure(o, "lasts_s", b->lasts_s);
	print_json(o);
}

static void balance_table(const struct energy *energy, const struct balance *b)
{
	static const char *const header[] = { "transaction", "bought", "used", "left", "until" };
	const struct wt_holdings *h = &energy->holdings;
	char bought[WT_FORMAT_LEN], used[WT_FORMAT_LEN], left[WT_FORMAT_LEN],
		until[WT_TIMESTAMP_LEN];
	const char *const total[] = { "total", bought, used, left, "" };
	struct table table = { .columns = 5, .right = 1 << 1 | 1 << 2 | 1 << 3 };

	table_row(&table, header);
	for (size_t i = 0; i < h->n; i++) {
		const struct wt_holding *v = &h->v[i];
		const char *const cells[] = { v->transaction, bought, used, left, until };

		if (!counts(v))
			continue;
		wt_format_energy(v->bought_uj, bought);
		wt_format_energy(v->used_uj, used);
		wt_format_energy(v->left_uj, left);
		wt_timestamp_local(v->not_after, until);
		table_row(&table, cells);
	}
	wt_format_energy(b->bought_uj, bought);
	wt_format_energy(b->used_uj, used);
	wt_format_energy(b->left_uj, left);
	table_row(&table, total);
	table_print(&table, "", "", true);
	table_clear(&table);
}

int energy_balance(struct energy *energy)
{
	const struct wt_holdings *h = &energy->holdings;
	char lasts[WT_FORMAT_LEN], draw[WT_FORMAT_LEN], over[WT_FORMAT_LEN];
	struct wt_err err = {};
	struct balance b;

	if (sum_up(energy, &b, &err) < 0)
		return could_not(&energy->common, &err);
	if (energy->common.json) {
		balance_json(energy, &b);
		return 0;
	}
	balance_table(energy, &b);
	if (!b.drawing)
		puts("how long it lasts is not known: nothing was attested yet today");
	else if (b.lasts_s == WT_LASTS_EVER)
		puts("nothing is drawn at present");
	else
		printf("%slasts %s at %s%s\n", colour_on(b.lasts_s ? PLAIN : BAD),
		       wt_format_duration(b.lasts_s, lasts), wt_format_power(b.draw_uw, draw),
		       colour_off(b.lasts_s ? PLAIN : BAD));
	if (h->over.best)
		printf("%s%s were used that no grant covered%s\n", colour_on(BAD),
		       wt_format_energy(h->over.best, over), colour_off(BAD));
	return 0;
}
