// SPDX-License-Identifier: GPL-2.0
/*
 * See witness.h. A TPM takes milliseconds, and may fail: so steps wait in a queue, and one worker
 * takes them from there in their order, out of the way of everything else. A step that fails is
 * tried again for half a minute; once it was given up, those after it have one try each, until
 * one succeeds.
 *
 * A window is not closed before it is decided whether the PCR has the step before it, or never
 * will: it grows instead, and nothing is lost by that but resolution. A step's key is disclosed
 * only when the PCR has it. So whoever keeps the TPM from us gets no key with which he could make
 * up what the PCR does not have yet.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/kfifo.h>
#include <linux/module.h>
#include <linux/tpm.h>
#include <linux/workqueue.h>

#include "log.h"
#include "param.h"
#include "step.h"
#include "window.h"
#include "witness.h"

#define PENDING 2			/* steps; a power of two: there is one at most */
#define FIRST_WAIT (HZ / 10)		/* before the second try; doubles with each */
#define TRIES 9
#define FLUSH_TIME (5 * HZ)

struct pending {
	u64 seq;			/* of the record that closed the step */
	u8 digest[WATTEST_DIGEST_LEN];
};

/*
 * Filled and emptied under the log mutex. What is in front may be looked at without it by who
 * empties it: the worker, or flush() after it.
 */
static DEFINE_KFIFO(queue, struct pending, PENDING);
static struct workqueue_struct *worker_queue;
static bool has_tpm;
static bool there;			/* a PCR is extended */
static u8 start[WATTEST_DIGEST_LEN];	/* the PCR at load */
static u8 value[WATTEST_DIGEST_LEN];	/* what our extends make of it; worker */
static unsigned int tries;		/* at the first in the queue; worker */
static bool failing;			/* the last that was decided was given up; log mutex */
static atomic64_t extended;
static atomic64_t lost;

static void work(struct work_struct *unused);
static DECLARE_DELAYED_WORK(worker, work);

/* A TPM's own return codes are positive. */
static int error_of(int err)
{
	return err > 0 ? -EIO : err;
}

static bool has_sha256(const struct tpm_chip *chip)
{
	u32 i;

	for (i = 0; i < chip->nr_allocated_banks; i++)
		if (chip->allocated_banks[i].alg_id == TPM_ALG_SHA256)
			return true;
	return false;
}

static int read_pcr(struct tpm_chip *chip, u8 *ret)
{
	struct tpm_digest digest = { .alg_id = TPM_ALG_SHA256 };
	int err = error_of(tpm_pcr_read(chip, wattest_param.pcr, &digest));

	if (!err)
		memcpy(ret, digest.digest, WATTEST_DIGEST_LEN);
	return err;
}

/* All banks: one that was left out would be anybody's to fill. */
static int extend_banks(struct tpm_chip *chip, const u8 *step)
{
	struct tpm_digest digests[TPM2_MAX_PCR_BANKS] = {};
	u32 i;

	for (i = 0; i < min_t(u32, chip->nr_allocated_banks, TPM2_MAX_PCR_BANKS); i++) {
		digests[i].alg_id = chip->allocated_banks[i].alg_id;
		memcpy(digests[i].digest, step,
		       min_t(size_t, chip->allocated_banks[i].digest_size, WATTEST_DIGEST_LEN));
	}
	return error_of(tpm_pcr_extend(chip, wattest_param.pcr, digests));
}

static int extend(const struct pending *p)
{
	u8 after[WATTEST_DIGEST_LEN], now[WATTEST_DIGEST_LEN];
	struct tpm_chip *chip;
	int err;

	/* Not kept from one time to the next: its driver may have been bound anew. */
	chip = tpm_default_chip();
	if (!chip)
		return -ENODEV;
	wattest_chain_next(value, p->digest, after);
	err = extend_banks(chip, p->digest);
	/* It may have been done, and only the answer lost: a second time would be one too many. */
	if (err && !read_pcr(chip, now) && !memcmp(now, after, sizeof(now)))
		err = 0;
	put_device(&chip->dev);
	if (err)
		return err;
	memcpy(value, after, sizeof(value));
	return 0;
}

/* The first in the queue is in the PCR, or (err) given up, which LOST says in the step after it. */
static void decide(const struct pending *p, int err)
{
	guard(mutex)(&wattest_log_mutex);
	if (err) {
		wattest_log_witness_lost(p->seq);
		atomic64_inc(&lost);
		if (!failing)
			pr_warn("cannot extend PCR %u with the step that record %llu closed: %pe\n",
				wattest_param.pcr, p->seq, ERR_PTR(err));
	} else {
		atomic64_inc(&extended);
	}
	failing = err;
	tries = 0;
	kfifo_skip(&queue);
	wattest_window_retry();
}

static void work(struct work_struct *unused)
{
	struct pending p;
	int err;

	while (kfifo_peek(&queue, &p)) {
		err = extend(&p);
		if (err && !READ_ONCE(failing) && ++tries < TRIES) {
			queue_delayed_work(worker_queue, &worker, FIRST_WAIT << (tries - 1));
			return;
		}
		decide(&p, err);
	}
}

bool wattest_witness_decided(void)
{
	lockdep_assert_held(&wattest_log_mutex);
	return kfifo_is_empty(&queue);
}

bool wattest_witness_has_last(void)
{
	lockdep_assert_held(&wattest_log_mutex);
	return !there || (kfifo_is_empty(&queue) && !failing);
}

void wattest_witness_step(u64 seq, const u8 *digest)
{
	struct pending p = { .seq = seq };

	lockdep_assert_held(&wattest_log_mutex);
	if (!there)
		return;
	memcpy(p.digest, digest, sizeof(p.digest));
	/* Whoever closes a step has asked whether the one before it was decided. */
	WARN_ON_ONCE(!kfifo_put(&queue, p));
	/* One that waits to try again goes on waiting. */
	queue_delayed_work(worker_queue, &worker, 0);
}

void wattest_witness_flush(void)
{
	unsigned long deadline = jiffies + FLUSH_TIME;
	struct pending p;
	int err;

	if (!there)
		return;
	cancel_delayed_work_sync(&worker);
	while (kfifo_peek(&queue, &p)) {
		err = extend(&p);
		if (err && !READ_ONCE(failing) && time_before(jiffies, deadline))
			msleep(100);
		else
			decide(&p, err);
	}
}

void wattest_witness_get_state(struct wattest_witness_state *ret_state)
{
	ret_state->there = there;
	ret_state->pcr = wattest_param.pcr;
	ret_state->steps = atomic64_read(&extended);
	ret_state->lost = atomic64_read(&lost);
}

void wattest_witness_describe(struct wattest_load *ret_load)
{
	ret_load->tpm = has_tpm;
	ret_load->pcr = there ? wattest_param.pcr : WATTEST_PCR_NONE;
	memcpy(ret_load->chain_start, start, sizeof(ret_load->chain_start));
}

/* Says why there is no witness although there is a TPM. */
static int __init look(struct tpm_chip *chip)
{
	int err;

	if (tpm_is_tpm2(chip) <= 0) {
		pr_warn("the TPM is none of version 2.0: no PCR is extended\n");
		return -ENODEV;
	}
	has_tpm = true;
	if (wattest_param.pcr == WATTEST_PCR_NONE)
		return -ENODEV;
	if (!has_sha256(chip)) {
		pr_warn("the TPM has no bank of SHA-256 PCRs: none is extended\n");
		return -ENODEV;
	}
	err = read_pcr(chip, start);
	if (err)
		pr_warn("cannot read PCR %u: %pe; it is not extended\n", wattest_param.pcr,
			ERR_PTR(err));
	return err;
}

int __init wattest_witness_init(void)
{
	struct tpm_chip *chip;

	/* One at a time and in order; frozen over a suspend, as the TPM is. */
	worker_queue = alloc_ordered_workqueue("wattest_witness", WQ_FREEZABLE);
	if (!worker_queue)
		return -ENOMEM;
	chip = tpm_default_chip();
	if (!chip)
		return 0;
	there = !look(chip);
	put_device(&chip->dev);
	memcpy(value, start, sizeof(value));
	return 0;
}

void wattest_witness_exit(void)
{
	cancel_delayed_work_sync(&worker);
	destroy_workqueue(worker_queue);
}

/* Where they are modules: a log that begins before its TPM is there has no witness. */
MODULE_SOFTDEP("pre: tpm_crb tpm_tis");
