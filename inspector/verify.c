// SPDX-License-Identifier: Apache-2.0
/* verify: gathers what is to be judged, has it appraised (lib/appraisal.h) and prints the verdict. */
#include <json-c/json.h>
#include <stdlib.h>
#include <time.h>

#include "inspector/evidence.h"
#include "inspector/inspect.h"
#include "lib/appraisal.h"
#include "lib/file.h"
#include "lib/timestamp.h"

#define COMMAND "wattest-inspect verify"
#define NONCE_MIN 8 /* RFC 9711, 4.1 */
#define NONCE_MAX 64

static const char help[] =
	"usage: " COMMAND " --trust DIR --registration FILE --grants DIR [OPTION]... FILE|DIR...\n"
	"\n"
	"Judges a rig's attestations: replays the kernel's records in them, recomputes the energy and holds it\n"
	"against what was registered and bought. FILE is one attestation or a sequence of them; of a DIR all\n"
	"*.cose files are read. Order does not matter.\n"
	"\n"
	"  --trust DIR          CA certificates and revocation lists, as the authorities handed them out\n"
	"  --registration FILE  the rig's registration\n"
	"  --grants DIR|FILE    grants of energy, allotments of them, notices; may be repeated\n"
	"  --state FILE         what earlier runs saw: read first if it is there, written afterwards, so that\n"
	"                       evidence can be judged in parts\n"
	"  --nonce HEX          the nonce that you gave the rig: evidence without it is not fresh\n"
	"  --time TIME          judge as of then (now): 2026-11-20T13:00:00Z, @SECONDS since 1970, -1h\n"
	"  --json               the verdict as JSON\n"
	"  -q, --quiet          no verdict on standard output, only the exit status\n"
	"\n"
	"Exit status: 0 affirming, 1 warning, 2 contraindicated, 3 could not judge.\n";

struct request {
	const char *trust, *registration, *state;
	const char **grants;
	size_t n_grants;
	uint8_t nonce_bytes[NONCE_MAX];
	struct wt_appraisal_options appraisal;
	bool json, quiet, help;
};

/* Temporary and rename: a crash leaves the state of before. */
static int save_state(const struct wt_appraisal *appraisal, const char *path, struct wt_err *err)
{
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf state = {0};
	int r;

	r = wt_appraisal_state_save(appraisal, &state, err);
	return r < 0 ? r : wt_file_write(path, wt_buf_span(&state), 0666, WT_FILE_REPLACE, err);
}

static void print_verdict(const struct wt_verdict *verdict, bool json)
{
	struct json_object *object;

	if (!json) {
		wt_verdict_print(verdict, stdout, inspect_colour(stdout));
		return;
	}
	object = wt_verdict_json(verdict);
	puts(json_object_to_json_string_ext(object, JSON_C_TO_STRING_PRETTY |
							    JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(object);
}

static int run(const struct request *request, char *const *files)
{
	const struct evidence evidence = {.command = COMMAND,
					  .registration = request->registration,
					  .grants = request->grants,
					  .n_grants = request->n_grants,
					  .state = request->state,
					  .files = files};
	__attribute__((cleanup(wt_trust_freep))) struct wt_trust *trust = NULL;
	struct wt_appraisal *appraisal = NULL;
	struct wt_verdict verdict = {0};
	struct wt_err err = {0};
	int status, r;

	r = wt_trust_load(request->trust, &trust, &err);
	if (r >= 0)
		r = wt_appraisal_new(trust, &request->appraisal, &appraisal, &err);
	if (r >= 0)
		r = evidence_judge(appraisal, &evidence, &verdict, &err);
	if (r < 0) {
		wt_appraisal_free(appraisal);
		return inspect_failed(COMMAND, &err);
	}
	status = wt_verdict_exit(&verdict);
	if (!request->quiet)
		print_verdict(&verdict, request->json);
	/* Where nothing was accepted there is nothing new to remember: the state of before stays as it is. */
	if (request->state && status != INSPECT_COULD_NOT && verdict.attestations > 0 &&
	    save_state(appraisal, request->state, &err) < 0) {
		inspect_failed(COMMAND, &err);
		status = WT_EXIT_OUTPUT;
	}
	wt_verdict_clear(&verdict);
	wt_appraisal_free(appraisal);
	return status;
}

static int take_nonce(const char *text, struct request *request, struct wt_err *err)
{
	int n = wt_unhex(text, request->nonce_bytes, sizeof(request->nonce_bytes));

	if (n < NONCE_MIN)
		return wt_fail(err, EINVAL, "--nonce %.40s: %d to %d bytes in hex are needed", text,
			       NONCE_MIN, NONCE_MAX);
	request->appraisal.nonce = wt_span(request->nonce_bytes, (size_t)n);
	return 0;
}

static int take_option(int c, struct request *request, struct wt_err *err)
{
	int r = 0;

	switch (c) {
	case 't':
		request->trust = optarg;
		break;
	case 'r':
		request->registration = optarg;
		break;
	case 'g':
		request->grants[request->n_grants++] = optarg;
		break;
	case 's':
		request->state = optarg;
		break;
	case 'n':
		r = take_nonce(optarg, request, err);
		break;
	case 'T':
		r = wt_timestamp_parse(optarg, request->appraisal.now, &request->appraisal.now,
				       err);
		r = r < 0 ? wt_fail_in(err, r, "--time") : 0;
		break;
	case 'j':
		request->json = true;
		break;
	case 'q':
		request->quiet = true;
		break;
	case 'h':
		request->help = true;
		break;
	}
	return r;
}

int inspect_verify(int argc, char **argv)
{
	static const struct option options[] = {
		{"trust", required_argument, NULL, 't'},
		{"registration", required_argument, NULL, 'r'},
		{"grants", required_argument, NULL, 'g'},
		{"state", required_argument, NULL, 's'},
		{"nonce", required_argument, NULL, 'n'},
		{"time", required_argument, NULL, 'T'},
		{"json", no_argument, NULL, 'j'},
		{"quiet", no_argument, NULL, 'q'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	struct request request = {.appraisal.now = time(NULL)};
	struct wt_err err = {0};
	int c, r = 0, status;

	request.grants = calloc((size_t)argc, sizeof(*request.grants));
	if (!request.grants)
		return INSPECT_COULD_NOT;
	while (r == 0 && (c = getopt_long(argc, argv, ":qh", options, NULL)) != -1) {
		if (c == '?' || c == ':') {
			free(request.grants);
			return wt_option_error(COMMAND, c, argv);
		}
		r = take_option(c, &request, &err);
	}
	if (request.help) {
		fputs(help, stdout);
		status = 0;
	} else if (r < 0) {
		status = wt_usage_error(COMMAND, "%s", err.msg);
	} else if (!request.trust || !request.registration || request.n_grants == 0) {
		status = wt_usage_error(COMMAND, "%s is missing",
					!request.trust		? "--trust"
					: !request.registration ? "--registration"
								: "--grants");
	} else if (optind == argc) {
		status = wt_usage_error(COMMAND, "name the files or folders to judge");
	} else {
		status = run(&request, argv + optind);
	}
	free(request.grants);
	return status;
}
