// SPDX-License-Identifier: GPL-2.0
/*
 * Finds the energy sources of hwmon devices ("chips").
 *
 * hwmon has no interface for consumers in the kernel, but our own hwmon device has its class, and a
 * class interface is told of every device of it. Known exceptions:
 *  - drivers that register the old way (acpi_power_meter, ibmaem) keep their attributes on the
 *    parent device, and some create them only after they registered: so both places are searched,
 *    and again later, for ever, since a driver may also change which attributes it shows;
 *  - an attribute is there if kernfs says so, whatever is mounted over its path; if it cannot be
 *    opened, it is recorded as unreadable and tried again later.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/ctype.h>
#include <linux/device/class.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "chip.h"
#include "log.h"
#include "source.h"

/* Drivers number attributes from 1; so many numbers without one, and there are no more. */
#define MAX_GAP 256

#define SCANS_AT_ONCE 16

struct chip {
	struct list_head node;
	struct device *dev;		/* referenced */
	struct kobject *place[2];	/* where attributes are: itself, its parent or NULL */
	struct kernfs_node *dir[2];	/* of place, referenced */
	struct list_head sources;	/* the scanner's, while it runs */
	struct delayed_work scanner;
	size_t scans;
	bool left_out;			/* some source found no room in the log */
	bool over;			/* this scan found more sources than there is room for */
	bool was_over;			/* an earlier one did, and they were counted as lost */
};

static const struct {
	const char *format;
	enum wattest_source_kind kind;
} patterns[] = {
	/* Of a power with both, only the first is used. */
	{ "power%d_input", WATTEST_SOURCE_POWER },
	{ "power%d_average", WATTEST_SOURCE_POWER },
	{ "energy%d_input", WATTEST_SOURCE_ENERGY },
};

static struct device *own_device;
static struct class_interface interface;
static LIST_HEAD(chips);	/* the class's lock: add_dev and remove_dev hold it */
static struct workqueue_struct *queue;

/*
 * Reads a text attribute of the chip, wherever it is; "" when there is none, or it cannot be read.
 * Returns 0 or -ENOMEM: then nobody knows.
 */
static int read_text(struct chip *chip, const char *name, char *buf, size_t size)
{
	int i, err;

	for (i = 0; i < ARRAY_SIZE(chip->place) && chip->dir[i]; i++) {
		struct wattest_attribute attribute = {
			.node = wattest_attribute_find(chip->dir[i], name),
		};

		if (!attribute.node)
			continue;
		attribute.file = wattest_attribute_open(chip->place[i], attribute.node, name);
		err = PTR_ERR_OR_ZERO(attribute.file);
		if (err)
			attribute.file = NULL;
		else
			err = wattest_attribute_text(&attribute, buf, size);
		wattest_attribute_close(&attribute);
		if (!err || err == -ENOMEM)
			return err;
	}
	buf[0] = '\0';
	return 0;
}

/*
 * Names and labels come from firmware in whatever encoding it has, and records hold plain text:
 * what is not printable ASCII becomes '?'. Nothing depends on it but the name in a registration.
 */
static void copy_text(char *to, const char *from, size_t size)
{
	ssize_t n = strscpy_pad(to, from, size);
	size_t i;

	for (i = 0; i < (n < 0 ? size - 1 : (size_t)n); i++)
		if (!isascii(to[i]) || !isprint(to[i]))
			to[i] = '?';
}

/*
 * Where a device is: its name behind those of all that it hangs on. Its own name anybody can give
 * to another one: i2c-stub puts a simulated chip at any address of a bus whose number is free.
 * What does not fit is left out in front.
 */
static void describe_place(const struct device *dev, char *ret, size_t size)
{
	char place[sizeof_field(struct wattest_source_add, parent)];
	size_t at = sizeof(place) - 1, n;

	place[at] = '\0';
	for (; dev; dev = dev->parent) {
		n = strlen(dev_name(dev)) + (place[at] != '\0');
		if (n + (dev->parent ? 2 : 0) > at) {
			if (place[at]) {
				at -= 2;
				memcpy(place + at, "~/", 2);
			}
			break;
		}
		at -= n;
		memcpy(place + at, dev_name(dev), strlen(dev_name(dev)));
		if (place[at + n])
			place[at + n - 1] = '/';
	}
	copy_text(ret, place + at, size);
}

/* Returns 0 or -ENOMEM. */
static int describe(struct chip *chip, int place, const char *attribute,
		    enum wattest_source_kind kind, struct wattest_source_add *ret)
{
	char text[256];
	char name[sizeof(ret->attribute)];
	char *suffix;

	memset(ret, 0, sizeof(*ret));
	ret->kind = kind;
	ret->flags = place ? WATTEST_SOURCE_LEGACY : 0;
	ret->reading_uj = cpu_to_le64(WATTEST_READING_UNKNOWN);
	strscpy_pad(ret->attribute, attribute, sizeof(ret->attribute));
	if (chip->dev->parent)
		describe_place(chip->dev->parent, ret->parent, sizeof(ret->parent));
	if (read_text(chip, "name", text, sizeof(text)))
		return -ENOMEM;
	copy_text(ret->chip, text, sizeof(ret->chip));
	strscpy(name, attribute, sizeof(name));
	suffix = strrchr(name, '_');
	if (!suffix)
		return 0;
	strscpy(suffix, "_label", name + sizeof(name) - suffix);
	if (read_text(chip, name, text, sizeof(text)))
		return -ENOMEM;
	copy_text(ret->label, text, sizeof(ret->label));
	return 0;
}

/* It is sampled already, or it was counted as lost and there is still no room. */
static bool is_known(const struct chip *chip, const struct kernfs_node *node)
{
	guard(mutex)(&wattest_log_mutex);
	return wattest_source_has_node(node) ||
	       (chip->was_over && wattest_source_count(true) >= WATTEST_MAX_SOURCES);
}

static void lost_for_memory(void)
{
	guard(mutex)(&wattest_log_mutex);
	wattest_log_lost(WATTEST_RECORD_SOURCE_ADD, WATTEST_LOST_MEMORY, 1);
}

/* Returns whether the attribute is there. */
static bool look_for(struct chip *chip, int place, const char *name,
		     enum wattest_source_kind kind)
{
	struct wattest_attribute attribute = {
		.node = wattest_attribute_find(chip->dir[place], name),
	};
	struct wattest_source_add info;
	struct wattest_source *s;
	u64 reading;
	int error;

	if (!attribute.node)
		return false;
	if (is_known(chip, attribute.node)) {
		wattest_attribute_close(&attribute);
		return true;
	}
	attribute.file = wattest_attribute_open(chip->place[place], attribute.node, name);
	error = PTR_ERR_OR_ZERO(attribute.file);
	if (error) {
		attribute.file = NULL;
		pr_warn("%s of %s cannot be opened: %pe\n", name, dev_name(chip->dev),
			ERR_PTR(error));
	}
	/* By a name that is not its own it would be another source, for ever. */
	if (describe(chip, place, name, kind, &info)) {
		lost_for_memory();
		chip->left_out = true;
		wattest_attribute_close(&attribute);
		return true;
	}
	if (!error && kind == WATTEST_SOURCE_ENERGY &&
	    !wattest_attribute_number(&attribute, &reading))
		info.reading_uj = cpu_to_le64(reading);
	s = wattest_source_add(&info, &attribute, error);
	if (IS_ERR(s)) {
		if (PTR_ERR(s) == -E2BIG)
			chip->over = true;
		else
			chip->left_out = true;
		wattest_attribute_close(&attribute);
		return true;
	}
	list_add_tail(&s->of_chip, &chip->sources);
	return true;
}

/* Removes the sources whose attribute is gone, and opens those that could not be opened before. */
static void revisit(struct chip *chip)
{
	struct wattest_source *s, *next;
	struct kernfs_node *node;
	struct file *file;
	int place;

	list_for_each_entry_safe(s, next, &chip->sources, of_chip) {
		place = s->info.flags & WATTEST_SOURCE_LEGACY ? 1 : 0;
		node = wattest_attribute_find(chip->dir[place], s->info.attribute);
		if (node != s->attribute.node) {
			list_del(&s->of_chip);
			wattest_source_remove(s);
		} else if (!s->attribute.file) {
			file = wattest_attribute_open(chip->place[place], node, s->info.attribute);
			if (!IS_ERR(file))
				wattest_source_readable(s, file);
		}
		kernfs_put(node);
	}
}

/* Looks for the attributes with this number. Returns whether there is any. */
static bool look_for_number(struct chip *chip, int place, int number)
{
	bool any = false, power = false;
	char name[32];
	int i;

	for (i = 0; i < ARRAY_SIZE(patterns); i++) {
		if (patterns[i].kind == WATTEST_SOURCE_POWER && power)
			continue;
		snprintf(name, sizeof(name), patterns[i].format, number);
		if (!look_for(chip, place, name, patterns[i].kind))
			continue;
		any = true;
		power |= patterns[i].kind == WATTEST_SOURCE_POWER;
	}
	return any;
}

static bool is_room(void)
{
	guard(mutex)(&wattest_log_mutex);
	return wattest_log_has_room(sizeof(struct wattest_source_add));
}

/* Soon again for drivers that are still creating attributes, then seldom; or once there is room. */
static unsigned long next_scan(struct chip *chip)
{
	static const unsigned int delays[] = { 1, 10, 60 };

	if (chip->left_out)
		return HZ;
	chip->scans = min(chip->scans + 1, ARRAY_SIZE(delays));
	return delays[chip->scans - 1] * HZ;
}

static void scan(struct work_struct *work)
{
	struct chip *chip = container_of(to_delayed_work(work), struct chip, scanner);
	int place, number, last;

	revisit(chip);
	/* Each attempt without room would count as one more loss. */
	if (chip->left_out && !is_room())
		goto again;
	chip->left_out = false;
	for (place = 0; place < ARRAY_SIZE(chip->place) && chip->dir[place]; place++)
		for (number = 1, last = 0; number <= last + MAX_GAP; number++)
			if (look_for_number(chip, place, number))
				last = number;
	chip->was_over |= chip->over;
again:
	queue_delayed_work(queue, &chip->scanner, next_scan(chip));
}

static int add_dev(struct device *dev)
{
	struct chip *chip;

	if (dev == own_device)
		return 0;
	chip = kzalloc(sizeof(*chip), GFP_KERNEL);
	if (!chip) {
		/* Nobody knows how many sources it has: one at least, or we would not count it. */
		lost_for_memory();
		return -ENOMEM;
	}
	chip->dev = get_device(dev);
	chip->place[0] = &dev->kobj;
	chip->place[1] = dev->parent ? &dev->parent->kobj : NULL;
	chip->dir[0] = dev->kobj.sd;
	chip->dir[1] = dev->parent ? dev->parent->kobj.sd : NULL;
	kernfs_get(chip->dir[0]);
	kernfs_get(chip->dir[1]);
	INIT_LIST_HEAD(&chip->sources);
	INIT_DELAYED_WORK(&chip->scanner, scan);
	list_add_tail(&chip->node, &chips);
	/* From a kernel thread, whose root is the system's: the caller may live in a chroot. */
	queue_delayed_work(queue, &chip->scanner, 0);
	return 0;
}

static void remove_dev(struct device *dev)
{
	struct wattest_source *s, *next;
	struct chip *chip;

	list_for_each_entry(chip, &chips, node)
		if (chip->dev == dev)
			goto found;
	return;

found:
	cancel_delayed_work_sync(&chip->scanner);
	list_for_each_entry_safe(s, next, &chip->sources, of_chip) {
		list_del(&s->of_chip);
		wattest_source_remove(s);
	}
	list_del(&chip->node);
	kernfs_put(chip->dir[0]);
	kernfs_put(chip->dir[1]);
	put_device(chip->dev);
	kfree(chip);
}

int __init wattest_chip_init(struct device *own)
{
	int err;

	queue = alloc_workqueue("wattest_scan", WQ_UNBOUND | WQ_FREEZABLE, SCANS_AT_ONCE);
	if (!queue)
		return -ENOMEM;
	own_device = own;
	interface.class = own->class;
	interface.add_dev = add_dev;
	interface.remove_dev = remove_dev;
	err = class_interface_register(&interface);
	if (err) {
		destroy_workqueue(queue);
		return err;
	}
	flush_workqueue(queue);
	return 0;
}

void wattest_chip_exit(void)
{
	class_interface_unregister(&interface);
	destroy_workqueue(queue);
}
