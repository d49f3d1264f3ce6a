// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/genetlink.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>

#include <linux/wattest.h>

#include "agent/netlink_impl.h"

#define EVENTS_RCVBUF (1024 * 1024) /* many windows; an overrun only costs a dump */

struct wt_nl_events {
	struct nl_sock *sock;
	int family; /* 0 until joined */
	int group; /* of the records, 0 until joined */
};

int wt_nl_events_open(struct wt_nl_events **ret, struct wt_err *err)
{
	struct wt_nl_events *events = calloc(1, sizeof(*events));
	int size = EVENTS_RCVBUF, group, r;

	if (!events)
		return wt_fail(err, ENOMEM, "out of memory");
	events->sock = nl_socket_alloc();
	r = events->sock ? genl_connect(events->sock) : -NLE_NOMEM;
	if (r < 0)
		goto fail;
	group = genl_ctrl_resolve_grp(events->sock, "nlctrl", "notify");
	r = group < 0 ? group : nl_socket_add_membership(events->sock, group);
	if (r < 0)
		goto fail;
	nl_socket_set_nonblocking(events->sock);
	nl_socket_set_msg_buf_size(events->sock, WT_NL_MESSAGE_MAX);
	/* FORCE passes over the administrator's limit and needs a capability: without it the default serves */
	if (setsockopt(nl_socket_get_fd(events->sock), SOL_SOCKET, SO_RCVBUFFORCE, &size,
		       sizeof(size)) < 0)
		setsockopt(nl_socket_get_fd(events->sock), SOL_SOCKET, SO_RCVBUF, &size,
			   sizeof(size));
	*ret = events;
	return 0;
fail:
	r = wt_fail(err, -wt_nl_errno(r), "cannot listen to netlink: %s", nl_geterror(r));
	wt_nl_events_free(events);
	return r;
}

int wt_nl_events_fd(const struct wt_nl_events *events)
{
	return nl_socket_get_fd(events->sock);
}

int wt_nl_events_join(struct wt_nl_events *events, struct wt_err *err)
{
	struct wt_nl *nl = NULL;
	int group, r;

	/* Asked on another socket: on this one the answer could stand behind events. */
	r = wt_nl_open(&nl, err);
	if (r < 0)
		return r;
	group = genl_ctrl_resolve_grp(nl->sock, WATTEST_FAMILY_NAME, WATTEST_MCGRP_RECORDS);
	if (group < 0) {
		r = wt_fail(err, ENODEV, "%s", WT_NL_ABSENT);
		goto out;
	}
	/* An old group's number may be somebody else's now. The kernel has dropped it if the family went. */
	if (events->group && events->group != group)
		nl_socket_drop_membership(events->sock, events->group);
	r = nl_socket_add_membership(events->sock, group);
	if (r < 0) {
		r = wt_fail(err, -wt_nl_errno(r), "cannot listen to the module's records: %s",
			    nl_geterror(r));
		goto out;
	}
	events->family = nl->family;
	events->group = group;
out:
	wt_nl_free(nl);
	return r;
}

struct reading {
	struct wt_nl_events *events;
	const struct wt_nl_handlers *handlers;
	void *user;
	int r;
};

static void module_event(struct reading *rd, struct nlmsghdr *hdr)
{
	struct nlattr *a[CTRL_ATTR_MAX + 1];
	uint8_t command = genlmsg_hdr(hdr)->cmd;

	if (command != CTRL_CMD_NEWFAMILY && command != CTRL_CMD_DELFAMILY)
		return;
	if (genlmsg_parse(hdr, 0, a, CTRL_ATTR_MAX, NULL) < 0 || !a[CTRL_ATTR_FAMILY_NAME] ||
	    nla_strcmp(a[CTRL_ATTR_FAMILY_NAME], WATTEST_FAMILY_NAME))
		return;
	if (command == CTRL_CMD_DELFAMILY)
		rd->events->family = 0;
	rd->handlers->module(command == CTRL_CMD_NEWFAMILY, rd->user);
}

static int on_event(struct nl_msg *msg, void *arg)
{
	struct nlmsghdr *hdr = nlmsg_hdr(msg);
	struct nlattr *a[WATTEST_A_RECORD_MAX + 1];
	struct reading *rd = arg;
	struct wt_nl_dump dump = { .record = rd->handlers->record, .user = rd->user };

	if (nlmsg_get_src(msg)->nl_pid != 0) /* not from the kernel */
		return NL_SKIP;
	if (hdr->nlmsg_type == GENL_ID_CTRL) {
		module_event(rd, hdr);
	} else if (hdr->nlmsg_type == rd->events->family && rd->events->family &&
		   genlmsg_hdr(hdr)->cmd == WATTEST_CMD_RECORD_NTF) {
		int r = genlmsg_parse(hdr, 0, a, WATTEST_A_RECORD_MAX, NULL) < 0
				? -EPROTO
				: wt_nl_read_record(a, &dump);

		if (r < 0 && rd->r == 0)
			rd->r = r;
	}
	return NL_OK;
}

/* Events answer nothing, so they carry no number to expect. */
static int any_seq(struct nl_msg *msg, void *arg)
{
	(void)msg;
	(void)arg;
	return NL_OK;
}

int wt_nl_events_read(struct wt_nl_events *events, const struct wt_nl_handlers *handlers,
		      void *user, struct wt_err *err)
{
	struct reading rd = { .events = events, .handlers = handlers, .user = user };
	struct nl_cb *cb = nl_cb_alloc(NL_CB_DEFAULT);
	int r = 0;

	if (!cb)
		return wt_fail(err, ENOMEM, "out of memory");
	nl_cb_set(cb, NL_CB_VALID, NL_CB_CUSTOM, on_event, &rd);
	nl_cb_set(cb, NL_CB_SEQ_CHECK, NL_CB_CUSTOM, any_seq, NULL);
	while (r >= 0)
		r = nl_recvmsgs(events->sock, cb);
	nl_cb_put(cb);
	if (r == -NLE_AGAIN)
		return rd.r < 0 ? wt_fail(err, -rd.r, "kernel: a record that cannot be read: %s",
					  strerror(-rd.r))
				: 0;
	if (r == -NLE_NOMEM) /* libnl's name for ENOBUFS too */
		return wt_fail(err, ENOBUFS, "events were lost");
	return wt_fail(err, EIO, "netlink: %s", nl_geterror(r));
}

void wt_nl_events_free(struct wt_nl_events *events)
{
	if (!events)
		return;
	nl_socket_free(events->sock);
	free(events);
}

void wt_nl_events_freep(struct wt_nl_events **events)
{
	wt_nl_events_free(*events);
	*events = NULL;
}
