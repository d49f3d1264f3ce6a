/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * Only for user space that has no Linux headers (an inspector's laptop): the types that record.h uses.
 */
#ifndef WATTEST_TYPES_H
#define WATTEST_TYPES_H

#ifdef __linux__
#include <linux/types.h>
#else
#include <stdint.h>
typedef uint8_t __u8;
typedef uint16_t __le16;
typedef uint32_t __le32;
typedef uint64_t __le64;
#endif

#endif
