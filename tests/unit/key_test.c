// SPDX-License-Identifier: Apache-2.0
/* Digests, keys and signatures (lib/crypto). */
#include "kselftest_harness.h"

#include "lib/crypto/crypto.h"
#include "tests/unit/from_hex.h"
#include "tests/unit/pem.h"
#include "tests/unit/scratch.h"

/* RFC 6979, A.2.5: P-256, SHA-256, message "sample". */
#define P256_D "C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721"
#define P256_X "60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6"
#define P256_Y "7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299"
#define P256_SIG \
	"EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716" \
	"F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8"
/* RFC 8032, 7.1, test 2: message 72. */
#define ED_SEED "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"
#define ED_PUB "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
#define ED_SIG \
	"92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da" \
	"085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"

FIXTURE(key)
{
	struct scratch scratch;
	struct wt_err err;
	char pem[4096];
};

FIXTURE_SETUP(key)
{
	scratch_make(&self->scratch);
	self->err.msg[0] = '\0';
}

FIXTURE_TEARDOWN(key)
{
	scratch_remove(&self->scratch);
}

static int load_hex(FIXTURE_DATA(key) * self, const char *label, const char *hex, mode_t mode,
		    struct wt_key **ret)
{
	struct wt_span der = from_hex(hex);
	const char *path = scratch_write(&self->scratch, "k.pem",
					 to_pem(label, der, self->pem, sizeof(self->pem)), mode);

	free((void *)der.p);
	return wt_key_load(path, ret, &self->err);
}

TEST(sha256)
{
	static const struct {
		const char *in, *out;
	} c[] = { /* FIPS 180-4 examples */
		  { "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
		  { "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
		  { "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" }
	};
	uint8_t d[32], pair[32], both[64];
	char hex[65];

	for (int again = 0; again < 2; again++) {
		for (size_t i = 0; i < 3; i++) {
			wt_sha256(wt_span(c[i].in, strlen(c[i].in)), d);
			wt_hex(d, 32, hex);
			EXPECT_STREQ(c[i].out, hex);
		}
	}
	memset(both, 1, 32);
	memset(both + 32, 2, 32);
	wt_sha256(wt_span(both, 64), d);
	wt_sha256_pair(both, both + 32, pair);
	EXPECT_EQ(0, memcmp(d, pair, 32));
}

TEST_F(key, es256_vector)
{
	struct wt_span sig = from_hex(P256_SIG), msg = wt_span("sample", 6);
	uint8_t bad[64];
	struct wt_key *key;

	ASSERT_EQ(0, load_hex(self, "PUBLIC KEY", P256_SPKI P256_X P256_Y, 0644, &key))
		TH_LOG("%s", self->err.msg);
	EXPECT_EQ(WT_ALG_ES256, wt_key_alg(key));
	EXPECT_EQ(0, wt_verify(key, msg, sig, &self->err)) TH_LOG("%s", self->err.msg);
	EXPECT_EQ(0, wt_verify(key, msg, sig, &self->err));
	EXPECT_EQ(-EKEYREJECTED, wt_verify(key, wt_span("sampla", 6), sig, &self->err));
	for (int i = 0; i < 64; i += 7) {
		memcpy(bad, sig.p, 64);
		bad[i] ^= 1;
		EXPECT_EQ(-EKEYREJECTED, wt_verify(key, msg, wt_span(bad, 64), &self->err));
	}
	/* r or s of zero, or beyond the group's order */
	memset(bad, 0, 64);
	EXPECT_EQ(-EKEYREJECTED, wt_verify(key, msg, wt_span(bad, 64), &self->err));
	memset(bad, 0xff, 64);
	EXPECT_EQ(-EKEYREJECTED, wt_verify(key, msg, wt_span(bad, 64), &self->err));
	EXPECT_EQ(-EKEYREJECTED, wt_verify(key, msg, wt_span(sig.p, 63), &self->err));
	EXPECT_EQ(-EKEYREJECTED, wt_verify(key, msg, wt_span(sig.p, 0), &self->err));
	EXPECT_EQ(0, wt_verify(key, msg, sig, &self->err));
	EXPECT_EQ(-EINVAL, wt_sign(key, msg, bad, &self->err));
	wt_key_free(key);
	free((void *)sig.p);
}

TEST_F(key, eddsa_vector)
{
	struct wt_span want = from_hex(ED_SIG), msg = wt_span("\x72", 1);
	struct wt_key *pub, *priv;
	uint8_t sig[64];

	ASSERT_EQ(0, load_hex(self, "PUBLIC KEY", ED25519_SPKI ED_PUB, 0644, &pub))
		TH_LOG("%s", self->err.msg);
	ASSERT_EQ(0, load_hex(self, "PRIVATE KEY", ED25519_PKCS8 ED_SEED, 0600, &priv))
		TH_LOG("%s", self->err.msg);
	EXPECT_EQ(WT_ALG_EDDSA, wt_key_alg(pub));
	ASSERT_EQ(0, wt_sign(priv, msg, sig, &self->err)) TH_LOG("%s", self->err.msg);
	EXPECT_EQ(0, memcmp(sig, want.p, 64));
	for (int again = 0; again < 2; again++) {
		EXPECT_EQ(0, wt_verify(pub, msg, want, &self->err)) TH_LOG("%s", self->err.msg);
		sig[5] ^= 0x10;
		EXPECT_EQ(-EKEYREJECTED, wt_verify(pub, msg, wt_span(sig, 64), &self->err));
		sig[5] ^= 0x10;
	}
	wt_key_free(pub);
	wt_key_free(priv);
	free((void *)want.p);
}

TEST_F(key, private_key_signs_as_its_public_half)
{
	struct wt_key *priv, *pub;
	uint8_t sig[64], a[32], b[32];

	ASSERT_EQ(0, load_hex(self, "PRIVATE KEY", P256_PKCS8 P256_D, 0600, &priv))
		TH_LOG("%s", self->err.msg);
	ASSERT_EQ(0, load_hex(self, "PUBLIC KEY", P256_SPKI P256_X P256_Y, 0644, &pub));
	/* A short r or s comes once in some 128 signatures: enough of them to see the padding. */
	for (int i = 0; i < 500; i++) {
		ASSERT_EQ(0, wt_sign(priv, wt_span(&i, sizeof(i)), sig, &self->err));
		ASSERT_EQ(0, wt_verify(pub, wt_span(&i, sizeof(i)), wt_span(sig, 64), &self->err));
	}
	EXPECT_EQ(0, wt_key_spki_digest(priv, a));
	EXPECT_EQ(0, wt_key_spki_digest(pub, b));
	EXPECT_EQ(0, memcmp(a, b, 32));
	EXPECT_TRUE(wt_key_same(priv, pub));
	EXPECT_TRUE(wt_key_same(pub, pub));
	wt_key_free(priv);
	wt_key_free(pub);
}

TEST(another_key_is_not_the_same)
{
	struct wt_key *a, *b, *ed;

	ASSERT_EQ(0, wt_key_generate(WT_ALG_ES256, &a));
	ASSERT_EQ(0, wt_key_generate(WT_ALG_ES256, &b));
	ASSERT_EQ(0, wt_key_generate(WT_ALG_EDDSA, &ed));
	EXPECT_FALSE(wt_key_same(a, b));
	EXPECT_FALSE(wt_key_same(a, ed));
	EXPECT_TRUE(wt_key_same(ed, ed));
	wt_key_free(a);
	wt_key_free(b);
	wt_key_free(ed);
}

TEST_F(key, file_that_others_may_use)
{
	static const mode_t open_modes[] = { 0640, 0644, 0604, 0660, 0601, 0610, 0620, 0602 };
	struct wt_key *key;

	for (size_t i = 0; i < sizeof(open_modes) / sizeof(open_modes[0]); i++) {
		EXPECT_EQ(-EPERM, load_hex(self, "PRIVATE KEY", P256_PKCS8 P256_D, open_modes[i], &key))
			TH_LOG("mode %o was taken", open_modes[i]);
		EXPECT_NE(NULL, strstr(self->err.msg, "chmod 600")) TH_LOG("%s", self->err.msg);
	}
	ASSERT_EQ(0, load_hex(self, "PRIVATE KEY", P256_PKCS8 P256_D, 0400, &key));
	wt_key_free(key);
}

TEST_F(key, save_and_load)
{
	enum wt_alg algs[] = { WT_ALG_ES256, WT_ALG_EDDSA };
	char names[2][8] = { "a.pem", "b.pem" };

	for (int i = 0; i < 2; i++) {
		const char *path = scratch_path(&self->scratch, names[i]);
		struct wt_key *key, *back, *pub;
		uint8_t a[32], b[32];
		struct stat st;

		ASSERT_EQ(0, wt_key_generate(algs[i], &key));
		ASSERT_EQ(0, wt_key_save(key, path, &self->err)) TH_LOG("%s", self->err.msg);
		ASSERT_EQ(0, stat(path, &st));
		EXPECT_EQ(0600, st.st_mode & 07777);
		EXPECT_EQ(-EEXIST, wt_key_save(key, path, &self->err));
		EXPECT_NE(NULL, strstr(self->err.msg, "left as it is")) TH_LOG("%s", self->err.msg);
		ASSERT_EQ(0, wt_key_load(path, &back, &self->err)) TH_LOG("%s", self->err.msg);
		EXPECT_EQ(algs[i], wt_key_alg(back));
		wt_key_spki_digest(key, a);
		wt_key_spki_digest(back, b);
		EXPECT_EQ(0, memcmp(a, b, 32));
		path = scratch_path(&self->scratch, i ? "pa" : "pb");
		ASSERT_EQ(0, wt_key_save_public(key, path, &self->err));
		ASSERT_EQ(0, wt_key_load(path, &pub, &self->err)) TH_LOG("%s", self->err.msg);
		EXPECT_EQ(-EINVAL, wt_key_save(pub, "/nonexistent/x", &self->err));
		wt_key_free(key);
		wt_key_free(back);
		wt_key_free(pub);
	}
	/* No temporary file is left behind. */
	struct dirent **e;
	int n = scandir(self->scratch.dir, &e, NULL, alphasort);

	EXPECT_EQ(2 + 4, n);
	while (n-- > 0)
		free(e[n]);
	free(e);
}

TEST_F(key, other_kinds_refused)
{
	/* secp256k1, 2 * G as public key: a curve that is nearly ours */
	static const char k1[] = "3056301006072a8648ce3d020106052b8104000a034200"
				 "04c6047f9441ed7d6d3045406e95c07cd85c778e4b8cef3ca7abac09b95c709ee5"
				 "1ae168fea63dc339a3c58419466ceaeef7f632653266d0e1236431a950cfe52a";
	struct wt_key *key;

	EXPECT_EQ(-EBADMSG, load_hex(self, "PUBLIC KEY", k1, 0644, &key));
	EXPECT_NE(NULL, strstr(self->err.msg, "only P-256 and Ed25519")) TH_LOG("%s", self->err.msg);
	/* a point that is not on the curve */
	EXPECT_EQ(-EBADMSG, load_hex(self, "PUBLIC KEY", P256_SPKI P256_X P256_X, 0644, &key));
	EXPECT_EQ(-EBADMSG, load_hex(self, "PUBLIC KEY", "00", 0644, &key));
	EXPECT_EQ(-ENOENT, wt_key_load(scratch_path(&self->scratch, "none"), &key, &self->err));
	scratch_write(&self->scratch, "empty", wt_span("", 0), 0600);
	EXPECT_EQ(-EBADMSG, wt_key_load(self->scratch.path, &key, &self->err));
}

TEST_HARNESS_MAIN
