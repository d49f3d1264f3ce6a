/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The host's IMA measurement list on its way into attestations, each entry once an epoch. What an attestation carries
 * was in the list before the quote: a quoted PCR 10 may be ahead of it, and what comes next catches up.
 */
#ifndef AGENT_IMA_H
#define AGENT_IMA_H

#include "agent/netlink.h"
#include "agent/store.h"
#include "lib/bytes.h"
#include "lib/err.h"

#define WT_IMA_CARRIED_MAX 32768 /* bytes in one attestation */

struct wt_ima_reader { /* zero-initialised: nothing read */
	int fd; /* of the list; valid when open */
	bool open, failed; /* it cannot be read in this epoch, and that was said */
	uint8_t epoch[WT_EPOCH_LEN]; /* that next counts in */
	uint64_t next; /* entry that ahead begins with: 1, 2, 3 ... */
	struct wt_buf ahead; /* read, and in no stored attestation */
	size_t carried; /* bytes of ahead in the attestation being made */
	uint64_t n_carried; /* entries */
};

/*
 * The next whole entries for an attestation of this epoch: ret is valid until the next call, n 0 when there are none.
 * The store says where an earlier process stopped. A list that cannot be read is an error once an epoch, and then has
 * none.
 */
int wt_ima_take(struct wt_ima_reader *ima, const char *list, const uint8_t epoch[WT_EPOCH_LEN],
		struct wt_store *store, uint64_t *ret_first, struct wt_span *ret,
		struct wt_err *err);
/* That attestation is stored. An error loses nothing: the entries may be carried again by a later process. */
int wt_ima_carried(struct wt_ima_reader *ima, struct wt_store *store, struct wt_err *err);
void wt_ima_close(struct wt_ima_reader *ima);

#endif
