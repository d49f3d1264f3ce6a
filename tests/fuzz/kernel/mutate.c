// SPDX-License-Identifier: Apache-2.0
/*
 * Mutations that keep an input a sequence of acts: libFuzzer's own change the operands of one, or rarely the bytes of
 * all; others take acts away, copy, move them, or put in one of those below.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <linux/wattest.h>

#include "calls.h"
#include "input.h"
#include "message.h"

#define FRAMES_MAX 64

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned int seed);

struct edited {
	uint8_t act;
	uint8_t n;
	uint8_t operands[OPERANDS_MAX];
};

#define A(attribute) WATTEST_A_##attribute
#define OP(act, ...) { act, sizeof((uint8_t[]){ __VA_ARGS__ }), { __VA_ARGS__ } }
#define ASK(cmd, how, ...) OP(ACT_SEND, SOCKET_ROOT, WATTEST_CMD_##cmd, how, 1, 0, ##__VA_ARGS__)
#define NONCE 'n', 'o', 'n', 'c', 'e', '1', '2', '3'

/* What a program would ask for that means well. */
static const struct edited well_formed[] = {
	ASK(STATUS_GET, MESSAGE_ACK),
	ASK(SOURCE_GET, MESSAGE_DUMP),
	ASK(DEVICE_GET, MESSAGE_DUMP),
	ASK(RECORD_GET, MESSAGE_DUMP),
	ASK(RECORD_GET, MESSAGE_DUMP, A(RECORD_SEQ), VALUE_NEXT, 0xfe),
	ASK(RECORD_GET, MESSAGE_DUMP, A(RECORD_SEQ), VALUE_U64, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff),
	ASK(ACK, MESSAGE_ACK, A(CONTROL_SEQ), VALUE_CLOSED, 0),
	ASK(ACK, MESSAGE_ACK, A(CONTROL_SEQ), VALUE_NEXT, 0),
	ASK(CLOSE, MESSAGE_ACK),
	ASK(CLOSE, 0, A(CONTROL_NONCE), VALUE_BYTES, 8, NONCE),
	ASK(CLOSE, 0, A(CONTROL_NONCE), VALUE_BYTES, 3, 1, 2, 3),
	ASK(PROBE_ADD, MESSAGE_ACK, A(CONTROL_LINK_FD), VALUE_LINK, 0),
	ASK(PROBE_ADD, MESSAGE_ACK, A(CONTROL_LINK_FD), VALUE_DESCRIPTOR, 0),
	ASK(SOURCE_SET, MESSAGE_ACK, A(CONTROL_SOURCE_ID), VALUE_U32, 1, 0, 0, 0, A(CONTROL_COUNTED), VALUE_U32, 0),
	ASK(SOURCE_SET, MESSAGE_HELD, A(CONTROL_SOURCE_ID), VALUE_U32, 1, 0, 0, 0, A(CONTROL_COUNTED), VALUE_U32, 1),
	ASK(RECORD_NTF, MESSAGE_ACK),
	/* the family of families: our operations and our policies */
	OP(ACT_SEND, SOCKET_ROOT, 3, MESSAGE_CONTROL, 1, 0, 2, VALUE_BYTES, 8, 'w', 'a', 't', 't', 'e', 's', 't', 0),
	OP(ACT_SEND, SOCKET_ROOT, 10, MESSAGE_CONTROL | MESSAGE_DUMP, 1, 0, 2, VALUE_BYTES, 8, 'w', 'a', 't', 't', 'e',
	   's', 't', 0),
	OP(ACT_RECEIVE, SOCKET_ROOT, 0, 0x80, 0, 4),
	OP(ACT_RECEIVE, SOCKET_ROOT, 40, 0, 1, 1),
	OP(ACT_GROUP, SOCKET_ROOT, 1, 0),
	OP(ACT_GROUP, SOCKET_USERS, 1, 0),
	OP(ACT_OPTION, SOCKET_ROOT, 0, 1),
	OP(ACT_OPTION, SOCKET_ROOT, 7, 0, 1),
	OP(ACT_REOPEN, SOCKET_ROOT),
	OP(ACT_TRANSFER, 1, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 64),
	OP(ACT_TRANSFER, 1, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 0xff, 0xff, 0xff, 0xff),
	OP(ACT_EVENT, CALLS_WITHIN | CALLS_INTERRUPT, WATTEST_EVENT_BPF, 0, 0, 0, 1, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 'c'),
	OP(ACT_LINK, 2, LINK_UPDATE),
	OP(ACT_LINK, 3, LINK_MAKE),
	OP(ACT_ANNOUNCE, SOCKET_ROOT, 66),
	OP(ACT_REPEAT, 40),
};

/* Attributes to put behind a message. */
static const struct {
	uint8_t n;
	uint8_t bytes[12];
} attributes[] = {
	{ 3, { A(CONTROL_SEQ), VALUE_CLOSED } },
	{ 3, { A(CONTROL_SEQ), VALUE_NEXT } },
	{ 10, { A(RECORD_SEQ), VALUE_U64 } },
	{ 11, { A(CONTROL_NONCE), VALUE_BYTES, 8, NONCE } },
	{ 11, { A(CONTROL_NONCE), VALUE_LIES, 56, 7, NONCE } },
	{ 3, { A(CONTROL_LINK_FD), VALUE_LINK } },
	{ 6, { A(CONTROL_SOURCE_ID), VALUE_U32, 1 } },
	{ 6, { A(CONTROL_COUNTED), VALUE_U32, 2 } },
	{ 7, { A(CONTROL_SEQ), VALUE_BYTES | ATTRIBUTE_NESTED, 4, 4, 0, 1, 0 } },
	{ 2, { 0, VALUE_BYTES } },
};

#define LENGTH(array) (sizeof(array) / sizeof(*(array)))

static unsigned int random_below(unsigned int n)
{
	return n ? (unsigned int)rand() % n : 0;
}

static size_t read_frames(const uint8_t *data, size_t size, struct edited *frames)
{
	struct frame f;
	size_t n = 0;

	while (n < FRAMES_MAX - 1 && input_next(&data, &size, &f)) {
		frames[n].act = f.act;
		frames[n].n = f.n;
		memcpy(frames[n].operands, f.operands, f.n);
		n++;
	}
	return n;
}

static size_t write_frames(const struct edited *frames, size_t n, uint8_t *data, size_t max)
{
	size_t size = 0;

	for (size_t i = 0; i < n && size + 2 + frames[i].n <= max; i++) {
		data[size++] = frames[i].act;
		data[size++] = frames[i].n;
		memcpy(data + size, frames[i].operands, frames[i].n);
		size += frames[i].n;
	}
	return size;
}

/* Makes room at i. */
static void open_place(struct edited *frames, size_t n, size_t i)
{
	memmove(frames + i + 1, frames + i, (n - i) * sizeof(*frames));
}

static void add_attribute(struct edited *f)
{
	unsigned int a = random_below(LENGTH(attributes));

	if (f->act != ACT_SEND || f->n + attributes[a].n > OPERANDS_MAX)
		return;
	memcpy(f->operands + f->n, attributes[a].bytes, attributes[a].n);
	f->n += attributes[a].n;
}

/* The socket and the command are what most depends on; they are the first operands of most acts. */
static void readdress(struct edited *f)
{
	if (f->n > 0 && f->act <= ACT_REOPEN)
		f->operands[0] = random_below(SOCKETS);
	if (f->n > 1 && f->act == ACT_SEND && random_below(2))
		f->operands[1] = random_below(WATTEST_CMD_MAX + 2);
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned int seed)
{
	static struct edited frames[FRAMES_MAX];
	size_t n, i, from;
	struct edited moved;

	srand(seed);
	n = read_frames(data, size, frames);
	i = random_below(n);
	switch (n ? random_below(12) : 11) {
	case 0:
		return LLVMFuzzerMutate(data, size, max);
	case 1:
		memmove(frames + i, frames + i + 1, (n - i - 1) * sizeof(*frames));
		n--;
		break;
	case 2:
		open_place(frames, n++, i);
		break;
	case 3:
		from = random_below(n);
		moved = frames[i];
		frames[i] = frames[from];
		frames[from] = moved;
		break;
	case 4:
	case 5:
		readdress(&frames[i]);
		break;
	case 6:
		add_attribute(&frames[i]);
		break;
	case 7:
	case 8:
	case 9:
		frames[i].n = LLVMFuzzerMutate(frames[i].operands, frames[i].n, OPERANDS_MAX);
		break;
	default:
		open_place(frames, n++, i);
		frames[i] = well_formed[random_below(LENGTH(well_formed))];
	}
	size = write_frames(frames, n, data, max);
	return size ? size : LLVMFuzzerMutate(data, size, max);
}
