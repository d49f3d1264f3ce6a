/* SPDX-License-Identifier: Apache-2.0 */
/* Finding and opening the serial line of a USB device by the device's serial number. */
#ifndef SIM_TTY_H
#define SIM_TTY_H

#include <stddef.h>

/* 115200 8N1, raw. The descriptor (non-blocking) and the tty's name, or -ENODEV while no such device is plugged. */
int tty_open_by_serial(const char *serial, char *ret_name, size_t cap);

#endif
