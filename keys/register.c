// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "keys/register_db.h"
#include "lib/file.h"
#include "lib/sqlite_errno.h"

#define VERSION 2 /* in user_version */
#define BUSY_MS 60000 /* a batch of another process ends in less */

int register_fail(struct authority_register *reg, int rc, struct wt_err *err)
{
	return wt_fail(err, wt_sqlite_errno(rc), "%.150s: %s", reg->path,
		       reg->db ? sqlite3_errmsg(reg->db) : sqlite3_errstr(rc));
}

static int run_text(struct authority_register *reg, const char *sql, struct wt_err *err)
{
	int rc = sqlite3_exec(reg->db, sql, NULL, NULL, NULL);

	return rc == SQLITE_OK ? 0 : register_fail(reg, rc, err);
}

/* --- statements ------------------------------------------------------------------------------- */

int register_stmt(struct authority_register *reg, enum register_sql which, sqlite3_stmt **ret,
		  struct wt_err *err)
{
	int rc;

	if (!reg->stmt[which]) {
		rc = sqlite3_prepare_v3(reg->db, register_sql[which], -1, SQLITE_PREPARE_PERSISTENT,
					&reg->stmt[which], NULL);
		if (rc != SQLITE_OK)
			return register_fail(reg, rc, err);
	}
	*ret = reg->stmt[which];
	sqlite3_reset(*ret);
	sqlite3_clear_bindings(*ret);
	return 0;
}

int register_run(struct authority_register *reg, sqlite3_stmt *stmt, struct wt_err *err)
{
	int rc = sqlite3_step(stmt), r = rc == SQLITE_DONE ? 0 : register_fail(reg, rc, err);

	sqlite3_reset(stmt);
	return r;
}

int register_next(struct authority_register *reg, sqlite3_stmt *stmt, struct wt_err *err)
{
	int rc = sqlite3_step(stmt), r;

	if (rc == SQLITE_ROW)
		return 1;
	r = rc == SQLITE_DONE ? 0 : register_fail(reg, rc, err);
	sqlite3_reset(stmt);
	return r;
}

void register_bind_bytes(sqlite3_stmt *stmt, int i, const void *p, size_t n)
{
	sqlite3_bind_blob64(stmt, i, p, n, SQLITE_TRANSIENT);
}

void register_bind_text(sqlite3_stmt *stmt, int i, const char *text)
{
	sqlite3_bind_text(stmt, i, text, -1, SQLITE_TRANSIENT);
}

int register_column_bytes(struct authority_register *reg, sqlite3_stmt *stmt, int i, void *ret,
			  size_t n, struct wt_err *err)
{
	if (sqlite3_column_bytes(stmt, i) != (int)n)
		return wt_fail(err, EBADMSG, "%.150s: a damaged row", reg->path);
	memcpy(ret, sqlite3_column_blob(stmt, i), n);
	return 0;
}

void register_column_text(sqlite3_stmt *stmt, int i, char *ret, size_t cap)
{
	const unsigned char *text = sqlite3_column_text(stmt, i);

	snprintf(ret, cap, "%s", text ? (const char *)text : "");
}

/* --- opening ---------------------------------------------------------------------------------- */

static int version(struct authority_register *reg, int *ret, struct wt_err *err)
{
	sqlite3_stmt *stmt = NULL;
	int rc = sqlite3_prepare_v2(reg->db, "PRAGMA user_version", -1, &stmt, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_step(stmt);
	if (rc == SQLITE_ROW)
		*ret = sqlite3_column_int(stmt, 0);
	sqlite3_finalize(stmt);
	return rc == SQLITE_ROW ? 0 : register_fail(reg, rc, err);
}

/*
 * The file is there, for its owner only, before SQLite opens it: what is bought by whom is nobody
 * else's business.
 */
static int make_file(struct authority_register *reg, enum register_how how, struct wt_err *err)
{
	__attribute__((cleanup(wt_closep))) int fd = -1;

	fd = how == REGISTER_NEW ? open(reg->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600)
				 : open(reg->path, O_RDWR | O_CLOEXEC);
	if (fd >= 0)
		return 0;
	if (how == REGISTER_OPEN && (errno == ENOENT || errno == ENOTDIR))
		return wt_fail(
			err, ENOENT,
			"%.150s: not there: without it nobody knows what was issued, so nothing is",
			reg->path);
	return wt_fail(err, errno, "%.200s: %s", reg->path, strerror(errno));
}

/* A register of before enrolments gets their tables. */
static int upgrade(struct authority_register *reg, int *v, struct wt_err *err)
{
	int r;

	if (*v != 1)
		return 0;
	r = run_text(reg, "BEGIN IMMEDIATE", err);
	/* Another process may have been faster. */
	if (r == 0)
		r = version(reg, v, err);
	if (r == 0 && *v == 1)
		r = run_text(reg, register_schema_2, err);
	if (r == 0)
		r = run_text(reg, "COMMIT", err);
	return r < 0 ? r : version(reg, v, err);
}

static int set_up(struct authority_register *reg, enum register_how how, struct wt_err *err)
{
	int v = 0, r;

	sqlite3_busy_timeout(reg->db, BUSY_MS);
	r = run_text(
		reg,
		"PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
		"PRAGMA recursive_triggers = ON; PRAGMA trusted_schema = OFF;"
		"PRAGMA cache_size = -32768; PRAGMA temp_store = MEMORY;",
		err);
	if (r == 0 && how == REGISTER_NEW) {
		r = run_text(reg, "BEGIN IMMEDIATE", err);
		if (r == 0)
			r = run_text(reg, register_schema, err);
		if (r == 0)
			r = run_text(reg, register_schema_2, err);
		if (r == 0)
			r = run_text(reg, "COMMIT", err);
	}
	if (r == 0)
		r = version(reg, &v, err);
	if (r == 0)
		r = upgrade(reg, &v, err);
	if (r < 0)
		return r;
	if (v > VERSION)
		return wt_fail(err, EPROTO,
			       "%.150s: written by a newer wattest-authority (format %d, this one "
			       "knows %d)",
			       reg->path, v, VERSION);
	if (v != VERSION)
		return wt_fail(err, EBADMSG, "%.150s: is no register", reg->path);
	return 0;
}

int register_open(const char *dir, enum register_how how, struct authority_register **ret,
		  struct wt_err *err)
{
	struct authority_register *reg = calloc(1, sizeof(*reg));
	int rc, r = 0;

	if (!reg)
		return wt_fail(err, ENOMEM, "out of memory");
	if (snprintf(reg->path, sizeof(reg->path), "%s/register.db", dir) >= (int)sizeof(reg->path))
		r = wt_fail(err, ENAMETOOLONG, "%.60s...: the path is too long", dir);
	if (r == 0)
		r = make_file(reg, how, err);
	if (r == 0) {
		rc = sqlite3_open_v2(reg->path, &reg->db, SQLITE_OPEN_READWRITE, NULL);
		r = rc == SQLITE_OK ? set_up(reg, how, err) : register_fail(reg, rc, err);
	}
	if (r < 0) {
		register_free(reg);
		return r;
	}
	*ret = reg;
	return 0;
}

void register_free(struct authority_register *reg)
{
	if (!reg)
		return;
	for (int i = 0; i < SQL_COUNT; i++)
		sqlite3_finalize(reg->stmt[i]);
	sqlite3_close(reg->db);
	free(reg);
}

void register_freep(struct authority_register **reg)
{
	register_free(*reg);
	*reg = NULL;
}

int register_begin(struct authority_register *reg, struct wt_err *err)
{
	return run_text(reg, "BEGIN IMMEDIATE", err);
}

int register_commit(struct authority_register *reg, struct wt_err *err)
{
	int r = run_text(reg, "COMMIT", err);

	if (r < 0 && !sqlite3_get_autocommit(reg->db))
		run_text(reg, "ROLLBACK", NULL);
	return r;
}
