// SPDX-License-Identifier: Apache-2.0
/*
 * A TPM's keys and signatures from hostile bytes: as tss2-mu itself reads them, or refused, and never with a word on
 * standard error.
 */
#include "kselftest_harness.h"

#include <tss2/tss2_mu.h>

#include "lib/tpm/unmarshal.h"
#include "tests/unit/from_hex.h"
#include "tests/unit/silent.h"

#define X16 "c1c2c3c4c5c6c7c8c9cacbcccdcecfd0"
#define X32 X16 X16
#define X128 X32 X32 X32 X32
#define X256 X128 X128
#define NONE "0010"
#define SHA256 "000b"
#define AES_128_CFB "0006" "0080" "0043"
#define EK_ATTRIBUTES "000300b2"
#define AK_ATTRIBUTES "00050072"
#define P256 "0003"
#define POINT "0020" X32 "0020" X32
#define RSA_2048 "0800" "00000000" "0100" X256

static const char *const keys[] = {
	"0001" SHA256 EK_ATTRIBUTES "0020" X32 AES_128_CFB NONE RSA_2048,
	"0001" SHA256 AK_ATTRIBUTES "0000" NONE "0014" SHA256 RSA_2048, /* RSASSA */
	"0001" SHA256 AK_ATTRIBUTES "0000" NONE "0015" RSA_2048, /* RSAES */
	"0023" SHA256 AK_ATTRIBUTES "0000" NONE "0018" SHA256 P256 NONE POINT, /* ECDSA */
	"0023" SHA256 EK_ATTRIBUTES "0020" X32 AES_128_CFB NONE P256 "0020" SHA256 POINT, /* KDF1 */
};

static const char *const signatures[] = {
	"0018" SHA256 "0020" X32 "001f" X16 "c1c2c3c4c5c6c7c8c9cacbcccdcecf",
	"0014" SHA256 "0100" X256,
	"0016" SHA256 "0100" X256,
};

struct structure {
	const char *const *samples;
	size_t n;
	size_t size; /* in memory */
	int (*ours)(struct wt_span raw, void *ret, struct wt_err *err);
	bool (*theirs)(struct wt_span raw, void *ret);
};

static int our_public(struct wt_span raw, void *ret, struct wt_err *err)
{
	return wt_tpm_unmarshal_public(raw, ret, err);
}

static bool their_public(struct wt_span raw, void *ret)
{
	size_t off = 0;

	return !Tss2_MU_TPMT_PUBLIC_Unmarshal(raw.p, raw.n, &off, ret) && off == raw.n;
}

static int our_signature(struct wt_span raw, void *ret, struct wt_err *err)
{
	return wt_tpm_unmarshal_signature(raw, ret, err);
}

static bool their_signature(struct wt_span raw, void *ret)
{
	size_t off = 0;

	return !Tss2_MU_TPMT_SIGNATURE_Unmarshal(raw.p, raw.n, &off, ret) && off == raw.n;
}

static const struct structure structures[] = {
	{ keys, sizeof(keys) / sizeof(*keys), sizeof(TPMT_PUBLIC), our_public, their_public },
	{ signatures, sizeof(signatures) / sizeof(*signatures), sizeof(TPMT_SIGNATURE),
	  our_signature, their_signature },
};

/* Is what was read the same as theirs? What is refused is. */
static bool same(const struct structure *s, struct wt_span raw)
{
	union {
		TPMT_PUBLIC key;
		TPMT_SIGNATURE signature;
	} ours, theirs;

	if (s->ours(raw, &ours, NULL) < 0)
		return true;
	memset(&theirs, 0, sizeof(theirs));
	return s->theirs(raw, &theirs) && !memcmp(&ours, &theirs, s->size);
}

#define EACH_SAMPLE(s, i)                                                                     \
	for (const struct structure *s = structures; s < structures + 2; s++)                 \
		for (size_t i = 0; i < s->n; i++)

TEST(read_as_tss2_does)
{
	EACH_SAMPLE(s, i)
	{
		struct wt_span raw = from_hex(s->samples[i]);
		struct wt_err err = { "" };
		TPMT_PUBLIC there;

		EXPECT_EQ(0, s->ours(raw, &there, &err)) TH_LOG("%zu: %s", i, err.msg);
		EXPECT_TRUE(same(s, raw)) TH_LOG("%zu", i);
		free((void *)raw.p);
	}
}

/* Cut anywhere, or with something behind. */
TEST(refused_without_a_word)
{
	struct silent silent;

	EACH_SAMPLE(s, i)
	{
		struct wt_span raw = from_hex(s->samples[i]);
		struct wt_err err = { "" };
		TPMT_PUBLIC there;
		uint8_t *exact;
		int r;

		for (size_t n = 0; n <= raw.n + 1; n++) {
			exact = calloc(1, n ? n : 1);
			memcpy(exact, raw.p, n < raw.n ? n : raw.n);
			silent_begin(&silent);
			r = s->ours(wt_span(n ? exact : NULL, n), &there, &err);
			EXPECT_EQ(0, silent_end(&silent)) TH_LOG("%zu, cut at %zu", i, n);
			EXPECT_EQ(n == raw.n ? 0 : -EBADMSG, r) TH_LOG("%zu, cut at %zu", i, n);
			free(exact);
		}
		EXPECT_NE(NULL, strstr(err.msg, "1 bytes after the TPMT_"));
		free((void *)raw.p);
	}
}

/* One byte changed: what is still taken is what tss2-mu takes for it. */
TEST(any_byte_changed)
{
	setenv("TSS2_LOG", "all+none", 1);
	EACH_SAMPLE(s, i)
	{
		struct wt_span raw = from_hex(s->samples[i]);
		uint8_t *bytes = (uint8_t *)raw.p;

		for (size_t at = 0; at < raw.n; at++) {
			uint8_t was = bytes[at];

			for (unsigned int v = 0; v < (at < 64 ? 256 : 2); v++) {
				bytes[at] = (uint8_t)v;
				EXPECT_TRUE(same(s, raw)) TH_LOG("%zu: byte %zu as %02x", i, at, v);
			}
			bytes[at] = was;
		}
		free(bytes);
	}
}

/* A length that the structure has no room for, with bytes enough. */
TEST(too_long)
{
	static const char *const wrong[] = {
		"0023" SHA256 AK_ATTRIBUTES "0000" NONE "0018" SHA256 P256 NONE "0081" X128 "00" "0020" X32,
		"0001" SHA256 AK_ATTRIBUTES "0041" X32 X32 "00" NONE "0014" SHA256 RSA_2048,
		"0001" SHA256 AK_ATTRIBUTES "0000" NONE "0014" SHA256 "0800" "00000000" "0201" X256 X256 "00",
	};
	TPMT_SIGNATURE signature;
	TPMT_PUBLIC key;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		struct wt_span raw = from_hex(wrong[i]);

		EXPECT_EQ(-EBADMSG, wt_tpm_unmarshal_public(raw, &key, NULL)) TH_LOG("%zu", i);
		free((void *)raw.p);
	}
	struct wt_span raw = from_hex("0014" SHA256 "0201" X256 X256 "00");

	EXPECT_EQ(-EBADMSG, wt_tpm_unmarshal_signature(raw, &signature, NULL));
	free((void *)raw.p);
}

TEST_HARNESS_MAIN
