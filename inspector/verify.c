// SPDX-License-Identifier: Apache-2.0
/* verify: the command line, and one rig by itself, whose registration and grants are named. */
#include <errno.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "inspector/evidence.h"
#include "inspector/inspect.h"
#include "inspector/verify.h"
#include "lib/appraisal.h"
#include "lib/file.h"
#include "lib/timestamp.h"

#define COMMAND VERIFY_COMMAND
#define NONCE_MIN 8 /* RFC 9711, 4.1 */
#define NONCE_MAX VERIFY_NONCE_MAX
#define THREADS_MAX 256

static const char help[] =
	"usage: " COMMAND " --trust DIR [OPTION]... FILE|DIR...\n"
	"       " COMMAND " --trust DIR --registration FILE --grants DIR [OPTION]... FILE|DIR...\n"
	"\n"
	"Judges attestations: replays the kernel's records in them, recomputes the energy and holds it against what\n"
	"was registered and bought. FILE is one signed object or a sequence of them; of a DIR all *.cose files are\n"
	"read. Order does not matter.\n"
	"\n"
	"The first form takes registrations, grants, allotments, notices and attestations of any number of rigs,\n"
	"tells them by their type, looks into folders within folders too, and judges each rig and all together.\n"
	"The second judges one rig: every FILE or DIR is of its attestations.\n"
	"\n"
	"  --trust DIR          CA certificates and revocation lists, as the authorities handed them out\n"
	"  --registration FILE  the rig's registration; may be repeated, before and after a renewal\n"
	"  --grants DIR|FILE    grants of energy, allotments of them, notices; may be repeated\n"
	"  --state FILE         what earlier runs saw: read first if it is there, written afterwards, so that\n"
	"                       evidence can be judged in parts\n"
	"  --nonce HEX          the nonce that you gave the rig: evidence without it is not fresh\n"
	"  --time TIME          judge as of then (now): 2026-11-20T13:00:00Z, @SECONDS since 1970, -1h\n"
	"  -j N                 judge N rigs at a time (as many as there are processors)\n"
	"  --sign KEY           sign what was found with this key, to be handed on: a result a rig, and one for all\n"
	"                       together\n"
	"  --cert CERT          the key's certificate\n"
	"  -o DIR|FILE          where results go: RIG-SEQ.cose and site@TIME.cose in DIR; with --registration FILE\n"
	"  --json               the verdict as JSON\n"
	"  -q, --quiet          no verdict on standard output, only the exit status\n"
	"\n"
	"Exit status: 0 affirming, 1 warning, 2 contraindicated, 3 could not judge; the worst of all.\n";

/* Temporary and rename: a crash leaves the state of before. */
static int save_state(const struct wt_appraisal *appraisal, const char *path, struct wt_err *err)
{
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf state = { 0 };
	int r;

	r = wt_appraisal_state_save(appraisal, &state, err);
	return r < 0 ? r : wt_file_write(path, wt_buf_span(&state), 0666, WT_FILE_REPLACE, err);
}

static int sign(const struct verify_request *request, struct wt_trust *trust,
		const struct wt_appraisal *appraisal, const struct wt_verdict *verdict,
		struct wt_err *err)
{
	struct wt_site_ground ground;
	int r = verify_ground(request, trust, appraisal, &ground, err);

	return r < 0 ? r : verify_sign(request, verdict, &ground, err);
}

static int run_one(const struct verify_request *request, char *const *files)
{
	const struct evidence evidence = { .command = COMMAND,
					   .registrations = request->registrations,
					   .n_registrations = request->n_registrations,
					   .grants = request->grants,
					   .n_grants = request->n_grants,
					   .state = request->state,
					   .files = files };
	__attribute__((cleanup(wt_trust_freep))) struct wt_trust *trust = NULL;
	struct wt_appraisal *appraisal = NULL;
	struct wt_verdict verdict = { 0 };
	struct wt_err err = { 0 };
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
		r = verify_print_rig(&verdict, request->json, &err);
	if (r < 0 || (request->key && sign(request, trust, appraisal, &verdict, &err) < 0)) {
		inspect_failed(COMMAND, &err);
		status = WT_EXIT_OUTPUT;
	}
	/* Where nothing is new there is nothing to remember: the state of before stays as it is. */
	if (request->state && status <= INSPECT_COULD_NOT && wt_appraisal_news(appraisal) &&
	    save_state(appraisal, request->state, &err) < 0) {
		inspect_failed(COMMAND, &err);
		status = WT_EXIT_OUTPUT;
	}
	wt_verdict_clear(&verdict);
	wt_appraisal_free(appraisal);
	return status;
}

static int take_nonce(const char *text, struct verify_request *request, struct wt_err *err)
{
	int n = wt_unhex(text, request->nonce_bytes, sizeof(request->nonce_bytes));

	if (n < NONCE_MIN)
		return wt_fail(err, EINVAL, "--nonce %.40s: %d to %d bytes in hex are needed", text,
			       NONCE_MIN, NONCE_MAX);
	request->appraisal.nonce = wt_span(request->nonce_bytes, (size_t)n);
	return 0;
}

static int take_threads(const char *text, struct verify_request *request, struct wt_err *err)
{
	char *end;
	unsigned long n;

	errno = 0;
	n = strtoul(text, &end, 10);
	if (errno || *end || end == text || *text == '-' || n == 0 || n > THREADS_MAX)
		return wt_fail(err, EINVAL, "-j %.40s: 1 to %d", text, THREADS_MAX);
	request->threads = (unsigned int)n;
	return 0;
}

static int take_option(int c, struct verify_request *request, struct wt_err *err)
{
	int r = 0;

	switch (c) {
	case 't':
		request->trust = optarg;
		break;
	case 'r':
		request->registrations[request->n_registrations++] = optarg;
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
		r = take_threads(optarg, request, err);
		break;
	case 'k':
		request->key = optarg;
		break;
	case 'c':
		request->cert = optarg;
		break;
	case 'o':
		request->output = optarg;
		break;
	case 'J':
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

/* What is wrong with the options together, or NULL. */
static const char *missing(const struct verify_request *request)
{
	if (!request->trust)
		return "--trust is missing";
	if (request->n_registrations == 0 && request->n_grants > 0)
		return "--registration is missing";
	if (request->n_registrations > 0 && request->n_grants == 0)
		return "--grants is missing";
	if (request->key && !request->cert)
		return "--cert is missing";
	if (request->key && !request->output)
		return "-o is missing";
	if (!request->key && (request->cert || request->output))
		return "--sign is missing";
	return NULL;
}

static int run(const struct verify_request *request, char *const *files)
{
	return request->n_registrations > 0 ? run_one(request, files) : verify_site(request, files);
}

int inspect_verify(int argc, char **argv)
{
	static const struct option options[] = {
		{ "trust", required_argument, NULL, 't' },
		{ "registration", required_argument, NULL, 'r' },
		{ "grants", required_argument, NULL, 'g' },
		{ "state", required_argument, NULL, 's' },
		{ "nonce", required_argument, NULL, 'n' },
		{ "time", required_argument, NULL, 'T' },
		{ "sign", required_argument, NULL, 'k' },
		{ "cert", required_argument, NULL, 'c' },
		{ "output", required_argument, NULL, 'o' },
		{ "json", no_argument, NULL, 'J' },
		{ "quiet", no_argument, NULL, 'q' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	struct verify_request request = { .appraisal.now = time(NULL),
					  .threads = processors < 1 ? 1
						     : processors > THREADS_MAX
							     ? THREADS_MAX
							     : (unsigned int)processors };
	struct wt_err err = { 0 };
	int c, r = 0, status;

	request.grants = calloc((size_t)argc, sizeof(*request.grants));
	request.registrations = calloc((size_t)argc, sizeof(*request.registrations));
	if (!request.grants || !request.registrations) {
		free(request.grants);
		free(request.registrations);
		wt_fail(&err, ENOMEM, "no memory for the command line");
		return inspect_failed(COMMAND, &err);
	}
	while (r == 0 && (c = getopt_long(argc, argv, ":qhj:o:", options, NULL)) != -1) {
		if (c == '?' || c == ':') {
			free(request.grants);
			free(request.registrations);
			return wt_option_error(COMMAND, c, argv);
		}
		r = take_option(c, &request, &err);
	}
	if (request.help) {
		fputs(help, stdout);
		status = 0;
	} else if (r < 0) {
		status = wt_usage_error(COMMAND, "%s", err.msg);
	} else if (missing(&request)) {
		status = wt_usage_error(COMMAND, "%s", missing(&request));
	} else if (optind == argc) {
		status = wt_usage_error(COMMAND, "name the files or folders to judge");
	} else {
		status = run(&request, argv + optind);
	}
	free(request.grants);
	free(request.registrations);
	return status;
}
