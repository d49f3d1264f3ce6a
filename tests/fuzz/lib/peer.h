/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel's end of generic netlink, for a program that has no module: whoever links this receives on its netlink
 * sockets what is queued here, instead of what the kernel says.
 */
#ifndef TESTS_FUZZ_LIB_PEER_H
#define TESTS_FUZZ_LIB_PEER_H

#include "lib/bytes.h"

#define PEER_FAMILY 0x20 /* of wattest, and its multicast group: one that exists */
#define PEER_GROUP 16

/* From now on netlink sockets get these packets, a length of 16 bits before each; then an error. */
void peer_begin(struct wt_span packets);
void peer_end(void);

#endif
