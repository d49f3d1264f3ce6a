// SPDX-License-Identifier: Apache-2.0
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "keys/signing.h"

#define TAKE 64 /* items a thread takes at once */

struct work {
	struct signing_item *items;
	size_t n;
	enum wt_typ typ;
	signing_open_fn open;
	void *user;
	atomic_size_t next, done;
	atomic_int r;
	pthread_mutex_t lock; /* of err: the first failure is the one that is told */
	struct wt_err *err;
};

static void fail(struct work *work, int r, const struct wt_err *err)
{
	int none = 0;

	pthread_mutex_lock(&work->lock);
	if (atomic_compare_exchange_strong(&work->r, &none, r) && work->err)
		*work->err = *err;
	pthread_mutex_unlock(&work->lock);
}

static void *worker(void *user)
{
	__attribute__((cleanup(authority_identity_clear))) struct authority_identity signer = { 0 };
	struct work *work = user;
	struct wt_err err = { 0 };
	int r = work->open(work->user, &signer, &err);

	while (r == 0 && atomic_load(&work->r) == 0) {
		size_t first = atomic_fetch_add(&work->next, TAKE);

		if (first >= work->n)
			break;
		for (size_t i = first; r == 0 && i < first + TAKE && i < work->n; i++) {
			struct signing_item *item = &work->items[i];

			if (item->cose.n == 0)
				r = wt_cose_sign(signer.key, signer.cert, true, work->typ,
						 wt_buf_span(&item->payload), &item->cose, &err);
			atomic_fetch_add(&work->done, 1);
		}
	}
	if (r < 0)
		fail(work, r, &err);
	return NULL;
}

int signing_run(struct signing_item *items, size_t n, unsigned jobs, enum wt_typ typ,
		signing_open_fn open, void *user, struct wt_err *err)
{
	struct work work = { .items = items,
			     .n = n,
			     .typ = typ,
			     .open = open,
			     .user = user,
			     .lock = PTHREAD_MUTEX_INITIALIZER,
			     .err = err };
	pthread_t threads[SIGNING_MAX_JOBS];
	unsigned started = 0;
	long cores = sysconf(_SC_NPROCESSORS_ONLN);

	if (jobs == 0)
		jobs = cores > 0 ? (unsigned)cores : 1;
	if (jobs > SIGNING_MAX_JOBS)
		jobs = SIGNING_MAX_JOBS;
	if (jobs > (n + TAKE - 1) / TAKE)
		jobs = (unsigned)((n + TAKE - 1) / TAKE);
	while (started < jobs && pthread_create(&threads[started], NULL, worker, &work) == 0)
		started++;
	if (started == 0 && n > 0)
		worker(&work); /* no thread is to be had: then without */
	while (isatty(STDERR_FILENO) && atomic_load(&work.r) == 0 && atomic_load(&work.done) < n) {
		progress("signed", atomic_load(&work.done), n);
		usleep(100000);
	}
	for (unsigned i = 0; i < started; i++)
		pthread_join(threads[i], NULL);
	progress("signed", atomic_load(&work.done), n);
	return atomic_load(&work.r);
}

struct signing_item *signing_items(size_t n)
{
	return calloc(n + 1, sizeof(struct signing_item));
}

void signing_free(struct signing_item *items, size_t n)
{
	for (size_t i = 0; items && i < n; i++) {
		wt_buf_free(&items[i].payload);
		wt_buf_free(&items[i].cose);
	}
	free(items);
}

void progress(const char *done, size_t n, size_t of)
{
	char a[WT_GROUPED_LEN], b[WT_GROUPED_LEN];

	if (!isatty(STDERR_FILENO))
		return;
	fprintf(stderr, "\r%s %s of %s%s", done, wt_grouped(n, a), wt_grouped(of, b),
		n == of ? "\n" : "");
}
