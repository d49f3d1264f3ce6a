/* SPDX-License-Identifier: Apache-2.0 */
/* What the module may answer: what it may not, ends the program, and libFuzzer keeps the input. */
#ifndef FUZZ_ANSWER_H
#define FUZZ_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Messages are numbered from here on: bytes of an input that pass for a message seldom have such a number. */
#define ANSWER_NUMBERS 0x10000000

/* What is remembered of a socket between two buffers of answers. */
struct listener {
	bool may; /* what needs CAP_NET_ADMIN in the first namespaces */
	uint8_t asked[256]; /* the command of each message, by its number */
	bool dumping; /* records */
	uint32_t dump; /* number of that dump */
	uint64_t last_seq; /* of its records */
};

/* Commands that need CAP_NET_ADMIN. */
bool answer_is_guarded(uint8_t cmd);

/* Judges one buffer that was read. The last message may be cut. */
void answer_judge(struct listener *l, uint16_t family, const void *bytes, size_t n);

/* Prints what happened, and aborts. */
void __attribute__((noreturn, format(printf, 1, 2))) answer_bad(const char *format, ...);

#endif
