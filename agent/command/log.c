// SPDX-License-Identifier: Apache-2.0
/* log: the kernel's records, decoded, as they are and as they come. */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/json.h"

#include "agent/netlink.h"
#include "lib/record.h"

#include "command.h"
#include "json.h"

#define NS_PER_S INT64_C(1000000000)

static const char help[] =
	"usage: wattest log [-f] [--since SEQ] [--json]\n"
	"\n"
	"The records that the kernel still holds (those that an attestation carries it may forget), one a line:\n"
	"seq, local time, type, content. A step ends with a line that closes the window.\n"
	"\n"
	"  -f, --follow    go on with new ones as they come\n"
	"  --since SEQ     only those after this number\n"
	"  --json          a JSON object a line\n" COMMON_HELP "\n"
	"Exit status: 0 done, 3 could not, 64 usage.\n";

struct log {
	struct common common;
	bool follow, back; /* back: the module was loaded anew */
	uint64_t since, last;
	int64_t offset_ns; /* CLOCK_REALTIME less CLOCK_BOOTTIME */
};

static int64_t now_ns(clockid_t clock)
{
	struct timespec ts = {};

	clock_gettime(clock, &ts);
	return ts.tv_sec * NS_PER_S + ts.tv_nsec;
}

static void print_line(const struct log *log, const struct wt_nl_record *record)
{
	struct wt_record rec;
	struct wt_err err = {};
	char line[512], when[32];
	struct tm tm;
	time_t t;

	if (!record->data.p) {
		printf("%8" PRIu64
		       "  %-19s  %s  body given up at the log's bound, its digest stays\n",
		       record->seq, "", wt_record_name((uint16_t)record->type));
		return;
	}
	if (wt_record_decode(record->data, &rec, &err) < 0) {
		printf("%8" PRIu64 "  %-19s  cannot be read: %s\n", record->seq, "", err.msg);
		return;
	}
	t = (time_t)(((int64_t)rec.boottime_ns + log->offset_ns) / NS_PER_S);
	if (!localtime_r(&t, &tm) || !strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S", &tm))
		snprintf(when, sizeof(when), "?");
	wt_record_print(&rec, line, sizeof(line));
	printf("%8" PRIu64 "  %s  %s\n", record->seq, when, line);
}

static int on_record(const struct wt_nl_record *record, void *user)
{
	struct log *log = user;
	struct wt_err err = {};

	if (record->seq <= log->last) /* from a dump and again as an event */
		return 0;
	log->last = record->seq;
	if (!log->common.json) {
		print_line(log, record);
		return 0;
	}
	return wt_json_print(json_record(record),
			     JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, &err);
}

static void on_module(bool there, void *user)
{
	struct log *log = user;

	if (there)
		log->back = true;
	else
		fprintf(stderr, "%s: module wattest was unloaded: waiting for it\n",
			log->common.command);
}

static int dump(struct log *log, struct wt_err *err)
{
	__attribute__((cleanup(wt_nl_freep))) struct wt_nl *nl = NULL;
	int r = wt_nl_open(&nl, err);

	return r < 0 ? r : wt_nl_records(nl, log->last, on_record, log, err);
}

static int follow(struct log *log, struct wt_nl_events *events, struct wt_err *err)
{
	static const struct wt_nl_handlers handlers = { .record = on_record, .module = on_module };
	struct pollfd pfd = { .fd = wt_nl_events_fd(events), .events = POLLIN };
	int r;

	for (;;) {
		if (fflush(stdout) < 0)
			return wt_fail(err, errno, "standard output: %s", strerror(errno));
		if (poll(&pfd, 1, -1) < 0 && errno != EINTR)
			return wt_fail(err, errno, "poll: %s", strerror(errno));
		r = wt_nl_events_read(events, &handlers, log, err);
		if (r == 0 && log->back) {
			log->back = false;
			log->last = 0; /* a new epoch counts from 1 */
			r = wt_nl_events_join(events, err);
			if (r == 0)
				r = dump(log, err);
		} else if (r == -ENOBUFS) {
			r = dump(log, err);
		}
		if (r < 0 && r != -ENODEV)
			return r;
	}
}

static int run(struct log *log)
{
	__attribute__((cleanup(wt_nl_events_freep))) struct wt_nl_events *events = NULL;
	struct wt_err err = {};
	int r = 0;

	log->offset_ns = now_ns(CLOCK_REALTIME) - now_ns(CLOCK_BOOTTIME);
	log->last = log->since;
	if (log->follow) {
		r = wt_nl_events_open(&events, &err);
		if (r == 0)
			r = wt_nl_events_join(events, &err);
	}
	if (r == 0)
		r = dump(log, &err);
	if (r == 0 && log->last == log->since && !log->follow && !log->common.json)
		fputs("the kernel holds no record that is not attested already: -f shows new ones\n",
		      stderr);
	if (r == 0 && log->follow)
		r = follow(log, events, &err);
	return r < 0 ? could_not(&log->common, &err) : 0;
}

int cmd_log(int argc, char **argv)
{
	enum {
		SINCE = 1
	};
	static const struct option options[] = {
		{ "follow", no_argument, NULL, 'f' },
		{ "since", required_argument, NULL, SINCE },
		JSON_OPTION,
		COMMON_OPTIONS,
		{},
	};
	struct log log = { .common = { .command = "wattest log", .help = help } };
	char *end;
	int c, r;

	while ((c = getopt_long(argc, argv, ":hf", options, NULL)) != -1) {
		if (c == 'f') {
			log.follow = true;
		} else if (c == SINCE) {
			errno = 0;
			log.since = strtoull(optarg, &end, 10);
			if (optarg[0] < '0' || optarg[0] > '9' || *end || errno)
				return wt_usage_error(log.common.command,
						      "--since %s: must be a number", optarg);
		} else {
			r = common_option(&log.common, c, argv);
			if (r >= 0)
				return r;
		}
	}
	r = common_load(&log.common, argc, argv, false);
	return r >= 0 ? r : run(&log);
}
