// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "keys/authority.h"
#include "keys/signed.h"

void signed_clear(struct signed_object *object)
{
	wt_buf_free(&object->file);
	*object = (struct signed_object){ 0 };
}

static int check_signature(struct wt_trust *trust, const struct wt_cose *cose, enum wt_duty duty,
			   int64_t at, struct wt_err *err)
{
	__attribute__((cleanup(wt_cert_freep))) struct wt_cert *signer = NULL;
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf scratch = { 0 };
	struct wt_path_result result;
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
		return wt_fail(err, EBADMSG, "its signer's key is of a kind that signs no %s",
			       wt_typ_name(cose->typ));
	r = wt_trust_check(trust, signer, NULL, duty, at, &result, err);
	if (r == 0)
		r = wt_cose_verify(cose, wt_cert_key(signer), &scratch, err);
	return r;
}

int signed_open(const char *path, struct signed_object *ret, struct wt_err *err)
{
	__attribute__((cleanup(signed_clear))) struct signed_object object = { 0 };
	int r;

	r = wt_file_read(path, AUTHORITY_FILE_MAX, &object.file, err);
	if (r < 0)
		return r;
	r = wt_cose_decode(wt_buf_span(&object.file), &object.cose, err);
	if (r == 0 && object.cose.whole.n != object.file.n)
		r = wt_fail(err, EBADMSG, "bytes follow the object");
	if (r < 0)
		return wt_fail_in(err, r, "%.200s", path);
	wt_sha256(wt_buf_span(&object.file), object.digest);
	*ret = object; /* transferred */
	object = (struct signed_object){ 0 };
	return 0;
}

int signed_check(const struct signed_object *object, struct wt_trust *trust, enum wt_duty duty,
		 int64_t at, struct wt_err *err)
{
	return check_signature(trust, &object->cose, duty, at, err);
}

int signed_read(const char *path, struct wt_trust *trust, enum wt_typ typ, enum wt_duty duty,
		int64_t at, struct signed_object *ret, struct wt_err *err)
{
	__attribute__((cleanup(signed_clear))) struct signed_object object = { 0 };
	int r;

	r = signed_open(path, &object, err);
	if (r < 0)
		return r;
	if (object.cose.typ != typ)
		r = wt_fail(err, EBADMSG, "is no %s", wt_typ_name(typ));
	if (r == 0)
		r = check_signature(trust, &object.cose, duty, at, err);
	if (r < 0)
		return wt_fail_in(err, r, "%.200s", path);
	*ret = object; /* transferred */
	object = (struct signed_object){ 0 };
	return 0;
}
