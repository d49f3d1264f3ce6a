/* SPDX-License-Identifier: Apache-2.0 */
/* Between the store's files: the connection, and how its failures are said. */
#ifndef AGENT_STORE_DB_H
#define AGENT_STORE_DB_H

#include <limits.h>
#include <sqlite3.h>

#include "agent/store.h"

struct wt_store {
	sqlite3 *db;
	char path[PATH_MAX];
	int lock; /* -1: open for reading */
};

/*
 * Makes the file where there is none (store_make.c), and says of one that SQLite would take for a new one that it is damaged.
 * The folder is there and locked.
 */
int store_make(const struct wt_store *store, const char *dir, struct wt_err *err);
/* -EBADMSG, and where to read on. */
int store_damaged(const struct wt_store *store, const char *what, struct wt_err *err);
/* What SQLite says, as an errno and a sentence that names the file. */
int store_fail(struct wt_store *store, int rc, struct wt_err *err);
int store_prepare(struct wt_store *store, const char *sql, sqlite3_stmt **ret, struct wt_err *err);
int store_run(struct wt_store *store, const char *sql, struct wt_err *err);
/* Takes back what a failure left open. */
int store_end(struct wt_store *store, int r, struct wt_err *err);
void store_finalizep(sqlite3_stmt **stmt);
#define _stmt __attribute__((cleanup(store_finalizep)))

#endif
