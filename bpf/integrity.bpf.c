// SPDX-License-Identifier: GPL-2.0
/*
 * Sees what touches the integrity of the measurement, and tells the module (EVENT in wattest/record.h). Nothing is
 * denied and nothing judged; what the agent does itself is passed over. The words of each event are in
 * docs/evidence.md, and the verifier reads them.
 *
 * Each target is called seldom: none is in the path of an ordinary file's open, and none with a writable map, which
 * root could change. Where a target itself refuses what was asked for, fexit looks at what became of it. A kernel
 * that lacks one of them goes without that program only (agent/daemon/probes_integrity.c).
 */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <wattest/record.h>
#include "bpf/integrity.h"

#define JMP_CALL 0x85

char LICENSE[] SEC("license") = "GPL";

/* --- our own probes ---------------------------------------------------------------------------------------- */

static __always_inline bool is_our_name(const char *name)
{
	return !bpf_strncmp(name, 8, "wattest_");
}

static __always_inline bool is_ours(const struct bpf_link *link, char name[16])
{
	const struct bpf_prog_aux *aux = BPF_CORE_READ(link, prog, aux);

	return bpf_probe_read_kernel_str(name, 16, aux->name) > 0 && is_our_name(name);
}

SEC("fentry/security_bpf")
int BPF_PROG(wattest_detach, int cmd, union bpf_attr *attr)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct fdtable *table;
	struct wattest_event e;
	struct file *file;
	char name[16] = {};
	__u32 fd;

	if (cmd == BPF_LINK_DETACH)
		fd = attr->link_detach.link_fd;
	else if (cmd == BPF_LINK_UPDATE)
		fd = attr->link_update.link_fd;
	else
		return 0;
	table = BPF_CORE_READ(task, files, fdt);
	if (fd >= BPF_CORE_READ(table, max_fds) ||
	    bpf_probe_read_kernel(&file, sizeof(file), BPF_CORE_READ(table, fd) + fd) < 0 ||
	    !is_ours(BPF_CORE_READ(file, private_data), name) ||
	    !begin(&e, WATTEST_EVENT_DETACH))
		return 0;
	PRINT(&e, "link of %s", name);
	wattest_event(&e);
	return 0;
}

/* fentry itself hangs on ftrace: switched off, no probe sees anything until it is switched on again. */
SEC("fentry/proc_dointvec")
int BPF_PROG(wattest_ftrace, const struct ctl_table *table, int write, const char *buffer)
{
	struct wattest_event e;
	char text[16] = {};

	if (!write || bpf_probe_read_kernel_str(text, sizeof(text), table->procname) < 0 ||
	    bpf_strncmp(text, sizeof(text), "ftrace_enabled"))
		return 0;
	bpf_probe_read_kernel(text, 1, buffer);
	if (text[0] == '1' || !begin(&e, WATTEST_EVENT_DETACH))
		return 0;
	SAY(&e, "ftrace_enabled");
	wattest_event(&e);
	return 0;
}

/* --- BPF programs of others -------------------------------------------------------------------------------- */

/* Types that are there to look into the kernel; each can read any of its memory. */
static __always_inline const char *looks_into_kernel(__u32 type)
{
	switch (type) {
	case BPF_PROG_TYPE_KPROBE:
		return "kprobe";
	case BPF_PROG_TYPE_TRACEPOINT:
		return "tracepoint";
	case BPF_PROG_TYPE_PERF_EVENT:
		return "perf_event";
	case BPF_PROG_TYPE_RAW_TRACEPOINT:
	case BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE:
		return "raw_tracepoint";
	case BPF_PROG_TYPE_TRACING:
		return "tracing";
	}
	return NULL;
}

/* After verification, when its target is known and before its file descriptor is handed out. */
SEC("fentry/perf_event_bpf_event")
int BPF_PROG(wattest_bpf, struct bpf_prog *prog, enum perf_bpf_event_type type)
{
	const char *what, *target;
	struct wattest_event e;

	if (type != PERF_BPF_EVENT_PROG_LOAD)
		return 0;
	what = looks_into_kernel(prog->type);
	if (!what || !begin(&e, WATTEST_EVENT_BPF))
		return 0;
	target = prog->aux->attach_func_name;
	if (target)
		PRINT(&e, "%s %s on %s", what, prog->aux->name, target);
	else
		PRINT(&e, "%s %s", what, prog->aux->name);
	wattest_event(&e);
	return 0;
}

struct scan {
	const struct bpf_insn *insns;
	__u32 len;
	bool reads;
};

static long scan_one(__u32 i, struct scan *scan)
{
	struct bpf_insn insn;

	if (i >= scan->len || bpf_probe_read_kernel(&insn, sizeof(insn), scan->insns + i) < 0)
		return 1;
	if (insn.code != JMP_CALL || insn.src_reg)
		return 0;
	switch (insn.imm) {
	case BPF_FUNC_probe_read:
	case BPF_FUNC_probe_read_str:
	case BPF_FUNC_probe_read_user:
	case BPF_FUNC_probe_read_kernel:
	case BPF_FUNC_probe_read_user_str:
	case BPF_FUNC_probe_read_kernel_str:
	case BPF_FUNC_copy_from_user_task:
		scan->reads = true;
		return 1;
	}
	return 0;
}

/* Any other type may call the helpers that read memory, if its loader may: seen as it was handed in. */
SEC("fentry/security_bpf_prog_load")
int BPF_PROG(wattest_helper, struct bpf_prog *prog)
{
	struct scan scan = { .insns = prog->insnsi, .len = prog->len };
	struct wattest_event e;

	if (looks_into_kernel(prog->type))
		return 0;
	bpf_loop(prog->len, scan_one, &scan, 0);
	if (!scan.reads || !begin(&e, WATTEST_EVENT_BPF))
		return 0;
	PRINT(&e, "type %d %s", prog->type, prog->aux->name);
	wattest_event(&e);
	return 0;
}

/*
 * Read once by the loader, with the other programs attached: programs that were there before, and a tracer of the
 * agent. They are of nobody who could be named now.
 */
SEC("iter/bpf_prog")
int wattest_before(struct bpf_iter__bpf_prog *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct bpf_prog *prog = ctx->prog;
	struct wattest_event e = {};
	char name[16] = {};
	const char *what;

	if (!prog) {
		if (!task->ptrace)
			return 0;
		e.kind = WATTEST_EVENT_PTRACE;
		SAY(&e, "before it was watched");
		wattest_event(&e);
		return 0;
	}
	bpf_probe_read_kernel_str(name, sizeof(name), prog->aux->name);
	what = looks_into_kernel(prog->type);
	if (!what || prog->aux->id == agent_program ||
	    (prog->aux->load_time >= since_ns && is_our_name(name)))
		return 0;
	e.kind = WATTEST_EVENT_BPF;
	PRINT(&e, "at %llu ms: %s %s", prog->aux->load_time / 1000000, what, name);
	wattest_event(&e);
	return 0;
}

/* --- the agent's memory ------------------------------------------------------------------------------------ */

/* ptrace, process_vm_readv and _writev, pidfd_getfd. */
SEC("fentry/security_ptrace_access_check")
int BPF_PROG(wattest_ptrace, struct task_struct *child, unsigned int mode)
{
	struct wattest_event e;

	if (child->tgid != agent_tgid || !(mode & PTRACE_MODE_ATTACH) ||
	    !(mode & PTRACE_MODE_REALCREDS) || !begin(&e, WATTEST_EVENT_PTRACE))
		return 0;
	SAY(&e, "by system call");
	wattest_event(&e);
	return 0;
}

/* /proc/PID/mem. What else /proc tells about a process is no secret of it, and tools for support read it. */
SEC("fexit/mm_access")
int BPF_PROG(wattest_memory, struct task_struct *task, unsigned int mode, struct mm_struct *ret)
{
	struct wattest_event e;

	if (task->tgid != agent_tgid || !(mode & PTRACE_MODE_ATTACH) ||
	    !(mode & PTRACE_MODE_FSCREDS) || !ret || (unsigned long)ret >= (unsigned long)-4095 ||
	    !begin(&e, WATTEST_EVENT_PTRACE))
		return 0;
	SAY(&e, "through /proc");
	wattest_event(&e);
	return 0;
}

/* --- devices beneath the drivers --------------------------------------------------------------------------- */

static __always_inline bool name_device(struct wattest_event *e, __u32 dev)
{
	__u32 major = MAJOR(dev), minor = MINOR(dev);

	if (major == MEM_MAJOR && minor == MEM_MINOR)
		SAY(e, "/dev/mem");
	else if (major == MEM_MAJOR && minor == PORT_MINOR)
		SAY(e, "/dev/port");
	else if (major == I2C_MAJOR)
		PRINT(e, "/dev/i2c-%u", minor);
	else if (major == MISC_MAJOR && minor == TPM_MINOR)
		SAY(e, "/dev/tpm0");
	else if (tpm_major && major == tpm_major && minor < TPM_DEVICES)
		PRINT(e, "/dev/tpm%u", minor);
	else if (tpm_major && major == tpm_major)
		PRINT(e, "/dev/tpmrm%u", minor - TPM_DEVICES);
	else
		return false;
	return true;
}

SEC("fexit/chrdev_open")
int BPF_PROG(wattest_raw, struct inode *inode, struct file *file, int ret)
{
	__u32 dev = inode->i_rdev, major = MAJOR(dev);
	struct wattest_event e;

	if ((major != MEM_MAJOR && major != I2C_MAJOR && major != MISC_MAJOR &&
	     (!tpm_major || major != tpm_major)) ||
	    ret || !begin(&e, WATTEST_EVENT_RAW) || !name_device(&e, dev))
		return 0;
	wattest_event(&e);
	return 0;
}

SEC("fexit/open_kcore")
int BPF_PROG(wattest_kcore, struct inode *inode, struct file *file, int ret)
{
	struct wattest_event e;

	if (ret || !begin(&e, WATTEST_EVENT_RAW))
		return 0;
	SAY(&e, "/proc/kcore");
	wattest_event(&e);
	return 0;
}

/* --- sensors and their drivers ----------------------------------------------------------------------------- */

static __always_inline bool digit(char c)
{
	return c >= '0' && c <= '9';
}

static __always_inline bool is_hwmon(const struct device *dev)
{
	char class[8] = {};

	bpf_probe_read_kernel_str(class, sizeof(class), BPF_CORE_READ(dev, class, name));
	return !bpf_strncmp(class, 6, "hwmon");
}

/* Legacy drivers have their attributes on the parent device, where others have other ones. */
static __always_inline bool is_reading(const char *name)
{
	return (!bpf_strncmp(name, 5, "power") && digit(name[5])) ||
	       (!bpf_strncmp(name, 6, "energy") && digit(name[6]));
}

SEC("fentry/dev_attr_store")
int BPF_PROG(wattest_sensor, struct kobject *kobj, struct attribute *attr)
{
	struct device *dev = container_of(kobj, struct device, kobj);
	struct wattest_event e;
	char name[40] = {};
	bool hwmon;

	if (bpf_probe_read_kernel_str(name, sizeof(name), attr->name) < 0)
		return 0;
	hwmon = is_hwmon(dev);
	if ((!hwmon && !is_reading(name)) || !begin(&e, WATTEST_EVENT_SENSOR))
		return 0;
	PRINT(&e, "%s %s", /* hwmonN is no stable name, its parent's is */
	      hwmon ? BPF_CORE_READ(dev, parent, kobj.name) : BPF_CORE_READ(dev, kobj.name), name);
	wattest_event(&e);
	return 0;
}

SEC("fentry/device_driver_detach")
int BPF_PROG(wattest_unbind, struct device *dev)
{
	struct wattest_event e;

	if (!begin(&e, WATTEST_EVENT_UNBIND))
		return 0;
	PRINT(&e, "%s from %s", BPF_CORE_READ(dev, kobj.name), BPF_CORE_READ(dev, driver, name));
	wattest_event(&e);
	return 0;
}

/* --- the kernel and its clock ------------------------------------------------------------------------------ */

/* The last that both system calls do with an image before they put it in place: whoever may refuse it has been asked. */
SEC("fentry/kimage_terminate")
int BPF_PROG(wattest_kexec, struct kimage *image)
{
	struct wattest_event e;

	if (!begin(&e, WATTEST_EVENT_KEXEC))
		return 0;
	/* NOLINTNEXTLINE(clang-analyzer-core.uninitialized.Assign): libbpf's macro knows fields of 1 to 8 bytes */
	if (BPF_CORE_READ_BITFIELD(image, type) == KEXEC_TYPE_CRASH)
		SAY(&e, "for a crash");
	else
		SAY(&e, "to be booted");
	wattest_event(&e);
	return 0;
}

SEC("fexit/security_settime64")
int BPF_PROG(wattest_settime, const struct timespec64 *ts, const struct timezone *tz, int ret)
{
	struct wattest_event e;

	if (!ts || ret || !begin(&e, WATTEST_EVENT_CLOCK))
		return 0;
	SAY(&e, "set");
	wattest_event(&e);
	return 0;
}

/* Small corrections, as time services make all the time, are bounded by the kernel to 1 in 2,000: no event. */
SEC("fexit/do_adjtimex")
int BPF_PROG(wattest_adjtimex, struct __kernel_timex *txc, int ret)
{
	unsigned int modes = txc->modes;
	struct wattest_event e;

	if (ret < 0)
		return 0;
	if (modes & ADJ_SETOFFSET) {
		if (!begin(&e, WATTEST_EVENT_CLOCK))
			return 0;
		SAY(&e, "set");
		wattest_event(&e);
	}
	if ((modes & ADJ_TICK) && txc->tick != TICK_US) {
		if (!begin(&e, WATTEST_EVENT_CLOCK))
			return 0;
		PRINT(&e, "tick %lld", txc->tick);
		wattest_event(&e);
	}
	return 0;
}

SEC("fentry/do_init_module")
int BPF_PROG(wattest_module, struct module *mod)
{
	unsigned long taints = mod->taints & TAINTS;
	struct wattest_event e;

	if (!begin(&e, WATTEST_EVENT_MODULE))
		return 0;
	if (taints)
		PRINT(&e, "%s taints %lx", mod->name, taints);
	else
		PRINT(&e, "%s", mod->name);
	wattest_event(&e);
	return 0;
}
