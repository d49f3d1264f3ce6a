// SPDX-License-Identifier: Apache-2.0
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "keys/command.h"
#include "keys/csv.h"
#include "keys/rigs.h"
#include "keys/signed.h"
#include "lib/timestamp.h"

void rigs_clear(struct rigs *rigs)
{
	free(rigs->shares);
	*rigs = (struct rigs){ 0 };
}

/* --- CSV -------------------------------------------------------------------------------------- */

enum {
	UEID,
	NAMEPLATE,
	WH,
	COLUMNS
};

static int read_row(const struct csv_table *table, const size_t at[COLUMNS], enum rigs_by by,
		    size_t i, struct share *share, struct wt_err *err)
{
	const char *ueid = csv_field(table, i, at[UEID]);
	uint64_t v = 1;
	int r = 0;

	if (strlen(ueid) != 2 * WT_UEID_LEN ||
	    wt_unhex(ueid, share->ueid, sizeof(share->ueid)) != WT_UEID_LEN ||
	    !wt_ueid_valid(share->ueid))
		return wt_fail(err, EBADMSG, "column ueid %.40s: not a rig's id (34 hex digits)",
			       ueid);
	if (by == RIGS_NAMEPLATE)
		r = command_number("column nameplate_w", csv_field(table, i, at[NAMEPLATE]), 1,
				   UINT32_MAX, &v, err);
	else if (by == RIGS_WH)
		r = command_number("column wh", csv_field(table, i, at[WH]), 1, WT_GRANT_MAX_WH, &v,
				   err);
	if (by == RIGS_WH)
		share->wh = (uint32_t)v;
	else
		share->weight = (uint32_t)v;
	return r < 0 ? -EBADMSG : 0;
}

static int compare(const void *a, const void *b)
{
	const struct share *x = *(const struct share *const *)a,
			   *y = *(const struct share *const *)b;
	int order = memcmp(x->ueid, y->ueid, WT_UEID_LEN);

	return order ? order : (x > y) - (x < y);
}

static int find_twice(const struct csv_table *table, const struct rigs *rigs, struct wt_err *err)
{
	const struct share **sorted = calloc(rigs->n + 1, sizeof(*sorted));
	int r = sorted ? 0 : wt_fail(err, ENOMEM, "out of memory");

	for (size_t i = 0; sorted && i < rigs->n; i++)
		sorted[i] = &rigs->shares[i];
	if (sorted)
		qsort(sorted, rigs->n, sizeof(*sorted), compare);
	for (size_t i = 1; r == 0 && i < rigs->n; i++)
		if (memcmp(sorted[i]->ueid, sorted[i - 1]->ueid, WT_UEID_LEN) == 0)
			r = wt_fail(err, EBADMSG, "line %zu: column ueid: is in line %zu too",
				    csv_row(table, (size_t)(sorted[i] - rigs->shares))->line,
				    csv_row(table, (size_t)(sorted[i - 1] - rigs->shares))->line);
	free(sorted);
	return r;
}

static int read_csv(const char *path, enum rigs_by by, struct rigs *rigs, struct wt_err *err)
{
	__attribute__((cleanup(csv_clear))) struct csv_table table = { 0 };
	const struct csv_column columns[COLUMNS] = {
		[UEID] = { "ueid", true },
		[NAMEPLATE] = { "nameplate_w", by == RIGS_NAMEPLATE },
		[WH] = { "wh", by == RIGS_WH },
	};
	size_t at[COLUMNS];
	int r;

	r = csv_read(path, &table, err);
	if (r < 0)
		return r;
	r = csv_columns(&table, columns, COLUMNS, at, err);
	if (r == 0 && csv_count(&table) > SHARES_MAX)
		r = wt_fail(err, EFBIG, "%zu rigs, at most %d at once", csv_count(&table),
			    SHARES_MAX);
	if (r == 0) {
		rigs->shares = calloc(csv_count(&table) + 1, sizeof(*rigs->shares));
		if (!rigs->shares)
			return wt_fail(err, ENOMEM, "out of memory");
	}
	for (size_t i = 0; r == 0 && i < csv_count(&table); i++) {
		r = read_row(&table, at, by, i, &rigs->shares[rigs->n++], err);
		if (r < 0)
			wt_fail_in(err, r, "line %zu", csv_row(&table, i)->line);
	}
	if (r == 0)
		r = find_twice(&table, rigs, err);
	return r < 0 ? wt_fail_in(err, r, "%.150s", path) : 0;
}

/* --- registrations ---------------------------------------------------------------------------- */

struct folder {
	struct wt_trust *trust;
	const struct wt_grant *grant;
	int64_t now;
	struct validity {
		int64_t from, until;
	} * of; /* of each share's registration */
};

static int is_cose(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return dot && dot != entry->d_name && strcmp(dot, ".cose") == 0;
}

/*
 * A new share, or that of the same rig when this registration is the newer one: ends later, or
 * begins later.
 */
static void take(struct rigs *rigs, const struct folder *in, const struct wt_registration *reg)
{
	size_t i = 0;

	while (i < rigs->n && memcmp(rigs->shares[i].ueid, reg->ueid, WT_UEID_LEN) != 0)
		i++;
	if (i < rigs->n &&
	    (in->of[i].until > reg->not_after ||
	     (in->of[i].until == reg->not_after && in->of[i].from >= reg->not_before)))
		return;
	if (i == rigs->n)
		rigs->n++;
	memcpy(rigs->shares[i].ueid, reg->ueid, WT_UEID_LEN);
	rigs->shares[i].weight = reg->nameplate_w;
	in->of[i] = (struct validity){ reg->not_before, reg->not_after };
}

static int read_registration(const char *path, const struct folder *in, struct rigs *rigs,
			     struct wt_err *err)
{
	__attribute__((cleanup(signed_clear))) struct signed_object object = { 0 };
	__attribute__((cleanup(wt_registration_clear))) struct wt_registration reg = { 0 };
	char from[WT_TIMESTAMP_LEN], until[WT_TIMESTAMP_LEN];
	int r;

	r = signed_read(path, in->trust, WT_TYP_REGISTRATION, WT_DUTY_REGISTRATION, in->now,
			&object, err);
	if (r < 0)
		return r;
	r = wt_registration_decode(object.cose.payload, &reg, err);
	if (r < 0)
		return wt_fail_in(err, r, "%.200s", path);
	if (strcmp(reg.licence, in->grant->licence) != 0)
		return wt_fail(err, EBADMSG, "%.110s: licence %s, but the grant is for %s", path,
			       reg.licence, in->grant->licence);
	if (strcmp(reg.zone, in->grant->zone) != 0)
		return wt_fail(err, EBADMSG, "%.110s: zone %s, but the grant is for %s", path,
			       reg.zone, in->grant->zone);
	if (in->grant->not_after <= reg.not_before || in->grant->not_before >= reg.not_after)
		fprintf(stderr, "%s: left out: valid from %s until %s\n", path,
			wt_timestamp_utc(reg.not_before, from),
			wt_timestamp_utc(reg.not_after, until));
	else
		take(rigs, in, &reg);
	return 0;
}

static int read_folder(const char *path, struct folder *in, struct rigs *rigs, struct wt_err *err)
{
	struct dirent **entries = NULL;
	char file[4096 + 256];
	int n, r = 0;

	n = scandir(path, &entries, is_cose, alphasort);
	if (n < 0)
		return wt_fail(err, errno, "%.200s: %s", path, strerror(errno));
	if (n > SHARES_MAX)
		r = wt_fail(err, EFBIG, "%.150s: %d registrations, at most %d at once", path, n,
			    SHARES_MAX);
	rigs->shares = calloc((size_t)n + 1, sizeof(*rigs->shares));
	in->of = calloc((size_t)n + 1, sizeof(*in->of));
	if (!rigs->shares || !in->of)
		r = wt_fail(err, ENOMEM, "out of memory");
	for (int i = 0; i < n; i++) {
		if (r == 0 && snprintf(file, sizeof(file), "%s/%s", path, entries[i]->d_name) >=
				      (int)sizeof(file))
			r = wt_fail(err, ENAMETOOLONG, "%.60s...: the path is too long", path);
		if (r == 0)
			r = read_registration(file, in, rigs, err);
		free(entries[i]);
	}
	free(entries);
	free(in->of);
	return r;
}

int rigs_read(const char *list, enum rigs_by by, struct wt_trust *trust,
	      const struct wt_grant *grant, int64_t now, struct rigs *ret, struct wt_err *err)
{
	struct folder in = { .trust = trust, .grant = grant, .now = now };
	struct rigs rigs = { 0 };
	struct stat st;
	int r;

	if (stat(list, &st) == 0 && S_ISDIR(st.st_mode))
		r = by == RIGS_WH
			    ? wt_fail(err, EINVAL,
				      "%.150s: is a folder; --by wh needs CSV with a column wh",
				      list)
			    : read_folder(list, &in, &rigs, err);
	else
		r = read_csv(list, by, &rigs, err);
	if (r == 0 && rigs.n == 0)
		r = wt_fail(err, EBADMSG, "%.150s: no rig in it", list);
	for (size_t i = 0; by == RIGS_EQUAL && i < rigs.n; i++)
		rigs.shares[i].weight = 1;
	if (r < 0) {
		rigs_clear(&rigs);
		return r;
	}
	*ret = rigs; /* transferred */
	return 0;
}
