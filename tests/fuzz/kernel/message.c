// SPDX-License-Identifier: Apache-2.0
/* See message.h. */
#include <string.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/wattest.h>

#include "calls.h"
#include "message.h"

#define BUFFER_MAX 8192
#define MESSAGE_MAX 1024

static struct {
	uint8_t bytes[BUFFER_MAX];
	size_t n;
	unsigned int socket;
} held;

struct writer {
	uint8_t *p;
	size_t n, size;
};

static void put(struct writer *w, const void *bytes, size_t n)
{
	if (n > w->size - w->n)
		n = w->size - w->n;
	memcpy(w->p + w->n, bytes, n);
	w->n += n;
}

static void put_attribute(struct writer *w, struct operands *o, struct state state)
{
	struct nlattr a = { .nla_type = operand_u8(o) };
	uint8_t how = operand_u8(o), bytes[OPERANDS_MAX], zeros[NLA_ALIGNTO] = {};
	size_t n = 0;
	int lie = 0;
	union {
		uint32_t u32;
		uint64_t u64;
	} value = {};

	switch ((enum value)(how % VALUES)) {
	case VALUE_CLOSED:
		value.u64 = state.closed_seq + (int8_t)operand_u8(o);
		n = sizeof(value.u64);
		break;
	case VALUE_NEXT:
		value.u64 = state.next_seq + (int8_t)operand_u8(o);
		n = sizeof(value.u64);
		break;
	case VALUE_LINK:
		value.u32 = links_fd(operand_u8(o));
		n = sizeof(value.u32);
		break;
	case VALUE_DESCRIPTOR:
		value.u32 = operand_u8(o);
		n = sizeof(value.u32);
		break;
	case VALUE_U32:
		value.u32 = operand_u32(o);
		n = sizeof(value.u32);
		break;
	case VALUE_U64:
		value.u64 = operand_u64(o);
		n = sizeof(value.u64);
		break;
	case VALUE_LIES:
		lie = (int8_t)operand_u8(o);
		/* fallthrough */
	default:
		n = operand_u8(o);
		if (n > o->n)
			n = o->n;
		operand_bytes(o, bytes, n);
	}
	if (how % VALUES != VALUE_BYTES && how % VALUES != VALUE_LIES)
		memcpy(bytes, &value, n);
	a.nla_len = NLA_HDRLEN + n + lie;
	a.nla_type |= (how & ATTRIBUTE_NESTED ? NLA_F_NESTED : 0) | (how & ATTRIBUTE_BYTEORDER ? NLA_F_NET_BYTEORDER : 0) |
		      (how & ATTRIBUTE_HIGH ? 0x1000 : 0);
	put(w, &a, sizeof(a));
	put(w, bytes, n);
	put(w, zeros, NLA_ALIGN(n) - n);
}

void message_flush(void)
{
	if (held.n)
		sockets_send(held.socket, held.bytes, held.n);
	held.n = 0;
}

void message_send(struct operands *o, struct state state)
{
	unsigned int socket = operand_u8(o) % SOCKETS;
	struct genlmsghdr g = { .cmd = operand_u8(o) };
	uint8_t how = operand_u8(o);
	struct nlmsghdr h = { .nlmsg_type = how & MESSAGE_CONTROL ? GENL_ID_CTRL : sockets_family(),
			      .nlmsg_flags = NLM_F_REQUEST };
	int lie;
	struct writer w;

	g.version = operand_u8(o);
	lie = (int8_t)operand_u8(o);
	if (how & MESSAGE_ANY_FLAGS)
		h.nlmsg_flags = operand_u16(o);
	h.nlmsg_flags |= (how & MESSAGE_DUMP ? NLM_F_DUMP : 0) | (how & MESSAGE_ROOT ? NLM_F_ROOT : 0) |
			 (how & MESSAGE_ACK ? NLM_F_ACK : 0) | (how & MESSAGE_ECHO ? NLM_F_ECHO : 0);
	if (held.n && (held.socket != socket || held.n > BUFFER_MAX - MESSAGE_MAX))
		message_flush();
	/* netlink acknowledges what is no request, and does nothing */
	h.nlmsg_seq = sockets_number(socket, how & MESSAGE_CONTROL || !(h.nlmsg_flags & NLM_F_REQUEST) ? 0 : g.cmd);

	w = (struct writer){ held.bytes + held.n, 0, MESSAGE_MAX };
	put(&w, &h, sizeof(h));
	put(&w, &g, sizeof(g));
	if (how & MESSAGE_RAW) {
		put(&w, o->p, o->n);
	} else {
		while (o->n)
			put_attribute(&w, o, state);
	}
	h.nlmsg_len = w.n + lie;
	memcpy(held.bytes + held.n, &h, sizeof(h));
	held.n += NLMSG_ALIGN(w.n);
	held.socket = socket;
	if (!(how & MESSAGE_HELD))
		message_flush();
}
