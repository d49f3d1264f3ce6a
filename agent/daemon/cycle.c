// SPDX-License-Identifier: Apache-2.0
/*
 * From the kernel's log to stored attestations, in an order that a crash cannot hurt:
 *
 *   dump → whole steps → sign → store (durable) → acknowledge to the kernel, answer whoever asked
 *
 * Killed before the store has it, the same records are dumped and the same seq is signed again, with other bytes
 * since ECDSA is randomised; nobody has seen the first, as a signed object is nowhere but in this process's memory
 * until then. Killed after it, the row says what comes next, and the acknowledgement is made good by the next one.
 */
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "lib/record.h"
#include "lib/timestamp.h"

#include "attest.h"
#include "daemon.h"
#include "log.h"

#define RETRY_FIRST_S 2
#define RETRY_MAX_S 300
#define HELD_MAX 4096 /* records */

/* The last record of this epoch that is in an attestation. */
static uint64_t signed_record(const struct daemon *d)
{
	return memcmp(d->last.epoch, d->epoch, sizeof(d->epoch)) ? 0 : d->last.last_record;
}

static int on_record(const struct wt_nl_record *record, void *user)
{
	struct daemon *d = user;

	return wt_steps_add(&d->steps, record);
}

static int dump(struct daemon *d, struct wt_err *err)
{
	int r = wt_nl_records(d->nl, signed_record(d), on_record, d, err);

	if (r == -ENODEV) {
		/* What the multicast brought up to the end is in d->steps. */
		module_gone(d);
		r = 0;
	}
	return r;
}

/* LOAD says from which value its epoch's chain starts. */
static int chain_start(const struct wt_steps_record *first, uint8_t ret[WT_SHA256_LEN],
		       struct wt_err *err)
{
	struct wt_record rec;
	int r = wt_record_decode(first->record.raw, &rec, err);

	if (r < 0)
		return wt_fail_in(err, r, "record 1 from the kernel");
	memcpy(ret, ((const struct wattest_load *)rec.payload.p)->chain_start, WT_SHA256_LEN);
	return 0;
}

/* The chain value before the first record at hand. */
static int chain_before(struct daemon *d, uint8_t ret[WT_SHA256_LEN], struct wt_err *err)
{
	const struct wt_steps_record *first = wt_steps_first(&d->steps);
	uint64_t done = signed_record(d);
	struct wt_nl_status status;
	int r;

	if (first->type == WATTEST_RECORD_LOAD && first->record.raw.p)
		return chain_start(first, ret, err);
	if (first->seq == done + 1 && done) {
		memcpy(ret, d->last.head, WT_SHA256_LEN);
		return 0;
	}
	log_say(LOG_ERR,
		"records %" PRIu64 " to %" PRIu64
		" are not in any attestation and the kernel has them no more: does another agent acknowledge them? The verifier will find the gap",
		done + 1, first->seq - 1);
	if (!d->nl)
		return wt_fail(err, ENODATA, "the chain value before record %" PRIu64 " is lost",
			       first->seq);
	r = wt_nl_status(d->nl, &status, err);
	if (r < 0)
		return r;
	if (status.first_seq != first->seq)
		return wt_fail(err, EAGAIN, "the kernel's log moved");
	memcpy(ret, status.base, WT_SHA256_LEN);
	return 0;
}

static int sign_and_store(struct daemon *d, const struct wt_batch *batch, struct wt_err *err)
{
	__attribute__((cleanup(wt_identity_quote_clear))) struct wt_identity_quote quote = {};
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf cose = {};
	uint8_t before[WT_SHA256_LEN], head[WT_SHA256_LEN];
	struct attest_in in = {
		.rig = &d->rig,
		.witness = &d->witness,
		.last = &d->last,
		.batch = batch,
		.epoch = d->epoch,
		.chain_before = before,
		.unobserved = d->probes ? "" : d->unobserved,
	};
	struct wt_store_row row;
	int r = chain_before(d, before, err);

	if (r < 0)
		return r;
	/* Said, and signed all the same: whoever verifies must see it too. */
	r = wt_batch_check(batch, before, head, err);
	if (r == -EBADMSG)
		log_say(LOG_CRIT, "%s: records were changed, or there is a fault in the module",
			err->msg);
	else if (r < 0)
		return r;
	in.has_ledger = appraiser_balance(d->appraiser, time(NULL), &in.charged_uj, &in.left_uj);
	if (wt_identity_backend(d->rig.identity) == WT_BACKEND_TPM) {
		witness_wait(&d->witness, d->nl, batch);
		if (d->config.ima && wt_ima_take(&d->ima, d->config.ima_list, d->epoch, d->store,
						 &in.ima_first, &in.ima, err) < 0)
			log_say(LOG_NOTICE, "%s: the host's measurements are not attested",
				err->msg);
	}
	r = attest_sign(&in, &row, &cose, &quote, err);
	if (r < 0)
		return r;
	r = wt_store_commit(d->store, &row, wt_buf_span(&cose), err);
	if (r < 0)
		return r;
	log_say(LOG_DEBUG,
		"attestation %" PRIu64 ": %zu steps, records %" PRIu64 " to %" PRIu64 ", %zu bytes",
		row.seq, batch->n_steps, row.first_record, row.last_record, cose.n);
	if (quote.pcrs)
		witness_said(&d->witness, row.epoch, &quote);
	if (wt_ima_carried(&d->ima, d->store, err) < 0)
		log_say(LOG_DEBUG, "%s", err->msg);
	d->last = row;
	d->ended = batch->ends_epoch;
	return 0;
}

static void acknowledge(struct daemon *d)
{
	struct wt_err err = {};
	int r = wt_nl_ack(d->nl, d->last.last_record, &err);

	if (r == -ENODEV)
		module_gone(d);
	else if (r < 0 && !d->unacknowledged)
		log_say(LOG_WARNING, "%s: the kernel keeps the records until it succeeds", err.msg);
	d->unacknowledged = r < 0;
}

static int drain(struct daemon *d, struct wt_err *err)
{
	struct wt_batch batch = {};
	uint64_t from = d->last.seq;
	int r;

	wt_steps_drop(&d->steps, signed_record(d));
	while ((r = wt_steps_take(&d->steps, (size_t)d->config.attestation_kb * 1024, &batch,
				  err)) > 0) {
		r = sign_and_store(d, &batch, err);
		wt_batch_clear(&batch);
		if (r < 0)
			break;
		wt_steps_drop(&d->steps, d->last.last_record);
		if (d->nl)
			acknowledge(d);
	}
	if (d->last.seq != from)
		daemon_wake_appraiser(d);
	return r;
}

static int on_retry(sd_event_source *source, uint64_t usec, void *user)
{
	struct wt_err err;

	(void)source;
	(void)usec;
	cycle_run(user, &err);
	return 0;
}

static void fail(struct daemon *d, const struct wt_err *err)
{
	if (strcmp(d->problem, err->msg)) {
		log_say(LOG_ERR, "%s: the kernel keeps the records; trying again", err->msg);
		memcpy(d->problem, err->msg, sizeof(d->problem));
	}
	/* What is not stored can be dumped again, so not all of it is held here while the trouble lasts. */
	if (d->nl && d->steps.n > HELD_MAX)
		wt_steps_clear(&d->steps);
	d->retry_s = d->retry_s ? d->retry_s * 2 : RETRY_FIRST_S;
	if (d->retry_s > RETRY_MAX_S)
		d->retry_s = RETRY_MAX_S;
	sd_event_source_unref(d->retry);
	d->retry = NULL;
	sd_event_add_time_relative(d->event, &d->retry, CLOCK_MONOTONIC,
				   d->retry_s * UINT64_C(1000000), 0, on_retry, d);
}

static void recover(struct daemon *d)
{
	if (d->problem[0])
		log_say(LOG_NOTICE, "attesting goes on: %" PRIu64 " is the newest", d->last.seq);
	d->problem[0] = '\0';
	d->retry_s = 0;
	d->retry = sd_event_source_unref(d->retry);
}

/*
 * Without a certificate nothing can be signed that a verifier could place. The records wait in the kernel, which at its
 * log's bound gives up only window bodies, so the first attestation still begins at LOAD.
 */
static int wait_for_certificate(struct daemon *d, struct wt_err *err)
{
	wt_steps_clear(&d->steps);
	wt_fail(err, ENOKEY,
		"%s: no certificate: nothing is attested until it is there, the kernel keeps the records",
		d->config.certificate);
	memcpy(d->problem, err->msg, sizeof(d->problem));
	return -ENOKEY;
}

/*
 * A host whose clock has no battery boots in 1970, or where it was last set. What is signed before the certificate began is
 * accepted by nobody, ever; the records say when the clock was set, and are good when they are signed afterwards.
 */
static int wait_for_clock(struct daemon *d, int64_t begin, struct wt_err *err)
{
	char now[WT_TIMESTAMP_LEN], from[WT_TIMESTAMP_LEN];

	wt_steps_clear(&d->steps);
	wt_fail(err, EAGAIN,
		"the clock says %s, and the rig's certificate begins at %s: nothing is attested until the clock is set, the kernel keeps the records",
		wt_timestamp_utc(time(NULL), now), wt_timestamp_utc(begin, from));
	if (!d->problem[0])
		log_say(LOG_ERR, "%s", err->msg);
	memcpy(d->problem, err->msg, sizeof(d->problem));
	return -EAGAIN;
}

int cycle_run(struct daemon *d, struct wt_err *err)
{
	int64_t begin, end;
	int r = 0;

	d->closed = false;
	if (!d->rig.cert)
		return wait_for_certificate(d, err);
	wt_cert_validity(d->rig.cert, &begin, &end);
	if (time(NULL) < begin)
		return wait_for_clock(d, begin, err);
	drop_look(d);
	if (d->nl)
		r = dump(d, err);
	if (r == 0)
		r = drain(d, err);
	if (r < 0)
		fail(d, err);
	else
		recover(d);
	return r;
}

int cycle_attest(struct daemon *d, struct wt_span nonce, struct wt_store_row *ret,
		 struct wt_err *err)
{
	uint64_t record;
	int r;

	if (d->leaving)
		return wt_fail(err, EBUSY, "module wattest is being unloaded");
	if (!d->nl)
		return wt_fail(
			err, ENODEV,
			"module wattest not loaded: `modprobe wattest`, or `dkms status wattest` if that fails");
	r = wt_nl_close_window(d->nl, nonce, &record, err);
	if (r == -ENODEV)
		module_gone(d);
	if (r == 0)
		r = cycle_run(d, err);
	if (r < 0)
		return r;
	return wt_store_find(d->store, d->epoch, record, ret, err);
}
