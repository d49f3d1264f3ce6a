/* SPDX-License-Identifier: Apache-2.0 */
/*
 * IMA's measurement list, as securityfs' binary_runtime_measurements has it on a little-endian host: what the kernel
 * measured, entry by entry, and how each moved PCR 10 (Linux: security/integrity/ima, ima_fs.c and ima_queue.c).
 */
#ifndef LIB_IMA_H
#define LIB_IMA_H

#include "lib/bytes.h"
#include "lib/crypto/crypto.h"
#include "lib/err.h"

#define WT_IMA_PCR 10 /* CONFIG_IMA_MEASURE_PCR_IDX */
#define WT_IMA_ENTRY_MAX \
	16384 /* bytes of one entry: a path of PATH_MAX, a signature and a buffer fit */

/* Spans point into the list. */
struct wt_ima_entry {
	struct wt_span raw; /* all of it */
	uint32_t pcr; /* that it was extended into */
	bool violation; /* measured while it was written, or the like: PCR extended with ones */
	struct wt_span template; /* name, say "ima-ng" */
	struct wt_span data; /* what the digest is over */
	struct wt_span
		alg; /* of the file's digest: "sha256"; p NULL: of a template that is not read */
	struct wt_span digest; /* of the file's content */
	struct wt_span buf; /* what was measured, of template ima-buf; p NULL: no such */
	struct wt_span path; /* as the kernel named the file, or "boot_aggregate" */
};

/*
 * Reads the first entry: 1, and list moves behind it; 0 at the end; -EAGAIN when the rest is no whole entry; -EBADMSG
 * with what is wrong.
 */
int wt_ima_next(struct wt_span *list, struct wt_ima_entry *ret, struct wt_err *err);
/* Moves a PCR of the SHA-256 bank as the kernel (5.8 or later) did for this entry. */
void wt_ima_extend(uint8_t value[WT_SHA256_LEN], const struct wt_ima_entry *entry);

#endif
