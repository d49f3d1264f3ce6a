// SPDX-License-Identifier: Apache-2.0
/* Certificates, paths, duties and revocation, with authorities made on the spot. */
#include "kselftest_harness.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "lib/crypto/crypto.h"
#include "lib/file.h"
#include "tests/unit/scratch.h"

#define NOW 1767225600 /* 2026-01-01 */
#define DAY 86400

FIXTURE(trust)
{
	struct scratch scratch;
	struct wt_err err;
	struct wt_key *ca_key, *key;
	struct wt_cert *ca, *leaf;
	struct wt_trust *trust;
	struct wt_path_result result;
};

static struct wt_cert_spec spec_for(const char *name, bool ca, enum wt_duty duty)
{
	return (struct wt_cert_spec){
		.common_name = name,
		.duties = { duty },
		.n_duties = 1,
		.ca = ca,
		.not_before = NOW - DAY,
		.not_after = NOW + 100 * DAY,
	};
}

FIXTURE_SETUP(trust)
{
	struct wt_cert_spec spec = spec_for("Registry CA", true, WT_DUTY_REGISTRATION);

	scratch_make(&self->scratch);
	spec.duties[1] = WT_DUTY_ATTESTATION;
	spec.n_duties = 2;
	spec.organization = "Test";
	self->trust = NULL;
	ASSERT_EQ(0, wt_key_generate(WT_ALG_ES256, &self->ca_key));
	ASSERT_EQ(0, wt_key_generate(WT_ALG_ES256, &self->key));
	ASSERT_EQ(0, wt_cert_issue(&spec, self->ca_key, NULL, self->ca_key, &self->ca, &self->err))
		TH_LOG("%s", self->err.msg);
	spec = spec_for("Registry", false, WT_DUTY_REGISTRATION);
	ASSERT_EQ(0, wt_cert_issue(&spec, self->key, self->ca, self->ca_key, &self->leaf, &self->err))
		TH_LOG("%s", self->err.msg);
	ASSERT_EQ(0, wt_cert_save(self->ca, scratch_path(&self->scratch, "ca.pem"), &self->err));
}

FIXTURE_TEARDOWN(trust)
{
	wt_trust_free(self->trust);
	wt_cert_free(self->leaf);
	wt_cert_free(self->ca);
	wt_key_free(self->key);
	wt_key_free(self->ca_key);
	scratch_remove(&self->scratch);
}

/* Reads the folder anew and checks. */
static int check(FIXTURE_DATA(trust) * self, struct wt_cert *leaf, struct wt_cert *const *extra,
		 enum wt_duty duty, int64_t at)
{
	int r;

	wt_trust_free(self->trust);
	self->trust = NULL;
	self->err.msg[0] = '\0';
	r = wt_trust_load(self->scratch.dir, &self->trust, &self->err);
	if (r < 0)
		return r;
	memset(&self->result, 0x55, sizeof(self->result));
	return wt_trust_check(self->trust, leaf, extra, duty, at, &self->result, &self->err);
}

static int make_crl(FIXTURE_DATA(trust) * self, const char *file, const struct wt_cert *who,
		  int64_t now, int days)
{
	struct wt_buf pem = { 0 };
	struct wt_span serial;
	uint8_t bytes[20];
	int r;

	if (who)
		serial = wt_span(bytes, (size_t)wt_cert_serial(who, bytes));
	r = wt_crl_make(self->ca, self->ca_key, &serial, who ? 1 : 0, now, days, &pem, &self->err);
	if (!r)
		scratch_write(&self->scratch, file, wt_buf_span(&pem), 0644);
	wt_buf_free(&pem);
	return r;
}

TEST_F(trust, good_path)
{
	ASSERT_EQ(0, check(self, self->leaf, NULL, WT_DUTY_REGISTRATION, NOW))
		TH_LOG("%s", self->err.msg);
	EXPECT_STREQ("Registry CA", self->result.anchor);
	EXPECT_EQ(0, self->result.revocation_at);
	EXPECT_FALSE(self->result.revocation_stale);
	EXPECT_EQ(1, wt_cert_issued_by(self->leaf, self->ca, NULL));
	EXPECT_EQ(0, wt_cert_issued_by(self->ca, self->leaf, NULL));
}

TEST_F(trust, validity)
{
	EXPECT_EQ(0, check(self, self->leaf, NULL, WT_DUTY_REGISTRATION, NOW + 99 * DAY));
	EXPECT_EQ(-EKEYREJECTED, check(self, self->leaf, NULL, WT_DUTY_REGISTRATION, NOW + 101 * DAY));
	EXPECT_NE(NULL, strstr(self->err.msg, "expired")) TH_LOG("%s", self->err.msg);
	EXPECT_EQ(-EKEYREJECTED, check(self, self->leaf, NULL, WT_DUTY_REGISTRATION, NOW - 2 * DAY));
	EXPECT_NE(NULL, strstr(self->err.msg, "not yet valid")) TH_LOG("%s", self->err.msg);
}

TEST_F(trust, duty_of_the_leaf)
{
	EXPECT_EQ(-EPERM, check(self, self->leaf, NULL, WT_DUTY_GRANT, NOW));
	EXPECT_EQ(-EPERM, check(self, self->leaf, NULL, WT_DUTY_ATTESTATION, NOW));
	EXPECT_STREQ("CN=Registry is not for attestations (lacks "
		     "2.25.329669473043189472480620133825040870004.1.3)",
		     self->err.msg);
}

TEST_F(trust, duty_of_the_anchor)
{
	struct wt_cert_spec spec = spec_for("Smuggled", false, WT_DUTY_GRANT);
	struct wt_cert *leaf;

	/*
	 * The registry's CA gives somebody the energy platform's duty, which it does not have
	 * itself.
	 */
	ASSERT_EQ(0, wt_cert_issue(&spec, self->key, self->ca, self->ca_key, &leaf, &self->err));
	EXPECT_EQ(-EPERM, check(self, leaf, NULL, WT_DUTY_GRANT, NOW));
	EXPECT_NE(NULL, strstr(self->err.msg, "CN=Registry CA, on the path, is not for grants"))
		TH_LOG("%s", self->err.msg);
	wt_cert_free(leaf);
}

TEST_F(trust, rig_certificate_is_no_ca)
{
	struct wt_cert_spec spec = spec_for("Child", false, WT_DUTY_REGISTRATION);
	struct wt_cert *extra[2] = { self->leaf, NULL };
	struct wt_cert *child;
	struct wt_key *key;

	ASSERT_EQ(0, wt_key_generate(WT_ALG_EDDSA, &key));
	ASSERT_EQ(0, wt_cert_issue(&spec, key, self->leaf, self->key, &child, &self->err));
	EXPECT_EQ(-EKEYREJECTED, check(self, child, extra, WT_DUTY_REGISTRATION, NOW));
	wt_cert_free(child);
	wt_key_free(key);
}

TEST_F(trust, ca_key_signs_no_objects)
{
	EXPECT_EQ(-EPERM, check(self, self->ca, NULL, WT_DUTY_REGISTRATION, NOW));
	EXPECT_NE(NULL, strstr(self->err.msg, "not for signatures")) TH_LOG("%s", self->err.msg);
}

TEST_F(trust, intermediate)
{
	struct wt_cert_spec spec = spec_for("Regional CA", true, WT_DUTY_REGISTRATION);
	struct wt_cert *extra[2] = { NULL, NULL }, *leaf, *wrong;
	struct wt_buf pem = { 0 };
	struct wt_key *key;

	ASSERT_EQ(0, wt_key_generate(WT_ALG_EDDSA, &key));
	ASSERT_EQ(0, wt_cert_issue(&spec, key, self->ca, self->ca_key, &extra[0], &self->err));
	spec = spec_for("Region's registry", false, WT_DUTY_REGISTRATION);
	ASSERT_EQ(0, wt_cert_issue(&spec, self->key, extra[0], key, &leaf, &self->err));
	EXPECT_EQ(-EKEYREJECTED, check(self, leaf, NULL, WT_DUTY_REGISTRATION, NOW));
	EXPECT_EQ(0, check(self, leaf, extra, WT_DUTY_REGISTRATION, NOW)) TH_LOG("%s", self->err.msg);
	EXPECT_STREQ("Registry CA", self->result.anchor);
	/* A list of the root says nothing of what the intermediate issued. */
	ASSERT_EQ(0, make_crl(self, "crl.pem", NULL, NOW, 30));
	EXPECT_EQ(0, check(self, leaf, extra, WT_DUTY_REGISTRATION, NOW + DAY));
	EXPECT_EQ(0, self->result.revocation_at);
	/* With both, what is known is as old as the older. */
	ASSERT_EQ(0, wt_crl_make(extra[0], key, NULL, 0, NOW - DAY / 4, 30, &pem, &self->err));
	scratch_write(&self->scratch, "region.pem", wt_buf_span(&pem), 0644);
	EXPECT_EQ(0, check(self, leaf, extra, WT_DUTY_REGISTRATION, NOW + DAY));
	EXPECT_EQ(NOW - DAY / 4, self->result.revocation_at);
	EXPECT_EQ(NOW - DAY / 4 + 30 * DAY, self->result.revocation_until);
	ASSERT_EQ(0, make_crl(self, "crl.pem", NULL, NOW - DAY / 2, 30));
	EXPECT_EQ(0, check(self, leaf, extra, WT_DUTY_REGISTRATION, NOW + DAY));
	EXPECT_EQ(NOW - DAY / 2, self->result.revocation_at);
	EXPECT_EQ(NOW - DAY / 2 + 30 * DAY, self->result.revocation_until);
	wt_buf_free(&pem);
	/* but it revokes the intermediate */
	ASSERT_EQ(0, make_crl(self, "crl.pem", extra[0], NOW, 30));
	EXPECT_EQ(-EKEYREJECTED, check(self, leaf, extra, WT_DUTY_REGISTRATION, NOW + DAY));
	EXPECT_NE(NULL, strstr(self->err.msg, "at CN=Regional CA: ")) TH_LOG("%s", self->err.msg);
	/*
	 * An attestation under an intermediate that lacks that duty, though leaf and anchor have
	 * it.
	 */
	spec = spec_for("Rig", false, WT_DUTY_ATTESTATION);
	ASSERT_EQ(0, wt_cert_issue(&spec, self->key, extra[0], key, &wrong, &self->err));
	unlink(scratch_path(&self->scratch, "crl.pem"));
	EXPECT_EQ(-EPERM, check(self, wrong, extra, WT_DUTY_ATTESTATION, NOW));
	EXPECT_NE(NULL, strstr(self->err.msg, "CN=Regional CA, on the path"));
	wt_cert_free(leaf);
	wt_cert_free(wrong);
	wt_cert_free(extra[0]);
	wt_key_free(key);
}

TEST_F(trust, stranger_of_the_same_name)
{
	struct wt_cert_spec spec = spec_for("Registry CA", true, WT_DUTY_REGISTRATION);
	struct wt_cert *ca, *leaf, *extra[2];
	struct wt_key *key;

	spec.organization = "Test";
	ASSERT_EQ(0, wt_key_generate(WT_ALG_ES256, &key));
	ASSERT_EQ(0, wt_cert_issue(&spec, key, NULL, key, &ca, &self->err));
	spec = spec_for("Registry", false, WT_DUTY_REGISTRATION);
	ASSERT_EQ(0, wt_cert_issue(&spec, self->key, ca, key, &leaf, &self->err));
	extra[0] = ca;
	extra[1] = NULL;
	EXPECT_EQ(-EKEYREJECTED, check(self, leaf, NULL, WT_DUTY_REGISTRATION, NOW));
	/* Nor does its being in the message make it trusted. */
	EXPECT_EQ(-EKEYREJECTED, check(self, leaf, extra, WT_DUTY_REGISTRATION, NOW));
	EXPECT_EQ(0, wt_cert_issued_by(leaf, self->ca, NULL));
	/* In the inspector's folder it is. */
	ASSERT_EQ(0, wt_cert_save(ca, scratch_path(&self->scratch, "other.pem"), &self->err));
	EXPECT_EQ(0, check(self, leaf, NULL, WT_DUTY_REGISTRATION, NOW)) TH_LOG("%s", self->err.msg);
	wt_cert_free(leaf);
	wt_cert_free(ca);
	wt_key_free(key);
}

TEST_F(trust, revocation)
{
	ASSERT_EQ(0, make_crl(self, "crl.pem", NULL, NOW, 30));
	EXPECT_EQ(0, check(self, self->leaf, NULL, WT_DUTY_REGISTRATION, NOW + DAY))
		TH_LOG("%s", self->err.msg);
	EXPECT_EQ(NOW, self->result.revocation_at);
	EXPECT_EQ(NOW + 30 * DAY, self->result.revocation_until);
	EXPECT_FALSE(self->result.revocation_stale);
	/* The list's own end passes: said, and still used. */
	EXPECT_EQ(0, check(self, self->leaf, NULL, WT_DUTY_REGISTRATION, NOW + 31 * DAY));
	EXPECT_EQ(NOW, self->result.revocation_at);
	EXPECT_TRUE(self->result.revocation_stale);
	/* Evidence from before the list. */
	EXPECT_EQ(0, check(self, self->leaf, NULL, WT_DUTY_REGISTRATION, NOW - DAY / 2));
	EXPECT_FALSE(self->result.revocation_stale);
	ASSERT_EQ(0, make_crl(self, "crl.pem", self->leaf, NOW, 30));
	EXPECT_EQ(-EKEYREJECTED, check(self, self->leaf, NULL, WT_DUTY_REGISTRATION, NOW + DAY));
	EXPECT_NE(NULL, strstr(self->err.msg, "revoked")) TH_LOG("%s", self->err.msg);
	EXPECT_EQ(-EKEYREJECTED, check(self, self->leaf, NULL, WT_DUTY_REGISTRATION, NOW + 31 * DAY));
	EXPECT_EQ(-EKEYREJECTED, check(self, self->leaf, NULL, WT_DUTY_REGISTRATION, NOW - DAY / 2));
}

TEST_F(trust, newest_list_counts)
{
	/* At NOW the older list is the current one, and says nothing of the leaf. */
	ASSERT_EQ(0, make_crl(self, "crl-a.pem", NULL, NOW - DAY, 30));
	ASSERT_EQ(0, make_crl(self, "crl-b.pem", self->leaf, NOW + DAY, 30));
	EXPECT_EQ(-EKEYREJECTED, check(self, self->leaf, NULL, WT_DUTY_REGISTRATION, NOW));
	ASSERT_EQ(0, make_crl(self, "crl-b.pem", NULL, NOW - DAY, 30));
	ASSERT_EQ(0, make_crl(self, "crl-a.pem", self->leaf, NOW + DAY, 30));
	EXPECT_EQ(-EKEYREJECTED, check(self, self->leaf, NULL, WT_DUTY_REGISTRATION, NOW));
}

TEST_F(trust, forged_list)
{
	struct wt_cert_spec spec = spec_for("Registry CA", true, WT_DUTY_REGISTRATION);
	struct wt_buf pem = { 0 };
	struct wt_cert *ca;
	struct wt_key *key;

	ASSERT_EQ(0, wt_key_generate(WT_ALG_ES256, &key));
	EXPECT_EQ(-EINVAL, wt_crl_make(self->ca, key, NULL, 0, NOW, 30, &pem, &self->err));
	spec.organization = "Test";
	ASSERT_EQ(0, wt_cert_issue(&spec, key, NULL, key, &ca, &self->err));
	ASSERT_EQ(0, wt_crl_make(ca, key, NULL, 0, NOW, 30, &pem, &self->err));
	scratch_write(&self->scratch, "crl.pem", wt_buf_span(&pem), 0644);
	/* Same issuer name, another key: not a list for this path, whatever it says. */
	(void)check(self, self->leaf, NULL, WT_DUTY_REGISTRATION, NOW + DAY);
	EXPECT_EQ(0, self->result.revocation_at) TH_LOG("%s", self->err.msg);
	wt_buf_free(&pem);
	wt_cert_free(ca);
	wt_key_free(key);
}

/* The CA's key, for what the library would not do. */
static EVP_PKEY *openssl_key(FIXTURE_DATA(trust) * self, struct wt_key *key)
{
	const char *path = scratch_path(&self->scratch, "openssl-key");
	EVP_PKEY *pkey;
	FILE *f;

	unlink(path);
	if (wt_key_save(key, path, &self->err) || !(f = fopen(path, "r")))
		abort();
	pkey = PEM_read_PrivateKey(f, NULL, NULL, NULL);
	fclose(f);
	return pkey;
}

/* All of the leaf's fields, the issuer's key identifier too, but signed by another key. */
TEST_F(trust, forged_signature)
{
	struct wt_span der = wt_cert_der(self->leaf);
	const uint8_t *p = der.p;
	X509 *x = d2i_X509(NULL, &p, (long)der.n);
	EVP_PKEY *other = openssl_key(self, self->key);
	struct wt_cert *forged;
	uint8_t *out = NULL;
	int n;

	ASSERT_LT(0, X509_sign(x, other, EVP_sha256()));
	n = i2d_X509(x, &out);
	ASSERT_EQ(0, wt_cert_parse(wt_span(out, (size_t)n), &forged, &self->err));
	EXPECT_EQ(0, wt_cert_issued_by(forged, self->ca, NULL));
	EXPECT_EQ(-EKEYREJECTED, check(self, forged, NULL, WT_DUTY_REGISTRATION, NOW));
	wt_cert_free(forged);
	OPENSSL_free(out);
	EVP_PKEY_free(other);
	X509_free(x);
}

/* A leaf with the extended key usages given in OpenSSL's notation. */
static struct wt_cert *with_usage(FIXTURE_DATA(trust) * self, const char *usage)
{
	struct wt_span der = wt_cert_der(self->leaf);
	const uint8_t *p = der.p;
	X509 *x = d2i_X509(NULL, &p, (long)der.n);
	EVP_PKEY *ca_key = openssl_key(self, self->ca_key);
	X509_EXTENSION *e;
	struct wt_cert *cert = NULL;
	uint8_t *out = NULL;
	int n;

	X509_EXTENSION_free(X509_delete_ext(x, X509_get_ext_by_NID(x, NID_ext_key_usage, -1)));
	if (usage) {
		e = X509V3_EXT_conf_nid(NULL, NULL, NID_ext_key_usage, usage);
		if (!e || !X509_add_ext(x, e, -1))
			abort();
		X509_EXTENSION_free(e);
	}
	if (X509_sign(x, ca_key, EVP_sha256()) <= 0)
		abort();
	n = i2d_X509(x, &out);
	if (wt_cert_parse(wt_span(out, (size_t)n), &cert, &self->err))
		abort();
	OPENSSL_free(out);
	EVP_PKEY_free(ca_key);
	X509_free(x);
	return cert;
}

TEST_F(trust, other_extended_key_usages)
{
	static const struct {
		const char *usage;
		int r;
	} c[] = {
		{ NULL, -EPERM },
		{ "anyExtendedKeyUsage", -EPERM },
		{ "serverAuth,clientAuth", -EPERM },
		{ "2.25.329669473043189472480620133825040870004.1", -EPERM },
		{ "2.25.329669473043189472480620133825040870004.1.1.1", -EPERM },
		{ "2.25.329669473043189472480620133825040870004.1.11", -EPERM },
		{ "serverAuth,2.25.329669473043189472480620133825040870004.1.1", 0 },
	};

	for (size_t i = 0; i < sizeof(c) / sizeof(c[0]); i++) {
		struct wt_cert *cert = with_usage(self, c[i].usage);

		EXPECT_EQ(c[i].r, check(self, cert, NULL, WT_DUTY_REGISTRATION, NOW))
			TH_LOG("%s: %s", c[i].usage ?: "none", self->err.msg);
		wt_cert_free(cert);
	}
}

TEST_F(trust, names)
{
	struct wt_cert_spec spec = spec_for("rig\x1b[2J\n", false, WT_DUTY_ATTESTATION);
	struct wt_cert *cert, *back;
	char want[128];
	uint8_t serial[20], x5t[32], digest[32];
	int64_t from, until;
	int n;

	ASSERT_EQ(0, wt_cert_issue(&spec, self->key, self->ca, self->ca_key, &cert, &self->err));
	EXPECT_STREQ("rig?[2J?", wt_cert_common_name(cert));
	n = wt_cert_serial(cert, serial);
	ASSERT_LE(12, n);
	EXPECT_EQ(0, serial[0] & (n == 16 ? 0x80 : 0));
	snprintf(want, sizeof(want), "CN=rig?[2J?, serial %02x:%02x:%02x:", serial[0], serial[1],
		 serial[2]);
	EXPECT_EQ(0, strncmp(want, wt_cert_name(cert), strlen(want))) TH_LOG("%s", wt_cert_name(cert));
	wt_cert_validity(cert, &from, &until);
	EXPECT_EQ(spec.not_before, from);
	EXPECT_EQ(spec.not_after, until);
	wt_cert_x5t(cert, x5t);
	wt_sha256(wt_cert_der(cert), digest);
	EXPECT_EQ(0, memcmp(x5t, digest, 32));
	EXPECT_EQ(WT_ALG_ES256, wt_key_alg(wt_cert_key(cert)));
	ASSERT_EQ(0, wt_cert_save(cert, scratch_path(&self->scratch, "c.pem"), &self->err));
	EXPECT_EQ(-EEXIST, wt_cert_save(cert, self->scratch.path, &self->err));
	ASSERT_EQ(0, wt_cert_load(self->scratch.path, &back, &self->err));
	EXPECT_TRUE(wt_span_equal(wt_cert_der(cert), wt_cert_der(back)));
	wt_cert_free(back);
	wt_cert_free(cert);
}

TEST_F(trust, der_only)
{
	struct wt_span der = wt_cert_der(self->leaf);
	uint8_t longer[4096] = { 0 };
	struct wt_cert *cert;

	memcpy(longer, der.p, der.n);
	EXPECT_EQ(-EBADMSG, wt_cert_parse(wt_span(longer, der.n + 1), &cert, &self->err));
	EXPECT_STREQ("bytes after the certificate's end", self->err.msg);
	EXPECT_EQ(-EBADMSG, wt_cert_parse(wt_span(longer, der.n - 1), &cert, &self->err));
	EXPECT_EQ(-EBADMSG, wt_cert_parse(wt_span(longer, 0), &cert, &self->err));
	ASSERT_EQ(0, wt_cert_parse(wt_span(longer, der.n), &cert, &self->err));
	wt_cert_free(cert);
}

TEST_F(trust, issuing_refused)
{
	struct wt_cert_spec spec = spec_for("x", false, WT_DUTY_GRANT);
	struct wt_cert *cert;

	EXPECT_EQ(-EINVAL, wt_cert_issue(&spec, self->key, self->ca, self->key, &cert, &self->err));
	spec.not_after = spec.not_before;
	EXPECT_EQ(-EINVAL, wt_cert_issue(&spec, self->key, self->ca, self->ca_key, &cert, &self->err));
	spec = spec_for("x", false, WT_DUTY_GRANT);
	spec.n_duties = 0;
	EXPECT_EQ(-EINVAL, wt_cert_issue(&spec, self->key, self->ca, self->ca_key, &cert, &self->err));
}

static void rename_request(const char *path, const char *name)
{
	FILE *f = fopen(path, "r");
	X509_REQ *req = f ? PEM_read_X509_REQ(f, NULL, NULL, NULL) : NULL;
	X509_NAME *subject = X509_NAME_new();

	if (!req || fclose(f) ||
	    !X509_NAME_add_entry_by_NID(subject, NID_commonName, MBSTRING_UTF8,
					(const unsigned char *)name, -1, -1, 0) ||
	    !X509_REQ_set_subject_name(req, subject) || !(f = fopen(path, "w")) ||
	    !PEM_write_X509_REQ(f, req) || fclose(f))
		abort();
	X509_NAME_free(subject);
	X509_REQ_free(req);
}

TEST_F(trust, requests)
{
	struct wt_buf pem = { 0 };
	struct wt_csr *csr;
	uint8_t a[32], b[32];

	ASSERT_EQ(0, wt_csr_make(self->key, "KZ-PVL-0142", &pem, &self->err));
	scratch_write(&self->scratch, "r.csr", wt_buf_span(&pem), 0644);
	ASSERT_EQ(0, wt_csr_load(self->scratch.path, &csr, &self->err)) TH_LOG("%s", self->err.msg);
	EXPECT_STREQ("KZ-PVL-0142", wt_csr_common_name(csr));
	wt_key_spki_digest(self->key, a);
	wt_key_spki_digest(wt_csr_key(csr), b);
	EXPECT_EQ(0, memcmp(a, b, 32));
	wt_csr_free(csr);
	/* Somebody else's name in it: the request's own signature no longer fits. */
	rename_request(self->scratch.path, "KZ-PVL-9999");
	EXPECT_EQ(-EKEYREJECTED, wt_csr_load(self->scratch.path, &csr, &self->err));
	EXPECT_NE(NULL, strstr(self->err.msg, "not signed by its own key")) TH_LOG("%s", self->err.msg);
	scratch_write(&self->scratch, "r.csr", wt_span("x", 1), 0644);
	EXPECT_EQ(-EBADMSG, wt_csr_load(self->scratch.path, &csr, &self->err));
	wt_buf_free(&pem);
}

TEST_F(trust, folders)
{
	struct wt_trust *trust;
	struct scratch empty;

	scratch_make(&empty);
	EXPECT_EQ(-ENOENT, wt_trust_load(empty.dir, &trust, &self->err));
	EXPECT_EQ(-ENOENT, wt_trust_load("/nonexistent", &trust, &self->err));
	EXPECT_NE(NULL, strstr(self->err.msg, "/nonexistent: No such file or directory"));
	scratch_write(&empty, "x.pem", wt_span("hello", 5), 0644);
	EXPECT_EQ(-ENOENT, wt_trust_load(empty.dir, &trust, &self->err));
	scratch_remove(&empty);
}

TEST_HARNESS_MAIN
