/* SPDX-License-Identifier: GPL-2.0 */
#ifndef WATTEST_CHIP_H
#define WATTEST_CHIP_H

#include <linux/device.h>

/*
 * Follows all devices of own's class, which is hwmon's, except own itself: present and future ones.
 * When it returns 0, the sources of those present are recorded.
 */
int wattest_chip_init(struct device *own);
/* Stops all sampling; waits for reads that are under way. */
void wattest_chip_exit(void);

#endif
