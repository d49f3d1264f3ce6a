// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <string.h>

#include "keys/registration.h"

#define DEFAULT_CLASS_PPM 50000 /* an uncalibrated power supply's usual +-5 % */

const char registration_options_help[] =
	"  --devices FILE        devices, JSON; one without a serial number must stay where it is plugged\n"
	"  --sources FILE        power and energy sources, JSON\n"
	"  --inventory FILE      both in one file\n"
	"  --licence, --holder, --site, --zone\n"
	"                        licence and its holder, data centre, zone of the grid\n"
	"  --nameplate W         the most the rig can draw\n"
	"  --pool NAME           an accredited pool; may be repeated\n"
	"  --idle TIMES          the rig is off then, every week: \"sat 22:00 +26h\", \"daily 02:00 +30m\", UTC\n"
	"                        (m, h, d); may be repeated; with --renew, none for no schedule any more\n"
	"  --role CHIP:ATTRIBUTE=ROLE\n"
	"                        for sources whose entry has no role: input (counts), output, check, or none\n"
	"                        (left out); * and ? fit anything, the first that fits counts\n"
	"  --class-ppm N         accuracy of sources that say none, ppm of reading (50000)\n"
	"  --model, --rated-w, --rated-ghs\n"
	"                        of devices that say none\n"
	"  --pin-paths           devices with a serial number must stay where they are plugged, too\n"
	"  --from, --until TIME  validity (now, the certificate's end): 2026-11-20T13:00:00Z, @SECONDS, now, +1h\n"
	"  --reference FILE      what the rig should run, JSON: kind (file, probe, module), name and digest of each\n"
	"  --force               replace files\n";

const struct option registration_options[] = {
	{ "cert", required_argument, NULL, CERT },
	{ "devices", required_argument, NULL, DEVICES },
	{ "sources", required_argument, NULL, SOURCES },
	{ "licence", required_argument, NULL, LICENCE },
	{ "holder", required_argument, NULL, HOLDER },
	{ "site", required_argument, NULL, SITE },
	{ "zone", required_argument, NULL, ZONE },
	{ "nameplate", required_argument, NULL, NAMEPLATE },
	{ "output", required_argument, NULL, OUTPUT },
	{ "from", required_argument, NULL, FROM },
	{ "until", required_argument, NULL, UNTIL },
	{ "model", required_argument, NULL, MODEL },
	{ "rated-w", required_argument, NULL, RATED_W },
	{ "rated-ghs", required_argument, NULL, RATED_GHS },
	{ "class-ppm", required_argument, NULL, CLASS_PPM },
	{ "renew", required_argument, NULL, RENEW },
	{ "reference", required_argument, NULL, REFERENCE },
	{ "days", required_argument, NULL, DAYS },
	{ "inventory", required_argument, NULL, INVENTORY },
	{ "pool", required_argument, NULL, POOL },
	{ "role", required_argument, NULL, ROLE },
	{ "idle", required_argument, NULL, IDLE },
	{ "pin-paths", no_argument, NULL, PIN_PATHS },
	{ "force", no_argument, NULL, FORCE },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

void registration_request_clear(struct registration_request *request)
{
	wt_registration_clear(&request->old_registration);
	signed_clear(&request->old);
}

static int take_idle(const char *text, struct registration_request *request,
		     struct wt_registration *reg, struct wt_err *err)
{
	int r = 0;

	request->never_idle |= strcmp(text, "none") == 0;
	if (strcmp(text, "none") != 0)
		r = wt_idle_parse(text, reg->idle, &reg->n_idle, err);
	if (r == 0 && request->never_idle && reg->n_idle)
		r = wt_fail(err, EINVAL, "none and times exclude each other");
	return r < 0 ? wt_fail_in(err, r, "--idle") : 0;
}

int registration_take(int c, struct registration_request *request, struct wt_registration *reg,
		      struct wt_err *err)
{
	struct inventory_defaults *defaults = &request->defaults;

	if (c >= 0 && c < FIELDS)
		request->given[c] = optarg;
	switch (c) {
	case INVENTORY:
		request->given[DEVICES] = request->given[SOURCES] = optarg;
		return 0;
	case 'o':
		request->given[OUTPUT] = optarg;
		return 0;
	case POOL:
		if (reg->n_pools == REGISTRATION_MAX_POOLS)
			return wt_fail(err, EINVAL, "--pool: at most %d", REGISTRATION_MAX_POOLS);
		return command_text("--pool", optarg, reg->pools[reg->n_pools++],
				    sizeof(reg->pools[0]), err);
	case ROLE:
		if (defaults->n_rules == INVENTORY_MAX_RULES)
			return wt_fail(err, EINVAL, "--role: at most %d", INVENTORY_MAX_RULES);
		return inventory_parse_rule(optarg, &defaults->rules[defaults->n_rules++], err);
	case IDLE:
		return take_idle(optarg, request, reg, err);
	case PIN_PATHS:
		defaults->pin_paths = true;
		return 0;
	case FORCE:
		request->force = true;
		return 0;
	case 'h':
		request->help = true;
		return 0;
	}
	return 0;
}

static int parse_texts(const struct registration_request *request, struct wt_registration *reg,
		       struct wt_err *err)
{
	const struct {
		enum registration_field field;
		char *to;
		size_t cap;
	} texts[] = { { LICENCE, reg->licence, sizeof(reg->licence) },
		      { HOLDER, reg->holder, sizeof(reg->holder) },
		      { SITE, reg->site, sizeof(reg->site) },
		      { ZONE, reg->zone, sizeof(reg->zone) } };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		char option[16];
		int r;

		if (!request->given[texts[i].field])
			continue; /* renewed: it is there already */
		snprintf(option, sizeof(option), "--%s", registration_options[texts[i].field].name);
		r = command_text(option, request->given[texts[i].field], texts[i].to, texts[i].cap,
				 err);
		if (r < 0)
			return r;
	}
	return 0;
}

int registration_parse(struct registration_request *request, struct wt_registration *reg,
		       struct wt_err *err)
{
	struct inventory_defaults *defaults = &request->defaults;
	uint64_t nameplate = reg->nameplate_w, ppm = DEFAULT_CLASS_PPM, watts = 0, ghs = 0;
	int r;

	r = parse_texts(request, reg, err);
	if (r == 0 && request->given[NAMEPLATE])
		r = command_number("--nameplate", request->given[NAMEPLATE], 1, UINT32_MAX,
				   &nameplate, err);
	if (r == 0 && request->given[CLASS_PPM])
		r = command_number("--class-ppm", request->given[CLASS_PPM], 0, 1000000, &ppm, err);
	if (r == 0 && request->given[RATED_W])
		r = command_number("--rated-w", request->given[RATED_W], 0, UINT32_MAX / 1000,
				   &watts, err);
	if (r == 0 && request->given[RATED_GHS])
		r = command_number("--rated-ghs", request->given[RATED_GHS], 0, INT64_MAX / 1000,
				   &ghs, err);
	if (r == 0 && request->given[MODEL])
		r = command_text("--model", request->given[MODEL], defaults->model,
				 sizeof(defaults->model), err);
	if (r == 0 && request->given[DAYS])
		r = command_number("--days", request->given[DAYS], 1, AUTHORITY_MAX_DAYS,
				   &request->days, err);
	reg->not_before = request->now;
	if (r == 0 && request->given[FROM])
		r = command_time("--from", request->given[FROM], request->now, &reg->not_before,
				 err);
	if (r == 0 && request->given[UNTIL])
		r = command_time("--until", request->given[UNTIL], request->now, &reg->not_after,
				 err);
	reg->nameplate_w = (uint32_t)nameplate;
	defaults->class_ppm = (uint32_t)ppm;
	defaults->rated_mw = (uint32_t)watts * 1000;
	defaults->rated_mhs = ghs * 1000;
	return r;
}
