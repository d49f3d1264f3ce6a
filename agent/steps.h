/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records on their way from the kernel into attestations: kept in order of seq, whole steps taken from the front.
 * What the multicast brought and what a dump brought go into the same heap; the same record twice is one record.
 */
#ifndef AGENT_STEPS_H
#define AGENT_STEPS_H

#include "agent/netlink.h"
#include "lib/object.h"

struct wt_steps_record {
	uint64_t seq, step;
	uint32_t type;
	struct wt_att_record record; /* raw bytes are owned */
	bool has_head;
	uint8_t head[WT_SHA256_LEN];
	bool has_mac;
	uint8_t mac[WT_SHA256_LEN];
};

struct wt_steps { /* of one epoch; zero-initialised is empty */
	struct wt_steps_record *v; /* ascending seq, each once */
	size_t n, cap;
};

/* A pruned record never replaces its body. -ENOMEM. */
int wt_steps_add(struct wt_steps *steps, const struct wt_nl_record *record);
/* Forgets the records up to seq. */
void wt_steps_drop(struct wt_steps *steps, uint64_t seq);
void wt_steps_clear(struct wt_steps *steps);
/* The first record, or NULL. */
const struct wt_steps_record *wt_steps_first(const struct wt_steps *steps);

/* Whole closed steps for one attestation; arrays are owned, their bytes belong to the heap they were taken from. */
struct wt_batch {
	struct wt_att_step *steps;
	size_t n_steps;
	struct wt_att_record *records;
	uint64_t first_seq, last_seq;
	uint64_t last_step; /* the kernel's count */
	uint8_t head[WT_SHA256_LEN]; /* as the kernel said after the last step */
	struct wt_span nonce; /* of the last step's WINDOW; p NULL: none */
	uint64_t
		from_ns; /* CLOCK_REALTIME at the first window's beginning; 0 when no window's body is here */
	bool ends_epoch; /* the last step is an UNLOAD */
};

/*
 * Takes the steps that begin at the first record: as many as are whole, without a hole, up to max_bytes (but one at
 * least), not beyond a WINDOW that carries a nonce (an attestation has one nonce) nor beyond an UNLOAD. 1 when
 * there is a batch, 0 when no step is closed, -ENOMEM, -EBADMSG with what is wrong with a record.
 */
int wt_steps_take(const struct wt_steps *steps, size_t max_bytes, struct wt_batch *ret,
		  struct wt_err *err);
/* Replays the batch from a chain value: 0 when it arrives at the kernel's head, -EBADMSG when not; ret_head gets where. */
int wt_batch_check(const struct wt_batch *batch, const uint8_t before[WT_SHA256_LEN],
		   uint8_t ret_head[WT_SHA256_LEN], struct wt_err *err);
void wt_batch_clear(struct wt_batch *batch);

#endif
