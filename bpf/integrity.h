/* SPDX-License-Identifier: GPL-2.0 */
/* What the integrity probes call in the kernel module, what their loader tells them, and how an event begins. */
#ifndef BPF_INTEGRITY_H
#define BPF_INTEGRITY_H

/*
 * The module tells like events apart, counts them and limits their rate. Any context. Of the event, kind, pid, comm
 * and detail are read.
 */
extern void wattest_event(const struct wattest_event *event) __ksym;

/* Set by the loader before it loads; the kernel has both read-only then. */
const volatile __u32 agent_tgid;
const volatile __u32 tpm_major; /* 0: there is none */
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
