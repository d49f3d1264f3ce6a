/* SPDX-License-Identifier: GPL-2.0 */
#ifndef WATTEST_KFUNC_H
#define WATTEST_KFUNC_H

#include <linux/types.h>

#include <wattest/record.h>

/* Makes our functions callable from BPF programs. Returns 0 or a negative errno. */
int wattest_kfunc_init(void);

/* For BPF tracing programs; see device.h for the flags. Any context. */
void wattest_usb_transfer(u32 busnum, u32 devnum, u32 flags, u32 bytes);

/*
 * For BPF tracing programs: something that touches the integrity of the measurement. Of the event,
 * kind, pid, comm and detail are read. Any context.
 */
void wattest_event(const struct wattest_event *event);

#endif
