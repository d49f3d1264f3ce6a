// SPDX-License-Identifier: Apache-2.0
/*
 * split: a site divides a grant among its rigs. The shares sum to the grant, or to what is left of
 * it, and never to more.
 */
#include <dirent.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "keys/command.h"
#include "keys/outdir.h"
#include "keys/rigs.h"
#include "keys/signed.h"
#include "keys/signing.h"
#include "keys/standing.h"

#define COMMAND "wattest-authority split"

static const char help[] =
	"usage: " COMMAND " --grant FILE --site-key KEY --site-cert CERT --rigs LIST\n"
	"       [--by equal|nameplate|wh] [--wh N] [OPTION]... -o OUTDIR\n"
	"       " COMMAND " --grant FILE --site-key KEY --site-cert CERT --again -o OUTDIR\n"
	"\n"
	"Signs an allotment for every rig in the list: its share of a grant that the site bought. The shares sum\n"
	"exactly to what is left of the grant; what was allotted is in register.db beside the key.\n"
	"\n"
	"  --grant FILE           for the site whose certificate is given\n"
	"  --site-key, --site-cert\n"
	"                         site.key and site.crt, as `site` made them\n"
	"  --rigs LIST            a folder of registrations, or CSV: columns ueid and nameplate_w or wh\n"
	"  --by equal             every rig the same (default)\n"
	"  --by nameplate         in proportion to the registered power\n"
	"  --by wh                as the list says, in Wh; together at most what is left\n"
	"  --wh N                 divide no more than that\n"
	"  --notices FILE|DIR     what authorities said since (notices, beside register.db, if it is there): a revoked grant\n"
	"                         is not divided, and what limits its rigs is said\n"
	"  --again                write what was allotted from this grant once more, and allot nothing\n"
	"  --trust DIR            trust anchors (trust, beside the key)\n"
	"  --register DIR         where register.db is (beside the key)\n"
	"  --new-register         make it: for a key that `site` did not make, and only at its first grant\n"
	"  -o, --output OUTDIR    a file for each share, made if need be: RIG-ALLOTMENT.cose\n"
	"  -j, --jobs N           sign on so many cores (all)\n";

struct request {
	const char *grant_file, *key, *cert, *rigs, *trust, *notices, *book, *output;
	enum rigs_by by;
	uint64_t wh, jobs;
	bool again, new_register;
	uint32_t before_wh; /* of the grant, allotted before */
	int64_t now;
	struct signed_object object;
	struct wt_grant grant;
};

static void request_clear(struct request *request)
{
	signed_clear(&request->object);
}

static int open_signer(void *user, struct authority_identity *ret, struct wt_err *err)
{
	const struct request *request = user;
	int r = wt_cert_load(request->cert, &ret->cert, err);

	return r == 0 ? wt_key_load(request->key, &ret->key, err) : r;
}

/* The key is that of the certificate, which may allot, and the grant is for it. */
static int check_site(const struct request *request, struct wt_trust *trust, struct wt_err *err)
{
	__attribute__((cleanup(authority_identity_clear))) struct authority_identity site = { 0 };
	uint8_t x5t[WT_SHA256_LEN];
	struct wt_path_result path;
	int r;

	r = open_signer((void *)request, &site, err);
	if (r < 0)
		return r;
	if (!wt_cert_key(site.cert) || !wt_key_same(site.key, wt_cert_key(site.cert)))
		return wt_fail(err, EINVAL, "%.100s: is not the key of %.100s", request->key,
			       request->cert);
	r = wt_trust_check(trust, site.cert, NULL, WT_DUTY_ALLOTMENT, request->now, &path, err);
	if (r < 0)
		return wt_fail_in(err, r, "%.150s", request->cert);
	if (!request->grant.to_site)
		return wt_fail(err, EINVAL, "%.150s: is for one rig, there is nothing to divide",
			       request->grant_file);
	wt_cert_x5t(site.cert, x5t);
	if (memcmp(x5t, request->grant.site_key, sizeof(x5t)) != 0)
		return wt_fail(err, EINVAL, "%.100s: is for another site than %.100s",
			       request->grant_file, request->cert);
	return 0;
}

/* The grant is in the register, this one and no other of its id; how much of it is left? */
static int find_left(const struct request *request, struct authority_register *reg, uint32_t *ret,
		     struct wt_err *err)
{
	struct register_grant known;
	uint64_t allotted = 0;
	int r;

	r = register_find_grant(reg, request->grant.id, &known, err);
	if (r > 0 && memcmp(known.digest, request->object.digest, sizeof(known.digest)) != 0)
		return wt_fail(err, EEXIST, "%.150s: another grant with that id is in the register",
			       request->grant_file);
	if (r == 0)
		r = register_put_grant(reg, &request->grant, wt_buf_span(&request->object.file),
				       request->now, err);
	if (r >= 0)
		r = register_allotted(reg, request->grant.id, &allotted, err);
	if (r < 0)
		return wt_fail_in(err, r, "%.150s", request->grant_file);
	if (allotted >= request->grant.wh)
		return wt_fail(err, ERANGE,
			       "%.150s: all of its %u Wh are allotted (--again writes "
			       "them once more)",
			       request->grant_file, request->grant.wh);
	*ret = request->grant.wh - (uint32_t)allotted;
	return 0;
}

static int divide(const struct request *request, uint32_t left, struct rigs *rigs,
		  struct wt_err *err)
{
	uint64_t sum = 0;
	int r;

	if (request->wh > left)
		return wt_fail(err, ERANGE, "--wh %u: %u Wh are left of %.120s",
			       (unsigned)request->wh, left, request->grant_file);
	if (request->wh)
		left = (uint32_t)request->wh;
	if (request->by == RIGS_WH) {
		for (size_t i = 0; i < rigs->n; i++)
			sum += rigs->shares[i].wh;
		if (sum > left)
			return wt_fail(err, ERANGE, "%.120s: asks for %llu Wh, %u are left",
				       request->rigs, (unsigned long long)sum, left);
		return 0;
	}
	r = shares_divide(left, rigs->shares, rigs->n);
	if (r == -ERANGE)
		return wt_fail(err, ERANGE, "%u Wh among %zu rigs: less than 1 Wh each", left,
			       rigs->n);
	return r < 0 ? wt_fail(err, -r, "%.120s: cannot be divided by", request->rigs) : 0;
}

static int prepare(const struct request *request, const struct rigs *rigs,
		   struct wt_allotment *allotments, struct signing_item *items, struct wt_err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < rigs->n; i++) {
		struct wt_allotment *a = &allotments[i];

		a->not_before = request->grant.not_before;
		a->not_after = request->grant.not_after;
		memcpy(a->ueid, rigs->shares[i].ueid, sizeof(a->ueid));
		memcpy(a->grant_id, request->grant.id, sizeof(a->grant_id));
		memcpy(a->grant_digest, request->object.digest, sizeof(a->grant_digest));
		a->wh = rigs->shares[i].wh;
		r = wt_random(a->id, sizeof(a->id));
		if (r == 0)
			r = wt_allotment_encode(a, &items[i].payload, err);
	}
	return r;
}

static int enter(const struct request *request, struct authority_register *reg,
		 const struct wt_allotment *allotments, const struct signing_item *items, size_t n,
		 struct wt_err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < n; i++) {
		r = register_put_allotment(reg, &allotments[i], wt_buf_span(&items[i].cose),
					   request->now, err);
		if (r == 0 && i % PROGRESS_STEP == 0)
			progress("registered", i, n);
	}
	if (r == 0)
		r = register_check_shares(reg, request->grant.id, err);
	if (r == 0)
		r = register_commit(reg, err);
	return r;
}

/* --- files: always from the register ---------------------------------------------------------- */

struct writing {
	struct outdir *out;
	struct wt_err *err;
	uint64_t skip_wh; /* the oldest, which were written when they were allotted */
	size_t n;
	uint64_t wh;
};

static int write_share(const uint8_t ueid[WT_UEID_LEN], struct wt_span cose, void *user)
{
	char text[2 * (WT_UEID_LEN + WT_ID_LEN) + 2], name[NAME_MAX + 1];
	struct writing *writing = user;
	struct wt_allotment allotment = { 0 };
	struct wt_cose decoded;
	int r;

	r = wt_cose_decode(cose, &decoded, writing->err);
	if (r == 0)
		r = wt_allotment_decode(decoded.payload, &allotment, writing->err);
	if (r < 0)
		return r;
	if (writing->skip_wh >= allotment.wh) {
		writing->skip_wh -= allotment.wh;
		return 0;
	}
	wt_hex(ueid, WT_UEID_LEN, text);
	text[2 * WT_UEID_LEN] = '-';
	wt_hex(allotment.id, sizeof(allotment.id), text + 2 * WT_UEID_LEN + 1);
	outdir_name(text, ".cose", name);
	writing->n++;
	writing->wh += allotment.wh;
	return outdir_write(writing->out, name, cose, writing->err);
}

static int write_all(const struct request *request, struct authority_register *reg,
		     struct outdir *out, struct wt_err *err)
{
	struct writing writing = { .out = out, .err = err, .skip_wh = request->before_wh };
	char n[WT_GROUPED_LEN], wh[WT_GROUPED_LEN], of[WT_GROUPED_LEN], why[sizeof(err->msg)];
	int r;

	r = register_each_share(reg, request->grant.id, write_share, &writing, err);
	if (r == 0)
		r = outdir_sync(out, err);
	if (r < 0) {
		snprintf(why, sizeof(why), "%s", err->msg);
		return wt_fail(err, -r, "%.150s; all are issued: --again writes them", why);
	}
	printf("%s: %s allotments, %s of %s Wh of %s\n", request->output, wt_grouped(writing.n, n),
	       wt_grouped(writing.wh, wh), wt_grouped(request->grant.wh, of),
	       request->grant.transaction);
	return 0;
}

/* What authorities said since. What was allotted before can still be written, for it was signed. */
static int check_standing(const struct request *request, struct wt_trust *trust,
			  const struct rigs *rigs, struct wt_err *err)
{
	const char *notices = request->notices;
	char beside[4096];
	int r;

	if (!notices) {
		r = authority_path(request->book, "notices", beside, err);
		if (r < 0 || access(beside, F_OK) < 0)
			return r;
		notices = beside;
	}
	r = standing_check(notices, trust, &request->grant, rigs, err);
	if (r == -ECANCELED && request->again) {
		fprintf(stderr, COMMAND ": %s\n", err->msg);
		r = 0;
	}
	return r;
}

static int split(struct request *request, struct authority_register *reg, struct wt_trust *trust,
		 struct wt_err *err)
{
	__attribute__((cleanup(rigs_clear))) struct rigs rigs = { 0 };
	struct wt_allotment *allotments = NULL;
	struct signing_item *items = NULL;
	uint32_t left = 0;
	int r;

	r = register_begin(reg, err);
	if (r == 0)
		r = find_left(request, reg, &left, err);
	request->before_wh = request->grant.wh - left;
	if (r == 0)
		r = rigs_read(request->rigs, request->by, trust, &request->grant, request->now,
			      &rigs, err);
	if (r == 0)
		r = check_standing(request, trust, &rigs, err);
	if (r == 0)
		r = divide(request, left, &rigs, err);
	if (r < 0)
		return r;
	allotments = calloc(rigs.n + 1, sizeof(*allotments));
	items = signing_items(rigs.n);
	r = allotments && items ? prepare(request, &rigs, allotments, items, err)
				: wt_fail(err, ENOMEM, "out of memory");
	if (r == 0)
		r = signing_run(items, rigs.n, (unsigned)request->jobs, WT_TYP_ALLOTMENT,
				open_signer, request, err);
	if (r == 0)
		r = enter(request, reg, allotments, items, rigs.n, err);
	signing_free(items, rigs.n);
	free(allotments);
	return r;
}

static int run(struct request *request, struct wt_err *err)
{
	__attribute__((cleanup(register_freep))) struct authority_register *reg = NULL;
	__attribute__((cleanup(wt_trust_freep))) struct wt_trust *trust = NULL;
	__attribute__((cleanup(outdir_clear))) struct outdir out = { 0 };
	char beside[4096], trust_path[4096];
	int r;

	snprintf(beside, sizeof(beside), "%s", request->key);
	if (!request->book)
		request->book = dirname(beside);
	r = authority_path(request->book, "trust", trust_path, err);
	if (r == 0)
		r = wt_trust_load(request->trust ? request->trust : trust_path, &trust, err);
	if (r == 0)
		r = signed_read(request->grant_file, trust, WT_TYP_GRANT, WT_DUTY_GRANT,
				request->now, &request->object, err);
	if (r < 0)
		return r;
	r = wt_grant_decode(request->object.cose.payload, &request->grant, err);
	if (r < 0)
		return wt_fail_in(err, r, "%.200s", request->grant_file);
	r = check_site(request, trust, err);
	if (r == 0)
		r = register_open(request->book,
				  request->new_register ? REGISTER_NEW : REGISTER_OPEN, &reg, err);
	if (r == 0)
		r = outdir_open(request->output, &out, err);
	if (r == 0)
		r = request->again ? check_standing(request, trust, NULL, err)
				   : split(request, reg, trust, err);
	if (r == 0)
		r = write_all(request, reg, &out, err);
	return r;
}

static int parse_by(const char *text, enum rigs_by *ret, struct wt_err *err)
{
	static const char *const names[] = {
		[RIGS_EQUAL] = "equal", [RIGS_NAMEPLATE] = "nameplate", [RIGS_WH] = "wh"
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(text, names[i]) == 0) {
			*ret = (enum rigs_by)i;
			return 0;
		}
	return wt_fail(err, EINVAL, "--by %.40s: equal, nameplate or wh", text);
}

enum {
	GRANT,
	KEY,
	CERT,
	RIGS,
	BY,
	WH,
	AGAIN,
	NEW_REGISTER,
	TRUST,
	NOTICES,
	REGISTER
};

static int take_option(int c, struct request *request, struct wt_err *err)
{
	const char **const texts[] = {
		[GRANT] = &request->grant_file, [KEY] = &request->key,
		[CERT] = &request->cert,	[RIGS] = &request->rigs,
		[TRUST] = &request->trust,	[NOTICES] = &request->notices,
		[REGISTER] = &request->book
	};

	switch (c) {
	case 'o':
		request->output = optarg;
		return 0;
	case 'j':
		return command_number("--jobs", optarg, 1, SIGNING_MAX_JOBS, &request->jobs, err);
	case BY:
		return parse_by(optarg, &request->by, err);
	case WH:
		return command_number("--wh", optarg, 1, WT_GRANT_MAX_WH, &request->wh, err);
	case AGAIN:
		request->again = true;
		return 0;
	case NEW_REGISTER:
		request->new_register = true;
		return 0;
	default:
		*texts[c] = optarg;
		return 0;
	}
}

int authority_split(int argc, char **argv)
{
	static const struct option options[] = {
		{ "grant", required_argument, NULL, GRANT },
		{ "site-key", required_argument, NULL, KEY },
		{ "site-cert", required_argument, NULL, CERT },
		{ "rigs", required_argument, NULL, RIGS },
		{ "by", required_argument, NULL, BY },
		{ "wh", required_argument, NULL, WH },
		{ "again", no_argument, NULL, AGAIN },
		{ "new-register", no_argument, NULL, NEW_REGISTER },
		{ "trust", required_argument, NULL, TRUST },
		{ "notices", required_argument, NULL, NOTICES },
		{ "register", required_argument, NULL, REGISTER },
		{ "output", required_argument, NULL, 'o' },
		{ "jobs", required_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	__attribute__((cleanup(request_clear))) struct request request = { .now = time(NULL) };
	struct wt_err err = { 0 };
	int c;

	while ((c = getopt_long(argc, argv, ":o:j:h", options, NULL)) != -1) {
		if (c == 'h') {
			fputs(help, stdout);
			return 0;
		}
		if (c == '?' || c == ':')
			return wt_option_error(COMMAND, c, argv);
		if (take_option(c, &request, &err) < 0)
			return wt_usage_error(COMMAND, "%s", err.msg);
	}
	if (argc != optind)
		return wt_usage_error(COMMAND, "%.80s: is not an option", argv[optind]);
	if (!request.grant_file || !request.key || !request.cert || !request.output)
		return wt_usage_error(COMMAND, "--%s is missing",
				      !request.grant_file ? "grant"
				      : !request.key	  ? "site-key"
				      : !request.cert	  ? "site-cert"
							  : "output");
	if (request.again && request.new_register)
		return wt_usage_error(COMMAND, "--again: a new register has nothing in it");
	if (!request.rigs && !request.again)
		return wt_usage_error(COMMAND, "--rigs is missing");
	return run(&request, &err) < 0 ? command_failed(COMMAND, &err) : 0;
}
