// SPDX-License-Identifier: Apache-2.0
/* notice: what changes an allocation after the purchase. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "keys/authority.h"
#include "keys/command.h"
#include "lib/timestamp.h"

#define COMMAND "wattest-authority notice"

static const char help[] =
	"usage: " COMMAND " DIR revoke-grant --grant ID|TRANSACTION [--from TIME] -o FILE\n"
	"       " COMMAND " DIR revoke-registration --registration ID [--from TIME] -o FILE\n"
	"       " COMMAND " DIR curtail --rig RIG|--licence ID|--zone ZONE --max-w N --until TIME\n"
	"               [--from TIME] [--by platform|registry] -o FILE\n"
	"       " COMMAND " DIR off --rig RIG|--licence ID|--zone ZONE --until TIME\n"
	"               [--from TIME] [--by platform|registry] -o FILE\n"
	"\n"
	"Signs a notice: a grant or a registration counts no more, a rig may draw no more than so much for a\n"
	"while, or is off. Inspectors and rigs get it as they get grants.\n"
	"\n"
	"  --grant, --registration\n"
	"                    what is revoked, as `list` has it; it must have been issued here\n"
	"  --rig RIG         a registered rig's name, or any rig's id\n"
	"  --licence, --zone all rigs of that licence, or in that zone of the grid\n"
	"  --max-w N         the most that each of them may draw, W; may be 0\n"
	"  --from, --until TIME\n"
	"                    from when on (now), and until when, not included\n"
	"  --by platform     who says it: the energy platform (default) or the registry\n"
	"  --reason TEXT     for people\n"
	"  -o, --output FILE where to (-: standard output)\n"
	"  --force           replace FILE\n";

enum field {
	GRANT,
	REGISTRATION,
	RIG,
	LICENCE,
	ZONE,
	MAX_W,
	FROM,
	UNTIL,
	BY,
	REASON,
	OUTPUT,
	FIELDS,
};

static const char *const names[FIELDS] = {
	[GRANT] = "--grant",   [REGISTRATION] = "--registration",
	[RIG] = "--rig",       [LICENCE] = "--licence",
	[ZONE] = "--zone",     [MAX_W] = "--max-w",
	[FROM] = "--from",     [UNTIL] = "--until",
	[BY] = "--by",	       [REASON] = "--reason",
	[OUTPUT] = "--output",
};

#define BIT(field) (1u << (field))
#define OF_RIGS (BIT(RIG) | BIT(LICENCE) | BIT(ZONE))

/* What each kind has: all of needed, one of target, and any of allowed. */
static const struct kind {
	const char *name;
	enum wt_notice_kind kind;
	unsigned needed, target, allowed;
} kinds[] = {
	{ "revoke-grant", WT_NOTICE_REVOKE_GRANT, 0, BIT(GRANT), 0 },
	{ "revoke-registration", WT_NOTICE_REVOKE_REGISTRATION, 0, BIT(REGISTRATION), 0 },
	{ "curtail", WT_NOTICE_CURTAIL, BIT(UNTIL) | BIT(MAX_W), OF_RIGS, BIT(BY) },
	{ "off", WT_NOTICE_OFF, BIT(UNTIL), OF_RIGS, BIT(BY) },
};

#define ALWAYS (BIT(FROM) | BIT(REASON) | BIT(OUTPUT))

struct request {
	const char *dir;
	const char *given[FIELDS];
	bool force;
	int64_t now;
	enum authority_issuer by;
	struct wt_notice notice;
};

static int check_fields(const struct kind *kind, const struct request *request, struct wt_err *err)
{
	unsigned given = 0, targets;

	for (int i = 0; i < FIELDS; i++) {
		if (!request->given[i])
			continue;
		given |= BIT(i);
		if (!(BIT(i) & (kind->needed | kind->target | kind->allowed | ALWAYS)))
			return wt_fail(err, EINVAL, "%s: not for %s", names[i], kind->name);
	}
	for (int i = 0; i < FIELDS; i++)
		if (BIT(i) & (kind->needed | BIT(OUTPUT)) & ~given)
			return wt_fail(err, EINVAL, "%s is missing", names[i]);
	targets = given & kind->target;
	if (targets == 0)
		return wt_fail(err, EINVAL, "%s is missing",
			       kind->target == OF_RIGS	    ? "--rig, --licence or --zone"
			       : kind->target == BIT(GRANT) ? names[GRANT]
							    : names[REGISTRATION]);
	if (targets & (targets - 1))
		return wt_fail(err, EINVAL, "--rig, --licence or --zone: one of them");
	return 0;
}

static int parse_fields(const struct kind *kind, struct request *request, struct wt_err *err)
{
	const char *const *given = request->given;
	struct wt_notice *notice = &request->notice;
	uint64_t watts = 0;
	int r = 0;

	notice->kind = kind->kind;
	notice->issued_at = notice->from = request->now;
	request->by =
		kind->kind == WT_NOTICE_REVOKE_REGISTRATION ? AUTHORITY_REGISTRY : AUTHORITY_ENERGY;
	if (given[BY] && strcmp(given[BY], "registry") == 0)
		request->by = AUTHORITY_REGISTRY;
	else if (given[BY] && strcmp(given[BY], "platform") != 0)
		r = wt_fail(err, EINVAL, "--by %.40s: platform or registry", given[BY]);
	if (r == 0 && given[MAX_W])
		r = command_number(names[MAX_W], given[MAX_W], 0, UINT32_MAX, &watts, err);
	if (r == 0 && given[FROM])
		r = command_time(names[FROM], given[FROM], request->now, &notice->from, err);
	if (r == 0 && given[UNTIL])
		r = command_time(names[UNTIL], given[UNTIL], request->now, &notice->to, err);
	if (r == 0 && given[UNTIL] && notice->to <= notice->from)
		r = wt_fail(err, EINVAL, "--until is not after --from");
	if (r == 0 && given[REASON])
		r = command_text(names[REASON], given[REASON], notice->reason,
				 sizeof(notice->reason), err);
	if (r == 0 && given[LICENCE])
		r = command_text(names[LICENCE], given[LICENCE], notice->text, sizeof(notice->text),
				 err);
	if (r == 0 && given[ZONE])
		r = command_text(names[ZONE], given[ZONE], notice->text, sizeof(notice->text), err);
	notice->max_w = (uint32_t)watts;
	return r;
}

/* What is revoked was issued here, and is of that kind. */
static int find_object(struct authority_register *reg, enum field field, enum wt_typ typ,
		       struct request *request, struct wt_err *err)
{
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf cose = { 0 };
	const char *text = request->given[field];
	enum wt_typ found = WT_TYP_NONE;
	struct register_grant grant;
	uint8_t id[WT_ID_LEN];
	int r = 0;

	request->notice.scope = WT_SCOPE_OBJECT;
	if (field == GRANT) {
		r = register_find_transaction(reg, text, &grant, NULL, err);
		if (r > 0) {
			memcpy(request->notice.target, grant.id, sizeof(grant.id));
			return 0;
		}
	}
	if (r == 0 && strlen(text) == 2 * WT_ID_LEN && wt_unhex(text, id, sizeof(id)) == WT_ID_LEN)
		r = register_find_object(reg, id, &found, &cose, err);
	if (r < 0)
		return r;
	if (found != typ)
		return wt_fail(err, ENOENT, "%s %.80s: no %s of that id was issued here",
			       names[field], text, wt_typ_name(typ));
	memcpy(request->notice.target, id, sizeof(id));
	return 0;
}

static int find_target(struct authority_register *reg, struct request *request, struct wt_err *err)
{
	const char *rig_text = request->given[RIG];
	struct register_rig rig;
	int r;

	if (request->given[GRANT])
		return find_object(reg, GRANT, WT_TYP_GRANT, request, err);
	if (request->given[REGISTRATION])
		return find_object(reg, REGISTRATION, WT_TYP_REGISTRATION, request, err);
	if (!rig_text) {
		request->notice.scope = request->given[LICENCE] ? WT_SCOPE_LICENCE : WT_SCOPE_ZONE;
		return 0;
	}
	request->notice.scope = WT_SCOPE_RIG;
	if (strlen(rig_text) == 2 * WT_UEID_LEN &&
	    wt_unhex(rig_text, request->notice.target, WT_UEID_LEN) == WT_UEID_LEN)
		return 0;
	r = register_find_rig(reg, rig_text, request->notice.from, &rig, err);
	if (r == 0)
		r = wt_fail(err, ENOENT, "--rig %.80s: not registered at that time; use its id",
			    rig_text);
	if (r > 0)
		memcpy(request->notice.target, rig.ueid, sizeof(rig.ueid));
	return r < 0 ? r : 0;
}

static void say(const struct request *request, const char *kind)
{
	const struct wt_notice *notice = &request->notice;
	char from[WT_TIMESTAMP_LEN], until[WT_TIMESTAMP_LEN];

	printf("%s: %s, from %s", request->given[OUTPUT], kind,
	       wt_timestamp_utc(notice->from, from));
	if (notice->to)
		printf(" until %s", wt_timestamp_utc(notice->to, until));
	if (notice->kind == WT_NOTICE_CURTAIL)
		printf(", at most %u W", notice->max_w);
	printf(", by the %s\n", authority_layouts[request->by].title);
}

static int run(struct request *request, const char *kind, struct wt_err *err)
{
	__attribute__((cleanup(register_freep))) struct authority_register *reg = NULL;
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf payload = { 0 }, cose = { 0 };
	const char *output = request->given[OUTPUT];
	int r;

	r = authority_open_register(request->dir, &reg, err);
	if (r == 0)
		r = register_begin(reg, err);
	if (r == 0)
		r = find_target(reg, request, err);
	if (r == 0)
		r = command_output_free(output, request->force, err);
	if (r == 0)
		r = wt_random(request->notice.id, sizeof(request->notice.id));
	if (r == 0)
		r = wt_notice_encode(&request->notice, &payload, err);
	if (r == 0)
		r = authority_sign(request->dir, request->by, WT_TYP_NOTICE, wt_buf_span(&payload),
				   request->now, &cose, err);
	if (r == 0)
		r = register_put_notice(reg, &request->notice, wt_buf_span(&cose), err);
	if (r == 0)
		r = register_commit(reg, err);
	if (r == 0)
		r = command_output_issued(request->dir, request->notice.id, output,
					  wt_buf_span(&cose), request->force, err);
	/* NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker): check_fields() saw that it is there */
	if (r == 0 && strcmp(output, "-") != 0)
		say(request, kind);
	return r;
}

int authority_notice(int argc, char **argv)
{
	static const struct option options[] = {
		{ "grant", required_argument, NULL, GRANT },
		{ "registration", required_argument, NULL, REGISTRATION },
		{ "rig", required_argument, NULL, RIG },
		{ "licence", required_argument, NULL, LICENCE },
		{ "zone", required_argument, NULL, ZONE },
		{ "max-w", required_argument, NULL, MAX_W },
		{ "from", required_argument, NULL, FROM },
		{ "until", required_argument, NULL, UNTIL },
		{ "by", required_argument, NULL, BY },
		{ "reason", required_argument, NULL, REASON },
		{ "output", required_argument, NULL, OUTPUT },
		{ "force", no_argument, NULL, 'f' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	struct request request = { .now = time(NULL) };
	struct wt_err err = { 0 };
	size_t kind = 0;
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
	if (argc - optind != 2)
		return wt_usage_error(COMMAND, "DIR and the kind of notice are needed");
	request.dir = argv[optind];
	while (kind < sizeof(kinds) / sizeof(kinds[0]) &&
	       strcmp(argv[optind + 1], kinds[kind].name) != 0)
		kind++;
	if (kind == sizeof(kinds) / sizeof(kinds[0]))
		return wt_usage_error(COMMAND,
				      "%.40s: revoke-grant, revoke-registration, curtail or off",
				      argv[optind + 1]);
	if (check_fields(&kinds[kind], &request, &err) < 0 ||
	    parse_fields(&kinds[kind], &request, &err) < 0)
		return wt_usage_error(COMMAND, "%s", err.msg);
	return run(&request, kinds[kind].name, &err) < 0 ? command_failed(COMMAND, &err) : 0;
}
