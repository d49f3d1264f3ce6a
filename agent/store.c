// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/store_db.h"
#include "lib/sqlite_errno.h"

#define VERSION 1 /* in user_version, as store_make.c writes it */

#define ROW "seq, digest, epoch, first_record, last_record, head, iat, delivered"

void store_finalizep(sqlite3_stmt **stmt)
{
	sqlite3_finalize(*stmt);
}

int store_damaged(const struct wt_store *store, const char *what, struct wt_err *err)
{
	return wt_fail(err, EBADMSG,
		       "%s: damaged (%s): nothing is signed until it is whole: wattestd(8), "
		       "A DAMAGED STORE",
		       store->path, what);
}

int store_fail(struct wt_store *store, int rc, struct wt_err *err)
{
	const char *what = store->db ? sqlite3_errmsg(store->db) : sqlite3_errstr(rc);
	int code = wt_sqlite_errno(rc), cause = store->db ? sqlite3_system_errno(store->db) : 0;

	if (code == EBADMSG)
		return store_damaged(store, what, err);
	if (code == ENOSPC || cause == ENOSPC)
		return wt_fail(err, ENOSPC, "%s: the disk is full", store->path);
	if ((code == EACCES || code == EIO) && cause)
		return wt_fail(err, code, "%s: %s: %s", store->path, what, strerror(cause));
	if (code == EACCES)
		return wt_fail(err, code,
			       "%s: %s: wattestd must be able to write it and its folder",
			       store->path, what);
	return wt_fail(err, code, "%s: %s", store->path, what);
}

int store_prepare(struct wt_store *store, const char *sql, sqlite3_stmt **ret, struct wt_err *err)
{
	int rc = sqlite3_prepare_v2(store->db, sql, -1, ret, NULL);

	return rc == SQLITE_OK ? 0 : store_fail(store, rc, err);
}

int store_run(struct wt_store *store, const char *sql, struct wt_err *err)
{
	int rc = sqlite3_exec(store->db, sql, NULL, NULL, NULL);

	return rc == SQLITE_OK ? 0 : store_fail(store, rc, err);
}

int store_end(struct wt_store *store, int r, struct wt_err *err)
{
	if (r == 0)
		r = store_run(store, "COMMIT", err);
	if (r < 0 && !sqlite3_get_autocommit(store->db))
		store_run(store, "ROLLBACK", NULL);
	return r;
}

/* --- opening ----------------------------------------------------------------------------------------- */

static int take_lock(struct wt_store *store, const char *dir, struct wt_err *err)
{
	char path[PATH_MAX], pid[16] = "";
	int r;

	if (snprintf(path, sizeof(path), "%s/lock", dir) >= (int)sizeof(path))
		return wt_fail(err, ENAMETOOLONG, "%s: too long a path", dir);
	store->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0640);
	if (store->lock < 0) {
		r = errno;
		return wt_fail(err, r, "%s: %s: the state folder must be writable for wattestd",
			       path, strerror(r));
	}
	if (flock(store->lock, LOCK_EX | LOCK_NB) < 0) {
		if (errno != EWOULDBLOCK)
			return wt_fail(err, errno, "%s: %s", path, strerror(errno));
		if (pread(store->lock, pid, sizeof(pid) - 1, 0) > 0)
			pid[strcspn(pid, "\n")] = '\0';
		return wt_fail(err, EBUSY, "%s: process %s already works with this store", dir,
			       pid[0] ? pid : "unknown");
	}
	snprintf(pid, sizeof(pid), "%d\n", (int)getpid());
	if (ftruncate(store->lock, 0) < 0 || pwrite(store->lock, pid, strlen(pid), 0) < 0) {
		r = errno; /* the lock holds without it, but a full disk is better known now */
		return wt_fail(err, r, "%s: %s", path, strerror(r));
	}
	return 0;
}

static int version(struct wt_store *store, int *ret, struct wt_err *err)
{
	_stmt sqlite3_stmt *stmt = NULL;
	int rc, r = store_prepare(store, "PRAGMA user_version", &stmt, err);

	if (r < 0)
		return r;
	rc = sqlite3_step(stmt);
	if (rc != SQLITE_ROW)
		return store_fail(store, rc, err);
	*ret = sqlite3_column_int(stmt, 0);
	return 0;
}

static int open_write(struct wt_store *store, const char *dir, struct wt_err *err)
{
	int rc, r;

	if (mkdir(dir, 0750) < 0 && errno != EEXIST)
		return wt_fail(err, errno, "%s: cannot make the state folder: %s", dir,
			       strerror(errno));
	r = take_lock(store, dir, err);
	if (r == 0)
		r = store_make(store, dir, err);
	if (r < 0)
		return r;
	rc = sqlite3_open_v2(store->path, &store->db, SQLITE_OPEN_READWRITE, NULL);
	if (rc != SQLITE_OK)
		return store_fail(store, rc, err);
	return store_run(
		store,
		"PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -512;"
		"PRAGMA wal_autocheckpoint = 256;"
		"PRAGMA temp_store = MEMORY;",
		err);
}

/* A path as a URI, for SQLite's own parser. */
static int uri(char *ret, size_t cap, const char *path, const char *query)
{
	size_t n = (size_t)snprintf(ret, cap, "file:");

	for (; *path && n + 4 < cap; path++)
		n += (size_t)snprintf(ret + n, cap - n, strchr("?#%", *path) ? "%%%02x" : "%c",
				      *path);
	return snprintf(ret + n, cap - n, "?%s", query) < (int)(cap - n) ? 0 : -ENAMETOOLONG;
}

static int open_read(struct wt_store *store, struct wt_err *err)
{
	const int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_URI;
	char name[2 * PATH_MAX], wal[PATH_MAX + 8];
	int rc, v;

	if (access(store->path, R_OK) < 0) {
		rc = errno;
		return wt_fail(err, rc, "%s: %s", store->path,
			       rc == ENOENT   ? "not there: has wattestd run here yet?"
			       : rc == EACCES ? "not permitted: needs root"
					      : strerror(rc));
	}
	if (uri(name, sizeof(name), store->path, "mode=ro") < 0)
		return wt_fail(err, ENAMETOOLONG, "%s: too long a path", store->path);
	rc = sqlite3_open_v2(name, &store->db, flags, NULL);
	if (rc == SQLITE_OK && version(store, &v, NULL) == 0)
		return 0;
	/* Nobody has it open and we may not make the index of its write-ahead log; without a log none is needed. */
	snprintf(wal, sizeof(wal), "%s-wal", store->path);
	if (access(wal, F_OK) == 0 || uri(name, sizeof(name), store->path, "immutable=1") < 0)
		return store_fail(store, rc != SQLITE_OK ? rc : sqlite3_errcode(store->db), err);
	sqlite3_close(store->db);
	rc = sqlite3_open_v2(name, &store->db, flags, NULL);
	return rc == SQLITE_OK ? 0 : store_fail(store, rc, err);
}

static int check_version(struct wt_store *store, struct wt_err *err)
{
	int v = 0, r = version(store, &v, err);

	if (r < 0)
		return r;
	if (v > VERSION)
		return wt_fail(
			err, EPROTO,
			"%s: written by a newer wattest (format %d, this one knows %d): install that one again",
			store->path, v, VERSION);
	return v == VERSION ? 0 : store_damaged(store, "not a store of wattest", err);
}

int wt_store_open(const char *dir, bool write, struct wt_store **ret, struct wt_err *err)
{
	struct wt_store *store = calloc(1, sizeof(*store));
	int r;

	if (!store)
		return wt_fail(err, ENOMEM, "out of memory");
	store->lock = -1;
	if (snprintf(store->path, sizeof(store->path), "%s/store.db", dir) >=
	    (int)sizeof(store->path))
		r = wt_fail(err, ENAMETOOLONG, "%s: too long a path", dir);
	else
		r = write ? open_write(store, dir, err) : open_read(store, err);
	if (r == 0) {
		sqlite3_busy_timeout(store->db, 2000);
		r = check_version(store, err);
	}
	if (r < 0) {
		wt_store_free(store);
		return r;
	}
	*ret = store;
	return 0;
}

void wt_store_free(struct wt_store *store)
{
	if (!store)
		return;
	sqlite3_close(store->db);
	if (store->lock >= 0)
		close(store->lock);
	free(store);
}

void wt_store_freep(struct wt_store **store)
{
	wt_store_free(*store);
	*store = NULL;
}

/* --- attestations ------------------------------------------------------------------------------------ */

static bool column_bytes(sqlite3_stmt *stmt, int i, void *ret, int exact)
{
	if (sqlite3_column_bytes(stmt, i) != exact)
		return false;
	memcpy(ret, sqlite3_column_blob(stmt, i), (size_t)exact);
	return true;
}

static struct wt_span column_span(sqlite3_stmt *stmt, int i)
{
	const void *p = sqlite3_column_blob(stmt, i);

	return wt_span(p, (size_t)sqlite3_column_bytes(stmt, i));
}

static int read_row(struct wt_store *store, sqlite3_stmt *stmt, struct wt_store_row *ret,
		    struct wt_err *err)
{
	struct wt_store_row row = {
		.seq = (uint64_t)sqlite3_column_int64(stmt, 0),
		.first_record = (uint64_t)sqlite3_column_int64(stmt, 3),
		.last_record = (uint64_t)sqlite3_column_int64(stmt, 4),
		.iat = sqlite3_column_int64(stmt, 6),
		.delivered = sqlite3_column_int(stmt, 7) != 0,
	};

	if (!column_bytes(stmt, 1, row.digest, sizeof(row.digest)) ||
	    !column_bytes(stmt, 2, row.epoch, sizeof(row.epoch)) ||
	    !column_bytes(stmt, 5, row.head, sizeof(row.head)))
		return wt_fail(err, EBADMSG, "%s: attestation %" PRIu64 ": a damaged row",
			       store->path, row.seq);
	*ret = row;
	return 0;
}

int wt_store_last(struct wt_store *store, struct wt_store_row *ret, struct wt_err *err)
{
	_stmt sqlite3_stmt *stmt = NULL;
	int rc, r = store_prepare(store,
				  "SELECT " ROW " FROM attestations ORDER BY seq DESC LIMIT 1",
				  &stmt, err);

	if (r < 0)
		return r;
	rc = sqlite3_step(stmt);
	if (rc == SQLITE_ROW)
		return read_row(store, stmt, ret, err);
	if (rc != SQLITE_DONE)
		return store_fail(store, rc, err);
	*ret = (struct wt_store_row){};
	return 0;
}

int wt_store_commit(struct wt_store *store, const struct wt_store_row *row, struct wt_span cose,
		    struct wt_err *err)
{
	_stmt sqlite3_stmt *stmt = NULL;
	int rc, r;

	/* gapless by the statement itself: no row is made unless seq follows the newest one */
	r = store_prepare(store,
			  "INSERT INTO attestations(" ROW
			  ", cose) SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, ?8"
			  " WHERE ?1 = 1 + ifnull((SELECT max(seq) FROM attestations), 0)",
			  &stmt, err);
	if (r < 0)
		return r;
	sqlite3_bind_int64(stmt, 1, (sqlite3_int64)row->seq);
	sqlite3_bind_blob(stmt, 2, row->digest, sizeof(row->digest), SQLITE_STATIC);
	sqlite3_bind_blob(stmt, 3, row->epoch, sizeof(row->epoch), SQLITE_STATIC);
	sqlite3_bind_int64(stmt, 4, (sqlite3_int64)row->first_record);
	sqlite3_bind_int64(stmt, 5, (sqlite3_int64)row->last_record);
	sqlite3_bind_blob(stmt, 6, row->head, sizeof(row->head), SQLITE_STATIC);
	sqlite3_bind_int64(stmt, 7, row->iat);
	sqlite3_bind_blob64(stmt, 8, cose.p, cose.n, SQLITE_STATIC);
	rc = sqlite3_step(stmt); /* a transaction of its own: it is on the disk when this returns */
	if (rc != SQLITE_DONE)
		return store_fail(store, rc, err);
	if (sqlite3_changes(store->db) != 1)
		return wt_fail(err, EEXIST,
			       "%s: attestation %" PRIu64 " does not follow the newest one",
			       store->path, row->seq);
	return 0;
}

int wt_store_get(struct wt_store *store, uint64_t seq, struct wt_buf *ret, struct wt_err *err)
{
	_stmt sqlite3_stmt *stmt = NULL;
	int rc, r = store_prepare(store, "SELECT cose FROM attestations WHERE seq = ?1", &stmt,
				  err);
	struct wt_span cose;

	if (r < 0)
		return r;
	sqlite3_bind_int64(stmt, 1, (sqlite3_int64)seq);
	rc = sqlite3_step(stmt);
	if (rc == SQLITE_DONE)
		return wt_fail(err, ENOENT, "%s: no attestation %" PRIu64, store->path, seq);
	if (rc != SQLITE_ROW)
		return store_fail(store, rc, err);
	cose = column_span(stmt, 0);
	wt_buf_append(ret, cose.p, cose.n);
	return ret->err ? wt_fail(err, ENOMEM, "out of memory") : 0;
}

int wt_store_each(struct wt_store *store, uint64_t since, wt_store_fn fn, void *user,
		  struct wt_err *err)
{
	_stmt sqlite3_stmt *stmt = NULL;
	int rc, r = store_prepare(
			store, "SELECT " ROW ", cose FROM attestations WHERE seq > ?1 ORDER BY seq",
			&stmt, err);

	if (r < 0)
		return r;
	sqlite3_bind_int64(stmt, 1, (sqlite3_int64)since);
	while ((rc = sqlite3_step(stmt)) == SQLITE_ROW) {
		struct wt_store_row row;

		r = read_row(store, stmt, &row, err);
		if (r == 0)
			r = fn(&row, column_span(stmt, 8), user);
		if (r < 0)
			return r;
	}
	return rc == SQLITE_DONE ? 0 : store_fail(store, rc, err);
}

int wt_store_find(struct wt_store *store, const uint8_t epoch[16], uint64_t record,
		  struct wt_store_row *ret, struct wt_err *err)
{
	_stmt sqlite3_stmt *stmt = NULL;
	int rc, r;

	r = store_prepare(store,
			  "SELECT " ROW " FROM attestations WHERE epoch = ?1 AND last_record >= ?2"
			  " ORDER BY last_record, seq LIMIT 1",
			  &stmt, err);
	if (r < 0)
		return r;
	sqlite3_bind_blob(stmt, 1, epoch, 16, SQLITE_STATIC);
	sqlite3_bind_int64(stmt, 2, (sqlite3_int64)record);
	rc = sqlite3_step(stmt);
	if (rc == SQLITE_ROW)
		return read_row(store, stmt, ret, err);
	return rc == SQLITE_DONE
		       ? wt_fail(err, ENOENT, "%s: record %" PRIu64 " is in no attestation",
				 store->path, record)
		       : store_fail(store, rc, err);
}

/* --- values ------------------------------------------------------------------------------------------ */

static int put(struct wt_store *store, const struct wt_store_value *v, struct wt_err *err)
{
	_stmt sqlite3_stmt *stmt = NULL;
	int rc, r;

	r = store_prepare(store, "INSERT OR REPLACE INTO state(key, value) VALUES(?1, ?2)", &stmt,
			  err);
	if (r < 0)
		return r;
	sqlite3_bind_text(stmt, 1, v->key, -1, SQLITE_STATIC);
	sqlite3_bind_blob64(stmt, 2, v->value.n ? v->value.p : (const uint8_t *)"", v->value.n,
			    SQLITE_STATIC);
	rc = sqlite3_step(stmt);
	return rc == SQLITE_DONE ? 0 : store_fail(store, rc, err);
}

int wt_store_put(struct wt_store *store, const struct wt_store_value *values, size_t n,
		 struct wt_err *err)
{
	int r = store_run(store, "BEGIN IMMEDIATE", err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < n && r == 0; i++)
		r = put(store, &values[i], err);
	return store_end(store, r, err);
}

int wt_store_value(struct wt_store *store, const char *key, struct wt_buf *ret, struct wt_err *err)
{
	_stmt sqlite3_stmt *stmt = NULL;
	int rc, r = store_prepare(store, "SELECT value FROM state WHERE key = ?1", &stmt, err);
	struct wt_span value;

	if (r < 0)
		return r;
	sqlite3_bind_text(stmt, 1, key, -1, SQLITE_STATIC);
	rc = sqlite3_step(stmt);
	if (rc == SQLITE_DONE)
		return wt_fail(err, ENOENT, "%s: no %s", store->path, key);
	if (rc != SQLITE_ROW)
		return store_fail(store, rc, err);
	value = column_span(stmt, 0);
	wt_buf_append(ret, value.p, value.n);
	return ret->err ? wt_fail(err, ENOMEM, "out of memory") : 0;
}

int wt_store_bind(struct wt_store *store, const uint8_t ueid[WT_UEID_LEN], struct wt_err *err)
{
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf bound = {};
	struct wt_store_value value = { "ueid", wt_span(ueid, WT_UEID_LEN) };
	int r = wt_store_value(store, "ueid", &bound, NULL);

	if (r == -ENOENT)
		return wt_store_put(store, &value, 1, err);
	if (r < 0)
		return wt_store_value(store, "ueid", &bound, err);
	if (!wt_span_equal(wt_buf_span(&bound), value.value))
		return wt_fail(
			err, EEXIST,
			"%s: holds the attestations of another rig key: bring that key back, or move the store away",
			store->path);
	return 0;
}
