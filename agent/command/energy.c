// SPDX-License-Identifier: Apache-2.0
/* energy: what was bought, what is left, and what must be bought next. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "agent/folder.h"
#include "lib/bytes.h"
#include "lib/file.h"
#include "lib/format.h"
#include "lib/timestamp.h"

#include "energy.h"

#define POWER_MAX_W 1000000000u
#define DAY_S 86400

static const char help[] =
	"usage: wattest energy add FILE|DIR...\n"
	"       wattest energy list [--json]\n"
	"       wattest energy balance [--json]\n"
	"       wattest energy plan [--horizon TIME] [--power W] [--margin PERCENT] [--block WH] [--json]\n"
	"       wattest energy buy [--power W] [--json]\n"
	"\n"
	"add      takes in grants, allotments and notices, each judged as an inspector would: signature, duty, rig, licence,\n"
	"         zone, energy; what is wrong is named and left alone\n"
	"list     every grant and notice that is here, and its state\n"
	"balance  what is left, and how long it lasts at the present draw\n"
	"plan     what must be bought, for which delivery hours (UTC), so that the horizon is covered\n"
	"buy      has the adapter of the configuration's section [purchase] buy what is missing, and takes it in;\n"
	"         with --json only shows what the adapter would be asked\n"
	"\n"
	"  --horizon TIME    how far: 24h by default; s, m, h or d, up to 31d\n"
	"  --power W         instead of the present draw, the mean of the newest 10 windows\n"
	"  --margin PERCENT  plan for that much more\n"
	"  --block WH        what every purchase holds (up to 1000000); without it as little as is missing\n"
	"  --json            as JSON\n" COMMON_HELP "\n"
	"Exit status: 0 done, 3 could not, or something was refused, 64 usage.\n";

const char *window_text(int64_t from, int64_t until, char ret[WINDOW_LEN])
{
	const char *clock = from % 60 || until % 60 ? "%H:%M:%S" : "%H:%M";
	time_t a = (time_t)from, b = (time_t)until;
	struct tm tm_a = {}, tm_b = {};
	char day_a[16], day_b[16], at_a[16], at_b[16], zone[8];

	localtime_r(&a, &tm_a);
	localtime_r(&b, &tm_b);
	strftime(day_a, sizeof(day_a), "%F", &tm_a);
	strftime(day_b, sizeof(day_b), "%F", &tm_b);
	strftime(at_a, sizeof(at_a), clock, &tm_a);
	strftime(at_b, sizeof(at_b), clock, &tm_b);
	strftime(zone, sizeof(zone), "%z", &tm_b);
	snprintf(ret, WINDOW_LEN, "%s %s to %s%s%s %.3s:%s", day_a, at_a,
		 strcmp(day_a, day_b) ? day_b : "", strcmp(day_a, day_b) ? " " : "", at_b, zone,
		 zone + 3);
	return ret;
}

/* --- add --------------------------------------------------------------------------------------------- */

struct adding {
	struct energy *energy;
	enum wt_turn turn;
	size_t added, before, refused;
};

/* "at most 1,000 W from 2026-11-20 18:00 to 19:00 +05:00", or another notice. */
static const char *notice_text(const struct wt_holding *v, char *ret, size_t cap)
{
	char watts[WT_GROUPED_LEN], window[WINDOW_LEN], from[WT_TIMESTAMP_LEN];

	if (v->notice == WT_NOTICE_CURTAIL)
		snprintf(ret, cap, "at most %s W for %s", wt_grouped(v->max_w, watts),
			 window_text(v->not_before, v->not_after, window));
	else if (v->notice == WT_NOTICE_OFF)
		snprintf(ret, cap, "off for %s", window_text(v->not_before, v->not_after, window));
	else
		snprintf(ret, cap, "%s revoked from %s on",
			 v->notice == WT_NOTICE_REVOKE_GRANT ? "a grant" : "the registration",
			 wt_timestamp_local(v->not_before, from));
	return ret;
}

static void say_added(const char *path, enum wt_added how, const struct wt_holding *v)
{
	char wh[WT_GROUPED_LEN], window[WINDOW_LEN], text[2 * WINDOW_LEN];

	if (how == WT_ADDED_BEFORE)
		printf("%s: is here already, as %s\n", path, v->file);
	else if (v->notice)
		printf("%s: added: notice: %s%s%s\n", path, notice_text(v, text, sizeof(text)),
		       v->note[0] ? ": " : "", v->note);
	else
		printf("%s: added: %s Wh for %s, %stransaction %s%s\n", path, wt_grouped(v->wh, wh),
		       window_text(v->not_before, v->not_after, window),
		       v->share ? "a share of " : "", v->transaction,
		       v->state == WT_HOLDING_SITE ? ", the site's to divide" : "");
}

static int add_one(const char *path, const char *name, void *user, struct wt_err *err)
{
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf cose = {};
	struct adding *adding = user;
	const struct wt_holding *holding;
	const char *command = adding->energy->common.command;
	int r = wt_file_read(path, WT_OBJECT_MAX, &cose, err);

	(void)name;
	if (r == -ENOMEM)
		return r;
	if (wt_turn_of(wt_buf_span(&cose)) != adding->turn)
		return 0;
	if (r < 0) {
		adding->refused++;
		fprintf(stderr, "%s: %s\n", command, err->msg);
		return 0;
	}
	r = wt_holdings_add(&adding->energy->holdings, wt_buf_span(&cose), &holding, err);
	if (r == -EBADMSG) {
		adding->refused++;
		fprintf(stderr, "%s: %s: refused: %s; left where it is\n", command, path, err->msg);
		return 0;
	}
	if (r < 0)
		return r;
	adding->added += r == WT_ADDED;
	adding->before += r == WT_ADDED_BEFORE;
	say_added(path, r, holding);
	return 0;
}

static int add_path(struct adding *adding, const char *path, struct wt_err *err)
{
	struct stat st;

	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return wt_folder_each(path, add_one, adding, err);
	return add_one(path, path, adding, err);
}

int energy_add(struct energy *energy, int argc, char **argv)
{
	struct adding adding = { .energy = energy };
	struct wt_err err = {};
	int r = 0;

	/* an allotment may stand before the grant that it divides */
	for (adding.turn = 0; adding.turn < WT_TURNS; adding.turn++)
		for (int i = 0; i < argc && r >= 0; i++)
			r = add_path(&adding, argv[i], &err);
	if (adding.added + adding.before + adding.refused > 1)
		printf("%zu added, %zu here already, %zu refused\n", adding.added, adding.before,
		       adding.refused);
	if (r < 0)
		return could_not(&energy->common, &err);
	return adding.refused ? EXIT_COULD_NOT : 0;
}

/* --- options ----------------------------------------------------------------------------------------- */

static bool number(const char *text, unsigned long max, unsigned long *ret)
{
	char *end;

	errno = 0;
	*ret = strtoul(text, &end, 10);
	return text[0] >= '0' && text[0] <= '9' && !*end && !errno && *ret <= max;
}

enum {
	HORIZON = 1,
	POWER,
	MARGIN,
	BLOCK
};

static int plan_option(struct energy *energy, int c)
{
	const char *command = energy->common.command;
	unsigned long v;
	char text[32];

	switch (c) {
	case HORIZON:
		if (optarg[0] < '0' || optarg[0] > '9' ||
		    snprintf(text, sizeof(text), "+%s", optarg) >= (int)sizeof(text) ||
		    wt_timestamp_parse(text, energy->now, &energy->until, NULL) < 0 ||
		    energy->until <= energy->now || energy->until > energy->now + WT_PLAN_MAX_S)
			return wt_usage_error(
				command,
				"--horizon %s: must be a number with s, m, h or d, up to 31d",
				optarg);
		return -1;
	case POWER:
		if (!number(optarg, POWER_MAX_W, &v) || v == 0)
			return wt_usage_error(command, "--power %s: must be watts, from 1 to %u",
					      optarg, POWER_MAX_W);
		energy->power_uw = v * UINT64_C(1000000);
		return -1;
	case MARGIN:
		if (!number(optarg, 100, &v))
			return wt_usage_error(command, "--margin %s: must be 0 to 100 percent",
					      optarg);
		energy->margin = (uint32_t)v;
		return -1;
	default:
		if (!number(optarg, WT_GRANT_MAX_WH, &v) || v == 0)
			return wt_usage_error(command, "--block %s: must be 1 to %u Wh", optarg,
					      WT_GRANT_MAX_WH);
		energy->block_wh = (uint32_t)v;
		return -1;
	}
}

static int run(struct energy *energy, const char *what, int argc, char **argv)
{
	struct wt_err err = {};
	int r = wt_holdings_open(&energy->common.config, energy->now, &energy->holdings, &err);

	if (r < 0)
		return could_not(&energy->common, &err);
	if (!strcmp(what, "add")) {
		r = energy_add(energy, argc, argv);
	} else if (wt_holdings_charge(&energy->holdings, &energy->common.config, &err) < 0) {
		r = could_not(&energy->common, &err);
	} else {
		wt_holdings_settle(&energy->holdings, energy->now);
		r = !strcmp(what, "list")      ? energy_list(energy)
		    : !strcmp(what, "balance") ? energy_balance(energy)
		    : !strcmp(what, "plan")    ? energy_plan(energy)
					       : energy_buy(energy);
	}
	wt_holdings_clear(&energy->holdings);
	return r;
}

int cmd_energy(int argc, char **argv)
{
	static const struct option options[] = {
		{ "horizon", required_argument, NULL, HORIZON },
		{ "power", required_argument, NULL, POWER },
		{ "margin", required_argument, NULL, MARGIN },
		{ "block", required_argument, NULL, BLOCK },
		JSON_OPTION,
		COMMON_OPTIONS,
		{},
	};
	struct energy energy = {
		.common = { .command = "wattest energy", .help = help },
		.now = time(NULL),
	};
	bool sizing = false, add;
	const char *what;
	int c, r;

	energy.until = energy.now + DAY_S;
	while ((c = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
		if (c >= HORIZON && c <= BLOCK) {
			sizing |= c != POWER;
			r = plan_option(&energy, c);
		} else {
			r = common_option(&energy.common, c, argv);
		}
		if (r >= 0)
			return r;
	}
	what = optind < argc ? argv[optind++] : "";
	if (!what[0])
		return wt_usage_error(energy.common.command, "add, list, balance, plan or buy?");
	if (strcmp(what, "add") && strcmp(what, "list") && strcmp(what, "balance") &&
	    strcmp(what, "plan") && strcmp(what, "buy"))
		return wt_usage_error(energy.common.command,
				      "there is no \"%s\": add, list, balance, plan or buy", what);
	add = !strcmp(what, "add");
	if (!strcmp(what, "buy") ? sizing : (sizing || energy.power_uw) && strcmp(what, "plan"))
		return wt_usage_error(energy.common.command, "%s: only plan takes these options",
				      what);
	if (add && energy.common.json)
		return wt_usage_error(energy.common.command, "add takes no --json");
	if (add && optind == argc)
		return wt_usage_error(energy.common.command, "add: which files?");
	r = common_load(&energy.common, argc, argv, add);
	if (r >= 0)
		return r;
	return run(&energy, what, argc - optind, argv + optind);
}
