// SPDX-License-Identifier: Apache-2.0
/* Records into steps into batches: order, holes, pruned bodies, where a batch ends, and the chain over it. */
#include <stdlib.h>
#include <string.h>

#include "kselftest_harness.h"

#include "agent/steps.h"
#include "lib/record.h"

#define NO_LIMIT ((size_t)1 << 20)

FIXTURE(steps)
{
	struct wt_steps steps;
	struct wt_batch batch;
	struct wt_err err;
	uint8_t head[WT_SHA256_LEN]; /* the kernel's, as the test goes on */
	uint64_t closed; /* steps */
	uint8_t digests[64 * WT_SHA256_LEN]; /* of the open step */
	size_t open;
};

FIXTURE_SETUP(steps)
{
	memset(self->head, 0x11, sizeof(self->head));
}

FIXTURE_TEARDOWN(steps)
{
	wt_batch_clear(&self->batch);
	wt_steps_clear(&self->steps);
}

#define WINDOW_LEN(nonce_len) \
	(sizeof(struct wattest_record) + sizeof(struct wattest_window) + (((nonce_len) + 7) & ~7u))

static size_t make(uint8_t *raw, uint64_t seq, uint16_t type, uint8_t nonce_len)
{
	struct wattest_record *rec = (struct wattest_record *)raw;
	size_t len;

	memset(raw, 0, 512);
	if (type == WATTEST_RECORD_WINDOW) {
		struct wattest_window *w = (struct wattest_window *)(rec + 1);

		len = WINDOW_LEN(nonce_len);
		w->from_ns = 1000000000 * (seq - 1);
		w->realtime_ns = 1700000000000000000 + 1000000000 * seq;
		w->nonce_len = nonce_len;
		memset(w + 1, 0xaa, nonce_len);
	} else if (type == WATTEST_RECORD_UNLOAD) {
		len = sizeof(*rec) + sizeof(struct wattest_unload);
	} else {
		len = sizeof(*rec) + sizeof(struct wattest_device_add);
	}
	rec->len = (uint32_t)len;
	rec->type = type;
	rec->version = WATTEST_RECORD_VERSION;
	rec->seq = seq;
	rec->boottime_ns = 1000000000 * seq;
	return len;
}

/* The kernel writes a record: its part of the chain is done here by hand, from the formula in record.h. */
static int feed(FIXTURE_DATA(steps) * self, uint64_t seq, uint16_t type, uint8_t nonce_len,
		bool pruned)
{
	uint8_t raw[512];
	struct wt_nl_record rec = { .seq = seq, .type = type };
	uint8_t both[2 * WT_SHA256_LEN];

	rec.data = wt_span(raw, make(raw, seq, type, nonce_len));
	wt_sha256(rec.data, rec.digest);
	memcpy(self->digests + WT_SHA256_LEN * self->open++, rec.digest, WT_SHA256_LEN);
	if (wt_record_closes(type)) {
		memcpy(both, self->head, WT_SHA256_LEN);
		wt_sha256(wt_span(self->digests, WT_SHA256_LEN * self->open), both + WT_SHA256_LEN);
		wt_sha256(wt_span(both, sizeof(both)), self->head);
		self->open = 0;
		rec.has_head = true;
		memcpy(rec.head, self->head, WT_SHA256_LEN);
		rec.has_mac = type == WATTEST_RECORD_WINDOW;
		memset(rec.mac, (int)seq, WT_SHA256_LEN);
		rec.step = ++self->closed;
	}
	if (pruned)
		rec.data = (struct wt_span){};
	return wt_steps_add(&self->steps, &rec);
}

#define FEED(seq, type) ASSERT_EQ(0, feed(self, seq, WATTEST_RECORD_##type, 0, false))
#define TAKE(limit) wt_steps_take(&self->steps, limit, &self->batch, &self->err)

TEST_F(steps, nothing_closed)
{
	EXPECT_EQ(0, TAKE(NO_LIMIT));
	FEED(1, DEVICE_ADD);
	EXPECT_EQ(0, TAKE(NO_LIMIT));
}

TEST_F(steps, whole_steps_only_and_their_chain)
{
	uint8_t before[WT_SHA256_LEN], closed[WT_SHA256_LEN], after[WT_SHA256_LEN];

	memcpy(before, self->head, sizeof(before));
	FEED(1, DEVICE_ADD);
	FEED(2, WINDOW);
	FEED(3, DEVICE_ADD);
	FEED(4, DEVICE_ADD);
	FEED(5, WINDOW);
	memcpy(closed, self->head, sizeof(closed));
	FEED(6, DEVICE_ADD);
	ASSERT_EQ(1, TAKE(NO_LIMIT));
	EXPECT_EQ(2, self->batch.n_steps);
	EXPECT_EQ(2, self->batch.steps[0].n_records);
	EXPECT_EQ(3, self->batch.steps[1].n_records);
	EXPECT_EQ(1, self->batch.first_seq);
	EXPECT_EQ(5, self->batch.last_seq);
	EXPECT_EQ(1700000001000000000, self->batch.from_ns);
	EXPECT_FALSE(self->batch.ends_epoch);
	EXPECT_EQ(0, memcmp(closed, self->batch.head, sizeof(closed)));
	EXPECT_EQ(0, wt_batch_check(&self->batch, before, after, &self->err));
	EXPECT_EQ(0, memcmp(closed, after, sizeof(closed)));
	before[0] ^= 1;
	EXPECT_EQ(-EBADMSG, wt_batch_check(&self->batch, before, after, &self->err));
}

TEST_F(steps, each_step_has_its_mac)
{
	static const uint8_t third[WT_SHA256_LEN] = { [0 ... WT_SHA256_LEN - 1] = 3 };

	FEED(1, DEVICE_ADD);
	FEED(2, WINDOW);
	FEED(3, WINDOW);
	FEED(4, UNLOAD);
	ASSERT_EQ(1, TAKE(NO_LIMIT));
	EXPECT_EQ(3, self->batch.last_step);
	ASSERT_EQ(WT_SHA256_LEN, self->batch.steps[1].mac.n);
	EXPECT_EQ(0, memcmp(third, self->batch.steps[1].mac.p, WT_SHA256_LEN));
	EXPECT_EQ(NULL, self->batch.steps[2].mac.p);
}

TEST_F(steps, one_changed_byte_is_seen)
{
	uint8_t before[WT_SHA256_LEN], after[WT_SHA256_LEN];

	memcpy(before, self->head, sizeof(before));
	FEED(1, DEVICE_ADD);
	FEED(2, WINDOW);
	((uint8_t *)self->steps.v[0].record.raw.p)[40] ^= 1;
	ASSERT_EQ(1, TAKE(NO_LIMIT));
	EXPECT_EQ(-EBADMSG, wt_batch_check(&self->batch, before, after, &self->err));
}

TEST_F(steps, any_order_and_twice)
{
	FEED(2, WINDOW);
	FEED(4, WINDOW);
	FEED(1, DEVICE_ADD);
	FEED(3, DEVICE_ADD);
	FEED(2, WINDOW);
	EXPECT_EQ(4, self->steps.n);
	ASSERT_EQ(1, TAKE(NO_LIMIT));
	EXPECT_EQ(4, self->batch.last_seq);
	for (uint64_t i = 0; i < 4; i++)
		EXPECT_EQ(i + 1, self->steps.v[i].seq);
}

TEST_F(steps, stops_at_a_hole)
{
	FEED(1, WINDOW);
	FEED(3, WINDOW);
	ASSERT_EQ(1, TAKE(NO_LIMIT));
	EXPECT_EQ(1, self->batch.last_seq);
}

TEST_F(steps, a_pruned_body_never_replaces_one_that_is_here)
{
	ASSERT_EQ(0, feed(self, 1, WATTEST_RECORD_WINDOW, 0, false));
	ASSERT_EQ(0, feed(self, 1, WATTEST_RECORD_WINDOW, 0, true));
	EXPECT_NE(NULL, self->steps.v[0].record.raw.p);
	ASSERT_EQ(0, feed(self, 2, WATTEST_RECORD_WINDOW, 0, true));
	ASSERT_EQ(0, feed(self, 2, WATTEST_RECORD_WINDOW, 0, false));
	EXPECT_NE(NULL, self->steps.v[1].record.raw.p);
}

TEST_F(steps, pruned_windows_chain_by_their_digest)
{
	uint8_t before[WT_SHA256_LEN], after[WT_SHA256_LEN];

	memcpy(before, self->head, sizeof(before));
	ASSERT_EQ(0, feed(self, 1, WATTEST_RECORD_WINDOW, 0, true));
	FEED(2, WINDOW);
	ASSERT_EQ(1, TAKE(NO_LIMIT));
	EXPECT_EQ(NULL, self->batch.records[0].raw.p);
	EXPECT_EQ(0, wt_batch_check(&self->batch, before, after, &self->err));
}

TEST_F(steps, a_nonce_ends_the_batch)
{
	static const uint8_t nonce[] = { 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa };

	FEED(1, WINDOW);
	ASSERT_EQ(0, feed(self, 2, WATTEST_RECORD_WINDOW, sizeof(nonce), false));
	FEED(3, WINDOW);
	ASSERT_EQ(1, TAKE(NO_LIMIT));
	EXPECT_EQ(2, self->batch.last_seq);
	EXPECT_TRUE(wt_span_equal(self->batch.nonce, wt_span(nonce, sizeof(nonce))));
	wt_batch_clear(&self->batch);
	wt_steps_drop(&self->steps, 2);
	ASSERT_EQ(1, TAKE(NO_LIMIT));
	EXPECT_EQ(3, self->batch.first_seq);
	EXPECT_EQ(NULL, self->batch.nonce.p);
}

TEST_F(steps, unload_ends_the_batch)
{
	FEED(1, WINDOW);
	FEED(2, UNLOAD);
	FEED(3, WINDOW); /* never after it, but a batch would not take it */
	ASSERT_EQ(1, TAKE(NO_LIMIT));
	EXPECT_EQ(2, self->batch.last_seq);
	EXPECT_TRUE(self->batch.ends_epoch);
}

TEST_F(steps, size_bound_keeps_steps_whole_and_takes_one_at_least)
{
	for (uint64_t seq = 1; seq <= 20; seq++)
		FEED(seq, WINDOW);
	ASSERT_EQ(1, TAKE(1));
	EXPECT_EQ(1, self->batch.last_seq);
	wt_batch_clear(&self->batch);
	ASSERT_EQ(1, TAKE(5 * (WINDOW_LEN(0) + 16)));
	EXPECT_EQ(5, self->batch.last_seq);
}

TEST_F(steps, a_window_that_cannot_be_read_is_an_error)
{
	uint8_t raw[512];
	struct wt_nl_record rec = { .seq = 1, .type = WATTEST_RECORD_WINDOW, .has_head = true };

	rec.data = wt_span(raw, make(raw, 1, WATTEST_RECORD_WINDOW, 0));
	raw[sizeof(struct wattest_record) + 16] = 200; /* sources that are not there */
	ASSERT_EQ(0, wt_steps_add(&self->steps, &rec));
	EXPECT_EQ(-EBADMSG, TAKE(NO_LIMIT));
}

TEST_HARNESS_MAIN
