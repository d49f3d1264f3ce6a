// SPDX-License-Identifier: Apache-2.0
/* Certificate requests (PKCS#10): made by the rig, read by the registry. */
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>

#include "lib/crypto/internal.h"
#include "lib/file.h"

/* By a key elsewhere: what OpenSSL does in X509_REQ_sign, with our signature. */
static int sign_elsewhere(X509_REQ *req, struct wt_key *key, struct wt_err *err)
{
	ASN1_BIT_STRING *sig = ASN1_BIT_STRING_new();
	X509_ALGOR *alg = X509_ALGOR_new();
	uint8_t *tbs = NULL, der[256];
	int n = -1, r = -EIO;

	if (sig && alg &&
	    X509_ALGOR_set0(alg, OBJ_nid2obj(NID_ecdsa_with_SHA256), V_ASN1_UNDEF, NULL) == 1 &&
	    X509_REQ_set1_signature_algo(req, alg) == 1)
		n = i2d_re_X509_REQ_tbs(req, &tbs);
	r = n > 0 ? wt_sign_der(key, wt_span(tbs, (size_t)n), der, sizeof(der), err)
		  : wt_fail_openssl(err, EIO, "cannot make a certificate request");
	if (r > 0 && sig && ASN1_BIT_STRING_set(sig, der, r) == 1) {
		sig->flags &= ~(ASN1_STRING_FLAG_BITS_LEFT | 7);
		sig->flags |= ASN1_STRING_FLAG_BITS_LEFT;
		X509_REQ_set0_signature(req, sig);
		sig = NULL; /* transferred */
		r = 0;
	}
	OPENSSL_free(tbs);
	ASN1_BIT_STRING_free(sig);
	X509_ALGOR_free(alg);
	return r;
}

static int make(X509_REQ *req, struct wt_key *key, const char *common_name, struct wt_err *err)
{
	if (X509_REQ_set_version(req, X509_REQ_VERSION_1) != 1 ||
	    X509_NAME_add_entry_by_NID(X509_REQ_get_subject_name(req), NID_commonName,
				       MBSTRING_UTF8, (const unsigned char *)common_name, -1, -1,
				       0) != 1 ||
	    X509_REQ_set_pubkey(req, key->pkey) != 1)
		return wt_fail_openssl(err, EIO, "cannot make a certificate request for \"%s\"",
				       common_name);
	if (key->place)
		return sign_elsewhere(req, key, err);
	if (X509_REQ_sign(req, key->pkey, wt_key_md(key)) <= 0)
		return wt_fail_openssl(err, EIO, "cannot sign a certificate request");
	return 0;
}

/* A request, signed; or NULL. */
static X509_REQ *make_signed(struct wt_key *key, const char *common_name, struct wt_err *err)
{
	X509_REQ *req = X509_REQ_new();
	int r;

	if (!key->private)
		r = wt_fail(err, EINVAL, "only the public half of the key is here");
	else if (!req)
		r = wt_fail(err, ENOMEM, "no memory for a request");
	else
		r = make(req, key, common_name, err);
	if (r == 0)
		return req;
	X509_REQ_free(req);
	return NULL;
}

int wt_csr_make(struct wt_key *key, const char *common_name, struct wt_buf *ret_pem,
		struct wt_err *err)
{
	__attribute__((cleanup(wt_bio_freep))) BIO *bio = BIO_new(BIO_s_mem());
	X509_REQ *req = make_signed(key, common_name, err);
	int r = req ? 0 : -EIO;
	char *p;
	long n;

	if (req && (!bio || PEM_write_bio_X509_REQ(bio, req) != 1))
		r = wt_fail_openssl(err, EIO, "cannot write a certificate request");
	X509_REQ_free(req);
	if (r < 0)
		return r;
	n = BIO_get_mem_data(bio, &p);
	wt_buf_append(ret_pem, p, (size_t)n);
	return ret_pem->err ? wt_fail(err, -ret_pem->err, "no memory for a request") : 0;
}

int wt_csr_make_der(struct wt_key *key, const char *common_name, struct wt_buf *ret_der,
		    struct wt_err *err)
{
	X509_REQ *req = make_signed(key, common_name, err);
	uint8_t *der = NULL;
	int n;

	if (!req)
		return -EIO;
	n = i2d_X509_REQ(req, &der);
	X509_REQ_free(req);
	if (n <= 0)
		return wt_fail_openssl(err, EIO, "cannot write a certificate request");
	wt_buf_append(ret_der, der, (size_t)n);
	OPENSSL_free(der);
	return ret_der->err ? wt_fail(err, -ret_der->err, "no memory for a request") : 0;
}

struct wt_csr {
	struct wt_key *key;
	char common_name[128];
};

static int read_request(X509_REQ *req, struct wt_csr *csr, struct wt_err *err)
{
	EVP_PKEY *pkey = X509_REQ_get_pubkey(req);

	if (!pkey)
		return wt_fail_openssl(err, EBADMSG, "a request without a usable key");
	/* Proves that who asks holds the private key. */
	if (X509_REQ_verify(req, pkey) != 1) {
		EVP_PKEY_free(pkey);
		ERR_clear_error();
		return wt_fail(err, EKEYREJECTED, "the request is not signed by its own key");
	}
	wt_name_text(X509_REQ_get_subject_name(req), NID_commonName, csr->common_name,
		     sizeof(csr->common_name));
	return wt_key_wrap(pkey, false, &csr->key, err);
}

/* Takes the request over. */
static int wrap(X509_REQ *req, struct wt_csr **ret, struct wt_err *err)
{
	struct wt_csr *csr = calloc(1, sizeof(*csr));
	int r = csr ? read_request(req, csr, err) : wt_fail(err, ENOMEM, "no memory for a request");

	r = wt_memory_judge(r, err);
	X509_REQ_free(req);
	if (r < 0)
		wt_csr_free(csr);
	else
		*ret = csr;
	return r;
}

int wt_csr_parse(struct wt_span der, struct wt_csr **ret, struct wt_err *err)
{
	const uint8_t *p = der.p;
	X509_REQ *req;

	wt_memory_watch();
	req = d2i_X509_REQ(NULL, &p, (long)der.n);
	if (!req)
		return wt_memory_judge(
			wt_fail_openssl(err, EBADMSG, "no certificate request in DER"), err);
	if (p != der.p + der.n) {
		X509_REQ_free(req);
		return wt_fail(err, EBADMSG, "bytes after the certificate request");
	}
	return wrap(req, ret, err);
}

int wt_csr_load(const char *path, struct wt_csr **ret, struct wt_err *err)
{
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf pem = { 0 };
	__attribute__((cleanup(wt_bio_freep))) BIO *bio = NULL;
	X509_REQ *req;
	int r;

	r = wt_file_read(path, WT_PEM_MAX, &pem, err);
	if (r < 0)
		return r;
	wt_memory_watch();
	bio = BIO_new_mem_buf(pem.p, (int)pem.n);
	req = bio ? PEM_read_bio_X509_REQ(bio, NULL, NULL, NULL) : NULL;
	if (!req)
		return wt_memory_judge(
			wt_fail_openssl(err, EBADMSG, "%s: no certificate request in PEM", path),
			err);
	r = wrap(req, ret, err);
	return r < 0 ? wt_fail_in(err, r, "%s", path) : 0;
}

const char *wt_csr_common_name(const struct wt_csr *csr)
{
	return csr->common_name;
}

struct wt_key *wt_csr_key(struct wt_csr *csr)
{
	return csr->key;
}

void wt_csr_free(struct wt_csr *csr)
{
	if (!csr)
		return;
	wt_key_free(csr->key);
	free(csr);
}

void wt_csr_freep(struct wt_csr **csr)
{
	wt_csr_free(*csr);
}
