/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reading another driver's sysfs attribute, so that neither its removal nor a mount over its path
 * can hurt or fool us. The file is opened once: kernfs then guards against removal (a read gives
 * -ENODEV), and the inode must be that of the kernfs node which belongs to the device, so a file
 * that root has bound over the path is refused.
 */
#ifndef WATTEST_ATTRIBUTE_H
#define WATTEST_ATTRIBUTE_H

#include <linux/fs.h>
#include <linux/kernfs.h>
#include <linux/kobject.h>

struct wattest_attribute {
	struct kernfs_node *node;	/* referenced */
	struct file *file;		/* NULL: not open */
};

/*
 * Finds the attribute `name` in dir, the kernfs node of its kobject: whatever is mounted over its
 * path. Returns its node, referenced, or NULL.
 */
struct kernfs_node *wattest_attribute_find(struct kernfs_node *dir, const char *name);

/*
 * Opens the file of a node that was found in kobj's directory. Returns it or ERR_PTR; -EXDEV when
 * another file lies over it. From a kernel thread only: a path is looked up in the caller's root.
 */
struct file *wattest_attribute_open(struct kobject *kobj, const struct kernfs_node *node,
				    const char *name);

void wattest_attribute_close(struct wattest_attribute *attribute);

/* Reads it into buf, as a string without white space at its ends. Returns 0 or a negative errno. */
int wattest_attribute_text(struct wattest_attribute *attribute, char *buf, size_t size);

/*
 * Reads a number. Returns 0, -ERANGE for a negative or an overlong one, or another negative errno.
 */
int wattest_attribute_number(struct wattest_attribute *attribute, u64 *ret_value);

#endif
