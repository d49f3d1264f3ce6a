// SPDX-License-Identifier: Apache-2.0
/* Certificates, read. Whether one is to be trusted is trust.c's matter. */
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/crypto/internal.h"
#include "lib/file.h"

void wt_x509_freep(X509 **p)
{
	X509_free(*p);
}

const char *wt_duty_name(enum wt_duty duty)
{
	switch (duty) {
	case WT_DUTY_REGISTRATION:
		return "registration";
	case WT_DUTY_GRANT:
		return "grant";
	case WT_DUTY_ATTESTATION:
		return "attestation";
	case WT_DUTY_ALLOTMENT:
		return "allotment";
	case WT_DUTY_RESULT:
		return "result";
	}
	return "unknown";
}

void wt_duty_oid(enum wt_duty duty, char *ret, size_t cap)
{
	snprintf(ret, cap, WT_DUTY_ARC ".%d", (int)duty);
}

void wt_name_text(const X509_NAME *name, int nid, char *ret, size_t cap)
{
	const X509_NAME_ENTRY *entry;
	unsigned char *utf8 = NULL;
	size_t n, i;
	int at, len;

	*ret = '\0';
	at = X509_NAME_get_index_by_NID(name, nid, -1);
	entry = at < 0 ? NULL : X509_NAME_get_entry(name, at);
	len = entry ? ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(entry)) : -1;
	if (len < 0) {
		ERR_clear_error();
		return;
	}
	n = (size_t)len < cap - 1 ? (size_t)len : cap - 1;
	/*
	 * Cut at a character's beginning. A name comes from whoever made the certificate: nothing
	 * in it may move a terminal's cursor.
	 */
	while (n < (size_t)len && n && (utf8[n] & 0xc0) == 0x80)
		n--;
	memcpy(ret, utf8, n);
	ret[n] = '\0';
	if (!wt_text_plain(wt_span(ret, n)))
		for (i = 0; i < n; i++)
			if ((unsigned char)ret[i] < 0x20 || (unsigned char)ret[i] >= 0x7f)
				ret[i] = '?';
	OPENSSL_free(utf8);
}

static int read_serial(struct wt_cert *cert, struct wt_err *err)
{
	const ASN1_INTEGER *serial = X509_get0_serialNumber(cert->x509);
	int n = ASN1_STRING_length(serial);

	if (n < 1 || n > (int)sizeof(cert->serial))
		return wt_fail(err, EBADMSG, "a certificate's serial number of %d bytes (1 to 20)",
			       n);
	memcpy(cert->serial, ASN1_STRING_get0_data(serial), (size_t)n);
	cert->n_serial = (size_t)n;
	return 0;
}

static void make_name(struct wt_cert *cert)
{
	char hex[3 * sizeof(cert->serial) + 1], cn[sizeof(cert->common_name)];
	size_t i;

	for (i = 0; i < cert->n_serial; i++)
		snprintf(hex + 3 * i, 4, "%02x:", cert->serial[i]);
	hex[3 * cert->n_serial - 1] = '\0';
	memcpy(cn, cert->common_name, sizeof(cn));
	snprintf(cert->name, sizeof(cert->name), "CN=%s, serial %s", cn, hex);
}

int wt_cert_wrap(X509 *x509, struct wt_cert **ret, struct wt_err *err)
{
	struct wt_cert *cert = calloc(1, sizeof(*cert));
	EVP_PKEY *pkey;
	uint8_t *der = NULL;
	int n, r;

	if (!cert) {
		X509_free(x509);
		return wt_fail(err, ENOMEM, "no memory for a certificate");
	}
	cert->x509 = x509; /* transferred */
	/* Its extensions are looked at once, and a certificate that had no memory then would be invalid for ever. */
	(void)X509_check_purpose(x509, -1, 0);
	n = i2d_X509(x509, &der);
	if (n <= 0) {
		wt_cert_free(cert);
		return wt_fail_openssl(err, EBADMSG, "a certificate that cannot be encoded");
	}
	cert->der = wt_span(der, (size_t)n); /* transferred */
	wt_sha256(cert->der, cert->x5t);
	r = read_serial(cert, err);
	if (r < 0) {
		wt_cert_free(cert);
		return r;
	}
	wt_name_text(X509_get_subject_name(x509), NID_commonName, cert->common_name,
		     sizeof(cert->common_name));
	make_name(cert);
	/*
	 * A CA may have a key of another kind, say RSA: then there is none to verify our objects
	 * with.
	 */
	pkey = X509_get_pubkey(x509);
	r = pkey ? wt_key_wrap(pkey, false, &cert->key, err) : 0;
	ERR_clear_error();
	if (r == -ENOMEM) {
		wt_cert_free(cert);
		return r;
	}
	*ret = cert;
	return 0;
}

static int parse(struct wt_span der, struct wt_cert **ret, struct wt_err *err)
{
	const uint8_t *p = der.p;
	struct wt_cert *cert;
	X509 *x509;
	int r;

	if (der.n > WT_PEM_MAX)
		return wt_fail(err, EBADMSG, "a certificate of %zu bytes", der.n);
	x509 = d2i_X509(NULL, &p, (long)der.n);
	if (!x509)
		return wt_fail_openssl(err, EBADMSG, "not a certificate in DER");
	if (p != der.p + der.n) {
		X509_free(x509);
		return wt_fail(err, EBADMSG, "bytes after the certificate's end");
	}
	r = wt_cert_wrap(x509, &cert, err);
	if (r < 0)
		return r;
	/* x5t is over the bytes that are there: they must be the ones that OpenSSL would write. */
	if (!wt_span_equal(cert->der, der)) {
		wt_cert_free(cert);
		return wt_fail(err, EBADMSG, "a certificate that is not in DER");
	}
	*ret = cert;
	return 0;
}

int wt_cert_parse(struct wt_span der, struct wt_cert **ret, struct wt_err *err)
{
	struct wt_cert *cert = NULL;
	int r;

	wt_memory_watch();
	r = wt_memory_judge(parse(der, &cert, err), err);
	if (r < 0)
		wt_cert_free(cert);
	else
		*ret = cert; /* transferred */
	return r;
}

static int load(const char *path, struct wt_cert **ret, struct wt_err *err)
{
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf pem = { 0 };
	__attribute__((cleanup(wt_bio_freep))) BIO *bio = NULL;
	X509 *x509;
	int r;

	r = wt_file_read(path, WT_PEM_MAX, &pem, err);
	if (r < 0)
		return r;
	bio = BIO_new_mem_buf(pem.p, (int)pem.n);
	x509 = bio ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;
	if (!x509)
		return wt_fail_openssl(err, EBADMSG, "%s: no certificate in PEM", path);
	r = wt_cert_wrap(x509, ret, err);
	return r < 0 ? wt_fail_in(err, r, "%s", path) : 0;
}

int wt_cert_load(const char *path, struct wt_cert **ret, struct wt_err *err)
{
	struct wt_cert *cert = NULL;
	int r;

	wt_memory_watch();
	r = wt_memory_judge(load(path, &cert, err), err);
	if (r < 0)
		wt_cert_free(cert);
	else
		*ret = cert; /* transferred */
	return r;
}

void wt_cert_free(struct wt_cert *cert)
{
	if (!cert)
		return;
	wt_key_free(cert->key);
	X509_free(cert->x509);
	OPENSSL_free((void *)cert->der.p);
	free(cert);
}

void wt_cert_freep(struct wt_cert **cert)
{
	wt_cert_free(*cert);
	*cert = NULL;
}

void wt_cert_x5t(const struct wt_cert *cert, uint8_t ret[WT_SHA256_LEN])
{
	memcpy(ret, cert->x5t, WT_SHA256_LEN);
}

struct wt_span wt_cert_der(const struct wt_cert *cert)
{
	return cert->der;
}

struct wt_key *wt_cert_key(struct wt_cert *cert)
{
	return cert->key;
}

const char *wt_cert_name(const struct wt_cert *cert)
{
	return cert->name;
}

const char *wt_cert_common_name(const struct wt_cert *cert)
{
	return cert->common_name;
}

int wt_cert_serial(const struct wt_cert *cert, uint8_t ret[20])
{
	memcpy(ret, cert->serial, cert->n_serial);
	return (int)cert->n_serial;
}

static int64_t seconds(const ASN1_TIME *t)
{
	struct tm tm;

	if (!t || ASN1_TIME_to_tm(t, &tm) != 1) {
		ERR_clear_error();
		return 0;
	}
	return timegm(&tm);
}

void wt_cert_validity(const struct wt_cert *cert, int64_t *ret_not_before, int64_t *ret_not_after)
{
	*ret_not_before = seconds(X509_get0_notBefore(cert->x509));
	*ret_not_after = seconds(X509_get0_notAfter(cert->x509));
}

int wt_cert_issued_by(const struct wt_cert *cert, struct wt_cert *issuer, struct wt_err *err)
{
	EVP_PKEY *key;
	bool yes;

	wt_memory_watch();
	key = X509_get0_pubkey(issuer->x509);
	yes = key && X509_check_issued(issuer->x509, cert->x509) == X509_V_OK &&
	      X509_verify(cert->x509, key) == 1;
	ERR_clear_error();
	return wt_memory_judge(yes, err);
}

int wt_cert_pem(const struct wt_cert *cert, struct wt_buf *ret_pem, struct wt_err *err)
{
	__attribute__((cleanup(wt_bio_freep))) BIO *bio = BIO_new(BIO_s_mem());
	char *p;
	long n;

	if (!bio || PEM_write_bio_X509(bio, cert->x509) != 1)
		return wt_fail_openssl(err, EIO, "cannot write the certificate as PEM");
	n = BIO_get_mem_data(bio, &p);
	wt_buf_append(ret_pem, p, (size_t)n);
	return ret_pem->err ? wt_fail(err, -ret_pem->err, "no memory for a certificate") : 0;
}

int wt_cert_save(const struct wt_cert *cert, const char *path, struct wt_err *err)
{
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf pem = { 0 };
	int r;

	r = wt_cert_pem(cert, &pem, err);
	return r < 0 ? r : wt_file_write(path, wt_buf_span(&pem), 0644, WT_FILE_NEW, err);
}

int wt_cert_load_all(const char *path, struct wt_cert **ret, size_t cap, size_t *ret_n,
		     struct wt_err *err)
{
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf pem = { 0 };
	__attribute__((cleanup(wt_bio_freep))) BIO *bio = NULL;
	X509 *x509 = NULL;
	size_t n = 0;
	int r;

	r = wt_file_read(path, WT_PEM_MAX, &pem, err);
	if (r < 0)
		return r;
	wt_memory_watch();
	bio = BIO_new_mem_buf(pem.p, (int)pem.n);
	while (!r && bio && (x509 = PEM_read_bio_X509(bio, NULL, NULL, NULL))) {
		if (n == cap) {
			X509_free(x509);
			r = wt_fail(err, EFBIG, "%s: more than %zu certificates", path, cap);
		} else {
			r = wt_cert_wrap(x509, &ret[n], err);
			n += r == 0;
		}
	}
	ERR_clear_error();
	if (!r && !n)
		r = wt_fail(err, EBADMSG, "%s: no certificate in PEM", path);
	r = wt_memory_judge(r, err);
	while (r < 0 && n)
		wt_cert_free(ret[--n]);
	*ret_n = n;
	return r;
}

int wt_cert_spki_digest(const struct wt_cert *cert, uint8_t ret[WT_SHA256_LEN])
{
	uint8_t *der = NULL;
	int n = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(cert->x509), &der);

	if (n <= 0) {
		ERR_clear_error();
		return -EIO;
	}
	wt_sha256(wt_span(der, (size_t)n), ret);
	OPENSSL_free(der);
	return 0;
}
