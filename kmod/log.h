/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The log: records in steps, each step hashed into the chain (include/wattest/record.h).
 * Append-only and bounded: what was acknowledged goes, then the bodies of WINDOW records, and
 * nothing in silence.
 */
#ifndef WATTEST_LOG_H
#define WATTEST_LOG_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/types.h>

#include <wattest/record.h>

/*
 * Guards the log, and also which sources, devices and probes there are: so that a WINDOW lists
 * exactly those whose records stand in its step or before. A mutex, because appending allocates.
 * Never held while a sensor is read. The samplers and the kfunc do without it.
 */
extern struct mutex wattest_log_mutex;

struct wattest_entry {
	struct list_head node;
	u64 seq;
	u64 step;		/* 1, 2, 3 ...: which it is part of, or will be */
	struct wattest_record *data;	/* NULL once pruned */
	u32 len;		/* of data */
	u16 type;
	bool closes;		/* the last of its step */
	u8 digest[WATTEST_DIGEST_LEN];
	u8 head[WATTEST_DIGEST_LEN];	/* the chain after it, when it closes */
	u8 mac[WATTEST_DIGEST_LEN];	/* of head, under the step's key, when it closes */
};

struct wattest_log_state {
	u8 epoch[WATTEST_EPOCH_LEN];
	u8 head[WATTEST_DIGEST_LEN];	/* chain after the last closed step */
	u8 base[WATTEST_DIGEST_LEN];	/* chain before the first step that is kept */
	u64 first_seq;
	u64 next_seq;
	u64 closed_seq;
	u64 steps;
	u64 used;
	u64 limit;
	u64 pruned;
	u64 dropped;
};

/*
 * Starts the log with its LOAD and ANCHOR records. Returns 0 or -ENOMEM; then wattest_log_exit() is
 * due all the same.
 */
int wattest_log_init(void);
/* Forgets all. Nobody else may use the log any more. */
void wattest_log_exit(void);

/* CLOCK_BOOTTIME of the LOAD record: the start of the first window. */
u64 wattest_log_start_ns(void);

/* All below are called with wattest_log_mutex held. */

/*
 * Appends a record to the open window, as of now_ns (CLOCK_BOOTTIME, taken under the mutex).
 * Returns 0, or -ENOSPC, -ENOMEM (then it is counted as lost), or -ESHUTDOWN after UNLOAD.
 */
int wattest_log_append(enum wattest_record_type type, u64 now_ns, const void *payload, size_t len);

/* An ordinary record with such a payload would fit as things are. */
bool wattest_log_has_room(size_t len);

/*
 * Closing a window: begin() makes room, writes what LOST and ANCHOR records are due, and returns
 * the unfinished WINDOW record with a zeroed payload of len bytes; or ERR_PTR(-ENOSPC, -ENOMEM, or
 * -EBUSY while the witness is behind), and the window stays open. commit() cannot fail: it hashes
 * the record and closes the step. now_ns is the window's end. With `last`, no bound holds.
 */
struct wattest_entry *wattest_log_begin_window(u64 now_ns, size_t len, bool last);
void wattest_log_commit_window(struct wattest_entry *e);

/* Nothing is appended any more, but what wattest_log_end() does. */
void wattest_log_stop(void);
/* Ends a stopped log: UNLOAD, as a step of its own, with what LOST records are due before it. */
void wattest_log_end(void);

/* Frees whole closed steps up to seq. Returns -EINVAL when that record is not in a closed step. */
int wattest_log_ack(u64 seq);

/* Counts what will not be in the log; a LOST record says so as soon as it can. */
void wattest_log_lost(enum wattest_record_type type, enum wattest_lost_reason reason, u32 count);

/*
 * The witness will not be extended with the step that the record seq closed. LOST says so in the
 * step after it, which is not closed without that.
 */
void wattest_log_witness_lost(u64 seq);

/* The first entry after seq, or NULL. Valid until the mutex is released. */
const struct wattest_entry *wattest_log_next(u64 seq);

/* The entry after e, or NULL. */
const struct wattest_entry *wattest_log_following(const struct wattest_entry *e);

/* The longest record so far, in bytes. */
size_t wattest_log_longest(void);

void wattest_log_get_state(struct wattest_log_state *ret_state);

/*
 * Who is told of every record, after it was appended; NULL for nobody. Called with the mutex held.
 */
void wattest_log_set_listener(void (*listener)(const struct wattest_entry *e));

#endif
