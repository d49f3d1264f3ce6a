// SPDX-License-Identifier: GPL-2.0
/*
 * See device.h. Lookup by bus number and address is lock-free, since transfers complete in any
 * context. A transfer that completes while its device is being removed may count after the last
 * WINDOW that lists it: it is the last one, and nobody's energy depends on it.
 */
#include <linux/hashtable.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include "device.h"
#include "log.h"
#include "window.h"

static DEFINE_HASHTABLE(table, 8);	/* log mutex for changes */
static LIST_HEAD(devices);		/* log mutex */
static u32 last_id;			/* log mutex */
static atomic64_t strays;

static u32 hash_key(u32 busnum, u32 devnum)
{
	return busnum << 8 ^ devnum;
}

void wattest_device_transfer(u32 busnum, u32 devnum, u32 flags, u32 bytes)
{
	struct wattest_device *d;

	guard(rcu)();
	hash_for_each_possible_rcu(table, d, hash, hash_key(busnum, devnum)) {
		if (d->busnum != busnum || d->devnum != devnum)
			continue;
		if (flags & WATTEST_TRANSFER_IN) {
			atomic64_inc(&d->transfers_in);
			atomic64_add(bytes, &d->bytes_in);
		} else {
			atomic64_inc(&d->transfers_out);
			atomic64_add(bytes, &d->bytes_out);
		}
		if (flags & WATTEST_TRANSFER_FAILED)
			atomic64_inc(&d->errors);
		atomic64_set(&d->last_seen_ns, ktime_get_boot_fast_ns());
		return;
	}
	atomic64_inc(&strays);
}

u64 wattest_device_strays(void)
{
	return atomic64_read(&strays);
}

static struct wattest_device *find(const void *key)
{
	struct wattest_device *d;

	lockdep_assert_held(&wattest_log_mutex);
	list_for_each_entry(d, &devices, node)
		if (!d->gone && d->key == key)
			return d;
	return NULL;
}

int wattest_device_add(const void *key, u32 busnum, u32 devnum, struct wattest_device_add *info)
{
	struct wattest_device *d;
	u32 all;
	int err;

	guard(mutex)(&wattest_log_mutex);
	if (find(key))
		return 0;
	all = wattest_device_count(true);
	/* Devices that have gone keep their place until the window is closed. */
	if (all >= WATTEST_MAX_DEVICES / 4 * 3 && all > wattest_device_count(false))
		wattest_window_soon();
	if (all >= WATTEST_MAX_DEVICES) {
		wattest_log_lost(WATTEST_RECORD_DEVICE_ADD, WATTEST_LOST_LIMIT, 1);
		return -E2BIG;
	}
	d = kzalloc(sizeof(*d), GFP_KERNEL);
	if (!d) {
		wattest_log_lost(WATTEST_RECORD_DEVICE_ADD, WATTEST_LOST_MEMORY, 1);
		return -ENOMEM;
	}
	d->id = last_id + 1;
	info->id = cpu_to_le32(d->id);
	d->info = *info;
	d->key = key;
	d->busnum = busnum;
	d->devnum = devnum;
	err = wattest_log_append(WATTEST_RECORD_DEVICE_ADD, ktime_get_boottime_ns(), info,
				 sizeof(*info));
	if (err) {
		kfree(d);
		return err;
	}
	last_id = d->id;
	list_add_tail(&d->node, &devices);
	hash_add_rcu(table, &d->hash, hash_key(busnum, devnum));
	return 0;
}

void wattest_device_remove(const void *key)
{
	struct wattest_removed removed = { .reason = cpu_to_le32(WATTEST_REMOVED) };
	struct wattest_device *d;

	guard(mutex)(&wattest_log_mutex);
	d = find(key);
	if (!d)
		return;
	removed.id = cpu_to_le32(d->id);
	wattest_log_append(WATTEST_RECORD_DEVICE_DEL, ktime_get_boottime_ns(), &removed,
			   sizeof(removed));
	hash_del_rcu(&d->hash);
	d->gone = true;
}

u32 wattest_device_count(bool gone_too)
{
	struct wattest_device *d;
	u32 n = 0;

	lockdep_assert_held(&wattest_log_mutex);
	list_for_each_entry(d, &devices, node)
		n += gone_too || !d->gone;
	return n;
}

void wattest_device_fill(void *ret)
{
	struct wattest_device *d;

	lockdep_assert_held(&wattest_log_mutex);
	list_for_each_entry(d, &devices, node) {
		struct wattest_window_device w = {
			.transfers_in = cpu_to_le64(atomic64_read(&d->transfers_in)),
			.transfers_out = cpu_to_le64(atomic64_read(&d->transfers_out)),
			.bytes_in = cpu_to_le64(atomic64_read(&d->bytes_in)),
			.bytes_out = cpu_to_le64(atomic64_read(&d->bytes_out)),
			.id = cpu_to_le32(d->id),
			.errors = cpu_to_le32(min_t(u64, atomic64_read(&d->errors), U32_MAX)),
		};

		memcpy(ret, &w, sizeof(w));
		ret += sizeof(w);
	}
}

void wattest_device_end_window(void)
{
	struct wattest_device *d, *next;

	lockdep_assert_held(&wattest_log_mutex);
	list_for_each_entry_safe(d, next, &devices, node) {
		if (!d->gone)
			continue;
		list_del(&d->node);
		kfree_rcu(d, rcu);
	}
}

struct wattest_device *wattest_device_next(u32 id)
{
	struct wattest_device *d;

	lockdep_assert_held(&wattest_log_mutex);
	list_for_each_entry(d, &devices, node)
		if (!d->gone && d->id > id)
			return d;
	return NULL;
}

void wattest_device_exit(void)
{
	struct wattest_device *d, *next;

	guard(mutex)(&wattest_log_mutex);
	list_for_each_entry_safe(d, next, &devices, node) {
		if (!d->gone)
			hash_del_rcu(&d->hash);
		list_del(&d->node);
		kfree_rcu(d, rcu);
	}
}
