// SPDX-License-Identifier: Apache-2.0
/* Signatures of others: each kind of key and scheme that a TPM has, and what is none. */
#include "kselftest_harness.h"

#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "lib/crypto/crypto.h"
#include "lib/crypto/others.h"
#include "tests/unit/scratch.h"

static const struct wt_span message = { (const uint8_t *)"what was signed", 15 };

FIXTURE(others)
{
	struct scratch scratch;
	EVP_PKEY *ec, *rsa; /* to sign with */
	struct wt_other_key *ec_key, *rsa_key;
	struct wt_err err;
};

static struct wt_other_key *publish(FIXTURE_DATA(others) * self, EVP_PKEY *pkey)
{
	const char *path = scratch_path(&self->scratch, "key.pem");
	struct wt_other_key *key = NULL;
	FILE *f = fopen(path, "w");

	if (!pkey || !f || PEM_write_PUBKEY(f, pkey) != 1 || fclose(f) != 0 ||
	    wt_other_key_load(path, &key, &self->err) < 0)
		abort();
	return key;
}

FIXTURE_SETUP(others)
{
	scratch_make(&self->scratch);
	self->ec = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-384");
	self->rsa = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048);
	self->ec_key = publish(self, self->ec);
	self->rsa_key = publish(self, self->rsa);
}

FIXTURE_TEARDOWN(others)
{
	wt_other_key_free(self->ec_key);
	wt_other_key_free(self->rsa_key);
	EVP_PKEY_free(self->ec);
	EVP_PKEY_free(self->rsa);
	scratch_remove(&self->scratch);
}

static struct wt_span sign(EVP_PKEY *pkey, const char *hash, int padding, uint8_t ret[512])
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *pctx;
	size_t n = 512;

	if (EVP_DigestSignInit_ex(ctx, &pctx, hash, NULL, NULL, pkey, NULL) != 1 ||
	    (padding && EVP_PKEY_CTX_set_rsa_padding(pctx, padding) != 1) ||
	    EVP_DigestSign(ctx, ret, &n, message.p, message.n) != 1)
		abort();
	EVP_MD_CTX_free(ctx);
	return wt_span(ret, n);
}

TEST_F(others, ecdsa)
{
	uint8_t der[512], raw[2 * 48];
	struct wt_span sig = sign(self->ec, "SHA384", 0, der);
	const uint8_t *p = sig.p;
	ECDSA_SIG *both = d2i_ECDSA_SIG(NULL, &p, (long)sig.n);

	ASSERT_NE(NULL, both);
	BN_bn2binpad(ECDSA_SIG_get0_r(both), raw, 48);
	BN_bn2binpad(ECDSA_SIG_get0_s(both), raw + 48, 48);
	ECDSA_SIG_free(both);
	sig = wt_span(raw, sizeof(raw));
	EXPECT_STREQ("EC secp384r1", wt_other_key_name(self->ec_key));
	EXPECT_EQ(0, wt_other_verify(self->ec_key, WT_SCHEME_ECDSA, 384, message, sig, &self->err))
	TH_LOG("%s", self->err.msg);
	EXPECT_EQ(-EKEYREJECTED,
		  wt_other_verify(self->ec_key, WT_SCHEME_ECDSA, 256, message, sig, &self->err));
	raw[90] ^= 1;
	EXPECT_EQ(-EKEYREJECTED,
		  wt_other_verify(self->ec_key, WT_SCHEME_ECDSA, 384, message, sig, &self->err));
	EXPECT_NE(NULL, strstr(self->err.msg, "not of this key over these bytes"));
}

/* Halves as long as a TPM structure has room for, which no curve has. */
TEST_F(others, ecdsa_of_no_curve)
{
	uint8_t raw[2 * 128];

	memset(raw, 0x7f, sizeof(raw));
	EXPECT_EQ(-EKEYREJECTED,
		  wt_other_verify(self->ec_key, WT_SCHEME_ECDSA, 384, message,
				  wt_span(raw, sizeof(raw)), &self->err));
	EXPECT_STREQ("no ECDSA signature", self->err.msg);
	EXPECT_EQ(-EKEYREJECTED, wt_other_verify(self->ec_key, WT_SCHEME_ECDSA, 384, message,
						 wt_span(raw, 0), &self->err));
}

TEST_F(others, rsa)
{
	uint8_t raw[512];
	struct wt_span sig = sign(self->rsa, "SHA256", RSA_PKCS1_PADDING, raw);

	EXPECT_STREQ("RSA 2048", wt_other_key_name(self->rsa_key));
	EXPECT_EQ(0, wt_other_verify(self->rsa_key, WT_SCHEME_RSASSA, 256, message, sig, &self->err));
	EXPECT_EQ(-EKEYREJECTED,
		  wt_other_verify(self->rsa_key, WT_SCHEME_RSAPSS, 256, message, sig, &self->err));
	sig = sign(self->rsa, "SHA512", RSA_PKCS1_PSS_PADDING, raw);
	EXPECT_EQ(0, wt_other_verify(self->rsa_key, WT_SCHEME_RSAPSS, 512, message, sig, &self->err));
	EXPECT_EQ(-EKEYREJECTED,
		  wt_other_verify(self->rsa_key, WT_SCHEME_RSASSA, 512, message, sig, &self->err));
	EXPECT_EQ(-EKEYREJECTED, wt_other_verify(self->rsa_key, WT_SCHEME_RSAPSS, 512, message,
						 wt_span(raw, 255), &self->err));
}

/* An RSA key has no ECDSA signature, nor one of a curve an RSA one; and hashes that are not SHA-2 are none. */
TEST_F(others, not_of_this_kind)
{
	uint8_t raw[512] = { 1 };

	EXPECT_EQ(-EKEYREJECTED, wt_other_verify(self->rsa_key, WT_SCHEME_ECDSA, 256, message,
						 wt_span(raw, 64), &self->err));
	EXPECT_STREQ("the signature is not of this kind of key (RSA 2048)", self->err.msg);
	EXPECT_EQ(-EKEYREJECTED, wt_other_verify(self->ec_key, WT_SCHEME_RSASSA, 256, message,
						 wt_span(raw, 256), &self->err));
	EXPECT_STREQ("the signature is not of this kind of key (EC secp384r1)", self->err.msg);
	EXPECT_EQ(-ENOTSUP, wt_other_verify(self->ec_key, WT_SCHEME_ECDSA, 160, message,
					    wt_span(raw, 64), &self->err));
	EXPECT_STREQ("a hash of 160 bits", self->err.msg);
	EXPECT_EQ(-ENOTSUP, wt_other_hash(0, message, raw));
	EXPECT_EQ(48, wt_other_hash(384, message, raw));
}

TEST_F(others, no_key)
{
	struct wt_other_key *key;

	EXPECT_EQ(-EBADMSG, wt_other_key_load(scratch_write(&self->scratch, "x.pem",
							    wt_span("hello", 5), 0644),
					      &key, &self->err));
	EXPECT_NE(NULL, strstr(self->err.msg, "no public key and no certificate in PEM"));
}

TEST_HARNESS_MAIN
