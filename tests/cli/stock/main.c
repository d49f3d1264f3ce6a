// SPDX-License-Identifier: Apache-2.0
/*
 * Puts forged attestations into a store, as if wattestd had signed and kept them: what the agent makes of its own
 * evidence can then be tested without the kernel module.
 *
 *   stock STATE FILE...     in order of seq, going on where the store ends
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/store.h"
#include "lib/cose.h"
#include "lib/file.h"
#include "lib/object.h"

static int put(struct wt_store *store, const char *path, struct wt_err *err)
{
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf file = {0};
	struct wt_store_row row = {0};
	struct wt_attestation att;
	struct wt_cose cose;
	int r = wt_file_read(path, 1 << 20, &file, err);

	if (r == 0)
		r = wt_cose_decode(wt_buf_span(&file), &cose, err);
	if (r == 0)
		r = wt_attestation_decode(cose.payload, &att, err);
	if (r < 0)
		return r;
	row.seq = att.seq;
	row.iat = att.iat;
	wt_sha256(wt_buf_span(&file), row.digest);
	memcpy(row.epoch, att.epoch, sizeof(row.epoch));
	memcpy(row.head, att.chain_after, sizeof(row.head));
	wt_attestation_clear(&att);
	return wt_store_commit(store, &row, wt_buf_span(&file), err);
}

int main(int argc, char **argv)
{
	__attribute__((cleanup(wt_store_freep))) struct wt_store *store = NULL;
	struct wt_err err = {0};
	int r;

	if (argc < 3)
		return 64;
	r = wt_store_open(argv[1], true, &store, &err);
	for (int i = 2; i < argc && r == 0; i++)
		r = put(store, argv[i], &err);
	if (r < 0)
		fprintf(stderr, "stock: %s\n", err.msg);
	return r < 0;
}
