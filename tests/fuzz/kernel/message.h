/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A message as operands: socket, command, MESSAGE_* bits, version, how much its length lies (s8), then attributes, each
 * its type, a VALUE_* with ATTRIBUTE_* bits, and what the value needs.
 */
#ifndef FUZZ_MESSAGE_H
#define FUZZ_MESSAGE_H

#include "input.h"

#define MESSAGE_DUMP 0x01
#define MESSAGE_ACK 0x02
#define MESSAGE_ECHO 0x04
#define MESSAGE_ROOT 0x08 /* half of NLM_F_DUMP */
#define MESSAGE_CONTROL 0x10 /* to the family of families, which tells of ours and of our policies */
#define MESSAGE_HELD 0x20 /* sent with the next one, in one buffer */
#define MESSAGE_RAW 0x40 /* no attributes: bytes */
#define MESSAGE_ANY_FLAGS 0x80 /* two bytes of them before the attributes */

enum value {
	VALUE_BYTES, /* length, bytes */
	VALUE_CLOSED, /* s8: as far from the last closed seq */
	VALUE_NEXT, /* s8: as far from the seq that comes next */
	VALUE_LINK, /* u8: which link's descriptor */
	VALUE_DESCRIPTOR, /* u8: any descriptor */
	VALUE_U32,
	VALUE_U64,
	VALUE_LIES, /* s8 how much its length lies, length, bytes */
	VALUES,
};

#define ATTRIBUTE_NESTED 0x08
#define ATTRIBUTE_BYTEORDER 0x10
#define ATTRIBUTE_HIGH 0x20 /* a type of more than eight bits */

/* Builds it and sends it, or holds it back. */
void message_send(struct operands *o, struct state state);

/* Sends what is held back still. */
void message_flush(void);

#endif
