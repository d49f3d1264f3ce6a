// SPDX-License-Identifier: GPL-2.0
/*
 * TIME records. CLOCK_REALTIME and CLOCK_BOOTTIME run at one rate, NTP's slewing included, and both
 * count through suspend: so the difference of their offsets changes when somebody sets the clock,
 * and only then. That rate itself can be steered, by a tenth, and energy with it: it is compared
 * with the hardware clock's, which nobody steers.
 */
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/suspend.h>
#include <linux/timekeeping.h>
#include <linux/workqueue.h>

#include "clock.h"
#include "log.h"
#include "window.h"

/* The look at each second; what adds up to less is kept for the next look. */
#define PERIOD HZ
#define STEP_MIN_NS NSEC_PER_MSEC

/* Over a minute. NTP steers by 500 ppm at most, and crystals are better than that. */
#define RATE_PERIOD_NS (60 * (s64)NSEC_PER_SEC)
#define RATE_MAX_PPB 1000000

static s64 known_ns;			/* realtime - boottime, as of the last look; log mutex */
static s64 asleep_ns;			/* time suspended, as of the last look; log mutex */
static bool suspending;			/* a SUSPEND record waits for its RESUME; log mutex */
static u64 suspending_ns;		/* since when, CLOCK_BOOTTIME; log mutex */

/* Both clocks stand still while the system is asleep. Log mutex. */
static struct {
	s64 steered_ns;			/* CLOCK_MONOTONIC, which is CLOCK_BOOTTIME but for sleep */
	s64 raw_ns;			/* CLOCK_MONOTONIC_RAW at the same moment */
} rate_base;

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

u64 wattest_clock_realtime(u64 boottime_ns)
{
	return boottime_ns + realtime_minus_boottime();
}

static void record(enum wattest_time_kind kind, s64 delta_ns)
{
	u64 now_ns = ktime_get_boottime_ns();
	struct wattest_time time = {
		.kind = cpu_to_le32(kind),
		.delta_ns = cpu_to_le64(delta_ns),
		.realtime_ns = cpu_to_le64(wattest_clock_realtime(now_ns)),
	};

	wattest_log_append(WATTEST_RECORD_TIME, now_ns, &time, sizeof(time));
}

/* Idle only (s2idle), a host may sleep with its clocks running: so it is the time since SUSPEND. */
static void resumed(void)
{
	s64 now_ns = asleep();

	record(WATTEST_TIME_RESUME, suspending ? ktime_get_boottime_ns() - suspending_ns :
						 now_ns - asleep_ns);
	asleep_ns = now_ns;
	suspending = false;
	wattest_window_resume();
}

/* Both clocks at one moment. Returns false when something came between. */
static bool read_clocks(s64 *ret_steered_ns, s64 *ret_raw_ns)
{
	s64 before_ns = ktime_get_raw_ns(), after_ns;

	*ret_steered_ns = ktime_get_ns();
	after_ns = ktime_get_raw_ns();
	*ret_raw_ns = before_ns + (after_ns - before_ns) / 2;
	return after_ns - before_ns < NSEC_PER_MSEC;
}

static void check_rate(void)
{
	s64 steered_ns, raw_ns, passed_ns, ppb;

	if (!read_clocks(&steered_ns, &raw_ns))
		return;
	passed_ns = raw_ns - rate_base.raw_ns;
	if (passed_ns < RATE_PERIOD_NS)
		return;
	/* In steps that fit: a day is 8.64e13 ns. */
	ppb = div64_s64((steered_ns - rate_base.steered_ns - passed_ns) * 1000,
			passed_ns / 1000000);
	if (abs(ppb) > RATE_MAX_PPB)
		record(WATTEST_TIME_RATE, ppb);
	rate_base.steered_ns = steered_ns;
	rate_base.raw_ns = raw_ns;
}

void wattest_clock_check(void)
{
	s64 now_ns = realtime_minus_boottime();

	lockdep_assert_held(&wattest_log_mutex);
	/* Work is thawed before the notifier is called: whoever comes first writes the record. */
	if (asleep() != asleep_ns)
		resumed();
	check_rate();
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
		suspending_ns = ktime_get_boottime_ns();
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
	/* Should the two be apart at once, the first minute tells: what is left is below a ppm. */
	read_clocks(&rate_base.steered_ns, &rate_base.raw_ns);
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
