// SPDX-License-Identifier: Apache-2.0
/* What this version writes and reads is what the golden file says, byte for byte. */
#include "kselftest_harness.h"

#include "lib/cose.h"
#include "tests/unit/from_hex.h"
#include "tests/unit/golden/objects.h"
#include "tests/unit/pem.h"
#include "tests/unit/sample.h"
#include "tests/unit/scratch.h"

#define ED25519_SEED "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"

FIXTURE(golden)
{
	struct wt_span want;
	struct wt_buf got, scratch;
	struct wt_cert *cert;
	struct wt_err err;
};

FIXTURE_SETUP(golden)
{
	memset(self, 0, sizeof(*self));
}

FIXTURE_TEARDOWN(golden)
{
	free((void *)self->want.p);
	wt_buf_free(&self->got);
	wt_buf_free(&self->scratch);
	wt_cert_free(self->cert);
}

static int parse_cert(FIXTURE_DATA(golden) * self, const char *hex)
{
	struct wt_span der = from_hex(hex);
	int r = wt_cert_parse(der, &self->cert, &self->err);

	free((void *)der.p);
	return r;
}

TEST_F(golden, grant)
{
	struct wt_grant want = sample_grant(), grant;

	self->want = from_hex(GOLDEN_GRANT);
	ASSERT_EQ(0, wt_grant_encode(&want, &self->got, &self->err)) TH_LOG("%s", self->err.msg);
	EXPECT_TRUE(wt_span_equal(self->want, wt_buf_span(&self->got)));
	ASSERT_EQ(0, wt_grant_decode(self->want, &grant, &self->err)) TH_LOG("%s", self->err.msg);
	EXPECT_EQ(0, memcmp(&want, &grant, sizeof(grant)));
}

TEST_F(golden, registration)
{
	struct wt_registration want = sample_registration(), reg;

	self->want = from_hex(GOLDEN_REGISTRATION);
	ASSERT_EQ(0, wt_registration_encode(&want, &self->got, &self->err))
		TH_LOG("%s", self->err.msg);
	EXPECT_TRUE(wt_span_equal(self->want, wt_buf_span(&self->got)));
	ASSERT_EQ(0, wt_registration_decode(self->want, &reg, &self->err))
		TH_LOG("%s", self->err.msg);
	EXPECT_STREQ("KZ-PVL-0142", reg.rig);
	EXPECT_EQ(0x10c4, reg.devices[0].vid);
	wt_registration_clear(&reg);
}

/* Ed25519 signs the same bytes the same way each time, so the whole object can be compared. */
TEST_F(golden, attestation_eddsa)
{
	struct wt_buf payload = { 0 };
	struct sample_attestation s;
	struct scratch dir;
	struct wt_span der;
	struct wt_key *key;
	char pem[512];

	self->want = from_hex(GOLDEN_ATTESTATION_EDDSA);
	ASSERT_EQ(0, parse_cert(self, GOLDEN_ED25519_CERT)) TH_LOG("%s", self->err.msg);
	der = from_hex(ED25519_PKCS8 ED25519_SEED);
	scratch_make(&dir);
	scratch_write(&dir, "key", to_pem("PRIVATE KEY", der, pem, sizeof(pem)), 0600);
	ASSERT_EQ(0, wt_key_load(dir.path, &key, &self->err)) TH_LOG("%s", self->err.msg);
	scratch_remove(&dir);
	ASSERT_EQ(0, wt_attestation_encode(sample_attestation(&s), &payload, &self->err));
	ASSERT_EQ(0, wt_cose_sign(key, self->cert, false, WT_TYP_ATTESTATION, wt_buf_span(&payload),
				  &self->got, &self->err));
	EXPECT_TRUE(wt_span_equal(self->want, wt_buf_span(&self->got)));
	wt_key_free(key);
	wt_buf_free(&payload);
	free((void *)der.p);
}

TEST_F(golden, attestation_es256)
{
	struct sample_attestation s;
	const struct wt_attestation *want = sample_attestation(&s);
	struct wt_attestation att;
	struct wt_cose cose;
	uint8_t x5t[32];

	self->want = from_hex(GOLDEN_ATTESTATION_ES256);
	ASSERT_EQ(0, parse_cert(self, GOLDEN_P256_CERT)) TH_LOG("%s", self->err.msg);
	ASSERT_EQ(0, wt_cose_decode(self->want, &cose, &self->err)) TH_LOG("%s", self->err.msg);
	EXPECT_EQ(self->want.n, cose.whole.n);
	EXPECT_EQ(WT_TYP_ATTESTATION, cose.typ);
	wt_cert_x5t(self->cert, x5t);
	EXPECT_EQ(0, memcmp(x5t, cose.x5t, 32));
	EXPECT_EQ(0, wt_cose_verify(&cose, wt_cert_key(self->cert), &self->scratch, &self->err))
		TH_LOG("%s", self->err.msg);
	ASSERT_EQ(0, wt_attestation_decode(cose.payload, &att, &self->err)) TH_LOG("%s", self->err.msg);
	EXPECT_EQ(want->seq, att.seq);
	EXPECT_EQ(want->ledger_left_uj, att.ledger_left_uj);
	EXPECT_TRUE(wt_span_equal(want->steps[0].records[0].raw, att.steps[0].records[0].raw));
	ASSERT_EQ(0, wt_attestation_encode(want, &self->got, &self->err));
	EXPECT_TRUE(wt_span_equal(cose.payload, wt_buf_span(&self->got)));
	wt_attestation_clear(&att);
}

TEST_HARNESS_MAIN
