// SPDX-License-Identifier: GPL-2.0
/* See key.h. */
#ifdef __KERNEL__
#include <linux/string.h>
#include <crypto/sha2.h>
#else
#include <string.h>
#endif

#include "key.h"

#ifndef __KERNEL__
#define memzero_explicit explicit_bzero
#endif

#define BLOCK 64	/* SHA-256's */

/* Half of an HMAC: SHA-256 of the key, padded to a block and masked, and then of text. */
static void masked(const u8 *key, u8 mask, const u8 *text, u8 *ret)
{
	u8 in[BLOCK + WATTEST_KEY_LEN];
	int i;

	for (i = 0; i < BLOCK; i++)
		in[i] = (i < WATTEST_KEY_LEN ? key[i] : 0) ^ mask;
	memcpy(in + BLOCK, text, WATTEST_KEY_LEN);
	sha256(in, sizeof(in), ret);
	memzero_explicit(in, sizeof(in));
}

/* HMAC-SHA256 (RFC 2104) of a text that is as long as a digest: a chain value. */
static void hmac(const u8 *key, const u8 *text, u8 *ret)
{
	u8 inner[WATTEST_KEY_LEN];

	masked(key, 0x36, text, inner);
	masked(key, 0x5c, inner, ret);
}

/* Key i of the chain: k_N hashed N - i times. 1,023 hashes at most, once a step. */
static void derive(const struct wattest_key_chain *chain, u32 i, u8 *ret)
{
	u32 n;

	memcpy(ret, chain->last, WATTEST_KEY_LEN);
	for (n = chain->keys; n > i; n--)
		sha256(ret, WATTEST_KEY_LEN, ret);
}

bool wattest_key_wants_chain(const struct wattest_key *key)
{
	return !key->next.keys && key->used + 1 >= key->now.keys;
}

void wattest_key_draw(struct wattest_key *key, const u8 *random, u32 keys, u8 *ret_anchor)
{
	memcpy(key->next.last, random, WATTEST_KEY_LEN);
	key->next.keys = keys;
	derive(&key->next, 0, ret_anchor);
}

const u8 *wattest_key_before(const struct wattest_key *key)
{
	return key->has_before ? key->before : NULL;
}

void wattest_key_close(struct wattest_key *key, const u8 *head, u8 *ret_mac)
{
	if (key->used == key->now.keys) {
		key->now = key->next;
		memzero_explicit(&key->next, sizeof(key->next));
		key->used = 0;
	}
	key->used++;
	derive(&key->now, key->used, key->before);
	key->has_before = true;
	hmac(key->before, head, ret_mac);
}

void wattest_key_wipe(struct wattest_key *key)
{
	memzero_explicit(key, sizeof(*key));
}
