/* SPDX-License-Identifier: Apache-2.0 */
/* What the registration says of a source or device that the kernel found. For display; by the rule that verifiers use. */
#ifndef AGENT_ROLE_H
#define AGENT_ROLE_H

#include "agent/netlink.h"
#include "lib/object.h"

/* 0 when it is not registered (reg may be NULL). */
enum wt_role wt_role_of(const struct wt_registration *reg, const struct wt_nl_source *source);
/* NULL when it is not registered (reg may be NULL). */
const struct wt_reg_device *wt_device_of(const struct wt_registration *reg,
					 const struct wt_nl_device *device);
const char *wt_role_name(enum wt_role role); /* "input", ...; "-" for 0 */

#endif
