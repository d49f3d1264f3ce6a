// SPDX-License-Identifier: GPL-2.0
/*
 * BPF programs that call the module's functions with whatever they are told, and programs that are there to be
 * announced. What they are told lies in memory that the fuzzer has mapped and may change at any time.
 */
#include <linux/bpf.h>
#include <linux/types.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include <wattest/record.h>

#include "calls.h"

extern void wattest_usb_transfer(__u32 busnum, __u32 devnum, __u32 flags, __u32 bytes) __ksym;
extern void wattest_event(const struct wattest_event *event) __ksym;

char LICENSE[] SEC("license") = "GPL";

struct calls_told told = {};

/* Run by BPF_PROG_TEST_RUN, in the fuzzer's own thread. */
SEC("fentry/bpf_fentry_test1")
int BPF_PROG(call)
{
	if (told.calls & CALLS_TRANSFER)
		wattest_usb_transfer(told.busnum, told.devnum, told.flags, told.bytes);
	if (told.calls & CALLS_EVENT)
		wattest_event(&told.event);
	return 0;
}

/* Called by the module, too, while it takes note of an event: an event within an event. */
SEC("fentry/_raw_spin_lock")
int BPF_PROG(call_within)
{
	if (told.calls & CALLS_WITHIN)
		wattest_event(&told.within);
	return 0;
}

/* In a hard interrupt. */
SEC("fentry/queue_work_on")
int BPF_PROG(call_in_interrupt)
{
	if (told.calls & CALLS_INTERRUPT)
		wattest_usb_transfer(told.bytes, told.flags, told.devnum, told.busnum);
	return 0;
}

/* To be announced. */

SEC("fentry/bpf_fentry_test2")
int BPF_PROG(traced)
{
	return 0;
}

SEC("raw_tp/task_newtask")
int raw_tracepoint(void *ctx)
{
	return 0;
}

SEC("cgroup_skb/egress")
int filter(struct __sk_buff *skb)
{
	return 1;
}

SEC("cgroup_skb/egress")
int filter_instead(struct __sk_buff *skb)
{
	return skb->len < 1 << 20;
}
