// SPDX-License-Identifier: Apache-2.0
/* result: what another inspector found and signed: is it signed, by one who may, and what does it say? */
#include <time.h>

#include "inspector/inputs.h"
#include "inspector/inspect.h"
#include "inspector/show.h"
#include "lib/appraisal.h"

#define COMMAND "wattest-inspect result"

static const char help[] =
	"usage: " COMMAND " --trust DIR [--json] FILE|DIR...\n"
	"\n"
	"Checks results that `wattest-inspect verify --sign` made: the signature, that a path leads from its signer to\n"
	"a trust anchor and that the signer may sign results; and prints them. What was judged is not judged again.\n"
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
};

static int worse(int x, int y)
{
	return x > y ? x : y;
}

/* Returns as wt_appraisal_look. */
static int check(struct wt_appraisal *desk, struct wt_span object, struct shown *shown,
		 struct wt_err *err)
{
	uint8_t signer[WT_SHA256_LEN];
	int r;

	r = wt_cose_decode(object, &shown->cose, err);
	if (r == 0 && shown->cose.typ != WT_TYP_RESULT)
		r = wt_fail(err, EINVAL, "it is of type %s, not a result",
			    shown->cose.typ ? wt_typ_name(shown->cose.typ) : "nothing known");
	if (r == 0)
		r = wt_result_decode(shown->cose.payload, &shown->result, err);
	if (r < 0)
		return r;
	shown->typ = WT_TYP_RESULT;
	/* Signed when it says: by a certificate of that time. */
	return wt_appraisal_look(desk, object, WT_DUTY_RESULT, shown->result.iat,
				 shown->result.iat + 1, shown->name, signer, err);
}

static int check_one(const struct request *request, struct wt_appraisal *desk, const char *name,
		     struct wt_span object)
{
	struct shown shown = { .name = name };
	struct wt_err err = { 0 };
	int r = check(desk, object, &shown, &err);

	if (r <= 0) {
		wt_fail_in(&err, r, "%.100s%s", name, r == 0 ? ": not rightly signed" : "");
		inspect_failed(COMMAND, &err);
		return r == 0 ? INSPECT_BAD : INSPECT_COULD_NOT;
	}
	if (request->json)
		json_object_array_add(request->list, show_json(&shown));
	else
		show_text(&shown);
	return wt_verdict_exit(&(struct wt_verdict){ .tier = shown.result.tier });
}

static int check_all(const struct request *request, struct wt_appraisal *desk, char *const *files)
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
	if (request->json) {
		puts(json_object_to_json_string_ext(
			request->list, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE));
		json_object_put(request->list);
	}
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
