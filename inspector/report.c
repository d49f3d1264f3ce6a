// SPDX-License-Identifier: Apache-2.0
/* report: what the attestations say was charged, by the hour, to which purchase and at what cost (lib/report.h). */
#include <stdlib.h>
#include <time.h>

#include "inspector/evidence.h"
#include "inspector/inspect.h"
#include "lib/json.h"
#include "lib/report.h"
#include "lib/timestamp.h"

#define COMMAND "wattest-inspect report"

static const char help[] =
	"usage: " COMMAND " --trust DIR --registration FILE --grants DIR --from TIME --to TIME\n"
	"                              [OPTION]... FILE|DIR...\n"
	"\n"
	"Judges a rig's attestations as `verify` does, and reports for each hour and day (UTC) what was measured,\n"
	"substituted and chargeable, to which purchases it was charged at what cost, and where nobody measured. Give\n"
	"all of a rig's attestations: what was used before the period counts against the purchases too.\n"
	"\n"
	"  --trust DIR          CA certificates and revocation lists, as the authorities handed them out\n"
	"  --registration FILE  the rig's registration; may be repeated, before and after a renewal\n"
	"  --grants DIR|FILE    grants of energy, allotments of them, notices; may be repeated\n"
	"  --from TIME          where the period begins: 2026-11-20T13:00:00Z, @SECONDS since 1970, -24h\n"
	"  --to TIME            where it ends; not part of it\n"
	"  --format FORMAT      text (default, rounded), csv (RFC 4180) or json, both exact\n"
	"  --time TIME          judge as of then (now)\n"
	"\n"
	"Exit status: that of the verdict: 0 affirming, 1 warning, 2 contraindicated; 3 no report, 64 usage.\n";

struct request {
	const char *trust;
	const char *from, *to, *format;
	const char *time;
	struct evidence evidence;
	struct wt_appraisal_options appraisal;
	int64_t from_s, to_s;
	enum wt_report_format output;
};

static int print_report(const struct wt_report *report, enum wt_report_format format,
			struct wt_err *err)
{
	switch (format) {
	case WT_REPORT_TEXT:
		wt_report_print(report, stdout);
		break;
	case WT_REPORT_CSV:
		wt_report_csv(report, stdout);
		break;
	case WT_REPORT_JSON:
		return wt_json_print(wt_report_json(report), WT_JSON_PRETTY, err);
	}
	return 0;
}

static int make(const struct request *request, struct wt_trust *trust, struct wt_reporter *reporter,
		int *ret_status, struct wt_err *err)
{
	const struct wt_observer observer = wt_reporter_observer(reporter);
	struct wt_appraisal *appraisal = NULL;
	struct wt_verdict verdict = {0};
	struct wt_report report = {0};
	int r;

	r = wt_appraisal_new(trust, &request->appraisal, &appraisal, err);
	if (r < 0)
		return r;
	wt_appraisal_observe(appraisal, &observer);
	r = evidence_judge(appraisal, &request->evidence, &verdict, err);
	if (r >= 0)
		r = wt_reporter_finish(reporter, &verdict, &report, err);
	if (r >= 0)
		r = print_report(&report, request->output, err);
	if (r >= 0)
		*ret_status = wt_verdict_exit(&verdict);
	wt_report_clear(&report);
	wt_verdict_clear(&verdict);
	wt_appraisal_free(appraisal);
	return r;
}

static int run(const struct request *request, struct wt_reporter *reporter)
{
	__attribute__((cleanup(wt_trust_freep))) struct wt_trust *trust = NULL;
	struct wt_err err = {0};
	int r, status = INSPECT_COULD_NOT;

	r = wt_trust_load(request->trust, &trust, &err);
	if (r >= 0)
		r = make(request, trust, reporter, &status, &err);
	return r < 0 ? inspect_failed(COMMAND, &err) : status;
}

static int take_time(const char *option, const char *text, int64_t now, int64_t *ret,
		     struct wt_err *err)
{
	int r = wt_timestamp_parse(text, now, ret, err);

	return r < 0 ? wt_fail_in(err, r, "%s", option) : 0;
}

/* What is wrong with the command line, or the reporter for its period. */
static int check(struct request *request, struct wt_reporter **ret, struct wt_err *err)
{
	const char *missing = !request->trust		       ? "--trust"
			      : !request->evidence.n_registrations ? "--registration"
			      : !request->evidence.n_grants	? "--grants"
			      : !request->from			? "--from"
			      : !request->to			? "--to"
								: NULL;
	int64_t now = request->appraisal.now;
	int r;

	if (missing)
		return wt_fail(err, EINVAL, "%s is missing", missing);
	if (!*request->evidence.files)
		return wt_fail(err, EINVAL, "name the files or folders to report on");
	r = take_time("--from", request->from, now, &request->from_s, err);
	if (r == 0)
		r = take_time("--to", request->to, now, &request->to_s, err);
	if (r == 0 && request->time)
		r = take_time("--time", request->time, now, &request->appraisal.now, err);
	if (r == 0)
		r = wt_report_format_parse(request->format, &request->output, err);
	if (r == 0)
		r = wt_reporter_new(request->from_s, request->to_s, ret, err);
	return r;
}

static void take_option(int c, struct request *request)
{
	switch (c) {
	case 't':
		request->trust = optarg;
		break;
	case 'r':
		request->evidence.registrations[request->evidence.n_registrations++] = optarg;
		break;
	case 'g':
		request->evidence.grants[request->evidence.n_grants++] = optarg;
		break;
	case 'F':
		request->from = optarg;
		break;
	case 'U':
		request->to = optarg;
		break;
	case 'o':
		request->format = optarg;
		break;
	case 'T':
		request->time = optarg;
		break;
	}
}

static int parse_and_run(struct request *request, int argc, char **argv)
{
	static const struct option options[] = {
		{"trust", required_argument, NULL, 't'},
		{"registration", required_argument, NULL, 'r'},
		{"grants", required_argument, NULL, 'g'},
		{"from", required_argument, NULL, 'F'},
		{"to", required_argument, NULL, 'U'},
		{"format", required_argument, NULL, 'o'},
		{"time", required_argument, NULL, 'T'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	struct wt_reporter *reporter = NULL;
	struct wt_err err = {0};
	int c, status;

	while ((c = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
		if (c == '?' || c == ':')
			return wt_option_error(COMMAND, c, argv);
		if (c == 'h') {
			fputs(help, stdout);
			return 0;
		}
		take_option(c, request);
	}
	request->evidence.files = argv + optind;
	if (check(request, &reporter, &err) < 0)
		return wt_usage_error(COMMAND, "%s", err.msg);
	status = run(request, reporter);
	wt_reporter_free(reporter);
	return status;
}

int inspect_report(int argc, char **argv)
{
	struct request request = {
		.format = "text",
		.appraisal.now = time(NULL),
		.evidence = {.command = COMMAND,
			     .grants = calloc((size_t)argc, sizeof(*request.evidence.grants)),
			     .registrations =
				     calloc((size_t)argc, sizeof(*request.evidence.grants))},
	};
	int status = INSPECT_COULD_NOT;

	if (request.evidence.grants && request.evidence.registrations)
		status = parse_and_run(&request, argc, argv);
	free(request.evidence.grants);
	free(request.evidence.registrations);
	return status;
}
