// SPDX-License-Identifier: Apache-2.0
/*
 * certify: a certificate for a key that was made elsewhere: a rig's, a site's or an inspector's,
 * each with its one duty.
 */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "keys/certify.h"
#include "keys/command.h"
#include "lib/object.h"
#include "lib/timestamp.h"

#define COMMAND "wattest-authority certify"

static const char help[] =
	"usage: " COMMAND " DIR CSR [--duty rig|site|result] [-o FILE] [OPTION]...\n"
	"\n"
	"Issues the certificate for a request (PKCS#10, PEM; `wattest keys` makes a rig's). The common name in it is\n"
	"the name of the rig, the site or the inspector.\n"
	"\n"
	"  --duty rig         signs attestations; from the registry (default)\n"
	"  --duty site        divides what the site buys (`split --new-register` begins its register); from the\n"
	"                     energy platform\n"
	"  --duty result      signs verdicts (`wattest-inspect verify --sign`); from the registry\n"
	"  -o, --output FILE  where to (CSR with .crt as its ending; -: standard output)\n"
	"  --from TIME        when it begins, at the earliest with the issuer (an hour ago)\n"
	"  --days N           how long it is valid, at most as long as the issuer itself (730)\n"
	"  --force            replace FILE\n";

static const struct kind {
	const char *name; /* of --duty */
	const char *whose;
	enum wt_duty duty;
} kinds[] = {
	{ "rig", "a rig's", WT_DUTY_ATTESTATION },
	{ "site", "a site's", WT_DUTY_ALLOTMENT },
	{ "result", "an inspector's", WT_DUTY_RESULT },
};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

struct request {
	const char *dir, *csr, *output;
	const struct kind *kind;
	uint64_t days;
	bool force;
	int64_t now, from;
};

static enum authority_issuer issuer_of(enum wt_duty duty)
{
	const struct authority_layout *layout = &authority_layouts[AUTHORITY_ENERGY];

	for (size_t i = 0; i < layout->n_ca_duties; i++)
		if (layout->ca_duties[i] == duty)
			return AUTHORITY_ENERGY;
	return AUTHORITY_REGISTRY;
}

int certify_key(const char *dir, const struct certify *what, struct wt_key *subject_key,
		struct wt_cert **ret, struct wt_err *err)
{
	__attribute__((cleanup(authority_identity_clear))) struct authority_identity ca = { 0 };
	enum authority_issuer issuer = issuer_of(what->duty);
	struct wt_cert_spec spec = {
		.common_name = what->common_name,
		.duties = { what->duty },
		.n_duties = 1,
		.not_before = what->from,
		.not_after = what->now + (int64_t)what->days * 86400,
	};
	int64_t from, until;
	int r;

	r = authority_load_ca(dir, issuer, &ca, err);
	if (r < 0)
		return r;
	wt_cert_validity(ca.cert, &from, &until);
	if (what->now >= until)
		return wt_fail(err, EKEYREJECTED, "%.150s: the %s's own certificate has expired",
			       dir, authority_layouts[issuer].title);
	/* Never outside the issuer's own time: no path would be good there. */
	if (spec.not_before < from)
		spec.not_before = from;
	if (spec.not_after > until)
		spec.not_after = until;
	return wt_cert_issue(&spec, subject_key, ca.cert, ca.key, ret, err);
}

/* The request, and its common name, which must fit where the name goes. */
static int load_request(const struct request *request, struct wt_csr **ret, struct wt_err *err)
{
	struct wt_csr *csr = NULL;
	int r = wt_csr_load(request->csr, &csr, err);
	size_t n;

	if (r < 0)
		return r;
	n = strlen(wt_csr_common_name(csr));
	if (n == 0)
		r = wt_fail(err, EBADMSG, "%.200s: has no common name, which is %s name",
			    request->csr, request->kind->whose);
	else if (n >= sizeof(((struct wt_registration *)0)->rig))
		r = wt_fail(err, EBADMSG, "%.200s: a common name that is too long for %s",
			    request->csr, request->kind->whose);
	if (r < 0)
		wt_csr_free(csr);
	else
		*ret = csr; /* transferred */
	return r;
}

/* The platform knows the sites it sells to: by name, so that a table of purchases can name them. */
static int enter_site(const struct request *request, const struct wt_cert *cert, struct wt_err *err)
{
	__attribute__((cleanup(register_freep))) struct authority_register *reg = NULL;
	int r = authority_open_register(request->dir, &reg, err);

	if (r == 0)
		r = register_begin(reg, err);
	if (r == 0)
		r = register_put_site(reg, wt_cert_common_name(cert), cert, request->now, err);
	return r == 0 ? register_commit(reg, err) : r;
}

static int issue(const struct request *request, const char *output, struct wt_cert **ret,
		 struct wt_err *err)
{
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf pem = { 0 };
	char why[sizeof(err->msg)];
	struct wt_csr *csr = NULL;
	bool entered = false;
	int r;

	r = load_request(request, &csr, err);
	if (r < 0)
		return r;
	r = command_output_free(output, request->force, err);
	if (r == 0)
		r = certify_key(request->dir,
				&(struct certify){ .common_name = wt_csr_common_name(csr),
						   .duty = request->kind->duty,
						   .now = request->now,
						   .from = request->from,
						   .days = request->days },
				wt_csr_key(csr), ret, err);
	wt_csr_free(csr);
	if (r == 0)
		r = wt_cert_pem(*ret, &pem, err);
	if (r == 0 && request->kind->duty == WT_DUTY_ALLOTMENT) {
		r = enter_site(request, *ret, err);
		entered = r == 0;
	}
	if (r == 0)
		r = command_output(output, wt_buf_span(&pem), request->force, err);
	if (r == 0 || !entered)
		return r;
	snprintf(why, sizeof(why), "%s", err->msg);
	return wt_fail(err, -r, "%.130s; the register has the site: ask again under another name",
		       why);
}

/* CSR with .crt as its ending, unless there is another wish. */
static int output_path(const struct request *request, char ret[PATH_MAX], struct wt_err *err)
{
	size_t n = strlen(request->csr);
	int len;

	if (n > 4 && strcmp(request->csr + n - 4, ".csr") == 0)
		n -= 4;
	len = request->output ? snprintf(ret, PATH_MAX, "%s", request->output)
			      : snprintf(ret, PATH_MAX, "%.*s.crt", (int)n, request->csr);
	return len < PATH_MAX
		       ? 0
		       : wt_fail(err, ENAMETOOLONG, "%.60s...: the path is too long", request->csr);
}

/* What others will know it by: a rig's id, or the digest of the certificate. */
static int print_id(const struct request *request, struct wt_cert *cert, struct wt_err *err)
{
	char hex[2 * WT_SHA256_LEN + 1];
	uint8_t id[WT_SHA256_LEN];
	size_t n = WT_SHA256_LEN;
	int r = 0;

	if (request->kind->duty == WT_DUTY_ATTESTATION) {
		n = WT_UEID_LEN;
		r = wt_ueid_from_key(wt_cert_key(cert), id);
		if (r < 0)
			return wt_fail(err, -r, "%.200s: cannot derive the rig's id", request->csr);
	} else {
		wt_cert_x5t(cert, id);
	}
	wt_hex(id, n, hex);
	printf("%s %s\n", request->kind->duty == WT_DUTY_RESULT ? "inspector" : request->kind->name,
	       hex);
	return 0;
}

static int run(const struct request *request, struct wt_err *err)
{
	__attribute__((cleanup(wt_cert_freep))) struct wt_cert *cert = NULL;
	char until_text[WT_TIMESTAMP_LEN], output[PATH_MAX];
	int64_t from, until;
	int r;

	r = output_path(request, output, err);
	if (r == 0)
		r = issue(request, output, &cert, err);
	if (r < 0 || strcmp(output, "-") == 0)
		return r;
	wt_cert_validity(cert, &from, &until);
	printf("%s: %s, valid until %s\n", output, wt_cert_name(cert),
	       wt_timestamp_utc(until, until_text));
	return print_id(request, cert, err);
}

static const struct kind *kind_of(const char *name)
{
	for (size_t i = 0; i < KINDS; i++)
		if (strcmp(name, kinds[i].name) == 0)
			return &kinds[i];
	return NULL;
}

int authority_certify(int argc, char **argv)
{
	static const struct option options[] = {
		{ "output", required_argument, NULL, 'o' },
		{ "duty", required_argument, NULL, 'u' },
		{ "from", required_argument, NULL, 'F' },
		{ "days", required_argument, NULL, 'd' },
		{ "force", no_argument, NULL, 'f' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	struct request request = {
		.kind = &kinds[0],
		.days = AUTHORITY_RIG_DAYS,
		.now = time(NULL),
	};
	struct wt_err err = { 0 };
	int c;

	request.from = request.now - AUTHORITY_BACKDATE;
	while ((c = getopt_long(argc, argv, ":o:h", options, NULL)) != -1) {
		switch (c) {
		case 'o':
			request.output = optarg;
			break;
		case 'u':
			request.kind = kind_of(optarg);
			if (!request.kind)
				return wt_usage_error(COMMAND, "--duty %.40s: rig, site or result",
						      optarg);
			break;
		case 'F':
			if (command_time("--from", optarg, request.now, &request.from, &err) < 0)
				return wt_usage_error(COMMAND, "%s", err.msg);
			if (request.from > request.now)
				return wt_usage_error(COMMAND, "--from: later than now");
			break;
		case 'd':
			if (command_number("--days", optarg, 1, AUTHORITY_MAX_DAYS, &request.days,
					   &err) < 0)
				return wt_usage_error(COMMAND, "%s", err.msg);
			break;
		case 'f':
			request.force = true;
			break;
		case 'h':
			fputs(help, stdout);
			return 0;
		default:
			return wt_option_error(COMMAND, c, argv);
		}
	}
	if (argc - optind != 2)
		return wt_usage_error(COMMAND, "DIR and CSR are needed");
	request.dir = argv[optind];
	request.csr = argv[optind + 1];
	return run(&request, &err) < 0 ? command_failed(COMMAND, &err) : 0;
}
