// SPDX-License-Identifier: Apache-2.0
#include "tests/cli/forge/objects.h"

#include <inttypes.h>
#include <stdio.h>

#include "lib/file.h"

int object_read(const char *path, struct wt_buf *ret_file, struct wt_cose *ret, struct wt_err *err)
{
	int r = wt_file_read(path, 1 << 20, ret_file, err);

	return r < 0 ? r : wt_cose_decode(wt_buf_span(ret_file), ret, err);
}

int registration_read(const char *path, struct wt_buf *ret_file, struct wt_registration *ret,
		      struct wt_err *err)
{
	struct wt_cose cose;
	int r = object_read(path, ret_file, &cose, err);

	return r < 0 ? r : wt_registration_decode(cose.payload, ret, err);
}

int attestation_write(struct wt_attestation *att, struct wt_key *key, struct wt_cert *cert,
		      const char *folder, struct wt_err *err)
{
	struct wt_buf payload = { 0 }, cose = { 0 };
	char path[4096];
	int r;

	r = wt_attestation_encode(att, &payload, err);
	if (r == 0)
		r = wt_cose_sign(key, cert, true, WT_TYP_ATTESTATION, wt_buf_span(&payload), &cose,
				 err);
	snprintf(path, sizeof(path), "%s/%08" PRIu64 ".cose", folder, att->seq);
	if (r == 0)
		r = wt_file_write(path, wt_buf_span(&cose), 0644, WT_FILE_REPLACE, err);
	wt_sha256(wt_buf_span(&cose), att->prev);
	wt_buf_free(&payload);
	wt_buf_free(&cose);
	return r;
}
