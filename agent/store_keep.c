// SPDX-License-Identifier: Apache-2.0
/* What the store still has, what inspectors have of it, and what may go. */
#include <inttypes.h>
#include <stdio.h>

#include "agent/store_db.h"

#define BASE "base "
#define BASE_LEN (sizeof(BASE) + 20)
#define ROW_BYTES 200 /* of an attestation, beside its object */

void wt_store_base_key(uint64_t seq, char ret[WT_STORE_BASE_LEN])
{
	_Static_assert(WT_STORE_BASE_LEN >= BASE_LEN, "room for any number");
	snprintf(ret, WT_STORE_BASE_LEN, BASE "%020" PRIu64, seq);
}

/* One number; NULL is 0. */
static int number(struct wt_store *store, sqlite3_stmt *stmt, uint64_t *ret, struct wt_err *err)
{
	int rc = sqlite3_step(stmt);

	if (rc != SQLITE_ROW)
		return store_fail(store, rc, err);
	*ret = (uint64_t)sqlite3_column_int64(stmt, 0);
	return 0;
}

static int ask(struct wt_store *store, const char *sql, uint64_t *ret, struct wt_err *err)
{
	_stmt sqlite3_stmt *stmt = NULL;
	int r = store_prepare(store, sql, &stmt, err);

	return r < 0 ? r : number(store, stmt, ret, err);
}

int wt_store_extent(struct wt_store *store, struct wt_store_extent *ret, struct wt_err *err)
{
	struct wt_store_extent extent = {};
	uint64_t pages = 0, free_pages = 0, page = 0;
	int r;

	r = ask(store, "SELECT min(seq) FROM attestations", &extent.first, err);
	if (r == 0)
		r = ask(store, "SELECT max(seq) FROM attestations", &extent.last, err);
	if (r == 0)
		r = ask(store,
			"SELECT ifnull((SELECT seq FROM attestations WHERE NOT delivered"
			" ORDER BY seq LIMIT 1),"
			" ifnull((SELECT max(seq) FROM attestations), 0) + 1) - 1",
			&extent.delivered, err);
	if (r == 0)
		r = ask(store, "PRAGMA page_count", &pages, err);
	if (r == 0)
		r = ask(store, "PRAGMA freelist_count", &free_pages, err);
	if (r == 0)
		r = ask(store, "PRAGMA page_size", &page, err);
	if (r < 0)
		return r;
	extent.bytes = (pages - free_pages) * page;
	*ret = extent;
	return 0;
}

int wt_store_deliver(struct wt_store *store, uint64_t seq, struct wt_err *err)
{
	_stmt sqlite3_stmt *stmt = NULL;
	uint64_t last = 0;
	int rc, r = ask(store, "SELECT max(seq) FROM attestations", &last, err);

	if (r < 0)
		return r;
	if (seq > last)
		return wt_fail(err, ENOENT,
			       "attestation %" PRIu64 " was not made yet: %" PRIu64
			       " is the newest",
			       seq, last);
	r = store_prepare(store,
			  "UPDATE attestations SET delivered = 1 WHERE seq <= ?1 AND NOT delivered",
			  &stmt, err);
	if (r < 0)
		return r;
	sqlite3_bind_int64(stmt, 1, (sqlite3_int64)seq);
	rc = sqlite3_step(stmt);
	return rc == SQLITE_DONE ? 0 : store_fail(store, rc, err);
}

/* --- what may go ------------------------------------------------------------------------------------- */

/* The first of the newest that have room together; 0: all do. */
static int first_with_room(struct wt_store *store, uint64_t bytes, uint64_t *ret,
			   struct wt_err *err)
{
	_stmt sqlite3_stmt *stmt = NULL;
	struct wt_store_extent extent;
	int r = wt_store_extent(store, &extent, err);

	*ret = 0;
	if (r < 0 || !bytes || extent.bytes <= bytes)
		return r;
	r = store_prepare(
		store,
		"SELECT ifnull((SELECT min(seq) FROM (SELECT seq, sum(length(cose) + ?2)"
		" OVER (ORDER BY seq DESC) AS total FROM attestations) WHERE total <= ?1),"
		" (SELECT max(seq) FROM attestations))",
		&stmt, err);
	if (r < 0)
		return r;
	sqlite3_bind_int64(stmt, 1, (sqlite3_int64)bytes);
	sqlite3_bind_int64(stmt, 2, ROW_BYTES);
	return number(store, stmt, ret, err);
}

/* The first that must stay: the oldest go, without a hole, and the newest is what the next one follows. */
static int first_to_stay(struct wt_store *store, const struct wt_store_keep *keep, uint64_t *ret,
			 struct wt_err *err)
{
	_stmt sqlite3_stmt *stmt = NULL;
	uint64_t room;
	int r = first_with_room(store, keep->bytes, &room, err);

	if (r == 0)
		r = store_prepare(
			store,
			"SELECT min(ifnull((SELECT seq FROM attestations"
			" WHERE (iat >= ?1 AND seq >= ?3) OR (NOT delivered AND iat >= ?2)"
			" ORDER BY seq LIMIT 1), newest), newest)"
			" FROM (SELECT max(seq) AS newest FROM attestations)",
			&stmt, err);
	if (r < 0)
		return r;
	sqlite3_bind_int64(stmt, 3, (sqlite3_int64)room);
	sqlite3_bind_int64(stmt, 1, keep->since);
	sqlite3_bind_int64(stmt, 2, keep->undelivered_since);
	return number(store, stmt, ret, err);
}

/* The newest base that is not after seq, or 0: where whoever reads the store begins from then on. */
static int newest_base(struct wt_store *store, uint64_t seq, uint64_t *ret, struct wt_err *err)
{
	_stmt sqlite3_stmt *stmt = NULL;
	char key[WT_STORE_BASE_LEN];
	int r = store_prepare(store,
			      "SELECT CAST(substr(max(key), length(?1) + 1) AS INTEGER) FROM state"
			      " WHERE key > ?1 AND key <= ?2",
			      &stmt, err);

	if (r < 0)
		return r;
	wt_store_base_key(seq, key);
	sqlite3_bind_text(stmt, 1, BASE, -1, SQLITE_STATIC);
	sqlite3_bind_text(stmt, 2, key, -1, SQLITE_STATIC);
	return number(store, stmt, ret, err);
}

static int delete_to(struct wt_store *store, uint64_t seq, uint64_t *ret_n, struct wt_err *err)
{
	_stmt sqlite3_stmt *rows = NULL, *bases = NULL;
	char key[WT_STORE_BASE_LEN];
	int rc, r;

	r = store_prepare(store, "DELETE FROM attestations WHERE seq <= ?1", &rows, err);
	if (r == 0)
		r = store_prepare(store, "DELETE FROM state WHERE key > ?1 AND key < ?2", &bases,
				  err);
	if (r < 0)
		return r;
	sqlite3_bind_int64(rows, 1, (sqlite3_int64)seq);
	rc = sqlite3_step(rows);
	if (rc != SQLITE_DONE)
		return store_fail(store, rc, err);
	*ret_n = (uint64_t)sqlite3_changes(store->db);
	wt_store_base_key(seq, key);
	sqlite3_bind_text(bases, 1, BASE, -1, SQLITE_STATIC);
	sqlite3_bind_text(bases, 2, key, -1, SQLITE_STATIC);
	rc = sqlite3_step(bases);
	return rc == SQLITE_DONE ? 0 : store_fail(store, rc, err);
}

int wt_store_prune(struct wt_store *store, const struct wt_store_keep *keep, uint64_t *ret_n,
		   struct wt_err *err)
{
	uint64_t stay = 0, to = 0, n = 0;
	int r = store_run(store, "BEGIN IMMEDIATE", err);

	if (r < 0)
		return r;
	r = first_to_stay(store, keep, &stay, err);
	if (r == 0 && stay > 1)
		r = keep->judged ? newest_base(store, stay - 1, &to, err) : (to = stay - 1, 0);
	if (r == 0 && to > 0)
		r = delete_to(store, to, &n, err);
	r = store_end(store, r, err);
	if (r == 0)
		*ret_n = n;
	return r;
}

int wt_store_base(struct wt_store *store, uint64_t *ret_seq, struct wt_buf *ret, struct wt_err *err)
{
	_stmt sqlite3_stmt *stmt = NULL;
	char last[WT_STORE_BASE_LEN];
	int rc, r;

	r = store_prepare(store,
			  "SELECT CAST(substr(key, length(?1) + 1) AS INTEGER), value FROM state"
			  " WHERE key > ?1 AND key <= ?2 ORDER BY key LIMIT 1",
			  &stmt, err);
	if (r < 0)
		return r;
	wt_store_base_key(INT64_MAX, last);
	sqlite3_bind_text(stmt, 1, BASE, -1, SQLITE_STATIC);
	sqlite3_bind_text(stmt, 2, last, -1, SQLITE_STATIC);
	rc = sqlite3_step(stmt);
	if (rc == SQLITE_DONE)
		return wt_fail(err, ENOENT, "%s: no state of an appraisal", store->path);
	if (rc != SQLITE_ROW)
		return store_fail(store, rc, err);
	*ret_seq = (uint64_t)sqlite3_column_int64(stmt, 0);
	wt_buf_append(ret, sqlite3_column_blob(stmt, 1), (size_t)sqlite3_column_bytes(stmt, 1));
	return ret->err ? wt_fail(err, ENOMEM, "out of memory") : 0;
}
