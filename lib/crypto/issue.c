// SPDX-License-Identifier: Apache-2.0
/* Issuing certificates and revocation lists (RFC 5280): the reference authority's side. */
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <string.h>

#include "lib/crypto/internal.h"

#define SERIAL_LEN 16

static bool set_serial(X509 *x509)
{
	ASN1_INTEGER *serial;
	uint8_t b[SERIAL_LEN];
	bool done = false;
	BIGNUM *bn;

	if (wt_random(b, sizeof(b)) < 0)
		return false;
	b[0] &= 0x7f; /* 127 bits: positive in 16 bytes */
	bn = BN_bin2bn(b, sizeof(b), NULL);
	serial = bn ? BN_to_ASN1_INTEGER(bn, NULL) : NULL;
	if (serial)
		done = !BN_is_zero(bn) && X509_set_serialNumber(x509, serial) == 1;
	ASN1_INTEGER_free(serial);
	BN_free(bn);
	return done;
}

static bool add_name(X509_NAME *name, int nid, const char *text)
{
	return X509_NAME_add_entry_by_NID(name, nid, MBSTRING_UTF8, (const unsigned char *)text, -1,
					  -1, 0) == 1;
}

static bool add_extension(X509V3_CTX *ctx, X509 *x509, int nid, const char *value)
{
	X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, ctx, nid, value);
	bool done = extension && X509_add_ext(x509, extension, -1) == 1;

	X509_EXTENSION_free(extension);
	return done;
}

static bool add_duties(X509V3_CTX *ctx, X509 *x509, const struct wt_cert_spec *spec)
{
	char value[16 + 8 * (sizeof(WT_DUTY_ARC) + 13)] = "critical";
	char oid[sizeof(WT_DUTY_ARC) + 12];
	size_t i;

	if (!spec->n_duties || spec->n_duties > sizeof(spec->duties) / sizeof(spec->duties[0]))
		return false;
	for (i = 0; i < spec->n_duties; i++) {
		wt_duty_oid(spec->duties[i], oid, sizeof(oid));
		strcat(value, ",");
		strcat(value, oid);
	}
	return add_extension(ctx, x509, NID_ext_key_usage, value);
}

/*
 * A CA's key signs certificates and lists, and never an object: its duties say what it may hand on.
 */
static bool add_extensions(X509 *x509, X509 *issuer, const struct wt_cert_spec *spec)
{
	X509V3_CTX ctx;

	X509V3_set_ctx(&ctx, issuer, x509, NULL, NULL, 0);
	return add_extension(&ctx, x509, NID_basic_constraints,
			     spec->ca ? "critical,CA:TRUE" : "critical,CA:FALSE") &&
	       add_extension(&ctx, x509, NID_key_usage,
			     spec->ca ? "critical,keyCertSign,cRLSign"
				      : "critical,digitalSignature") &&
	       add_duties(&ctx, x509, spec) &&
	       add_extension(&ctx, x509, NID_subject_key_identifier, "hash") &&
	       add_extension(&ctx, x509, NID_authority_key_identifier, "keyid:always");
}

int wt_cert_issue(const struct wt_cert_spec *spec, struct wt_key *subject_key,
		  struct wt_cert *issuer, struct wt_key *issuer_key, struct wt_cert **ret,
		  struct wt_err *err)
{
	X509 *x509 = X509_new();
	X509_NAME *name;

	if (!issuer_key->private) {
		X509_free(x509);
		return wt_fail(err, EINVAL, "the issuer's key is only a public one");
	}
	if (issuer && X509_check_private_key(issuer->x509, issuer_key->pkey) != 1) {
		X509_free(x509);
		ERR_clear_error();
		return wt_fail(err, EINVAL, "the key is not that of %s", issuer->name);
	}
	if (spec->not_after <= spec->not_before) {
		X509_free(x509);
		return wt_fail(err, EINVAL, "a certificate that ends before it begins");
	}
	name = x509 ? X509_get_subject_name(x509) : NULL;
	if (!x509 || X509_set_version(x509, X509_VERSION_3) != 1 || !set_serial(x509) ||
	    (spec->organization && !add_name(name, NID_organizationName, spec->organization)) ||
	    !add_name(name, NID_commonName, spec->common_name) ||
	    X509_set_issuer_name(x509, issuer ? X509_get_subject_name(issuer->x509) : name) != 1 ||
	    !ASN1_TIME_set(X509_getm_notBefore(x509), (time_t)spec->not_before) ||
	    !ASN1_TIME_set(X509_getm_notAfter(x509), (time_t)spec->not_after) ||
	    X509_set_pubkey(x509, subject_key->pkey) != 1 ||
	    !add_extensions(x509, issuer ? issuer->x509 : x509, spec) ||
	    X509_sign(x509, issuer_key->pkey, wt_key_md(issuer_key)) <= 0) {
		X509_free(x509);
		return wt_fail_openssl(err, EINVAL, "cannot issue a certificate to \"%s\"",
				       spec->common_name);
	}
	return wt_cert_wrap(x509, ret, err); /* transferred */
}

/* --- revocation lists -------------------------------------------------------------------------- */

static bool add_revoked(X509_CRL *crl, struct wt_span serial, ASN1_TIME *at)
{
	BIGNUM *bn = BN_bin2bn(serial.p, (int)serial.n, NULL);
	ASN1_INTEGER *number = bn ? BN_to_ASN1_INTEGER(bn, NULL) : NULL;
	X509_REVOKED *revoked = X509_REVOKED_new();
	bool done = number && revoked && X509_REVOKED_set_serialNumber(revoked, number) == 1 &&
		    X509_REVOKED_set_revocationDate(revoked, at) == 1 &&
		    X509_CRL_add0_revoked(crl, revoked) == 1;

	if (!done)
		X509_REVOKED_free(revoked);
	ASN1_INTEGER_free(number);
	BN_free(bn);
	return done;
}

/* The number must grow from list to list (RFC 5280, 5.2.3): the time does. */
static bool add_number(X509_CRL *crl, int64_t now)
{
	ASN1_INTEGER *number = ASN1_INTEGER_new();
	bool done = number && ASN1_INTEGER_set_int64(number, now) == 1 &&
		    X509_CRL_add1_ext_i2d(crl, NID_crl_number, number, 0, 0) == 1;

	ASN1_INTEGER_free(number);
	return done;
}

static bool add_issuer_id(X509_CRL *crl, X509 *issuer)
{
	X509_EXTENSION *extension;
	X509V3_CTX ctx;
	bool done;

	X509V3_set_ctx(&ctx, issuer, NULL, NULL, crl, 0);
	extension = X509V3_EXT_conf_nid(NULL, &ctx, NID_authority_key_identifier, "keyid:always");
	done = extension && X509_CRL_add_ext(crl, extension, -1) == 1;
	X509_EXTENSION_free(extension);
	return done;
}

static bool write_crl(X509_CRL *crl, struct wt_buf *ret_pem)
{
	__attribute__((cleanup(wt_bio_freep))) BIO *bio = BIO_new(BIO_s_mem());
	char *p;
	long n;

	if (!bio || PEM_write_bio_X509_CRL(bio, crl) != 1)
		return false;
	n = BIO_get_mem_data(bio, &p);
	wt_buf_append(ret_pem, p, (size_t)n);
	return !ret_pem->err;
}

int wt_crl_make(struct wt_cert *issuer, struct wt_key *issuer_key, const struct wt_span *serials,
		size_t n, int64_t now, int days, struct wt_buf *ret_pem, struct wt_err *err)
{
	ASN1_TIME *from = ASN1_TIME_set(NULL, (time_t)now);
	ASN1_TIME *until = ASN1_TIME_set(NULL, (time_t)(now + (int64_t)days * 86400));
	X509_CRL *crl = X509_CRL_new();
	bool done;
	size_t i;

	done = issuer_key->private && X509_check_private_key(issuer->x509, issuer_key->pkey) == 1 &&
	       from && until && crl && X509_CRL_set_version(crl, X509_CRL_VERSION_2) == 1 &&
	       X509_CRL_set_issuer_name(crl, X509_get_subject_name(issuer->x509)) == 1 &&
	       X509_CRL_set1_lastUpdate(crl, from) == 1 &&
	       X509_CRL_set1_nextUpdate(crl, until) == 1;
	for (i = 0; done && i < n; i++)
		done = add_revoked(crl, serials[i], from);
	done = done && add_number(crl, now) && add_issuer_id(crl, issuer->x509) &&
	       X509_CRL_sort(crl) == 1 &&
	       X509_CRL_sign(crl, issuer_key->pkey, wt_key_md(issuer_key)) > 0 &&
	       write_crl(crl, ret_pem);
	X509_CRL_free(crl);
	ASN1_TIME_free(from);
	ASN1_TIME_free(until);
	return done ? 0
		    : wt_fail_openssl(err, EINVAL, "cannot make a revocation list for %s",
				      issuer->name);
}
