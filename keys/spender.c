// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "keys/authority.h"
#include "keys/spender.h"
#include "lib/cose.h"

static bool is_ueid(const char *text, uint8_t ret[WT_UEID_LEN])
{
	return strlen(text) == 2 * WT_UEID_LEN &&
	       strspn(text, "0123456789abcdefABCDEF") == 2 * WT_UEID_LEN &&
	       wt_unhex(text, ret, WT_UEID_LEN) == WT_UEID_LEN;
}

/* Signed by whom this authority's trust folder says may register rigs. */
static int check_signature(const char *dir, const struct wt_cose *cose, int64_t now,
			   struct wt_err *err)
{
	__attribute__((cleanup(wt_cert_freep))) struct wt_cert *signer = NULL;
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf scratch = {0};
	uint8_t x5t[WT_SHA256_LEN];
	int r;

	if (cose->n_x5chain == 0 || !cose->has_x5t)
		return wt_fail(err, EBADMSG, "carries no certificate of its signer");
	r = wt_cert_parse(cose->x5chain[0], &signer, err);
	if (r < 0)
		return r;
	wt_cert_x5t(signer, x5t);
	if (memcmp(x5t, cose->x5t, sizeof(x5t)) != 0)
		return wt_fail(err, EBADMSG, "the certificate it carries is not its signer's");
	if (!wt_cert_key(signer))
		return wt_fail(err, EBADMSG,
			       "its signer's key is of a kind that signs no registration");
	r = authority_check(dir, signer, WT_DUTY_REGISTRATION, now, err);
	if (r == 0)
		r = wt_cose_verify(cose, wt_cert_key(signer), &scratch, err);
	return r;
}

static int from_registration(const char *dir, struct wt_span file, int64_t now, struct spender *ret,
			     struct wt_err *err)
{
	struct wt_registration reg = {0};
	struct spender spender = {0};
	struct wt_cose cose;
	int r;

	r = wt_cose_decode(file, &cose, err);
	if (r < 0)
		return r;
	if (cose.typ != WT_TYP_REGISTRATION || cose.whole.n != file.n)
		return wt_fail(err, EBADMSG, "is no registration");
	r = check_signature(dir, &cose, now, err);
	if (r == 0)
		r = wt_registration_decode(cose.payload, &reg, err);
	if (r < 0)
		return r;
	memcpy(spender.ueid, reg.ueid, sizeof(spender.ueid));
	memcpy(spender.rig, reg.rig, sizeof(spender.rig));
	memcpy(spender.licence, reg.licence, sizeof(spender.licence));
	memcpy(spender.zone, reg.zone, sizeof(spender.zone));
	wt_registration_clear(&reg);
	*ret = spender;
	return 0;
}

int spender_find(const char *dir, const char *rig, int64_t now, struct spender *ret,
		 struct wt_err *err)
{
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf file = {0};
	uint8_t ueid[WT_UEID_LEN];
	int r;

	if (is_ueid(rig, ueid)) {
		*ret = (struct spender){0};
		memcpy(ret->ueid, ueid, sizeof(ueid));
		return 0;
	}
	r = wt_file_read(rig, AUTHORITY_FILE_MAX, &file, err);
	if (r < 0)
		return r;
	r = from_registration(dir, wt_buf_span(&file), now, ret, err);
	return r < 0 ? wt_fail_in(err, r, "%.200s", rig) : 0;
}
