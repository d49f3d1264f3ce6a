// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>
#include <string.h>

#include "keys/identity/auth.h"
#include "keys/identity/nv.h"

#define CHAIN_FIRST 0x1c00100
#define CHAIN_LAST 0x1c001ff
#define NV_MAX 16384 /* bytes of one index that are read */
#define NV_STEP 512 /* each TPM reads as many at once */

static void freep(void *p)
{
	Esys_Free(*(void **)p);
}

static int read_some(struct tpm_session *session, ESYS_TR index, uint16_t size, struct wt_buf *ret,
		     struct wt_err *err)
{
	TSS2_RC rc;

	for (uint16_t off = 0; off < size;) {
		__attribute__((cleanup(freep))) TPM2B_MAX_NV_BUFFER *data = NULL;
		uint16_t n = size - off < NV_STEP ? size - off : NV_STEP;

		/* The index's own (empty) password, then the owner's: vendors allow either. */
		TPM_TRY(rc, Esys_NV_Read(session->esys, index, index, ESYS_TR_PASSWORD,
					 ESYS_TR_NONE, ESYS_TR_NONE, n, off, &data));
		if (rc != TSS2_RC_SUCCESS) {
			int r = tpm_auth_begin(session, ESYS_TR_RH_OWNER, err);

			if (r < 0)
				return r;
			TPM_TRY(rc, Esys_NV_Read(session->esys, ESYS_TR_RH_OWNER, index,
						 ESYS_TR_PASSWORD, ESYS_TR_NONE, ESYS_TR_NONE, n,
						 off, &data));
			tpm_auth_end(session, ESYS_TR_RH_OWNER);
		}
		if (rc != TSS2_RC_SUCCESS)
			return tpm_auth_fail(session, ESYS_TR_RH_OWNER, rc, err,
					     "read a certificate");
		if (data->size != n)
			return wt_fail(err, EIO, "TPM %.60s: a certificate that ends early",
				       session->name);
		wt_buf_append(ret, data->buffer, n);
		off += n;
	}
	return ret->err ? wt_fail(err, -ret->err, "no memory for a certificate") : 0;
}

/* As many bytes as the first DER element has: what is behind it is the index's unused rest. */
static size_t der_length(const struct wt_buf *b)
{
	size_t head = 2, n;

	if (b->n < 4 || b->p[0] != 0x30)
		return 0;
	n = b->p[1];
	if (n == 0x81) {
		n = b->p[2];
		head = 3;
	} else if (n == 0x82) {
		n = (size_t)b->p[2] << 8 | b->p[3];
		head = 4;
	} else if (n > 0x80) {
		return 0;
	}
	return head + n <= b->n ? head + n : 0;
}

/* 1, or 0 when the index has no certificate in it. */
static int read_index(struct tpm_session *session, uint32_t handle, struct wt_buf *ret,
		      struct wt_err *err)
{
	__attribute__((cleanup(freep))) TPM2B_NV_PUBLIC *pub = NULL;
	struct tpm_object index = { .session = session };
	TSS2_RC rc;
	int r;

	TPM_TRY(rc, Esys_TR_FromTPMPublic(session->esys, handle, ESYS_TR_NONE, ESYS_TR_NONE,
					  ESYS_TR_NONE, &index.handle));
	if (tpm_plain(rc) == TPM2_RC_HANDLE)
		return 0;
	if (rc == TSS2_RC_SUCCESS)
		TPM_TRY(rc, Esys_NV_ReadPublic(session->esys, index.handle, ESYS_TR_NONE,
					       ESYS_TR_NONE, ESYS_TR_NONE, &pub, NULL));
	if (rc != TSS2_RC_SUCCESS)
		r = tpm_fail(session, rc, err, "find a certificate");
	else if (!(pub->nvPublic.attributes & TPMA_NV_WRITTEN) || pub->nvPublic.dataSize > NV_MAX)
		r = 0;
	else
		r = read_some(session, index.handle, pub->nvPublic.dataSize, ret, err);
	tpm_object_end(&index);
	if (r < 0)
		return r;
	ret->n = der_length(ret);
	return ret->n > 0;
}

/* Indices in the chain's range, ascending. */
static int each_of_chain(struct tpm_session *session, struct wt_buf *ret, size_t room,
			 struct wt_err *err)
{
	__attribute__((cleanup(freep))) TPMS_CAPABILITY_DATA *found = NULL;
	const TPML_HANDLE *handles;
	size_t n = 0;
	TSS2_RC rc;

	TPM_TRY(rc,
		Esys_GetCapability(session->esys, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE,
				   TPM2_CAP_HANDLES, CHAIN_FIRST, (uint32_t)room, NULL, &found));
	if (rc != TSS2_RC_SUCCESS)
		return tpm_fail(session, rc, err, "list its certificates");
	handles = &found->data.handles;
	for (uint32_t i = 0; i < handles->count && n < room; i++) {
		int r;

		if (handles->handle[i] > CHAIN_LAST)
			break;
		r = read_index(session, handles->handle[i], &ret[n], err);
		if (r < 0)
			return r;
		n += (size_t)r;
	}
	return (int)n;
}

int tpm_certificates(struct tpm_session *session, uint32_t index,
		     struct wt_buf ret[WT_IDENTITY_CERTS], struct wt_err *err)
{
	int n = read_index(session, index, &ret[0], err), more;

	if (n <= 0)
		return n;
	more = each_of_chain(session, ret + 1, WT_IDENTITY_CERTS - 1, err);
	return more < 0 ? more : 1 + more;
}
