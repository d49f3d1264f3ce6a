// SPDX-License-Identifier: Apache-2.0
#include "answer.h"

#include <stdio.h>
#include <string.h>

#include <json-c/json.h>

/* The string of that name in the object that the answer is, the caller's; or NULL. */
static struct json_object *string_in(struct wt_span answer, const char *key)
{
	struct json_tokener *tok = json_tokener_new();
	struct json_object *o = NULL, *v, *ret = NULL;

	if (tok && answer.n)
		o = json_tokener_parse_ex(tok, (const char *)answer.p, (int)answer.n);
	if (json_object_is_type(o, json_type_object) && json_object_object_get_ex(o, key, &v) &&
	    json_object_is_type(v, json_type_string))
		ret = json_object_get(v);
	json_object_put(o);
	if (tok)
		json_tokener_free(tok);
	return ret;
}

struct json_object *answer_grant(struct wt_span answer)
{
	return string_in(answer, "grant");
}

void answer_why(struct wt_span answer, char ret[ANSWER_WHY_LEN])
{
	struct json_object *said = string_in(answer, "error");
	const char *text = said ? json_object_get_string(said) : "";
	size_t n = wt_text_plain_part(text, ANSWER_WHY_LEN - sizeof(": "));

	snprintf(ret, ANSWER_WHY_LEN, "%s%.*s", n ? ": " : "", (int)n, text);
	json_object_put(said);
}
