// SPDX-License-Identifier: Apache-2.0
/* What the site's verdict rests on: all that it was given, whoever it was dealt to. */
#include "lib/result.h"
#include "lib/site/private.h"

int wt_site_policy(const struct wt_site *site, uint8_t ret[WT_SHA256_LEN], struct wt_err *err)
{
	uint8_t(*digests)[WT_SHA256_LEN] =
		calloc(site->n_objects + site->n_anchors + 1, sizeof(*digests));
	size_t n = 0, i;

	if (!digests)
		return wt_fail(err, ENOMEM, "no memory for %zu digests", site->n_objects);
	for (i = 0; i < site->n_objects; i++)
		memcpy(digests[n++], site->objects[i]->digest, WT_SHA256_LEN);
	for (i = 0; i < site->n_anchors; i++)
		memcpy(digests[n++], site->anchors[i], WT_SHA256_LEN);
	wt_policy_digest(digests, n, ret);
	free(digests);
	return 0;
}
