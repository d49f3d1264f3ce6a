// SPDX-License-Identifier: Apache-2.0
/* The TPM that a rig was enrolled with, and what the rig should run (docs/evidence.cddl, labels 15 and 16). */
#include <stdlib.h>
#include <string.h>

#include "lib/fields.h"
#include "lib/registration.h"

#define AK_MAX 1024
#define MAX_REFERENCES 64

enum tpm_label {
	TPM_EK = 1,
	TPM_AK,
	TPM_BOOT,
};

static const struct wt_field tpm_fields[] = {
	{ TPM_EK, "TPM's endorsement key", false },
	{ TPM_AK, "TPM's attestation key", false },
	{ TPM_BOOT, "boot state", true },
};

static const size_t digest_len[] = {
	[WT_REFERENCE_FILE] = WT_SHA256_LEN,
	[WT_REFERENCE_PROBE] = 8,
	[WT_REFERENCE_MODULE] = 20,
};

#define KINDS (sizeof(digest_len) / sizeof(digest_len[0]))

size_t wt_reference_digest_len(enum wt_reference_kind kind)
{
	return kind < KINDS ? digest_len[kind] : 0;
}

const char *wt_reference_kind_name(enum wt_reference_kind kind)
{
	static const char *const names[KINDS] = {
		[WT_REFERENCE_FILE] = "file",
		[WT_REFERENCE_PROBE] = "probe",
		[WT_REFERENCE_MODULE] = "module",
	};

	return kind < KINDS && names[kind] ? names[kind] : "?";
}

static int read_ak(struct wt_cbor_in *in, struct wt_span *ret)
{
	size_t at = in->off;
	int r;

	r = wt_cbor_bytes(in, ret);
	if (!r && (!ret->n || ret->n > AK_MAX)) {
		in->off = at;
		r = wt_cbor_bad(in, "%zu bytes (1 to %d)", ret->n, AK_MAX);
	}
	return r;
}

static int read_boot(struct wt_cbor_in *in, struct wt_reg_tpm *tpm)
{
	size_t at = in->off;
	int r;

	r = wt_field_pcrs(in, tpm->boot, &tpm->n_boot);
	if (!r && !tpm->n_boot) {
		in->off = at;
		r = wt_cbor_bad(in, "no PCR; absence is what says \"not said\"");
	}
	return r;
}

static int read_tpm_field(struct wt_cbor_in *in, int64_t label, struct wt_reg_tpm *tpm)
{
	switch ((enum tpm_label)label) {
	case TPM_EK:
		return wt_cbor_bytes_to(in, tpm->ek, sizeof(tpm->ek));
	case TPM_AK:
		return read_ak(in, &tpm->ak);
	case TPM_BOOT:
		return read_boot(in, tpm);
	}
	return wt_cbor_bad(in, "not known");
}

int registration_read_tpm(struct wt_cbor_in *in, struct wt_reg_tpm *ret)
{
	struct wt_fields map;
	int64_t label;
	int r;

	r = wt_fields_begin(in, tpm_fields, sizeof(tpm_fields) / sizeof(tpm_fields[0]), &map);
	while (r >= 0 && (r = wt_fields_next(in, &map, &label)) > 0)
		r = read_tpm_field(in, label, ret);
	return r;
}

static bool alike(const struct wt_reference *a, const struct wt_reference *b)
{
	return a->kind == b->kind && !strcmp(a->name, b->name) &&
	       !memcmp(a->digest, b->digest, sizeof(a->digest));
}

static int read_reference(struct wt_cbor_in *in, struct wt_reference *ret)
{
	uint64_t kind = 0;
	size_t three;
	int r;

	r = wt_cbor_array(in, &three);
	if (!r && three != 3)
		r = wt_cbor_bad(in, "not a kind, a name and a digest");
	if (!r)
		r = wt_field_uint(in, WT_REFERENCE_FILE, WT_REFERENCE_MODULE, &kind);
	ret->kind = (enum wt_reference_kind)kind;
	if (!r)
		r = wt_field_name(in, ret->name, sizeof(ret->name));
	if (!r)
		r = wt_cbor_bytes_to(in, ret->digest, digest_len[kind]);
	return r;
}

int registration_read_references(struct wt_cbor_in *in, struct wt_registration *reg)
{
	struct wt_reference *one;
	size_t n, i, at = in->off;
	int r;

	r = wt_field_count(in, MAX_REFERENCES, &n);
	if (r < 0)
		return r;
	if (!n) {
		in->off = at;
		return wt_cbor_bad(in, "none; absence is what says that");
	}
	reg->references = calloc(n, sizeof(*reg->references));
	if (!reg->references)
		return wt_fail(in->err, ENOMEM, "no memory for %zu references", n);
	for (; reg->n_references < n; reg->n_references++) {
		at = in->off;
		one = &reg->references[reg->n_references];
		r = read_reference(in, one);
		if (r < 0)
			return r;
		for (i = 0; i < reg->n_references; i++) {
			if (!alike(&reg->references[i], one))
				continue;
			in->off = at;
			return wt_cbor_bad(in, "%s is there twice", one->name);
		}
	}
	return 0;
}

void registration_put_tpm(struct wt_buf *b, const struct wt_reg_tpm *tpm)
{
	wt_cbor_put_map(b, 2u + !!tpm->n_boot);
	wt_field_put_bytes(b, TPM_EK, tpm->ek, sizeof(tpm->ek));
	wt_field_put_bytes(b, TPM_AK, tpm->ak.p, tpm->ak.n);
	if (tpm->n_boot) {
		wt_cbor_put_uint(b, TPM_BOOT);
		wt_field_put_pcrs(b, tpm->boot, tpm->n_boot);
	}
}

void registration_put_references(struct wt_buf *b, const struct wt_registration *reg)
{
	const struct wt_reference *one;

	wt_cbor_put_array(b, reg->n_references);
	for (one = reg->references; one < reg->references + reg->n_references; one++) {
		wt_cbor_put_array(b, 3);
		wt_cbor_put_uint(b, one->kind);
		wt_cbor_put_text(b, one->name);
		/* Of an unknown kind: the check of what was written refuses it. */
		wt_cbor_put_bytes(
			b, wt_span(one->digest, one->kind >= WT_REFERENCE_FILE &&
								one->kind <= WT_REFERENCE_MODULE
							? digest_len[one->kind]
							: 0));
	}
}
