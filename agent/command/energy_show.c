// SPDX-License-Identifier: Apache-2.0
/* energy list, energy balance. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/format.h"
#include "lib/json.h"
#include "lib/timestamp.h"

#include "energy.h"

static void text(struct json_object *o, const char *key, const char *v)
{
	wt_json_add(o, key, json_object_new_string(v));
}

static void figure(struct json_object *o, const char *key, uint64_t v)
{
	wt_json_add(o, key, json_object_new_uint64(v));
}

/* Is it this rig's to spend, or was it? */
static bool spent(const struct wt_holding *v)
{
	return !v->notice && v->state != WT_HOLDING_REFUSED && v->state != WT_HOLDING_SITE;
}

/* As `wattest-authority notice` names them. */
static const char *kind_name(const struct wt_holding *v)
{
	switch (v->notice) {
	case WT_NOTICE_REVOKE_GRANT:
		return "revoke-grant";
	case WT_NOTICE_REVOKE_REGISTRATION:
		return "revoke-registration";
	case WT_NOTICE_CURTAIL:
		return "curtail";
	case WT_NOTICE_OFF:
		return "off";
	}
	return v->share ? "allotment" : "grant";
}

static struct json_object *holding_json(const struct wt_holding *v)
{
	struct json_object *o = json_object_new_object();
	char id[2 * WT_ID_LEN + 1];

	text(o, "file", v->file);
	if (v->readable) {
		wt_hex(v->id, WT_ID_LEN, id);
		text(o, "id", id);
		text(o, "kind", kind_name(v));
		if (v->transaction[0])
			text(o, "transaction", v->transaction);
		if (!v->notice)
			figure(o, "wh", v->wh);
		if (v->notice == WT_NOTICE_CURTAIL)
			figure(o, "max_w", v->max_w);
		figure(o, "not_before_s", (uint64_t)v->not_before);
		if (v->not_after)
			figure(o, "not_after_s", (uint64_t)v->not_after);
		if (v->note[0])
			text(o, "note", v->note);
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
	return state == WT_HOLDING_REFUSED				? BAD
	       : state == WT_HOLDING_IN_FORCE				? DOUBTFUL
	       : state == WT_HOLDING_PAST || state == WT_HOLDING_OTHERS ? DIM
									: PLAIN;
}

/* What a notice says, where a grant has its transaction. */
static const char *name_of(const struct wt_holding *v, char *ret, size_t cap)
{
	char watts[WT_GROUPED_LEN];

	if (v->notice == WT_NOTICE_CURTAIL)
		snprintf(ret, cap, "at most %s W", wt_grouped(v->max_w, watts));
	else if (v->notice)
		snprintf(ret, cap, "%s", kind_name(v));
	else
		snprintf(ret, cap, "%s", v->transaction[0] ? v->transaction : v->file);
	return ret;
}

static void add_row(struct table *table, const struct wt_holding *v)
{
	char id[2 * WT_ID_LEN + 1] = "-", window[WINDOW_LEN] = "-", bought[WT_FORMAT_LEN] = "-",
				used[WT_FORMAT_LEN] = "-", left[WT_FORMAT_LEN] = "-", state[540],
				name[sizeof(v->file)], from[WT_TIMESTAMP_LEN];
	const char *const cells[] = { name, id, window, bought, used, left, state };

	if (v->readable) {
		wt_hex(v->id, WT_ID_LEN, id);
		id[8] = '\0'; /* enough to tell them apart on a screen */
		if (v->not_after)
			window_text(v->not_before, v->not_after, window);
		else
			snprintf(window, sizeof(window), "from %s on",
				 wt_timestamp_local(v->not_before, from));
	}
	name_of(v, name, sizeof(name));
	if (v->state == WT_HOLDING_SITE)
		wt_format_energy(v->wh * UINT64_C(3600000000), bought);
	if (spent(v)) {
		wt_format_energy(v->bought_uj, bought);
		wt_format_energy(v->used_uj, used);
		wt_format_energy(v->left_uj, left);
	}
	snprintf(state, sizeof(state), "%s%s%s%s%s%s%s", colour_on(state_colour(v->state)),
		 wt_holding_state_name(v->state), colour_off(state_colour(v->state)),
		 v->state == WT_HOLDING_REFUSED ? ": " : "", v->why, v->note[0] ? ": " : "",
		 v->note);
	table_row(table, cells);
}

int energy_list(struct energy *energy)
{
	static const char *const header[] = { "transaction", "id",   "window", "bought",
					      "used",	     "left", "state" };
	const struct wt_holdings *h = &energy->holdings;
	struct table table = { .columns = 7, .right = 1 << 3 | 1 << 4 | 1 << 5 };
	struct json_object *list;
	int r = 0;

	if (energy->common.json) {
		list = json_object_new_array();
		for (size_t i = 0; i < h->n; i++)
			wt_json_append(list, holding_json(&h->v[i]));
		print_json(list);
		return 0;
	}
	table_row(&table, header);
	for (size_t i = 0; i < h->n; i++)
		add_row(&table, &h->v[i]);
	if (h->n)
		r = table_print(&table, "", "", true);
	else
		printf("%s: no grant, no notice\n", h->dir);
	table_clear(&table);
	return r;
}

/* --- what authorities allow ------------------------------------------------------------------------- */

void caps_print(const struct energy *energy)
{
	const struct wt_registration *reg = wt_appraisal_registered(energy->holdings.appraisal);
	const struct wt_caps *caps = &energy->holdings.caps;
	char window[WINDOW_LEN], watts[WT_FORMAT_LEN], words[WT_IDLE_LEN];

	for (size_t i = 0; i < caps->n; i++) {
		const struct wt_cap *cap = &caps->v[i];

		if (cap->until <= energy->now || cap->scheduled)
			continue;
		window_text(cap->from, cap->until, window);
		if (cap->max_uw)
			printf("%scurtailed to at most %s for %s%s\n", colour_on(DOUBTFUL),
			       wt_format_power(cap->max_uw, watts), window, colour_off(DOUBTFUL));
		else
			printf("%soff for %s%s\n", colour_on(DOUBTFUL), window,
			       colour_off(DOUBTFUL));
	}
	for (size_t i = 0; i < reg->n_idle; i++)
		printf("off by the registration: %s\n", wt_idle_words(&reg->idle[i], words));
}

struct json_object *caps_json(const struct energy *energy)
{
	const struct wt_caps *caps = &energy->holdings.caps;
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < caps->n; i++) {
		const struct wt_cap *cap = &caps->v[i];
		struct json_object *o;

		if (cap->until <= energy->now || (cap->scheduled && cap->from >= energy->until))
			continue;
		o = json_object_new_object();
		figure(o, "max_uw", cap->max_uw);
		figure(o, "from_s", (uint64_t)cap->from);
		figure(o, "until_s", (uint64_t)cap->until);
		text(o, "by", cap->scheduled ? "registration" : "notice");
		wt_json_append(list, o);
	}
	return list;
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
	struct wt_plan_in in;
	int r;

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
	r = wt_holdings_plan(h, energy->now, &in, &supplies, err);
	if (r < 0)
		return r;
	in.draw_uw = b->draw_uw;
	r = wt_plan_lasts(&in, &b->lasts_s, err);
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
			wt_json_append(grants, holding_json(&h->v[i]));
	wt_json_add(o, "grants", grants);
	figure(o, "bought_uj", b->bought_uj);
	figure(o, "used_uj", b->used_uj);
	figure(o, "left_uj", b->left_uj);
	figure(o, "over_uj", h->over.best);
	if (b->drawing)
		figure(o, "draw_uw", b->draw_uw);
	if (b->drawing && b->lasts_s != WT_LASTS_EVER)
		figure(o, "lasts_s", b->lasts_s);
	wt_json_add(o, "limits", caps_json(energy));
	print_json(o);
}

static int balance_table(const struct energy *energy, const struct balance *b)
{
	static const char *const header[] = { "transaction", "bought", "used", "left", "until" };
	const struct wt_holdings *h = &energy->holdings;
	char bought[WT_FORMAT_LEN], used[WT_FORMAT_LEN], left[WT_FORMAT_LEN],
		until[WT_TIMESTAMP_LEN];
	const char *const total[] = { "total", bought, used, left, "" };
	struct table table = { .columns = 5, .right = 1 << 1 | 1 << 2 | 1 << 3 };
	int r;

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
	r = table_print(&table, "", "", true);
	table_clear(&table);
	return r;
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
	if (balance_table(energy, &b))
		return EXIT_COULD_NOT;
	if (!b.drawing)
		puts("how long it lasts is not known: nothing was attested yet today");
	else if (b.lasts_s == WT_LASTS_EVER)
		puts("nothing is drawn at present");
	else
		printf("%slasts %s at %s%s\n", colour_on(b.lasts_s ? PLAIN : BAD),
		       wt_format_duration(b.lasts_s, lasts), wt_format_power(b.draw_uw, draw),
		       colour_off(b.lasts_s ? PLAIN : BAD));
	caps_print(energy);
	if (h->over.best)
		printf("%s%s were used that no grant covered%s\n", colour_on(BAD),
		       wt_format_energy(h->over.best, over), colour_off(BAD));
	return 0;
}
