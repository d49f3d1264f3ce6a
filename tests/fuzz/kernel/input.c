// SPDX-License-Identifier: Apache-2.0
/* See input.h. */
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/wattest.h>

#include "calls.h"
#include "input.h"
#include "message.h"

#define REPEATS_MAX 40 /* of one input: closing a window takes the module a thousand digests */
#define LINKS_MAX 72 /* more than the module takes */

void operand_bytes(struct operands *o, void *to, size_t n)
{
	size_t have = n < o->n ? n : o->n;

	memcpy(to, o->p, have);
	memset((uint8_t *)to + have, 0, n - have);
	o->p += have;
	o->n -= have;
}

uint8_t operand_u8(struct operands *o)
{
	uint8_t v;

	operand_bytes(o, &v, sizeof(v));
	return v;
}

uint16_t operand_u16(struct operands *o)
{
	uint16_t v;

	operand_bytes(o, &v, sizeof(v));
	return v;
}

uint32_t operand_u32(struct operands *o)
{
	uint32_t v;

	operand_bytes(o, &v, sizeof(v));
	return v;
}

uint64_t operand_u64(struct operands *o)
{
	uint64_t v;

	operand_bytes(o, &v, sizeof(v));
	return v;
}

bool input_next(const uint8_t **p, size_t *n, struct frame *ret)
{
	size_t take;

	if (!*n)
		return false;
	ret->act = **p % ACTS;
	ret->n = *n > 1 ? (*p)[1] : 0;
	take = *n > 1 ? 2 : 1;
	*p += take;
	*n -= take;
	ret->operands = *p;
	if (ret->n > *n)
		ret->n = *n;
	*p += ret->n;
	*n -= ret->n;
	return true;
}

static void receive(struct operands *o)
{
	unsigned int socket = operand_u8(o) % SOCKETS;
	size_t size = operand_u16(o);
	int flags = operand_u8(o) & 1 ? MSG_PEEK : 0;
	int times = operand_u8(o);

	do
		if (!sockets_receive(socket, size, flags))
			break;
	while (times--);
}

static void set_option(struct operands *o)
{
	static const struct {
		int level, name;
	} options[] = {
		{ SOL_NETLINK, NETLINK_EXT_ACK },      { SOL_NETLINK, NETLINK_CAP_ACK },
		{ SOL_NETLINK, NETLINK_GET_STRICT_CHK }, { SOL_NETLINK, NETLINK_NO_ENOBUFS },
		{ SOL_NETLINK, NETLINK_PKTINFO },      { SOL_NETLINK, NETLINK_BROADCAST_ERROR },
		{ SOL_NETLINK, NETLINK_LISTEN_ALL_NSID }, { SOL_SOCKET, SO_RCVBUF },
		{ SOL_SOCKET, SO_SNDBUF },	       { SOL_SOCKET, SO_PASSCRED },
	};
	unsigned int socket = operand_u8(o) % SOCKETS;
	unsigned int which = operand_u8(o) % (sizeof(options) / sizeof(*options));

	sockets_option(socket, options[which].level, options[which].name, operand_u32(o));
}

static void transfer(struct operands *o)
{
	struct calls_told *told = calls_told();

	told->busnum = operand_u32(o);
	told->devnum = operand_u32(o);
	told->flags = operand_u32(o);
	told->bytes = operand_u32(o);
	told->calls = CALLS_TRANSFER;
	calls_run();
	told->calls = 0;
}

static void event(struct operands *o)
{
	struct calls_told *told = calls_told();
	uint8_t calls = operand_u8(o);

	operand_bytes(o, &told->event, sizeof(told->event));
	operand_bytes(o, &told->within, sizeof(told->within));
	told->calls = CALLS_EVENT | (calls & (CALLS_WITHIN | CALLS_INTERRUPT));
	calls_run();
	told->calls = 0;
}

/* Announces many links, which only the module holds from then on. */
static void announce(struct operands *o, struct state state)
{
	unsigned int socket = operand_u8(o) % SOCKETS, n = operand_u8(o) % (LINKS_MAX + 1);

	while (n--) {
		int fd = links_new(LINKS - 1);
		const uint8_t message[] = { socket, WATTEST_CMD_PROBE_ADD, 0, 1, 0, WATTEST_A_CONTROL_LINK_FD,
					    VALUE_DESCRIPTOR, fd };

		if (fd < 0)
			return;
		message_send(&(struct operands){ message, sizeof(message) }, state);
		close(fd);
	}
}

static void act(const struct frame *f, struct state state)
{
	struct operands o = { f->operands, f->n };
	unsigned int a, b;

	switch (f->act) {
	case ACT_SEND:
		message_send(&o, state);
		break;
	case ACT_RECEIVE:
		receive(&o);
		break;
	case ACT_GROUP:
		a = operand_u8(&o) % SOCKETS;
		b = operand_u8(&o) & 1;
		sockets_membership(a, b, sockets_group() + (int8_t)operand_u8(&o));
		break;
	case ACT_OPTION:
		set_option(&o);
		break;
	case ACT_REOPEN:
		sockets_reopen(operand_u8(&o) % SOCKETS);
		break;
	case ACT_TRANSFER:
		transfer(&o);
		break;
	case ACT_EVENT:
		event(&o);
		break;
	case ACT_LINK:
		a = operand_u8(&o);
		links_act(a, operand_u8(&o) % LINK_ACTS);
		break;
	case ACT_ANNOUNCE:
		announce(&o, state);
		break;
	default:
		break;
	}
}

void input_run(const uint8_t *p, size_t n, struct state state)
{
	struct frame f, before = { .act = ACTS };
	int left = REPEATS_MAX;

	while (input_next(&p, &n, &f)) {
		if (f.act == ACT_REPEAT) {
			struct operands o = { f.operands, f.n };

			if (before.act == ACT_ANNOUNCE) /* slow, and nothing new */
				continue;
			for (int times = operand_u8(&o); times && left; times--, left--)
				act(&before, state);
			continue;
		}
		act(&f, state);
		before = f;
	}
	message_flush();
}
