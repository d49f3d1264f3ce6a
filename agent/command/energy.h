/* SPDX-License-Identifier: Apache-2.0 */
/* What the subcommands of `wattest energy` share. */
#ifndef AGENT_COMMAND_ENERGY_H
#define AGENT_COMMAND_ENERGY_H

#include "agent/holdings.h"

#include "command.h"

struct energy {
	struct common common;
	uint64_t power_uw; /* 0: the present draw */
	uint32_t block_wh; /* 0: as little as is missing */
	uint32_t margin; /* percent */
	int64_t now, until; /* the plan's horizon */
	struct wt_holdings holdings;
};

/* Each is given the holdings, charged but for add, and returns the exit status. */
int energy_add(struct energy *energy, int argc, char **argv);
int energy_list(struct energy *energy);
int energy_balance(struct energy *energy);
int energy_plan(struct energy *energy);
int energy_buy(struct energy *energy);

/* The present draw or the given one, and so many percent more: -ENODATA while none is known. */
int energy_draw(const struct energy *energy, uint32_t margin, uint64_t *ret_uw, struct wt_err *err);

/* What authorities allow now or later at most, for a plan and for a balance: lines, and "limits". */
void caps_print(const struct energy *energy);
struct json_object *caps_json(const struct energy *energy);

#define WINDOW_LEN 80
/* "2026-11-20 18:00 to 19:00 +05:00", local time. */
const char *window_text(int64_t from, int64_t until, char ret[WINDOW_LEN]);

#endif
