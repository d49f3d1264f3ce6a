// SPDX-License-Identifier: Apache-2.0
/* result: what another inspector found and signed: is it signed, by one who may, and what does it say? */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "inspector/inputs.h"
#include "inspector/inspect.h"
#include "inspector/show.h"
#include "lib/appraisal.h"
#include "lib/json.h"

#define COMMAND "wattest-inspect result"

static const char help[] =
	"usage: " COMMAND " --trust DIR [--json] FILE|DIR...\n"
	"\n"
	"Checks results that `wattest-inspect verify --sign` made, of rigs and of sites: the signature, that a path leads\n"
	"from its signer to a trust anchor and that the signer may sign results; and prints them. What was judged is not\n"
	"judged again. A site's result names those of its rigs; how many of them are among the given ones is said.\n"
	"\n"
	"  --trust DIR  CA certificates and revocation lists, as the authorities handed them out\n"
	"  --json       as JSON: a list, one entry a result\n"
	"\n"
	"Exit status: that of the worst result, as of `verify`; 2 when one is not rightly signed, 3 when one could not\n"
	"be read.\n";

struct request {
	const char *trust;
	bool json;
	struct json_object *list; /* with json */
	uint8_t (*digests)[WT_SHA256_LEN]; /* of all that was given, sorted */
	size_t n_digests;
};

static int worse(int x, int y)
{
	return x > y ? x : y;
}

/* Whose verdict, and when. */
static int decode(struct shown *shown, int64_t *ret_iat, struct wt_err *err)
{
	int r;

	switch (shown->cose.typ) {
	case WT_TYP_RESULT:
		r = wt_result_decode(shown->cose.payload, &shown->result, err);
		*ret_iat = shown->result.iat;
		break;
	case WT_TYP_SITE_RESULT:
		r = wt_site_result_decode(shown->cose.payload, &shown->site_result, err);
		*ret_iat = shown->site_result.iat;
		break;
	default:
		return wt_fail(err, EINVAL, "it is of type %s, not a result",
			       shown->cose.typ ? wt_typ_name(shown->cose.typ) : "nothing known");
	}
	shown->typ = shown->cose.typ;
	return r;
}

/* Returns as wt_appraisal_look. */
static int check(struct wt_appraisal *desk, struct wt_span object, struct shown *shown,
		 struct wt_err *err)
{
	uint8_t signer[WT_SHA256_LEN];
	int64_t iat = 0;
	int r;

	r = wt_cose_decode(object, &shown->cose, err);
	if (r == 0)
		r = decode(shown, &iat, err);
	if (r < 0)
		return r;
	/* Signed when it says: by a certificate of that time. */
	return wt_appraisal_look(desk, object, WT_DUTY_RESULT, iat, iat + 1, shown->name, signer,
				 err);
}

/* --- a site's result and those of its rigs ------------------------------------------------------- */

static int by_bytes(const void *a, const void *b)
{
	return memcmp(a, b, WT_SHA256_LEN);
}

/* The digests of all that was given, to find a rig's result by. */
static int digest_all(struct request *request, struct inputs *inputs, struct wt_err *err)
{
	struct wt_span object;
	char name[512];

	request->digests = calloc(inputs->n + 1, sizeof(*request->digests));
	if (!request->digests)
		return wt_fail(err, ENOMEM, "out of memory");
	for (size_t i = 0; i < inputs->n; i++)
		if (inputs_read(inputs, i, &object, name, NULL) == 0)
			wt_sha256(object, request->digests[request->n_digests++]);
	qsort(request->digests, request->n_digests, sizeof(*request->digests), by_bytes);
	return 0;
}

/* How many of the results that it names are here, of how many. */
static size_t count_given(const struct request *request, const struct wt_site_result *site,
			  size_t *ret_named)
{
	size_t given = 0;

	*ret_named = 0;
	for (size_t i = 0; i < site->n_rigs; i++) {
		if (!show_has_result(&site->rigs[i]))
			continue;
		++*ret_named;
		given += bsearch(site->rigs[i].result, request->digests, request->n_digests,
				 sizeof(*request->digests), by_bytes) != NULL;
	}
	return given;
}

static void print(const struct request *request, const struct shown *shown)
{
	struct json_object *o = NULL;
	size_t named, given;

	if (request->json) {
		o = show_json(shown);
	} else {
		show_text(shown);
	}
	if (shown->typ == WT_TYP_SITE_RESULT) {
		given = count_given(request, &shown->site_result, &named);
		if (request->json)
			wt_json_add(o, "results_given", json_object_new_uint64(given));
		else
			printf("  %zu of the %zu results that it names are here\n", given, named);
	}
	if (request->json)
		wt_json_append(request->list, o);
}

static int check_one(const struct request *request, struct wt_appraisal *desk, const char *name,
		     struct wt_span object)
{
	struct shown shown = { .name = name };
	struct wt_err err = { 0 };
	int r = check(desk, object, &shown, &err);
	enum wt_tier tier;

	if (r <= 0) {
		wt_site_result_clear(&shown.site_result);
		wt_fail_in(&err, r, "%.100s%s", name, r == 0 ? ": not rightly signed" : "");
		inspect_failed(COMMAND, &err);
		return r == 0 ? INSPECT_BAD : INSPECT_COULD_NOT;
	}
	shown.verified = true;
	print(request, &shown);
	tier = shown.typ == WT_TYP_RESULT ? shown.result.tier : shown.site_result.tier;
	wt_site_result_clear(&shown.site_result);
	return wt_verdict_exit(&(struct wt_verdict){ .tier = tier });
}

static int check_all(struct request *request, struct wt_appraisal *desk, char *const *files)
{
	__attribute__((cleanup(inputs_clear))) struct inputs inputs = { 0 };
	struct wt_err err = { 0 };
	struct wt_span object;
	char name[512];
	int status = 0;

	for (; *files; files++) {
		if (inputs_add(&inputs, *files, false, &err) < 0)
			status = inspect_failed(COMMAND, &err);
	}
	if (digest_all(request, &inputs, &err) < 0)
		return inspect_failed(COMMAND, &err);
	for (size_t i = 0; i < inputs.n; i++) {
		if (i > 0 && !request->json)
			putchar('\n');
		if (inputs_read(&inputs, i, &object, name, &err) < 0)
			status = worse(status, inspect_failed(COMMAND, &err));
		else
			status = worse(status, check_one(request, desk, name, object));
	}
	if (inputs.n == 0 && status == 0) {
		wt_fail(&err, ENOENT, "no result: there is no *.cose file");
		status = inspect_failed(COMMAND, &err);
	}
	return status;
}

static int run(struct request *request, char *const *files)
{
	__attribute__((cleanup(wt_trust_freep))) struct wt_trust *trust = NULL;
	struct wt_appraisal_options options = { .now = time(NULL) };
	struct wt_appraisal *desk = NULL;
	struct wt_err err = { 0 };
	int status;

	if (wt_trust_load(request->trust, &trust, &err) < 0 ||
	    wt_appraisal_new(trust, &options, &desk, &err) < 0)
		return inspect_failed(COMMAND, &err);
	if (request->json)
		request->list = json_object_new_array();
	status = check_all(request, desk, files);
	wt_appraisal_free(desk);
	free(request->digests);
	if (request->json && wt_json_print(request->list, WT_JSON_PRETTY, &err) < 0)
		return inspect_failed(COMMAND, &err);
	return status;
}

int inspect_result(int argc, char **argv)
{
	static const struct option options[] = {
		{ "trust", required_argument, NULL, 't' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	struct request request = { 0 };
	int c;

	while ((c = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
		switch (c) {
		case 't':
			request.trust = optarg;
			break;
		case 'j':
			request.json = true;
			break;
		case 'h':
			fputs(help, stdout);
			return 0;
		default:
			return wt_option_error(COMMAND, c, argv);
		}
	}
	if (!request.trust)
		return wt_usage_error(COMMAND, "--trust is missing");
	if (optind == argc)
		return wt_usage_error(COMMAND, "name the results");
	return run(&request, argv + optind);
}
