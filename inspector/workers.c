// SPDX-License-Identifier: Apache-2.0
#include "inspector/workers.h"

#include <stdlib.h>

static void fail(struct workers *workers, size_t piece, int r, const struct wt_err *err)
{
	atomic_store(&workers->stop, true);
	pthread_mutex_lock(&workers->lock);
	if (piece < workers->failed) {
		workers->failed = piece;
		workers->r = r;
		workers->err = *err;
	}
	pthread_mutex_unlock(&workers->lock);
}

/* Pieces are begun in their order, and what is begun is done: so all before the first that failed are. */
static void take(struct workers *workers)
{
	struct inputs view = inputs_view(workers->inputs);
	struct wt_err err;
	size_t piece;
	int r;

	while (!atomic_load(&workers->stop)) {
		piece = atomic_fetch_add(&workers->next, 1);
		if (piece >= workers->n)
			break;
		r = workers->work(workers, &view, piece, &err);
		if (r < 0)
			fail(workers, piece, r, &err);
	}
	inputs_view_clear(&view);
}

static void *follow(void *workers)
{
	take(workers);
	return NULL;
}

int workers_run(struct workers *workers, unsigned int threads, size_t *ret_failed,
		struct wt_err *err)
{
	pthread_t *others = calloc(threads, sizeof(*others));
	unsigned int n = 0;

	atomic_store(&workers->next, 0);
	atomic_store(&workers->stop, false);
	workers->leader = pthread_self();
	workers->failed = workers->n;
	workers->r = 0;
	pthread_mutex_init(&workers->lock, NULL);
	/* A thread that cannot be had is done without. */
	while (others && n + 1 < threads && n + 1 < workers->n &&
	       pthread_create(&others[n], NULL, follow, workers) == 0)
		n++;
	take(workers);
	while (n > 0)
		pthread_join(others[--n], NULL);
	free(others);
	pthread_mutex_destroy(&workers->lock);
	if (ret_failed)
		*ret_failed = workers->failed;
	if (workers->r < 0)
		*err = workers->err;
	return workers->r;
}

void workers_did(struct workers *workers)
{
	size_t done = atomic_fetch_add(&workers->done, 1) + 1;

	if (pthread_equal(pthread_self(), workers->leader))
		progress_step(&workers->progress, done, workers->inputs->n);
}
