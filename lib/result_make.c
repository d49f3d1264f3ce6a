// SPDX-License-Identifier: Apache-2.0
/* From a verdict to the result that is signed of it. */
#include <stdlib.h>
#include <string.h>

#include "lib/result_parts.h"

static int by_bytes(const void *a, const void *b)
{
	return memcmp(a, b, WT_SHA256_LEN);
}

void wt_policy_digest(uint8_t (*digests)[WT_SHA256_LEN], size_t n, uint8_t ret[WT_SHA256_LEN])
{
	size_t i, kept = 0;

	if (n)
		qsort(digests, n, sizeof(*digests), by_bytes);
	for (i = 0; i < n; i++) {
		if (kept && !memcmp(digests[kept - 1], digests[i], sizeof(*digests)))
			continue;
		memmove(digests[kept++], digests[i], sizeof(*digests));
	}
	wt_sha256(wt_span(digests, kept * sizeof(*digests)), ret);
}

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t most(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

void wt_result_of(const struct wt_verdict *v, struct wt_result *ret)
{
	struct wt_result result = {
		.tier = v->tier,
		.allocation = v->allocation,
		.assurance = v->assurance,
		/* Evidence whose clock or numbers ran backwards still covers what lies between. */
		.first_seq = least(v->first_seq, v->last_seq),
		.last_seq = most(v->first_seq, v->last_seq),
		.from_ns = least(v->from_ns, v->to_ns),
		.to_ns = most(v->from_ns, v->to_ns),
		.measured_uj = v->measured_uj,
		.substituted_uj = v->substituted_uj,
		.bought_uj = v->bought_uj,
		.left_uj = v->left_uj,
		.chargeable = v->chargeable,
		.n_checks = WT_CHECKS,
	};
	size_t i;

	memcpy(result.ueid, v->ueid, sizeof(result.ueid));
	wt_result_copy_plain(result.rig, sizeof(result.rig), v->rig, "");
	for (i = 0; i < WT_CHECKS; i++)
		wt_result_check_of(&v->checks[i], wt_check_name((enum wt_check)i),
				   &result.checks[i]);
	*ret = result;
}
