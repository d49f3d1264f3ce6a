// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "agent/role.h"

static bool fits(const char *rule, const char *name)
{
	return !rule[0] || !strcmp(rule, name);
}

enum wt_role wt_role_of(const struct wt_registration *reg, const struct wt_nl_source *source)
{
	for (size_t i = 0; reg && i < reg->n_sources; i++) {
		const struct wt_reg_source *rule = &reg->sources[i];

		if (!strcmp(rule->chip, source->chip) &&
		    !strcmp(rule->attribute, source->attribute) &&
		    fits(rule->parent, source->parent) && fits(rule->label, source->label))
			return rule->role;
	}
	return 0;
}

const struct wt_reg_device *wt_device_of(const struct wt_registration *reg,
					 const struct wt_nl_device *device)
{
	for (size_t i = 0; reg && i < reg->n_devices; i++) {
		const struct wt_reg_device *rule = &reg->devices[i];

		if (rule->bus == device->bus && rule->vid == device->vid &&
		    rule->pid == device->pid && fits(rule->serial, device->serial) &&
		    fits(rule->path, device->path) && fits(rule->product, device->product))
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
