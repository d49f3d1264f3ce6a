// SPDX-License-Identifier: GPL-2.0
/*
 * TIME records. CLOCK_REALTIME and CLOCK_BOOTTIME run at one rate, NTP's slewing included, and both
 * count through suspend: so the difference of their offsets changes when somebody sets the clock,
 * and only then.
 */
#include <linux/ktime.h>
#include <linux/suspend.h>
#include <linux/timekeeping.h>
#include <linux/workqueue.h>

#include "clock.h"
#include "log.h"
#include "window.h"

/* The look at each second; what adds up to less is kept for the next look. */
#define PERIOD HZ
#define STEP_MIN_NS NSEC_PER_MSEC

static s64 known_ns;			/* realtime - boottime, as of the last look; log mutex */
static s64 asleep_ns;			/* time suspended, as of the last look; log mutex */
static bool suspending;			/* a SUSPEND record waits for its RESUME; log mutex */

static void look(struct work_struct *work);
static DECLARE_DELAYED_WORK(looker, look);

static s64 asleep(void)
{
	return ktime_to_ns(ktime_mono_to_any(0, TK_OFFS_BOOT));
}

static s64 realtime_minus_boottime(void)
{
	return ktime_to_ns(ktime_mono_to_any(0, TK_OFFS_REAL)) - asleep();
}

static void record(enum wattest_time_kind kind, s64 delta_ns)
{
	struct wattest_time time = {
		.kind = cpu_to_le32(kind),
		.delta_ns = cpu_to_le64(delta_ns),
		.realtime_ns = cpu_to_le64(ktime_get_real_ns()),
	};

	wattest_log_append(WATTEST_RECORD_TIME, ktime_get_boottime_ns(), &time, sizeof(time));
}

static void resumed(void)
{
	s64 now_ns = asleep();

	record(WATTEST_TIME_RESUME, now_ns - asleep_ns);
	asleep_ns = now_ns;
	suspending = false;
	wattest_window_resume();
}

void wattest_clock_check(void)
{
	s64 now_ns = realtime_minus_boottime();

	lockdep_assert_held(&wattest_log_mutex);
	/* Work is thawed before the notifier is called: whoever comes first writes the record. */
	if (asleep() != asleep_ns)
		resumed();
	if (abs(now_ns - known_ns) < STEP_MIN_NS)
		return;
	record(WATTEST_TIME_STEP, now_ns - known_ns);
	known_ns = now_ns;
}

static void look(struct work_struct *work)
{
	scoped_guard(mutex, &wattest_log_mutex)
		wattest_clock_check();
	queue_delayed_work(system_freezable_wq, &looker, PERIOD);
}

static int on_pm(struct notifier_block *nb, unsigned long action, void *unused)
{
	guard(mutex)(&wattest_log_mutex);
	switch (action) {
	case PM_SUSPEND_PREPARE:
	case PM_HIBERNATION_PREPARE:
		suspending = true;
		record(WATTEST_TIME_SUSPEND, 0);
		break;
	case PM_POST_SUSPEND:
	case PM_POST_HIBERNATION:
		wattest_clock_check();
		/* It did not sleep, after all. */
		if (suspending)
			resumed();
		break;
	}
	return NOTIFY_DONE;
}

static struct notifier_block pm_notifier = { .notifier_call = on_pm };

int __init wattest_clock_init(void)
{
	int err;

	known_ns = realtime_minus_boottime();
	asleep_ns = asleep();
	err = register_pm_notifier(&pm_notifier);
	if (err)
		return err;
	queue_delayed_work(system_freezable_wq, &looker, PERIOD);
	return 0;
}

void wattest_clock_exit(void)
{
	cancel_delayed_work_sync(&looker);
	unregister_pm_notifier(&pm_notifier);
}
