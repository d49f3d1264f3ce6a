// SPDX-License-Identifier: Apache-2.0
/* Certificates as strangers write them: what is bounded, and that one certificate has one form. */
#include "kselftest_harness.h"

#include "lib/crypto/crypto.h"
#include "tests/unit/scratch.h"

#define NOW 1767225600 /* 2026-01-01 */
#define DAY 86400
#define HEADS 8 /* 30 82 LL LL of the certificate, and as much of what is signed of it */
#define SERIAL (HEADS + 5) /* behind the version */

FIXTURE(cert)
{
	struct wt_key *key;
	struct wt_cert *ca, *parsed;
	struct wt_err err;
	struct scratch scratch;
	uint8_t der[4096];
	size_t n;
};

FIXTURE_SETUP(cert)
{
	struct wt_cert_spec spec = { .common_name = "Registry CA",
				     .duties = { WT_DUTY_REGISTRATION },
				     .n_duties = 1,
				     .ca = true,
				     .not_before = NOW - DAY,
				     .not_after = NOW + DAY };
	struct wt_span der;

	scratch_make(&self->scratch);
	ASSERT_EQ(0, wt_key_generate(WT_ALG_ES256, &self->key));
	ASSERT_EQ(0, wt_cert_issue(&spec, self->key, NULL, self->key, &self->ca, &self->err));
	der = wt_cert_der(self->ca);
	memcpy(self->der, der.p, der.n);
	self->n = der.n;
	ASSERT_EQ(0, memcmp(der.p, "\x30\x82", 2));
	ASSERT_EQ(0, memcmp(der.p + 4, "\x30\x82", 2));
	ASSERT_EQ(0, memcmp(der.p + HEADS, "\xa0\x03\x02\x01\x02\x02", 6));
}

FIXTURE_TEARDOWN(cert)
{
	wt_cert_free(self->ca);
	wt_key_free(self->key);
	scratch_remove(&self->scratch);
}

static void longer(uint8_t *len, size_t by)
{
	size_t n = (size_t)len[0] << 8 | len[1];

	n += by;
	len[0] = (uint8_t)(n >> 8);
	len[1] = (uint8_t)n;
}

/* RFC 5280, 4.1.2.2: not more than 20 bytes. */
static void make_serial(FIXTURE_DATA(cert) * self, uint8_t bytes)
{
	size_t by = (size_t)(bytes - self->der[SERIAL + 1]);

	memmove(self->der + SERIAL + 2 + by, self->der + SERIAL + 2, self->n - SERIAL - 2);
	memset(self->der + SERIAL + 2, 0x11, by);
	longer(self->der + 2, by);
	longer(self->der + 6, by);
	self->der[SERIAL + 1] = bytes;
	self->n += by;
}

TEST_F(cert, serial)
{
	uint8_t serial[20];

	make_serial(self, 20);
	ASSERT_EQ(0, wt_cert_parse(wt_span(self->der, self->n), &self->parsed, &self->err))
		TH_LOG("%s", self->err.msg);
	EXPECT_EQ(20, wt_cert_serial(self->parsed, serial));
	wt_cert_free(self->parsed);
	make_serial(self, 21);
	EXPECT_EQ(-EBADMSG, wt_cert_parse(wt_span(self->der, self->n), &self->parsed, &self->err));
	EXPECT_STREQ("a certificate's serial number of 21 bytes (1 to 20)", self->err.msg);
}

/* A length in more bytes than it needs: OpenSSL reads that, and its digest would be another. */
TEST_F(cert, one_form_only)
{
	memmove(self->der + 3, self->der + 2, self->n - 2);
	self->der[1] = 0x83;
	self->der[2] = 0;
	EXPECT_EQ(-EBADMSG,
		  wt_cert_parse(wt_span(self->der, self->n + 1), &self->parsed, &self->err));
	EXPECT_STREQ("a certificate that is not in DER", self->err.msg);
}

TEST_F(cert, larger_than_any)
{
	static const uint8_t huge[(1 << 20) + 1];

	EXPECT_EQ(-EBADMSG, wt_cert_parse(wt_span(huge, sizeof(huge)), &self->parsed, &self->err));
	EXPECT_STREQ("a certificate of 1048577 bytes", self->err.msg);
}

TEST_F(cert, several_in_a_file)
{
	struct wt_buf pem = { 0 };
	struct wt_cert *certs[2];
	const char *path;
	size_t n = 7;

	for (int i = 0; i < 3; i++)
		ASSERT_EQ(0, wt_cert_pem(self->ca, &pem, &self->err));
	path = scratch_write(&self->scratch, "three.pem", wt_buf_span(&pem), 0644);
	EXPECT_EQ(-EFBIG, wt_cert_load_all(path, certs, 2, &n, &self->err));
	EXPECT_NE(NULL, strstr(self->err.msg, "more than 2 certificates"));
	EXPECT_EQ(0, n);
	path = scratch_write(&self->scratch, "two.pem", wt_span(pem.p, pem.n * 2 / 3), 0644);
	ASSERT_EQ(0, wt_cert_load_all(path, certs, 2, &n, &self->err)) TH_LOG("%s", self->err.msg);
	EXPECT_EQ(2, n);
	while (n > 0)
		wt_cert_free(certs[--n]);
	path = scratch_write(&self->scratch, "none.pem", wt_span("hello", 5), 0644);
	EXPECT_EQ(-EBADMSG, wt_cert_load_all(path, certs, 2, &n, &self->err));
	EXPECT_NE(NULL, strstr(self->err.msg, "no certificate in PEM"));
	wt_buf_free(&pem);
}

/* A folder's name so long that a file's no longer fits: /tmp/x//////.../y.pem */
TEST_F(cert, folder_with_a_long_name)
{
	struct wt_trust *trust;
	char dir[4096];

	ASSERT_EQ(0, wt_cert_save(self->ca, scratch_path(&self->scratch, "ca.pem"), &self->err));
	memset(dir, '/', sizeof(dir));
	memcpy(dir, self->scratch.dir, strlen(self->scratch.dir));
	dir[sizeof(dir) - 1] = '\0';
	EXPECT_EQ(-ENAMETOOLONG, wt_trust_load(dir, &trust, &self->err));
	EXPECT_NE(NULL, strstr(self->err.msg, "/tmp/"));
	dir[sizeof(dir) - 9] = '\0';
	ASSERT_EQ(0, wt_trust_load(dir, &trust, &self->err)) TH_LOG("%s", self->err.msg);
	wt_trust_free(trust);
}

TEST_HARNESS_MAIN
