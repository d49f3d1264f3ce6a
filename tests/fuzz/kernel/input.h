/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An input is a sequence of acts: one byte says which, one how long its operands are, then the operands. Every string
 * of bytes is an input; what is missing at its end is zero.
 */
#ifndef FUZZ_INPUT_H
#define FUZZ_INPUT_H

#include <stddef.h>
#include <stdint.h>

#include "sockets.h"

enum act {
	ACT_SEND, /* a message; the operands are in message.h */
	ACT_RECEIVE, /* socket, u16 size, flags, times */
	ACT_GROUP, /* socket, join, s8 distance from the family's group */
	ACT_OPTION, /* socket, which, u32 value */
	ACT_REOPEN, /* socket */
	ACT_TRANSFER, /* u32 bus, device, flags, bytes */
	ACT_EVENT, /* two struct wattest_event, the calls */
	ACT_LINK, /* which, enum link_act */
	ACT_ANNOUNCE, /* socket, how many links */
	ACT_REPEAT, /* how often, of the act before */
	ACTS,
};

#define OPERANDS_MAX 255

/* Reads operands; zeros behind their end. */
struct operands {
	const uint8_t *p;
	size_t n;
};

uint8_t operand_u8(struct operands *o);
uint16_t operand_u16(struct operands *o);
uint32_t operand_u32(struct operands *o);
uint64_t operand_u64(struct operands *o);
void operand_bytes(struct operands *o, void *to, size_t n);

struct frame {
	enum act act;
	const uint8_t *operands;
	size_t n;
};

/* Takes the next act off the input; false at its end. */
bool input_next(const uint8_t **p, size_t *n, struct frame *ret);

/* Does all of it. The state is that of the module before. */
void input_run(const uint8_t *p, size_t n, struct state state);

#endif
