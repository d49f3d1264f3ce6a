// SPDX-License-Identifier: GPL-2.0
/* See attribute.h. */
#include <linux/cleanup.h>
#include <linux/fcntl.h>
#include <linux/file.h>
#include <linux/kstrtox.h>
#include <linux/magic.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "attribute.h"

struct kernfs_node *wattest_attribute_find(struct kernfs_node *dir, const char *name)
{
	return kernfs_find_and_get(dir, name);
}

struct file *wattest_attribute_open(struct kobject *kobj, const struct kernfs_node *node,
				    const char *name)
{
	char *dir __free(kfree) = kobject_get_path(kobj, GFP_KERNEL);
	char *path __free(kfree) = dir ? kasprintf(GFP_KERNEL, "/sys%s/%s", dir, name) : NULL;
	struct inode *inode;
	struct file *file;

	if (!path)
		return ERR_PTR(-ENOMEM);
	/* O_NONBLOCK: what lies there may be anybody's FIFO. */
	file = filp_open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0);
	if (IS_ERR(file))
		return file;
	inode = file_inode(file);
	if (inode->i_sb->s_magic != SYSFS_MAGIC || inode->i_private != node) {
		fput(file);
		return ERR_PTR(-EXDEV);
	}
	return file;
}

void wattest_attribute_close(struct wattest_attribute *attribute)
{
	if (attribute->file)
		fput(attribute->file);
	kernfs_put(attribute->node);
	*attribute = (struct wattest_attribute){};
}

int wattest_attribute_text(struct wattest_attribute *attribute, char *buf, size_t size)
{
	loff_t pos = 0;
	ssize_t n;

	if (!attribute->file)
		return -EBADF;
	n = kernel_read(attribute->file, buf, size - 1, &pos);
	if (n < 0)
		return n;
	buf[n] = '\0';
	memmove(buf, skip_spaces(buf), strlen(skip_spaces(buf)) + 1);
	strim(buf);
	return 0;
}

int wattest_attribute_number(struct wattest_attribute *attribute, u64 *ret_value)
{
	char buf[32];
	int err;

	err = wattest_attribute_text(attribute, buf, sizeof(buf));
	if (err)
		return err;
	if (buf[0] == '-')
		return -ERANGE;
	return kstrtou64(buf, 10, ret_value);
}
