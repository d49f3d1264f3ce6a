// SPDX-License-Identifier: Apache-2.0
/*
 * A new store is made under another name and gets its own when it is whole and on the disk. So a store.db without our
 * tables, or of no bytes, which SQLite would take for a new one, is a damaged one, and so is one of which only the
 * write-ahead log is there: with a new one in its place numbers would be used twice.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/store_db.h"
#include "lib/file.h"

static const char schema[] =
	"BEGIN;"
	"CREATE TABLE attestations("
	" seq INTEGER PRIMARY KEY, digest BLOB NOT NULL, epoch BLOB NOT NULL,"
	" first_record INTEGER NOT NULL, last_record INTEGER NOT NULL, head BLOB NOT NULL,"
	" iat INTEGER NOT NULL, delivered INTEGER NOT NULL DEFAULT 0, cose BLOB NOT NULL);"
	"CREATE INDEX by_record ON attestations(epoch, last_record);"
	"CREATE TABLE state(key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;"
	"PRAGMA user_version = 1;"
	"COMMIT;";

/* Bytes of the file whose name is path and suffix; -1: there is none. */
static off_t size_of(const struct wt_store *store, const char *suffix)
{
	char path[PATH_MAX + 16];
	struct stat st;

	snprintf(path, sizeof(path), "%s%s", store->path, suffix);
	/* one that cannot be looked at cannot be opened either, and SQLite has the words for that */
	return stat(path, &st) == 0 ? st.st_size : errno == ENOENT ? -1 : 1;
}

static void remove_parts(const char *path)
{
	char journal[PATH_MAX + 16];

	snprintf(journal, sizeof(journal), "%s-journal", path);
	unlink(journal);
	unlink(path);
}

/* Synced by SQLite before COMMIT returns: the default, synchronous FULL. */
static int fill(struct wt_store *made, struct wt_err *err)
{
	int rc = sqlite3_open_v2(made->path, &made->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
				 NULL);
	int r = rc == SQLITE_OK ? store_run(made, schema, err) : store_fail(made, rc, err);

	sqlite3_close(made->db);
	made->db = NULL;
	return r;
}

static int make(const struct wt_store *store, const char *dir, struct wt_err *err)
{
	struct wt_store made = { .lock = -1 };
	int r;

	if (snprintf(made.path, sizeof(made.path), "%s.new", store->path) >= (int)sizeof(made.path))
		return wt_fail(err, ENAMETOOLONG, "%s: too long a path", store->path);
	remove_parts(made.path); /* of a start that was cut off */
	r = fill(&made, err);
	if (r == 0 && rename(made.path, store->path) < 0)
		r = wt_fail(err, errno, "%s: %s", store->path, strerror(errno));
	if (r < 0) {
		remove_parts(made.path);
		return r;
	}
	return wt_file_sync_folder(dir, err);
}

int store_make(const struct wt_store *store, const char *dir, struct wt_err *err)
{
	off_t size = size_of(store, "");

	if (size == 0)
		return store_damaged(store, "it is empty", err);
	if (size > 0)
		return 0;
	if (size_of(store, "-wal") > 0)
		return store_damaged(store, "it is gone, and its log is there", err);
	return make(store, dir, err);
}
