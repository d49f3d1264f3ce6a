// SPDX-License-Identifier: GPL-2.0
/*
 * Functions that BPF programs call. Scalars only: a program can hand in nothing that might dangle,
 * and nothing that is made up does more than count wrongly.
 */
#include <linux/bpf.h>
#include <linux/btf.h>
#include <linux/btf_ids.h>
#include <linux/module.h>

#include "device.h"
#include "kfunc.h"

__bpf_kfunc_start_defs();

__bpf_kfunc void wattest_usb_transfer(u32 busnum, u32 devnum, u32 flags, u32 bytes)
{
	wattest_device_transfer(busnum, devnum, flags, bytes);
}

__bpf_kfunc_end_defs();

BTF_KFUNCS_START(wattest_kfuncs)
BTF_ID_FLAGS(func, wattest_usb_transfer)
BTF_KFUNCS_END(wattest_kfuncs)

static const struct btf_kfunc_id_set wattest_kfunc_set = {
	.owner = THIS_MODULE,
	.set = &wattest_kfuncs,
};

int __init wattest_kfunc_init(void)
{
	return register_btf_kfunc_id_set(BPF_PROG_TYPE_TRACING, &wattest_kfunc_set);
}
