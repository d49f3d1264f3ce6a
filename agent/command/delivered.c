// SPDX-License-Identifier: Apache-2.0
/*
 * delivered: tells the daemon what an inspector has, so that it need not be kept for ever. By a number, on the
 * operator's word; or by a result, which an inspector signed and which names the last attestation by its digest.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "agent/control.h"
#include "agent/folder.h"
#include "agent/store.h"
#include "lib/cose.h"
#include "lib/file.h"
#include "lib/format.h"
#include "lib/result.h"

#include "command.h"

static const char help[] =
	"usage: wattest delivered SEQ|RESULT\n"
	"\n"
	"Notes that an inspector has all attestations up to number SEQ, or up to the last one that RESULT was made of: a\n"
	"result of this rig that an inspector signed (`wattest-inspect verify --sign`). What is delivered is deleted\n"
	"after keep_days (configuration, section [agent]); what is not, stays.\n"
	"\n" COMMON_HELP "\n"
	"Exit status: 0 done, 3 could not, 64 usage.\n";

static bool is_number(const char *text, uint64_t *ret)
{
	char *end;

	errno = 0;
	*ret = strtoull(text, &end, 10);
	return text[0] >= '0' && text[0] <= '9' && !*end && !errno && *ret <= INT64_MAX;
}

/* Rightly signed, by one who may sign results. */
static int check_signature(const struct wt_config *config, struct wt_span object,
			   const struct wt_result *result, const char *path, struct wt_err *err)
{
	__attribute__((cleanup(wt_trust_freep))) struct wt_trust *trust = NULL;
	const struct wt_appraisal_options options = { .now = time(NULL) };
	struct wt_appraisal *desk = NULL;
	uint8_t signer[WT_SHA256_LEN];
	int r = wt_trust_load(config->trust, &trust, err);

	if (r == 0)
		r = wt_appraisal_new(trust, &options, &desk, err);
	if (r == 0)
		r = wt_appraisal_look(desk, object, WT_DUTY_RESULT, result->iat, result->iat + 1,
				      path, signer, err);
	wt_appraisal_free(desk);
	if (r == 0)
		r = wt_fail_in(err, -EKEYREJECTED, "%s: not rightly signed", path);
	return r < 0 ? r : 0;
}

struct finding {
	uint64_t seq;
	bool found;
	struct wt_store_row row;
};

static int find_row(const struct wt_store_row *row, struct wt_span cose, void *user)
{
	struct finding *f = user;

	(void)cose;
	f->found = row->seq == f->seq;
	f->row = *row;
	return -ECANCELED; /* the first is the one */
}

/* The attestation that it ends with is the one that is stored here. */
static int check_evidence(const struct wt_config *config, const struct wt_result *result,
			  const char *path, struct wt_err *err)
{
	__attribute__((cleanup(wt_store_freep))) struct wt_store *store = NULL;
	struct finding f = { .seq = result->last_seq };
	int r = wt_store_open(config->state, false, &store, err);

	if (r == 0 && f.seq == 0)
		r = wt_fail(err, ENOENT, "%s: was made of no attestation", path);
	if (r == 0)
		r = wt_store_each(store, f.seq - 1, find_row, &f, err);
	if (r < 0 && r != -ECANCELED)
		return r;
	if (!f.found)
		return wt_fail(err, ENOENT, "%s: attestation %" PRIu64 " is not stored here", path,
			       f.seq);
	if (memcmp(f.row.digest, result->last_digest, sizeof(f.row.digest)))
		return wt_fail(err, EBADMSG,
			       "%s: its attestation %" PRIu64 " is another one than is stored here",
			       path, f.seq);
	return 0;
}

static int seq_of_result(const struct wt_config *config, const char *path, uint64_t *ret,
			 struct wt_err *err)
{
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf file = {};
	struct wt_result result = {};
	struct wt_cose cose;
	int r = wt_file_read(path, WT_OBJECT_MAX, &file, err);

	if (r < 0)
		return r;
	r = wt_cose_decode(wt_buf_span(&file), &cose, err);
	if (r == 0 && cose.typ != WT_TYP_RESULT)
		r = wt_fail(err, EINVAL, "it is of type %s, not a rig's result",
			    cose.typ ? wt_typ_name(cose.typ) : "nothing known");
	if (r == 0)
		r = wt_result_decode(cose.payload, &result, err);
	if (r < 0)
		return wt_fail_in(err, r, "%s", path);
	r = check_signature(config, wt_buf_span(&file), &result, path, err);
	if (r == 0)
		r = check_evidence(config, &result, path, err);
	if (r == 0)
		*ret = result.last_seq;
	return r;
}

static int tell(const struct wt_config *config, uint64_t seq, struct wt_err *err)
{
	const struct wt_control_request request = { .op = WT_CONTROL_DELIVERED, .seq = seq };
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf nothing = {};
	int fd, r = wt_control_connect(config->run, &fd, err);

	if (r < 0)
		return r;
	r = wt_control_send_request(fd, &request, err);
	if (r == 0)
		r = wt_control_recv_reply(fd, &nothing, err);
	close(fd);
	return r;
}

int cmd_delivered(int argc, char **argv)
{
	static const struct option options[] = { COMMON_OPTIONS, {} };
	struct common common = { .command = "wattest delivered", .help = help };
	char n[WT_GROUPED_LEN];
	struct wt_err err = {};
	uint64_t seq = 0;
	int c, r;

	while ((c = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
		r = common_option(&common, c, argv);
		if (r >= 0)
			return r;
	}
	if (argc - optind != 1)
		return wt_usage_error(common.command, "a number or a result is needed");
	r = common_load(&common, argc, argv, true);
	if (r >= 0)
		return r;
	r = 0;
	if (!is_number(argv[optind], &seq))
		r = seq_of_result(&common.config, argv[optind], &seq, &err);
	else if (seq == 0)
		return wt_usage_error(common.command, "%s: attestations begin with 1",
				      argv[optind]);
	if (r == 0)
		r = tell(&common.config, seq, &err);
	if (r < 0)
		return could_not(&common, &err);
	printf("delivered up to %s\n", wt_grouped(seq, n));
	return 0;
}
