// SPDX-License-Identifier: Apache-2.0
#include <errno.h>

#include <cap-ng.h>

#include "privileges.h"

/* BPF, PERFMON: to load and attach. SYS_ADMIN: the kernel asks for it before it hands out a module's types. */
static const unsigned int probing[] = { CAP_SYS_ADMIN, CAP_BPF, CAP_PERFMON };

#define N (sizeof(probing) / sizeof(probing[0]))

int privileges_drop(struct wt_err *err)
{
	if (capng_get_caps_process() < 0)
		return wt_fail(err, EPERM, "capabilities cannot be read");
	for (size_t i = 0; i < N; i++)
		capng_update(CAPNG_DROP,
			     CAPNG_EFFECTIVE | CAPNG_PERMITTED | CAPNG_INHERITABLE, probing[i]);
	if (capng_apply(CAPNG_SELECT_CAPS) < 0)
		return wt_fail(err, errno ? errno : EPERM, "capabilities cannot be dropped");
	return 0;
}
