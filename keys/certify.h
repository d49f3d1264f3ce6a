/* SPDX-License-Identifier: Apache-2.0 */
/* The one way to a certificate for somebody else's key: one duty, one issuer, never beyond its time. */
#ifndef KEYS_CERTIFY_H
#define KEYS_CERTIFY_H

#include "keys/authority.h"

struct certify {
	const char *common_name;
	enum wt_duty duty;
	int64_t now, from; /* it begins then, or with the CA */
	uint64_t days; /* from now on, and at most as long as the CA */
};

/*
 * Issues subject_key a certificate, from the CA whose duty it is to give it. -EKEYREJECTED: the CA
 * has expired.
 */
int certify_key(const char *dir, const struct certify *what, struct wt_key *subject_key,
		struct wt_cert **ret, struct wt_err *err);

#endif
