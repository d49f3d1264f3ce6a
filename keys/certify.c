// SPDX-License-Identifier: Apache-2.0
/* certify: the registry's certificate for a rig's key, with the one duty to sign attestations. */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "keys/authority.h"
#include "keys/command.h"
#include "lib/object.h"
#include "lib/timestamp.h"

#define COMMAND "wattest-authority certify"

static const char help[] =
	"usage: " COMMAND " DIR CSR [-o FILE] [OPTION]...\n"
	"\n"
	"Issues the certificate for a rig's request (`wattest keys` makes one). The rig's name is the common\n"
	"name in it.\n"
	"\n"
	"  -o, --output FILE  where to (CSR with .crt as its ending; -: standard output)\n"
	"  --days N           how long it is valid, at most as long as the registry itself (730)\n"
	"  --force            replace FILE\n";

struct request {
	const char *dir, *csr, *output;
	uint64_t days;
	bool force;
};

static int issue(const struct request *request, struct wt_csr *csr, struct wt_cert **ret,
		 struct wt_err *err)
{
	__attribute__((cleanup(authority_identity_clear))) struct authority_identity ca = { 0 };
	int64_t now = time(NULL), ca_from, ca_until;
	struct wt_cert_spec spec = {
		.common_name = wt_csr_common_name(csr),
		.duties = { WT_DUTY_ATTESTATION },
		.n_duties = 1,
	};
	int r;

	r = authority_load_ca(request->dir, AUTHORITY_REGISTRY, &ca, err);
	if (r < 0)
		return r;
	wt_cert_validity(ca.cert, &ca_from, &ca_until);
	if (now >= ca_until)
		return wt_fail(err, EKEYREJECTED,
			       "%.200s: the registry's own certificate has expired", request->dir);
	/* Never outside the issuer's own time: no path would be good there. */
	spec.not_before = now - AUTHORITY_BACKDATE > ca_from ? now - AUTHORITY_BACKDATE : ca_from;
	spec.not_after = now + (int64_t)request->days * 86400;
	if (spec.not_after > ca_until)
		spec.not_after = ca_until;
	return wt_cert_issue(&spec, wt_csr_key(csr), ca.cert, ca.key, ret, err);
}

static int run(const struct request *request, struct wt_err *err)
{
	__attribute__((cleanup(wt_cert_freep))) struct wt_cert *cert = NULL;
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf pem = { 0 };
	char until_text[WT_TIMESTAMP_LEN], hex[2 * WT_UEID_LEN + 1], fallback[PATH_MAX];
	const char *output = request->output;
	uint8_t ueid[WT_UEID_LEN];
	struct wt_csr *csr = NULL;
	int64_t from, until;
	int r;

	if (!output) {
		size_t n = strlen(request->csr);

		if (n > 4 && strcmp(request->csr + n - 4, ".csr") == 0)
			n -= 4;
		if (n + sizeof(".crt") > sizeof(fallback))
			return wt_fail(err, ENAMETOOLONG, "%.60s...: the path is too long",
				       request->csr);
		snprintf(fallback, sizeof(fallback), "%.*s.crt", (int)n, request->csr);
		output = fallback;
	}

	r = wt_csr_load(request->csr, &csr, err);
	if (r < 0)
		return r;
	if (!*wt_csr_common_name(csr))
		r = wt_fail(err, EBADMSG, "%.200s: has no common name, which is the rig's name",
			    request->csr);
	if (strlen(wt_csr_common_name(csr)) >= sizeof(((struct wt_registration *)0)->rig))
		r = wt_fail(err, EBADMSG, "%.200s: a common name that is too long for a rig's",
			    request->csr);
	if (r == 0)
		r = issue(request, csr, &cert, err);
	wt_csr_free(csr);
	if (r == 0)
		r = wt_ueid_from_key(wt_cert_key(cert), ueid);
	if (r == 0)
		r = wt_cert_pem(cert, &pem, err);
	if (r == 0)
		r = command_output(output, wt_buf_span(&pem), request->force, err);
	if (r < 0 || strcmp(output, "-") == 0)
		return r;

	wt_hex(ueid, sizeof(ueid), hex);
	wt_cert_validity(cert, &from, &until);
	printf("%s: %s, valid until %s\nrig %s\n", output, wt_cert_name(cert),
	       wt_timestamp_utc(until, until_text), hex);
	return 0;
}

int authority_certify(int argc, char **argv)
{
	static const struct option options[] = {
		{ "output", required_argument, NULL, 'o' },
		{ "days", required_argument, NULL, 'd' },
		{ "force", no_argument, NULL, 'f' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	struct request request = { .days = AUTHORITY_RIG_DAYS };
	struct wt_err err = { 0 };
	int c;

	while ((c = getopt_long(argc, argv, ":o:h", options, NULL)) != -1) {
		switch (c) {
		case 'o':
			request.output = optarg;
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
