/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Typed fields of JSON objects, with sentences that say where: "sources[2].class_ppm: is a text,
 * ...".
 */
#ifndef KEYS_FIELDS_H
#define KEYS_FIELDS_H

#include <json-c/json.h>
#include <stdbool.h>

#include "lib/bytes.h"
#include "lib/err.h"

/* One entry of a list, for reading its fields. */
struct fields {
	const char *list; /* "devices" */
	size_t index;
	struct json_object *entry;
};

/*
 * Parses a whole file, strictly (RFC 8259); *ret is freed with json_object_put. The sentence names
 * the file.
 */
int fields_parse(const char *path, struct json_object **ret, struct wt_err *err);
/*
 * The file's list of that name, or the file itself when it is a list; at most max entries.
 * Borrowed.
 */
int fields_list(struct json_object *file, const char *list, size_t max, struct json_object **ret,
		struct wt_err *err);
/* The entry at index, which must be an object. */
int fields_entry(struct json_object *array, const char *list, size_t index, struct fields *ret,
		 struct wt_err *err);

/* Text; absent, null or empty gives an empty one unless needed. At most cap - 1 bytes. */
int fields_text(const struct fields *f, const char *key, bool needed, char *ret, size_t cap,
		struct wt_err *err);
/* Whole number from 0 to max; absent or null: 0 is returned and ret is left alone, else 1. */
int fields_number(const struct fields *f, const char *key, uint64_t max, uint64_t *ret,
		  struct wt_err *err);
/* -EBADMSG: "devices[2].key: sentence". */
int fields_bad(const struct fields *f, const char *key, struct wt_err *err, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

#endif
