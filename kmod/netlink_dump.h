/* SPDX-License-Identifier: GPL-2.0 */
#ifndef WATTEST_NETLINK_DUMP_H
#define WATTEST_NETLINK_DUMP_H

#include <linux/skbuff.h>

#include "log.h"

/* More than a record's message takes beside the record. */
#define WATTEST_RECORD_ROOM 512

/* All return 0 or -EMSGSIZE. The PAD attribute differs by attribute set, so do the helpers. */
int wattest_put_u64(struct sk_buff *skb, int attribute, u64 value);		/* of status */
int wattest_put_u64_control(struct sk_buff *skb, u64 seq);
int wattest_put_record(struct sk_buff *skb, const struct wattest_entry *e);

#endif
