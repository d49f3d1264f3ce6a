// SPDX-License-Identifier: GPL-2.0
/* One fault of each kind that the debug kernel is there for: does it see them, and do the tests see that it does? */
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/preempt.h>
#include <linux/slab.h>
#include <linux/string.h>

static char *what = "";
module_param(what, charp, 0444);
MODULE_PARM_DESC(what, "locks, sleep, shift, free or leak");

static DEFINE_MUTEX(first);
static DEFINE_MUTEX(second);
static volatile int bits = 33;

static void lock_both(struct mutex *a, struct mutex *b)
{
	mutex_lock(a);
	mutex_lock(b);
	mutex_unlock(b);
	mutex_unlock(a);
}

static noinline void use_after_free(void)
{
	volatile char *p = kmalloc(100, GFP_KERNEL);

	kfree((void *)p);
	p[10] = 1;
}

static int __init planted_init(void)
{
	if (!strcmp(what, "locks")) {
		lock_both(&first, &second);
		lock_both(&second, &first);
	} else if (!strcmp(what, "sleep")) {
		preempt_disable();
		might_sleep();
		preempt_enable();
	} else if (!strcmp(what, "shift")) {
		bits = 1 << bits;
	} else if (!strcmp(what, "free")) {
		use_after_free();
	} else if (!strcmp(what, "leak")) {
		OPTIMIZER_HIDE_VAR(what);
		memset(kmalloc(1000, GFP_KERNEL), 1, 1000);
	} else {
		return -EINVAL;
	}
	return 0;
}

static void __exit planted_exit(void)
{
}

module_init(planted_init);
module_exit(planted_exit);
MODULE_DESCRIPTION("Faults that must be found, for tests");
MODULE_LICENSE("GPL");
