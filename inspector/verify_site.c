// SPDX-License-Identifier: Apache-2.0
/*
 * verify, for any mix of objects and rigs. Files are looked through once to find what is in them; then what authorities
 * and sites signed is given to the site, and each rig's attestations, in order, by one of several threads. What threads
 * have to say is kept by rig and said in the rigs' order, so nothing depends on their number.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "inspector/inputs.h"
#include "inspector/inspect.h"
#include "inspector/progress.h"
#include "inspector/verify.h"
#include "lib/file.h"

#define STATE_MAX (1u << 30)
#define SAID_MAX 20 /* refused attestations of one rig that are named */

/* One rig's part of the inputs, and what became of it. */
struct share {
	size_t first, n; /* of the sorted inputs */
	struct wt_err said[SAID_MAX];
	size_t n_said; /* all of them, named or not */
	int r;
	struct wt_err err;
};

struct work {
	struct wt_site *site;
	const struct inputs *inputs;
	struct share **shares;
	size_t n;
	atomic_size_t next, done;
	atomic_bool stop;
	struct progress progress; /* of the thread that waits for the others */
};

static int no_memory(struct wt_err *err)
{
	return wt_fail(err, ENOMEM, "out of memory");
}

/* A refused attestation is a finding: named, and judged in the verdict. */
static void keep_said(struct share *share, const char *name, const struct wt_err *err)
{
	struct wt_err *said = &share->said[share->n_said];

	if (share->n_said++ >= SAID_MAX)
		return;
	*said = *err;
	if (strncmp(err->msg, name, strlen(name)) != 0)
		wt_fail_in(said, 0, "%.100s", name);
}

static void judge_share(struct work *work, struct inputs *view, struct share *share, bool leads)
{
	const uint8_t *ueid = work->inputs->ueids[work->inputs->items[share->first].rig - 1];
	struct wt_span object;
	struct wt_err err;
	char name[512];
	int r;

	for (size_t i = share->first; i < share->first + share->n; i++) {
		if (leads)
			progress_step(&work->progress, atomic_load(&work->done), work->inputs->n);
		r = inputs_read(view, i, &object, name, &share->err);
		if (r == 0)
			r = wt_site_attestation(work->site, object, name, &err);
		else
			err = share->err;
		atomic_fetch_add(&work->done, 1);
		if (r == 0)
			keep_said(share, name, &err);
		if (r < 0) {
			share->r = r;
			share->err = err;
			atomic_store(&work->stop, true);
			return;
		}
	}
	share->r = wt_site_rig_done(work->site, ueid, &share->err);
	if (share->r < 0)
		atomic_store(&work->stop, true);
}

/* Rigs are taken in their order: when one cannot be judged, all before it have been. */
static void take_shares(struct work *work, bool leads)
{
	struct inputs view = inputs_view(work->inputs);

	while (!atomic_load(&work->stop)) {
		size_t i = atomic_fetch_add(&work->next, 1);

		if (i >= work->n)
			break;
		judge_share(work, &view, work->shares[i], leads);
	}
	inputs_view_clear(&view);
}

static void *follow(void *work)
{
	take_shares(work, false);
	return NULL;
}

static void run_threads(struct work *work, unsigned int threads)
{
	pthread_t *others = calloc(threads, sizeof(*others));
	unsigned int n = 0;

	/* A thread that cannot be had is done without. */
	while (others && n + 1 < threads && n + 1 < work->n &&
	       pthread_create(&others[n], NULL, follow, work) == 0)
		n++;
	take_shares(work, true);
	while (n > 0)
		pthread_join(others[--n], NULL);
	free(others);
	progress_clear(&work->progress);
}

static int say_all(struct work *work, struct wt_err *err)
{
	for (size_t i = 0; i < work->n; i++) {
		const struct share *share = work->shares[i];

		for (size_t j = 0; j < share->n_said && j < SAID_MAX; j++)
			inspect_failed(VERIFY_COMMAND, &share->said[j]);
		if (share->n_said > SAID_MAX)
			fprintf(stderr, "%s: and %zu more attestations of this rig\n",
				VERIFY_COMMAND, share->n_said - SAID_MAX);
		if (share->r < 0) {
			*err = share->err;
			return share->r;
		}
	}
	return 0;
}

static void free_shares(struct work *work)
{
	for (size_t i = 0; i < work->n; i++)
		free(work->shares[i]);
	free(work->shares);
}

/* The inputs are sorted by rig; what is of none comes first. */
static int share_out(struct work *work, size_t first, struct wt_err *err)
{
	const struct input *items = work->inputs->items;

	work->shares = calloc(work->inputs->n_rigs + 1, sizeof(*work->shares));
	if (!work->shares)
		return no_memory(err);
	for (size_t i = first; i < work->inputs->n; i++) {
		if (i == first || items[i].rig != items[i - 1].rig) {
			struct share *share = calloc(1, sizeof(*share));

			if (!share)
				return no_memory(err);
			share->first = i;
			work->shares[work->n++] = share;
		}
		work->shares[work->n - 1]->n++;
	}
	return 0;
}

/* What is of no rig: objects, and attestations that cannot be read. Returns how many. */
static int give_objects(struct wt_site *site, struct inputs *inputs, size_t *ret_n,
			struct wt_err *err)
{
	struct wt_span object;
	char name[512];
	size_t i;
	int r;

	for (i = 0; i < inputs->n && inputs->items[i].rig == 0; i++) {
		if (inputs->items[i].attestation)
			continue;
		r = inputs_read(inputs, i, &object, name, err);
		if (r == 0)
			r = wt_site_object(site, object, name, err);
		if (r < 0)
			return r;
	}
	*ret_n = i;
	return 0;
}

static int give_unreadable(struct wt_site *site, struct inputs *inputs, size_t n,
			   struct wt_err *err)
{
	struct wt_span object;
	char name[512];
	int r;

	for (size_t i = 0; i < n; i++) {
		if (!inputs->items[i].attestation)
			continue;
		r = inputs_read(inputs, i, &object, name, err);
		if (r == 0)
			r = wt_site_attestation(site, object, name, err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int load_state(struct wt_site *site, const char *path, struct wt_err *err)
{
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf file = { 0 };
	int r;

	r = wt_file_read(path, STATE_MAX, &file, err);
	if (r == -ENOENT)
		return 0; /* the first run */
	if (r == 0) {
		r = wt_site_state_load(site, wt_buf_span(&file), err);
		if (r < 0)
			return wt_fail_in(err, r, "%.200s", path);
	}
	return r;
}

static int give_all(struct wt_site *site, struct inputs *inputs,
		    const struct verify_request *request, struct wt_err *err)
{
	struct work work = { .site = site, .inputs = inputs, .progress.on = isatty(STDERR_FILENO) };
	size_t objects = 0;
	int r;

	r = give_objects(site, inputs, &objects, err);
	if (r == 0 && request->state)
		r = load_state(site, request->state, err);
	if (r == 0)
		r = wt_site_ready(site, err);
	if (r == 0)
		r = give_unreadable(site, inputs, objects, err);
	if (r < 0)
		return r;
	r = share_out(&work, objects, err);
	if (r == 0) {
		run_threads(&work, request->threads);
		r = say_all(&work, err);
	}
	free_shares(&work);
	return r;
}

static void say_refusals(const struct wt_site *site)
{
	size_t n;
	const struct wt_site_refusal *refusals = wt_site_refusals(site, &n);

	for (size_t i = 0; i < n; i++) {
		struct wt_err said;

		wt_fail(&said, 0, "%.100s: %.150s", refusals[i].name, refusals[i].why);
		inspect_failed(VERIFY_COMMAND, &said);
	}
}

static bool anything_accepted(const struct wt_site_verdict *verdict)
{
	for (size_t i = 0; i < verdict->n_rigs; i++) {
		if (verdict->rigs[i].attestations > 0)
			return true;
	}
	return false;
}

static int save_state(const struct wt_site *site, const char *path, struct wt_err *err)
{
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf state = { 0 };
	int r;

	r = wt_site_state_save(site, &state, err);
	return r < 0 ? r : wt_file_write(path, wt_buf_span(&state), 0666, WT_FILE_REPLACE, err);
}

static int judge(struct wt_site *site, const struct verify_request *request, char *const *files,
		 struct wt_site_verdict *ret, struct wt_err *err)
{
	__attribute__((cleanup(inputs_clear))) struct inputs inputs = { .mixed = true };
	int r = 0;

	for (; r >= 0 && *files; files++)
		r = inputs_add(&inputs, *files, true, err);
	if (r < 0)
		return r;
	if (inputs.n == 0)
		return wt_fail(err, ENOENT, "nothing to judge: there is no *.cose file");
	inputs_sort(&inputs);
	r = give_all(site, &inputs, request, err);
	return r < 0 ? r : wt_site_finish(site, ret, err);
}

/* What was found is said first: it holds, whether or not it could be written down. */
static int report(const struct wt_site *site, const struct verify_request *request,
		  const struct wt_site_verdict *verdict)
{
	int status = wt_site_verdict_exit(verdict), r = 0;
	struct wt_err err = { 0 };

	say_refusals(site);
	if (!request->quiet)
		verify_print_site(verdict, request->json);
	if (request->key)
		r = verify_sign_site(request, site, verdict, &err);
	if (r == 0 && request->state && anything_accepted(verdict))
		r = save_state(site, request->state, &err);
	if (r < 0) {
		inspect_failed(VERIFY_COMMAND, &err);
		status = WT_EXIT_OUTPUT;
	}
	return status;
}

int verify_site(const struct verify_request *request, char *const *files)
{
	__attribute__((cleanup(wt_trust_freep))) struct wt_trust *trust = NULL;
	struct wt_site_verdict verdict = { 0 };
	struct wt_site *site = NULL;
	struct wt_err err = { 0 };
	int r, status;

	r = wt_trust_load(request->trust, &trust, &err);
	if (r >= 0)
		r = wt_site_new(trust, &request->appraisal, &site, &err);
	if (r >= 0)
		r = judge(site, request, files, &verdict, &err);
	status = r < 0 ? inspect_failed(VERIFY_COMMAND, &err) : report(site, request, &verdict);
	wt_site_verdict_clear(&verdict);
	wt_site_free(site);
	return status;
}
