// SPDX-License-Identifier: Apache-2.0
/* Objects that are given to an appraisal: signed by nobody that can be told, of another type, in another order. */
#include "tests/unit/lib/bent.h"

#include <openssl/x509.h>

#include "lib/appraisal/site.h"

#define DAY 86400

/* --- envelopes -------------------------------------------------------------------------------- */

static struct wt_span payload_of(const struct wt_buf *object)
{
	struct wt_cose cose;

	if (wt_cose_decode(wt_buf_span(object), &cose, NULL) < 0)
		abort();
	return cose.payload;
}

/* Signs it anew, as another type. */
static void retype(struct wt_buf *object, const struct rig_identity *who, enum wt_typ typ)
{
	struct wt_buf signed_before = *object;

	*object = (struct wt_buf){ 0 };
	rig_sign(who, typ, payload_of(&signed_before), object);
	wt_buf_free(&signed_before);
}

/* An envelope by hand: whose certificate it carries, and by which algorithm it says it is signed. */
static void envelope(struct wt_buf *ret, enum wt_alg alg, const char *typ, struct wt_span cert,
		     struct wt_span payload)
{
	static const uint8_t signature[WT_SIG_LEN] = { 1 };
	struct wt_buf protected = { 0 };
	uint8_t x5t[WT_SHA256_LEN];

	wt_sha256(cert, x5t);
	wt_cbor_put_map(&protected, 3);
	wt_cbor_put_uint(&protected, 1);
	wt_cbor_put_int(&protected, alg);
	wt_cbor_put_uint(&protected, 16);
	wt_cbor_put_text(&protected, typ);
	wt_cbor_put_uint(&protected, 34);
	wt_cbor_put_array(&protected, 2);
	wt_cbor_put_int(&protected, -16);
	wt_cbor_put_bytes(&protected, wt_span(x5t, sizeof(x5t)));
	wt_cbor_put_tag(ret, 18);
	wt_cbor_put_array(ret, 4);
	wt_cbor_put_bytes(ret, wt_buf_span(&protected));
	wt_cbor_put_map(ret, 1);
	wt_cbor_put_uint(ret, 33);
	wt_cbor_put_bytes(ret, cert);
	wt_cbor_put_bytes(ret, payload);
	wt_cbor_put_bytes(ret, wt_span(signature, sizeof(signature)));
	wt_buf_free(&protected);
}

BENT_SAYS(junk, GRANTS, "grant-refused", "grants/0.cose: byte 0:*", ALSO(ENERGY))
{
	rig_minute(rig);
	wt_buf_reset(&rig->grants[0]);
	wt_buf_append(&rig->grants[0], "x", 1);
}

BENT_SAYS(bytes_behind, GRANTS, "grant-refused", "grants/0.cose: bytes follow the object*", ALSO(ENERGY))
{
	rig_minute(rig);
	wt_buf_append(&rig->grants[0], "x", 1);
}

BENT_SAYS(grant_of_another_type, GRANTS, "grant-refused",
	  "grants/0.cose: its type is \"wattest-notice\", not that of a grant*", ALSO(ENERGY))
{
	rig_minute(rig);
	retype(&rig->grants[0], &rig->energy, WT_TYP_NOTICE);
}

BENT_SAYS(attestation_of_another_type, SIGNATURE, "malformed",
	  "00000002.cose: it is of type result, not an attestation", 0)
{
	rig_minutes(rig, 2);
	retype(&rig->atts[1], &rig->self, WT_TYP_RESULT);
}

BENT_SAYS(without_its_signers_certificate, GRANTS, "grant-refused",
	  "*it does not carry its signer's certificate*", ALSO(ENERGY))
{
	struct wt_buf bare = { 0 };

	rig_minute(rig);
	if (wt_cose_sign(rig->energy.key, rig->energy.cert, false, WT_TYP_GRANT,
			 payload_of(&rig->grants[0]), &bare, NULL) < 0)
		abort();
	wt_buf_free(&rig->grants[0]);
	rig->grants[0] = bare;
}

BENT_SAYS(by_another_algorithm, GRANTS, "grant-refused",
	  "*its algorithm is not that of the signer's key*", ALSO(ENERGY))
{
	struct wt_buf other = { 0 };

	rig_minute(rig);
	envelope(&other, WT_ALG_EDDSA, "wattest-grant", wt_cert_der(rig->energy.cert),
		 payload_of(&rig->grants[0]));
	wt_buf_free(&rig->grants[0]);
	rig->grants[0] = other;
}

/* --- payloads --------------------------------------------------------------------------------- */

#define EMPTY wt_span("\xa0", 1)

BENT_SAYS(no_grant_inside, GRANTS, "grant-refused", "grants/0.cose: * is missing*", ALSO(ENERGY))
{
	rig_minute(rig);
	rig_sign(&rig->energy, WT_TYP_GRANT, EMPTY, &rig->grants[0]);
}

BENT_SAYS(no_allotment_inside, GRANTS, "allotment-refused", "allotments/0.cose: * is missing*", 0)
{
	rig_allot(rig, rig_site_grant(rig, 1000, 0, 3600), 500);
	rig_minute(rig);
	rig_sign(&rig->site, WT_TYP_ALLOTMENT, EMPTY, &rig->allotments[0]);
}

BENT_SAYS(no_notice_inside, GRANTS, "notice-refused", "notices/0.cose: * is missing*", 0)
{
	struct wt_notice n = rig_notice_of(rig, WT_NOTICE_CURTAIL, 0, 3600);

	rig_notice_sign(rig, &n, &rig->energy);
	rig_minute(rig);
	rig_sign(&rig->energy, WT_TYP_NOTICE, EMPTY, &rig->notices[0]);
}

BENT_SAYS(no_registration_inside, REGISTRATION, "registration-refused", "reg.cose: * is missing*", 0)
{
	rig->with_chain = true;
	rig_minute(rig);
	rig_sign(&rig->registry, WT_TYP_REGISTRATION, EMPTY, &rig->registration);
}

/* Whoever signed it may not: no registration, and not only a note beside it. */
BENT(registration_by_the_platform_is_refused, REGISTRATION, "registration-refused", ALSO(SIGNER))
{
	rig->with_chain = true;
	retype(&rig->registration, &rig->energy, WT_TYP_REGISTRATION);
	rig_minute(rig);
}

/* --- keys of other kinds ---------------------------------------------------------------------- */

static struct wt_span rsa_certificate(struct wt_buf *ret)
{
	EVP_PKEY *pkey = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048);
	X509 *x509 = X509_new();
	uint8_t *der = NULL;
	int n;

	if (!pkey || X509_set_version(x509, 2) != 1 ||
	    ASN1_INTEGER_set(X509_get_serialNumber(x509), 7) != 1 ||
	    !ASN1_TIME_set(X509_getm_notBefore(x509), RIG_T0 - DAY) ||
	    !ASN1_TIME_set(X509_getm_notAfter(x509), RIG_T0 + DAY) ||
	    X509_set_pubkey(x509, pkey) != 1 || X509_sign(x509, pkey, EVP_sha256()) <= 0)
		abort();
	n = i2d_X509(x509, &der);
	wt_buf_append(ret, der, (size_t)n);
	OPENSSL_free(der);
	X509_free(x509);
	EVP_PKEY_free(pkey);
	return wt_buf_span(ret);
}

static struct wt_buf rsa;

BENT_SAYS(registration_of_an_rsa_key, REGISTRATION, "registration-refused",
	  "reg.cose: the rig's certificate holds a key that signs no attestation", 0)
{
	rig->with_chain = true;
	rig_minute(rig);
	rig->reg.rig_cert = rsa_certificate(&rsa);
	rig_register(rig);
}

BENT_SAYS(attestation_by_an_rsa_key, SIGNATURE, "algorithm", "*holds a key of another kind",
	  ALSO(REGISTRATION) | ALSO(DEVICES) | ALSO(SOURCES))
{
	struct wt_buf other = { 0 };

	rig->with_chain = true;
	rig_minutes(rig, 2);
	envelope(&other, WT_ALG_ES256, "wattest-attestation", rsa_certificate(&rsa),
		 payload_of(&rig->atts[0]));
	wt_buf_free(&rig->atts[0]);
	rig->atts[0] = other;
	how->no_registration = true;
}

BENT_TESTS

/* As above, and not once for each of those. */
FIXTURE(given)
{
	struct rig rig;
};

FIXTURE_SETUP(given)
{
	bent_set_up(&self->rig);
}

FIXTURE_TEARDOWN(given)
{
	rig_free(&self->rig);
}

/* An attestation key that no TPM has. */
TEST_F(given, attestation_key_of_another_kind)
{
	struct rig *rig = &self->rig;
	struct wt_buf spki = { 0 };
	struct wt_key *key;
	struct wt_verdict v;

	rig->with_chain = true;
	rig_minute(rig);
	ASSERT_EQ(0, wt_key_generate(WT_ALG_EDDSA, &key));
	ASSERT_EQ(0, wt_key_spki(key, &spki, NULL));
	rig->reg.tpm.ak = wt_buf_span(&spki);
	memset(rig->reg.tpm.ek, 0x33, sizeof(rig->reg.tpm.ek));
	wt_ueid_from_digest(rig->reg.tpm.ek, rig->reg.ueid);
	rig_register(rig);
	v = rig_judge(rig, &(struct rig_judging){ 0 });
	EXPECT_STREQ("registration-refused", v.checks[WT_CHECK_REGISTRATION].code);
	EXPECT_STREQ("reg.cose: TPM: the attestation key is not P-256",
		     v.checks[WT_CHECK_REGISTRATION].reason);
	wt_verdict_clear(&v);
	wt_buf_free(&spki);
	wt_key_free(key);
}

/* --- order, and bounds ------------------------------------------------------------------------ */

TEST_F(given, nonces_out_of_bounds)
{
	static const uint8_t nonce[WATTEST_NONCE_MAX + 1];
	struct wt_appraisal_options options = { .now = RIG_T0 };
	struct wt_appraisal *a;
	struct wt_err err;

	options.nonce = wt_span(nonce, WATTEST_NONCE_MIN - 1);
	EXPECT_EQ(-EINVAL, wt_appraisal_new(self->rig.trust, &options, &a, &err));
	EXPECT_STREQ("a nonce has 8 to 64 bytes, not 7", err.msg);
	options.nonce = wt_span(nonce, WATTEST_NONCE_MAX + 1);
	EXPECT_EQ(-EINVAL, wt_appraisal_new(self->rig.trust, &options, &a, &err));
}

TEST_F(given, registration_after_an_attestation)
{
	struct wt_appraisal *a = rig_appraisal(&self->rig, &(struct rig_judging){ 0 });
	struct wt_err err;

	rig_minute(&self->rig);
	ASSERT_EQ(1, wt_appraisal_feed(a, wt_buf_span(&self->rig.atts[0]), "1.cose", &err));
	EXPECT_EQ(-EEXIST, wt_appraisal_registration(a, wt_buf_span(&self->rig.registration),
						     "reg.cose", &err));
	wt_appraisal_free(a);
}

TEST_F(given, purchases_without_a_registration)
{
	struct rig *rig = &self->rig;
	struct wt_appraisal *a;
	struct wt_err err;

	rig_allot(rig, rig_site_grant(rig, 1000, 0, 3600), 500);
	a = rig_appraisal(rig, &(struct rig_judging){ .no_registration = true, .no_grants = true });
	EXPECT_EQ(0, wt_appraisal_grant(a, wt_buf_span(&rig->grants[0]), "grant", &err));
	EXPECT_STREQ("without a registration nobody can tell whose it is", err.msg);
	EXPECT_EQ(0, wt_appraisal_allotment(a, wt_buf_span(&rig->allotments[0]), "share", &err));
	EXPECT_STREQ("without a registration nobody can tell whose it is", err.msg);
	wt_appraisal_free(a);
}

TEST_F(given, more_grants_than_an_attestation_names)
{
	struct wt_appraisal *a =
		rig_appraisal(&self->rig, &(struct rig_judging){ .no_grants = true });
	struct wt_grant grant = rig_grant_of(&self->rig, 1, 0, 3600);
	struct wt_signer by = { .name = "Energy" };
	uint8_t digest[WT_SHA256_LEN];
	struct wt_err err;

	for (uint32_t i = 0; i <= WT_MAX_GRANTS; i++) {
		memcpy(grant.id, &i, sizeof(i));
		wt_sha256(wt_span(&i, sizeof(i)), digest);
		ASSERT_EQ(i < WT_MAX_GRANTS,
			  wt_appraisal_take_grant(a, &grant, digest, &by, "grant", &err));
	}
	EXPECT_STREQ("more than 4096 grants", err.msg);
	wt_appraisal_free(a);
}

TEST_HARNESS_MAIN
