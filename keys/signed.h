/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Objects that others signed, read from files: nothing is built on one whose signature was not
 * checked.
 */
#ifndef KEYS_SIGNED_H
#define KEYS_SIGNED_H

#include "lib/cose.h"

struct signed_object {
	struct wt_buf file;
	struct wt_cose cose; /* points into the file */
	uint8_t digest[WT_SHA256_LEN];
};

/*
 * One object of that typ, whose signer has a path to the trust folder's anchors with that duty at
 * that time. The sentence names the file.
 */
int signed_read(const char *path, struct wt_trust *trust, enum wt_typ typ, enum wt_duty duty,
		int64_t at, struct signed_object *ret, struct wt_err *err);
/* The same in two steps, for whoever must read first who may have signed it, and when. */
int signed_open(const char *path, struct signed_object *ret, struct wt_err *err);
int signed_check(const struct signed_object *object, struct wt_trust *trust, enum wt_duty duty,
		 int64_t at, struct wt_err *err);
void signed_clear(struct signed_object *object); /* for cleanup as well */

#endif
