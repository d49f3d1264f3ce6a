/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What went missing and no LOST record has told of yet. All are called with wattest_log_mutex held.
 */
#ifndef WATTEST_LOSS_H
#define WATTEST_LOSS_H

#include <linux/types.h>

#include <wattest/record.h>

#define WATTEST_LOSS_REASONS (WATTEST_LOST_WITNESS + 1)
#define WATTEST_LOSS_TYPES (WATTEST_RECORD_ANCHOR + 1)

/* Counts a loss; seq is of the record that went, or 0. */
void wattest_loss_add(enum wattest_record_type type, enum wattest_lost_reason reason, u32 count,
		      u64 seq);

/* How many LOST records are due; those of pruned bodies only with pruned_too. */
u32 wattest_loss_due(bool pruned_too);

/* The first of them. Returns false when none is due. */
bool wattest_loss_first(bool pruned_too, struct wattest_lost *ret_lost);

/* This one is in the log now. */
void wattest_loss_told(const struct wattest_lost *lost);

/* There is an untold one of this kind. */
bool wattest_loss_waits(enum wattest_record_type type, enum wattest_lost_reason reason);

#endif
