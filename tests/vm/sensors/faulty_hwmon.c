// SPDX-License-Identifier: GPL-2.0
/*
 * A hwmon driver of the old kind, for tests: it keeps its attributes on the parent device, creates them
 * only after it registered, and fails in every way that its parameters ask for. With `many`, a second
 * device of the new kind has that many power sensors.
 */
#include <linux/delay.h>
#include <linux/hwmon.h>
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/platform_device.h>

#define MANY_MAX 400

static int fail;
module_param(fail, int, 0644);
MODULE_PARM_DESC(fail, "errno that a read of power gives");

static int hang_ms;
module_param(hang_ms, int, 0644);
MODULE_PARM_DESC(hang_ms, "how long a read of power takes");

static char *power = "100000000";
module_param(power, charp, 0644);
MODULE_PARM_DESC(power, "what a read of power says, uW");

static long energy;
module_param(energy, long, 0644);
MODULE_PARM_DESC(energy, "what the accumulator says, uJ; 0: 250 W since boot");

static int many;
module_param(many, int, 0444);
MODULE_PARM_DESC(many, "power sensors of the second device");

static struct platform_device *platform;
static struct device *old_device, *new_device;

static ssize_t power1_average_show(struct device *dev, struct device_attribute *a, char *buf)
{
	if (hang_ms)
		msleep(hang_ms);
	return fail ? -fail : sysfs_emit(buf, "%s\n", power);
}
static DEVICE_ATTR_RO(power1_average);

static int interval_ms = 1000;

static ssize_t power1_average_interval_show(struct device *dev, struct device_attribute *a, char *buf)
{
	return sysfs_emit(buf, "%d\n", interval_ms);
}

static ssize_t power1_average_interval_store(struct device *dev, struct device_attribute *a,
					     const char *buf, size_t n)
{
	return kstrtoint(buf, 0, &interval_ms) ?: n;
}
static DEVICE_ATTR_RW(power1_average_interval);

static ssize_t power1_label_show(struct device *dev, struct device_attribute *a, char *buf)
{
	return sysfs_emit(buf, "board\n");
}
static DEVICE_ATTR_RO(power1_label);

static ssize_t energy1_input_show(struct device *dev, struct device_attribute *a, char *buf)
{
	return sysfs_emit(buf, "%llu\n", energy ?: ktime_get_boottime_ns() / 4);
}
static DEVICE_ATTR_RO(energy1_input);

static ssize_t name_show(struct device *dev, struct device_attribute *a, char *buf)
{
	return sysfs_emit(buf, "faulty\n");
}
static DEVICE_ATTR_RO(name);

static struct attribute *old_attrs[] = {
	&dev_attr_power1_average.attr,
	&dev_attr_power1_average_interval.attr,
	&dev_attr_power1_label.attr,
	&dev_attr_energy1_input.attr,
	&dev_attr_name.attr,
	NULL
};

static const struct attribute_group old_group = { .attrs = old_attrs };

static umode_t is_visible(const void *data, enum hwmon_sensor_types type, u32 attr, int channel)
{
	return 0444;
}

static int read(struct device *dev, enum hwmon_sensor_types type, u32 attr, int channel, long *val)
{
	*val = 1000000;
	return 0;
}

static const struct hwmon_ops new_ops = {
	.is_visible = is_visible,
	.read = read,
};

static u32 new_config[MANY_MAX + 1];
static const struct hwmon_channel_info new_channels = { .type = hwmon_power, .config = new_config };
static const struct hwmon_channel_info * const new_info[] = { &new_channels, NULL };
static const struct hwmon_chip_info new_chip = { .ops = &new_ops, .info = new_info };

static void __exit faulty_exit(void)
{
	if (!IS_ERR_OR_NULL(new_device))
		hwmon_device_unregister(new_device);
	sysfs_remove_group(&platform->dev.kobj, &old_group);
	hwmon_device_unregister(old_device);
	platform_device_unregister(platform);
}

static int __init faulty_init(void)
{
	int i, err;

	platform = platform_device_register_simple("faulty", PLATFORM_DEVID_NONE, NULL, 0);
	if (IS_ERR(platform))
		return PTR_ERR(platform);
	old_device = hwmon_device_register(&platform->dev);
	if (IS_ERR(old_device)) {
		platform_device_unregister(platform);
		return PTR_ERR(old_device);
	}
	/* as ibmaem does: after it registered */
	err = sysfs_create_group(&platform->dev.kobj, &old_group);
	if (err) {
		hwmon_device_unregister(old_device);
		platform_device_unregister(platform);
		return err;
	}
	for (i = 0; i < min(many, MANY_MAX); i++)
		new_config[i] = HWMON_P_INPUT;
	if (many)
		new_device = hwmon_device_register_with_info(&platform->dev, "many", NULL, &new_chip,
							     NULL);
	return 0;
}

module_init(faulty_init);
module_exit(faulty_exit);
MODULE_DESCRIPTION("A hwmon driver that fails, for tests");
MODULE_LICENSE("GPL");
