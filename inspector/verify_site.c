// SPDX-License-Identifier: Apache-2.0
/*
 * verify, for any mix of objects and rigs. Files are looked through once to find what is in them; then what authorities
 * and sites signed is given to the site by several threads, and after it each rig's attestations, in order, by one of
 * them. What threads have to say is kept by rig and said in the rigs' order, so nothing depends on their number.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "inspector/inputs.h"
#include "inspector/inspect.h"
#include "inspector/verify.h"
#include "inspector/workers.h"
#include "lib/file.h"

#define STATE_MAX (1u << 30)
#define SAID_MAX 20 /* refused attestations of one rig that are named */
#define OBJECTS_AT_ONCE 64

/* One rig's part of the inputs, and what is to be said of it. */
struct share {
	size_t first, n; /* of the sorted inputs */
	struct wt_err *said; /* SAID_MAX, when there is any */
	size_t n_said; /* all of them, named or not */
	size_t *unread, n_unread; /* inputs that turned out to be no attestations */
};

struct work {
	struct wt_site *site;
	size_t objects; /* the first inputs: of no rig */
	struct share *shares;
	size_t n;
};

static int no_memory(struct wt_err *err)
{
	return wt_fail(err, ENOMEM, "out of memory");
}

/* A refused attestation is a finding: named, and judged in the verdict. */
static int keep_said(struct share *share, const char *name, struct wt_err *err)
{
	struct wt_err *said;

	if (share->n_said++ >= SAID_MAX)
		return 0;
	if (!share->said)
		share->said = calloc(SAID_MAX, sizeof(*share->said));
	if (!share->said)
		return no_memory(err);
	said = &share->said[share->n_said - 1];
	*said = *err;
	if (strncmp(err->msg, name, strlen(name)) != 0)
		wt_fail_in(said, 0, "%.100s", name);
	return 0;
}

static int keep_unread(struct share *share, size_t i, struct wt_err *err)
{
	size_t *unread = reallocarray(share->unread, share->n_unread + 1, sizeof(*unread));

	if (!unread)
		return no_memory(err);
	share->unread = unread;
	unread[share->n_unread++] = i;
	return 0;
}

static int judge_share(struct workers *workers, struct inputs *view, size_t piece,
		       struct wt_err *err)
{
	struct work *work = workers->user;
	struct share *share = &work->shares[piece];
	const uint8_t *ueid = view->ueids[view->items[share->first].rig - 1];
	struct wt_span object;
	char name[512];
	int r;

	for (size_t i = share->first; i < share->first + share->n; i++) {
		r = inputs_read(view, i, &object, name, err);
		if (r == 0) {
			r = wt_site_attestation_readable(work->site, object, name, err);
			if (r == 0)
				r = keep_said(share, name, err);
			else if (r == -ENOMSG)
				r = keep_unread(share, i, err);
		}
		if (r < 0)
			return r;
		workers_did(workers);
	}
	return wt_site_rig_done(work->site, ueid, err);
}

/* Those of rigs that could be judged, in the rigs' order. */
static void say_all(const struct work *work, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct share *share = &work->shares[i];

		for (size_t j = 0; j < share->n_said && j < SAID_MAX; j++)
			inspect_failed(VERIFY_COMMAND, &share->said[j]);
		if (share->n_said > SAID_MAX)
			fprintf(stderr, "%s: and %zu more attestations of this rig\n",
				VERIFY_COMMAND, share->n_said - SAID_MAX);
	}
}

static void free_shares(struct work *work)
{
	for (size_t i = 0; i < work->n; i++) {
		free(work->shares[i].said);
		free(work->shares[i].unread);
	}
	free(work->shares);
}

/* The inputs are sorted by rig; what is of none comes first. */
static int share_out(struct work *work, const struct inputs *inputs, struct wt_err *err)
{
	const struct input *items = inputs->items;

	work->shares = calloc(inputs->n_rigs + 1, sizeof(*work->shares));
	if (!work->shares)
		return no_memory(err);
	for (size_t i = work->objects; i < inputs->n; i++) {
		if (i == work->objects || items[i].rig != items[i - 1].rig)
			work->shares[work->n++].first = i;
		work->shares[work->n - 1].n++;
	}
	return 0;
}

/* What is of no rig: objects. Attestations that cannot be read come later. */
static int give_objects(struct workers *workers, struct inputs *view, size_t piece,
			struct wt_err *err)
{
	struct work *work = workers->user;
	size_t i = piece * OBJECTS_AT_ONCE, end = i + OBJECTS_AT_ONCE;
	struct wt_span object;
	char name[512];
	int r;

	for (; i < end && i < work->objects; i++) {
		if (!view->items[i].attestation) {
			r = inputs_read(view, i, &object, name, err);
			if (r == 0)
				r = wt_site_object_nth(work->site, (uint32_t)i, object, name, err);
			if (r < 0)
				return r;
		}
		workers_did(workers);
	}
	return 0;
}

/* As they lie in the files. */
static int by_place(const void *a, const void *b, void *inputs)
{
	const struct input *items = ((const struct inputs *)inputs)->items,
			   *x = &items[*(const size_t *)a], *y = &items[*(const size_t *)b];

	if (x->path != y->path)
		return x->path < y->path ? -1 : 1;
	return x->offset < y->offset ? -1 : x->offset > y->offset;
}

/* Attestations that cannot be read, whether or not they say whose they are. */
static int give_unreadable(struct work *work, struct inputs *inputs, struct wt_err *err)
{
	struct wt_span object;
	size_t *unread, n = 0;
	char name[512];
	int r = 0;

	for (size_t i = 0; i < work->n; i++)
		n += work->shares[i].n_unread;
	unread = calloc(work->objects + n + 1, sizeof(*unread));
	if (!unread)
		return no_memory(err);
	n = 0;
	for (size_t i = 0; i < work->objects; i++) {
		if (inputs->items[i].attestation)
			unread[n++] = i;
	}
	for (size_t i = 0; i < work->n; i++) {
		for (size_t j = 0; j < work->shares[i].n_unread; j++)
			unread[n++] = work->shares[i].unread[j];
	}
	qsort_r(unread, n, sizeof(*unread), by_place, inputs);
	for (size_t i = 0; r >= 0 && i < n; i++) {
		r = inputs_read(inputs, unread[i], &object, name, err);
		if (r == 0)
			r = wt_site_attestation(work->site, object, name, err);
	}
	free(unread);
	return r < 0 ? r : 0;
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

static int give_rigs(struct work *work, struct workers *workers, unsigned int threads,
		     struct wt_err *err)
{
	size_t failed;
	int r = share_out(work, workers->inputs, err);

	if (r < 0)
		return r;
	workers->n = work->n;
	workers->work = judge_share;
	r = workers_run(workers, threads, &failed, err);
	progress_clear(&workers->progress);
	say_all(work, r < 0 ? failed + 1 : work->n);
	return r;
}

static int give_all(struct wt_site *site, struct inputs *inputs,
		    const struct verify_request *request, struct wt_err *err)
{
	struct work work = { .site = site };
	struct workers workers = { .inputs = inputs,
				   .work = give_objects,
				   .user = &work,
				   .progress.on = isatty(STDERR_FILENO) };
	int r;

	while (work.objects < inputs->n && inputs->items[work.objects].rig == 0)
		work.objects++;
	if (!request->state)
		wt_site_no_state(site);
	workers.n = (work.objects + OBJECTS_AT_ONCE - 1) / OBJECTS_AT_ONCE;
	r = workers_run(&workers, request->threads, NULL, err);
	progress_clear(&workers.progress);
	if (r == 0 && request->state)
		r = load_state(site, request->state, err);
	if (r == 0)
		r = wt_site_ready(site, err);
	if (r == 0)
		r = give_rigs(&work, &workers, request->threads, err);
	if (r == 0)
		r = give_unreadable(&work, inputs, err);
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
		r = verify_print_site(verdict, request->json, &err);
	if (r == 0 && request->key)
		r = verify_sign_site(request, site, verdict, &err);
	if (r == 0 && request->state && wt_site_news(site))
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
