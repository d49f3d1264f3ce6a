/* SPDX-License-Identifier: GPL-2.0 */
#ifndef WATTEST_HOST_H
#define WATTEST_HOST_H

#include <linux/types.h>

#include <wattest/record.h>

/* Fills a LOAD payload: a new epoch id, this host's state of integrity, and the parameters. */
void wattest_host_describe(struct wattest_load *ret_load);
/* Has the host's IMA measure how a log begins, where its policy says so. */
void wattest_host_measure(const u8 *load_digest, const u8 *anchor_digest);

#endif
