// SPDX-License-Identifier: Apache-2.0
/* Tables from CSV: what RFC 4180 allows, what it does not, and where the sentence says it is. */
#include <string.h>

#include "kselftest_harness.h"

#include "keys/csv.h"
#include "tests/unit/scratch.h"

FIXTURE(table)
{
	struct scratch scratch;
	struct csv_table table;
	struct wt_err err;
};

FIXTURE_SETUP(table)
{
	memset(self, 0, sizeof(*self));
	scratch_make(&self->scratch);
}

FIXTURE_TEARDOWN(table)
{
	csv_clear(&self->table);
	scratch_remove(&self->scratch);
}

#define READ(content)                                                                          \
	csv_read(scratch_write(&self->scratch, "t.csv", wt_span(content, sizeof(content) - 1), \
			       0600),                                                          \
		 &self->table, &self->err)
#define EXPECT_BAD(content, words)                            \
	do {                                                  \
		EXPECT_EQ(-EBADMSG, READ(content));           \
		EXPECT_NE(NULL, strstr(self->err.msg, words)) \
		{                                             \
			TH_LOG("%s", self->err.msg);          \
		}                                             \
		EXPECT_EQ(NULL, self->table.text.p);          \
	} while (0)

TEST_F(table, fields)
{
	ASSERT_EQ(0, READ("a,b,c\n1,,3\n\"x,y\",\"say \"\"no\"\"\", z \n"));
	ASSERT_EQ(2, csv_count(&self->table));
	EXPECT_STREQ("1", csv_field(&self->table, 0, 0));
	EXPECT_STREQ("", csv_field(&self->table, 0, 1));
	EXPECT_STREQ("3", csv_field(&self->table, 0, 2));
	EXPECT_STREQ("x,y", csv_field(&self->table, 1, 0));
	EXPECT_STREQ("say \"no\"", csv_field(&self->table, 1, 1));
	EXPECT_STREQ(" z ", csv_field(&self->table, 1, 2));
	EXPECT_STREQ("", csv_field(&self->table, 1, CSV_NONE));
}

TEST_F(table, lines)
{
	ASSERT_EQ(0, READ("\xef\xbb\xbf\r\na,b\r\n\r\n1,2\r\n\n\n3,4"));
	ASSERT_EQ(2, csv_count(&self->table));
	EXPECT_EQ(4, csv_row(&self->table, 0)->line);
	EXPECT_EQ(7, csv_row(&self->table, 1)->line);
	EXPECT_STREQ("4", csv_field(&self->table, 1, 1));
}

TEST_F(table, header_alone)
{
	ASSERT_EQ(0, READ("a,b"));
	EXPECT_EQ(0, csv_count(&self->table));
}

TEST_F(table, bad)
{
	EXPECT_BAD("", "t.csv: is empty");
	EXPECT_BAD("\xef\xbb\xbf", "t.csv: is empty");
	EXPECT_BAD("\n\r\n", "t.csv: is empty");
	EXPECT_BAD("\xff\xfe"
		   "a",
		   "UTF-16");
	EXPECT_BAD("a,b\n1\n", "line 2: 1 fields, but 2 columns");
	EXPECT_BAD("a,b\n1,2,3\n", "line 2: 3 fields, but 2 columns");
	EXPECT_BAD("a,b\n1,2\n\n1,x\"y\n", "line 4, column 2: a quote");
	EXPECT_BAD("a,b\n\"x\"y,2\n", "line 2, column 1: a quote");
	EXPECT_BAD("a,b\n1,2\n1,\"2\n3,4\n", "line 3, column 2: the quote is never closed");
	EXPECT_BAD("a,b\n1,\xc0\x80\n", "line 2, column 2: not in UTF-8");
	EXPECT_BAD("a,b\n1,\"x\ny\"\n", "line 2, column 2: has a control character");
	EXPECT_BAD("a,b\n1,x\0y\n", "line 2, column 2: has a control character");
}

TEST_F(table, columns)
{
	const struct csv_column columns[] = { { "a", true }, { "b", true }, { "c", false } };
	size_t at[3];

	ASSERT_EQ(0, READ("b,a\n"));
	ASSERT_EQ(0, csv_columns(&self->table, columns, 3, at, &self->err));
	EXPECT_EQ(1, at[0]);
	EXPECT_EQ(0, at[1]);
	EXPECT_EQ(CSV_NONE, at[2]);
}

TEST_F(table, bad_columns)
{
	const struct csv_column columns[] = { { "a", true }, { "b", true }, { "c", false } };
	static const char *const headers[][2] = {
		{ "a,c\n", "line 1: column b is missing" },
		{ "a,b,a\n", "line 1: column a is there twice" },
		{ "a,b,B\n", "line 1, column 3: \"B\" is not known" },
		{ "a,b,\n", "line 1, column 3: \"\" is not known" },
	};

	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
		size_t at[3] = { 77, 77, 77 };

		ASSERT_EQ(0, csv_read(scratch_write(&self->scratch, "t.csv",
						    wt_span(headers[i][0], strlen(headers[i][0])),
						    0600),
				      &self->table, &self->err));
		EXPECT_EQ(-EBADMSG, csv_columns(&self->table, columns, 3, at, &self->err));
		EXPECT_STREQ(headers[i][1], self->err.msg);
		EXPECT_EQ(77, at[0]);
		csv_clear(&self->table);
	}
}

TEST_HARNESS_MAIN
