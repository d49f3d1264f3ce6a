// SPDX-License-Identifier: Apache-2.0
/* COSE_Sign1: others' examples, our own objects, and what must be refused. */
#include "kselftest_harness.h"

#include "lib/cose.h"
#include "lib/cbor.h"
#include "tests/unit/from_hex.h"
#include "tests/unit/pem.h"
#include "tests/unit/sample.h"
#include "tests/unit/scratch.h"

/* The COSE working group's example key "11" (P-256). */
#define WG_KEY                                                             \
	P256_SPKI "bac5b11cad8f99f9c72b05cf4b9e26d244dc189f745228255a219a86d6a09eff" \
		  "20138bf82dc1b6d562be0fa54ab7804a3a64b6d72ccfed6b6fb6ed28bbfc117e"
#define WG_CONTENT "546869732069732074686520636f6e74656e742e"
#define WG_R "eae868ecc176883766c5dc5ba5b8dca25dab3c2e56a551ce5705b793914348e1"

FIXTURE(cose)
{
	struct scratch scratch;
	struct wt_err err;
	struct wt_buf out, work;
	struct wt_key *key;
	struct wt_cert *cert;
	char pem[2048];
};

FIXTURE_SETUP(cose)
{
	struct wt_cert_spec spec = {
		.common_name = "KZ-PVL-0142",
		.duties = { WT_DUTY_ATTESTATION },
		.n_duties = 1,
		.not_before = SAMPLE_FROM,
		.not_after = SAMPLE_FROM + 86400,
	};

	scratch_make(&self->scratch);
	memset(&self->out, 0, sizeof(self->out));
	memset(&self->work, 0, sizeof(self->work));
	ASSERT_EQ(0, wt_key_generate(WT_ALG_ES256, &self->key));
	ASSERT_EQ(0, wt_cert_issue(&spec, self->key, NULL, self->key, &self->cert, &self->err))
		TH_LOG("%s", self->err.msg);
}

FIXTURE_TEARDOWN(cose)
{
	wt_buf_free(&self->out);
	wt_buf_free(&self->work);
	wt_cert_free(self->cert);
	wt_key_free(self->key);
	scratch_remove(&self->scratch);
}

static struct wt_key *load(FIXTURE_DATA(cose) * self, const char *spki)
{
	struct wt_span der = from_hex(spki);
	struct wt_key *key;

	scratch_write(&self->scratch, "k.pem",
		      to_pem("PUBLIC KEY", der, self->pem, sizeof(self->pem)), 0644);
	free((void *)der.p);
	return wt_key_load(self->scratch.path, &key, &self->err) < 0 ? NULL : key;
}

/* github.com/cose-wg/Examples: sign1-tests and ecdsa-examples */
TEST_F(cose, working_group_examples)
{
	static const struct {
		const char *name, *hex;
		int decode, verify;
	} c[] = {
		{ "ecdsa-sig-01",
		  "d28445a201260300a10442313154" WG_CONTENT "5840" WG_R
		  "72727f48461fabbba2e343492ddecac3983686250bc68e9f1a7a07d41225b59f", 0, 0 },
		{ "sign-pass-01: protected map as a0, alg unprotected",
		  "d28441a0a201260442313154" WG_CONTENT "5840" WG_R
		  "1a02e5f0344bf2d4ee5c7fd75a68a9f5e0b3cc1f1fc1409c189566586ff9d610", 0, 0 },
		{ "sign-pass-02: signed with external data, which there is none of here",
		  "d28443a10126a10442313154" WG_CONTENT "5840" WG_R
		  "55388b10c4f1b59a6733eab416870a945111a4b2fbdbef33a77234b1deff2f9b", 0,
		  -EKEYREJECTED },
		{ "sign-pass-03: untagged",
		  "8443a10126a10442313154" WG_CONTENT "5840" WG_R
		  "9f43d6c6ba654472da301b645b293c9ba939295b97c4bdb847782bff384c5794", 0, 0 },
		{ "sign-fail-01: tag 998",
		  "d903e68443a10126a10442313154" WG_CONTENT "5840" WG_R
		  "9f43d6c6ba654472da301b645b293c9ba939295b97c4bdb847782bff384c5794", -EBADMSG, 0 },
		{ "sign-fail-02: payload changed",
		  "d28443a10126a10442313154546869732069732074686520636f6e74656e742f5840" WG_R
		  "9f43d6c6ba654472da301b645b293c9ba939295b97c4bdb847782bff384c5794", 0,
		  -EKEYREJECTED },
		{ "like sign-fail-03: an algorithm that is not there (-999)",
		  "d28445a1013903e6a10442313154" WG_CONTENT "5840" WG_R
		  "9f43d6c6ba654472da301b645b293c9ba939295b97c4bdb847782bff384c5794", 0,
		  -EOPNOTSUPP },
		{ "like sign-fail-04: an algorithm with a name",
		  "d2844aa10167756e6b6e6f776ea10442313154" WG_CONTENT "5840" WG_R
		  "9f43d6c6ba654472da301b645b293c9ba939295b97c4bdb847782bff384c5794", 0,
		  -EOPNOTSUPP },
		{ "like sign-fail-06: an attribute added to the protected ones",
		  "d28445a201260300a10442313154" WG_CONTENT "5840" WG_R
		  "9f43d6c6ba654472da301b645b293c9ba939295b97c4bdb847782bff384c5794", 0,
		  -EKEYREJECTED },
	};
	struct wt_key *key = load(self, WG_KEY);

	ASSERT_NE(NULL, key) TH_LOG("%s", self->err.msg);
	for (size_t i = 0; i < sizeof(c) / sizeof(c[0]); i++) {
		struct wt_span bytes = from_hex(c[i].hex);
		struct wt_cose cose;

		EXPECT_EQ(c[i].decode, wt_cose_decode(bytes, &cose, &self->err))
			TH_LOG("%s: %s", c[i].name, self->err.msg);
		if (!c[i].decode) {
			EXPECT_EQ(c[i].verify, wt_cose_verify(&cose, key, &self->work, &self->err))
				TH_LOG("%s: %s", c[i].name, self->err.msg);
			EXPECT_EQ(WT_TYP_NONE, cose.typ);
			EXPECT_EQ(bytes.n, cose.whole.n);
		}
		free((void *)bytes.p);
	}
	wt_key_free(key);
}

TEST_F(cose, round_trip)
{
	struct wt_span payload = wt_span("\x63" "abc", 4);
	uint8_t x5t[32];
	struct wt_cose cose;

	for (int chain = 0; chain < 2; chain++) {
		wt_buf_reset(&self->out);
		ASSERT_EQ(0, wt_cose_sign(self->key, self->cert, chain, WT_TYP_GRANT, payload,
					  &self->out, &self->err))
			TH_LOG("%s", self->err.msg);
		ASSERT_EQ(0, wt_cose_decode(wt_buf_span(&self->out), &cose, &self->err))
			TH_LOG("%s", self->err.msg);
		EXPECT_EQ(self->out.n, cose.whole.n);
		EXPECT_TRUE(wt_span_equal(payload, cose.payload));
		EXPECT_EQ(WT_ALG_ES256, cose.alg);
		EXPECT_EQ(WT_TYP_GRANT, cose.typ);
		EXPECT_TRUE(cose.has_x5t);
		wt_cert_x5t(self->cert, x5t);
		EXPECT_EQ(0, memcmp(x5t, cose.x5t, 32));
		EXPECT_EQ(chain, cose.n_x5chain);
		EXPECT_TRUE(!chain || wt_span_equal(wt_cert_der(self->cert), cose.x5chain[0]));
		EXPECT_EQ(0, wt_cose_verify(&cose, self->key, &self->work, &self->err));
		EXPECT_EQ(0, wt_cose_verify(&cose, wt_cert_key(self->cert), &self->work, &self->err));
	}
	wt_buf_reset(&self->out);
	ASSERT_EQ(0, wt_cose_sign(self->key, NULL, true, WT_TYP_NONE, payload, &self->out, &self->err));
	ASSERT_EQ(0, wt_cose_decode(wt_buf_span(&self->out), &cose, &self->err));
	EXPECT_FALSE(cose.has_x5t);
	EXPECT_EQ(WT_TYP_NONE, cose.typ);
	EXPECT_EQ(0, wt_cose_verify(&cose, self->key, &self->work, &self->err));
}

/*
 * Every byte of a signed object, but those of the unprotected header, is under the signature or is
 * its frame.
 */
TEST_F(cose, every_byte_counts)
{
	struct wt_cose cose;

	ASSERT_EQ(0, wt_cose_sign(self->key, self->cert, false, WT_TYP_GRANT, wt_span("\x01", 1),
				  &self->out, &self->err));
	for (size_t i = 0; i < self->out.n; i++) {
		for (int bit = 0; bit < 8; bit++) {
			int r;

			self->out.p[i] ^= (uint8_t)(1 << bit);
			r = wt_cose_decode(wt_buf_span(&self->out), &cose, &self->err);
			if (!r && cose.whole.n != self->out.n)
				r = -EBADMSG;
			if (!r)
				r = wt_cose_verify(&cose, self->key, &self->work, &self->err);
			EXPECT_GT(0, r) TH_LOG("byte %zu bit %d", i, bit);
			self->out.p[i] ^= (uint8_t)(1 << bit);
		}
	}
}

TEST_F(cose, sequence)
{
	struct wt_cose cose;
	size_t first;

	ASSERT_EQ(0, wt_cose_sign(self->key, NULL, false, WT_TYP_GRANT, wt_span("\x01", 1), &self->out,
				  &self->err));
	first = self->out.n;
	ASSERT_EQ(0, wt_cose_sign(self->key, NULL, false, WT_TYP_REGISTRATION, wt_span("\x02", 1),
				  &self->out, &self->err));
	ASSERT_EQ(0, wt_cose_decode(wt_buf_span(&self->out), &cose, &self->err));
	EXPECT_EQ(first, cose.whole.n);
	ASSERT_EQ(0, wt_cose_decode(wt_span(self->out.p + first, self->out.n - first), &cose,
				    &self->err));
	EXPECT_EQ(WT_TYP_REGISTRATION, cose.typ);
	EXPECT_EQ(2, cose.payload.p[0]);
}

TEST_F(cose, wrong_key)
{
	struct wt_key *other, *ed;
	struct wt_cose cose;

	ASSERT_EQ(0, wt_key_generate(WT_ALG_ES256, &other));
	ASSERT_EQ(0, wt_key_generate(WT_ALG_EDDSA, &ed));
	ASSERT_EQ(0, wt_cose_sign(self->key, self->cert, false, WT_TYP_GRANT, wt_span("\x01", 1),
				  &self->out, &self->err));
	ASSERT_EQ(0, wt_cose_decode(wt_buf_span(&self->out), &cose, &self->err));
	EXPECT_EQ(-EKEYREJECTED, wt_cose_verify(&cose, other, &self->work, &self->err));
	EXPECT_EQ(-EOPNOTSUPP, wt_cose_verify(&cose, ed, &self->work, &self->err));
	/* Nobody is named as the signer who is not. */
	EXPECT_EQ(-EINVAL, wt_cose_sign(other, self->cert, false, WT_TYP_GRANT, wt_span("\x01", 1),
					&self->out, &self->err));
	wt_key_free(other);
	wt_key_free(ed);
}

#define SIG "5840" WG_R WG_R
#define ALG_TYP "0126" "106d" "776174746573742d6772616e74"

TEST_F(cose, refused)
{
	static const struct {
		const char *hex, *sentence;
	} c[] = {
		{ "", "byte 0: the input ends" },
		{ "a0", "not a COSE_Sign1: byte 0: a map where an array belongs" },
		{ "d8628440a04040", "byte 0: tag 98 is not that of COSE_Sign1 (18)" },
		{ "d28340a040", "byte 2: not a COSE_Sign1: an array of 3, not 4" },
		{ "d28540a0404040", "byte 2: not a COSE_Sign1: an array of 5, not 4" },
		{ "d28443a10126a0f640", "byte 7: payload: detached" },
		{ "d28443a10126a08040", "byte 7: payload: an array where" },
		{ "d28443a10126a0408040", "byte 8: signature: an array where" },
		{ "d28443a10126804040", "byte 6: unprotected headers: an array where a map belongs" },
		{ "d284a10126a04040", "byte 2: protected headers: a map where a byte string" },
		{ "d28442a101a04040", "byte 3: protected headers: a map of 1 entries in 1 bytes" },
		{ "d28444a1012600a04040", "byte 6: protected headers: 1 bytes after the end" },
		{ "d28445a201260127a04040", "byte 6: protected headers: map has label 1 twice" },
		{ "d28445a210f60126a04040", "byte 6: protected headers: map label 1 is out of order" },
		{ "d28440a2012601274040", "byte 6: unprotected headers: map has label 1 twice" },
		{ "d28443a10126a101264040", "byte 7: unprotected headers: header label 1 is in both" },
		{ "d2844ca2012602811903e71903e700a04040", "crit lists label 999" },
		{ "d28447a2012602816161a04040", "byte 8: protected headers: crit lists a label that" },
		{ "d28445a201260280a04040", "protected headers: crit lists nothing" },
		{ "d28447a2012602811821a04040", "protected headers: crit lists a label that is not in" },
		{ "d28440a1028101" "4040", "unprotected headers: crit is not protected" },
		{ "d28446a1182282" "2f40" "a04040", "byte 8: protected headers: 0 bytes (must be 32)" },
		{ "d28445a118228100a04040", "protected headers: x5t is no pair" },
		{ "d28440a118218141004040", "unprotected headers: x5chain of 1 certificates" },
		{ "d28440a1182185410041004100410041004040", "unprotected headers: x5chain of 5" },
		{ "d28440a11821f64040", "unprotected headers: false, true or null where" },
		{ "d28450" "a1106d776174746573742d6772616e74" "a101264040", "alg is not protected" },
		{ "9f40a04040ff", "byte 0: indefinite length" },
		{ "d28440bfff4040", "byte 3: unprotected headers: indefinite length" },
		{ "d8128440a04040", "byte 0: a number or length that is not in its shortest form" },
	};
	struct wt_cose cose;

	for (size_t i = 0; i < sizeof(c) / sizeof(c[0]); i++) {
		struct wt_span bytes = from_hex(c[i].hex);

		self->err.msg[0] = '\0';
		EXPECT_EQ(-EBADMSG, wt_cose_decode(bytes, &cose, &self->err))
			TH_LOG("%s was taken", c[i].hex);
		EXPECT_NE(NULL, strstr(self->err.msg, c[i].sentence))
			TH_LOG("%s: \"%s\" has not \"%s\"", c[i].hex, self->err.msg, c[i].sentence);
		free((void *)bytes.p);
	}
}

TEST_F(cose, no_algorithm)
{
	struct wt_span bytes = from_hex("d28440a04040");
	struct wt_cose cose;

	ASSERT_EQ(0, wt_cose_decode(bytes, &cose, &self->err));
	EXPECT_EQ(-EOPNOTSUPP, wt_cose_verify(&cose, self->key, &self->work, &self->err));
	EXPECT_STREQ("the headers name no algorithm that is known here", self->err.msg);
	free((void *)bytes.p);
}

TEST_F(cose, no_such_type)
{
	struct wt_buf object = { 0 };

	EXPECT_EQ(-EINVAL, wt_cose_sign(self->key, NULL, false, WT_TYP_SITE_RESULT + 1,
					wt_span("x", 1), &object, &self->err));
	EXPECT_EQ(0, object.n);
	wt_buf_free(&object);
}

TEST_F(cose, passed_over)
{
	static const struct {
		const char *hex;
		enum wt_typ typ;
		bool x5t;
	} c[] = {
		{ "d28440a04040", WT_TYP_NONE, false },
		/* unknown labels, integers and text, of any value */
		{ "d28449a3012618c880616180a11903e7a161618100" "4040", WT_TYP_NONE, false },
		/* crit of labels that are known and there */
		{ "d28446a201260281" "01" "a04040", WT_TYP_NONE, false },
		/* typ as a number, and of another's objects */
		{ "d28447a20126101901" "07a04040", WT_TYP_NONE, false },
		{ "d28447a20126106261" "62a04040", WT_TYP_NONE, false },
		/* x5t by another digest */
		{ "d28449a2012618228238" "2a40" "a04040", WT_TYP_NONE, false },
		/* a kid, and a chain of two */
		{ "d28443a10126a20441311821824100410" "14040", WT_TYP_NONE, false },
	};
	struct wt_cose cose;

	for (size_t i = 0; i < sizeof(c) / sizeof(c[0]); i++) {
		struct wt_span bytes = from_hex(c[i].hex);

		EXPECT_EQ(0, wt_cose_decode(bytes, &cose, &self->err))
			TH_LOG("%s: %s", c[i].hex, self->err.msg);
		EXPECT_EQ(c[i].typ, cose.typ);
		EXPECT_EQ(c[i].x5t, cose.has_x5t);
		free((void *)bytes.p);
	}
	EXPECT_EQ(2, cose.n_x5chain);
}

TEST_F(cose, too_many_headers)
{
	for (unsigned int n = 32; n < 34; n++) {
		struct wt_cose cose;

		wt_buf_reset(&self->work);
		wt_cbor_put_array(&self->work, 4);
		wt_cbor_put_bytes(&self->work, wt_span(NULL, 0));
		wt_cbor_put_map(&self->work, n);
		for (unsigned int i = 0; i < n; i++) {
			wt_cbor_put_uint(&self->work, 1000 + i);
			wt_cbor_put_uint(&self->work, 0);
		}
		wt_cbor_put_bytes(&self->work, wt_span(NULL, 0));
		wt_cbor_put_bytes(&self->work, wt_span(NULL, 0));
		EXPECT_EQ(n > 32 ? -EBADMSG : 0,
			  wt_cose_decode(wt_buf_span(&self->work), &cose, &self->err))
			TH_LOG("%u: %s", n, self->err.msg);
	}
}

/*
 * Others' encoders: labels in any order, lengths in any size, floats and what not in headers that
 * we do not know.
 */
TEST_F(cose, foreign)
{
	static const struct {
		const char *hex, *sentence; /* NULL: taken */
	} good[] = {
		{ "d28443a10126a20442313103004040", NULL },
		{ "d28447a20442313101" "26a04040", NULL },
		{ "d8129804" "5803a10126" "b800" "4040", NULL },
		{ "d28443a10126a118c8f93c00" "4040", NULL },
		{ "d28443a10126a204000400" "4040", "a header label twice" },
		{ "d28443a10126a2616100" "616100" "4040", "a header label twice" },
		{ "d28443a10126a118c89fff" "4040", "indefinite length" },
		{ "9f43a10126a04040ff", "indefinite length" },
		{ "d28445a201260127a04040", "a header label twice" },
		/* an object of ours, but its labels out of order */
		{ "d28452a2106d776174746573742d6772616e740126a04040", "label 1 is out of order" },
	};
	struct wt_cose cose;

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct wt_span bytes = from_hex(good[i].hex);
		int r;

		self->err.msg[0] = '\0';
		r = wt_cose_decode_foreign(bytes, &cose, &self->err);
		EXPECT_EQ(good[i].sentence ? -EBADMSG : 0, r)
			TH_LOG("%s: %s", good[i].hex, self->err.msg);
		EXPECT_TRUE(!good[i].sentence || strstr(self->err.msg, good[i].sentence))
			TH_LOG("%s: %s", good[i].hex, self->err.msg);
		EXPECT_EQ(-EBADMSG, wt_cose_decode(bytes, &cose, NULL)) TH_LOG("%s", good[i].hex);
		free((void *)bytes.p);
	}
}

/* The goal of the design: at most 1,000 bytes a minute for four sources and eight devices. */
TEST_F(cose, steady_state_size)
{
	struct sample_attestation s;
	struct wt_buf payload = { 0 };

	ASSERT_EQ(0, wt_attestation_encode(sample_attestation(&s), &payload, NULL));
	EXPECT_EQ(544, sizeof(s.window));
	ASSERT_EQ(0, wt_cose_sign(self->key, self->cert, false, WT_TYP_ATTESTATION,
				  wt_buf_span(&payload), &self->out, &self->err));
	TH_LOG("%zu bytes, of which %zu are the payload", self->out.n, payload.n);
	EXPECT_GE(1000, self->out.n);
	wt_buf_free(&payload);
}

TEST(names)
{
	EXPECT_STREQ("registration", wt_typ_name(WT_TYP_REGISTRATION));
	EXPECT_STREQ("attestation", wt_typ_name(WT_TYP_ATTESTATION));
	EXPECT_STREQ("unknown", wt_typ_name(WT_TYP_NONE));
	EXPECT_STREQ("unknown", wt_typ_name((enum wt_typ)99));
}

TEST_HARNESS_MAIN
