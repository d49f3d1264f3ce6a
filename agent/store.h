/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What must outlive the daemon: every attestation, and small values beside them. The only door to SQLite.
 *
 * The invariant: an attestation leaves the process, and the kernel is told that it may forget the records, only
 * after wt_store_commit returned 0; and that returns 0 only when the row is on the disk (WAL, synchronous FULL). The
 * next seq, prev, epoch, record and chain value all come from the newest row. So a kill or a power cut at any
 * point leaves either the row or nothing: with nothing, the same seq is signed again (ECDSA: other bytes), and the
 * lost first one was never seen by anybody; with the row, the seq is used. Two of one seq cannot both be stored, as
 * seq is the primary key and rows are never replaced.
 */
#ifndef AGENT_STORE_H
#define AGENT_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/bytes.h"
#include "lib/crypto/crypto.h"
#include "lib/err.h"
#include "lib/object.h"

struct wt_store;

/* A row without its object; all zero when there is none. */
struct wt_store_row {
	uint64_t seq;
	uint8_t digest[WT_SHA256_LEN]; /* of the COSE_Sign1 */
	uint8_t epoch[16];
	uint64_t first_record, last_record; /* carried; first 0: none was */
	uint8_t head[WT_SHA256_LEN]; /* chain value after last_record */
	int64_t iat;
	bool delivered;
};

/*
 * Opens dir/store.db. For writing: makes the folder and the file, holds dir/lock for life (-EBUSY: another process
 * does, its pid is in the sentence). For reading: -ENOENT when there is none. A file of a newer version is -EPROTO, one
 * that is empty or without its tables -EBADMSG: it was whole when it got its name.
 */
int wt_store_open(const char *dir, bool write, struct wt_store **ret, struct wt_err *err);
void wt_store_free(struct wt_store *store);
void wt_store_freep(struct wt_store **store);

/* The store belongs to one rig's key: the first call binds it, a call with another ueid is -EEXIST. */
int wt_store_bind(struct wt_store *store, const uint8_t ueid[WT_UEID_LEN], struct wt_err *err);

/* The newest row. */
int wt_store_last(struct wt_store *store, struct wt_store_row *ret, struct wt_err *err);
/* Stores an attestation durably; row->seq must be the newest seq + 1. -ENOSPC and the like: nothing was stored. */
int wt_store_commit(struct wt_store *store, const struct wt_store_row *row, struct wt_span cose,
		    struct wt_err *err);
/* Appends the object to ret; -ENOENT. */
int wt_store_get(struct wt_store *store, uint64_t seq, struct wt_buf *ret, struct wt_err *err);
/* Rows with seq > since in order; a callback's negative result ends it. */
typedef int (*wt_store_fn)(const struct wt_store_row *row, struct wt_span cose, void *user);
int wt_store_each(struct wt_store *store, uint64_t since, wt_store_fn fn, void *user,
		  struct wt_err *err);
/* The first row whose last_record in that epoch is at least record: -ENOENT. */
int wt_store_find(struct wt_store *store, const uint8_t epoch[16], uint64_t record,
		  struct wt_store_row *ret, struct wt_err *err);

/* --- what is kept (store_keep.c) */

struct wt_store_extent {
	uint64_t first, last; /* 0: there is none */
	uint64_t delivered; /* all up to this one are with an inspector; first - 1, or 0: none of these */
	uint64_t bytes; /* of the file, in use */
};

int wt_store_extent(struct wt_store *store, struct wt_store_extent *ret, struct wt_err *err);
/* An inspector has everything up to seq. -ENOENT: there is no such attestation yet. */
int wt_store_deliver(struct wt_store *store, uint64_t seq, struct wt_err *err);

/*
 * States of the appraisal, each after some attestation: values whose key is that number's. Whoever judges what is stored
 * begins with the oldest of them once attestations before it are gone.
 */
#define WT_STORE_BASE_LEN 32
void wt_store_base_key(uint64_t seq, char ret[WT_STORE_BASE_LEN]);
/* The oldest: -ENOENT. */
int wt_store_base(struct wt_store *store, uint64_t *ret_seq, struct wt_buf *ret, struct wt_err *err);

struct wt_store_keep {
	int64_t since; /* attestations signed from then on stay */
	int64_t undelivered_since; /* and those that no inspector has, from then on; INT64_MIN: all of them */
	bool judged; /* by the rig itself: then there must be a state to begin with instead */
	uint64_t bytes; /* beyond them also younger ones go that an inspector has; 0: none do */
};

/* Deletes the oldest that need not stay; never the newest. */
int wt_store_prune(struct wt_store *store, const struct wt_store_keep *keep, uint64_t *ret_n,
		   struct wt_err *err);

struct wt_store_value {
	const char *key;
	struct wt_span value;
};

/* Sets values, all or none. Durable like an attestation. */
int wt_store_put(struct wt_store *store, const struct wt_store_value *values, size_t n,
		 struct wt_err *err);
/* Appends the value to ret; -ENOENT. */
int wt_store_value(struct wt_store *store, const char *key, struct wt_buf *ret, struct wt_err *err);

#endif
