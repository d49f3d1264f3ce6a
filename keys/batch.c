// SPDX-License-Identifier: Apache-2.0
/*
 * batch: a table of purchases, all of them or none. Every row is checked against the register
 * first; then all are signed and go into it in one transaction; then the files are written.
 * Whatever interrupts it, the same command again does what is left: a purchase that was sold gives
 * the grant that was issued.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "keys/authority.h"
#include "keys/batch_rows.h"
#include "keys/command.h"
#include "keys/signing.h"

#define COMMAND "wattest-authority batch"

static const char help[] =
	"usage: " COMMAND " grants DIR CSV -o OUTDIR [--jobs N]\n"
	"\n"
	"Signs a grant for every row of a table, or for none if one of them is bad. Into OUTDIR goes a file for\n"
	"each, TRANSACTION.cose. The same command again gives the same files: nothing is sold twice.\n"
	"\n"
	"The first row names the columns, in any order:\n"
	"  transaction      of the purchase\n"
	"  rig, site        one of them: a registered rig's name or id, or a site's name\n"
	"  wh               1 to 1000000\n"
	"  from, until      the delivery window: 2026-11-20T13:00:00Z, or an offset such as +05:00 for Z\n"
	"  metering_point   where it is delivered\n"
	"  zone, licence    needed with a site; with a rig as registered, or left out\n"
	"  price            per kWh, such as KZT:24.5; may be left out\n"
	"\n"
	"  -o, --output OUTDIR  a folder, made if need be\n"
	"  -j, --jobs N         sign on so many cores (all)\n";

struct request {
	const char *dir, *csv, *output;
	uint64_t jobs;
	int64_t now;
};

static int open_signer(void *user, struct authority_identity *ret, struct wt_err *err)
{
	const struct request *request = user;

	return authority_open_signer(request->dir, AUTHORITY_ENERGY, request->now, ret, err);
}

/*
 * Those that were sold before have their object from the register; the others get an id and a
 * payload.
 */
static int prepare(struct authority_register *reg, struct batch *batch, struct signing_item *items,
		   struct wt_err *err)
{
	struct register_grant known;
	int r = 0;

	for (size_t i = 0; r >= 0 && i < batch->n; i++) {
		struct wt_grant *grant = &batch->rows[i].grant;

		if (batch->rows[i].known) {
			r = register_find_transaction(reg, grant->transaction, &known,
						      &items[i].cose, err);
			continue;
		}
		r = wt_random(grant->id, sizeof(grant->id));
		if (r == 0)
			r = wt_grant_encode(grant, &items[i].payload, err);
	}
	return r < 0 ? r : 0;
}

static int enter(struct authority_register *reg, const struct batch *batch,
		 const struct signing_item *items, int64_t now, struct wt_err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < batch->n; i++) {
		if (!batch->rows[i].known)
			r = register_put_grant(reg, &batch->rows[i].grant,
					       wt_buf_span(&items[i].cose), now, err);
		if (r == 0 && i % PROGRESS_STEP == 0)
			progress("registered", i, batch->n);
	}
	if (r == 0)
		r = register_commit(reg, err);
	if (r == 0)
		progress("registered", batch->n, batch->n);
	return r;
}

static int write_files(struct outdir *out, const struct batch *batch,
		       const struct signing_item *items, struct wt_err *err)
{
	char name[NAME_MAX + 1], why[sizeof(err->msg)];
	int r = 0;

	for (size_t i = 0; r == 0 && i < batch->n; i++) {
		outdir_name(batch->rows[i].grant.transaction, ".cose", name);
		r = outdir_write(out, name, wt_buf_span(&items[i].cose), err);
		if (r == 0 && i % PROGRESS_STEP == 0)
			progress("written", i, batch->n);
	}
	if (r == 0)
		r = outdir_sync(out, err);
	if (r == 0) {
		progress("written", batch->n, batch->n);
		return 0;
	}
	snprintf(why, sizeof(why), "%s", err->msg);
	return wt_fail(err, -r, "%.150s; all are issued: the same command again writes the rest",
		       why);
}

static int run(struct request *request, struct wt_err *err)
{
	__attribute__((cleanup(register_freep))) struct authority_register *reg = NULL;
	__attribute__((cleanup(outdir_clear))) struct outdir out = { 0 };
	__attribute__((cleanup(batch_clear))) struct batch batch = { 0 };
	char n[WT_GROUPED_LEN], wh[WT_GROUPED_LEN], before[WT_GROUPED_LEN];
	struct signing_item *items = NULL;
	int r;

	r = authority_open_register(request->dir, &reg, err);
	if (r == 0)
		r = outdir_open(request->output, &out, err);
	if (r == 0)
		r = register_begin(reg, err);
	if (r == 0)
		r = batch_read(request->csv, reg, &out, request->now, &batch, err);
	if (r < 0)
		return r;
	items = signing_items(batch.n);
	if (!items)
		return wt_fail(err, ENOMEM, "out of memory");
	r = prepare(reg, &batch, items, err);
	if (r == 0)
		r = signing_run(items, batch.n, (unsigned)request->jobs, WT_TYP_GRANT, open_signer,
				request, err);
	if (r == 0)
		r = enter(reg, &batch, items, request->now, err);
	if (r == 0)
		r = write_files(&out, &batch, items, err);
	if (r == 0)
		printf("%s: %s grants, %s Wh; %s of them were issued before\n", request->output,
		       wt_grouped(batch.n, n), wt_grouped(batch.wh, wh),
		       wt_grouped(batch.n_known, before));
	signing_free(items, batch.n);
	return r;
}

int authority_batch(int argc, char **argv)
{
	static const struct option options[] = {
		{ "output", required_argument, NULL, 'o' },
		{ "jobs", required_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	struct request request = { .now = time(NULL) };
	struct wt_err err = { 0 };
	int c;

	while ((c = getopt_long(argc, argv, ":o:j:h", options, NULL)) != -1) {
		switch (c) {
		case 'o':
			request.output = optarg;
			break;
		case 'j':
			if (command_number("--jobs", optarg, 1, SIGNING_MAX_JOBS, &request.jobs,
					   &err) < 0)
				return wt_usage_error(COMMAND, "%s", err.msg);
			break;
		case 'h':
			fputs(help, stdout);
			return 0;
		default:
			return wt_option_error(COMMAND, c, argv);
		}
	}
	if (argc - optind != 3)
		return wt_usage_error(COMMAND, "\"grants\", DIR and CSV are needed");
	if (strcmp(argv[optind], "grants") != 0)
		return wt_usage_error(COMMAND, "%.40s: only grants are issued in batches",
				      argv[optind]);
	if (!request.output)
		return wt_usage_error(COMMAND, "--output is missing");
	request.dir = argv[optind + 1];
	request.csv = argv[optind + 2];
	return run(&request, &err) < 0 ? command_failed(COMMAND, &err) : 0;
}
