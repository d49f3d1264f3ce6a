// SPDX-License-Identifier: Apache-2.0
/* energy plan: for people a table, for a purchasing system integers. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/format.h"
#include "lib/json.h"
#include "lib/timestamp.h"

#include "energy.h"

#define UJ_PER_WH UINT64_C(3600000000)

int energy_draw(const struct energy *energy, uint32_t margin, uint64_t *ret_uw, struct wt_err *err)
{
	uint64_t uw = energy->power_uw, more;

	if (!uw && !wt_draw_uw(&energy->holdings.draw, &uw))
		return wt_fail(
			err, ENODATA,
			"the present draw is not known, as nothing was attested yet today: --power W");
	more = (uint64_t)((unsigned __int128)uw * margin / 100);
	*ret_uw = uw + more;
	return 0;
}

static struct json_object *figure(struct json_object *o, const char *key, uint64_t v)
{
	wt_json_add(o, key, json_object_new_uint64(v));
	return o;
}

static struct json_object *hour_json(const struct wt_plan_hour *hour)
{
	struct json_object *o = json_object_new_object();

	figure(o, "not_before_s", (uint64_t)hour->hour);
	figure(o, "not_after_s", (uint64_t)hour->hour + WT_HOUR_S);
	figure(o, "need_uj", hour->need_uj);
	figure(o, "missing_uj", hour->missing_uj);
	figure(o, "blocks", hour->blocks);
	figure(o, "block_wh", hour->blocks > 1 ? hour->block_wh : hour->last_wh);
	figure(o, "last_block_wh", hour->last_wh);
	return figure(o, "wh", hour->wh);
}

static void show_json(const struct energy *energy, const struct wt_plan_in *in,
		      const struct wt_plan *plan)
{
	struct json_object *o = json_object_new_object(), *hours = json_object_new_array();

	figure(o, "from_s", (uint64_t)in->now);
	figure(o, "until_s", (uint64_t)in->until);
	figure(o, "power_uw", in->draw_uw);
	wt_json_add(o, "power_from",
		    json_object_new_string(energy->power_uw ? "given" : "windows"));
	figure(o, "need_uj", plan->need_uj);
	figure(o, "missing_uj", plan->missing_uj);
	figure(o, "blocks", plan->blocks);
	figure(o, "wh", plan->wh);
	for (size_t i = 0; i < plan->n; i++)
		wt_json_append(hours, hour_json(&plan->hours[i]));
	wt_json_add(o, "hours", hours);
	wt_json_add(o, "limits", caps_json(energy));
	print_json(o);
}

static void blocks_text(const struct wt_plan_hour *hour, char *ret, size_t cap)
{
	char n[WT_GROUPED_LEN], each[WT_GROUPED_LEN], last[WT_GROUPED_LEN];

	wt_grouped(hour->last_wh, last);
	if (hour->blocks == 1)
		snprintf(ret, cap, "1 of %s Wh", last);
	else if (hour->last_wh == hour->block_wh)
		snprintf(ret, cap, "%s of %s Wh", wt_grouped(hour->blocks, n), last);
	else
		snprintf(ret, cap, "%s of %s Wh, 1 of %s Wh", wt_grouped(hour->blocks - 1, n),
			 wt_grouped(hour->block_wh, each), last);
}

static int show(const struct energy *energy, const struct wt_plan_in *in,
		const struct wt_plan *plan)
{
	static const char *const header[] = { "delivery hour", "needed", "missing", "blocks" };
	struct table table = { .columns = 4, .right = 1 << 1 | 1 << 2 };
	char a[WT_FORMAT_LEN], b[WT_FORMAT_LEN], until[WT_TIMESTAMP_LEN], window[WINDOW_LEN],
		blocks[128], n[WT_GROUPED_LEN];
	const char *const cells[] = { window, a, b, blocks };
	int r = 0;

	table_row(&table, header);
	for (size_t i = 0; i < plan->n; i++) {
		const struct wt_plan_hour *hour = &plan->hours[i];

		window_text(hour->hour, hour->hour + WT_HOUR_S, window);
		wt_format_energy(hour->need_uj, a);
		wt_format_energy(hour->missing_uj, b);
		blocks_text(hour, blocks, sizeof(blocks));
		table_row(&table, cells);
	}
	if (plan->n)
		r = table_print(&table, "", "", true);
	table_clear(&table);
	if (r)
		return r;
	wt_timestamp_local(in->until, until);
	wt_format_power(in->draw_uw, a);
	if (!plan->n) {
		printf("covered until %s at %s: nothing to buy\n", until, a);
		return 0;
	}
	printf("buy %s block%s, %s, to be covered until %s at %s%s\n", wt_grouped(plan->blocks, n),
	       plan->blocks == 1 ? "" : "s", wt_format_energy(plan->wh * UJ_PER_WH, b), until, a,
	       energy->power_uw ? "" : ", the present draw");
	wt_timestamp_local(plan->hours[0].from, until);
	printf("the first is used from %s on\n", until);
	return 0;
}

/* The present draw says little of the hours after a curtailment that lowers it. */
static void warn_of_caps(const struct energy *energy)
{
	if (!energy->power_uw && wt_caps_at(&energy->holdings.caps, energy->now) != UINT64_MAX)
		puts("the present draw is that of a curtailed rig: --power W for the hours after");
}

int energy_plan(struct energy *energy)
{
	struct wt_supply *supplies = NULL;
	struct wt_plan_in in = {};
	struct wt_plan plan = {};
	struct wt_err err = {};
	int r = wt_holdings_plan(&energy->holdings, energy->now, &in, &supplies, &err);

	in.until = energy->until;
	in.block_wh = energy->block_wh;
	if (r == 0)
		r = energy_draw(energy, energy->margin, &in.draw_uw, &err);
	if (r == 0)
		r = wt_plan_make(&in, &plan, &err);
	free(supplies);
	if (r < 0)
		return could_not(&energy->common, &err);
	if (energy->common.json) {
		show_json(energy, &in, &plan);
	} else {
		r = show(energy, &in, &plan);
		if (r == 0) {
			caps_print(energy);
			warn_of_caps(energy);
		}
	}
	wt_plan_clear(&plan);
	return r;
}
