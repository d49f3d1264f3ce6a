// SPDX-License-Identifier: GPL-2.0
/*
 * Windows follow one another without a gap: each begins where the one before ended. They are closed
 * by time (CLOCK_BOOTTIME) or on request. One that cannot be closed, for want of room or memory,
 * stays open and grows: counters are cumulative, so nothing is lost by it but resolution.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/timekeeping.h>
#include <linux/workqueue.h>

#include "clock.h"
#include "device.h"
#include "event.h"
#include "log.h"
#include "param.h"
#include "probe.h"
#include "source.h"
#include "step.h"
#include "usb.h"
#include "window.h"
#include "witness.h"

static u64 from_ns;			/* of the open window; log mutex */
static bool running;			/* windows may be closed, and the timer queued; log mutex */
static bool overdue;			/* closing it by time has failed; log mutex */

static void close_by_time(struct work_struct *work);
static DECLARE_DELAYED_WORK(timer, close_by_time);

/* Time asleep counts, but the timer sleeps too: see wattest_window_resume(). */
static void set_timer(u64 delay_ns)
{
	lockdep_assert_held(&wattest_log_mutex);
	if (running)
		mod_delayed_work(system_freezable_wq, &timer, nsecs_to_jiffies(delay_ns));
}

/* The longest WINDOW that there can be. */
static_assert(sizeof(struct wattest_record) + sizeof(struct wattest_window) +
	      WATTEST_MAX_SOURCES * sizeof(struct wattest_window_source) +
	      WATTEST_MAX_DEVICES * sizeof(struct wattest_window_device) +
	      WATTEST_NONCE_MAX + WATTEST_DIGEST_LEN <= WATTEST_RECORD_MAX);

static int close_window(const u8 *nonce, size_t len, bool last,
			struct wattest_window_closed *ret_closed)
{
	u32 sources = wattest_source_count(true), devices = wattest_device_count(true);
	const size_t size = sources * sizeof(struct wattest_window_source) +
			    devices * sizeof(struct wattest_window_device);
	struct wattest_window_source *source;
	u8 key[WATTEST_DIGEST_LEN];
	size_t key_len = wattest_step_disclose(key);
	struct wattest_window *w;
	struct wattest_entry *e;
	u64 now;

	lockdep_assert_held(&wattest_log_mutex);
	wattest_clock_check();
	wattest_probe_check();
	wattest_event_end_window();
	now = ktime_get_boottime_ns();
	e = wattest_log_begin_window(now, sizeof(*w) + size + len + key_len, last);
	if (IS_ERR(e))
		return PTR_ERR(e);

	w = (struct wattest_window *)(e->data + 1);
	source = (struct wattest_window_source *)(w + 1);
	w->from_ns = cpu_to_le64(from_ns);
	w->realtime_ns = cpu_to_le64(wattest_clock_realtime(now));
	w->sources = cpu_to_le16(sources);
	w->devices = cpu_to_le16(devices);
	w->nonce_len = len;
	w->key_len = key_len;
	w->probes = min(wattest_probe_count(), 255U);
	w->flags = wattest_probe_observed_since(from_ns) ? WATTEST_WINDOW_OBSERVED : 0;
	wattest_source_fill(source, now, last);
	wattest_device_fill(source + sources);
	memcpy((u8 *)source + size, nonce, len);
	memcpy((u8 *)source + size + len, key, key_len);
	wattest_log_commit_window(e);

	if (ret_closed) {
		ret_closed->seq = e->seq;
		memcpy(ret_closed->head, e->head, sizeof(ret_closed->head));
	}
	wattest_source_end_window();
	wattest_device_end_window();
	from_ns = now;
	overdue = false;
	return 0;
}

int wattest_window_close(const u8 *nonce, size_t len, struct wattest_window_closed *ret_closed)
{
	int err;

	guard(mutex)(&wattest_log_mutex);
	if (!running)
		return -ESHUTDOWN;
	err = close_window(nonce, len, false, ret_closed);
	if (!err)
		set_timer(wattest_param.window_ns);
	return err;
}

static void close_by_time(struct work_struct *work)
{
	static bool said;
	int err;

	scoped_guard(mutex, &wattest_log_mutex) {
		err = close_window(NULL, 0, false, NULL);
		overdue = err;
		set_timer(wattest_param.window_ns);
	}
	/* Once: how often it happens is in the log itself. EBUSY: the witness speaks for itself. */
	if (err && err != -ESHUTDOWN && err != -EBUSY && !said) {
		said = true;
		pr_warn("cannot close a window: %pe; it goes on until the log is acknowledged\n",
			ERR_PTR(err));
	}
	if (!err)
		wattest_usb_retry();
}

void wattest_window_soon(void)
{
	set_timer(0);
}

void wattest_window_resume(void)
{
	u64 passed = ktime_get_boottime_ns() - from_ns;

	set_timer(wattest_param.window_ns - min(passed, wattest_param.window_ns));
}

void wattest_window_retry(void)
{
	if (overdue)
		set_timer(0);
}

void __init wattest_window_init(void)
{
	guard(mutex)(&wattest_log_mutex);
	from_ns = wattest_log_start_ns();
	running = true;
	wattest_window_resume();
}

void wattest_window_exit(void)
{
	int err;

	scoped_guard(mutex, &wattest_log_mutex)
		running = false;
	cancel_delayed_work_sync(&timer);
	/*
	 * Before each of the last records: whether it may disclose a key is decided then, and what
	 * failed can be recorded. Nothing follows UNLOAD.
	 */
	wattest_witness_flush();
	scoped_guard(mutex, &wattest_log_mutex) {
		err = close_window(NULL, 0, true, NULL);
		if (err)
			pr_warn("no last WINDOW record: %pe\n", ERR_PTR(err));
		wattest_log_stop();
	}
	wattest_witness_flush();
	scoped_guard(mutex, &wattest_log_mutex)
		wattest_log_end();
	wattest_witness_flush();
}
