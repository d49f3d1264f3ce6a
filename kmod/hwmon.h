/* SPDX-License-Identifier: GPL-2.0 */
#ifndef WATTEST_HWMON_H
#define WATTEST_HWMON_H

#include <linux/device.h>

/*
 * Our own hwmon device, by which sensors(1) shows the rig's total: the sum of the sources marked as
 * counted, -ENODATA when none is. Returns the device, or ERR_PTR.
 */
struct device *wattest_hwmon_init(void);
void wattest_hwmon_exit(void);

#endif
