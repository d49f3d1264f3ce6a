// SPDX-License-Identifier: GPL-2.0
/* See hwmon.h. For display: no record and no verdict depends on it. */
#include <linux/hwmon.h>
#include <linux/platform_device.h>

#include "hwmon.h"
#include "log.h"
#include "source.h"

static struct platform_device *platform;
static struct device *device;

static umode_t is_visible(const void *data, enum hwmon_sensor_types type, u32 attr, int channel)
{
	return 0444;
}

static int read(struct device *dev, enum hwmon_sensor_types type, u32 attr, int channel, long *val)
{
	u64 total;
	int err;

	guard(mutex)(&wattest_log_mutex);
	err = type == hwmon_power ? wattest_source_total_power(&total) :
				    wattest_source_total_energy(&total);
	if (err)
		return err;
	*val = total;
	return 0;
}

static int read_string(struct device *dev, enum hwmon_sensor_types type, u32 attr, int channel,
		       const char **str)
{
	*str = "rig";
	return 0;
}

static const struct hwmon_ops ops = {
	.is_visible = is_visible,
	.read = read,
	.read_string = read_string,
};

static const struct hwmon_channel_info * const channels[] = {
	HWMON_CHANNEL_INFO(power, HWMON_P_INPUT | HWMON_P_LABEL),
	HWMON_CHANNEL_INFO(energy, HWMON_E_INPUT | HWMON_E_LABEL),
	NULL
};

static const struct hwmon_chip_info chip = {
	.ops = &ops,
	.info = channels,
};

struct device * __init wattest_hwmon_init(void)
{
	platform = platform_device_register_simple("wattest", PLATFORM_DEVID_NONE, NULL, 0);
	if (IS_ERR(platform))
		return ERR_CAST(platform);
	device = hwmon_device_register_with_info(&platform->dev, "wattest", NULL, &chip, NULL);
	if (IS_ERR(device))
		platform_device_unregister(platform);
	return device;
}

void wattest_hwmon_exit(void)
{
	hwmon_device_unregister(device);
	platform_device_unregister(platform);
}
