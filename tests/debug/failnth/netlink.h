/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The module's netlink family, by bare system calls and nothing else: under fault injection each of them is counted.
 */
#ifndef WATTEST_TESTS_FAILNTH_NETLINK_H
#define WATTEST_TESTS_FAILNTH_NETLINK_H

#include <stdbool.h>
#include <stdint.h>

struct netlink {
	int fd;
	uint16_t family;
};

/* Opens a socket and asks for the family. Returns the descriptor, which is the caller's, or -1 and errno. */
int netlink_open(struct netlink *ret);

bool netlink_knows(const char *request);

/* Sends it, about a source if it is about one, and no more. Returns 0 or a negative errno. */
int netlink_send(const struct netlink *netlink, const char *request, uint32_t source);

/* Sends the request and reads its answer to the end. Returns 0 or a negative errno. */
int netlink_request(const struct netlink *netlink, const char *request, uint32_t source);

/* Reads and forgets what is left of an answer. */
void netlink_drain(const struct netlink *netlink);

#endif
