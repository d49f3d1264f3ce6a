// SPDX-License-Identifier: Apache-2.0
/* grant: one purchase of energy, for one rig or for a site to share out. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "keys/authority.h"
#include "keys/command.h"
#include "keys/purchase.h"
#include "keys/register.h"
#include "keys/spender.h"
#include "lib/timestamp.h"

#define COMMAND "wattest-authority grant"

static const char help[] =
	"usage: " COMMAND
	" DIR --rig REGISTRATION|ID | --site CERT --wh N --from TIME --until TIME\n"
	"       --transaction ID --metering-point ID [--zone ZONE] [--licence ID] [--price CUR:AMOUNT] -o FILE\n"
	"\n"
	"Signs a grant: so much energy, to be used by that rig, or by the rigs of that site, in that delivery\n"
	"window. A transaction is sold once: the same again gives the grant that was issued, another is refused.\n"
	"\n"
	"  --rig FILE|ID          its registration, or its id (34 hex digits, `certify` prints it)\n"
	"  --site CERT            the site's certificate (`site` makes one), which allots it to rigs\n"
	"  --wh N                 energy, Wh: 1 to 1000000 in one purchase\n"
	"  --from, --until TIME   the delivery window, until excluded: 2026-11-20T13:00:00Z (or +05:00 for Z),\n"
	"                         @SECONDS since 1970, now, or +1h and -30m from now (s, m, h, d)\n"
	"  --transaction ID       of the purchase\n"
	"  --metering-point ID    where it is delivered\n"
	"  --zone, --licence      as in the registration, if that is given\n"
	"  --price CUR:AMOUNT     per kWh, such as KZT:24.5\n"
	"  -o, --output FILE      where to (-: standard output)\n"
	"  --force                replace FILE\n";

enum field {
	WH = PURCHASE_WH,
	FROM = PURCHASE_FROM,
	UNTIL = PURCHASE_UNTIL,
	TRANSACTION = PURCHASE_TRANSACTION,
	METERING_POINT = PURCHASE_METERING_POINT,
	ZONE = PURCHASE_ZONE,
	LICENCE = PURCHASE_LICENCE,
	PRICE = PURCHASE_PRICE,
	RIG = PURCHASE_FIELDS,
	SITE,
	OUTPUT,
	FIELDS,
};

static const char *const names[FIELDS] = {
	[WH] = "--wh",
	[FROM] = "--from",
	[UNTIL] = "--until",
	[TRANSACTION] = "--transaction",
	[METERING_POINT] = "--metering-point",
	[ZONE] = "--zone",
	[LICENCE] = "--licence",
	[PRICE] = "--price",
	[RIG] = "--rig",
	[SITE] = "--site",
	[OUTPUT] = "--output",
};

struct request {
	const char *dir;
	const char *given[FIELDS];
	bool force;
	int64_t now;
};

static void say(const struct request *request, const struct wt_grant *grant, const char *name,
		const char *how)
{
	char from[WT_TIMESTAMP_LEN], until[WT_TIMESTAMP_LEN], who[2 * WT_SHA256_LEN + 1];

	if (strcmp(request->given[OUTPUT], "-") == 0)
		return;
	if (grant->to_site)
		wt_hex(grant->site_key, sizeof(grant->site_key), who);
	else
		wt_hex(grant->spender, sizeof(grant->spender), who);
	printf("%s: %u Wh for %s, from %s until %s%s\n", request->given[OUTPUT], grant->wh,
	       *name ? name : who, wt_timestamp_utc(grant->not_before, from),
	       wt_timestamp_utc(grant->not_after, until), how);
}

/* The transaction was sold before: the same purchase gets its grant again, another one nothing. */
static int again(const struct request *request, const struct wt_grant *grant,
		 const struct register_grant *known, struct wt_span cose, struct wt_err *err)
{
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf there = { 0 };
	const char *output = request->given[OUTPUT];
	char id[2 * WT_ID_LEN + 1];
	uint8_t content[WT_SHA256_LEN];
	int r;

	r = register_grant_content(grant, content, err);
	if (r < 0)
		return r;
	wt_hex(known->id, sizeof(known->id), id);
	if (memcmp(content, known->content, sizeof(content)) != 0)
		return wt_fail(err, EEXIST,
			       "--transaction %s: was sold already, with other content (grant %s)",
			       grant->transaction, id);
	if (strcmp(output, "-") != 0 &&
	    wt_file_read(output, AUTHORITY_FILE_MAX, &there, NULL) == 0 &&
	    wt_span_equal(wt_buf_span(&there), cose))
		return 0;
	return command_output(output, cose, request->force, err);
}

static int sell(const struct request *request, struct authority_register *reg,
		struct wt_grant *grant, struct wt_buf *cose, struct wt_err *err)
{
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf payload = { 0 };
	int r;

	r = command_output_free(request->given[OUTPUT], request->force, err);
	if (r == 0)
		r = wt_random(grant->id, sizeof(grant->id));
	if (r == 0)
		r = wt_grant_encode(grant, &payload, err);
	if (r == 0)
		r = authority_sign(request->dir, AUTHORITY_ENERGY, WT_TYP_GRANT,
				   wt_buf_span(&payload), request->now, cose, err);
	if (r == 0)
		r = register_put_grant(reg, grant, wt_buf_span(cose), request->now, err);
	if (r == 0)
		r = register_commit(reg, err);
	return r;
}

static int run(const struct request *request, struct wt_grant *grant, struct wt_err *err)
{
	__attribute__((cleanup(register_freep))) struct authority_register *reg = NULL;
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf cose = { 0 };
	const char *const *given = request->given;
	struct register_grant known;
	struct spender spender = { 0 };
	int r;

	r = authority_open_register(request->dir, &reg, err);
	if (r == 0)
		r = given[SITE]
			    ? spender_site(request->dir, given[SITE], request->now, &spender, err)
			    : spender_rig(request->dir, reg, given[RIG], grant->not_before,
					  request->now, &spender, err);
	if (r == 0)
		r = purchase_settle(*spender.zone ? spender.zone : NULL,
				    *spender.licence ? spender.licence : NULL, names, grant, err);
	if (r < 0)
		return r;
	spender_into(&spender, grant);
	r = register_begin(reg, err);
	if (r == 0)
		r = register_find_transaction(reg, grant->transaction, &known, &cose, err);
	if (r > 0) {
		r = again(request, grant, &known, wt_buf_span(&cose), err);
		if (r == 0)
			say(request, grant, spender.name, ": issued before");
		return r;
	}
	if (r == 0)
		r = sell(request, reg, grant, &cose, err);
	if (r == 0)
		r = command_output_issued(request->dir, grant->id, given[OUTPUT],
					  wt_buf_span(&cose), request->force, err);
	if (r == 0)
		say(request, grant, spender.name, "");
	return r;
}

int authority_grant(int argc, char **argv)
{
	static const struct option options[] = {
		{ "rig", required_argument, NULL, RIG },
		{ "site", required_argument, NULL, SITE },
		{ "wh", required_argument, NULL, WH },
		{ "from", required_argument, NULL, FROM },
		{ "until", required_argument, NULL, UNTIL },
		{ "transaction", required_argument, NULL, TRANSACTION },
		{ "metering-point", required_argument, NULL, METERING_POINT },
		{ "zone", required_argument, NULL, ZONE },
		{ "licence", required_argument, NULL, LICENCE },
		{ "price", required_argument, NULL, PRICE },
		{ "output", required_argument, NULL, OUTPUT },
		{ "force", no_argument, NULL, 'f' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	static const enum field needed[] = { WH, FROM, UNTIL, TRANSACTION, METERING_POINT, OUTPUT };
	struct request request = { .now = time(NULL) };
	struct wt_grant grant = { 0 };
	struct wt_err err = { 0 };
	int c;

	while ((c = getopt_long(argc, argv, ":o:h", options, NULL)) != -1) {
		if (c >= 0 && c < FIELDS) {
			request.given[c] = optarg;
		} else if (c == 'o') {
			request.given[OUTPUT] = optarg;
		} else if (c == 'f') {
			request.force = true;
		} else if (c == 'h') {
			fputs(help, stdout);
			return 0;
		} else {
			return wt_option_error(COMMAND, c, argv);
		}
	}
	if (argc - optind != 1)
		return wt_usage_error(COMMAND, "one DIR is needed");
	request.dir = argv[optind];
	if (!request.given[RIG] && !request.given[SITE])
		return wt_usage_error(COMMAND, "--rig is missing, or --site");
	if (request.given[RIG] && request.given[SITE])
		return wt_usage_error(COMMAND, "--rig or --site: a grant is for one of them");
	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
		if (!request.given[needed[i]])
			return wt_usage_error(COMMAND, "%s is missing", names[needed[i]]);
	if (purchase_parse(request.given, names, request.now, &grant, &err) < 0)
		return wt_usage_error(COMMAND, "%s", err.msg);
	return run(&request, &grant, &err) < 0 ? command_failed(COMMAND, &err) : 0;
}
