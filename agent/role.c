// SPDX-License-Identifier: Apache-2.0
#include "agent/role.h"
#include "lib/match.h"
#include "wattest/record.h"

enum wt_role wt_role_of(const struct wt_registration *reg, const struct wt_nl_source *source)
{
	for (size_t i = 0; reg && i < reg->n_sources; i++) {
		const struct wt_reg_source *rule = &reg->sources[i];

		if (wt_match_source(rule, source->chip, source->parent, source->attribute,
				    source->label))
			return rule->role;
	}
	return 0;
}

const struct wt_reg_device *wt_device_of(const struct wt_registration *reg,
					 const struct wt_nl_device *device)
{
	if (device->flags & WATTEST_DEVICE_TRUNCATED)
		return NULL;
	for (size_t i = 0; reg && i < reg->n_devices; i++) {
		const struct wt_reg_device *rule = &reg->devices[i];

		if (wt_match_device(rule, device->bus, device->vid, device->pid, device->serial,
				    device->path, device->product))
			return rule;
	}
	return NULL;
}

const char *wt_role_name(enum wt_role role)
{
	switch (role) {
	case WT_ROLE_INPUT:
		return "input";
	case WT_ROLE_OUTPUT:
		return "output";
	case WT_ROLE_CHECK:
		return "check";
	}
	return "-";
}
