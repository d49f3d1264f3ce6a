// SPDX-License-Identifier: Apache-2.0
/* JSON of which a part could not be made (lib/json.h): it is refused, wherever in it that is. tests/oom has the memory run out. */
#include "kselftest_harness.h"

#include <string.h>

#include "lib/json.h"

static int text_of(struct json_object *o, const char **ret)
{
	*ret = NULL;
	return wt_json_text(o, JSON_C_TO_STRING_PLAIN, ret, NULL);
}

TEST(whole)
{
	struct json_object *o = json_object_new_object(), *list;
	const char *text;

	list = wt_json_add(o, "list", json_object_new_array());
	ASSERT_NE(NULL, list);
	wt_json_append(list, json_object_new_int(7));
	wt_json_null(o, "nothing");
	ASSERT_EQ(0, text_of(o, &text));
	EXPECT_STREQ("{\"list\":[7],\"nothing\":null}", text);
	json_object_put(o);
}

TEST(a_part_is_missing)
{
	struct json_object *o, *list, *inner;
	const char *text;

	for (int what = 0; what < 4; what++) {
		o = json_object_new_object();
		list = wt_json_add(o, "list", json_object_new_array());
		inner = json_object_new_object();
		wt_json_append(list, inner);
		/* also after it was added itself */
		if (what == 0)
			wt_json_add(inner, "text", NULL);
		else if (what == 1)
			wt_json_append(list, NULL);
		else if (what == 2)
			wt_json_add(o, "object", NULL);
		EXPECT_EQ(what == 3 ? 0 : -ENOMEM, text_of(o, &text)) TH_LOG("%d", what);
		EXPECT_EQ(what == 3, text != NULL);
		json_object_put(o);
	}
}

/* What is added to nothing goes with it: nothing leaks. */
TEST(none_at_all)
{
	struct wt_err err = { "" };
	const char *text;

	EXPECT_EQ(NULL, wt_json_add(NULL, "key", json_object_new_string("v")));
	wt_json_append(NULL, json_object_new_string("v"));
	wt_json_null(NULL, "key");
	EXPECT_EQ(-ENOMEM, text_of(NULL, &text));
	EXPECT_EQ(-ENOMEM, wt_json_print(NULL, JSON_C_TO_STRING_PLAIN, &err));
	EXPECT_STREQ("out of memory", err.msg);
}

TEST_HARNESS_MAIN
