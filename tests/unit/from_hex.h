/* SPDX-License-Identifier: Apache-2.0 */
/* Byte strings in tests are written as hex. */
#ifndef TESTS_UNIT_FROM_HEX_H
#define TESTS_UNIT_FROM_HEX_H

#include <stdlib.h>
#include <string.h>

#include "lib/bytes.h"

/*
 * An exact-sized heap copy, so that ASan sees one byte too far. The caller frees .p (or lets the
 * test's process end). Hex that is none ends the test program: a typing error in the test.
 */
static inline struct wt_span from_hex(const char *hex)
{
	size_t cap = strlen(hex) / 2 + 1;
	uint8_t *p = malloc(cap);
	uint8_t *exact;
	int n;

	if (!p)
		abort();
	n = wt_unhex(hex, p, cap);
	if (n < 0)
		abort();
	exact = malloc(n ? (size_t)n : 1);
	if (!exact)
		abort();
	memcpy(exact, p, (size_t)n);
	free(p);
	return wt_span(exact, (size_t)n);
}

#endif
