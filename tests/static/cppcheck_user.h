/* SPDX-License-Identifier: Apache-2.0 */
/* For cppcheck, which does not read the libraries' headers. */
/* It takes scandir()'s result for an argument. */
#define scandir list_folder
/* The one macro that is no expression. */
#define json_object_object_foreach(obj, key, val)                                                  \
	char *key = NULL;                                                                          \
	struct json_object *val = NULL;                                                            \
	for (key = first(obj), val = value(obj); key; key = next(obj), val = value(obj))
