// SPDX-License-Identifier: Apache-2.0
#include "agent/caps.h"

#include <errno.h>
#include <stdlib.h>

#define UW_PER_W UINT64_C(1000000)

int wt_caps_add(struct wt_caps *caps, const struct wt_notice *notice)
{
	struct wt_cap *v;

	if (notice->kind != WT_NOTICE_CURTAIL && notice->kind != WT_NOTICE_OFF)
		return 0;
	v = reallocarray(caps->v, caps->n + 1, sizeof(*v));
	if (!v)
		return -ENOMEM;
	caps->v = v;
	caps->v[caps->n++] = (struct wt_cap){
		.from = notice->from,
		.until = notice->to,
		.max_uw = notice->kind == WT_NOTICE_OFF ? 0 : notice->max_w * UW_PER_W,
	};
	return 0;
}

uint64_t wt_caps_at(const struct wt_caps *caps, int64_t at)
{
	uint64_t uw = UINT64_MAX;

	for (size_t i = 0; i < caps->n; i++)
		if (caps->v[i].from <= at && at < caps->v[i].until && caps->v[i].max_uw < uw)
			uw = caps->v[i].max_uw;
	return uw;
}

void wt_caps_clear(struct wt_caps *caps)
{
	free(caps->v);
	*caps = (struct wt_caps){};
}
