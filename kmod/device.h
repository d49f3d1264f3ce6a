/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Devices that may be, or may lead to, an ASIC, and their activity. Each plug has its own id and
 * counters. This file knows them; usb.c finds them, and kfunc.c counts for BPF programs.
 */
#ifndef WATTEST_DEVICE_H
#define WATTEST_DEVICE_H

#include <linux/atomic.h>
#include <linux/list.h>
#include <linux/rcupdate.h>

#include <wattest/record.h>

struct wattest_device {
	struct hlist_node hash;		/* by bus number and address; readers under RCU */
	struct list_head node;		/* of all devices, in the order of their ids; log mutex */
	struct rcu_head rcu;
	const void *key;		/* of the bus: which device this is; never followed */
	struct wattest_device_add info;	/* as it was recorded; constant */
	u32 id;
	u32 busnum;
	u32 devnum;
	bool gone;			/* in this window's record for the last time; log mutex */

	atomic64_t transfers_in;
	atomic64_t transfers_out;
	atomic64_t bytes_in;
	atomic64_t bytes_out;
	atomic64_t errors;
	atomic64_t last_seen_ns;	/* CLOCK_BOOTTIME */
};

#define WATTEST_TRANSFER_IN	0x01	/* from the device */
#define WATTEST_TRANSFER_FAILED	0x02	/* ended with an error other than being cancelled */

/* Accounts a completed transfer. Any context. */
void wattest_device_transfer(u32 busnum, u32 devnum, u32 flags, u32 bytes);

/* Transfers accounted for no device that is tracked. */
u64 wattest_device_strays(void);

/*
 * Records a device and tracks it; one with the same key that is tracked already changes nothing.
 * Returns 0, or -E2BIG, -ENOSPC, -ENOMEM when there is no room, which is counted as lost.
 */
int wattest_device_add(const void *key, u32 busnum, u32 devnum, struct wattest_device_add *info);
/* Records the removal, if the device is tracked. */
void wattest_device_remove(const void *key);

/* Frees all; nothing adds devices or counts any more. */
void wattest_device_exit(void);

/* All below are called with wattest_log_mutex held. */

/*
 * For a WINDOW: how many there are, gone ones included; their counters; and what follows its
 * commit.
 */
u32 wattest_device_count(bool gone_too);
void wattest_device_fill(void *ret);	/* struct wattest_window_device, aligned to 4 */
void wattest_device_end_window(void);

/* The first present device after id, or NULL. */
struct wattest_device *wattest_device_next(u32 id);

#endif
