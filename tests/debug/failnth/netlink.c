// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/wattest.h>

#include "netlink.h"

struct message {
	struct nlmsghdr header;
	struct genlmsghdr command;
	uint8_t attributes[128];
};

static const struct {
	const char *name;
	uint8_t command;
	bool dump;
} requests[] = {
	{ "status", WATTEST_CMD_STATUS_GET, false },   { "sources", WATTEST_CMD_SOURCE_GET, true },
	{ "devices", WATTEST_CMD_DEVICE_GET, true },   { "records", WATTEST_CMD_RECORD_GET, true },
	{ "ack", WATTEST_CMD_ACK, false },	       { "close", WATTEST_CMD_CLOSE, false },
	{ "set", WATTEST_CMD_SOURCE_SET, false },
};

static void put(struct message *m, uint16_t type, const void *data, size_t len)
{
	struct nlattr a = { .nla_len = NLA_HDRLEN + len, .nla_type = type };
	uint8_t *at = (uint8_t *)m + m->header.nlmsg_len;

	memcpy(at, &a, sizeof(a));
	memcpy(at + NLA_HDRLEN, data, len);
	m->header.nlmsg_len += NLA_ALIGN(a.nla_len);
}

static void begin(struct message *m, uint16_t family, uint8_t command, uint16_t flags)
{
	*m = (struct message){
		.header = { .nlmsg_len = NLMSG_HDRLEN + GENL_HDRLEN, .nlmsg_type = family,
			    .nlmsg_flags = NLM_F_REQUEST | flags },
		.command = { .cmd = command, .version = WATTEST_FAMILY_VERSION },
	};
}

/* Up to the acknowledgement, the error, or the end of a dump; found, when given, is the id of a family in it. */
static int answer(int fd, uint16_t *found)
{
	static _Alignas(struct nlmsghdr) uint8_t buf[1 << 17];

	for (;;) {
		ssize_t len = recv(fd, buf, sizeof(buf), 0);

		if (len < 0)
			return -errno;
		for (struct nlmsghdr *h = (struct nlmsghdr *)buf; NLMSG_OK(h, (uint32_t)len); h = NLMSG_NEXT(h, len)) {
			const uint8_t *at = (uint8_t *)h + NLMSG_HDRLEN + GENL_HDRLEN;

			if (h->nlmsg_type == NLMSG_ERROR || h->nlmsg_type == NLMSG_DONE)
				return *(int *)NLMSG_DATA(h);
			for (; found && at + NLA_HDRLEN < (uint8_t *)h + h->nlmsg_len;
			     at += NLA_ALIGN(((struct nlattr *)at)->nla_len))
				if (((struct nlattr *)at)->nla_type == CTRL_ATTR_FAMILY_ID)
					memcpy(found, at + NLA_HDRLEN, sizeof(*found));
		}
	}
}

int netlink_open(struct netlink *ret)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC), err;
	struct timeval patience = { .tv_sec = 5 };
	uint16_t family = 0;
	struct message m;

	if (fd < 0)
		return -1;
	begin(&m, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, NLM_F_ACK);
	put(&m, CTRL_ATTR_FAMILY_NAME, WATTEST_FAMILY_NAME, sizeof(WATTEST_FAMILY_NAME));
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	err = send(fd, &m, m.header.nlmsg_len, 0) < 0 ? -errno : answer(fd, &family);
	if (err || !family) {
		close(fd);
		errno = err ? -err : ENOENT;
		return -1;
	}
	*ret = (struct netlink){ .fd = fd, .family = family };
	return fd;
}

bool netlink_knows(const char *request)
{
	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++)
		if (!strcmp(requests[i].name, request))
			return true;
	return false;
}

int netlink_send(const struct netlink *netlink, const char *request, uint32_t source)
{
	const uint32_t one = 1;
	const uint64_t seq = 1; /* acknowledges nothing: a step's last record is a later one */
	struct message m;
	size_t i = 0;

	while (strcmp(requests[i].name, request))
		i++;
	begin(&m, netlink->family, requests[i].command, requests[i].dump ? NLM_F_DUMP : NLM_F_ACK);
	switch (requests[i].command) {
	case WATTEST_CMD_ACK:
		put(&m, WATTEST_A_CONTROL_SEQ, &seq, sizeof(seq));
		break;
	case WATTEST_CMD_CLOSE:
		put(&m, WATTEST_A_CONTROL_NONCE, "12345678", 8);
		break;
	case WATTEST_CMD_SOURCE_SET:
		put(&m, WATTEST_A_CONTROL_SOURCE_ID, &source, sizeof(source));
		put(&m, WATTEST_A_CONTROL_COUNTED, &one, sizeof(one));
		break;
	}
	return send(netlink->fd, &m, m.header.nlmsg_len, 0) < 0 ? -errno : 0;
}

/* A window is not closed while the TPM is behind with the one before it: then again. */
int netlink_request(const struct netlink *netlink, const char *request, uint32_t source)
{
	int r, tries = 0;

	do {
		r = netlink_send(netlink, request, source) ?: answer(netlink->fd, NULL);
	} while (r == -EBUSY && tries++ < 400 && usleep(5000) == 0);
	return r;
}

void netlink_drain(const struct netlink *netlink)
{
	uint8_t buf[4096];

	while (recv(netlink->fd, buf, sizeof(buf), MSG_DONTWAIT) >= 0 || errno == ENOBUFS)
		;
}
