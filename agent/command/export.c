// SPDX-License-Identifier: Apache-2.0
/* export: stored attestations as files, one each, for an inspector to carry away. */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/store.h"
#include "lib/file.h"

#include "command.h"

static const char help[] =
	"usage: wattest export [--since SEQ] --to DIR\n"
	"\n"
	"Writes the stored attestations into DIR as 00000001.cose, 00000002.cose and so on. DIR is made if it is not\n"
	"there; a file that is there already is written anew.\n"
	"\n"
	"  --since SEQ     only those after this number\n"
	"  --to DIR        where to\n" COMMON_HELP "\n"
	"Exit status: 0 done, 3 could not, 64 usage.\n";

struct export
{
	struct common common;
	const char *to;
	uint64_t since, written;
	struct wt_store_row last;
	struct wt_err err;
	bool progress;
};

static int write_one(const struct wt_store_row *row, struct wt_span cose, void *user)
{
	struct export *ex = user;
	char path[PATH_MAX];
	int r;

	if (snprintf(path, sizeof(path), "%s/%08" PRIu64 ".cose", ex->to, row->seq) >=
	    (int)sizeof(path))
		return wt_fail(&ex->err, ENAMETOOLONG, "%s: too long a path", ex->to);
	r = wt_file_write(path, cose, 0644, WT_FILE_REPLACE, &ex->err);
	if (r == 0 && ++ex->written % 100 == 0 && ex->progress)
		fprintf(stderr, "\r%" PRIu64 " attestations", ex->written);
	return r;
}

static int run(struct export *ex)
{
	struct wt_store_extent extent = {};
	struct wt_store *store = NULL;
	int r = wt_store_open(ex->common.config.state, false, &store, &ex->err);

	ex->progress = isatty(STDERR_FILENO);
	if (r == 0)
		r = wt_store_last(store, &ex->last, &ex->err);
	if (r == 0 && !ex->last.seq)
		r = wt_fail(&ex->err, ENOENT, "%s: no attestation yet: is wattestd running?",
			    ex->common.config.state);
	if (r == 0)
		r = wt_store_extent(store, &extent, &ex->err);
	if (r == 0 && mkdir(ex->to, 0755) < 0 && errno != EEXIST)
		r = wt_fail(&ex->err, errno, "%s: %s", ex->to, strerror(errno));
	if (r == 0)
		r = wt_store_each(store, ex->since, write_one, ex, &ex->err);
	wt_store_free(store);
	if (ex->progress && ex->written >= 100)
		fputc('\r', stderr);
	if (r < 0)
		return could_not(&ex->common, &ex->err);
	if (ex->since + 1 < extent.first)
		fprintf(stderr,
			"%s: attestations up to %" PRIu64 " were deleted, as they are old\n",
			ex->common.command, extent.first - 1);
	fprintf(stderr, "%s: %" PRIu64 " attestations\n", ex->to, ex->written);
	return 0;
}

int cmd_export(int argc, char **argv)
{
	enum {
		SINCE = 1,
		TO
	};
	static const struct option options[] = {
		{ "since", required_argument, NULL, SINCE },
		{ "to", required_argument, NULL, TO },
		COMMON_OPTIONS,
		{},
	};
	struct export ex = { .common = { .command = "wattest export", .help = help } };
	char *end;
	int c, r;

	while ((c = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
		if (c == SINCE) {
			errno = 0;
			ex.since = strtoull(optarg, &end, 10);
			if (optarg[0] < '0' || optarg[0] > '9' || *end || errno ||
			    ex.since > INT64_MAX)
				return wt_usage_error(ex.common.command,
						      "--since %s: must be a number", optarg);
		} else if (c == TO) {
			ex.to = optarg;
		} else {
			r = common_option(&ex.common, c, argv);
			if (r >= 0)
				return r;
		}
	}
	if (!ex.to || !ex.to[0])
		return wt_usage_error(ex.common.command, "--to DIR is needed");
	r = common_load(&ex.common, argc, argv, false);
	return r >= 0 ? r : run(&ex);
}
