// SPDX-License-Identifier: Apache-2.0
/* See sockets.h. */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/wattest.h>

#include "answer.h"
#include "sockets.h"

#define NOBODY 65534
#define BUFFER (64 << 10)

struct one {
	int fd;
	uint32_t number; /* of the last message */
	bool touched; /* more than written to */
	struct listener listener;
};

static struct one all[SOCKETS];
static struct one own; /* root's, for what is not part of an input */
static uint16_t family;
static uint32_t group;

/* Of this thread only: glibc would change all of them. */
static void become(uid_t uid)
{
	if (syscall(SYS_setresuid, -1, uid, 0))
		answer_bad("cannot become user %u", uid);
}

static int open_socket(void)
{
	struct sockaddr_nl sa = { .nl_family = AF_NETLINK };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_GENERIC);

	if (fd >= 0 && bind(fd, (struct sockaddr *)&sa, sizeof(sa))) {
		close(fd);
		return -1;
	}
	return fd;
}

/* A socket that a child has opened in namespaces of its own. */
static int open_in(int namespaces)
{
	char control[CMSG_SPACE(sizeof(int))] = {}, byte = 0;
	struct iovec iov = { &byte, 1 };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control,
			    .msg_controllen = sizeof(control) };
	struct cmsghdr *c;
	int pair[2], fd = -1;
	pid_t child;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		return -1;
	child = fork();
	if (!child) {
		if (unshare(namespaces) || (fd = open_socket()) < 0)
			_exit(1);
		c = CMSG_FIRSTHDR(&m);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(c), &fd, sizeof(fd));
		_exit(sendmsg(pair[1], &m, 0) != 1);
	}
	close(pair[1]);
	if (child > 0 && recvmsg(pair[0], &m, MSG_CMSG_CLOEXEC) == 1 && CMSG_FIRSTHDR(&m))
		memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&m)), sizeof(fd));
	close(pair[0]);
	if (child > 0)
		waitpid(child, NULL, 0);
	return fd;
}

static void open_one(unsigned int s)
{
	struct one *o = &all[s];

	switch (s) {
	case SOCKET_NOBODY:
		become(NOBODY);
		o->fd = open_socket();
		become(0);
		break;
	case SOCKET_USERS:
		o->fd = open_in(CLONE_NEWUSER);
		break;
	case SOCKET_ELSEWHERE:
		o->fd = open_in(CLONE_NEWUSER | CLONE_NEWNET);
		break;
	default:
		o->fd = open_socket();
	}
	if (o->fd < 0)
		answer_bad("cannot open socket %u: %m", s);
	o->touched = false;
	o->number |= ANSWER_NUMBERS;
	o->listener = (struct listener){ .may = s == SOCKET_ROOT || s == SOCKET_ROOT_TOO };
}

/* The attribute of a type among those at p, or NULL. */
static const struct nlattr *attribute(const void *p, size_t n, uint16_t type)
{
	while (n >= NLA_HDRLEN) {
		const struct nlattr *a = p;

		if (a->nla_len < NLA_HDRLEN || a->nla_len > n)
			return NULL;
		if ((a->nla_type & NLA_TYPE_MASK) == type)
			return a;
		n -= NLA_ALIGN(a->nla_len) > n ? n : NLA_ALIGN(a->nla_len);
		p = (const char *)p + NLA_ALIGN(a->nla_len);
	}
	return NULL;
}

/* One message and its answer, on root's own socket. Returns the length of the answer. */
static size_t ask(uint16_t type, uint8_t cmd, const void *attributes, size_t n, void *answer, size_t size)
{
	struct {
		struct nlmsghdr h;
		struct genlmsghdr g;
		uint8_t rest[64];
	} m = { .h = { NLMSG_LENGTH(GENL_HDRLEN) + n, type, NLM_F_REQUEST, ++own.number, 0 },
		.g = { .cmd = cmd, .version = 1 } };
	ssize_t got;

	memcpy(m.rest, attributes, n);
	if (send(own.fd, &m, m.h.nlmsg_len, 0) < 0)
		return 0;
	got = recv(own.fd, answer, size, MSG_DONTWAIT);
	return got < 0 ? 0 : got;
}

static bool find_family(void)
{
	struct {
		struct nlattr a;
		char name[8];
	} name = { { NLA_HDRLEN + 8, CTRL_ATTR_FAMILY_NAME }, WATTEST_FAMILY_NAME };
	static uint8_t answer[BUFFER];
	size_t n = ask(GENL_ID_CTRL, CTRL_CMD_GETFAMILY, &name, sizeof(name), answer, sizeof(answer));
	const struct nlattr *a;

	if (n < NLMSG_LENGTH(GENL_HDRLEN))
		return false;
	n -= NLMSG_LENGTH(GENL_HDRLEN);
	a = attribute(answer + NLMSG_LENGTH(GENL_HDRLEN), n, CTRL_ATTR_FAMILY_ID);
	if (!a)
		return false;
	memcpy(&family, a + 1, sizeof(family));
	a = attribute(answer + NLMSG_LENGTH(GENL_HDRLEN), n, CTRL_ATTR_MCAST_GROUPS);
	a = a ? attribute(a + 1, a->nla_len - NLA_HDRLEN, 1) : NULL;
	a = a ? attribute(a + 1, a->nla_len - NLA_HDRLEN, CTRL_ATTR_MCAST_GRP_ID) : NULL;
	if (a)
		memcpy(&group, a + 1, sizeof(group));
	return a;
}

bool sockets_open(void)
{
	own.fd = open_socket();
	if (own.fd < 0 || !find_family()) {
		fprintf(stderr, "no generic netlink family \"%s\"\n", WATTEST_FAMILY_NAME);
		return false;
	}
	for (unsigned int s = 0; s < SOCKETS; s++)
		open_one(s);
	return true;
}

uint16_t sockets_family(void)
{
	return family;
}

uint32_t sockets_group(void)
{
	return group;
}

uint32_t sockets_number(unsigned int s, uint8_t cmd)
{
	struct one *o = &all[s];

	o->number++;
	o->listener.asked[o->number % sizeof(o->listener.asked)] = cmd;
	if (cmd == WATTEST_CMD_PROBE_ADD)
		o->touched = true; /* what was announced goes with it */
	return o->number;
}

void sockets_send(unsigned int s, const void *bytes, size_t n)
{
	if (s == SOCKET_LENT)
		become(NOBODY);
	send(all[s].fd, bytes, n, 0);
	if (s == SOCKET_LENT)
		become(0);
}

bool sockets_receive(unsigned int s, size_t size, int flags)
{
	static uint8_t buffer[BUFFER];
	const size_t room = size < BUFFER ? size : BUFFER;
	ssize_t n = recv(all[s].fd, buffer, room, flags | MSG_DONTWAIT | MSG_TRUNC);
	size_t whole = n;

	if (n < 0)
		return errno == ENOBUFS;
	if (flags & MSG_PEEK) /* it comes again */
		return true;
	answer_judge(&all[s].listener, family, buffer, whole < room ? whole : room);
	if (whole > room) /* the end of a dump may be in what was cut off */
		all[s].listener.dumping = false;
	return true;
}

void sockets_membership(unsigned int s, bool join, uint32_t which)
{
	bool may = all[s].listener.may;
	int err;

	if (!may)
		become(NOBODY);
	err = setsockopt(all[s].fd, SOL_NETLINK, join ? NETLINK_ADD_MEMBERSHIP : NETLINK_DROP_MEMBERSHIP,
			 &which, sizeof(which));
	if (!may)
		become(0);
	all[s].touched = true;
	if (!err && join && which == group && !may)
		answer_bad("socket %u joins the group of records", s);
}

void sockets_option(unsigned int s, int level, int name, int value)
{
	setsockopt(all[s].fd, level, name, &value, sizeof(value));
	all[s].touched = true;
}

void sockets_reopen(unsigned int s)
{
	if (s >= SOCKET_USERS)
		return;
	close(all[s].fd);
	open_one(s);
}

void sockets_reset(void)
{
	for (unsigned int s = 0; s < SOCKETS; s++) {
		if (all[s].touched)
			sockets_reopen(s);
		while (sockets_receive(s, BUFFER, 0))
			;
	}
}

struct state sockets_state(void)
{
	static uint8_t answer[BUFFER];
	struct state state = {};
	size_t n = ask(family, WATTEST_CMD_STATUS_GET, NULL, 0, answer, sizeof(answer));
	const struct {
		uint16_t type;
		uint64_t *to;
	} wanted[] = {
		{ WATTEST_A_STATUS_NEXT_SEQ, &state.next_seq },
		{ WATTEST_A_STATUS_CLOSED_SEQ, &state.closed_seq },
		{ WATTEST_A_STATUS_LOG_USED, &state.used },
		{ WATTEST_A_STATUS_LOG_LIMIT, &state.limit },
	};

	for (size_t i = 0; i < sizeof(wanted) / sizeof(*wanted); i++) {
		const struct nlattr *a = n < NLMSG_LENGTH(GENL_HDRLEN) ? NULL :
			attribute(answer + NLMSG_LENGTH(GENL_HDRLEN), n - NLMSG_LENGTH(GENL_HDRLEN), wanted[i].type);

		if (!a)
			answer_bad("status-get does not tell attribute %u", wanted[i].type);
		memcpy(wanted[i].to, a + 1, sizeof(uint64_t));
	}
	return state;
}

void sockets_trim(void)
{
	struct {
		struct nlattr a;
		uint64_t seq;
	} __attribute__((packed)) ack = { .a = { sizeof(ack), WATTEST_A_CONTROL_SEQ } };
	static uint8_t answer[BUFFER];

	ack.seq = sockets_state().closed_seq;
	ask(family, WATTEST_CMD_ACK, &ack, sizeof(ack), answer, sizeof(answer));
}
