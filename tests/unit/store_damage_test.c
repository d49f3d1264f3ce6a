// SPDX-License-Identifier: Apache-2.0
/* A store that is damaged, another's, or not whole yet: numbers never begin anew. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sqlite3.h>

#include "kselftest_harness.h"

#include "tests/unit/store.h"

static int commit(struct wt_store *store, uint64_t seq, struct wt_err *err)
{
	struct wt_store_row row = { .seq = seq, .first_record = seq, .last_record = seq };

	return wt_store_commit(store, &row, wt_span("one", 3), err);
}

TEST_F(store, newer_version_is_refused)
{
	char path[96];
	sqlite3 *db;

	wt_store_freep(&self->store);
	snprintf(path, sizeof(path), "%s/store.db", self->dir);
	ASSERT_EQ(SQLITE_OK, sqlite3_open(path, &db));
	ASSERT_EQ(SQLITE_OK, sqlite3_exec(db, "PRAGMA user_version = 2", NULL, NULL, NULL));
	sqlite3_close(db);
	EXPECT_EQ(-EPROTO, wt_store_open(self->dir, true, &self->store, &self->err));
	EXPECT_NE(NULL, strstr(self->err.msg, "newer"));
	EXPECT_EQ(-EPROTO, wt_store_open(self->dir, false, &self->store, &self->err));
}

TEST_F(store, not_a_database)
{
	char path[96];
	int fd;

	wt_store_freep(&self->store);
	snprintf(path, sizeof(path), "%s/store.db", self->dir);
	fd = open(path, O_WRONLY | O_TRUNC);
	ASSERT_LE(0, fd);
	ASSERT_EQ(36, write(fd, "this is not a database, not even one", 36));
	close(fd);
	EXPECT_EQ(-EBADMSG, wt_store_open(self->dir, true, &self->store, &self->err));
}

/* What SQLite takes for a new database was a store: numbers must not begin anew. */
TEST_F(store, cut_to_nothing)
{
	struct wt_store_row last;
	char path[96], kept[112];

	ASSERT_EQ(0, commit(self->store, 1, &self->err));
	wt_store_freep(&self->store);
	snprintf(path, sizeof(path), "%s/store.db", self->dir);
	snprintf(kept, sizeof(kept), "%s.kept", path);
	ASSERT_EQ(0, rename(path, kept));
	ASSERT_EQ(0, close(open(path, O_WRONLY | O_CREAT, 0600)));
	for (int write = 0; write < 2; write++) {
		self->err.msg[0] = '\0';
		EXPECT_EQ(-EBADMSG, wt_store_open(self->dir, write, &self->store, &self->err));
		EXPECT_NE(NULL, strstr(self->err.msg, "A DAMAGED STORE"))
		{
			TH_LOG("%s", self->err.msg);
		}
	}
	ASSERT_EQ(0, rename(kept, path));
	ASSERT_EQ(0, wt_store_open(self->dir, true, &self->store, &self->err));
	ASSERT_EQ(0, wt_store_last(self->store, &last, &self->err));
	EXPECT_EQ(1, last.seq);
}

/* The rows are in the log beside it still, which went with a file of no bytes. */
TEST_F(store, without_its_log_or_only_it)
{
	char path[96], command[256];
	sqlite3 *db;

	ASSERT_EQ(0, commit(self->store, 1, &self->err));
	/* as after a power cut */
	snprintf(command, sizeof(command), "cd %s && mkdir cut && cp store.db-wal cut", self->dir);
	ASSERT_EQ(0, system(command));
	wt_store_freep(&self->store);
	snprintf(path, sizeof(path), "%s/cut", self->dir);
	EXPECT_EQ(-EBADMSG, wt_store_open(path, true, &self->store, &self->err));
	EXPECT_NE(NULL, strstr(self->err.msg, "it is gone, and its log is there"))
	{
		TH_LOG("%s", self->err.msg);
	}
	/* a database without tables */
	snprintf(path, sizeof(path), "%s/store.db", self->dir);
	ASSERT_EQ(0, unlink(path));
	ASSERT_EQ(SQLITE_OK, sqlite3_open(path, &db));
	ASSERT_EQ(SQLITE_OK, sqlite3_exec(db, "PRAGMA journal_mode = WAL", NULL, NULL, NULL));
	sqlite3_close(db);
	EXPECT_EQ(-EBADMSG, wt_store_open(self->dir, true, &self->store, &self->err));
	EXPECT_NE(NULL, strstr(self->err.msg, "not a store of wattest"));
}

/* Killed or out of room while it was made: it is made anew; it has its name only when it is whole. */
TEST_F(store, made_at_once)
{
	struct rlimit old, tight;
	char new[112], path[96];

	wt_store_freep(&self->store);
	snprintf(path, sizeof(path), "%s/store.db", self->dir);
	snprintf(new, sizeof(new), "%s.new", path);
	ASSERT_EQ(0, unlink(path));
	signal(SIGXFSZ, SIG_IGN);
	ASSERT_EQ(0, getrlimit(RLIMIT_FSIZE, &old));
	tight = old;
	tight.rlim_cur = 6000;
	ASSERT_EQ(0, setrlimit(RLIMIT_FSIZE, &tight));
	EXPECT_GT(0, wt_store_open(self->dir, true, &self->store, &self->err));
	ASSERT_EQ(0, setrlimit(RLIMIT_FSIZE, &old));
	EXPECT_NE(0, access(path, F_OK));
	EXPECT_NE(0, access(new, F_OK));
	ASSERT_EQ(0, close(open(new, O_WRONLY | O_CREAT, 0600)));
	ASSERT_EQ(0, wt_store_open(self->dir, true, &self->store, &self->err))
	{
		TH_LOG("%s", self->err.msg);
	}
	EXPECT_NE(0, access(new, F_OK));
	EXPECT_EQ(0, commit(self->store, 1, &self->err));
}

TEST_HARNESS_MAIN
