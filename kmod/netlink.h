/* SPDX-License-Identifier: GPL-2.0 */
#ifndef WATTEST_NETLINK_H
#define WATTEST_NETLINK_H

/*
 * Registers the family: from then on all that it shows is reachable. Returns 0 or a negative errno.
 */
int wattest_netlink_init(void);
/* Returns when no operation runs any more, and none can start. */
void wattest_netlink_exit(void);

#endif
