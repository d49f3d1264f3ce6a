/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Steps of the log: what their records' digests, the chain, the kernel's keys and the witness make
 * of one (include/wattest/record.h). All but the first are called with wattest_log_mutex held.
 */
#ifndef WATTEST_STEP_H
#define WATTEST_STEP_H

#include <linux/types.h>

#include <wattest/record.h>

/* One move of the chain: C_k from C_{k-1} and D_k. ret may be head. */
void wattest_chain_next(const u8 *head, const u8 *step, u8 *ret);

/* The chain starts at C_0 = start; the first step is open. */
void wattest_step_start(const u8 *start);

/* A record with this digest is part of the open step. */
void wattest_step_add(const u8 *digest);

/* The open step needs an ANCHOR record before it may be closed. */
bool wattest_step_wants_anchor(void);
/* Draws a chain of keys, and fills in its ANCHOR, which has to be added then. */
void wattest_step_anchor(struct wattest_anchor *ret);

/*
 * For the record that will close the open step: the key of the step before. Returns its length, 0
 * when there is none to be disclosed, or the witness does not have that step; ret has
 * WATTEST_DIGEST_LEN bytes.
 */
size_t wattest_step_disclose(u8 *ret);

/*
 * Closes the open step, whose last record has this seq and was added. Returns the chain after it,
 * and its MAC; the witness is told. The next step is open.
 */
void wattest_step_close(u64 seq, u8 *ret_head, u8 *ret_mac);

/* The chain after the last closed step. */
const u8 *wattest_step_head(void);

/* Wipes the keys. */
void wattest_step_exit(void);

#endif
