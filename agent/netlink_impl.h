/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the netlink_*.c files only. */
#ifndef AGENT_NETLINK_IMPL_H
#define AGENT_NETLINK_IMPL_H

#include <netlink/attr.h>

#include "agent/netlink.h"

#define WT_NL_MESSAGE_MAX \
	(128 * 1024) /* a record fits in one attribute, so below 64 KiB, and has neighbours */
#define WT_NL_ABSENT \
	"module wattest not loaded: `modprobe wattest`, or `dkms status wattest` if that fails"

struct nl_sock;

struct wt_nl {
	struct nl_sock *sock;
	int family;
};

/* libnl's error numbers to errno's. */
int wt_nl_errno(int nle);

/* Who gets what a dump reads. */
struct wt_nl_dump {
	union {
		wt_nl_source_fn source;
		wt_nl_device_fn device;
		wt_nl_record_fn record;
	};
	void *user;
};

/* Parsed attributes of one message into a struct, which the dump's callback gets (netlink_read.c). What is absent
 * reads as 0; -EPROTO when what identifies it is missing. For status, user is a struct wt_nl_status. */
int wt_nl_read_status(struct nlattr **attrs, void *user);
int wt_nl_read_source(struct nlattr **attrs, void *dump);
int wt_nl_read_device(struct nlattr **attrs, void *dump);
int wt_nl_read_record(struct nlattr **attrs, void *dump);
uint32_t wt_nl_u32(const struct nlattr *attr);
uint64_t wt_nl_u64(const struct nlattr *attr);

#endif
