/* SPDX-License-Identifier: Apache-2.0 */
/* What the two back ends give to identity.c. */
#ifndef KEYS_IDENTITY_BACKEND_H
#define KEYS_IDENTITY_BACKEND_H

#include "keys/identity/enrol.h"
#include "keys/identity/identity.h"

struct wt_identity {
	const struct identity_ops *ops;
	struct wt_key *key; /* owned */
	uint8_t ueid[WT_UEID_LEN];
	struct wt_identity_options at; /* TPM only: where it is; the strings are owned */
};

/* NULL where the back end has no TPM. */
struct identity_ops {
	enum wt_backend backend;
	int (*create)(const struct wt_identity_options *options, struct wt_err *err);
	int (*open)(const struct wt_identity_options *options, struct wt_identity *identity,
		    struct wt_err *err); /* fills key and ueid */
	int (*quote)(struct wt_identity *identity, const uint8_t extra[WT_SHA256_LEN],
		     uint32_t pcrs, struct wt_identity_quote *ret, struct wt_err *err);
	int (*boot_pcrs)(struct wt_identity *identity, uint32_t *ret, struct wt_err *err);
	int (*describe)(struct wt_identity *identity, struct wt_identity_keys *ret,
			struct wt_err *err);
	int (*activate)(struct wt_identity *identity, struct wt_span blob, struct wt_span secret,
			struct wt_buf *ret, struct wt_err *err);
};

extern const struct identity_ops identity_file, identity_tpm;

#endif
