// SPDX-License-Identifier: GPL-2.0
/*
 * Functions that BPF programs call. A program can hand in nothing that might dangle: numbers, or
 * memory that BPF's verifier has checked and that is copied at once. What is made up counts
 * wrongly, and does nothing more.
 */
#include <linux/bpf.h>
#include <linux/btf.h>
#include <linux/btf_ids.h>
#include <linux/module.h>

#include "device.h"
#include "event.h"
#include "kfunc.h"

__bpf_kfunc_start_defs();

__bpf_kfunc void wattest_usb_transfer(u32 busnum, u32 devnum, u32 flags, u32 bytes)
{
	wattest_device_transfer(busnum, devnum, flags, bytes);
}

__bpf_kfunc void wattest_event(const struct wattest_event *event)
{
	wattest_event_note(event);
}

__bpf_kfunc_end_defs();

BTF_KFUNCS_START(wattest_kfuncs)
BTF_ID_FLAGS(func, wattest_usb_transfer)
BTF_ID_FLAGS(func, wattest_event)
BTF_KFUNCS_END(wattest_kfuncs)

static const struct btf_kfunc_id_set wattest_kfunc_set = {
	.owner = THIS_MODULE,
	.set = &wattest_kfuncs,
};

int __init wattest_kfunc_init(void)
{
	return register_btf_kfunc_id_set(BPF_PROG_TYPE_TRACING, &wattest_kfunc_set);
}
