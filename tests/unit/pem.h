/* SPDX-License-Identifier: Apache-2.0 */
/* PEM around DER that a test has in hex. */
#ifndef TESTS_UNIT_PEM_H
#define TESTS_UNIT_PEM_H

#include <openssl/evp.h>
#include <stdio.h>

#include "lib/bytes.h"

#define P256_SPKI "3059301306072a8648ce3d020106082a8648ce3d03010703420004" /* then X, Y */
#define P256_PKCS8 \
	"3041020100301306072a8648ce3d020106082a8648ce3d030107042730250201010420" /* then d */
#define ED25519_SPKI "302a300506032b6570032100" /* then the public key */
#define ED25519_PKCS8 "302e020100300506032b657004220420" /* then the seed */

static inline struct wt_span to_pem(const char *label, struct wt_span der, char *out, size_t cap)
{
	unsigned char base64[4096];
	int n;

	if (der.n > 3000)
		abort();
	EVP_EncodeBlock(base64, der.p, (int)der.n);
	n = snprintf(out, cap, "-----BEGIN %s-----\n", label);
	for (size_t i = 0; base64[i]; i++)
		n += snprintf(out + n, cap - (size_t)n, "%s%c", i && i % 64 == 0 ? "\n" : "", base64[i]);
	n += snprintf(out + n, cap - (size_t)n, "\n-----END %s-----\n", label);
	return wt_span(out, (size_t)n);
}

#endif
