// SPDX-License-Identifier: Apache-2.0
#include "agent/refusals.h"

#include <string.h>

static uint64_t key_of(const char *file, const uint8_t digest[WT_SHA256_LEN])
{
	uint8_t name[WT_SHA256_LEN], both[WT_SHA256_LEN];

	wt_sha256(wt_span(file, strlen(file)), name);
	wt_sha256_pair(name, digest, both);
	return wt_le64(both);
}

static void add(struct wt_refusals *refusals, uint64_t key)
{
	refusals->seen[refusals->next] = key;
	refusals->next = (refusals->next + 1) % WT_REFUSALS_MAX;
	if (refusals->n < WT_REFUSALS_MAX)
		refusals->n++;
}

bool wt_refusals_new(struct wt_refusals *refusals, const char *file,
		     const uint8_t digest[WT_SHA256_LEN])
{
	uint64_t key = key_of(file, digest);

	for (size_t i = 0; i < refusals->n; i++)
		if (refusals->seen[i] == key)
			return false;
	add(refusals, key);
	return true;
}

void wt_refusals_put(struct wt_buf *b, const struct wt_refusals *refusals)
{
	size_t first = refusals->n < WT_REFUSALS_MAX ? 0 : refusals->next;

	for (size_t i = 0; i < refusals->n; i++) {
		uint64_t key = refusals->seen[(first + i) % WT_REFUSALS_MAX];
		uint8_t raw[8];

		for (size_t k = 0; k < sizeof(raw); k++)
			raw[k] = (uint8_t)(key >> 8 * k);
		wt_buf_append(b, raw, sizeof(raw));
	}
}

int wt_refusals_read(struct wt_span bytes, struct wt_refusals *ret, struct wt_err *err)
{
	*ret = (struct wt_refusals){};
	if (bytes.n % 8 || bytes.n / 8 > WT_REFUSALS_MAX)
		return wt_fail(err, EBADMSG, "the list of refused files is damaged");
	for (size_t i = 0; i < bytes.n; i += 8)
		add(ret, wt_le64(bytes.p + i));
	return 0;
}
