// SPDX-License-Identifier: Apache-2.0
/* grant: one purchase of energy for one rig. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "keys/authority.h"
#include "keys/command.h"
#include "keys/spender.h"
#include "lib/object.h"
#include "lib/timestamp.h"

#define COMMAND "wattest-authority grant"

static const char help[] =
	"usage: " COMMAND " DIR --rig REGISTRATION|ID --wh N --from TIME --until TIME\n"
	"       --transaction ID --metering-point ID [--zone ZONE] [--licence ID] [--price CUR:AMOUNT] -o FILE\n"
	"\n"
	"Signs a grant: so much energy, to be used by that rig in that delivery window.\n"
	"\n"
	"  --rig FILE|ID          its registration, or its id (34 hex digits, `certify` prints it)\n"
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
	RIG,
	WH,
	FROM,
	UNTIL,
	TRANSACTION,
	METERING_POINT,
	ZONE,
	LICENCE,
	PRICE,
	OUTPUT,
	FIELDS,
};

/* clang-format off */
static const struct {
	const char *name;
	bool needed;
} fields[FIELDS] = {
	[RIG]		 = { "--rig", true },
	[WH]		 = { "--wh", true },
	[FROM]		 = { "--from", true },
	[UNTIL]		 = { "--until", true },
	[TRANSACTION]	 = { "--transaction", true },
	[METERING_POINT] = { "--metering-point", true },
	[ZONE]		 = { "--zone", false },
	[LICENCE]	 = { "--licence", false },
	[PRICE]		 = { "--price", false },
	[OUTPUT]	 = { "--output", true },
};
/* clang-format on */

/* "KZT:24.5" to millionths, exactly. */
static int parse_price(const char *text, struct wt_grant *grant, struct wt_err *err)
{
	const char *p = text;
	uint64_t micro = 0;
	int decimals = -1;

	for (int i = 0; i < 3; i++, p++)
		if (*p < 'A' || *p > 'Z')
			goto bad;
	if (*p++ != ':' || *p < '0' || *p > '9')
		goto bad;
	for (; *p != '\0'; p++) {
		if (*p == '.' && decimals < 0 && p[1] != '\0') {
			decimals = 0;
			continue;
		}
		if (*p < '0' || *p > '9' || decimals == 6 || micro > UINT64_C(1000000000000))
			goto bad;
		micro = micro * 10 + (uint64_t)(*p - '0');
		decimals += decimals >= 0;
	}
	for (int i = decimals < 0 ? 0 : decimals; i < 6; i++)
		micro *= 10;
	memcpy(grant->currency, text, 3);
	grant->currency[3] = '\0';
	grant->price_micro = micro;
	return 0;
bad:
	return wt_fail(err, EINVAL, "--price %.40s: such as KZT:24.5, with at most six decimals",
		       text);
}

static int parse_wh(const char *text, uint32_t *ret, struct wt_err *err)
{
	uint64_t wh;
	int r = command_number("--wh", text, 0, UINT64_MAX, &wh, err);

	if (r < 0)
		return r;
	if (wh == 0)
		return wt_fail(err, EINVAL, "--wh 0: a purchase of nothing");
	if (wh > WT_GRANT_MAX_WH)
		return wt_fail(err, EINVAL, "--wh %.40s: at most %u Wh (1 MWh) in one purchase",
			       text, WT_GRANT_MAX_WH);
	*ret = (uint32_t)wh;
	return 0;
}

static int parse_fields(char *const given[FIELDS], int64_t now, struct wt_grant *grant,
			struct wt_err *err)
{
	int r;

	r = parse_wh(given[WH], &grant->wh, err);
	if (r == 0)
		r = command_time("--from", given[FROM], now, &grant->not_before, err);
	if (r == 0)
		r = command_time("--until", given[UNTIL], now, &grant->not_after, err);
	if (r == 0 && grant->not_after <= grant->not_before)
		r = wt_fail(err, EINVAL, "--until is not after --from");
	if (r == 0)
		r = command_text("--transaction", given[TRANSACTION], grant->transaction,
				 sizeof(grant->transaction), err);
	if (r == 0)
		r = command_text("--metering-point", given[METERING_POINT], grant->metering_point,
				 sizeof(grant->metering_point), err);
	if (r == 0 && given[ZONE])
		r = command_text("--zone", given[ZONE], grant->zone, sizeof(grant->zone), err);
	if (r == 0 && given[LICENCE])
		r = command_text("--licence", given[LICENCE], grant->licence,
				 sizeof(grant->licence), err);
	if (r == 0 && given[PRICE])
		r = parse_price(given[PRICE], grant, err);
	return r;
}

/* Zone and licence come from the registration; said twice they must agree. */
static int from_spender(const struct spender *spender, struct wt_grant *grant, struct wt_err *err)
{
	const struct {
		const char *option, *registered;
		char *ours;
	} both[] = {{"--zone", spender->zone, grant->zone},
		    {"--licence", spender->licence, grant->licence}};

	for (size_t i = 0; i < sizeof(both) / sizeof(both[0]); i++) {
		if (!*both[i].registered && !*both[i].ours)
			return wt_fail(err, EINVAL, "%s is needed when the rig is given by its id",
				       both[i].option);
		if (*both[i].registered && *both[i].ours &&
		    strcmp(both[i].registered, both[i].ours) != 0)
			return wt_fail(err, EINVAL, "%s %s: the registration says %s",
				       both[i].option, both[i].ours, both[i].registered);
		if (!*both[i].ours)
			memcpy(both[i].ours, both[i].registered, sizeof(grant->zone));
	}
	memcpy(grant->spender, spender->ueid, sizeof(grant->spender));
	return 0;
}

static int run(const char *dir, char *const given[FIELDS], bool force, struct wt_grant *grant,
	       int64_t now, struct wt_err *err)
{
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf payload = {0}, cose = {0};
	char from[WT_TIMESTAMP_LEN], until[WT_TIMESTAMP_LEN], ueid[2 * WT_UEID_LEN + 1];
	struct spender spender;
	int r;

	r = spender_find(dir, given[RIG], now, &spender, err);
	if (r == 0)
		r = from_spender(&spender, grant, err);
	if (r == 0)
		r = wt_random(grant->id, sizeof(grant->id));
	if (r == 0)
		r = wt_grant_encode(grant, &payload, err);
	if (r == 0)
		r = authority_sign(dir, AUTHORITY_ENERGY, WT_TYP_GRANT, wt_buf_span(&payload), now,
				   &cose, err);
	if (r == 0)
		r = command_output(given[OUTPUT], wt_buf_span(&cose), force, err);
	if (r < 0 || strcmp(given[OUTPUT], "-") == 0)
		return r;

	wt_hex(grant->spender, sizeof(grant->spender), ueid);
	printf("%s: %u Wh for %s, from %s until %s\n", given[OUTPUT], grant->wh,
	       *spender.rig ? spender.rig : ueid, wt_timestamp_utc(grant->not_before, from),
	       wt_timestamp_utc(grant->not_after, until));
	return 0;
}

int authority_grant(int argc, char **argv)
{
	static const struct option options[] = {
		{"rig", required_argument, NULL, RIG},
		{"wh", required_argument, NULL, WH},
		{"from", required_argument, NULL, FROM},
		{"until", required_argument, NULL, UNTIL},
		{"transaction", required_argument, NULL, TRANSACTION},
		{"metering-point", required_argument, NULL, METERING_POINT},
		{"zone", required_argument, NULL, ZONE},
		{"licence", required_argument, NULL, LICENCE},
		{"price", required_argument, NULL, PRICE},
		{"output", required_argument, NULL, OUTPUT},
		{"force", no_argument, NULL, 'f'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	char *given[FIELDS] = {NULL};
	struct wt_grant grant = {0};
	struct wt_err err = {0};
	int64_t now = time(NULL);
	bool force = false;
	int c;

	while ((c = getopt_long(argc, argv, ":o:h", options, NULL)) != -1) {
		if (c >= 0 && c < FIELDS) {
			given[c] = optarg;
		} else if (c == 'o') {
			given[OUTPUT] = optarg;
		} else if (c == 'f') {
			force = true;
		} else if (c == 'h') {
			fputs(help, stdout);
			return 0;
		} else {
			return wt_option_error(COMMAND, c, argv);
		}
	}
	if (argc - optind != 1)
		return wt_usage_error(COMMAND, "one DIR is needed");
	for (int i = 0; i < FIELDS; i++)
		if (fields[i].needed && !given[i])
			return wt_usage_error(COMMAND, "%s is missing", fields[i].name);
	if (parse_fields(given, now, &grant, &err) < 0)
		return wt_usage_error(COMMAND, "%s", err.msg);
	return run(argv[optind], given, force, &grant, now, &err) < 0
		       ? command_failed(COMMAND, &err)
		       : 0;
}
