/* SPDX-License-Identifier: Apache-2.0 */
/* The one way to a certificate for somebody else's key: one duty, one issuer, never beyond its time. */
#ifndef KEYS_CERTIFY_H
#define KEYS_CERTIFY_H

#include "keys/authority.h"

/*
 * Issues subject_key a certificate with that duty, from the CA whose duty it is to give it, for so
 * many days and at most as long as the CA itself. -EKEYREJECTED: the CA has expired.
 */
int certify_key(const char *dir, enum wt_duty duty, const char *common_name,
		struct wt_key *subject_key, uint64_t days, int64_t now, struct wt_cert **ret,
		struct wt_err *err);

#endif
