// SPDX-License-Identifier: GPL-2.0
/* The limit that a probe is measured against: a program that does nothing, at the same hook. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

SEC("fentry/__usb_hcd_giveback_urb")
int BPF_PROG(wattest_empty, struct urb *urb)
{
	return 0;
}
