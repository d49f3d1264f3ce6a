/* SPDX-License-Identifier: Apache-2.0 */
/* What a rig's result and a site's have in common. */
#ifndef LIB_RESULT_PARTS_H
#define LIB_RESULT_PARTS_H

#include "lib/cbor.h"
#include "lib/result.h"

/* An array of exactly so many, which the sentence lists. */
int wt_result_read_tuple(struct wt_cbor_in *in, size_t n, const char *list);
int wt_result_read_tier(struct wt_cbor_in *in, enum wt_tier *ret);
/* [from, until], ns: in order. */
int wt_result_read_covered(struct wt_cbor_in *in, uint64_t *ret_from_ns, uint64_t *ret_to_ns);
/* Three of them: low, best, high, in order. */
int wt_result_read_chargeable(struct wt_cbor_in *in, struct wt_energy *ret);
/* At least one check, none twice. The worst raises *worst. */
int wt_result_read_checks(struct wt_cbor_in *in,
			  struct wt_result_check checks[WT_RESULT_MAX_CHECKS], size_t *ret_n,
			  enum wt_tier *worst);
/*
 * The whole is the worst of its parts: what could not be judged has no tier, unless something is
 * wrong even so. `at` is where the sentence points to, `whats` whose worst it is.
 */
int wt_result_check_tier(struct wt_cbor_in *in, size_t at, enum wt_tier tier, enum wt_tier worst,
			 const char *whats);

void wt_result_put_pair(struct wt_buf *b, uint64_t x, uint64_t y);
void wt_result_put_checks(struct wt_buf *b, const struct wt_result_check *checks, size_t n);
/* A verdict's checks as a result's: text that came from the evidence is made plain. */
void wt_result_check_of(const struct wt_outcome *outcome, const char *name,
			struct wt_result_check *ret);
/* Plain text of at most cap - 1 bytes; what is not becomes '?'. */
void wt_result_copy_plain(char *ret, size_t cap, const char *text, const char *if_empty);

#endif
