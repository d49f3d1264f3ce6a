// SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)
/* Do not edit directly, auto-generated from: */
/*	docs/netlink/wattest.yaml */
/* YNL-GEN kernel source */

#include <net/netlink.h>
#include <net/genetlink.h>

#include "netlink_gen.h"

#include <uapi/linux/wattest.h>

/* WATTEST_CMD_RECORD_GET - dump */
static const struct nla_policy wattest_record_get_nl_policy[WATTEST_A_RECORD_SEQ + 1] = {
	[WATTEST_A_RECORD_SEQ] = { .type = NLA_U64, },
};

/* WATTEST_CMD_ACK - do */
static const struct nla_policy wattest_ack_nl_policy[WATTEST_A_CONTROL_SEQ + 1] = {
	[WATTEST_A_CONTROL_SEQ] = { .type = NLA_U64, },
};

/* WATTEST_CMD_CLOSE - do */
static const struct nla_policy wattest_close_nl_policy[WATTEST_A_CONTROL_NONCE + 1] = {
	[WATTEST_A_CONTROL_NONCE] = { .type = NLA_BINARY, },
};

/* WATTEST_CMD_PROBE_ADD - do */
static const struct nla_policy wattest_probe_add_nl_policy[WATTEST_A_CONTROL_LINK_FD + 1] = {
	[WATTEST_A_CONTROL_LINK_FD] = { .type = NLA_U32, },
};

/* WATTEST_CMD_SOURCE_SET - do */
static const struct nla_policy wattest_source_set_nl_policy[WATTEST_A_CONTROL_COUNTED + 1] = {
	[WATTEST_A_CONTROL_SOURCE_ID] = { .type = NLA_U32, },
	[WATTEST_A_CONTROL_COUNTED] = NLA_POLICY_MAX(NLA_U32, 1),
};

/* Ops table for wattest */
static const struct genl_split_ops wattest_nl_ops[] = {
	{
		.cmd	= WATTEST_CMD_STATUS_GET,
		.doit	= wattest_nl_status_get_doit,
		.flags	= GENL_CMD_CAP_DO,
	},
	{
		.cmd	= WATTEST_CMD_SOURCE_GET,
		.dumpit	= wattest_nl_source_get_dumpit,
		.flags	= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd	= WATTEST_CMD_DEVICE_GET,
		.dumpit	= wattest_nl_device_get_dumpit,
		.flags	= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= WATTEST_CMD_RECORD_GET,
		.start		= wattest_nl_record_get_start,
		.dumpit		= wattest_nl_record_get_dumpit,
		.policy		= wattest_record_get_nl_policy,
		.maxattr	= WATTEST_A_RECORD_SEQ,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= WATTEST_CMD_ACK,
		.doit		= wattest_nl_ack_doit,
		.policy		= wattest_ack_nl_policy,
		.maxattr	= WATTEST_A_CONTROL_SEQ,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= WATTEST_CMD_CLOSE,
		.doit		= wattest_nl_close_doit,
		.policy		= wattest_close_nl_policy,
		.maxattr	= WATTEST_A_CONTROL_NONCE,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= WATTEST_CMD_PROBE_ADD,
		.doit		= wattest_nl_probe_add_doit,
		.policy		= wattest_probe_add_nl_policy,
		.maxattr	= WATTEST_A_CONTROL_LINK_FD,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= WATTEST_CMD_SOURCE_SET,
		.doit		= wattest_nl_source_set_doit,
		.policy		= wattest_source_set_nl_policy,
		.maxattr	= WATTEST_A_CONTROL_COUNTED,
		.flags		= GENL_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
};

static const struct genl_multicast_group wattest_nl_mcgrps[] = {
	[WATTEST_NLGRP_RECORDS] = { "records", },
};

struct genl_family wattest_nl_family __ro_after_init = {
	.name		= WATTEST_FAMILY_NAME,
	.version	= WATTEST_FAMILY_VERSION,
	.netnsok	= true,
	.parallel_ops	= true,
	.module		= THIS_MODULE,
	.split_ops	= wattest_nl_ops,
	.n_split_ops	= ARRAY_SIZE(wattest_nl_ops),
	.mcgrps		= wattest_nl_mcgrps,
	.n_mcgrps	= ARRAY_SIZE(wattest_nl_mcgrps),
};
