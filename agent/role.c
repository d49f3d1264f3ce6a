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
