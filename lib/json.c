// SPDX-License-Identifier: Apache-2.0
#include "lib/json.h"

#include <stdbool.h>
#include <stdio.h>

static char missing; /* its address, as an object's user data: something is */

static void note(struct json_object *o)
{
	json_object_set_userdata(o, &missing, NULL);
}

struct json_object *wt_json_add(struct json_object *o, const char *key, struct json_object *value)
{
	if (o && value && json_object_object_add(o, key, value) == 0)
		return value;
	if (o)
		note(o);
	json_object_put(value);
	return NULL;
}

void wt_json_append(struct json_object *list, struct json_object *value)
{
	if (list && value && json_object_array_add(list, value) == 0)
		return;
	if (list)
		note(list);
	json_object_put(value);
}

void wt_json_null(struct json_object *o, const char *key)
{
	if (o && json_object_object_add(o, key, NULL) < 0)
		note(o);
}

/* NOLINTNEXTLINE(misc-no-recursion): as deep as our own objects are */
static bool whole(struct json_object *o)
{
	if (!o)
		return true; /* null */
	if (json_object_get_userdata(o) == &missing)
		return false;
	if (json_object_is_type(o, json_type_array)) {
		for (size_t i = 0; i < json_object_array_length(o); i++)
			if (!whole(json_object_array_get_idx(o, i)))
				return false;
	} else if (json_object_is_type(o, json_type_object)) {
		json_object_object_foreach(o, key, value)
		{
			(void)key;
			if (!whole(value))
				return false;
		}
	}
	return true;
}

int wt_json_text(struct json_object *o, int flags, const char **ret, struct wt_err *err)
{
	const char *text = NULL;

	/* json-c goes on behind what it found no room for; malloc(3) sets errno, and nothing else here sets it to this */
	errno = 0;
	if (o && whole(o))
		text = json_object_to_json_string_ext(o, flags);
	if (!text || errno == ENOMEM)
		return wt_fail(err, ENOMEM, "out of memory");
	*ret = text;
	return 0;
}

int wt_json_print(struct json_object *o, int flags, struct wt_err *err)
{
	const char *text;
	int r = wt_json_text(o, flags, &text, err);

	if (r == 0)
		puts(text);
	json_object_put(o);
	return r;
}
