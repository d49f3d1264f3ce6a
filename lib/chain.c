// SPDX-License-Identifier: Apache-2.0
#include "lib/chain.h"

#include <string.h>

int wt_chain_digest(const struct wt_att_record *records, size_t n, struct wt_buf *scratch,
		    uint8_t ret[WT_SHA256_LEN])
{
	uint8_t *digests;
	size_t i;

	wt_buf_reset(scratch);
	digests = wt_buf_extend(scratch, n * WT_SHA256_LEN);
	if (!digests)
		return -ENOMEM;
	for (i = 0; i < n; i++) {
		if (records[i].raw.p)
			wt_sha256(records[i].raw, digests + i * WT_SHA256_LEN);
		else
			memcpy(digests + i * WT_SHA256_LEN, records[i].digest, WT_SHA256_LEN);
	}
	wt_sha256(wt_buf_span(scratch), ret);
	return 0;
}

int wt_chain_step(uint8_t head[WT_SHA256_LEN], const struct wt_att_record *records, size_t n,
		  struct wt_buf *scratch)
{
	uint8_t step[WT_SHA256_LEN];
	int r;

	r = wt_chain_digest(records, n, scratch, step);
	if (r == 0)
		wt_sha256_pair(head, step, head);
	return r;
}
