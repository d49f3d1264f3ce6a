// SPDX-License-Identifier: Apache-2.0
/* The kernel's SHA-256 for those of its files that the unit tests build. */
#include "kmod/key.h"
#include "lib/crypto/crypto.h"

void sha256(const uint8_t *data, unsigned int len, uint8_t *out)
{
	wt_sha256(wt_span(data, len), out);
}
