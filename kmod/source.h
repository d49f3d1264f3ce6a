/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Energy sources: one power or energy attribute each, with its integrator. This file knows which
 * there are and what they count; chip.c finds them.
 */
#ifndef WATTEST_SOURCE_H
#define WATTEST_SOURCE_H

#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include <wattest/record.h>

#include "attribute.h"
#include "integrator.h"

struct wattest_source {
	struct list_head node;		/* of all sources, in the order of their ids; log mutex */
	struct list_head of_chip;	/* chip.c's */
	struct wattest_source_add info;	/* as it was recorded; constant */
	u32 id;
	bool gone;			/* in this window's record for the last time; log mutex */
	bool counted;			/* part of the total; log mutex */

	struct wattest_attribute attribute;	/* the sampler's, while it runs */
	struct delayed_work sampler;
	u64 due_ns;			/* of the next sample */

	spinlock_t lock;		/* guards what follows; the sampler and readers, briefly */
	struct wattest_integrator it;
	int error;			/* of the last read, negative errno, or 0 */
};

/* What source-get shows. */
struct wattest_source_view {
	const struct wattest_source_add *info;
	u32 id;
	u32 flags;			/* enum wattest_source_flags */
	int error;
	struct wattest_integrator it;	/* as of now */
};

int wattest_source_init(void);
/* All chips are gone. Frees what is left. */
void wattest_source_exit(void);

/*
 * Records the source, and starts to sample it. Takes over the attribute on success. error is why
 * the attribute could not be opened, or 0. Returns ERR_PTR when it found no room, which is counted
 * as lost: -E2BIG above WATTEST_MAX_SOURCES, else -ENOSPC or -ENOMEM.
 */
struct wattest_source *wattest_source_add(const struct wattest_source_add *info,
					  const struct wattest_attribute *attribute, int error);

/*
 * Stops sampling, waiting for a read that is under way, and records the removal. s is gone after
 * it.
 */
void wattest_source_remove(struct wattest_source *s);

/* An unreadable source could be opened now: takes over the file and starts to sample. */
void wattest_source_readable(struct wattest_source *s, struct file *file);

/* All below are called with wattest_log_mutex held. */

/* Some live source reads this node already: two would count the same watts twice. */
bool wattest_source_has_node(const struct kernfs_node *node);

/*
 * For a WINDOW: how many there are, gone ones included; their counters, in the log's last one up to
 * its very end; and what follows its commit.
 */
u32 wattest_source_count(bool gone_too);
void wattest_source_fill(struct wattest_window_source *ret, u64 now_ns, bool last);
void wattest_source_end_window(void);

/* The first live source after id, or NULL. */
struct wattest_source *wattest_source_next(u32 id);
void wattest_source_look(struct wattest_source *s, struct wattest_source_view *ret_view);

/* Returns 0 or -ENOENT. */
int wattest_source_set_counted(u32 id, bool counted);

/* Sums over the counted sources; -ENODATA when there is none, or (power) one of them is stale. */
int wattest_source_total_power(u64 *ret_uw);
int wattest_source_total_energy(u64 *ret_uj);

#endif
