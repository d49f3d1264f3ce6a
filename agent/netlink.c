// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include <linux/genetlink.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>

#include <linux/wattest.h>

#include "agent/netlink_impl.h"

#define DUMP_TRIES 8

/* libnl has error numbers of its own, and for what the kernel answered it has lost the detail by then. */
int wt_nl_errno(int nle)
{
	switch (nle < 0 ? -nle : nle) {
	case NLE_NOMEM:
		return -ENOMEM;
	case NLE_OBJ_NOTFOUND:
		return -ENODEV;
	case NLE_AGAIN:
		return -EAGAIN;
	case NLE_DUMP_INTR:
		return -EINTR;
	case NLE_PERM:
		return -EPERM;
	default:
		return -EIO;
	}
}

/* --- one request and its answers ------------------------------------------------------------------- */

struct request {
	int (*answer)(struct nlattr **attrs, void *user);
	void *user;
	int max;
	int r; /* what the kernel or a callback said */
	bool done;
	char detail[160]; /* the kernel's extended acknowledgement */
};

static int on_valid(struct nl_msg *msg, void *arg)
{
	struct nlattr *attrs[64];
	struct request *rq = arg;

	if (!rq->answer || rq->r < 0)
		return NL_OK;
	if (genlmsg_parse(nlmsg_hdr(msg), 0, attrs, rq->max, NULL) < 0)
		rq->r = -EPROTO;
	else
		rq->r = rq->answer(attrs, rq->user);
	return NL_OK;
}

static int on_end(struct nl_msg *msg, void *arg)
{
	struct request *rq = arg;

	(void)msg;
	rq->done = true;
	return NL_STOP;
}

/* The end of a dump carries its outcome. */
static int on_finish(struct nl_msg *msg, void *arg)
{
	struct nlmsghdr *hdr = nlmsg_hdr(msg);
	struct request *rq = arg;
	int outcome = 0;

	if (nlmsg_datalen(hdr) >= (int)sizeof(outcome))
		memcpy(&outcome, nlmsg_data(hdr), sizeof(outcome));
	if (outcome < 0 && rq->r == 0)
		rq->r = outcome;
	return on_end(msg, arg);
}

static int on_error(struct sockaddr_nl *who, struct nlmsgerr *error, void *arg)
{
	struct nlmsghdr *hdr = (struct nlmsghdr *)((char *)error - NLMSG_HDRLEN);
	struct request *rq = arg;

	(void)who;
	rq->done = true;
	rq->r = error->error;
	if (hdr->nlmsg_flags & NLM_F_ACK_TLVS) {
		size_t skip = sizeof(*error);
		struct nlattr *msg;

		if (!(hdr->nlmsg_flags & NLM_F_CAPPED))
			skip += error->msg.nlmsg_len - NLMSG_HDRLEN;
		if (hdr->nlmsg_len < NLMSG_HDRLEN + skip)
			return NL_STOP;
		msg = nla_find((struct nlattr *)((char *)error + skip),
			       (int)(hdr->nlmsg_len - NLMSG_HDRLEN - skip), NLMSGERR_ATTR_MSG);
		if (msg)
			nla_strlcpy(rq->detail, msg, sizeof(rq->detail));
	}
	return NL_STOP;
}

/* Sends msg (taken over, may be NULL: no memory) and waits for the answer's end; the kernel answers at once. */
static int ask(struct wt_nl *nl, struct nl_msg *msg, struct request *rq, const char *what,
	       struct wt_err *err)
{
	struct nl_cb *cb = nl_cb_alloc(NL_CB_DEFAULT);
	int r = 0;

	if (!msg || !cb) {
		r = -NLE_NOMEM;
		goto out;
	}
	nl_cb_set(cb, NL_CB_VALID, NL_CB_CUSTOM, on_valid, rq);
	nl_cb_set(cb, NL_CB_ACK, NL_CB_CUSTOM, on_end, rq);
	nl_cb_set(cb, NL_CB_FINISH, NL_CB_CUSTOM, on_finish, rq);
	nl_cb_err(cb, NL_CB_CUSTOM, on_error, rq);
	r = nl_send_auto(nl->sock, msg);
	while (r >= 0 && !rq->done)
		r = nl_recvmsgs(nl->sock, cb);
out:
	nl_cb_put(cb);
	nlmsg_free(msg);
	if (rq->r < 0) {
		/* what genetlink says of a number that no family has, and a dump of a module that is going */
		if (rq->r == -ENOENT || rq->r == -EPROTONOSUPPORT)
			return wt_fail(err, ENODEV, "%s", WT_NL_ABSENT);
		if (rq->r == -EPERM)
			return wt_fail(err, EPERM,
				       "kernel: %s: not permitted: needs root (CAP_NET_ADMIN)",
				       what);
		return wt_fail(err, -rq->r, "kernel: %s: %s%s%s", what, strerror(-rq->r),
			       rq->detail[0] ? ": " : "", rq->detail);
	}
	if (r < 0 && wt_nl_errno(r) == -EINTR) /* a dump is asked for again */
		return wt_fail(err, EINTR, "kernel: %s: changed while it was read", what);
	return r < 0 ? wt_fail(err, -wt_nl_errno(r), "kernel: %s: %s", what, nl_geterror(r)) : 0;
}

static struct nl_msg *request(struct wt_nl *nl, uint8_t command, int flags)
{
	struct nl_msg *msg = nlmsg_alloc();

	if (msg && !genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, nl->family, 0, flags, command,
				WATTEST_FAMILY_VERSION)) {
		nlmsg_free(msg);
		msg = NULL;
	}
	return msg;
}

int wt_nl_open(struct wt_nl **ret, struct wt_err *err)
{
	struct wt_nl *nl = calloc(1, sizeof(*nl));
	int on = 1, r;

	if (!nl)
		return wt_fail(err, ENOMEM, "out of memory");
	nl->sock = nl_socket_alloc();
	if (!nl->sock) {
		free(nl);
		return wt_fail(err, ENOMEM, "out of memory");
	}
	r = genl_connect(nl->sock);
	if (r < 0) {
		r = wt_fail(err, -wt_nl_errno(r), "cannot open a netlink socket: %s",
			    nl_geterror(r));
		goto fail;
	}
	nl_socket_set_msg_buf_size(nl->sock, WT_NL_MESSAGE_MAX);
	setsockopt(nl_socket_get_fd(nl->sock), SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
	nl->family = genl_ctrl_resolve(nl->sock, WATTEST_FAMILY_NAME);
	if (nl->family < 0) {
		r = wt_fail(err, ENODEV, "%s", WT_NL_ABSENT);
		goto fail;
	}
	*ret = nl;
	return 0;
fail:
	wt_nl_free(nl);
	return r;
}

void wt_nl_free(struct wt_nl *nl)
{
	if (!nl)
		return;
	nl_socket_free(nl->sock);
	free(nl);
}

void wt_nl_freep(struct wt_nl **nl)
{
	wt_nl_free(*nl);
	*nl = NULL;
}

int wt_nl_status(struct wt_nl *nl, struct wt_nl_status *ret, struct wt_err *err)
{
	struct wt_nl_status status = {};
	struct request rq = { .answer = wt_nl_read_status,
			      .user = &status,
			      .max = WATTEST_A_STATUS_MAX };
	int r = ask(nl, request(nl, WATTEST_CMD_STATUS_GET, 0), &rq, "status", err);

	if (r == 0)
		*ret = status;
	return r;
}

static int dump_all(struct wt_nl *nl, uint8_t command, uint64_t after, struct request rq,
		    const char *what, struct wt_err *err)
{
	int r = -EINTR;

	for (int i = 0; r == -EINTR && i < DUMP_TRIES; i++) {
		struct nl_msg *msg = request(nl, command, NLM_F_DUMP);
		struct request once = rq;

		if (msg && after && nla_put_u64(msg, WATTEST_A_RECORD_SEQ, after) < 0) {
			nlmsg_free(msg);
			msg = NULL;
		}
		r = ask(nl, msg, &once, what, err);
	}
	return r == -EINTR ? wt_fail(err, EAGAIN, "kernel: %s: changed under each of %d dumps",
				     what, DUMP_TRIES)
			   : r;
}

int wt_nl_sources(struct wt_nl *nl, wt_nl_source_fn fn, void *user, struct wt_err *err)
{
	struct wt_nl_dump dump = { .source = fn, .user = user };

	return dump_all(nl, WATTEST_CMD_SOURCE_GET, 0,
			(struct request){ .answer = wt_nl_read_source,
					  .user = &dump,
					  .max = WATTEST_A_SOURCE_MAX },
			"sources", err);
}

int wt_nl_devices(struct wt_nl *nl, wt_nl_device_fn fn, void *user, struct wt_err *err)
{
	struct wt_nl_dump dump = { .device = fn, .user = user };

	return dump_all(nl, WATTEST_CMD_DEVICE_GET, 0,
			(struct request){ .answer = wt_nl_read_device,
					  .user = &dump,
					  .max = WATTEST_A_DEVICE_MAX },
			"devices", err);
}

int wt_nl_records(struct wt_nl *nl, uint64_t after_seq, wt_nl_record_fn fn, void *user,
		  struct wt_err *err)
{
	struct wt_nl_dump dump = { .record = fn, .user = user };

	return dump_all(nl, WATTEST_CMD_RECORD_GET, after_seq,
			(struct request){ .answer = wt_nl_read_record,
					  .user = &dump,
					  .max = WATTEST_A_RECORD_MAX },
			"records", err);
}

/* --- what changes something ------------------------------------------------------------------------- */

int wt_nl_ack(struct wt_nl *nl, uint64_t seq, struct wt_err *err)
{
	struct nl_msg *msg = request(nl, WATTEST_CMD_ACK, 0);
	struct request rq = {};

	if (msg)
		nla_put_u64(msg, WATTEST_A_CONTROL_SEQ, seq);
	return ask(nl, msg, &rq, "acknowledge", err);
}

static int read_u64(struct nlattr **a, void *user)
{
	*(uint64_t *)user = wt_nl_u64(a[WATTEST_A_CONTROL_SEQ]);
	return 0;
}

static int close_window(struct wt_nl *nl, struct wt_span nonce, uint64_t *ret_seq,
			struct wt_err *err)
{
	struct nl_msg *msg = request(nl, WATTEST_CMD_CLOSE, 0);
	struct request rq = { .answer = read_u64, .user = ret_seq, .max = WATTEST_A_CONTROL_MAX };

	if (msg && nonce.p)
		nla_put(msg, WATTEST_A_CONTROL_NONCE, (int)nonce.n, nonce.p);
	return ask(nl, msg, &rq, "close the window", err);
}

int wt_nl_close_window(struct wt_nl *nl, struct wt_span nonce, uint64_t *ret_seq,
		       struct wt_err *err)
{
	const struct timespec pause = { .tv_nsec = WT_NL_BEHIND_MS * 1000000 };
	int r = close_window(nl, nonce, ret_seq, err);

	for (int i = 0; r == -EBUSY && i < WT_NL_BEHIND_TRIES; i++) {
		nanosleep(&pause, NULL);
		r = close_window(nl, nonce, ret_seq, err);
	}
	return r;
}

static int read_prog_id(struct nlattr **a, void *user)
{
	*(uint32_t *)user = wt_nl_u32(a[WATTEST_A_CONTROL_PROG_ID]);
	return 0;
}

int wt_nl_probe_add(struct wt_nl *nl, int link_fd, uint32_t *ret_prog_id, struct wt_err *err)
{
	struct nl_msg *msg = request(nl, WATTEST_CMD_PROBE_ADD, 0);
	struct request rq = { .answer = read_prog_id,
			      .user = ret_prog_id,
			      .max = WATTEST_A_CONTROL_MAX };

	if (msg)
		nla_put_u32(msg, WATTEST_A_CONTROL_LINK_FD, (uint32_t)link_fd);
	return ask(nl, msg, &rq, "announce the probe", err);
}

int wt_nl_source_set(struct wt_nl *nl, uint32_t id, bool counted, struct wt_err *err)
{
	struct nl_msg *msg = request(nl, WATTEST_CMD_SOURCE_SET, 0);
	struct request rq = {};

	if (msg) {
		nla_put_u32(msg, WATTEST_A_CONTROL_SOURCE_ID, id);
		nla_put_u32(msg, WATTEST_A_CONTROL_COUNTED, counted);
	}
	return ask(nl, msg, &rq, "count a source", err);
}
