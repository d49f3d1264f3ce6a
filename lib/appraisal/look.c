// SPDX-License-Identifier: Apache-2.0
/* An object on its own, without a rig that it concerns. */
#include "lib/appraisal/private.h"

int wt_appraisal_look(struct wt_appraisal *a, struct wt_span cose, enum wt_duty duty,
		      int64_t not_before, int64_t not_after, const char *name,
		      uint8_t ret_signer[WT_SHA256_LEN], struct wt_err *err)
{
	struct wt_cose envelope = { 0 };
	struct opened object;
	struct wt_err own = { 0 };
	int r;

	err = err ? err : &own;
	/* For its type; what is none is refused below. */
	(void)wt_cose_decode(cose, &envelope, NULL);
	r = wt_object_open(a, cose, envelope.typ, &object, err);
	if (r <= 0)
		return r;
	r = wt_object_path(a, &object, duty, not_before, not_after, name, err);
	if (r > 0)
		wt_cert_x5t(object.certs[0], ret_signer);
	wt_opened_clear(&object);
	return r;
}
