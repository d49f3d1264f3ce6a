// SPDX-License-Identifier: Apache-2.0
/*
 * registration: what a rig is: its key, its devices, the sources that meter it, its site and
 * licence.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "keys/authority.h"
#include "keys/command.h"
#include "keys/inventory.h"
#include "keys/register.h"
#include "keys/signed.h"
#include "lib/timestamp.h"

#define COMMAND "wattest-authority registration"
#define DEFAULT_CLASS_PPM 50000 /* an uncalibrated power supply's usual +-5 % */
#define MAX_POOLS 64

static const char help[] =
	"usage: " COMMAND " DIR --cert CERT --devices FILE --sources FILE | --inventory FILE\n"
	"       --licence ID --holder NAME --site NAME --zone ZONE --nameplate W [--pool NAME]...\n"
	"       [--role CHIP:ATTRIBUTE=ROLE]... [--idle TIMES]... [OPTION]... -o FILE\n"
	"       " COMMAND " DIR --renew REGISTRATION [OPTION]... -o FILE\n"
	"\n"
	"Signs a registration. The lists are what `wattest devices --json` and `wattest sources --json` print on\n"
	"the rig; model, rated_w, rated_ghs, role, class_ppm and calibrated_until may be added in them.\n"
	"\n"
	"  --renew REGISTRATION  a new one for the same rig and key: what is not given is as it was there\n"
	"  --cert CERT           the rig's certificate (from `certify`)\n"
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
	"  -o, --output FILE     where to (-: standard output)\n"
	"  --force               replace FILE\n";

enum field {
	CERT,
	DEVICES,
	SOURCES,
	LICENCE,
	HOLDER,
	SITE,
	ZONE,
	NAMEPLATE,
	OUTPUT,
	NEEDED, /* those above must be given */
	FROM = NEEDED,
	UNTIL,
	MODEL,
	RATED_W,
	RATED_GHS,
	CLASS_PPM,
	RENEW,
	FIELDS,
	INVENTORY,
	POOL,
	ROLE,
	IDLE,
	PIN_PATHS,
	FORCE,
};

static const struct option options[] = {
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
	{ "inventory", required_argument, NULL, INVENTORY },
	{ "pool", required_argument, NULL, POOL },
	{ "role", required_argument, NULL, ROLE },
	{ "idle", required_argument, NULL, IDLE },
	{ "pin-paths", no_argument, NULL, PIN_PATHS },
	{ "force", no_argument, NULL, FORCE },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

struct request {
	const char *given[FIELDS];
	struct inventory_defaults defaults;
	bool force, help, never_idle;
	int64_t now;
	struct signed_object old; /* with --renew */
	struct wt_registration old_registration;
};

static void request_clear(struct request *request)
{
	wt_registration_clear(&request->old_registration);
	signed_clear(&request->old);
}

static int take_idle(const char *text, struct request *request, struct wt_registration *reg,
		     struct wt_err *err)
{
	int r = 0;

	request->never_idle |= strcmp(text, "none") == 0;
	if (strcmp(text, "none") != 0)
		r = wt_idle_parse(text, reg->idle, &reg->n_idle, err);
	if (r == 0 && request->never_idle && reg->n_idle)
		r = wt_fail(err, EINVAL, "none and times exclude each other");
	return r < 0 ? wt_fail_in(err, r, "--idle") : 0;
}

/* Options that may be repeated; the rest is kept as text until all is there. */
static int take_option(int c, struct request *request, struct wt_registration *reg,
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
		if (reg->n_pools == MAX_POOLS)
			return wt_fail(err, EINVAL, "--pool: at most %d", MAX_POOLS);
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

static int parse_texts(const struct request *request, struct wt_registration *reg,
		       struct wt_err *err)
{
	const struct {
		enum field field;
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
		snprintf(option, sizeof(option), "--%s", options[texts[i].field].name);
		r = command_text(option, request->given[texts[i].field], texts[i].to, texts[i].cap,
				 err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int parse_fields(struct request *request, struct wt_registration *reg, struct wt_err *err)
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

/*
 * What a renewal begins with: all of the old registration but its id and validity. Before the
 * options are read; what they give replaces it.
 */
static int take_old(const char *dir, struct request *request, struct wt_registration *reg,
		    struct wt_err *err)
{
	__attribute__((cleanup(wt_trust_freep))) struct wt_trust *trust = NULL;
	struct wt_registration *old = &request->old_registration;
	const char *path = request->given[RENEW];
	int r;

	r = authority_load_trust(dir, &trust, err);
	if (r == 0)
		r = signed_read(path, trust, WT_TYP_REGISTRATION, WT_DUTY_REGISTRATION,
				request->now, &request->old, err);
	if (r < 0)
		return r;
	r = wt_registration_decode(request->old.cose.payload, old, err);
	if (r < 0)
		return wt_fail_in(err, r, "%.200s", path);
	memcpy(reg->licence, old->licence, sizeof(reg->licence));
	memcpy(reg->holder, old->holder, sizeof(reg->holder));
	memcpy(reg->site, old->site, sizeof(reg->site));
	memcpy(reg->zone, old->zone, sizeof(reg->zone));
	reg->nameplate_w = old->nameplate_w;
	if (reg->n_pools == 0 && old->n_pools > 0 && old->n_pools <= MAX_POOLS) {
		memcpy(reg->pools, old->pools, old->n_pools * sizeof(*reg->pools));
		reg->n_pools = old->n_pools;
	}
	if (reg->n_idle == 0 && !request->never_idle && old->n_idle > 0) {
		memcpy(reg->idle, old->idle, old->n_idle * sizeof(*reg->idle));
		reg->n_idle = old->n_idle;
	}
	if (!request->given[DEVICES]) {
		reg->devices = old->devices; /* transferred */
		reg->n_devices = old->n_devices;
		old->devices = NULL;
		old->n_devices = 0;
	}
	if (!request->given[SOURCES]) {
		reg->sources = old->sources; /* transferred */
		reg->n_sources = old->n_sources;
		old->sources = NULL;
		old->n_sources = 0;
	}
	return 0;
}

/*
 * The rig's key, id and name; and that its certificate is this registry's and lasts as long as the
 * registration.
 */
static int take_certificate(const char *dir, const struct request *request, struct wt_cert **ret,
			    struct wt_registration *reg, struct wt_err *err)
{
	const char *path = request->given[CERT] ? request->given[CERT] : request->given[RENEW];
	int64_t from, until;
	int r;

	r = request->given[CERT] ? wt_cert_load(path, ret, err)
				 : wt_cert_parse(request->old_registration.rig_cert, ret, err);
	if (r < 0)
		return r;
	r = authority_check(dir, *ret, WT_DUTY_ATTESTATION, request->now, err);
	if (r < 0)
		return wt_fail_in(err, r, "%.200s", path);
	wt_cert_validity(*ret, &from, &until);
	if (reg->not_after == 0)
		reg->not_after = until;
	if (reg->not_after <= reg->not_before)
		return wt_fail(err, EINVAL, "--until is not after --from");
	if (reg->not_after > until) {
		char text[WT_TIMESTAMP_LEN];

		return wt_fail(err, EINVAL, "%.160s: ends %s, before the registration would", path,
			       wt_timestamp_utc(until, text));
	}
	r = command_text(path, wt_cert_common_name(*ret), reg->rig, sizeof(reg->rig), err);
	if (r == 0 && !wt_cert_key(*ret))
		r = wt_fail(err, EINVAL, "%.200s: its key is of a kind that signs no attestation",
			    path);
	if (r == 0)
		r = wt_ueid_from_key(wt_cert_key(*ret), reg->ueid);
	if (r == 0 && request->given[RENEW] &&
	    memcmp(reg->ueid, request->old_registration.ueid, sizeof(reg->ueid)) != 0)
		r = wt_fail(err, EINVAL, "%.160s: another rig's key than that of %.80s", path,
			    request->given[RENEW]);
	reg->rig_cert = wt_cert_der(*ret);
	return r;
}

/* Encoded, and read back as an inspector will: nothing is signed that they would refuse. */
static int encode(const struct wt_registration *reg, struct wt_buf *ret, struct wt_err *err)
{
	struct wt_registration back = { 0 };
	int r;

	r = wt_registration_encode(reg, ret, err);
	if (r == 0)
		r = wt_registration_decode(wt_buf_span(ret), &back, err);
	if (r == 0)
		wt_registration_clear(&back);
	return r;
}

/* In the register before anybody has it; a device that is another rig's is refused there. */
static int enter(const char *dir, const struct request *request, const struct wt_registration *reg,
		 struct wt_span cose, struct wt_err *err)
{
	__attribute__((cleanup(register_freep))) struct authority_register *book = NULL;
	const uint8_t *renews = request->given[RENEW] ? request->old_registration.id : NULL;
	int r;

	r = authority_open_register(dir, &book, err);
	if (r == 0)
		r = register_begin(book, err);
	if (r == 0)
		r = register_put_registration(book, reg, renews, cose, request->now, err);
	if (r == 0)
		r = register_commit(book, err);
	return r;
}

static int run(const char *dir, struct request *request, struct wt_registration *reg,
	       struct wt_err *err)
{
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf payload = { 0 }, cose = { 0 };
	__attribute__((cleanup(wt_cert_freep))) struct wt_cert *cert = NULL;
	char from[WT_TIMESTAMP_LEN], until[WT_TIMESTAMP_LEN];
	const char *const *given = request->given;
	int r;

	r = take_certificate(dir, request, &cert, reg, err);
	if (r == 0)
		r = inventory_read(given[DEVICES], given[SOURCES], &request->defaults, request->now,
				   reg, err);
	if (r == 0)
		r = command_output_free(given[OUTPUT], request->force, err);
	if (r == 0)
		r = wt_random(reg->id, sizeof(reg->id));
	if (r == 0)
		r = encode(reg, &payload, err);
	if (r == 0)
		r = authority_sign(dir, AUTHORITY_REGISTRY, WT_TYP_REGISTRATION,
				   wt_buf_span(&payload), request->now, &cose, err);
	if (r == 0)
		r = enter(dir, request, reg, wt_buf_span(&cose), err);
	if (r == 0)
		r = command_output_issued(dir, reg->id, given[OUTPUT], wt_buf_span(&cose),
					  request->force, err);
	if (r == 0 && strcmp(given[OUTPUT], "-") != 0)
		printf("%s: %s, %zu devices, %zu sources, nameplate %u W, from %s until %s\n",
		       given[OUTPUT], reg->rig, reg->n_devices, reg->n_sources, reg->nameplate_w,
		       wt_timestamp_utc(reg->not_before, from),
		       wt_timestamp_utc(reg->not_after, until));
	return r;
}

int authority_registration(int argc, char **argv)
{
	__attribute__((cleanup(wt_registration_clear))) struct wt_registration reg = { 0 };
	__attribute__((cleanup(request_clear))) struct request request = { .now = time(NULL) };
	struct wt_err err = { 0 };
	int c, r = 0;

	reg.pools = calloc(MAX_POOLS, sizeof(*reg.pools));
	reg.idle = calloc(WT_MAX_IDLE, sizeof(*reg.idle));
	if (!reg.pools || !reg.idle)
		return AUTHORITY_FAILED;
	while (r == 0 && (c = getopt_long(argc, argv, ":o:h", options, NULL)) != -1) {
		if (c == '?' || c == ':')
			return wt_option_error(COMMAND, c, argv);
		r = take_option(c, &request, &reg, &err);
	}
	if (request.help) {
		fputs(help, stdout);
		return 0;
	}
	if (r < 0)
		return wt_usage_error(COMMAND, "%s", err.msg);
	if (argc - optind != 1)
		return wt_usage_error(COMMAND, "one DIR is needed");
	for (int i = 0; i < NEEDED; i++)
		if (!request.given[i] && (!request.given[RENEW] || i == OUTPUT))
			return wt_usage_error(COMMAND, "--%s is missing", options[i].name);
	if (request.given[RENEW] && take_old(argv[optind], &request, &reg, &err) < 0)
		return command_failed(COMMAND, &err);
	if (parse_fields(&request, &reg, &err) < 0)
		return wt_usage_error(COMMAND, "%s", err.msg);
	return run(argv[optind], &request, &reg, &err) < 0 ? command_failed(COMMAND, &err) : 0;
}
