// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "lib/object.h"

int wt_ueid_from_key(const struct wt_key *key, uint8_t ret[WT_UEID_LEN])
{
	uint8_t digest[WT_SHA256_LEN];
	int r;

	r = wt_key_spki_digest(key, digest);
	if (r < 0)
		return r;
	wt_ueid_from_digest(digest, ret);
	return 0;
}

void wt_ueid_from_digest(const uint8_t spki[WT_SHA256_LEN], uint8_t ret[WT_UEID_LEN])
{
	ret[0] = WT_UEID_RAND;
	memcpy(ret + 1, spki, WT_UEID_LEN - 1);
}

bool wt_ueid_valid(const uint8_t ueid[WT_UEID_LEN])
{
	return ueid[0] == WT_UEID_RAND;
}
