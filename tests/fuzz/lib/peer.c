// SPDX-License-Identifier: Apache-2.0
/*
 * libnl sends and receives with sendmsg(2) and recvmsg(2), which are taken over here. Requests to the controller (which
 * family, which group) are answered as the kernel does; what is received after another request is the queue's. Sequence
 * numbers are put right, as only the kernel's side knows them.
 */
#include "peer.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/genetlink.h>
#include <linux/netlink.h>

#include "fuzz.h"

static struct {
	bool on;
	int controller; /* the last request was to it: so many packets are to come, the last an acknowledgement */
	uint32_t seq;
	struct wt_span packets;
	uint8_t answer[256], ack[64]; /* the controller's */
	size_t answered, acked;
} peer;

void peer_begin(struct wt_span packets)
{
	memset(&peer, 0, sizeof(peer));
	peer.on = true;
	peer.packets = packets;
}

void peer_end(void)
{
	peer.on = false;
}

static bool is_netlink(int fd)
{
	int domain = 0;
	socklen_t n = sizeof(domain);

	return getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &n) == 0 && domain == AF_NETLINK;
}

static size_t put(uint8_t *to, uint16_t type, const void *p, uint16_t n)
{
	struct nlattr head = { .nla_len = (uint16_t)(NLA_HDRLEN + n), .nla_type = type };

	memset(to, 0, NLA_ALIGN(head.nla_len));
	memcpy(to, &head, sizeof(head));
	if (p)
		memcpy(to + NLA_HDRLEN, p, n);
	return NLA_ALIGN(head.nla_len);
}

/* One multicast group: { GROUPS: { 1: { NAME, ID } } } */
static size_t put_group(uint8_t *to, const char *name)
{
	uint32_t id = PEER_GROUP;
	uint8_t one[64], list[80];
	size_t n = put(one, CTRL_ATTR_MCAST_GRP_NAME, name, (uint16_t)(strlen(name) + 1));

	n += put(one + n, CTRL_ATTR_MCAST_GRP_ID, &id, sizeof(id));
	n = put(list, 1, one, (uint16_t)n);
	return put(to, CTRL_ATTR_MCAST_GROUPS, list, (uint16_t)n);
}

static void answer(bool wattest)
{
	struct nlmsghdr head = { .nlmsg_type = GENL_ID_CTRL, .nlmsg_seq = peer.seq };
	struct genlmsghdr genl = { .cmd = CTRL_CMD_NEWFAMILY, .version = 2 };
	uint16_t family = wattest ? PEER_FAMILY : GENL_ID_CTRL;
	const char *name = wattest ? "wattest" : "nlctrl";
	struct {
		struct nlmsghdr head;
		struct nlmsgerr error;
	} ack = { .head = { sizeof(ack), NLMSG_ERROR, 0, peer.seq, 0 } };
	uint8_t *p = peer.answer;
	size_t n = NLMSG_HDRLEN + GENL_HDRLEN;

	memcpy(p + NLMSG_HDRLEN, &genl, sizeof(genl));
	n += put(p + n, CTRL_ATTR_FAMILY_ID, &family, sizeof(family));
	n += put(p + n, CTRL_ATTR_FAMILY_NAME, name, (uint16_t)(strlen(name) + 1));
	n += put_group(p + n, wattest ? "records" : "notify");
	head.nlmsg_len = (uint32_t)n;
	memcpy(p, &head, sizeof(head));
	peer.answered = n;
	memcpy(peer.ack, &ack, sizeof(ack));
	peer.acked = sizeof(ack);
}

ssize_t sendmsg(int fd, const struct msghdr *msg, int flags)
{
	const struct nlmsghdr *head = msg->msg_iovlen ? msg->msg_iov[0].iov_base : NULL;
	size_t n = 0;

	if (!peer.on || !is_netlink(fd))
		return syscall(SYS_sendmsg, fd, msg, flags);
	for (size_t i = 0; i < msg->msg_iovlen; i++)
		n += msg->msg_iov[i].iov_len;
	peer.seq = head->nlmsg_seq;
	peer.controller = head->nlmsg_type == GENL_ID_CTRL ? 2 : 0;
	if (peer.controller)
		answer(memmem(head, head->nlmsg_len, "wattest", 8));
	return (ssize_t)n;
}

/* In each message of a packet, as far as it can be walked. */
static void number(uint8_t *p, size_t n)
{
	struct nlmsghdr head;

	while (n >= sizeof(head)) {
		memcpy(&head, p, sizeof(head));
		head.nlmsg_seq = peer.seq;
		memcpy(p, &head, sizeof(head));
		if (head.nlmsg_len < sizeof(head) || head.nlmsg_len >= n - NLMSG_ALIGNTO)
			return;
		p += NLMSG_ALIGN(head.nlmsg_len);
		n -= NLMSG_ALIGN(head.nlmsg_len);
	}
}

ssize_t recvmsg(int fd, struct msghdr *msg, int flags)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	struct wt_span packet, rest = peer.packets;
	struct iovec *iov = msg->msg_iov;
	size_t n;

	if (!peer.on || !is_netlink(fd))
		return syscall(SYS_recvmsg, fd, msg, flags);
	if (peer.controller) {
		packet = peer.controller == 2 ? wt_span(peer.answer, peer.answered)
					      : wt_span(peer.ack, peer.acked);
		if (!(flags & MSG_PEEK))
			peer.controller--;
	} else {
		size_t wanted = fuzz_u16(&rest);

		packet = fuzz_bytes(&rest, wanted);
		if (!packet.n) { /* as when there is no more, and as when the buffer ran over */
			errno = wanted ? ENOBUFS : EAGAIN;
			return -1;
		}
		if (!(flags & MSG_PEEK))
			peer.packets = rest;
	}
	n = packet.n < iov->iov_len ? packet.n : iov->iov_len;
	memcpy(iov->iov_base, packet.p, n);
	number(iov->iov_base, n);
	if (msg->msg_name && msg->msg_namelen >= sizeof(kernel)) {
		memcpy(msg->msg_name, &kernel, sizeof(kernel));
		msg->msg_namelen = sizeof(kernel);
	}
	msg->msg_flags = n < packet.n ? MSG_TRUNC : 0;
	msg->msg_controllen = 0;
	return (ssize_t)(flags & MSG_TRUNC ? packet.n : n);
}
