// SPDX-License-Identifier: Apache-2.0
/* Looking up in the register, and listing it. */
#include <string.h>

#include "keys/register_db.h"

#define LIST_COLUMNS 16

static int find_grant(struct authority_register *reg, sqlite3_stmt *stmt,
		      struct register_grant *ret, struct wt_buf *cose, struct wt_err *err)
{
	struct register_grant grant;
	int r = register_next(reg, stmt, err);

	if (r <= 0)
		return r;
	r = register_column_bytes(reg, stmt, 0, grant.id, sizeof(grant.id), err);
	if (r == 0)
		r = register_column_bytes(reg, stmt, 1, grant.content, sizeof(grant.content), err);
	if (r == 0)
		r = register_column_bytes(reg, stmt, 2, grant.digest, sizeof(grant.digest), err);
	if (r == 0 && cose) {
		wt_buf_append(cose, sqlite3_column_blob(stmt, 3),
			      (size_t)sqlite3_column_bytes(stmt, 3));
		r = cose->err ? wt_fail(err, ENOMEM, "out of memory") : 0;
	}
	sqlite3_reset(stmt);
	if (r < 0)
		return r;
	*ret = grant;
	return 1;
}

int register_find_transaction(struct authority_register *reg, const char *transaction,
			      struct register_grant *ret, struct wt_buf *cose, struct wt_err *err)
{
	sqlite3_stmt *stmt;
	int r = register_stmt(reg, SQL_BY_TRANSACTION, &stmt, err);

	if (r < 0)
		return r;
	register_bind_text(stmt, 1, transaction);
	return find_grant(reg, stmt, ret, cose, err);
}

int register_find_grant(struct authority_register *reg, const uint8_t id[WT_ID_LEN],
			struct register_grant *ret, struct wt_err *err)
{
	sqlite3_stmt *stmt;
	int r = register_stmt(reg, SQL_BY_GRANT_ID, &stmt, err);

	if (r < 0)
		return r;
	register_bind_bytes(stmt, 1, id, WT_ID_LEN);
	return find_grant(reg, stmt, ret, NULL, err);
}

int register_find_rig(struct authority_register *reg, const char *rig, int64_t at,
		      struct register_rig *ret, struct wt_err *err)
{
	struct register_rig found = { 0 };
	uint8_t ueid[WT_UEID_LEN], other[WT_UEID_LEN];
	bool by_id =
		strlen(rig) == 2 * WT_UEID_LEN && wt_unhex(rig, ueid, sizeof(ueid)) == WT_UEID_LEN;
	sqlite3_stmt *stmt;
	int r = register_stmt(reg, by_id ? SQL_BY_UEID : SQL_BY_RIG_NAME, &stmt, err);

	if (r < 0)
		return r;
	if (by_id)
		register_bind_bytes(stmt, 1, ueid, sizeof(ueid));
	else
		register_bind_text(stmt, 1, rig);
	sqlite3_bind_int64(stmt, 2, at);
	r = register_next(reg, stmt, err);
	if (r <= 0)
		return r;
	r = register_column_bytes(reg, stmt, 0, found.id, sizeof(found.id), err);
	if (r == 0)
		r = register_column_bytes(reg, stmt, 1, found.ueid, sizeof(found.ueid), err);
	register_column_text(stmt, 2, found.rig, sizeof(found.rig));
	register_column_text(stmt, 3, found.licence, sizeof(found.licence));
	register_column_text(stmt, 4, found.zone, sizeof(found.zone));
	found.nameplate_w = (uint32_t)sqlite3_column_int64(stmt, 5);
	found.until = sqlite3_column_int64(stmt, 6);
	/* Of one rig there may be several, renewed; of a name there may be only one rig. */
	while (r == 0 && (r = register_next(reg, stmt, err)) > 0) {
		r = register_column_bytes(reg, stmt, 1, other, sizeof(other), err);
		if (r == 0 && memcmp(other, found.ueid, sizeof(other)) != 0)
			r = wt_fail(err, EEXIST, "two rigs are called %.63s: use the id", rig);
	}
	sqlite3_reset(stmt);
	if (r < 0)
		return r;
	*ret = found;
	return 1;
}

int register_find_site(struct authority_register *reg, const char *site, int64_t at,
		       uint8_t ret_x5t[WT_SHA256_LEN], struct wt_err *err)
{
	uint8_t x5t[WT_SHA256_LEN];
	bool by_digest = strlen(site) == 2 * WT_SHA256_LEN &&
			 wt_unhex(site, x5t, sizeof(x5t)) == WT_SHA256_LEN;
	sqlite3_stmt *stmt;
	int r = register_stmt(reg, by_digest ? SQL_SITE_BY_X5T : SQL_SITE_BY_NAME, &stmt, err);

	if (r < 0)
		return r;
	if (by_digest)
		register_bind_bytes(stmt, 1, x5t, sizeof(x5t));
	else
		register_bind_text(stmt, 1, site);
	sqlite3_bind_int64(stmt, 2, at);
	r = register_next(reg, stmt, err);
	if (r <= 0)
		return r;
	r = register_column_bytes(reg, stmt, 0, ret_x5t, WT_SHA256_LEN, err);
	sqlite3_reset(stmt);
	return r < 0 ? r : 1;
}

int register_allotted(struct authority_register *reg, const uint8_t grant_id[WT_ID_LEN],
		      uint64_t *ret, struct wt_err *err)
{
	sqlite3_stmt *stmt;
	int r = register_stmt(reg, SQL_SHARES, &stmt, err);

	if (r < 0)
		return r;
	register_bind_bytes(stmt, 1, grant_id, WT_ID_LEN);
	r = register_next(reg, stmt, err);
	if (r < 0)
		return r;
	*ret = (uint64_t)sqlite3_column_int64(stmt, 0);
	sqlite3_reset(stmt);
	return 0;
}

int register_find_object(struct authority_register *reg, const uint8_t id[WT_ID_LEN],
			 enum wt_typ *ret_typ, struct wt_buf *ret_cose, struct wt_err *err)
{
	static const enum wt_typ typs[] = { WT_TYP_NONE, WT_TYP_REGISTRATION, WT_TYP_GRANT,
					    WT_TYP_ALLOTMENT, WT_TYP_NOTICE };
	sqlite3_stmt *stmt;
	int r = register_stmt(reg, SQL_OBJECT, &stmt, err);

	if (r < 0)
		return r;
	register_bind_bytes(stmt, 1, id, WT_ID_LEN);
	r = register_next(reg, stmt, err);
	if (r <= 0)
		return r;
	*ret_typ = typs[sqlite3_column_int(stmt, 0)];
	wt_buf_append(ret_cose, sqlite3_column_blob(stmt, 1),
		      (size_t)sqlite3_column_bytes(stmt, 1));
	sqlite3_reset(stmt);
	return ret_cose->err ? wt_fail(err, ENOMEM, "out of memory") : 1;
}

int register_each_share(struct authority_register *reg, const uint8_t grant_id[WT_ID_LEN],
			register_share_fn fn, void *user, struct wt_err *err)
{
	uint8_t ueid[WT_UEID_LEN];
	sqlite3_stmt *stmt;
	int r = register_stmt(reg, SQL_EACH_SHARE, &stmt, err);

	if (r < 0)
		return r;
	register_bind_bytes(stmt, 1, grant_id, WT_ID_LEN);
	while ((r = register_next(reg, stmt, err)) > 0) {
		r = register_column_bytes(reg, stmt, 0, ueid, sizeof(ueid), err);
		if (r == 0)
			r = fn(ueid,
			       wt_span(sqlite3_column_blob(stmt, 1),
				       (size_t)sqlite3_column_bytes(stmt, 1)),
			       user);
		if (r < 0) {
			sqlite3_reset(stmt);
			return r;
		}
	}
	return r;
}

int register_each(struct authority_register *reg, enum register_list list, register_row_fn fn,
		  void *user, struct wt_err *err)
{
	struct register_value values[LIST_COLUMNS];
	sqlite3_stmt *stmt;
	int n, r = register_stmt(reg, SQL_LIST + list, &stmt, err);

	if (r < 0)
		return r;
	n = sqlite3_column_count(stmt);
	while ((r = register_next(reg, stmt, err)) > 0) {
		for (int i = 0; i < n && i < LIST_COLUMNS; i++) {
			int type = sqlite3_column_type(stmt, i);

			values[i] = (struct register_value){
				.name = sqlite3_column_name(stmt, i),
				.null = type == SQLITE_NULL,
			};
			if (type == SQLITE_TEXT)
				values[i].text = (const char *)sqlite3_column_text(stmt, i);
			else
				values[i].number = sqlite3_column_int64(stmt, i);
		}
		r = fn(values, (size_t)n, user);
		if (r < 0) {
			sqlite3_reset(stmt);
			return r;
		}
	}
	return r;
}
