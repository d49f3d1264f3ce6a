// SPDX-License-Identifier: Apache-2.0
/*
 * energy buy: has the operator's adapter buy what the plan says, and takes in what it got.
 *
 * A transaction's id follows from the rig, the delivery hour and a count of what was bought for that
 * hour already: asked again after a crash it is the same, and the platform gives the grant that it
 * sold instead of selling a second one, though by now less or more may be missing. What is missing
 * then is planned anew. Whole hours are planned, and an hour that is covered at the present draw is
 * left alone, so that a draw which wavers buys no crumbs.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "agent/control.h"
#include "agent/outlook.h"
#include "lib/base64.h"
#include "lib/format.h"
#include "lib/json.h"

#include "energy.h"
#include "exchange.h"

#define TRANSACTION_LEN 64
#define ROUNDS 3

struct purchase {
	char transaction[TRANSACTION_LEN];
	int64_t hour;
	uint32_t wh;
	bool done;
};

struct buying {
	struct energy *energy;
	struct purchase *v;
	size_t n;
	size_t failed;
	size_t late; /* hours that begin too soon */
	bool told; /* of the late ones */
};

/* --- what could not be bought ------------------------------------------------------------------------ */

/* An adapter's words go to terminals, journals and hooks: up to what is no plain text. */
static void plain(const char *said, char *ret, size_t cap)
{
	size_t n = wt_text_plain_part(said, cap - 1);

	if (n)
		snprintf(ret, cap, "%.*s", (int)n, said);
	else
		snprintf(ret, cap, "no reason was given");
}

/* Has the daemon run the operator's hooks. */
static void tell(const struct common *common, int64_t hour, const char *why)
{
	struct wt_control_request request = { .op = WT_CONTROL_PURCHASE_FAILED, .hour = hour };
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf nothing = {};
	struct wt_err err = {};
	int fd, r = wt_control_connect(common->config.run, &fd, &err);

	if (r == 0) {
		plain(why, request.reason, sizeof(request.reason));
		r = wt_control_send_request(fd, &request, &err);
		if (r == 0)
			r = wt_control_recv_reply(fd, &nothing, &err);
		close(fd);
	}
	if (r < 0)
		fprintf(stderr, "%s: hooks are not told: %s\n", common->command, err.msg);
}

static void fail(struct buying *buying, struct purchase *p, const char *said)
{
	const struct common *common = &buying->energy->common;
	char window[WINDOW_LEN], why[300];

	plain(said, why, sizeof(why));
	p->done = true;
	buying->failed++;
	fprintf(stderr, "%s: %s for %s: %s\n", common->command, p->transaction,
		window_text(p->hour, p->hour + WT_HOUR_S, window), why);
	tell(common, p->hour, why);
}

/* An hour that begins too soon: once, however many rounds there are. */
static void tell_late(struct buying *buying, const struct wt_plan_hour *hour)
{
	const struct common *common = &buying->energy->common;
	const char *why = wt_outlook_too_late(hour, &common->config, buying->energy->now);
	char window[WINDOW_LEN], missing[WT_FORMAT_LEN];

	buying->late++;
	if (buying->told)
		return;
	fprintf(stderr, "%s: %s for %s, and %s are missing\n", common->command, why,
		window_text(hour->hour, hour->hour + WT_HOUR_S, window),
		wt_format_energy(hour->missing_uj, missing));
	if (!common->json)
		tell(common, hour->hour, why);
}

/* --- what to buy ------------------------------------------------------------------------------------- */

/* "01a2b3c4d5e6f708-20261121T23": of this rig, for that hour. */
static void hour_name(const struct energy *energy, int64_t hour, char ret[TRANSACTION_LEN])
{
	const struct wt_registration *reg = wt_appraisal_registered(energy->holdings.appraisal);
	char rig[2 * WT_UEID_LEN + 1], at[16];
	time_t t = (time_t)hour;
	struct tm tm = {};

	wt_hex(reg->ueid + 1, WT_UEID_LEN - 1, rig);
	gmtime_r(&t, &tm);
	strftime(at, sizeof(at), "%Y%m%dT%H", &tm);
	snprintf(ret, TRANSACTION_LEN, "%.16s-%s", rig, at);
}

/* How many were bought for it before. */
static unsigned long bought(const struct energy *energy, const char *name)
{
	const struct wt_holdings *h = &energy->holdings;
	unsigned long most = 0;

	for (size_t i = 0; i < h->n; i++) {
		const char *t = h->v[i].transaction;
		unsigned long k;

		if (h->v[i].state == WT_HOLDING_REFUSED || strncmp(t, name, strlen(name)) ||
		    t[strlen(name)] != '-')
			continue;
		k = strtoul(t + strlen(name) + 1, NULL, 10);
		most = k > most ? k : most;
	}
	return most;
}

static int add_hour(struct buying *buying, const struct wt_plan_hour *hour, struct wt_err *err)
{
	char name[TRANSACTION_LEN];
	unsigned long first;
	struct purchase *v;

	hour_name(buying->energy, hour->hour, name);
	first = bought(buying->energy, name) + 1;
	v = reallocarray(buying->v, buying->n + hour->blocks, sizeof(*v));
	if (!v)
		return wt_fail(err, ENOMEM, "out of memory");
	buying->v = v;
	for (uint64_t i = 0; i < hour->blocks; i++) {
		struct purchase *p = &v[buying->n++];

		*p = (struct purchase){ .hour = hour->hour };
		snprintf(p->transaction, sizeof(p->transaction), "%.40s-%" PRIu64, name, first + i);
		p->wh = i + 1 < hour->blocks ? hour->block_wh : hour->last_wh;
	}
	return 0;
}

static bool is_short(const struct wt_plan *plan, int64_t hour)
{
	for (size_t i = 0; i < plan->n; i++)
		if (plan->hours[i].hour == hour)
			return true;
	return false;
}

/* The hours that the present draw leaves short, with the margin's sizes. */
static int choose(struct buying *buying, const struct wt_plan *bare, const struct wt_plan *wide,
		  struct wt_err *err)
{
	const struct energy *energy = buying->energy;
	const struct wt_config *config = &energy->common.config;
	int r = 0;

	for (size_t i = 0; i < wide->n && r == 0; i++) {
		const struct wt_plan_hour *hour = &wide->hours[i];

		if (!is_short(bare, hour->hour))
			continue;
		if (config->purchase_lead_min && wt_outlook_too_late(hour, config, energy->now))
			tell_late(buying, hour);
		else
			r = add_hour(buying, hour, err);
	}
	return r;
}

static int plan(struct buying *buying, struct wt_err *err)
{
	struct energy *energy = buying->energy;
	const struct wt_config *config = &energy->common.config;
	struct wt_supply *supplies;
	struct wt_plan_in in;
	struct wt_plan bare = {}, wide = {};
	int64_t until = energy->now + (int64_t)config->purchase_horizon_h * WT_HOUR_S;
	int r = wt_holdings_plan(&energy->holdings, energy->now, &in, &supplies, err);

	if (r < 0)
		return r;
	in.until = until - until % WT_HOUR_S + WT_HOUR_S; /* whole hours */
	in.block_wh = config->purchase_block_wh;
	r = energy_draw(energy, 0, &in.draw_uw, err);
	if (r == 0)
		r = wt_plan_make(&in, &bare, err);
	if (r == 0)
		r = energy_draw(energy, config->purchase_margin, &in.draw_uw, err);
	if (r == 0)
		r = wt_plan_make(&in, &wide, err);
	if (r == 0)
		r = choose(buying, &bare, &wide, err);
	buying->told = true;
	free(supplies);
	wt_plan_clear(&bare);
	wt_plan_clear(&wide);
	return r;
}

/* --- asking ------------------------------------------------------------------------------------------ */

static void text(struct json_object *o, const char *key, const char *v)
{
	wt_json_add(o, key, json_object_new_string(v));
}

static struct json_object *question(const struct buying *buying)
{
	const struct wt_registration *reg =
		wt_appraisal_registered(buying->energy->holdings.appraisal);
	struct json_object *o = json_object_new_object(), *list = json_object_new_array();
	char ueid[2 * WT_UEID_LEN + 1];

	wt_hex(reg->ueid, WT_UEID_LEN, ueid);
	wt_json_add(o, "version", json_object_new_int(1));
	text(o, "rig", reg->rig);
	text(o, "ueid", ueid);
	text(o, "licence", reg->licence);
	text(o, "site", reg->site);
	text(o, "zone", reg->zone);
	for (size_t i = 0; i < buying->n; i++) {
		struct json_object *p = json_object_new_object();

		text(p, "transaction", buying->v[i].transaction);
		wt_json_add(p, "not_before_s", json_object_new_int64(buying->v[i].hour));
		wt_json_add(p, "not_after_s", json_object_new_int64(buying->v[i].hour + WT_HOUR_S));
		wt_json_add(p, "wh", json_object_new_int64(buying->v[i].wh));
		wt_json_append(list, p);
	}
	wt_json_add(o, "purchases", list);
	return o;
}

/* --- what was got ------------------------------------------------------------------------------------ */

static void take(struct buying *buying, struct purchase *p, const char *coded)
{
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf cose = {};
	const struct wt_holding *v = NULL;
	char window[WINDOW_LEN], wh[WT_GROUPED_LEN];
	struct wt_err err = {};
	int r = wt_base64_read(coded, &cose);

	if (r == 0)
		r = wt_holdings_add(&buying->energy->holdings, wt_buf_span(&cose), &v, &err);
	else
		wt_fail(&err, EINVAL, "not base64");
	if (r < 0 || !v) {
		char why[300];

		snprintf(why, sizeof(why), "what came is no good grant: %s", err.msg);
		fail(buying, p, why);
		return;
	}
	/* It was sold, so it is kept, whatever it is. */
	if (strcmp(v->transaction, p->transaction) || v->not_before > p->hour ||
	    v->not_after < p->hour + WT_HOUR_S) {
		fail(buying, p, "what came is another grant than was asked for");
		return;
	}
	p->done = true;
	printf("bought %s Wh for %s, transaction %s\n", wt_grouped(v->wh, wh),
	       window_text(v->not_before, v->not_after, window), p->transaction);
}

static const char *string_of(struct json_object *o, const char *key)
{
	struct json_object *v;

	return json_object_is_type(o, json_type_object) && json_object_object_get_ex(o, key, &v) &&
			       json_object_is_type(v, json_type_string)
		       ? json_object_get_string(v)
		       : NULL;
}

static void take_one(struct buying *buying, struct json_object *answer)
{
	const char *transaction = string_of(answer, "transaction"),
		   *grant = string_of(answer, "grant"), *error = string_of(answer, "error");

	for (size_t i = 0; transaction && i < buying->n; i++) {
		struct purchase *p = &buying->v[i];

		if (p->done || strcmp(p->transaction, transaction))
			continue;
		if (grant)
			take(buying, p, grant);
		else
			fail(buying, p, error ? error : "the adapter says neither grant nor error");
	}
}

static int take_all(struct buying *buying, const struct wt_buf *answer, struct wt_err *err)
{
	struct json_tokener *tok = json_tokener_new();
	struct json_object *o, *list = NULL;
	int r = 0;

	if (!tok)
		return wt_fail(err, ENOMEM, "out of memory");
	o = answer->n ? json_tokener_parse_ex(tok, (const char *)answer->p, (int)answer->n) : NULL;
	if (!o || !json_object_is_type(o, json_type_object) ||
	    !json_object_object_get_ex(o, "purchases", &list) ||
	    !json_object_is_type(list, json_type_array))
		r = wt_fail(err, EBADMSG, "the adapter's answer is not {\"purchases\": [...]}");
	for (size_t i = 0; r == 0 && i < json_object_array_length(list); i++)
		take_one(buying, json_object_array_get_idx(list, i));
	json_object_put(o);
	json_tokener_free(tok);
	return r;
}

static int ask(struct buying *buying, struct wt_err *err)
{
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf answer = {};
	const struct wt_config *config = &buying->energy->common.config;
	struct json_object *o = question(buying);
	const char *said;
	int r = wt_json_text(o, JSON_C_TO_STRING_NOSLASHESCAPE, &said, err);

	if (r == 0)
		r = exchange(config->purchase, wt_span(said, strlen(said)),
			     config->purchase_timeout_s, &answer, err);
	json_object_put(o);
	return r == 0 ? take_all(buying, &answer, err) : r;
}

/* One plan and what came of it; buying->n is 0 when nothing is missing. */
static int round_trip(struct buying *buying, struct wt_err *err)
{
	int r;

	free(buying->v);
	buying->v = NULL;
	buying->n = buying->late = 0;
	r = plan(buying, err);
	if (r < 0 || !buying->n)
		return r;
	if (buying->energy->common.json) {
		print_json(question(buying)); /* what would be asked */
		return 0;
	}
	r = ask(buying, err);
	for (size_t i = 0; i < buying->n; i++)
		if (!buying->v[i].done)
			fail(buying, &buying->v[i],
			     r < 0 ? err->msg : "the adapter gave no answer for it");
	return r;
}

int energy_buy(struct energy *energy)
{
	const struct common *common = &energy->common;
	struct buying buying = { .energy = energy };
	struct wt_err err = {};
	int r;

	if (!common->config.purchase[0]) {
		wt_fail(&err, ENOENT, "no command in the section [purchase] of %s",
			common->config_path ? common->config_path : WT_CONFIG_FILE);
		return could_not(common, &err);
	}
	for (int i = 0; i < ROUNDS; i++) {
		r = round_trip(&buying, &err);
		if (i == 0 && r == 0 && !buying.n && !buying.late)
			puts("nothing to buy");
		if (r < 0 || !buying.n || buying.failed || common->json)
			break;
	}
	free(buying.v);
	if (r < 0 && !buying.failed)
		return could_not(common, &err);
	return buying.failed || buying.late ? EXIT_COULD_NOT : 0;
}
