// SPDX-License-Identifier: Apache-2.0
/* What a platform answers to wattest-buy. */
#include "tests/fuzz/targets/targets.h"

#include <string.h>

#include <json-c/json.h>

#include "agent/purchase/answer.h"

/* The answer that says just that. */
static struct wt_span answer_of(struct json_object **ret, const char *key, const char *text, int n)
{
	const char *json;

	*ret = json_object_new_object();
	json_object_object_add(*ret, key, json_object_new_string_len(text, n));
	json = json_object_to_json_string_ext(*ret, JSON_C_TO_STRING_PLAIN);
	return wt_span(json, strlen(json));
}

/* A grant is taken over as it came, zero bytes and all. */
static void check_grant(struct wt_span in)
{
	struct json_object *grant = answer_grant(in), *o, *again;

	if (!grant)
		return;
	FUZZ_CHECK(json_object_is_type(grant, json_type_string));
	again = answer_grant(answer_of(&o, "grant", json_object_get_string(grant),
				       json_object_get_string_len(grant)));
	FUZZ_CHECK(again && json_object_equal(grant, again));
	json_object_put(o);
	json_object_put(again);
	json_object_put(grant);
}

static void check_why(struct wt_span in)
{
	char why[ANSWER_WHY_LEN], again[ANSWER_WHY_LEN];
	struct json_object *o;
	size_t n;

	fuzz_untouched_fill(why, sizeof(why));
	answer_why(in, why);
	FUZZ_CHECK(memchr(why, '\0', sizeof(why)));
	n = strlen(why);
	FUZZ_CHECK(n == 0 || (n > 2 && !strncmp(why, ": ", 2)));
	FUZZ_CHECK(n == 0 || wt_text_plain(wt_span(why, n)));
	if (!n)
		return;
	answer_why(answer_of(&o, "error", why + 2, (int)n - 2), again);
	FUZZ_CHECK(!strcmp(why, again));
	json_object_put(o);
}

/* As they come; and as the text of a refusal, which then begins as its plain beginning does. */
static void purchase_run(struct wt_span in)
{
	char why[ANSWER_WHY_LEN];
	struct json_object *o;
	struct wt_span wrapped;
	size_t n;

	check_grant(in);
	check_why(in);
	wrapped = answer_of(&o, "error", (const char *)in.p, in.n < 4096 ? (int)in.n : 4096);
	check_why(wrapped);
	answer_why(wrapped, why);
	n = strlen(why);
	FUZZ_CHECK(n == 0 || (n - 2 <= in.n && !memcmp(why + 2, in.p, n - 2)));
	json_object_put(o);
}

static void seed_json(const char *key, struct json_object *value)
{
	struct json_object *o = json_object_new_object();

	json_object_object_add(o, "transaction", json_object_new_string("01a2-20261121T23"));
	json_object_object_add(o, key, value);
	fuzz_seed_text(json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN));
	json_object_put(o);
}

static void purchase_seed(void)
{
	char longest[200];

	memset(longest, 'x', sizeof(longest));
	memcpy(longest + 154, "\xd1\x8f\xd1\x8f\xd1\x8f", 6); /* a letter that the end falls into */
	seed_json("grant", json_object_new_string("2IRDoQEmoA=="));
	seed_json("grant", json_object_new_string_len("2I\0RD", 5));
	seed_json("grant", json_object_new_int(7));
	seed_json("error", json_object_new_string("no money on account 7"));
	seed_json("error", json_object_new_string("\x1b[2Jno\nmoney"));
	seed_json("error", json_object_new_string("no\xff\xfemoney"));
	seed_json("error", json_object_new_string_len(longest, sizeof(longest)));
	seed_json("error", NULL);
	fuzz_seed_text("{\"error\":\"no money \\ud83d\\ude00 \\ud83d \\u0085\"}");
	fuzz_seed_text("[[[[[[{\"grant\":[]}]]]]]]");
}

const struct fuzz_target fuzz_purchase = { "purchase", NULL, purchase_run, purchase_seed };
