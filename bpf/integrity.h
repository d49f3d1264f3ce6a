/* SPDX-License-Identifier: GPL-2.0 */
/* What the integrity probes call in the kernel module, what their loader tells them, and how an event begins. */
#ifndef BPF_INTEGRITY_H
#define BPF_INTEGRITY_H

/*
 * The module tells like events apart, counts them and limits their rate. Any context. Of the event, kind, pid, comm
 * and detail are read.
 */
extern void wattest_event(const struct wattest_event *event) __ksym;

/* The kernel's macros, which vmlinux.h has not. */
#define MAJOR(dev) ((dev) >> 20)
#define MINOR(dev) ((dev) & 0xfffff)
#define MEM_MAJOR 1
#define MEM_MINOR 1
#define PORT_MINOR 4
#define MISC_MAJOR 10
#define TPM_MINOR 224
#define TPM_DEVICES 65536 /* /dev/tpmrmN follow /dev/tpmN at this distance */
#define I2C_MAJOR 89

#define KEXEC_TYPE_CRASH 1

#define PTRACE_MODE_ATTACH 0x02
#define PTRACE_MODE_FSCREDS 0x08
#define PTRACE_MODE_REALCREDS 0x10

#define ADJ_TICK 0x4000
#define ADJ_SETOFFSET 0x0100
#define TICK_US 10000 /* as the kernel starts with */

/* proprietary, forced, staging, out of tree, unsigned, live patch */
#define TAINTS (1 << 0 | 1 << 1 | 1 << 10 | 1 << 12 | 1 << 13 | 1 << 15)

/* Set by the loader before it loads; the kernel has both read-only then. */
const volatile __u32 agent_tgid;
const volatile __u32 tpm_major; /* 0: there is none */
const volatile __u32 agent_program; /* id of one that the agent has loaded before; 0: none */
const volatile __u64 since_ns; /* CLOCK_BOOTTIME */

/* False for the agent itself. */
static __always_inline bool begin(struct wattest_event *e, __u16 kind)
{
	__u32 tgid = bpf_get_current_pid_tgid() >> 32;

	if (tgid == agent_tgid)
		return false;
	__builtin_memset(e, 0, sizeof(*e));
	e->kind = kind;
	e->pid = tgid;
	bpf_get_current_comm(e->comm, sizeof(e->comm));
	return true;
}

#define SAY(e, words) __builtin_memcpy((e)->detail, words, sizeof(words))
#define PRINT(e, ...) BPF_SNPRINTF((e)->detail, sizeof((e)->detail), __VA_ARGS__)

#endif
