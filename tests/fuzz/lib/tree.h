/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Edits of CBOR that leave it CBOR: one item of the tree becomes another, goes, or comes twice, and lengths and counts
 * around it are right again. So a decoder is asked about what the fields say, not about broken heads.
 */
#ifndef TESTS_FUZZ_LIB_TREE_H
#define TESTS_FUZZ_LIB_TREE_H

#include "lib/bytes.h"

/*
 * Appends the first item of `in` with one edit, which `how` says (bytes are taken off its front). False: not strict
 * CBOR, and nothing is appended.
 */
bool tree_edit(struct wt_span in, struct wt_span *how, struct wt_buf *out);

#endif
