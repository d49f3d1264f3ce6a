// SPDX-License-Identifier: Apache-2.0
#include "next.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/format.h"
#include "lib/json.h"
#include "lib/timestamp.h"

#include "command.h"
#include "energy.h"

#define INDENT "           "

/* When the energy ends at the present draw, or 0: no end in sight. */
static int64_t ends_at(const struct wt_outlook *o)
{
	return o->lasts_s > INT64_MAX - (uint64_t)o->at ? 0 : o->at + (int64_t)o->lasts_s;
}

static bool is_over(const struct model *m, const struct wt_plan_hour *hour)
{
	return hour->until <= m->now;
}

static bool too_late(const struct model *m, const struct wt_plan_hour *hour)
{
	return m->config->purchase_lead_min && wt_outlook_too_late(hour, m->config, m->now);
}

static size_t unbought(const struct model *m)
{
	size_t n = 0;

	for (size_t i = 0; i < m->outlook.plan.n; i++)
		n += !is_over(m, &m->outlook.plan.hours[i]);
	return n;
}

static void show_late(const struct wt_plan_hour *hour)
{
	char window[WINDOW_LEN], missing[WT_FORMAT_LEN];

	printf("%stoo late to buy for %s%s: %s are missing\n", colour_on(BAD),
	       window_text(hour->hour, hour->hour + WT_HOUR_S, window), colour_off(BAD),
	       wt_format_energy(hour->missing_uj, missing));
}

static void show_hour(const struct model *m, const struct wt_plan_hour *hour)
{
	char window[WINDOW_LEN], energy[WT_FORMAT_LEN], blocks[WT_GROUPED_LEN],
		before[WT_TIMESTAMP_LEN];
	int64_t at = wt_outlook_buy_before(hour, m->config);
	enum colour colour = at - m->now <= WT_HOUR_S ? DOUBTFUL : PLAIN;

	wt_format_energy(hour->wh * UINT64_C(3600000000), energy);
	wt_timestamp_local(at, before);
	printf("%sbuy %s in %s block%s %s%s for %s%s\n", colour_on(colour), energy,
	       wt_grouped(hour->blocks, blocks), hour->blocks == 1 ? "" : "s",
	       at > m->now ? "before " : "now", at > m->now ? before : "",
	       window_text(hour->hour, hour->hour + WT_HOUR_S, window), colour_off(colour));
}

static void show_end(const struct model *m)
{
	const struct wt_outlook *o = &m->outlook;
	char end[WT_TIMESTAMP_LEN], draw[WT_FORMAT_LEN];
	int64_t at = ends_at(o);

	wt_format_power(o->draw_uw, draw);
	if (at > m->now)
		printf("at %s the energy lasts until %s", draw, wt_timestamp_local(at, end));
	else
		printf("%snothing covers the %s that are drawn%s", colour_on(BAD), draw,
		       colour_off(BAD));
	printf("; hours not bought, of the next %d: %zu\n", WT_OUTLOOK_H, unbought(m));
}

void next_show(const struct model *m)
{
	const struct wt_outlook *o = &m->outlook;
	char until[WT_TIMESTAMP_LEN], draw[WT_FORMAT_LEN];
	const char *label = "next       ";

	if (!m->looked)
		return;
	if (!unbought(m)) {
		printf("%scovered until %s at %s: nothing to buy\n", label,
		       wt_timestamp_local(o->until, until), wt_format_power(o->draw_uw, draw));
		return;
	}
	for (size_t i = 0; i < o->plan.n; i++) {
		const struct wt_plan_hour *hour = &o->plan.hours[i];

		if (is_over(m, hour))
			continue;
		fputs(label, stdout);
		label = INDENT;
		if (too_late(m, hour)) {
			show_late(hour);
			continue;
		}
		show_hour(m, hour);
		break;
	}
	fputs(INDENT, stdout);
	show_end(m);
}

static void figure(struct json_object *o, const char *key, uint64_t v)
{
	wt_json_add(o, key, json_object_new_uint64(v));
}

static struct json_object *hour_json(const struct model *m, const struct wt_plan_hour *hour)
{
	struct json_object *o = json_object_new_object();

	figure(o, "not_before_s", (uint64_t)hour->hour);
	figure(o, "not_after_s", (uint64_t)hour->hour + WT_HOUR_S);
	figure(o, "missing_uj", hour->missing_uj);
	figure(o, "blocks", hour->blocks);
	figure(o, "wh", hour->wh);
	figure(o, "buy_before_s", (uint64_t)wt_outlook_buy_before(hour, m->config));
	wt_json_add(o, "too_late", json_object_new_boolean(too_late(m, hour)));
	return o;
}

struct json_object *next_json(const struct model *m)
{
	struct json_object *o, *hours;

	if (!m->looked)
		return NULL;
	o = json_object_new_object();
	hours = json_object_new_array();
	figure(o, "at_s", (uint64_t)m->outlook.at);
	figure(o, "until_s", (uint64_t)m->outlook.until);
	figure(o, "draw_uw", m->outlook.draw_uw);
	if (ends_at(&m->outlook))
		figure(o, "exhausted_at_s", (uint64_t)ends_at(&m->outlook));
	figure(o, "hours_not_bought", unbought(m));
	for (size_t i = 0; i < m->outlook.plan.n; i++)
		if (!is_over(m, &m->outlook.plan.hours[i]))
			wt_json_append(hours, hour_json(m, &m->outlook.plan.hours[i]));
	wt_json_add(o, "hours", hours);
	return o;
}
