/* SPDX-License-Identifier: Apache-2.0 */
/* The generic netlink sockets that messages are sent on, each with the rights it was opened and is used with. */
#ifndef FUZZ_SOCKETS_H
#define FUZZ_SOCKETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	SOCKET_ROOT, /* may do everything */
	SOCKET_ROOT_TOO,
	SOCKET_NOBODY, /* opened by nobody, used by root */
	SOCKET_LENT, /* opened by root, used by nobody */
	SOCKET_USERS, /* root of a user namespace, in the first network namespace */
	SOCKET_ELSEWHERE, /* of another network namespace, where there is no such family */
	SOCKETS,
};

/* What the module says of itself. */
struct state {
	uint64_t next_seq;
	uint64_t closed_seq;
	uint64_t used;
	uint64_t limit;
};

/* Finds the family and opens all. Says what is wrong and returns false when it cannot. */
bool sockets_open(void);

uint16_t sockets_family(void);
uint32_t sockets_group(void);

/* Makes the next number for a message to be sent on it; the answers to that number are judged by cmd. */
uint32_t sockets_number(unsigned int s, uint8_t cmd);

/* Sends bytes as they are. What goes wrong is of no interest. */
void sockets_send(unsigned int s, const void *bytes, size_t n);

/* Reads one buffer of answers, at most size bytes of it, and judges them (answer.h). False: there is none. */
bool sockets_receive(unsigned int s, size_t size, int flags);

/* Joins or leaves a multicast group; aborts when one joins that may not. */
void sockets_membership(unsigned int s, bool join, uint32_t group);

void sockets_option(unsigned int s, int level, int name, int value);

/* Closes it and opens another in its place; those of other namespaces stay. */
void sockets_reopen(unsigned int s);

/* Makes all as new: reads what is left, reopens those that were more than written to. */
void sockets_reset(void);

/* Root asks for the state; and acknowledges all that is closed. */
struct state sockets_state(void);
void sockets_trim(void);

#endif
