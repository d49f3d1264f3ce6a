/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers of COSE (IANA), for cose.c and cose_sign.c. */
#ifndef LIB_COSE_LABELS_H
#define LIB_COSE_LABELS_H

#include "lib/cbor.h"
#include "lib/cose.h"

#define TAG_SIGN1 18
#define HASH_SHA256 (-16)

enum header_label {
	HEADER_ALG = 1,
	HEADER_CRIT = 2,
	HEADER_TYP = 16,
	HEADER_X5CHAIN = 33,
	HEADER_X5T = 34,
};

#endif
