// SPDX-License-Identifier: Apache-2.0
/* IMA's list: entries as the kernel lays them out, built here by hand. */
#include <errno.h>

#include "kselftest_harness.h"

#include "tests/unit/lib/ima_list.h"

FIXTURE(ima)
{
	struct wt_buf data, list;
	struct wt_span rest;
	struct wt_ima_entry entry;
	struct wt_err err;
};

FIXTURE_SETUP(ima)
{
	ima_put_data(&self->data, 0x11, "/lib/modules/wattest.ko");
	ima_put_entry(&self->list, "ima-ng", false, wt_buf_span(&self->data));
	self->rest = wt_buf_span(&self->list);
}

FIXTURE_TEARDOWN(ima)
{
	wt_buf_free(&self->data);
	wt_buf_free(&self->list);
}

TEST_F(ima, an_entry_says_file_and_digest)
{
	ASSERT_EQ(1, wt_ima_next(&self->rest, &self->entry, &self->err));
	EXPECT_EQ(0, self->rest.n);
	EXPECT_EQ(10, self->entry.pcr);
	EXPECT_FALSE(self->entry.violation);
	EXPECT_EQ(self->list.n, self->entry.raw.n);
	ASSERT_EQ(WT_SHA256_LEN, self->entry.digest.n);
	EXPECT_EQ(0x11, self->entry.digest.p[0]);
	EXPECT_EQ(0, memcmp("sha256", self->entry.alg.p, self->entry.alg.n));
	ASSERT_EQ(strlen("/lib/modules/wattest.ko"), self->entry.path.n);
	EXPECT_EQ(0, memcmp("/lib/modules/wattest.ko", self->entry.path.p, self->entry.path.n));
	EXPECT_EQ(0, wt_ima_next(&self->rest, &self->entry, &self->err));
}

TEST_F(ima, cut_anywhere_it_is_no_whole_entry)
{
	for (size_t n = 1; n < self->list.n; n++) {
		struct wt_span cut = wt_span(self->list.p, n);

		EXPECT_EQ(-EAGAIN, wt_ima_next(&cut, &self->entry, &self->err));
		EXPECT_EQ(n, cut.n);
	}
}

/* SHA-256(PCR before || SHA-256(template data)): written out here again, from the kernel's description. */
TEST_F(ima, an_entry_extends_the_digest_of_its_data)
{
	uint8_t both[2 * WT_SHA256_LEN] = {}, expected[WT_SHA256_LEN], value[WT_SHA256_LEN] = {};

	ASSERT_EQ(1, wt_ima_next(&self->rest, &self->entry, &self->err));
	wt_ima_extend(value, &self->entry);
	wt_sha256(wt_buf_span(&self->data), both + WT_SHA256_LEN);
	wt_sha256(wt_span(both, sizeof(both)), expected);
	EXPECT_EQ(0, memcmp(expected, value, sizeof(value)));
}

TEST_F(ima, a_violation_extends_ones)
{
	uint8_t both[2 * WT_SHA256_LEN] = {}, expected[WT_SHA256_LEN], value[WT_SHA256_LEN] = {};

	wt_buf_reset(&self->list);
	ima_put_entry(&self->list, "ima-ng", true, wt_buf_span(&self->data));
	self->rest = wt_buf_span(&self->list);
	ASSERT_EQ(1, wt_ima_next(&self->rest, &self->entry, &self->err));
	EXPECT_TRUE(self->entry.violation);
	wt_ima_extend(value, &self->entry);
	memset(both + WT_SHA256_LEN, 0xff, WT_SHA256_LEN);
	wt_sha256(wt_span(both, sizeof(both)), expected);
	EXPECT_EQ(0, memcmp(expected, value, sizeof(value)));
}

TEST_F(ima, an_unknown_template_is_replayed_and_not_read)
{
	wt_buf_reset(&self->list);
	ima_put_entry(&self->list, "evm-sig", false, wt_span("anything", 8));
	self->rest = wt_buf_span(&self->list);
	ASSERT_EQ(1, wt_ima_next(&self->rest, &self->entry, &self->err));
	EXPECT_EQ(NULL, self->entry.path.p);
	EXPECT_EQ(8, self->entry.data.n);
}

TEST_F(ima, fields_that_lie_about_their_length_are_refused)
{
	struct {
		size_t at;
		uint8_t value;
	} lies[] = {
		{ 0, 0xff }, /* of the digest's length */
		{ 4 + 6, 'x' }, /* of the colon after the algorithm */
		{ 4 + 7, 'x' }, /* of its NUL: the digest has none in it */
		{ 4 + 8 + WT_SHA256_LEN, 0xff }, /* of the path's length */
		{ 4 + 8 + WT_SHA256_LEN, 0 }, /* an empty path */
	};

	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		uint8_t was = self->data.p[lies[i].at];

		self->data.p[lies[i].at] = lies[i].value;
		wt_buf_reset(&self->list);
		ima_put_entry(&self->list, "ima-ng", false, wt_buf_span(&self->data));
		self->rest = wt_buf_span(&self->list);
		EXPECT_EQ(-EBADMSG, wt_ima_next(&self->rest, &self->entry, &self->err));
		self->data.p[lies[i].at] = was;
	}
}

TEST_F(ima, lengths_out_of_bounds_are_refused_and_not_waited_for)
{
	self->list.p[24] = 0; /* of the template's name */
	EXPECT_EQ(-EBADMSG, wt_ima_next(&self->rest, &self->entry, &self->err));
	EXPECT_NE(NULL, strstr(self->err.msg, "a template's name of 0 bytes"));
	self->list.p[24] = 16;
	EXPECT_EQ(-EBADMSG, wt_ima_next(&self->rest, &self->entry, &self->err));
	self->list.p[24] = 6;
	self->list.p[27] = 0x80;
	EXPECT_EQ(-EBADMSG, wt_ima_next(&self->rest, &self->entry, &self->err));
	self->list.p[27] = 0;
	self->list.p[28 + 6 + 2] = 1; /* 64 KiB of data */
	EXPECT_EQ(-EBADMSG, wt_ima_next(&self->rest, &self->entry, &self->err));
}

TEST_F(ima, a_buffer_has_its_bytes)
{
	wt_buf_reset(&self->list);
	ima_put_buffer(&self->list, "wattest", "bytes", 5);
	self->rest = wt_buf_span(&self->list);
	ASSERT_EQ(1, wt_ima_next(&self->rest, &self->entry, &self->err));
	ASSERT_EQ(5, self->entry.buf.n);
	EXPECT_EQ(0, memcmp("bytes", self->entry.buf.p, 5));
	wt_buf_reset(&self->list);
	ima_put_entry(&self->list, "ima-buf", false, wt_buf_span(&self->data));
	self->rest = wt_buf_span(&self->list);
	EXPECT_EQ(-EBADMSG, wt_ima_next(&self->rest, &self->entry, &self->err));
	EXPECT_EQ(self->list.n, self->rest.n); /* what is refused is still there */
	EXPECT_EQ(5, self->entry.buf.n); /* and the last good entry is */
}

TEST_F(ima, the_oldest_template_is_refused_with_what_to_do)
{
	wt_buf_reset(&self->list);
	ima_put_entry(&self->list, "ima", false, wt_buf_span(&self->data));
	self->rest = wt_buf_span(&self->list);
	EXPECT_EQ(-EOPNOTSUPP, wt_ima_next(&self->rest, &self->entry, &self->err));
	EXPECT_NE(NULL, strstr(self->err.msg, "ima_template=ima-ng"));
}

TEST_HARNESS_MAIN
