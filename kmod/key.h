/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Keys for the steps' MACs: ANCHOR in include/wattest/record.h says how they follow from one
 * another and when each is disclosed. Pure: no lock and no source of randomness; the unit tests
 * build it in user space.
 *
 * Of a chain only its last key is kept: all before it are its hashes. What is in memory here and
 * not yet disclosed is all that a forger lacks.
 */
#ifndef WATTEST_KEY_H
#define WATTEST_KEY_H

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
typedef uint8_t u8;
typedef uint32_t u32;
/* Of the test that builds this. */
void sha256(const u8 *data, unsigned int len, u8 *out);
#endif

#define WATTEST_KEY_LEN 32		/* of a key, an anchor and a MAC */
#define WATTEST_KEY_CHAIN 1024		/* keys in a chain; at least 2 */

struct wattest_key_chain {
	u8 last[WATTEST_KEY_LEN];	/* k_N */
	u32 keys;			/* N; 0: there is no chain */
};

struct wattest_key {
	struct wattest_key_chain now;	/* keys the open step, unless it is used up */
	struct wattest_key_chain next;	/* drawn and anchored, takes over from it */
	u32 used;			/* keys of now that closed steps had */
	u8 before[WATTEST_KEY_LEN];	/* of the step before the open one */
	bool has_before;
};

/*
 * The open step is the last that the chain in use can key, or there is none yet: the next chain has
 * to be drawn, and its anchor put into this step.
 */
bool wattest_key_wants_chain(const struct wattest_key *key);

/*
 * Takes random (WATTEST_KEY_LEN bytes) as the last of `keys` keys of the next chain. Returns its
 * anchor k_0.
 */
void wattest_key_draw(struct wattest_key *key, const u8 *random, u32 keys, u8 *ret_anchor);

/* The key of the step before the open one, NULL when there was none. For the closing record. */
const u8 *wattest_key_before(const struct wattest_key *key);

/*
 * The open step has closed with the chain value head: returns its MAC, and the next step is open.
 * Not while wattest_key_wants_chain().
 */
void wattest_key_close(struct wattest_key *key, const u8 *head, u8 *ret_mac);

/* Wipes all keys. */
void wattest_key_wipe(struct wattest_key *key);

#endif
