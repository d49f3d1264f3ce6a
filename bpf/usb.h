/* SPDX-License-Identifier: GPL-2.0 */
/* What the USB probe calls in the kernel module: the account of a device's transfers. */
#ifndef BPF_USB_H
#define BPF_USB_H

/* flags of wattest_usb_transfer */
#define WATTEST_TRANSFER_IN 0x1 /* from the device */
#define WATTEST_TRANSFER_FAILED 0x2 /* ended with an error; being cancelled is none */

/*
 * Scalars only: the module looks the device up by its numbers, so a device that goes at the same moment leaves
 * nothing dangling. A device that the module does not track counts as a stray there.
 */
extern void wattest_usb_transfer(__u32 busnum, __u32 devnum, __u32 flags, __u32 bytes) __ksym;

#endif
