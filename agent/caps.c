// SPDX-License-Identifier: Apache-2.0
#include "agent/caps.h"

#include <errno.h>
#include <stdlib.h>

#define UW_PER_W UINT64_C(1000000)
#define NS_PER_S UINT64_C(1000000000)

static int add(struct wt_caps *caps, const struct wt_cap *cap)
{
	struct wt_cap *v = reallocarray(caps->v, caps->n + 1, sizeof(*v));

	if (!v)
		return -ENOMEM;
	caps->v = v;
	caps->v[caps->n++] = *cap;
	return 0;
}

int wt_caps_add(struct wt_caps *caps, const struct wt_notice *notice)
{
	if (notice->kind != WT_NOTICE_CURTAIL && notice->kind != WT_NOTICE_OFF)
		return 0;
	return add(caps,
		   &(struct wt_cap){
			   .from = notice->from,
			   .until = notice->to,
			   .max_uw = notice->kind == WT_NOTICE_OFF ? 0 : notice->max_w * UW_PER_W,
		   });
}

int wt_caps_add_schedule(struct wt_caps *caps, const struct wt_idle *idle, size_t n, int64_t from,
			 int64_t until)
{
	uint64_t at = (uint64_t)from * NS_PER_S, end = (uint64_t)until * NS_PER_S, next;
	int r = 0;

	for (; n > 0 && at < end && r == 0; at = next) {
		bool off = wt_idle_at(idle, n, at, &next);

		if (next > end)
			next = end;
		if (off)
			r = add(caps, &(struct wt_cap){
					      .from = (int64_t)(at / NS_PER_S),
					      .until = (int64_t)(next / NS_PER_S),
					      .scheduled = true,
				      });
	}
	return r;
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
