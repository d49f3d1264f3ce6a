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
	ret[0] = WT_UEID_RAND;
	memcpy(ret + 1, digest, WT_UEID_LEN - 1);
	return 0;
}

bool wt_ueid_valid(const uint8_t ueid[WT_UEID_LEN])
{
	return ueid[0] == WT_UEID_RAND;
}
