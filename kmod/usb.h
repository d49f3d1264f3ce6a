/* SPDX-License-Identifier: GPL-2.0 */
#ifndef WATTEST_USB_H
#define WATTEST_USB_H

/* Follows USB devices, present and future ones. Those present are recorded when it returns 0. */
int wattest_usb_init(void);
void wattest_usb_exit(void);

/* Looks again for devices that found no room when they came, if there were any. */
void wattest_usb_retry(void);

#endif
