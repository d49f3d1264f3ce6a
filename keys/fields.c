// SPDX-License-Identifier: Apache-2.0
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "keys/authority.h"
#include "keys/fields.h"

#define DEPTH 16

static const char *type_name(struct json_object *v)
{
	switch (json_object_get_type(v)) {
	case json_type_null:
		return "null";
	case json_type_boolean:
		return "true or false";
	case json_type_double:
		return "a number with a fraction";
	case json_type_int:
		return "a number";
	case json_type_object:
		return "an object";
	case json_type_array:
		return "a list";
	case json_type_string:
		return "a text";
	}
	return "something else";
}

int fields_parse(const char *path, struct json_object **ret, struct wt_err *err)
{
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf text = { 0 };
	struct json_tokener *tokener;
	struct json_object *file;
	size_t end;
	int r;

	r = wt_file_read(path, AUTHORITY_FILE_MAX, &text, err);
	if (r < 0)
		return r;
	tokener = json_tokener_new_ex(DEPTH);
	if (!tokener)
		return wt_fail(err, ENOMEM, "out of memory");
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	wt_buf_append(&text, "", 1); /* tells the tokener that a number at the end is complete */
	file = text.err ? NULL : json_tokener_parse_ex(tokener, (const char *)text.p, (int)text.n);
	end = json_tokener_get_parse_end(tokener);
	while (file && end < text.n - 1 && memchr(" \t\r\n", text.p[end], 4))
		end++;
	if (text.err)
		r = wt_fail(err, ENOMEM, "out of memory");
	else if (!file)
		r = wt_fail(err, EBADMSG, "%.200s: byte %zu: no JSON: %s", path, end,
			    end >= text.n - 1
				    ? "it ends too early"
				    : json_tokener_error_desc(json_tokener_get_error(tokener)));
	else if (end != text.n - 1)
		r = wt_fail(err, EBADMSG, "%.200s: byte %zu: something follows the JSON", path,
			    end);
	json_tokener_free(tokener);
	if (r < 0) {
		json_object_put(file);
		return r;
	}
	*ret = file;
	return 0;
}

int fields_list(struct json_object *file, const char *list, size_t max, struct json_object **ret,
		struct wt_err *err)
{
	struct json_object *array = file;

	if (json_object_is_type(file, json_type_object) &&
	    !json_object_object_get_ex(file, list, &array))
		return wt_fail(err, EBADMSG, "has no list \"%s\"", list);
	if (!json_object_is_type(array, json_type_array))
		return wt_fail(err, EBADMSG, "%s: is %s, a list is needed", list, type_name(array));
	if (json_object_array_length(array) > max)
		return wt_fail(err, EBADMSG, "%s: %zu entries, at most %zu are possible", list,
			       json_object_array_length(array), max);
	*ret = array;
	return 0;
}

int fields_entry(struct json_object *array, const char *list, size_t index, struct fields *ret,
		 struct wt_err *err)
{
	struct json_object *entry = json_object_array_get_idx(array, index);

	if (!json_object_is_type(entry, json_type_object))
		return wt_fail(err, EBADMSG, "%s[%zu]: is %s, an object is needed", list, index,
			       type_name(entry));
	*ret = (struct fields){ .list = list, .index = index, .entry = entry };
	return 0;
}

int fields_bad(const struct fields *f, const char *key, struct wt_err *err, const char *format, ...)
{
	char sentence[160];
	va_list ap;

	va_start(ap, format);
	vsnprintf(sentence, sizeof(sentence), format, ap);
	va_end(ap);
	return wt_fail(err, EBADMSG, "%s[%zu].%s: %s", f->list, f->index, key, sentence);
}

int fields_text(const struct fields *f, const char *key, bool needed, char *ret, size_t cap,
		struct wt_err *err)
{
	struct json_object *v = NULL;
	size_t n = 0;

	json_object_object_get_ex(f->entry, key, &v);
	if (v && !json_object_is_type(v, json_type_string))
		return fields_bad(f, key, err, "is %s, a text is needed", type_name(v));
	if (v)
		n = (size_t)json_object_get_string_len(v);
	if (n == 0 && needed)
		return fields_bad(f, key, err, "is missing");
	if (n >= cap)
		return fields_bad(f, key, err, "longer than %zu bytes", cap - 1);
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)json_object_get_string(v)[i] < 0x20 ||
		    json_object_get_string(v)[i] == 0x7f)
			return fields_bad(f, key, err, "has a control character in it");
	memset(ret, 0, cap);
	if (n > 0)
		memcpy(ret, json_object_get_string(v), n);
	return 0;
}

int fields_number(const struct fields *f, const char *key, uint64_t max, uint64_t *ret,
		  struct wt_err *err)
{
	struct json_object *v = NULL;

	json_object_object_get_ex(f->entry, key, &v);
	if (!v)
		return 0;
	if (!json_object_is_type(v, json_type_int))
		return fields_bad(f, key, err, "is %s, a whole number is needed", type_name(v));
	/* json-c clamps to the type asked for: a negative number shows only as signed. */
	if (json_object_get_int64(v) < 0 || json_object_get_uint64(v) > max)
		return fields_bad(f, key, err, "from 0 to %" PRIu64 " is possible", max);
	*ret = json_object_get_uint64(v);
	return 1;
}
