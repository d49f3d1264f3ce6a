/* SPDX-License-Identifier: Apache-2.0 */
/* Pieces of work on the inputs, by number, shared out among threads. */
#ifndef INSPECTOR_WORKERS_H
#define INSPECTOR_WORKERS_H

#include <pthread.h>
#include <stdatomic.h>

#include "inspector/inputs.h"
#include "inspector/progress.h"

struct workers {
	const struct inputs *inputs;
	size_t n; /* pieces: 0, 1, ... */
	/* From any thread, with a view of the inputs that is the thread's own. < 0 ends it all. */
	int (*work)(struct workers *workers, struct inputs *view, size_t piece, struct wt_err *err);
	void *user;
	struct progress progress; /* of all inputs; its step is called by workers_did */
	atomic_size_t done; /* inputs */

	/* of the threads */
	atomic_size_t next;
	atomic_bool stop;
	pthread_t leader; /* the caller, which works too */
	pthread_mutex_t lock;
	size_t failed; /* the first piece that did, in their order */
	int r;
	struct wt_err err;
};

/*
 * Returns what the first piece that failed returned, by the order of the pieces and not of time: all before it were
 * done. ret_failed (may be NULL) is its number, or n.
 */
int workers_run(struct workers *workers, unsigned int threads, size_t *ret_failed,
		struct wt_err *err);
/* One input more was looked at. */
void workers_did(struct workers *workers);

#endif
