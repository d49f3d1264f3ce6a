// SPDX-License-Identifier: Apache-2.0
/* Enrolments of rigs with a TPM: what was asked, and what came of it. */
#include <string.h>

#include "keys/register_db.h"
#include "lib/timestamp.h"

int register_put_enrolment(struct authority_register *reg,
			   const struct register_enrolment *enrolment, struct wt_span request,
			   struct wt_err *err)
{
	sqlite3_stmt *stmt;
	int r = register_stmt(reg, SQL_PUT_ENROLMENT, &stmt, err);

	if (r < 0)
		return r;
	register_bind_bytes(stmt, 1, enrolment->id, sizeof(enrolment->id));
	register_bind_bytes(stmt, 2, enrolment->ueid, sizeof(enrolment->ueid));
	register_bind_text(stmt, 3, enrolment->rig);
	sqlite3_bind_int64(stmt, 4, enrolment->made_at);
	sqlite3_bind_int64(stmt, 5, enrolment->not_after);
	register_bind_bytes(stmt, 6, enrolment->secret, sizeof(enrolment->secret));
	register_bind_bytes(stmt, 7, request.p, request.n);
	return register_run(reg, stmt, err);
}

int register_find_enrolment(struct authority_register *reg, const uint8_t id[WT_ID_LEN],
			    struct register_enrolment *ret, struct wt_buf *ret_request,
			    struct wt_err *err)
{
	struct register_enrolment e = { 0 };
	sqlite3_stmt *stmt;
	int r = register_stmt(reg, SQL_ENROLMENT, &stmt, err);

	if (r < 0)
		return r;
	register_bind_bytes(stmt, 1, id, WT_ID_LEN);
	r = register_next(reg, stmt, err);
	if (r <= 0)
		return r;
	memcpy(e.id, id, sizeof(e.id));
	r = register_column_bytes(reg, stmt, 0, e.ueid, sizeof(e.ueid), err);
	register_column_text(stmt, 1, e.rig, sizeof(e.rig));
	e.made_at = sqlite3_column_int64(stmt, 2);
	e.not_after = sqlite3_column_int64(stmt, 3);
	if (r == 0)
		r = register_column_bytes(reg, stmt, 4, e.secret, sizeof(e.secret), err);
	wt_buf_append(ret_request, sqlite3_column_blob(stmt, 5),
		      (size_t)sqlite3_column_bytes(stmt, 5));
	e.issued = sqlite3_column_type(stmt, 6) != SQLITE_NULL;
	if (r == 0 && e.issued)
		r = register_column_bytes(reg, stmt, 6, e.registration, sizeof(e.registration),
					  err);
	e.superseded = sqlite3_column_int(stmt, 7);
	sqlite3_reset(stmt);
	if (r == 0 && ret_request->err)
		r = wt_fail(err, ENOMEM, "out of memory");
	if (r < 0)
		return r;
	*ret = e;
	return 1;
}

int register_put_enrolled(struct authority_register *reg, const uint8_t id[WT_ID_LEN],
			  const uint8_t registration[WT_ID_LEN], int64_t at, struct wt_err *err)
{
	sqlite3_stmt *stmt;
	int r = register_stmt(reg, SQL_PUT_ENROLLED, &stmt, err);

	if (r < 0)
		return r;
	register_bind_bytes(stmt, 1, id, WT_ID_LEN);
	register_bind_bytes(stmt, 2, registration, WT_ID_LEN);
	sqlite3_bind_int64(stmt, 3, at);
	return register_run(reg, stmt, err);
}

int register_check_free(struct authority_register *reg, const uint8_t ueid[WT_UEID_LEN], int64_t at,
			struct wt_err *err)
{
	char until[WT_TIMESTAMP_LEN], hex[2 * WT_ID_LEN + 1], rig[64];
	uint8_t id[WT_ID_LEN];
	sqlite3_stmt *stmt;
	int r = register_stmt(reg, SQL_STANDING, &stmt, err);

	if (r < 0)
		return r;
	register_bind_bytes(stmt, 1, ueid, WT_UEID_LEN);
	sqlite3_bind_int64(stmt, 2, at);
	r = register_next(reg, stmt, err);
	if (r <= 0)
		return r;
	r = register_column_bytes(reg, stmt, 0, id, sizeof(id), err);
	register_column_text(stmt, 1, rig, sizeof(rig));
	if (r == 0) {
		wt_hex(id, sizeof(id), hex);
		r = wt_fail(
			err, EEXIST,
			"this TPM is enrolled already, as rig %.40s until %s: renew registration %s, or revoke it first (`notice`)",
			rig, wt_timestamp_utc(sqlite3_column_int64(stmt, 2), until), hex);
	}
	sqlite3_reset(stmt);
	return r;
}

int register_check_key(struct authority_register *reg, const struct wt_registration *registration,
		       struct wt_err *err)
{
	char until[WT_TIMESTAMP_LEN], rig[64];
	sqlite3_stmt *stmt;
	int r = register_stmt(reg, SQL_KEY_TAKEN, &stmt, err);

	if (r < 0)
		return r;
	register_bind_bytes(stmt, 1, registration->ueid, WT_UEID_LEN);
	register_bind_text(stmt, 2, registration->rig);
	sqlite3_bind_int64(stmt, 3, registration->not_before);
	sqlite3_bind_int64(stmt, 4, registration->not_after);
	r = register_next(reg, stmt, err);
	if (r <= 0)
		return r;
	register_column_text(stmt, 0, rig, sizeof(rig));
	r = wt_fail(
		err, EEXIST,
		"the key is that of rig %.63s until %s: two rigs with one key are one rig to everybody",
		rig, wt_timestamp_utc(sqlite3_column_int64(stmt, 1), until));
	sqlite3_reset(stmt);
	return r;
}
