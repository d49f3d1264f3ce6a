// SPDX-License-Identifier: Apache-2.0
/*
 * An operator who cheats: has the rig's own key (in a file, or in a TPM that signs what root asks), changes one byte of a record in an attestation (the energy of the
 * first source in its first window, so that less seems used), and signs that attestation and all that follow again,
 * so that every signature and every prev is right. What is left to give it away is the kernel's chain. With --flip the
 * byte is changed in the file itself and nothing is signed again.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys/identity/identity.h"
#include "lib/cose.h"
#include "lib/file.h"
#include "lib/object.h"
#include "lib/record.h"

#define MAX_FILES 256
#define FILE_MAX (16u << 20)

static const char usage[] = "usage: forge KEY|--tpm CERTIFICATE TO-DIR FILE...\n"
			    "       forge --flip FILE\n"
			    "FILEs in order of seq, one attestation each.\n";

struct forger {
	struct wt_identity *identity;
	struct wt_cert *cert;
	bool done; /* the byte was changed */
	uint8_t prev[WT_SHA256_LEN]; /* of the forged one before, once done */
};

/* Lowers the first source's energy by 16.8 J, in place: one byte. */
static bool change(const struct wt_attestation *att, const char *name)
{
	for (size_t i = 0; i < att->n_steps; i++) {
		for (size_t k = 0; k < att->steps[i].n_records; k++) {
			struct wt_span raw = att->steps[i].records[k].raw;
			size_t at = sizeof(struct wattest_record) + sizeof(struct wattest_window) + 3;
			struct wt_record rec;
			uint8_t *byte;

			if (!raw.p || wt_record_decode(raw, &rec, NULL) < 0 || rec.type != WATTEST_RECORD_WINDOW)
				continue;
			byte = (uint8_t *)raw.p + at;
			if (at >= raw.n || !*byte)
				continue;
			printf("%s: record %llu (WINDOW), byte %zu: %02x becomes %02x, 16.8 J less\n", name,
			       (unsigned long long)rec.seq, at, *byte, *byte - 1);
			(*byte)--;
			return true;
		}
	}
	return false;
}

static int forge(struct forger *f, struct wt_span in, const char *name, struct wt_buf *ret, struct wt_err *err)
{
	struct wt_attestation att = { 0 };
	struct wt_buf payload = { 0 };
	struct wt_cose cose;
	int r;

	r = wt_cose_decode(in, &cose, err);
	if (r < 0)
		return r;
	r = wt_attestation_decode(cose.payload, &att, err);
	if (r < 0)
		return r;
	if (f->done)
		memcpy(att.prev, f->prev, sizeof(att.prev));
	else
		f->done = change(&att, name);
	r = wt_attestation_encode(&att, &payload, err);
	if (r == 0)
		r = wt_cose_sign(wt_identity_key(f->identity), f->cert, cose.n_x5chain > 0, WT_TYP_ATTESTATION, wt_buf_span(&payload), ret,
				 err);
	if (r == 0)
		wt_sha256(wt_buf_span(ret), f->prev);
	wt_buf_free(&payload);
	wt_attestation_clear(&att);
	return r;
}

static int forge_file(struct forger *f, const char *dir, const char *path, struct wt_err *err)
{
	const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	struct wt_buf in = { 0 }, out = { 0 };
	char to[512];
	int r;

	r = wt_file_read(path, FILE_MAX, &in, err);
	if (r == 0)
		r = forge(f, wt_buf_span(&in), name, &out, err);
	if (r == 0) {
		snprintf(to, sizeof(to), "%s/%s", dir, name);
		r = wt_file_write(to, wt_buf_span(&out), 0644, WT_FILE_REPLACE, err);
	}
	wt_buf_free(&in);
	wt_buf_free(&out);
	return r;
}

/* The record's bytes are in the file's, so changing them there changes the file. */
static int flip(const char *path, struct wt_err *err)
{
	struct wt_attestation att = { 0 };
	struct wt_buf in = { 0 };
	struct wt_cose cose;
	int r;

	r = wt_file_read(path, FILE_MAX, &in, err);
	if (r == 0)
		r = wt_cose_decode(wt_buf_span(&in), &cose, err);
	if (r == 0)
		r = wt_attestation_decode(cose.payload, &att, err);
	if (r == 0 && !change(&att, path))
		r = wt_fail(err, ENOENT, "%s: no window with energy in it", path);
	if (r == 0)
		r = wt_file_write(path, wt_buf_span(&in), 0644, WT_FILE_REPLACE, err);
	wt_attestation_clear(&att);
	wt_buf_free(&in);
	return r;
}

int main(int argc, char **argv)
{
	struct wt_identity_options key = { .tcti = WT_IDENTITY_TCTI, .handle = WT_IDENTITY_HANDLE };
	struct forger f = { 0 };
	struct wt_err err = { 0 };
	int r;

	if (argc == 3 && !strcmp(argv[1], "--flip")) {
		r = flip(argv[2], &err);
		if (r < 0)
			fprintf(stderr, "forge: %s\n", err.msg);
		return r < 0;
	}
	if (argc < 5) {
		fputs(usage, stderr);
		return 64;
	}
	if (!strcmp(argv[1], "--tpm"))
		key.backend = WT_BACKEND_TPM;
	else
		key.key = argv[1];
	r = wt_identity_open(&key, &f.identity, &err);
	if (r == 0)
		r = wt_cert_load(argv[2], &f.cert, &err);
	for (int i = 4; i < argc && r == 0; i++)
		r = forge_file(&f, argv[3], argv[i], &err);
	if (r < 0)
		fprintf(stderr, "forge: %s\n", err.msg);
	else if (!f.done)
		fprintf(stderr, "forge: no window with energy in it\n");
	wt_cert_free(f.cert);
	wt_identity_free(f.identity);
	return r < 0 || !f.done;
}
