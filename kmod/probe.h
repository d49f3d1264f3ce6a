/* SPDX-License-Identifier: GPL-2.0 */
/*
 * BPF programs that were announced to us. Each announced link is held until the announcing socket
 * is closed: so a probe that the log calls attached is attached, whatever else its loader does.
 */
#ifndef WATTEST_PROBE_H
#define WATTEST_PROBE_H

#include <linux/types.h>

struct net;

int wattest_probe_init(void);
void wattest_probe_exit(void);

/*
 * Records the program of the calling process's BPF link fd, for the netlink socket portid in net.
 * Returns 0 and its id, -EBADF or -EINVAL when the fd is no such link, -EEXIST when it was
 * announced, -ENOSPC, -ENOMEM.
 */
int wattest_probe_add(u32 link_fd, const struct net *net, u32 portid, u32 *ret_prog_id);

/* All below are called with wattest_log_mutex held. */

/* Records probes whose link has lost its program, though we hold the link. */
void wattest_probe_check(void);

u32 wattest_probe_count(void);

/* A usb probe has been attached since then without a break. */
bool wattest_probe_observed_since(u64 boottime_ns);

#endif
