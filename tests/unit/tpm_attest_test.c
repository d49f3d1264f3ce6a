// SPDX-License-Identifier: Apache-2.0
/* TPMS_ATTEST, TPMT_SIGNATURE and files of PCR values, read strictly: cut anywhere, with something behind, bent. */
#include "kselftest_harness.h"

#include <endian.h>
#include <stddef.h>

#include <tss2/tss2_tpm2_types.h>

#include "lib/tpm/quote.h"
#include "tests/unit/from_hex.h"

#define HMAC_OF_0_TO_63 /* by Python's hmac: key 0 to 31, message 32 to 63 */ \
	"62215de7bddcea7e2c4047ff6bb94f8d18262fc8b3f3648134bb7d44158ff84d"
#define HEAD "ff544347" /* made in a TPM */
#define SIGNER "0022000b" D32
#define D32 "5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a"
#define EXTRA "0004" "01020304"
#define CLOCK "00000000000f4240" "0000002a" "00000003" "01"
#define FIRMWARE "2023042700165a00"
#define SHA256_PCRS "000b" "03" "952000" /* 0, 2, 4, 7, 13 */
#define DIGEST "0020" D32
#define QUOTE HEAD "8018" SIGNER EXTRA CLOCK FIRMWARE "00000001" SHA256_PCRS DIGEST
#define CERTIFY HEAD "8017" SIGNER EXTRA CLOCK FIRMWARE "0022000b" D32 "0022000b" D32

static int try(const char *hex, struct wt_err *err)
{
	struct wt_span raw = from_hex(hex);
	struct wt_tpm_attest attest;
	int r = wt_tpm_attest_read(raw, &attest, err);

	free((void *)raw.p);
	return r;
}

TEST(quote_is_read)
{
	struct wt_span raw = from_hex(QUOTE);
	struct wt_tpm_attest attest;

	ASSERT_EQ(0, wt_tpm_attest_read(raw, &attest, NULL));
	EXPECT_EQ(WT_TPM_ATTEST_QUOTE, attest.type);
	EXPECT_EQ(34, attest.qualified_signer.n);
	ASSERT_EQ(4, attest.extra_data.n);
	EXPECT_EQ(0, memcmp("\x01\x02\x03\x04", attest.extra_data.p, 4));
	EXPECT_TRUE(attest.extra_data.p > raw.p && attest.extra_data.p < raw.p + raw.n);
	EXPECT_EQ(1000000, attest.clock_ms);
	EXPECT_EQ(42, attest.reset_count);
	EXPECT_EQ(3, attest.restart_count);
	EXPECT_TRUE(attest.safe);
	EXPECT_EQ(UINT64_C(0x2023042700165a00), attest.firmware);
	EXPECT_EQ(1u << 0 | 1u << 2 | 1u << 4 | 1u << 7 | 1u << 13, attest.pcrs);
	EXPECT_FALSE(attest.other_banks);
	EXPECT_EQ(32, attest.pcr_digest.n);
	free((void *)raw.p);
}

TEST(certificate_is_read)
{
	struct wt_span raw = from_hex(CERTIFY);
	struct wt_tpm_attest attest;

	ASSERT_EQ(0, wt_tpm_attest_read(raw, &attest, NULL));
	EXPECT_EQ(WT_TPM_ATTEST_CERTIFY, attest.type);
	EXPECT_EQ(34, attest.name.n);
	EXPECT_EQ(34, attest.qualified_name.n);
	EXPECT_EQ(0, attest.pcrs);
	free((void *)raw.p);
}

TEST(cut_anywhere)
{
	static const char *const whole[] = { QUOTE, CERTIFY };
	struct wt_tpm_attest attest;
	struct wt_span raw;
	uint8_t *exact;

	for (size_t i = 0; i < 2; i++) {
		raw = from_hex(whole[i]);
		for (size_t n = 0; n < raw.n; n++) {
			exact = malloc(n ? n : 1);
			memcpy(exact, raw.p, n);
			EXPECT_EQ(-EBADMSG, wt_tpm_attest_read(wt_span(exact, n), &attest, NULL))
			TH_LOG("cut at %zu", n);
			free(exact);
		}
		free((void *)raw.p);
	}
}

TEST(refused)
{
	static const struct {
		const char *hex, *words;
	} wrong[] = {
		{ "ff544346" "8018" SIGNER EXTRA CLOCK FIRMWARE "00000001" SHA256_PCRS DIGEST,
		  "made outside of a TPM: it begins with ff544346" },
		{ HEAD "8019" SIGNER EXTRA CLOCK FIRMWARE "00000001" SHA256_PCRS DIGEST, "type 8019" },
		{ QUOTE "00", "1 bytes follow it" },
		{ CERTIFY "00", "1 bytes follow it" },
		{ HEAD "8018" SIGNER EXTRA "00000000000f4240" "0000002a" "00000003" "02" FIRMWARE
		  "00000001" SHA256_PCRS DIGEST, "safe is neither yes nor no (2)" },
		{ HEAD "8018" SIGNER EXTRA CLOCK FIRMWARE "00000002" SHA256_PCRS SHA256_PCRS DIGEST,
		  "the SHA-256 bank is selected twice" },
		{ HEAD "8018" SIGNER EXTRA CLOCK FIRMWARE "00000001" "000b" "04" "95200001" DIGEST,
		  "a PCR beyond 23" },
		{ HEAD "8018" SIGNER EXTRA CLOCK FIRMWARE "00000011" SHA256_PCRS DIGEST, "PCRs of 17 banks" },
		{ HEAD "8018" SIGNER EXTRA CLOCK FIRMWARE "00000001" "000b" "05" "0000000000" DIGEST,
		  "a PCR selection of 5 bytes" },
	};
	struct wt_err err;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		EXPECT_EQ(-EBADMSG, try(wrong[i].hex, &err)) TH_LOG("case %zu", i);
		EXPECT_NE(NULL, strstr(err.msg, wrong[i].words))
		TH_LOG("case %zu: \"%s\"", i, err.msg);
	}
}

TEST(other_banks)
{
	struct wt_span raw = from_hex(HEAD "8018" SIGNER EXTRA CLOCK FIRMWARE
				      "00000002" "0004" "03" "010000" SHA256_PCRS DIGEST);
	struct wt_tpm_attest attest;

	ASSERT_EQ(0, wt_tpm_attest_read(raw, &attest, NULL));
	EXPECT_TRUE(attest.other_banks);
	ASSERT_EQ(2, attest.n_banks);
	EXPECT_EQ(WT_TPM_ALG_SHA1, attest.banks[0].alg);
	EXPECT_EQ(1, attest.banks[0].mask);
	free((void *)raw.p);
}

TEST(digest_and_extend)
{
	uint8_t values[WT_PCRS][WT_SHA256_LEN] = { { 0 } }, both[2][WT_SHA256_LEN], want[WT_SHA256_LEN],
		got[WT_SHA256_LEN];

	memset(values[2], 2, WT_SHA256_LEN);
	memset(values[13], 13, WT_SHA256_LEN);
	memcpy(both[0], values[2], WT_SHA256_LEN);
	memcpy(both[1], values[13], WT_SHA256_LEN);
	wt_sha256(wt_span(both, sizeof(both)), want);
	wt_tpm_pcr_digest(1u << 2 | 1u << 13, (const uint8_t (*)[WT_SHA256_LEN])values, got);
	EXPECT_EQ(0, memcmp(want, got, sizeof(want)));
	wt_tpm_extend(values[2], values[13]);
	EXPECT_EQ(0, memcmp(want, values[2], sizeof(want)));
}

TEST(signature)
{
	struct wt_span raw = from_hex("0018" "000b" "0002" "0102" "0003" "040506");
	struct wt_tpm_signature sig;

	ASSERT_EQ(0, wt_tpm_signature_read(raw, &sig, NULL));
	EXPECT_EQ(WT_SCHEME_ECDSA, sig.scheme);
	EXPECT_EQ(256, sig.bits);
	ASSERT_EQ(6, sig.n); /* of one length */
	EXPECT_EQ(0, memcmp("\0\x01\x02\x04\x05\x06", sig.raw, 6));
	for (size_t n = 0; n < raw.n; n++)
		EXPECT_EQ(-EBADMSG, wt_tpm_signature_read(wt_span(raw.p, n), &sig, NULL));
	free((void *)raw.p);
	raw = from_hex("0018" "000b" "0002" "0102" "0003" "040506" "00");
	EXPECT_EQ(-EBADMSG, wt_tpm_signature_read(raw, &sig, NULL));
	free((void *)raw.p);
	raw = from_hex("0014" "0004" "0002" "0102"); /* RSA with SHA-1 */
	ASSERT_EQ(0, wt_tpm_signature_read(raw, &sig, NULL));
	EXPECT_EQ(WT_SCHEME_RSASSA, sig.scheme);
	EXPECT_EQ(0, sig.bits);
	free((void *)raw.p);
}

TEST(values)
{
	const struct wt_tpm_bank bank = { WT_TPM_ALG_SHA256, 1u << 7 | 1u << 13 };
	uint8_t bytes[2 * WT_SHA256_LEN] = { 1 };
	struct wt_buf got = { 0 };

	EXPECT_EQ(0, wt_tpm_pcr_values(wt_span(bytes, sizeof(bytes)), &bank, 1, &got, NULL));
	EXPECT_TRUE(wt_span_equal(wt_buf_span(&got), wt_span(bytes, sizeof(bytes))));
	EXPECT_EQ(-EBADMSG, wt_tpm_pcr_values(wt_span(bytes, 63), &bank, 1, &got, NULL));
	EXPECT_EQ(-EBADMSG, wt_tpm_pcr_values(wt_span(bytes, 0), &bank, 1, &got, NULL));
	wt_buf_free(&got);
}

/* As tpm2_quote writes them: two values of one selection, in one list. */
struct serialized {
	TPML_PCR_SELECTION all;
	uint32_t lists;
	TPML_DIGEST list[2];
};

static struct serialized serialized(void)
{
	struct serialized s = {
		.all = { .count = htole32(1),
			 .pcrSelections = { { htole16(WT_TPM_ALG_SHA256), 3, { 0x80, 0x20, 0 } } } },
		.lists = htole32(1),
		.list = { { .count = htole32(2) } },
	};

	for (int i = 0; i < 2; i++) {
		s.list[0].digests[i].size = htole16(WT_SHA256_LEN);
		memset(s.list[0].digests[i].buffer, 7 + 6 * i, WT_SHA256_LEN);
	}
	return s;
}

static int read_serialized(const struct serialized *s, size_t lists, struct wt_err *err)
{
	const struct wt_tpm_bank bank = { WT_TPM_ALG_SHA256, 1u << 7 | 1u << 13 };
	struct wt_buf got = { 0 };
	int r = wt_tpm_pcr_values(wt_span(s, offsetof(struct serialized, list) +
						     lists * sizeof(TPML_DIGEST)),
				  &bank, 1, &got, err);

	if (r == 0 && (got.n != 2 * WT_SHA256_LEN || got.p[0] != 7 || got.p[WT_SHA256_LEN] != 13))
		r = -EIO;
	wt_buf_free(&got);
	return r;
}

TEST(values_serialized)
{
	struct serialized s = serialized();
	struct wt_err err = { "" };

	EXPECT_EQ(0, read_serialized(&s, 1, &err)) TH_LOG("%s", err.msg);
	s.lists = htole32(2); /* the second is empty */
	EXPECT_EQ(0, read_serialized(&s, 2, &err)) TH_LOG("%s", err.msg);
	EXPECT_EQ(-EBADMSG, read_serialized(&s, 1, &err)); /* more lists than there are bytes */
	EXPECT_NE(NULL, strstr(err.msg, "neither those of the selection nor serialized ones"));
	s = serialized();
	s.all.pcrSelections[0].pcrSelect[1] = 0x10; /* PCR 12 */
	EXPECT_EQ(-EBADMSG, read_serialized(&s, 1, &err));
	EXPECT_STREQ("the PCR values are of other PCRs than the quote's", err.msg);
	s = serialized();
	s.list[0].count = htole32(1);
	EXPECT_EQ(-EBADMSG, read_serialized(&s, 1, &err));
	EXPECT_STREQ("32 bytes of PCR values, the quote's PCRs have 64", err.msg);
	s = serialized();
	s.list[0].count = htole32(9);
	EXPECT_EQ(-EBADMSG, read_serialized(&s, 1, &err));
	EXPECT_STREQ("a list of PCR values that is none", err.msg);
	s = serialized();
	s.list[0].digests[1].size = htole16(65);
	EXPECT_EQ(-EBADMSG, read_serialized(&s, 1, &err));
	EXPECT_STREQ("a list of PCR values that is none", err.msg);
}

TEST(hmac)
{
	struct wt_span want = from_hex(HMAC_OF_0_TO_63);
	uint8_t bytes[64], got[WT_SHA256_LEN];

	for (size_t i = 0; i < 64; i++)
		bytes[i] = (uint8_t)i;
	wt_hmac_digest(bytes, bytes + 32, got);
	EXPECT_TRUE(wt_span_equal(want, wt_span(got, sizeof(got))));
	free((void *)want.p);
}

TEST_HARNESS_MAIN
