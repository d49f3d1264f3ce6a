/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The log's hash chain: C_k = SHA-256(C_{k-1} || SHA-256(d_1 || ... || d_m)), d_i = SHA-256(record
 * i).
 */
#ifndef LIB_CHAIN_H
#define LIB_CHAIN_H

#include "lib/crypto/crypto.h"
#include "lib/object.h"

/* D = SHA-256(d_1 || ... || d_m): what a step extends chain and PCR with. */
int wt_chain_digest(const struct wt_att_record *records, size_t n, struct wt_buf *scratch,
		    uint8_t ret[WT_SHA256_LEN]);
/* Moves head over one step of records, raw or pruned. scratch is reused between calls. */
int wt_chain_step(uint8_t head[WT_SHA256_LEN], const struct wt_att_record *records, size_t n,
		  struct wt_buf *scratch);

#endif
