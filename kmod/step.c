// SPDX-License-Identifier: GPL-2.0
/* See step.h. */
#include <linux/random.h>
#include <linux/string.h>
#include <crypto/sha2.h>

#include "compat.h"
#include "key.h"
#include "log.h"
#include "step.h"
#include "witness.h"

static struct sha256_ctx open;	/* of the digests in the open step; log mutex */
static u8 head[WATTEST_DIGEST_LEN];	/* log mutex */
static struct wattest_key key;		/* log mutex */

static_assert(WATTEST_KEY_LEN == WATTEST_DIGEST_LEN);

void wattest_chain_next(const u8 *from, const u8 *step, u8 *ret)
{
	struct sha256_ctx chain;

	sha256_init(&chain);
	sha256_update(&chain, from, WATTEST_DIGEST_LEN);
	sha256_update(&chain, step, WATTEST_DIGEST_LEN);
	sha256_final(&chain, ret);
}

void wattest_step_start(const u8 *start)
{
	lockdep_assert_held(&wattest_log_mutex);
	memcpy(head, start, sizeof(head));
	sha256_init(&open);
}

void wattest_step_add(const u8 *digest)
{
	lockdep_assert_held(&wattest_log_mutex);
	sha256_update(&open, digest, WATTEST_DIGEST_LEN);
}

bool wattest_step_wants_anchor(void)
{
	lockdep_assert_held(&wattest_log_mutex);
	return wattest_key_wants_chain(&key);
}

void wattest_step_anchor(struct wattest_anchor *ret)
{
	u8 random[WATTEST_KEY_LEN];

	lockdep_assert_held(&wattest_log_mutex);
	get_random_bytes(random, sizeof(random));
	wattest_key_draw(&key, random, WATTEST_KEY_CHAIN, ret->anchor);
	memzero_explicit(random, sizeof(random));
	ret->keys = cpu_to_le32(WATTEST_KEY_CHAIN);
}

size_t wattest_step_disclose(u8 *ret)
{
	const u8 *before;

	lockdep_assert_held(&wattest_log_mutex);
	before = wattest_key_before(&key);
	if (!before || !wattest_witness_has_last())
		return 0;
	memcpy(ret, before, WATTEST_KEY_LEN);
	return WATTEST_KEY_LEN;
}

void wattest_step_close(u64 seq, u8 *ret_head, u8 *ret_mac)
{
	u8 step[WATTEST_DIGEST_LEN];

	lockdep_assert_held(&wattest_log_mutex);
	sha256_final(&open, step);
	sha256_init(&open);
	wattest_chain_next(head, step, head);
	memcpy(ret_head, head, sizeof(head));
	wattest_key_close(&key, head, ret_mac);
	wattest_witness_step(seq, step);
}

const u8 *wattest_step_head(void)
{
	lockdep_assert_held(&wattest_log_mutex);
	return head;
}

void wattest_step_exit(void)
{
	lockdep_assert_held(&wattest_log_mutex);
	wattest_key_wipe(&key);
}
