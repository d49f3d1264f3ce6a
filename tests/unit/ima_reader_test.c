// SPDX-License-Identifier: Apache-2.0
/* The host's list on its way into attestations: each entry once an epoch, whole, and on after a restart. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "agent/ima.h"
#include "lib/ima.h"

static const uint8_t epoch[WT_EPOCH_LEN] = "one epoch", other[WT_EPOCH_LEN] = "another";

FIXTURE(reader)
{
	char dir[32], list[64];
	struct wt_store *store;
	struct wt_ima_reader ima;
	uint64_t first;
	struct wt_span got;
	struct wt_err err;
};

FIXTURE_SETUP(reader)
{
	strcpy(self->dir, "/tmp/wattest-ima-XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->dir));
	snprintf(self->list, sizeof(self->list), "%s/list", self->dir);
	ASSERT_EQ(0, wt_store_open(self->dir, true, &self->store, &self->err));
}

FIXTURE_TEARDOWN(reader)
{
	char command[64];

	wt_ima_close(&self->ima);
	wt_store_free(self->store);
	snprintf(command, sizeof(command), "rm -rf %s", self->dir);
	EXPECT_EQ(0, system(command));
}

/* An entry of an unknown template whose data is `size` bytes of fill. */
static void grow(FIXTURE_DATA(reader) * self, char fill, uint32_t size)
{
	static const uint8_t head[] = { 10,   0,    0,	  0,	0x5a, 0x5a, 0x5a, 0x5a,
					0x5a, 0x5a, 0x5a, 0x5a, 0x5a, 0x5a, 0x5a, 0x5a,
					0x5a, 0x5a, 0x5a, 0x5a, 0x5a, 0x5a, 0x5a, 0x5a,
					4,    0,    0,	  0,	't',  'e',  's',  't' };
	FILE *f = fopen(self->list, "ae");

	fwrite(head, 1, sizeof(head), f);
	fwrite(&size, sizeof(size), 1, f); /* little-endian, as the list */
	while (size--)
		fputc(fill, f);
	fclose(f);
}

static int take(FIXTURE_DATA(reader) * self, const uint8_t *of)
{
	return wt_ima_take(&self->ima, self->list, of, self->store, &self->first, &self->got,
			   &self->err);
}

static size_t count(struct wt_span list, char *ret_last)
{
	struct wt_ima_entry entry;
	struct wt_err err;
	size_t n = 0;

	while (wt_ima_next(&list, &entry, &err) == 1) {
		*ret_last = (char)entry.data.p[0];
		n++;
	}
	return list.n ? 0 : n;
}

TEST_F(reader, each_entry_once)
{
	char last;

	grow(self, 'a', 10);
	grow(self, 'b', 10);
	ASSERT_EQ(0, take(self, epoch));
	EXPECT_EQ(1, self->first);
	EXPECT_EQ(2, count(self->got, &last));
	ASSERT_EQ(0, wt_ima_carried(&self->ima, self->store, &self->err));
	ASSERT_EQ(0, take(self, epoch));
	EXPECT_EQ(0, self->got.n);
	grow(self, 'c', 10);
	ASSERT_EQ(0, take(self, epoch));
	EXPECT_EQ(3, self->first);
	EXPECT_EQ(1, count(self->got, &last));
	EXPECT_EQ('c', last);
}

TEST_F(reader, what_was_not_stored_comes_again)
{
	char last;

	grow(self, 'a', 10);
	ASSERT_EQ(0, take(self, epoch));
	ASSERT_EQ(0, take(self, epoch));
	EXPECT_EQ(1, self->first);
	EXPECT_EQ(1, count(self->got, &last));
}

TEST_F(reader, a_new_process_goes_on_and_a_new_epoch_begins_anew)
{
	char last;

	grow(self, 'a', 10);
	ASSERT_EQ(0, take(self, epoch));
	ASSERT_EQ(0, wt_ima_carried(&self->ima, self->store, &self->err));
	wt_ima_close(&self->ima);
	self->ima = (struct wt_ima_reader){};
	grow(self, 'b', 10);
	ASSERT_EQ(0, take(self, epoch));
	EXPECT_EQ(2, self->first);
	EXPECT_EQ(1, count(self->got, &last));
	EXPECT_EQ('b', last);
	ASSERT_EQ(0, take(self, other));
	EXPECT_EQ(1, self->first);
	EXPECT_EQ(2, count(self->got, &last));
}

TEST_F(reader, a_long_list_comes_in_parts_of_whole_entries)
{
	size_t total = 0;
	char last;

	for (int i = 0; i < 200; i++)
		grow(self, (char)('A' + i % 26), 1000);
	for (int i = 0; i < 10; i++) {
		ASSERT_EQ(0, take(self, epoch));
		EXPECT_EQ(total + 1, self->first);
		EXPECT_LE(self->got.n, WT_IMA_CARRIED_MAX);
		total += count(self->got, &last);
		ASSERT_EQ(0, wt_ima_carried(&self->ima, self->store, &self->err));
	}
	EXPECT_EQ(200, total);
}

TEST_F(reader, a_list_that_cannot_be_read_is_said_once_an_epoch)
{
	char last;

	EXPECT_EQ(-ENOENT, take(self, epoch));
	EXPECT_EQ(0, take(self, epoch));
	EXPECT_EQ(0, self->got.n);
	EXPECT_EQ(-ENOENT, take(self, other));
	grow(self, 'a', 10);
	EXPECT_EQ(0, take(self, epoch));
	EXPECT_EQ(1, count(self->got, &last));
}

TEST_HARNESS_MAIN
