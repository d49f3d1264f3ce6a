// SPDX-License-Identifier: GPL-2.0
/*
 * The generic netlink family: requests that change something, and the notification of new records.
 * Dumps are in netlink_dump.c; the contract is docs/netlink/wattest.yaml.
 */
#include <linux/user_namespace.h>

#include <net/genetlink.h>
#include <net/net_namespace.h>

#include "device.h"
#include "log.h"
#include "netlink.h"
#include "netlink_dump.h"
#include "netlink_gen.h"
#include "param.h"
#include "probe.h"
#include "source.h"
#include "window.h"
#include "witness.h"

static int put_witness(struct sk_buff *skb, const struct wattest_witness_state *witness)
{
	if (nla_put_u32(skb, WATTEST_A_STATUS_WITNESS_PCR, witness->pcr) ||
	    wattest_put_u64(skb, WATTEST_A_STATUS_WITNESS_STEPS, witness->steps) ||
	    wattest_put_u64(skb, WATTEST_A_STATUS_WITNESS_LOST, witness->lost))
		return -EMSGSIZE;
	return 0;
}

int wattest_nl_status_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct wattest_log_state state;
	struct wattest_witness_state witness;
	u32 sources, devices, probes;
	struct sk_buff *reply;
	void *header;

	scoped_guard(mutex, &wattest_log_mutex) {
		wattest_log_get_state(&state);
		sources = wattest_source_count(false);
		devices = wattest_device_count(false);
		probes = wattest_probe_count();
	}
	wattest_witness_get_state(&witness);
	reply = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!reply)
		return -ENOMEM;
	header = genlmsg_iput(reply, info);
	if (!header ||
	    nla_put_string(reply, WATTEST_A_STATUS_VERSION, WATTEST_MODULE_VERSION) ||
	    nla_put(reply, WATTEST_A_STATUS_EPOCH, sizeof(state.epoch), state.epoch) ||
	    nla_put(reply, WATTEST_A_STATUS_HEAD, sizeof(state.head), state.head) ||
	    nla_put(reply, WATTEST_A_STATUS_BASE, sizeof(state.base), state.base) ||
	    wattest_put_u64(reply, WATTEST_A_STATUS_FIRST_SEQ, state.first_seq) ||
	    wattest_put_u64(reply, WATTEST_A_STATUS_NEXT_SEQ, state.next_seq) ||
	    wattest_put_u64(reply, WATTEST_A_STATUS_CLOSED_SEQ, state.closed_seq) ||
	    wattest_put_u64(reply, WATTEST_A_STATUS_STEPS, state.steps) ||
	    wattest_put_u64(reply, WATTEST_A_STATUS_LOG_USED, state.used) ||
	    wattest_put_u64(reply, WATTEST_A_STATUS_LOG_LIMIT, state.limit) ||
	    wattest_put_u64(reply, WATTEST_A_STATUS_PRUNED, state.pruned) ||
	    wattest_put_u64(reply, WATTEST_A_STATUS_DROPPED, state.dropped) ||
	    wattest_put_u64(reply, WATTEST_A_STATUS_SAMPLE_NS, wattest_param.sample_ns) ||
	    wattest_put_u64(reply, WATTEST_A_STATUS_WINDOW_NS, wattest_param.window_ns) ||
	    wattest_put_u64(reply, WATTEST_A_STATUS_MAX_GAP_NS, wattest_param.max_gap_ns) ||
	    nla_put_u32(reply, WATTEST_A_STATUS_SOURCES, sources) ||
	    nla_put_u32(reply, WATTEST_A_STATUS_DEVICES, devices) ||
	    nla_put_u32(reply, WATTEST_A_STATUS_PROBES, probes) ||
	    wattest_put_u64(reply, WATTEST_A_STATUS_STRAYS, wattest_device_strays()) ||
	    (witness.there && put_witness(reply, &witness)) ||
	    nla_put_u32(reply, WATTEST_A_STATUS_KEYED, 1)) {
		nlmsg_free(reply);
		return -EMSGSIZE;
	}
	genlmsg_end(reply, header);
	return genlmsg_reply(reply, info);
}

int wattest_nl_ack_doit(struct sk_buff *skb, struct genl_info *info)
{
	int err;

	if (GENL_REQ_ATTR_CHECK(info, WATTEST_A_CONTROL_SEQ))
		return -EINVAL;
	guard(mutex)(&wattest_log_mutex);
	err = wattest_log_ack(nla_get_u64(info->attrs[WATTEST_A_CONTROL_SEQ]));
	if (err)
		GENL_SET_ERR_MSG(info, "this record is not in a closed step yet");
	else
		wattest_window_retry();
	return err;
}

int wattest_nl_close_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *nonce = info->attrs[WATTEST_A_CONTROL_NONCE];
	struct wattest_window_closed closed;
	struct sk_buff *reply;
	void *header;
	int err;

	if (nonce && (nla_len(nonce) < WATTEST_NONCE_MIN || nla_len(nonce) > WATTEST_NONCE_MAX)) {
		NL_SET_ERR_MSG_ATTR(info->extack, nonce, "a nonce has 8 to 64 bytes");
		return -EINVAL;
	}
	/*
	 * All that can fail goes first: a window is not closed for an answer that cannot be given.
	 */
	reply = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!reply)
		return -ENOMEM;
	header = genlmsg_iput(reply, info);
	err = wattest_window_close(nonce ? nla_data(nonce) : NULL, nonce ? nla_len(nonce) : 0,
				   &closed);
	if (err) {
		if (err == -ENOSPC)
			GENL_SET_ERR_MSG(info, "the log is full: acknowledge records");
		else if (err == -EBUSY)
			GENL_SET_ERR_MSG(info, "the TPM is behind: try again");
		nlmsg_free(reply);
		return err;
	}
	if (!header || wattest_put_u64_control(reply, closed.seq) ||
	    nla_put(reply, WATTEST_A_CONTROL_HEAD, sizeof(closed.head), closed.head)) {
		nlmsg_free(reply);
		return -EMSGSIZE;
	}
	genlmsg_end(reply, header);
	return genlmsg_reply(reply, info);
}

int wattest_nl_probe_add_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct sk_buff *reply;
	void *header;
	u32 prog_id;
	int err;

	if (GENL_REQ_ATTR_CHECK(info, WATTEST_A_CONTROL_LINK_FD))
		return -EINVAL;
	reply = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!reply)
		return -ENOMEM;
	header = genlmsg_iput(reply, info);
	err = wattest_probe_add(nla_get_u32(info->attrs[WATTEST_A_CONTROL_LINK_FD]),
				genl_info_net(info), info->snd_portid, &prog_id);
	if (err) {
		if (err == -EEXIST)
			GENL_SET_ERR_MSG(info, "this link was announced already");
		else if (err == -EBADF || err == -EINVAL)
			GENL_SET_ERR_MSG(info, "no file descriptor of a BPF link with a program");
		else if (err == -ENOSPC)
			GENL_SET_ERR_MSG(info, "no room for another probe, or for its record");
		nlmsg_free(reply);
		return err;
	}
	if (!header || nla_put_u32(reply, WATTEST_A_CONTROL_PROG_ID, prog_id)) {
		nlmsg_free(reply);
		return -EMSGSIZE;
	}
	genlmsg_end(reply, header);
	return genlmsg_reply(reply, info);
}

int wattest_nl_source_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	int err;

	if (GENL_REQ_ATTR_CHECK(info, WATTEST_A_CONTROL_SOURCE_ID) ||
	    GENL_REQ_ATTR_CHECK(info, WATTEST_A_CONTROL_COUNTED))
		return -EINVAL;
	guard(mutex)(&wattest_log_mutex);
	err = wattest_source_set_counted(nla_get_u32(info->attrs[WATTEST_A_CONTROL_SOURCE_ID]),
					 nla_get_u32(info->attrs[WATTEST_A_CONTROL_COUNTED]));
	if (err)
		GENL_SET_ERR_MSG(info, "no such source");
	return err;
}

/*
 * An agent may follow the log from a network namespace of its own (PrivateNetwork= of its unit). Of
 * one that belongs to a user namespace anybody may be CAP_NET_ADMIN, so nothing of the log goes
 * there.
 */
static bool follows(struct net *net)
{
	return net->user_ns == &init_user_ns &&
	       genl_has_listeners(&wattest_nl_family, net, WATTEST_NLGRP_RECORDS);
}

static bool somebody_follows(void)
{
	struct net *net;

	guard(rcu)();
	for_each_net_rcu(net)
		if (follows(net))
			return true;
	return false;
}

/* skb NULL: their next read says ENOBUFS, as for every overrun. */
static void multicast(struct sk_buff *skb)
{
	struct sk_buff *copy;
	struct net *net;

	guard(rcu)();
	for_each_net_rcu(net) {
		if (!follows(net))
			continue;
		copy = skb ? skb_clone(skb, GFP_ATOMIC | __GFP_NOWARN) : NULL;
		if (copy)
			genlmsg_multicast_netns(&wattest_nl_family, net, copy, 0,
						WATTEST_NLGRP_RECORDS, GFP_ATOMIC);
		else
			genl_set_err(&wattest_nl_family, net, 0, WATTEST_NLGRP_RECORDS, -ENOBUFS);
	}
}

/* Tells those who follow the log. Whoever misses a record sees the gap in seq, and dumps. */
static void notify(const struct wattest_entry *e)
{
	struct sk_buff *skb;
	void *header;

	if (!somebody_follows())
		return;
	skb = genlmsg_new(e->len + WATTEST_RECORD_ROOM, GFP_KERNEL | __GFP_NOWARN);
	header = skb ? genlmsg_put(skb, 0, 0, &wattest_nl_family, 0, WATTEST_CMD_RECORD_NTF) : NULL;
	if (header && wattest_put_record(skb, e) == 0) {
		genlmsg_end(skb, header);
		multicast(skb);
	} else {
		multicast(NULL);
	}
	consume_skb(skb);
}

/* As generated, but for the flag, which the generator knows nothing of. */
static const struct genl_multicast_group groups[] = {
	[WATTEST_NLGRP_RECORDS] = {
		.name = WATTEST_MCGRP_RECORDS,
		.flags = GENL_MCAST_CAP_NET_ADMIN,
	},
};

int __init wattest_netlink_init(void)
{
	int err;

	wattest_nl_family.mcgrps = groups;
	wattest_nl_family.n_mcgrps = ARRAY_SIZE(groups);
	err = genl_register_family(&wattest_nl_family);
	if (err)
		return err;
	guard(mutex)(&wattest_log_mutex);
	wattest_log_set_listener(notify);
	return 0;
}

void wattest_netlink_exit(void)
{
	scoped_guard(mutex, &wattest_log_mutex)
		wattest_log_set_listener(NULL);
	genl_unregister_family(&wattest_nl_family);
}
