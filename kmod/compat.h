/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What differs between the kernels that we support, 6.12 and later. Nothing else in the project
 * asks for a version.
 */
#ifndef WATTEST_COMPAT_H
#define WATTEST_COMPAT_H

#include <linux/version.h>

#ifndef CONFIG_64BIT
#error "wattest needs a 64-bit kernel: hwmon's values are longs, and energy does not fit in 32 bits"
#endif

/* 6.13 made the argument a string (cdd30ebb1b9f). */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 13, 0)
#define WATTEST_IMPORT_NS(ns) MODULE_IMPORT_NS(ns)
#else
#define WATTEST_IMPORT_NS(ns) MODULE_IMPORT_NS(#ns)
#endif

/* 6.17 gave the library's SHA-256 a context of its own. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 17, 0)
#define sha256_ctx sha256_state
#endif

#endif
