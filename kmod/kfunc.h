/* SPDX-License-Identifier: GPL-2.0 */
#ifndef WATTEST_KFUNC_H
#define WATTEST_KFUNC_H

#include <linux/types.h>

/* Makes our functions callable from BPF programs. Returns 0 or a negative errno. */
int wattest_kfunc_init(void);

/* For BPF tracing programs; see device.h for the flags. Any context. */
void wattest_usb_transfer(u32 busnum, u32 devnum, u32 flags, u32 bytes);

#endif
