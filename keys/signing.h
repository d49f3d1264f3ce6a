/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many objects of one kind, signed by one signer on several cores; and how far a long work has
 * come.
 */
#ifndef KEYS_SIGNING_H
#define KEYS_SIGNING_H

#include "keys/authority.h"

#define SIGNING_MAX_JOBS 256

struct signing_item {
	struct wt_buf payload;
	struct wt_buf cose;
};

/* Opens the signer: once for each thread, for keys are not shared. */
typedef int (*signing_open_fn)(void *user, struct authority_identity *ret, struct wt_err *err);

/*
 * Makes the cose of every item that has a payload and no cose yet. jobs 0: as many as there are
 * cores.
 */
int signing_run(struct signing_item *items, size_t n, unsigned jobs, enum wt_typ typ,
		signing_open_fn open, void *user, struct wt_err *err);

struct signing_item *signing_items(size_t n); /* zeroed, or NULL */
void signing_free(struct signing_item *items, size_t n);

#define PROGRESS_STEP 512 /* a loop over thousands shows it that often */

/* "signed 12,000 of 72,000" on stderr, if that is a terminal; with n == of the line ends. */
void progress(const char *done, size_t n, size_t of);

#endif
