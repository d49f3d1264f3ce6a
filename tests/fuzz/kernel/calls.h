/* SPDX-License-Identifier: Apache-2.0 */
/* Calls of the module's functions out of BPF programs, and BPF links to announce. */
#ifndef FUZZ_CALLS_H
#define FUZZ_CALLS_H

#include <linux/types.h>

#include <wattest/record.h>

/* What programs.bpf.c is to call. */
#define CALLS_TRANSFER 1
#define CALLS_EVENT 2
#define CALLS_WITHIN 4
#define CALLS_INTERRUPT 8

struct calls_told {
	__u32 calls;
	__u32 busnum, devnum, flags, bytes;
	struct wattest_event event;
	struct wattest_event within;
};

#ifndef __bpf__
#include <stdbool.h>
#include <stdint.h>

#define LINKS 8

enum link_act {
	LINK_MAKE, /* anew */
	LINK_CLOSE,
	LINK_DETACH,
	LINK_UPDATE, /* another program in its place */
	LINK_ACTS,
};

/*
 * Loads the programs. Says what is wrong and returns false when it cannot. The one of events within events hangs on a
 * function that all of the kernel calls, and makes it slow: only if it is asked for.
 */
bool calls_open(bool within);

/* What the programs read; it is theirs to read while they run. */
struct calls_told *calls_told(void);

/* Runs the calls that are told. */
void calls_run(void);

/* Link n % LINKS, of a kind by its number; -1 when there is none. */
int links_fd(unsigned int n);
void links_act(unsigned int n, enum link_act act);

/* A link of its own, which the caller closes; -1 when no more can be had. */
int links_new(unsigned int n);
#endif

#endif
