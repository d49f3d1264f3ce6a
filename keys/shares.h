/* SPDX-License-Identifier: Apache-2.0 */
/* How a grant is divided: whole watt-hours that sum exactly. Pure arithmetic. */
#ifndef KEYS_SHARES_H
#define KEYS_SHARES_H

#include "lib/object.h"

#define SHARES_MAX 65536

struct share {
	uint8_t ueid[WT_UEID_LEN];
	uint32_t weight; /* in: the rig's part of the whole, at least 1 */
	uint32_t wh; /* out: at least 1 */
};

/*
 * Divides total in proportion to the weights, by largest remainder (Hamilton's method); of two
 * equal remainders the lower id's goes first, so that the order of the list does not matter. A rig
 * whose part is less than 1 Wh gets 1, and the others share the rest. The ids differ. -ERANGE:
 * fewer Wh than rigs; -EINVAL: no rigs, too many, or a weight of 0.
 */
int shares_divide(uint32_t total, struct share *shares, size_t n);

#endif
