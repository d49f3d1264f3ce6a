// SPDX-License-Identifier: Apache-2.0
/* report: what this rig's own attestations say was charged, as an inspector would report it (lib/report.h). */
#include <inttypes.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "agent/day.h"
#include "agent/holdings.h"
#include "agent/store.h"
#include "lib/report.h"
#include "lib/timestamp.h"

#include "command.h"

static const char help[] =
	"usage: wattest report --from TIME --to TIME [--format FORMAT]\n"
	"\n"
	"For each hour and day (UTC): what was measured, substituted and chargeable, to which purchases it was\n"
	"charged at what cost, and where nobody measured. Made from the attestations in the store, all of them,\n"
	"and the rig's registration and grants; `wattest-inspect report` makes the same from an export.\n"
	"\n"
	"  --from TIME      where the period begins: 2026-11-20T13:00:00Z, @SECONDS since 1970, -24h\n"
	"  --to TIME        where it ends; not part of it\n"
	"  --format FORMAT  text (default, rounded), csv (RFC 4180) or json, both exact\n" COMMON_HELP
	"\n"
	"Exit status: that of the verdict: 0 affirming, 1 warning, 2 contraindicated; 3 no report, 64 usage.\n";

struct request {
	struct common common;
	const char *from, *to;
	const char *format;
	int64_t now;
	enum wt_report_format output;
};

struct feeding {
	struct wt_appraisal *appraisal;
	uint64_t last; /* seq of the newest attestation */
	bool progress;
	struct wt_err *err;
};

static int feed(const struct wt_store_row *row, struct wt_span cose, void *user)
{
	struct feeding *f = user;
	char name[48];
	int r;

	if (f->progress && row->seq % 1000 == 0)
		fprintf(stderr, "\r%" PRIu64 " of %" PRIu64 " attestations", row->seq, f->last);
	snprintf(name, sizeof(name), "attestation %" PRIu64, row->seq);
	r = wt_appraisal_feed(f->appraisal, cose, name, f->err);
	return r < 0 ? r : 0;
}

static int feed_store(struct wt_appraisal *appraisal, const char *state, struct wt_err *err)
{
	__attribute__((cleanup(wt_store_freep))) struct wt_store *store = NULL;
	struct feeding feeding = { .appraisal = appraisal,
				   .progress = isatty(STDERR_FILENO),
				   .err = err };
	__attribute__((cleanup(wt_day_clear))) struct wt_day day = {};
	struct wt_store_row last = {};
	int r = wt_store_open(state, false, &store, err);

	if (r == 0)
		r = wt_store_last(store, &last, err);
	if (r == 0 && !last.seq)
		r = wt_fail(err, ENOENT, "%s: no attestation yet: is wattestd running?", state);
	if (r < 0)
		return r;
	feeding.last = last.seq;
	r = wt_day_oldest(store, &day, err);
	if (r == 0 && day.state.n)
		r = wt_appraisal_state_load(appraisal, wt_buf_span(&day.state), err);
	if (r < 0)
		return r;
	if (day.seq)
		fprintf(stderr,
			"wattest report: attestations up to %" PRIu64
			" were deleted, as they are old: their time is not in it\n",
			day.seq);
	r = wt_store_each(store, day.seq, feed, &feeding, err);
	if (feeding.progress && last.seq >= 1000)
		fputs("\r\033[K", stderr);
	return r;
}

static void print_report(const struct wt_report *report, enum wt_report_format format)
{
	switch (format) {
	case WT_REPORT_TEXT:
		wt_report_print(report, stdout);
		break;
	case WT_REPORT_CSV:
		wt_report_csv(report, stdout);
		break;
	case WT_REPORT_JSON:
		print_json(wt_report_json(report));
		break;
	}
}

static int run(const struct request *request, struct wt_reporter *reporter)
{
	__attribute__((cleanup(wt_holdings_clear))) struct wt_holdings holdings = {};
	const struct wt_observer observer = wt_reporter_observer(reporter);
	const struct wt_config *config = &request->common.config;
	struct wt_verdict verdict = {};
	struct wt_report report = {};
	struct wt_err err = {};
	int status = EXIT_COULD_NOT, r;

	r = wt_holdings_open(config, request->now, &holdings, &err);
	if (r == 0) {
		wt_appraisal_observe(holdings.appraisal, &observer);
		r = feed_store(holdings.appraisal, config->state, &err);
	}
	if (r == 0)
		r = wt_appraisal_finish(holdings.appraisal, &verdict, &err);
	if (r == 0)
		r = wt_reporter_finish(reporter, &verdict, &report, &err);
	if (r == 0) {
		print_report(&report, request->output);
		status = wt_verdict_exit(&verdict);
	}
	wt_report_clear(&report);
	wt_verdict_clear(&verdict);
	return r < 0 ? could_not(&request->common, &err) : status;
}

static int take_time(const char *option, const char *text, int64_t now, int64_t *ret,
		     struct wt_err *err)
{
	int r;

	if (!text)
		return wt_fail(err, EINVAL, "%s is missing", option);
	r = wt_timestamp_parse(text, now, ret, err);
	return r < 0 ? wt_fail_in(err, r, "%s", option) : 0;
}

/* What is wrong with the command line, or the reporter for its period. */
static int check(struct request *request, struct wt_reporter **ret, struct wt_err *err)
{
	int64_t from = 0, to = 0;
	int r;

	r = take_time("--from", request->from, request->now, &from, err);
	if (r == 0)
		r = take_time("--to", request->to, request->now, &to, err);
	if (r == 0)
		r = wt_report_format_parse(request->format, &request->output, err);
	return r < 0 ? r : wt_reporter_new(from, to, ret, err);
}

int cmd_report(int argc, char **argv)
{
	enum {
		FROM = 1,
		TO,
		FORMAT
	};
	static const struct option options[] = {
		{ "from", required_argument, NULL, FROM },
		{ "to", required_argument, NULL, TO },
		{ "format", required_argument, NULL, FORMAT },
		COMMON_OPTIONS,
		{},
	};
	struct request request = { .common = { .command = "wattest report", .help = help },
				   .format = "text",
				   .now = time(NULL) };
	struct wt_reporter *reporter = NULL;
	struct wt_err err = {};
	int c, r;

	while ((c = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
		if (c == FROM) {
			request.from = optarg;
		} else if (c == TO) {
			request.to = optarg;
		} else if (c == FORMAT) {
			request.format = optarg;
		} else {
			r = common_option(&request.common, c, argv);
			if (r >= 0)
				return r;
		}
	}
	if (check(&request, &reporter, &err) < 0)
		return wt_usage_error(request.common.command, "%s", err.msg);
	r = common_load(&request.common, argc, argv, false);
	if (r < 0)
		r = run(&request, reporter);
	wt_reporter_free(reporter);
	return r;
}
