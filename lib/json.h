/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON for standard output, made with memory that may run out: json-c stops the program when it is given an object that
 * could not be made. Here what is missing is noted in the object that it is missing from, and nothing of it is printed.
 */
#ifndef LIB_JSON_H
#define LIB_JSON_H

#include <json-c/json.h>

#include "lib/err.h"

/*
 * Both take the value; the first returns it for what is added to it in turn, or NULL. NULL, as json_object_new_...() gives without memory, is missing from then on; so is all that is
 * added to an object or a list of NULL. A null of JSON's is the third.
 */
struct json_object *wt_json_add(struct json_object *o, const char *key, struct json_object *value);
void wt_json_append(struct json_object *list, struct json_object *value);
void wt_json_null(struct json_object *o, const char *key);

/* Whole, as text that belongs to o; -ENOMEM. Flags: JSON_C_TO_STRING_... */
int wt_json_text(struct json_object *o, int flags, const char **ret, struct wt_err *err);
/* A line of it on standard output, or none; takes o. */
int wt_json_print(struct json_object *o, int flags, struct wt_err *err);
#define WT_JSON_PRETTY (JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE)

#endif
