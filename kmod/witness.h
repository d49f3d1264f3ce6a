/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The witness of the log outside this host's memory: a PCR of the TPM, extended with each step's
 * digest, in order. What it could not be extended with is in LOST records.
 */
#ifndef WATTEST_WITNESS_H
#define WATTEST_WITNESS_H

#include <linux/types.h>

#include <wattest/record.h>

struct wattest_witness_state {
	bool there;	/* a PCR is extended */
	u32 pcr;
	u64 steps;	/* extended so far */
	u64 lost;
};

/* Looks for the TPM. That there is none is no error. Returns 0 or -ENOMEM. */
int wattest_witness_init(void);
/* Forgets what was not extended yet. */
void wattest_witness_exit(void);

/* LOAD's tpm, pcr and chain_start. */
void wattest_witness_describe(struct wattest_load *ret_load);

/* All below but flush() and get_state() are called with wattest_log_mutex held. */

/* Of every step that was closed it is known that the PCR has it, or that it was given up. */
bool wattest_witness_decided(void);

/* The PCR has the step that was closed last; or there is no witness to wait for. */
bool wattest_witness_has_last(void);

/* A step was closed by the record seq, and its digest is to be extended. Never waits. */
void wattest_witness_step(u64 seq, const u8 *digest);

/*
 * Extends what is left, now: when the log ends. Takes as long as the TPM does, with retries for a
 * few seconds at most; what fails is given up. Without the mutex.
 */
void wattest_witness_flush(void);

void wattest_witness_get_state(struct wattest_witness_state *ret_state);

#endif
