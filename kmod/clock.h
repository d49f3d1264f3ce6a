/* SPDX-License-Identifier: GPL-2.0 */
#ifndef WATTEST_CLOCK_H
#define WATTEST_CLOCK_H

#include <linux/types.h>

/* Watches CLOCK_REALTIME for steps, and the system for suspends. Returns 0 or a negative errno. */
int wattest_clock_init(void);
void wattest_clock_exit(void);

/*
 * CLOCK_REALTIME at a moment of CLOCK_BOOTTIME, by what both differ by now. A record has one moment
 * on both clocks: read one after the other they tell of a step that never was, when the processor
 * was away in between.
 */
u64 wattest_clock_realtime(u64 boottime_ns);

/* Records a step of CLOCK_REALTIME since the last look. Called with wattest_log_mutex held. */
void wattest_clock_check(void);

#endif
