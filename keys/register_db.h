/* SPDX-License-Identifier: Apache-2.0 */
/* Between the register's files: the connection, and its statements, each prepared once. */
#ifndef KEYS_REGISTER_DB_H
#define KEYS_REGISTER_DB_H

#include <limits.h>
#include <sqlite3.h>

#include "keys/register.h"

enum register_sql {
	SQL_PUT_REGISTRATION,
	SQL_PUT_DEVICE,
	SQL_PUT_GRANT,
	SQL_PUT_ALLOTMENT,
	SQL_PUT_NOTICE,
	SQL_PUT_SITE,
	SQL_PUT_REVOCATION,
	SQL_DEVICE_TAKEN,
	SQL_SHARES,
	SQL_BY_TRANSACTION,
	SQL_BY_GRANT_ID,
	SQL_BY_UEID,
	SQL_BY_RIG_NAME,
	SQL_SITE_BY_X5T,
	SQL_SITE_BY_NAME,
	SQL_OBJECT,
	SQL_EACH_SHARE,
	SQL_PUT_ENROLMENT,
	SQL_PUT_ENROLLED,
	SQL_ENROLMENT,
	SQL_STANDING,
	SQL_KEY_TAKEN,
	SQL_LIST,
	SQL_COUNT = SQL_LIST + REGISTER_LISTS,
};

struct authority_register {
	sqlite3 *db;
	char path[PATH_MAX];
	sqlite3_stmt *stmt[SQL_COUNT];
};

extern const char register_schema[]; /* of a new register */
/* Format 2 over 1: enrolments. */
extern const char register_schema_2[];
extern const char *const register_sql[SQL_COUNT];

/* What SQLite says, as an errno and a sentence that names the file. */
int register_fail(struct authority_register *reg, int rc, struct wt_err *err);
/* Ready to be bound. */
int register_stmt(struct authority_register *reg, enum register_sql which, sqlite3_stmt **ret,
		  struct wt_err *err);
/* Steps a statement that returns nothing, and resets it. */
int register_run(struct authority_register *reg, sqlite3_stmt *stmt, struct wt_err *err);
/* Steps to the next row: 1, or 0 at the end, when the statement is reset. */
int register_next(struct authority_register *reg, sqlite3_stmt *stmt, struct wt_err *err);

void register_bind_bytes(sqlite3_stmt *stmt, int i, const void *p, size_t n);
void register_bind_text(sqlite3_stmt *stmt, int i, const char *text);
/* -EBADMSG: the row is damaged. */
int register_column_bytes(struct authority_register *reg, sqlite3_stmt *stmt, int i, void *ret,
			  size_t n, struct wt_err *err);
void register_column_text(sqlite3_stmt *stmt, int i, char *ret, size_t cap);

#endif
