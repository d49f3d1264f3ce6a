// SPDX-License-Identifier: GPL-2.0
/*
 * Faults at a function of choice, in whatever task calls it, for tests. /proc/PID/fail-nth is for tasks that one knows
 * before; a worker is not.
 *
 * /sys/kernel/debug/nth/fail: "FUNCTION N" has the Nth allocation of the next call of FUNCTION fail. Read, it says
 * "waiting", "running", "failed", or "clean" when the call was over before there were so many.
 * /sys/kernel/debug/nth/return: "FUNCTION VALUE TIMES" has so many calls return VALUE without running. Read, it says how
 * many are left.
 * /sys/kernel/debug/nth/answer: the same, but they run.
 * A FUNCTION of a module is MODULE:FUNCTION. Writing anything takes back what was written there before.
 */
#include <linux/atomic.h>
#include <linux/debugfs.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/uaccess.h>

enum { IDLE, WAITING, RUNNING, FAILED, CLEAN };
static const char * const words[] = { "idle\n", "waiting\n", "running\n", "failed\n", "clean\n" };

static DEFINE_MUTEX(lock);
static struct dentry *dir;

/* --- the nth allocation --- */

static char fail_at[KSYM_NAME_LEN];
static unsigned int fail_nth;
static atomic_t fail_state;

static int enter(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	/* Not zero: no handler at its return. */
	if (!in_task() || atomic_cmpxchg(&fail_state, WAITING, RUNNING) != WAITING)
		return 1;
	current->fail_nth = fail_nth;
	return 0;
}

static int leave(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	atomic_set(&fail_state, current->fail_nth ? CLEAN : FAILED);
	current->fail_nth = 0;
	return 0;
}

static struct kretprobe fail_probe;
static bool fail_set;

static ssize_t fail_write(struct file *file, const char __user *from, size_t len, loff_t *pos)
{
	char buf[KSYM_NAME_LEN + 16] = "";
	int err;

	if (len >= sizeof(buf) || copy_from_user(buf, from, len))
		return -EINVAL;
	guard(mutex)(&lock);
	if (fail_set)
		unregister_kretprobe(&fail_probe);
	fail_set = false;
	atomic_set(&fail_state, IDLE);
	if (sscanf(buf, "%511s %u", fail_at, &fail_nth) != 2)
		return len;
	fail_probe = (struct kretprobe){
		.kp.symbol_name = fail_at,
		.entry_handler = enter,
		.handler = leave,
		.maxactive = 64,
	};
	atomic_set(&fail_state, WAITING);
	err = register_kretprobe(&fail_probe);
	fail_set = !err;
	return err ?: len;
}

static ssize_t fail_read(struct file *file, char __user *to, size_t len, loff_t *pos)
{
	const char *word = words[atomic_read(&fail_state)];

	return simple_read_from_buffer(to, len, pos, word, strlen(word));
}

static const struct file_operations fail_ops = {
	.owner = THIS_MODULE,
	.read = fail_read,
	.write = fail_write,
};

/* --- another value returned --- */

static char return_at[KSYM_NAME_LEN];
static long return_value;
static atomic_t return_times;
static bool return_set, return_runs;

/* A return and nothing else: where a call goes that is not to be made. */
void nth_just_return(void);
asm(".text\n"
    ".type nth_just_return, @function\n"
    ".globl nth_just_return\n"
    "nth_just_return:\n"
    ASM_RET
    ".size nth_just_return, .-nth_just_return\n");

static int instead(struct kprobe *p, struct pt_regs *regs)
{
	if (atomic_dec_if_positive(&return_times) < 0)
		return 0;
	regs->ax = return_value;
	regs->ip = (unsigned long)nth_just_return;
	return 1;
}

static int afterwards(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	if (atomic_dec_if_positive(&return_times) >= 0)
		regs->ax = return_value;
	return 0;
}

static struct kprobe return_probe;
static struct kretprobe answer_probe;

static void forget_return(void)
{
	if (return_set && return_runs)
		unregister_kretprobe(&answer_probe);
	else if (return_set)
		unregister_kprobe(&return_probe);
	return_set = false;
	atomic_set(&return_times, 0);
}

static ssize_t set_return(const char __user *from, size_t len, bool runs)
{
	char buf[KSYM_NAME_LEN + 32] = "";
	int times, err;

	if (len >= sizeof(buf) || copy_from_user(buf, from, len))
		return -EINVAL;
	guard(mutex)(&lock);
	forget_return();
	if (sscanf(buf, "%511s %li %d", return_at, &return_value, &times) != 3)
		return len;
	return_runs = runs;
	return_probe = (struct kprobe){
		.symbol_name = return_at,
		.pre_handler = instead,
	};
	answer_probe = (struct kretprobe){
		.kp.symbol_name = return_at,
		.handler = afterwards,
		.maxactive = 64,
	};
	err = runs ? register_kretprobe(&answer_probe) : register_kprobe(&return_probe);
	return_set = !err;
	if (!err)
		atomic_set(&return_times, times);
	return err ?: len;
}

static ssize_t return_write(struct file *file, const char __user *from, size_t len, loff_t *pos)
{
	return set_return(from, len, false);
}

static ssize_t answer_write(struct file *file, const char __user *from, size_t len, loff_t *pos)
{
	return set_return(from, len, true);
}

static ssize_t return_read(struct file *file, char __user *to, size_t len, loff_t *pos)
{
	char buf[16];
	int n = scnprintf(buf, sizeof(buf), "%d\n", atomic_read(&return_times));

	return simple_read_from_buffer(to, len, pos, buf, n);
}

static const struct file_operations return_ops = {
	.owner = THIS_MODULE,
	.read = return_read,
	.write = return_write,
};

static const struct file_operations answer_ops = {
	.owner = THIS_MODULE,
	.read = return_read,
	.write = answer_write,
};

static void __exit nth_exit(void)
{
	debugfs_remove(dir);
	if (fail_set)
		unregister_kretprobe(&fail_probe);
	forget_return();
}

static int __init nth_init(void)
{
	dir = debugfs_create_dir("nth", NULL);
	debugfs_create_file("fail", 0600, dir, NULL, &fail_ops);
	debugfs_create_file("return", 0600, dir, NULL, &return_ops);
	debugfs_create_file("answer", 0600, dir, NULL, &answer_ops);
	return 0;
}

module_init(nth_init);
module_exit(nth_exit);
MODULE_DESCRIPTION("Faults at a function of choice, for tests");
MODULE_LICENSE("GPL");
