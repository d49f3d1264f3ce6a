/* SPDX-License-Identifier: Apache-2.0 */
/* What must be bought next, for `wattest status`. */
#ifndef AGENT_COMMAND_NEXT_H
#define AGENT_COMMAND_NEXT_H

#include "model.h"

struct json_object;

/* The lines below "next"; nothing when nothing is known. */
void next_show(const struct model *m);
/* NULL: nothing is known. */
struct json_object *next_json(const struct model *m);

#endif
