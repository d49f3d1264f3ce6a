// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys/batch_rows.h"
#include "keys/command.h"
#include "keys/purchase.h"
#include "keys/signing.h"

#define MAX_ROWS 1000000
#define MAX_SAID 20 /* bad rows that are told one by one */

enum column {
	RIG = PURCHASE_FIELDS,
	SITE,
	COLUMNS,
};

static const struct csv_column columns[COLUMNS] = {
	[PURCHASE_WH] = { "wh", true },
	[PURCHASE_FROM] = { "from", true },
	[PURCHASE_UNTIL] = { "until", true },
	[PURCHASE_TRANSACTION] = { "transaction", true },
	[PURCHASE_METERING_POINT] = { "metering_point", true },
	[PURCHASE_ZONE] = { "zone", false },
	[PURCHASE_LICENCE] = { "licence", false },
	[PURCHASE_PRICE] = { "price", false },
	[RIG] = { "rig", false },
	[SITE] = { "site", false },
};

static const char *const names[PURCHASE_FIELDS] = {
	[PURCHASE_WH] = "column wh",
	[PURCHASE_FROM] = "column from",
	[PURCHASE_UNTIL] = "column until",
	[PURCHASE_TRANSACTION] = "column transaction",
	[PURCHASE_METERING_POINT] = "column metering_point",
	[PURCHASE_ZONE] = "column zone",
	[PURCHASE_LICENCE] = "column licence",
	[PURCHASE_PRICE] = "column price",
};

struct reading {
	const struct csv_table *table;
	size_t at[COLUMNS];
	struct authority_register *reg;
	const struct outdir *out;
	int64_t now;
};

static const char *given(const struct reading *in, size_t row, int column)
{
	const char *text = csv_field(in->table, row, in->at[column]);

	return *text || columns[column].needed ? text : NULL;
}

/* The same table must mean the same tomorrow, when it is sent again. */
static int check_absolute(const struct reading *in, size_t row, enum purchase_field field,
			  struct wt_err *err)
{
	const char *text = given(in, row, (int)field);

	if (*text == '+' || *text == '-' || *text == 'n')
		return wt_fail(err, EBADMSG,
			       "%s %.40s: counts from now; a batch needs 2026-11-20T13:00:00Z or "
			       "an offset (+05:00) for Z",
			       names[field], text);
	return 0;
}

static int find_spender(const struct reading *in, size_t row, struct wt_grant *grant,
			struct wt_err *err)
{
	const char *rig_text = given(in, row, RIG), *site = given(in, row, SITE);
	/* Sold while it is delivered: then it is now that counts. */
	int64_t at = grant->not_before > in->now ? grant->not_before : in->now;
	struct register_rig rig;
	int r;

	if (!rig_text == !site)
		return wt_fail(err, EBADMSG,
			       rig_text ? "columns rig and site: one of them, not both"
					: "columns rig and site: one of them is needed");
	if (site) {
		r = register_find_site(in->reg, site, at, grant->site_key, err);
		if (r == 0)
			r = wt_fail(err, EBADMSG,
				    "column site %.70s: no site of this authority at that time",
				    site);
		grant->to_site = true;
		return r < 0 ? r : purchase_settle(NULL, NULL, names, grant, err);
	}
	r = register_find_rig(in->reg, rig_text, at, &rig, err);
	if (r < 0)
		return wt_fail_in(err, r, "column rig");
	if (r == 0)
		return wt_fail(err, EBADMSG,
			       "column rig %.70s: not registered when delivery begins", rig_text);
	memcpy(grant->spender, rig.ueid, sizeof(grant->spender));
	return purchase_settle(rig.zone, rig.licence, names, grant, err);
}

/* Sold before? Then it must be that very purchase; else its file must not be there. */
static int find_known(const struct reading *in, struct batch_row *row, struct wt_err *err)
{
	uint8_t content[WT_SHA256_LEN];
	struct register_grant known;
	char name[NAME_MAX + 1];
	int r;

	/* Also what the encoder refuses is found here, before anything is signed. */
	r = register_grant_content(&row->grant, content, err);
	if (r == 0)
		r = register_find_transaction(in->reg, row->grant.transaction, &known, NULL, err);
	if (r < 0)
		return r;
	if (r > 0 && memcmp(known.content, content, sizeof(content)) != 0)
		return wt_fail(err, EEXIST,
			       "column transaction %s: was sold already, with other content",
			       row->grant.transaction);
	row->known = r > 0;
	if (row->known)
		memcpy(row->grant.id, known.id, sizeof(known.id));
	outdir_name(row->grant.transaction, ".cose", name);
	if (!row->known && outdir_has(in->out, name))
		return wt_fail(err, EEXIST, "column transaction %s: %.80s is in the folder already",
			       row->grant.transaction, name);
	return 0;
}

static int read_row(const struct reading *in, size_t i, struct batch_row *row, struct wt_err *err)
{
	const char *fields[PURCHASE_FIELDS];
	int r;

	row->line = csv_row(in->table, i)->line;
	for (int f = 0; f < PURCHASE_FIELDS; f++)
		fields[f] = given(in, i, f);
	r = check_absolute(in, i, PURCHASE_FROM, err);
	if (r == 0)
		r = check_absolute(in, i, PURCHASE_UNTIL, err);
	if (r == 0)
		r = purchase_parse(fields, names, in->now, &row->grant, err);
	if (r == 0)
		r = find_spender(in, i, &row->grant, err);
	if (r == 0)
		r = find_known(in, row, err);
	return r;
}

static void say(const char *path, size_t line, const char *what, size_t *bad)
{
	if ((*bad)++ < MAX_SAID)
		fprintf(stderr, "%s: line %zu: %s\n", path, line, what);
}

static int by_transaction(const void *a, const void *b)
{
	const struct batch_row *x = *(const struct batch_row *const *)a,
			       *y = *(const struct batch_row *const *)b;
	int order = strcmp(x->grant.transaction, y->grant.transaction);

	return order ? order : (x->line > y->line) - (x->line < y->line);
}

/* One transaction in two rows. */
static int find_twice(const char *path, const struct batch *batch, size_t *bad, struct wt_err *err)
{
	const struct batch_row **sorted = calloc(batch->n + 1, sizeof(*sorted));
	char what[160];

	if (!sorted)
		return wt_fail(err, ENOMEM, "out of memory");
	for (size_t i = 0; i < batch->n; i++)
		sorted[i] = &batch->rows[i];
	qsort(sorted, batch->n, sizeof(*sorted), by_transaction);
	for (size_t i = 1; i < batch->n; i++) {
		/* A row that could not be read has no transaction perhaps, and was told. */
		if (!*sorted[i]->grant.transaction ||
		    strcmp(sorted[i]->grant.transaction, sorted[i - 1]->grant.transaction) != 0)
			continue;
		snprintf(what, sizeof(what), "column transaction %s: is in line %zu too",
			 sorted[i]->grant.transaction, sorted[i - 1]->line);
		say(path, sorted[i]->line, what, bad);
	}
	free(sorted);
	return 0;
}

static int read_all(const char *path, const struct reading *in, struct batch *batch,
		    struct wt_err *err)
{
	size_t bad = 0;
	int r;

	for (size_t i = 0; i < batch->n; i++) {
		struct batch_row *row = &batch->rows[i];

		if (i % PROGRESS_STEP == 0)
			progress("checked", i, batch->n);
		r = read_row(in, i, row, err);
		if (r == -ENOMEM || r == -EIO || r == -EBUSY)
			return r;
		if (r < 0)
			say(path, row->line, err->msg, &bad);
		batch->n_known += row->known;
		batch->wh += row->grant.wh;
	}
	progress("checked", batch->n, batch->n);
	r = find_twice(path, batch, &bad, err);
	if (r == 0 && bad > 0)
		r = wt_fail(err, EBADMSG, "%.150s: %zu of %zu rows are bad: nothing was issued",
			    path, bad, batch->n);
	return r;
}

int batch_read(const char *path, struct authority_register *reg, const struct outdir *out,
	       int64_t now, struct batch *ret, struct wt_err *err)
{
	__attribute__((cleanup(csv_clear))) struct csv_table table = { 0 };
	struct reading in = { .table = &table, .reg = reg, .out = out, .now = now };
	struct batch batch = { 0 };
	int r;

	r = csv_read(path, &table, err);
	if (r < 0)
		return r;
	r = csv_columns(&table, columns, COLUMNS, in.at, err);
	if (r == 0 && in.at[RIG] == CSV_NONE && in.at[SITE] == CSV_NONE)
		r = wt_fail(err, EBADMSG, "column rig is missing, or site");
	batch.n = csv_count(&table);
	if (r == 0 && batch.n > MAX_ROWS)
		r = wt_fail(err, EFBIG, "%zu rows, at most %d at once", batch.n, MAX_ROWS);
	if (r < 0)
		return wt_fail_in(err, r, "%.150s", path);
	batch.rows = calloc(batch.n + 1, sizeof(*batch.rows));
	r = batch.rows ? read_all(path, &in, &batch, err) : wt_fail(err, ENOMEM, "out of memory");
	if (r < 0) {
		batch_clear(&batch);
		return r;
	}
	*ret = batch; /* transferred */
	return 0;
}

void batch_clear(struct batch *batch)
{
	free(batch->rows);
	*batch = (struct batch){ 0 };
}
