// SPDX-License-Identifier: Apache-2.0
/* What is issued goes into the register. */
#include <string.h>

#include "keys/register_db.h"
#include "lib/timestamp.h"

/* The columns that every object has, as parameters 1 to 4. */
static void bind_object(sqlite3_stmt *stmt, const uint8_t id[WT_ID_LEN], int64_t at,
			struct wt_span cose)
{
	uint8_t digest[WT_SHA256_LEN];

	wt_sha256(cose, digest);
	register_bind_bytes(stmt, 1, id, WT_ID_LEN);
	sqlite3_bind_int64(stmt, 2, at);
	register_bind_bytes(stmt, 3, digest, sizeof(digest));
	register_bind_bytes(stmt, 4, cose.p, cose.n);
}

/* Does another rig have that device in the same time? */
static int check_device(struct authority_register *reg, const struct wt_registration *registration,
			const struct wt_reg_device *device, struct wt_err *err)
{
	char until[WT_TIMESTAMP_LEN], rig[64];
	sqlite3_stmt *stmt;
	int r;

	r = register_stmt(reg, SQL_DEVICE_TAKEN, &stmt, err);
	if (r < 0)
		return r;
	register_bind_text(stmt, 1, device->serial);
	sqlite3_bind_int64(stmt, 2, device->bus);
	sqlite3_bind_int64(stmt, 3, device->vid);
	sqlite3_bind_int64(stmt, 4, device->pid);
	register_bind_bytes(stmt, 5, registration->ueid, WT_UEID_LEN);
	sqlite3_bind_int64(stmt, 6, registration->not_before);
	sqlite3_bind_int64(stmt, 7, registration->not_after);
	r = register_next(reg, stmt, err);
	if (r <= 0)
		return r;
	register_column_text(stmt, 0, rig, sizeof(rig));
	r = wt_fail(err, EEXIST,
		    "device %04x:%04x, serial %s: is registered with rig %s until %s already",
		    device->vid, device->pid, device->serial, rig,
		    wt_timestamp_utc(sqlite3_column_int64(stmt, 2), until));
	sqlite3_reset(stmt);
	return r;
}

static int put_device(struct authority_register *reg, const struct wt_registration *registration,
		      const struct wt_reg_device *device, struct wt_err *err)
{
	sqlite3_stmt *stmt;
	int r = register_stmt(reg, SQL_PUT_DEVICE, &stmt, err);

	if (r < 0)
		return r;
	register_bind_bytes(stmt, 1, registration->id, WT_ID_LEN);
	sqlite3_bind_int64(stmt, 2, device->bus);
	sqlite3_bind_int64(stmt, 3, device->vid);
	sqlite3_bind_int64(stmt, 4, device->pid);
	register_bind_text(stmt, 5, device->serial);
	return register_run(reg, stmt, err);
}

int register_put_registration(struct authority_register *reg,
			      const struct wt_registration *registration, const uint8_t *renews,
			      struct wt_span cose, int64_t at, struct wt_err *err)
{
	sqlite3_stmt *stmt;
	int r = register_stmt(reg, SQL_PUT_REGISTRATION, &stmt, err);

	if (r < 0)
		return r;
	bind_object(stmt, registration->id, at, cose);
	register_bind_bytes(stmt, 5, registration->ueid, WT_UEID_LEN);
	register_bind_text(stmt, 6, registration->rig);
	register_bind_text(stmt, 7, registration->licence);
	register_bind_text(stmt, 8, registration->zone);
	sqlite3_bind_int64(stmt, 9, registration->nameplate_w);
	sqlite3_bind_int64(stmt, 10, registration->not_before);
	sqlite3_bind_int64(stmt, 11, registration->not_after);
	if (renews)
		register_bind_bytes(stmt, 12, renews, WT_ID_LEN);
	r = register_run(reg, stmt, err);
	for (size_t i = 0; r == 0 && i < registration->n_devices; i++) {
		const struct wt_reg_device *device = &registration->devices[i];

		if (!*device->serial)
			continue; /* known by its place, which any rig has */
		r = check_device(reg, registration, device, err);
		if (r == 0)
			r = put_device(reg, registration, device, err);
	}
	return r;
}

int register_grant_content(const struct wt_grant *grant, uint8_t ret[WT_SHA256_LEN],
			   struct wt_err *err)
{
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf payload = { 0 };
	struct wt_grant nameless = *grant;
	int r;

	memset(nameless.id, 0, sizeof(nameless.id));
	r = wt_grant_encode(&nameless, &payload, err);
	if (r == 0)
		wt_sha256(wt_buf_span(&payload), ret);
	return r;
}

int register_put_grant(struct authority_register *reg, const struct wt_grant *grant,
		       struct wt_span cose, int64_t at, struct wt_err *err)
{
	uint8_t content[WT_SHA256_LEN];
	struct register_grant known;
	sqlite3_stmt *stmt;
	int r;

	r = register_grant_content(grant, content, err);
	if (r == 0)
		r = register_find_transaction(reg, grant->transaction, &known, NULL, err);
	if (r > 0)
		return wt_fail(err, EEXIST, "transaction %s: was sold already", grant->transaction);
	if (r == 0)
		r = register_stmt(reg, SQL_PUT_GRANT, &stmt, err);
	if (r < 0)
		return r;
	bind_object(stmt, grant->id, at, cose);
	register_bind_text(stmt, 5, grant->transaction);
	if (grant->to_site)
		register_bind_bytes(stmt, 7, grant->site_key, sizeof(grant->site_key));
	else
		register_bind_bytes(stmt, 6, grant->spender, sizeof(grant->spender));
	register_bind_text(stmt, 8, grant->licence);
	register_bind_text(stmt, 9, grant->zone);
	sqlite3_bind_int64(stmt, 10, grant->not_before);
	sqlite3_bind_int64(stmt, 11, grant->not_after);
	sqlite3_bind_int64(stmt, 12, grant->wh);
	register_bind_bytes(stmt, 13, content, sizeof(content));
	return register_run(reg, stmt, err);
}

int register_put_allotment(struct authority_register *reg, const struct wt_allotment *allotment,
			   struct wt_span cose, int64_t at, struct wt_err *err)
{
	sqlite3_stmt *stmt;
	int r = register_stmt(reg, SQL_PUT_ALLOTMENT, &stmt, err);

	if (r < 0)
		return r;
	bind_object(stmt, allotment->id, at, cose);
	register_bind_bytes(stmt, 5, allotment->grant_id, WT_ID_LEN);
	register_bind_bytes(stmt, 6, allotment->ueid, WT_UEID_LEN);
	sqlite3_bind_int64(stmt, 7, allotment->not_before);
	sqlite3_bind_int64(stmt, 8, allotment->not_after);
	sqlite3_bind_int64(stmt, 9, allotment->wh);
	return register_run(reg, stmt, err);
}

int register_check_shares(struct authority_register *reg, const uint8_t grant_id[WT_ID_LEN],
			  struct wt_err *err)
{
	char allotted[WT_GROUPED_LEN], bought[WT_GROUPED_LEN], hex[2 * WT_ID_LEN + 1];
	sqlite3_stmt *stmt;
	uint64_t sum, wh;
	int r;

	r = register_stmt(reg, SQL_SHARES, &stmt, err);
	if (r < 0)
		return r;
	register_bind_bytes(stmt, 1, grant_id, WT_ID_LEN);
	r = register_next(reg, stmt, err);
	if (r < 0)
		return r;
	sum = (uint64_t)sqlite3_column_int64(stmt, 0);
	wh = (uint64_t)sqlite3_column_int64(stmt, 1);
	sqlite3_reset(stmt);
	if (sum <= wh)
		return 0;
	wt_hex(grant_id, WT_ID_LEN, hex);
	return wt_fail(err, ERANGE, "grant %s: %s Wh allotted, but it is of %s", hex,
		       wt_grouped(sum, allotted), wt_grouped(wh, bought));
}

int register_put_notice(struct authority_register *reg, const struct wt_notice *notice,
			struct wt_span cose, struct wt_err *err)
{
	bool words = notice->scope == WT_SCOPE_LICENCE || notice->scope == WT_SCOPE_ZONE;
	sqlite3_stmt *stmt;
	int r = register_stmt(reg, SQL_PUT_NOTICE, &stmt, err);

	if (r < 0)
		return r;
	bind_object(stmt, notice->id, notice->issued_at, cose);
	sqlite3_bind_int64(stmt, 5, notice->kind);
	sqlite3_bind_int64(stmt, 6, notice->scope);
	if (words)
		register_bind_text(stmt, 8, notice->text);
	else
		register_bind_bytes(stmt, 7, notice->target,
				    notice->scope == WT_SCOPE_OBJECT ? WT_ID_LEN : WT_UEID_LEN);
	sqlite3_bind_int64(stmt, 9, notice->from);
	if (notice->to != 0)
		sqlite3_bind_int64(stmt, 10, notice->to);
	if (notice->kind == WT_NOTICE_CURTAIL)
		sqlite3_bind_int64(stmt, 11, notice->max_w);
	register_bind_text(stmt, 12, notice->reason);
	return register_run(reg, stmt, err);
}

int register_put_site(struct authority_register *reg, const char *name, const struct wt_cert *cert,
		      int64_t at, struct wt_err *err)
{
	int64_t from, until;
	uint8_t x5t[WT_SHA256_LEN];
	sqlite3_stmt *stmt;
	int r = register_stmt(reg, SQL_PUT_SITE, &stmt, err);

	if (r < 0)
		return r;
	wt_cert_x5t(cert, x5t);
	wt_cert_validity(cert, &from, &until);
	register_bind_bytes(stmt, 1, x5t, sizeof(x5t));
	register_bind_text(stmt, 2, name);
	sqlite3_bind_int64(stmt, 3, from);
	sqlite3_bind_int64(stmt, 4, until);
	sqlite3_bind_int64(stmt, 5, at);
	register_bind_bytes(stmt, 6, wt_cert_der(cert).p, wt_cert_der(cert).n);
	r = register_run(reg, stmt, err);
	return r == -EEXIST
		       ? wt_fail(err, EEXIST, "%.80s: there is a site of that name already", name)
		       : r;
}

int register_put_revocation(struct authority_register *reg, const char *issuer,
			    const struct wt_cert *cert, int64_t at, struct wt_err *err)
{
	uint8_t serial[20];
	sqlite3_stmt *stmt;
	int r = register_stmt(reg, SQL_PUT_REVOCATION, &stmt, err);

	if (r < 0)
		return r;
	register_bind_text(stmt, 1, issuer);
	register_bind_bytes(stmt, 2, serial, (size_t)wt_cert_serial(cert, serial));
	register_bind_text(stmt, 3, wt_cert_name(cert));
	sqlite3_bind_int64(stmt, 4, at);
	register_bind_bytes(stmt, 5, wt_cert_der(cert).p, wt_cert_der(cert).n);
	return register_run(reg, stmt, err);
}
