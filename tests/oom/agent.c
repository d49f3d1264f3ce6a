// SPDX-License-Identifier: Apache-2.0
/*
 * The agent: its files read, records taken as steps, signed, stored. What is stored is whole and was said to be; what was
 * not is not there.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#include "agent/daemon/attest.h"
#include "agent/daemon/rig.h"
#include "agent/steps.h"
#include "agent/store.h"
#include "lib/cose.h"
#include "tests/oom/scenario.h"

#define FAILED 1 /* exit status, here: an error and its sentence */

static int failed(const struct wt_err *err)
{
	fprintf(stderr, "%s\n", err->msg);
	return FAILED;
}

/* The file by itself, whatever the store thinks. */
static void check_integrity(void)
{
	sqlite3_stmt *stmt = NULL;
	sqlite3 *db = NULL;

	oom_check(sqlite3_open("store/store.db", &db) == SQLITE_OK &&
			  sqlite3_prepare_v2(db, "PRAGMA integrity_check", -1, &stmt, NULL) ==
				  SQLITE_OK &&
			  sqlite3_step(stmt) == SQLITE_ROW,
		  "the store cannot be read");
	oom_check(strcmp((const char *)sqlite3_column_text(stmt, 0), "ok") == 0,
		  "the store is damaged");
	sqlite3_finalize(stmt);
	sqlite3_close(db);
}

static uint64_t last_seq(struct wt_store *store)
{
	struct wt_store_row row;
	struct wt_err err = { "" };

	oom_check(wt_store_last(store, &row, &err) == 0, "%s", err.msg);
	return row.seq;
}

/* --- making an attestation ------------------------------------------------------------------------- */

static struct {
	struct log_record v[LOG_RECORDS_MAX];
	size_t n;
	uint8_t epoch[WT_EPOCH_LEN], before[WT_SHA256_LEN];
} kernel;

static int add_records(struct wt_steps *steps)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < kernel.n; i++) {
		const struct log_record *from = &kernel.v[i];
		struct wt_nl_record record = { .seq = from->seq,
					       .step = 1,
					       .type = wt_le16(from->raw + 4),
					       .data = wt_span(from->raw, from->n),
					       .has_head = from->head != NULL };

		if (from->head)
			memcpy(record.head, from->head, sizeof(record.head));
		r = wt_steps_add(steps, &record);
	}
	return r;
}

static void close_rig(struct rig *rig)
{
	rig_close(rig);
}

/* One window's cycle, as the daemon has it. */
static int cycle(const struct wt_config *config, struct wt_err *err)
{
	__attribute__((cleanup(wt_store_freep))) struct wt_store *store = NULL;
	__attribute__((cleanup(close_rig))) struct rig rig = { 0 };
	__attribute__((cleanup(wt_steps_clear))) struct wt_steps steps = { 0 };
	__attribute__((cleanup(wt_batch_clear))) struct wt_batch batch = { 0 };
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf cose = { 0 };
	struct wt_identity_quote quote = { 0 };
	struct wt_store_row last, row;
	uint8_t head[WT_SHA256_LEN];
	struct attest_in in = { .rig = &rig,
				.last = &last,
				.batch = &batch,
				.epoch = kernel.epoch,
				.chain_before = kernel.before,
				.unobserved = "" };
	int r;

	r = rig_open(&rig, config, err);
	if (r < 0)
		return r;
	rig_reload(&rig, config);
	if (!rig.cert)
		return wt_fail(err, ENOMEM, "no certificate");
	r = wt_store_open(config->state, true, &store, err);
	if (r == 0)
		r = wt_store_bind(store, rig.ueid, err);
	if (r == 0)
		r = wt_store_last(store, &last, err);
	if (r < 0)
		return r;
	r = add_records(&steps);
	if (r < 0)
		return wt_fail(err, -r, "records: %s", strerror(-r));
	r = wt_steps_take(&steps, 65536, &batch, err);
	if (r <= 0)
		return r < 0 ? r : wt_fail(err, ENODATA, "no step");
	r = wt_batch_check(&batch, kernel.before, head, err);
	if (r == 0)
		r = attest_sign(&in, &row, &cose, &quote, err);
	if (r == 0)
		r = wt_store_commit(store, &row, wt_buf_span(&cose), err);
	facts->committed = r == 0;
	return r;
}

static struct wt_config config = {
	.backend = WT_BACKEND_FILE,
	.key = "rig.key",
	.certificate = "rig.pem",
	.registration = "reg.cose",
	.grants = "grants",
	.trust = "trust",
	.state = "store",
};

static void new_store(void)
{
	remove_folder("store");
	facts->committed = false;
	kernel.n = read_records(kernel.v, kernel.epoch, kernel.before);
}

static int attest_run(void)
{
	struct wt_err err = { "" };

	return cycle(&config, &err) < 0 ? failed(&err) : 0;
}

static void attest_prepare(void)
{
	write_evidence();
	new_store();
	oom_check(attest_run() == 0, "with memory, it fails");
}

static void attest_check(int status)
{
	__attribute__((cleanup(wt_store_freep))) struct wt_store *store = NULL;
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf cose = { 0 };
	struct wt_attestation att;
	struct wt_cose envelope;
	struct wt_err err = { "" };

	oom_check((status == 0) == facts->committed, "status %d, committed %d", status,
		  facts->committed);
	if (!is_file("store/store.db")) {
		oom_check(!facts->committed, "no store");
		return;
	}
	check_integrity();
	/* it goes on, whatever happened */
	oom_check(wt_store_open("store", true, &store, &err) == 0, "%s", err.msg);
	oom_check(last_seq(store) == facts->committed, "%d committed, %llu there", facts->committed,
		  (unsigned long long)last_seq(store));
	if (!facts->committed)
		return;
	oom_check(wt_store_get(store, 1, &cose, &err) == 0 &&
			  wt_cose_decode(wt_buf_span(&cose), &envelope, &err) == 0 &&
			  wt_attestation_decode(envelope.payload, &att, &err) == 0,
		  "%s", err.msg);
	oom_check(att.n_steps > 0, "without its steps");
	wt_attestation_clear(&att);
}

const struct scenario scenario_attest = { "attest",   attest_prepare, new_store,
					  attest_run, attest_check,   { FAILED } };

/* --- the store by itself --------------------------------------------------------------------------- */

static int count_row(const struct wt_store_row *row, struct wt_span cose, void *user)
{
	(void)row;
	*(size_t *)user += cose.n > 0;
	return 0;
}

static int commit(struct wt_store *store, uint64_t seq, struct wt_err *err)
{
	struct wt_store_row row = { .seq = seq,
				    .first_record = 2 * seq - 1,
				    .last_record = 2 * seq,
				    .iat = 1000 + (int64_t)seq };
	int r;

	memset(row.digest, (int)seq, sizeof(row.digest));
	r = wt_store_commit(store, &row, wt_span("an attestation", 14), err);
	if (r == 0)
		facts->stored = seq;
	return r;
}

static int use(struct wt_store *store, struct wt_err *err)
{
	static const uint8_t epoch[16];
	const struct wt_store_value values[] = { { "one", { (const uint8_t *)"1", 1 } },
						 { "two", { (const uint8_t *)"2", 1 } } };
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf b = { 0 };
	struct wt_store_keep keep = { .since = 1002, .undelivered_since = INT64_MIN };
	struct wt_store_extent extent;
	struct wt_store_row row;
	uint64_t gone;
	size_t n = 0;
	int r = 0;

	for (uint64_t seq = 3; r == 0 && seq <= 5; seq++)
		r = commit(store, seq, err);
	if (r == 0)
		r = wt_store_put(store, values, 2, err);
	facts->put = r == 0;
	if (r == 0)
		r = wt_store_value(store, "one", &b, err);
	if (r == 0)
		r = wt_store_each(store, 0, count_row, &n, err);
	if (r == 0)
		r = wt_store_find(store, epoch, 3, &row, err);
	if (r == 0)
		r = wt_store_deliver(store, 2, err);
	if (r == 0)
		r = wt_store_extent(store, &extent, err);
	if (r == 0)
		r = wt_store_prune(store, &keep, &gone, err);
	if (r == 0 && n != 5)
		r = wt_fail(err, EPROTO, "%zu rows", n);
	return r;
}

static void two_rows(void)
{
	remove_folder("store");
	copy_folder("store.before", "store");
	facts->stored = 2;
	facts->put = false;
}

static int store_run(void)
{
	__attribute__((cleanup(wt_store_freep))) struct wt_store *store = NULL;
	struct wt_err err = { "" };
	int r = wt_store_open("store", true, &store, &err);

	if (r == 0)
		r = use(store, &err);
	return r < 0 ? failed(&err) : 0;
}

static void store_prepare(void)
{
	struct wt_store *store;
	struct wt_err err = { "" };

	oom_check(wt_store_open("store.before", true, &store, &err) == 0, "%s", err.msg);
	oom_check(commit(store, 1, &err) == 0 && commit(store, 2, &err) == 0, "%s", err.msg);
	wt_store_free(store);
	two_rows();
	oom_check(store_run() == 0, "with memory, it fails");
}

static void store_check(int status)
{
	__attribute__((cleanup(wt_store_freep))) struct wt_store *store = NULL;
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf b = { 0 };
	struct wt_err err = { "" };
	int one, two;

	(void)status;
	check_integrity();
	oom_check(wt_store_open("store", true, &store, &err) == 0, "%s", err.msg);
	oom_check(last_seq(store) == facts->stored, "%lu were committed, %llu are there",
		  facts->stored, (unsigned long long)last_seq(store));
	one = wt_store_value(store, "one", &b, &err);
	two = wt_store_value(store, "two", &b, &err);
	oom_check(one == two && (one == 0) == facts->put, "values: %d and %d, put %d", one, two,
		  facts->put);
	oom_check(commit(store, facts->stored + 1, &err) == 0, "it does not go on: %s", err.msg);
}

const struct scenario scenario_store = { "store",   store_prepare, two_rows,
					 store_run, store_check,   { FAILED } };
