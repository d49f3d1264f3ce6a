// SPDX-License-Identifier: GPL-2.0
/* See loss.h. */
#include <linux/limits.h>
#include <linux/overflow.h>

#include "log.h"
#include "loss.h"

static struct {
	u32 count;
	u64 first_seq;
	u64 last_seq;
} losses[WATTEST_LOSS_REASONS][WATTEST_LOSS_TYPES];	/* log mutex */

void wattest_loss_add(enum wattest_record_type type, enum wattest_lost_reason reason, u32 count,
		      u64 seq)
{
	typeof(losses[0][0]) *loss = &losses[reason][type];

	lockdep_assert_held(&wattest_log_mutex);
	if (check_add_overflow(loss->count, count, &loss->count))
		loss->count = U32_MAX;
	if (!loss->first_seq)
		loss->first_seq = seq;
	loss->last_seq = seq;
}

static int first_reason(bool pruned_too)
{
	static_assert(WATTEST_LOST_PRUNED == 1);
	return pruned_too ? WATTEST_LOST_PRUNED : WATTEST_LOST_PRUNED + 1;
}

u32 wattest_loss_due(bool pruned_too)
{
	int reason, type;
	u32 n = 0;

	lockdep_assert_held(&wattest_log_mutex);
	for (reason = first_reason(pruned_too); reason < WATTEST_LOSS_REASONS; reason++)
		for (type = 0; type < WATTEST_LOSS_TYPES; type++)
			n += !!losses[reason][type].count;
	return n;
}

bool wattest_loss_first(bool pruned_too, struct wattest_lost *ret_lost)
{
	int reason, type;

	lockdep_assert_held(&wattest_log_mutex);
	for (reason = first_reason(pruned_too); reason < WATTEST_LOSS_REASONS; reason++) {
		for (type = 0; type < WATTEST_LOSS_TYPES; type++) {
			if (!losses[reason][type].count)
				continue;
			*ret_lost = (struct wattest_lost){
				.type = cpu_to_le16(type),
				.reason = cpu_to_le16(reason),
				.count = cpu_to_le32(losses[reason][type].count),
				.first_seq = cpu_to_le64(losses[reason][type].first_seq),
				.last_seq = cpu_to_le64(losses[reason][type].last_seq),
			};
			return true;
		}
	}
	return false;
}

void wattest_loss_told(const struct wattest_lost *lost)
{
	lockdep_assert_held(&wattest_log_mutex);
	memset(&losses[le16_to_cpu(lost->reason)][le16_to_cpu(lost->type)], 0,
	       sizeof(losses[0][0]));
}

bool wattest_loss_waits(enum wattest_record_type type, enum wattest_lost_reason reason)
{
	lockdep_assert_held(&wattest_log_mutex);
	return losses[reason][type].count;
}
