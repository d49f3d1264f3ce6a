/* SPDX-License-Identifier: GPL-2.0 */
#ifndef WATTEST_CLOCK_H
#define WATTEST_CLOCK_H

/* Watches CLOCK_REALTIME for steps, and the system for suspends. Returns 0 or a negative errno. */
int wattest_clock_init(void);
void wattest_clock_exit(void);

/* Records a step of CLOCK_REALTIME since the last look. Called with wattest_log_mutex held. */
void wattest_clock_check(void);

#endif
