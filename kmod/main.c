// SPDX-License-Identifier: GPL-2.0
/*
 * wattest: measures what a rig's ASICs do and what its power sensors say, and judges nothing. Here
 * is only the order in which the parts start and stop.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/err.h>
#include <linux/init.h>
#include <linux/module.h>

#include "chip.h"
#include "clock.h"
#include "compat.h"
#include "device.h"
#include "event.h"
#include "hwmon.h"
#include "kfunc.h"
#include "log.h"
#include "netlink.h"
#include "param.h"
#include "probe.h"
#include "source.h"
#include "usb.h"
#include "window.h"
#include "witness.h"

static int __init wattest_init(void)
{
	struct device *hwmon;
	int err;

	err = wattest_param_init();
	if (err)
		return err;
	err = wattest_witness_init();
	if (err)
		return err;
	/* LOAD is the first record: all others come from the parts that start after it. */
	err = wattest_log_init();
	if (err)
		goto err_log;
	err = wattest_usb_init();
	if (err)
		goto err_log;
	err = wattest_source_init();
	if (err)
		goto err_usb;
	hwmon = wattest_hwmon_init();
	err = PTR_ERR_OR_ZERO(hwmon);
	if (err)
		goto err_source;
	err = wattest_chip_init(hwmon);
	if (err)
		goto err_hwmon;
	err = wattest_clock_init();
	if (err)
		goto err_chip;
	err = wattest_probe_init();
	if (err)
		goto err_clock;
	/* Without BTF no probe can count, but energy is measured all the same. */
	err = wattest_kfunc_init();
	if (err)
		pr_warn("BPF programs cannot call this module: %pe\n", ERR_PTR(err));
	wattest_window_init();
	/* Last: nothing is reachable half-built. */
	err = wattest_netlink_init();
	if (err)
		goto err_window;
	return 0;

err_window:
	wattest_window_exit();
	wattest_probe_exit();
	wattest_event_exit();
err_clock:
	wattest_clock_exit();
err_chip:
	wattest_chip_exit();
err_hwmon:
	wattest_hwmon_exit();
err_source:
	wattest_source_exit();
err_usb:
	wattest_usb_exit();
	wattest_device_exit();
err_log:
	wattest_log_exit();
	wattest_witness_exit();
	return err;
}

static void __exit wattest_exit(void)
{
	/*
	 * The log ends first, while it can still be followed; what the other parts do now is no
	 * record.
	 */
	wattest_window_exit();
	wattest_netlink_exit();
	wattest_probe_exit();
	wattest_event_exit();
	wattest_clock_exit();
	wattest_chip_exit();
	wattest_hwmon_exit();
	wattest_source_exit();
	wattest_usb_exit();
	wattest_device_exit();
	wattest_log_exit();
	wattest_witness_exit();
}

module_init(wattest_init);
module_exit(wattest_exit);

MODULE_DESCRIPTION("Attested measurement of mining rigs: energy, devices and their activity");
MODULE_LICENSE("GPL");
MODULE_VERSION(WATTEST_MODULE_VERSION);
