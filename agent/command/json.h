/* SPDX-License-Identifier: Apache-2.0 */
/* The same as the screens, for programs: stable keys, raw integers with their unit in the key. */
#ifndef AGENT_COMMAND_JSON_H
#define AGENT_COMMAND_JSON_H

#include "model.h"

struct json_object;

/* Owned by the caller. */
struct json_object *json_sources(const struct model *m);
struct json_object *json_devices(const struct model *m);
struct json_object *json_status(const struct model *m);
struct json_object *json_record(const struct wt_nl_record *record);

#endif
