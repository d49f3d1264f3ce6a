/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	docs/netlink/wattest.yaml */
/* YNL-GEN kernel header */

#ifndef _LINUX_WATTEST_GEN_H
#define _LINUX_WATTEST_GEN_H

#include <net/netlink.h>
#include <net/genetlink.h>

#include <uapi/linux/wattest.h>

int wattest_nl_record_get_start(struct netlink_callback *cb);

int wattest_nl_status_get_doit(struct sk_buff *skb, struct genl_info *info);
int wattest_nl_source_get_dumpit(struct sk_buff *skb,
				 struct netlink_callback *cb);
int wattest_nl_device_get_dumpit(struct sk_buff *skb,
				 struct netlink_callback *cb);
int wattest_nl_record_get_dumpit(struct sk_buff *skb,
				 struct netlink_callback *cb);
int wattest_nl_ack_doit(struct sk_buff *skb, struct genl_info *info);
int wattest_nl_close_doit(struct sk_buff *skb, struct genl_info *info);
int wattest_nl_probe_add_doit(struct sk_buff *skb, struct genl_info *info);
int wattest_nl_source_set_doit(struct sk_buff *skb, struct genl_info *info);

enum {
	WATTEST_NLGRP_RECORDS,
};

extern struct genl_family wattest_nl_family;

#endif /* _LINUX_WATTEST_GEN_H */
