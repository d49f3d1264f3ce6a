// SPDX-License-Identifier: Apache-2.0
/* The store: gapless seq, durable rows, one writer, a kill at any point, versions. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sqlite3.h>

#include "kselftest_harness.h"

#include "tests/unit/store.h"

static struct wt_store_row row(uint64_t seq)
{
	struct wt_store_row r = { .seq = seq,
				  .first_record = 3 * seq - 2,
				  .last_record = 3 * seq,
				  .iat = 1000 + (int64_t)seq };

	memset(r.digest, (int)seq, sizeof(r.digest));
	memset(r.epoch, 7, sizeof(r.epoch));
	memset(r.head, (int)seq + 1, sizeof(r.head));
	return r;
}

static int commit(struct wt_store *store, uint64_t seq, const char *cose, struct wt_err *err)
{
	struct wt_store_row r = row(seq);

	return wt_store_commit(store, &r, wt_span(cose, strlen(cose)), err);
}

TEST_F(store, new_store_is_at_zero)
{
	struct wt_store_row last = { .seq = 99 };

	ASSERT_EQ(0, wt_store_last(self->store, &last, &self->err));
	EXPECT_EQ(0, last.seq);
	EXPECT_EQ(0, last.last_record);
}

TEST_F(store, rows_come_back_as_they_went_in)
{
	struct wt_store_row last, want = row(2);
	struct wt_buf cose = {};

	ASSERT_EQ(0, commit(self->store, 1, "one", &self->err));
	ASSERT_EQ(0, commit(self->store, 2, "two", &self->err));
	wt_store_freep(&self->store);
	ASSERT_EQ(0, wt_store_open(self->dir, true, &self->store, &self->err));
	ASSERT_EQ(0, wt_store_last(self->store, &last, &self->err));
	EXPECT_EQ(want.seq, last.seq);
	EXPECT_EQ(want.last_record, last.last_record);
	EXPECT_EQ(want.iat, last.iat);
	EXPECT_EQ(0, memcmp(want.digest, last.digest, sizeof(want.digest)));
	EXPECT_EQ(0, memcmp(want.epoch, last.epoch, sizeof(want.epoch)));
	EXPECT_EQ(0, memcmp(want.head, last.head, sizeof(want.head)));
	ASSERT_EQ(0, wt_store_get(self->store, 2, &cose, &self->err));
	EXPECT_TRUE(wt_span_equal(wt_buf_span(&cose), wt_span("two", 3)));
	EXPECT_EQ(-ENOENT, wt_store_get(self->store, 3, &cose, &self->err));
	wt_buf_free(&cose);
}

TEST_F(store, seq_is_gapless_and_never_twice)
{
	struct wt_buf cose = {};

	EXPECT_EQ(-EEXIST, commit(self->store, 2, "two", &self->err));
	ASSERT_EQ(0, commit(self->store, 1, "one", &self->err));
	EXPECT_EQ(-EEXIST, commit(self->store, 1, "another one", &self->err));
	EXPECT_EQ(-EEXIST, commit(self->store, 3, "three", &self->err));
	EXPECT_EQ(-EEXIST, commit(self->store, 0, "zero", &self->err));
	ASSERT_EQ(0, wt_store_get(self->store, 1, &cose, &self->err));
	EXPECT_TRUE(wt_span_equal(wt_buf_span(&cose), wt_span("one", 3)));
	wt_buf_free(&cose);
}

TEST_F(store, find_by_record)
{
	struct wt_store_row found, r = row(3);

	for (uint64_t seq = 1; seq <= 3; seq++)
		ASSERT_EQ(0, commit(self->store, seq, "x", &self->err));
	ASSERT_EQ(0, wt_store_find(self->store, r.epoch, 4, &found, &self->err));
	EXPECT_EQ(2, found.seq);
	ASSERT_EQ(0, wt_store_find(self->store, r.epoch, 6, &found, &self->err));
	EXPECT_EQ(2, found.seq);
	EXPECT_EQ(-ENOENT, wt_store_find(self->store, r.epoch, 10, &found, &self->err));
	r.epoch[0] ^= 1;
	EXPECT_EQ(-ENOENT, wt_store_find(self->store, r.epoch, 4, &found, &self->err));
}

static int count(const struct wt_store_row *r, struct wt_span cose, void *user)
{
	uint64_t *next = user;

	(void)cose;
	return r->seq == (*next)++ ? 0 : -EINVAL;
}

TEST_F(store, each_since)
{
	uint64_t next = 3;

	for (uint64_t seq = 1; seq <= 5; seq++)
		ASSERT_EQ(0, commit(self->store, seq, "x", &self->err));
	ASSERT_EQ(0, wt_store_each(self->store, 2, count, &next, &self->err));
	EXPECT_EQ(6, next);
}

TEST_F(store, values_are_set_together)
{
	struct wt_store_value v[] = { { "a", wt_span("1", 1) }, { "b", wt_span("", 0) } };
	struct wt_buf got = {};

	EXPECT_EQ(-ENOENT, wt_store_value(self->store, "a", &got, &self->err));
	ASSERT_EQ(0, wt_store_put(self->store, v, 2, &self->err));
	v[0].value = wt_span("22", 2);
	ASSERT_EQ(0, wt_store_put(self->store, v, 1, &self->err));
	ASSERT_EQ(0, wt_store_value(self->store, "a", &got, &self->err));
	EXPECT_TRUE(wt_span_equal(wt_buf_span(&got), wt_span("22", 2)));
	wt_buf_reset(&got);
	ASSERT_EQ(0, wt_store_value(self->store, "b", &got, &self->err));
	EXPECT_EQ(0, got.n);
	wt_buf_free(&got);
}

TEST_F(store, belongs_to_one_key)
{
	uint8_t ueid[WT_UEID_LEN] = { 1, 2, 3 };

	EXPECT_EQ(0, wt_store_bind(self->store, ueid, &self->err));
	EXPECT_EQ(0, wt_store_bind(self->store, ueid, &self->err));
	ueid[3] = 9;
	EXPECT_EQ(-EEXIST, wt_store_bind(self->store, ueid, &self->err));
}

TEST_F(store, second_writer_is_refused_by_pid)
{
	struct wt_store *second = NULL;
	char pid[16];

	EXPECT_EQ(-EBUSY, wt_store_open(self->dir, true, &second, &self->err));
	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	EXPECT_NE(NULL, strstr(self->err.msg, pid));
}

TEST_F(store, reader_beside_the_writer_and_after_it)
{
	struct wt_store *reader = NULL;
	struct wt_store_row last;

	ASSERT_EQ(0, commit(self->store, 1, "one", &self->err));
	ASSERT_EQ(0, wt_store_open(self->dir, false, &reader, &self->err))
	{
		TH_LOG("%s", self->err.msg);
	}
	ASSERT_EQ(0, wt_store_last(reader, &last, &self->err));
	EXPECT_EQ(1, last.seq);
	EXPECT_GT(0, commit(reader, 2, "two", &self->err));
	wt_store_freep(&reader);
	wt_store_freep(&self->store);
	ASSERT_EQ(0, wt_store_open(self->dir, false, &reader, &self->err));
	ASSERT_EQ(0, wt_store_last(reader, &last, &self->err));
	EXPECT_EQ(1, last.seq);
	wt_store_free(reader);
}

TEST_F(store, nothing_to_read)
{
	struct wt_store *reader = NULL;

	EXPECT_EQ(-ENOENT, wt_store_open("/tmp/store_test.none", false, &reader, &self->err));
}

/* A writer that tells each seq after its commit is killed at a random moment: no seq that was told may be missing. */
TEST_F(store, kill_at_any_moment)
{
	uint64_t told = 0;

	for (int round = 0; round < 10; round++) {
		struct wt_store_row last;
		int fds[2], status;
		uint64_t seq;
		pid_t pid;

		wt_store_freep(&self->store);
		ASSERT_EQ(0, pipe(fds));
		pid = fork();
		ASSERT_LE(0, pid);
		if (pid == 0) {
			struct wt_store *store = NULL;

			close(fds[0]);
			if (wt_store_open(self->dir, true, &store, NULL) < 0)
				_exit(1);
			for (seq = told + 1;; seq++) {
				/* the row before may have been stored and not told */
				int r = commit(store, seq, "x", NULL);

				if (r < 0 && r != -EEXIST)
					_exit(2);
				if (write(fds[1], &seq, sizeof(seq)) != sizeof(seq))
					_exit(3);
			}
		}
		close(fds[1]);
		ASSERT_EQ(sizeof(seq), read(fds[0], &told, sizeof(told)));
		usleep(1000 * (unsigned int)(round * 7 % 23));
		ASSERT_EQ(0, kill(pid, SIGKILL));
		while (read(fds[0], &seq, sizeof(seq)) == sizeof(seq))
			told = seq;
		close(fds[0]);
		ASSERT_EQ(pid, waitpid(pid, &status, 0));
		ASSERT_TRUE(WIFSIGNALED(status));
		ASSERT_EQ(0, wt_store_open(self->dir, true, &self->store, &self->err));
		ASSERT_EQ(0, wt_store_last(self->store, &last, &self->err));
		EXPECT_GE(last.seq, told);
		EXPECT_LE(last.seq, told + 1);
		seq = 1;
		ASSERT_EQ(0, wt_store_each(self->store, 0, count, &seq, &self->err));
		EXPECT_EQ(last.seq + 1, seq);
	}
}

/* A file size limit stands for the full disk: nothing is stored, and with room again the same seq goes in. */
TEST_F(store, no_room)
{
	static char big[256 * 1024];
	struct rlimit old, tight;
	struct wt_store_row last;

	memset(big, 'x', sizeof(big) - 1);
	ASSERT_EQ(0, commit(self->store, 1, "one", &self->err));
	signal(SIGXFSZ, SIG_IGN);
	ASSERT_EQ(0, getrlimit(RLIMIT_FSIZE, &old));
	tight = old;
	tight.rlim_cur = 128 * 1024;
	ASSERT_EQ(0, setrlimit(RLIMIT_FSIZE, &tight));
	EXPECT_GT(0, commit(self->store, 2, big, &self->err));
	ASSERT_EQ(0, setrlimit(RLIMIT_FSIZE, &old));
	ASSERT_EQ(0, wt_store_last(self->store, &last, &self->err));
	EXPECT_EQ(1, last.seq);
	EXPECT_EQ(0, commit(self->store, 2, big, &self->err))
	{
		TH_LOG("%s", self->err.msg);
	}
}

/* --- what is kept ------------------------------------------------------------------------------------ */

static struct wt_store_extent extent_of(struct wt_store *store)
{
	struct wt_store_extent extent = {};

	if (wt_store_extent(store, &extent, NULL) < 0)
		abort();
	return extent;
}

static uint64_t prune(struct wt_store *store, int64_t since, int64_t undelivered_since, bool judged)
{
	const struct wt_store_keep keep = { since, undelivered_since, judged };
	uint64_t n = 99;

	if (wt_store_prune(store, &keep, &n, NULL) < 0)
		abort();
	return n;
}

static void put_base(struct wt_store *store, uint64_t seq, const char *state)
{
	char key[WT_STORE_BASE_LEN];
	struct wt_store_value v = { key, wt_span(state, strlen(state)) };

	wt_store_base_key(seq, key);
	if (wt_store_put(store, &v, 1, NULL) < 0)
		abort();
}

/* What no inspector has stays, however old it is; the newest stays always. */
TEST_F(store, delivered_ones_may_go)
{
	struct wt_store_row last;
	struct wt_buf b = {};

	EXPECT_EQ(0, extent_of(self->store).last);
	EXPECT_EQ(0, prune(self->store, INT64_MAX, INT64_MAX, false));
	for (uint64_t seq = 1; seq <= 10; seq++)
		ASSERT_EQ(0, commit(self->store, seq, "x", &self->err));
	EXPECT_EQ(1, extent_of(self->store).first);
	EXPECT_EQ(10, extent_of(self->store).last);
	EXPECT_EQ(0, extent_of(self->store).delivered);
	EXPECT_LT(0, extent_of(self->store).bytes);
	EXPECT_EQ(0, prune(self->store, INT64_MAX, INT64_MIN, false));
	EXPECT_EQ(-ENOENT, wt_store_deliver(self->store, 11, &self->err));
	ASSERT_EQ(0, wt_store_deliver(self->store, 6, &self->err));
	EXPECT_EQ(6, extent_of(self->store).delivered);
	ASSERT_EQ(0, wt_store_deliver(self->store, 2, &self->err)); /* nothing is taken back */
	EXPECT_EQ(6, extent_of(self->store).delivered);
	/* signed at 1001, 1002, ... */
	EXPECT_EQ(0, prune(self->store, 1001, INT64_MIN, false));
	EXPECT_EQ(3, prune(self->store, 1004, INT64_MIN, false));
	EXPECT_EQ(4, extent_of(self->store).first);
	EXPECT_EQ(3, prune(self->store, 1009, INT64_MIN, false));
	EXPECT_EQ(7, extent_of(self->store).first);
	EXPECT_EQ(6, extent_of(self->store).delivered);
	EXPECT_EQ(1, prune(self->store, 1009, 1008, false)); /* unless told */
	EXPECT_EQ(-ENOENT, wt_store_get(self->store, 7, &b, &self->err));
	ASSERT_EQ(0, wt_store_deliver(self->store, 10, &self->err));
	EXPECT_EQ(2, prune(self->store, INT64_MAX, INT64_MIN, false));
	ASSERT_EQ(0, wt_store_last(self->store, &last, &self->err));
	EXPECT_EQ(10, last.seq);
	EXPECT_EQ(-EEXIST, commit(self->store, 1, "x", &self->err));
	EXPECT_EQ(0, commit(self->store, 11, "x", &self->err));
	wt_buf_free(&b);
}

/* One that is young between old ones, for a clock that jumped: there is never a hole. */
TEST_F(store, no_hole)
{
	struct wt_store_row r = row(2);

	ASSERT_EQ(0, commit(self->store, 1, "x", &self->err));
	r.iat = 5000;
	ASSERT_EQ(0, wt_store_commit(self->store, &r, wt_span("x", 1), &self->err));
	ASSERT_EQ(0, commit(self->store, 3, "x", &self->err));
	ASSERT_EQ(0, commit(self->store, 4, "x", &self->err));
	ASSERT_EQ(0, wt_store_deliver(self->store, 4, &self->err));
	EXPECT_EQ(1, prune(self->store, 2000, INT64_MIN, false));
	EXPECT_EQ(2, extent_of(self->store).first);
}

/* A bound in size: young ones go too, but never what no inspector has. */
TEST_F(store, beyond_a_size)
{
	static char big[10000];
	struct wt_store_keep keep = { .since = INT64_MIN, .undelivered_since = INT64_MIN };
	uint64_t n = 99;

	memset(big, 'x', sizeof(big) - 1);
	for (uint64_t seq = 1; seq <= 20; seq++)
		ASSERT_EQ(0, commit(self->store, seq, big, &self->err));
	ASSERT_EQ(0, wt_store_deliver(self->store, 12, &self->err));
	ASSERT_EQ(0, wt_store_prune(self->store, &keep, &n, &self->err));
	EXPECT_EQ(0, n);
	keep.bytes = 1000000; /* there is room */
	ASSERT_EQ(0, wt_store_prune(self->store, &keep, &n, &self->err));
	EXPECT_EQ(0, n);
	keep.bytes = 110000; /* for ten of them */
	ASSERT_EQ(0, wt_store_prune(self->store, &keep, &n, &self->err));
	EXPECT_EQ(10, n);
	keep.bytes = 50000; /* for four */
	ASSERT_EQ(0, wt_store_prune(self->store, &keep, &n, &self->err));
	EXPECT_EQ(2, n);
	EXPECT_EQ(13, extent_of(self->store).first);
	ASSERT_EQ(0, wt_store_deliver(self->store, 20, &self->err));
	keep.bytes = 1; /* for none: the newest is what the next one follows */
	ASSERT_EQ(0, wt_store_prune(self->store, &keep, &n, &self->err));
	EXPECT_EQ(20, extent_of(self->store).first);
}

/* Where the rig judges itself, what is deleted ends where some state begins. */
TEST_F(store, a_state_stands_for_what_went)
{
	struct wt_buf b = {};
	uint64_t seq = 0;

	for (uint64_t i = 1; i <= 10; i++)
		ASSERT_EQ(0, commit(self->store, i, "x", &self->err));
	ASSERT_EQ(0, wt_store_deliver(self->store, 10, &self->err));
	EXPECT_EQ(0, prune(self->store, 1008, INT64_MIN, true));
	EXPECT_EQ(-ENOENT, wt_store_base(self->store, &seq, &b, &self->err));
	put_base(self->store, 3, "three");
	put_base(self->store, 5, "five");
	put_base(self->store, 9, "nine");
	EXPECT_EQ(0, prune(self->store, 1003, INT64_MIN, true));
	EXPECT_EQ(3, prune(self->store, 1005, INT64_MIN, true));
	ASSERT_EQ(0, wt_store_base(self->store, &seq, &b, &self->err));
	EXPECT_EQ(3, seq);
	EXPECT_EQ(2, prune(self->store, 1009, INT64_MIN, true));
	EXPECT_EQ(6, extent_of(self->store).first);
	wt_buf_reset(&b);
	ASSERT_EQ(0, wt_store_base(self->store, &seq, &b, &self->err));
	EXPECT_EQ(5, seq);
	EXPECT_TRUE(wt_span_equal(wt_buf_span(&b), wt_span("five", 4)));
	/* and what no attestation is left of is no state to begin with either */
	wt_buf_reset(&b);
	EXPECT_EQ(-ENOENT,
		  wt_store_value(self->store, "base 00000000000000000003", &b, &self->err));
	EXPECT_EQ(0, wt_store_value(self->store, "base 00000000000000000009", &b, &self->err));
	wt_buf_free(&b);
}

TEST_HARNESS_MAIN
