// SPDX-License-Identifier: Apache-2.0
/* The TPM's structures (TPM 2.0 Library, Part 2), as evidence, enrolment and tpm2-tools bring them. */
#include "tests/fuzz/targets/targets.h"

#include <string.h>

#include "lib/tpm/credential.h"
#include "lib/tpm/quote.h"
#include "lib/tpm/tpm.h"

#define SIGNER       \
	"0022000b77" \
	"00000000000000000000000000000000000000000000000000000000000000"
#define DIGEST "0020aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static void attest_run(struct wt_span raw)
{
	struct wt_tpm_attest attest, parsed;
	struct wt_err err = { "" };
	int r;

	fuzz_untouched_fill(&attest, sizeof(attest));
	fuzz_untouched_fill(&parsed, sizeof(parsed));
	r = wt_tpm_attest_read(raw, &attest, &err);
	if (r < 0) {
		fuzz_check_refusal(r, &err);
		FUZZ_CHECK(fuzz_untouched(&attest, sizeof(attest)));
	} else {
		FUZZ_CHECK(attest.magic == WT_TPM_GENERATED);
		FUZZ_CHECK(attest.n_banks <= WT_TPM_BANKS);
		FUZZ_CHECK(attest.type == WT_TPM_ATTEST_QUOTE ||
			   attest.type == WT_TPM_ATTEST_CERTIFY);
	}
	FUZZ_CHECK(wt_tpm_attest_parse(raw, &parsed, &err) == 0 || r < 0);
}

static void attest_seed(void)
{
	fuzz_seed_hex("ff5443478018" SIGNER DIGEST
		      "00000000000f4240000000280000000101202304270016 5a00"
		      "00000001000b03950020" DIGEST);
	fuzz_seed_hex("ff5443478018" SIGNER DIGEST
		      "00000000000f4240000000280000000101202304270016 5a00"
		      "000000020004030100 00000b03950020" DIGEST);
	fuzz_seed_hex("ff5443478017" SIGNER DIGEST
		      "00000000000f4240000000280000000101202304270016 5a00" SIGNER SIGNER);
}

const struct fuzz_target fuzz_tpm_attest = { "tpm_attest", NULL, attest_run, attest_seed };

static void public_run(struct wt_span raw)
{
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf blob = { 0 }, secret = { 0 };
	struct wt_tpm_public pub;
	struct wt_err err = { "" };
	int r;

	fuzz_untouched_fill(&pub, sizeof(pub));
	r = wt_tpm_public_read(raw, &pub, &err);
	if (r < 0) {
		fuzz_check_refusal(r, &err);
		FUZZ_CHECK(fuzz_untouched(&pub, sizeof(pub)));
		return;
	}
	FUZZ_CHECK(wt_span_equal(pub.raw, raw));
	/* no key is fit for two of these */
	FUZZ_CHECK((wt_tpm_public_is_ak(&pub, NULL) == 0) +
			   (wt_tpm_public_is_signer(&pub, NULL) == 0) +
			   (wt_tpm_public_is_ek(&pub, NULL) == 0) <=
		   1);
	r = wt_tpm_make_credential(&pub, wt_span(pub.name, sizeof(pub.name)),
				   wt_span("0123456789abcdef0123456789abcdef", 32), &blob, &secret,
				   &err);
	FUZZ_CHECK(r == 0 || (blob.n == 0 && secret.n == 0));
	if (r < 0)
		fuzz_check_refusal(r, &err);
	wt_tpm_public_clear(&pub);
}

static void public_seed(void)
{
	/* P-256: an attestation key, with the point of RFC 6979, A.2.5 */
	fuzz_seed_hex("0023000b0005007200000010 0018000b00030010"
		      "002060fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
		      "00207903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299");
	fuzz_seed_hex("0023000b0004007200000010 0018000b00030010"
		      "002060fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
		      "00207903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299");
	/* RSA 2048: an endorsement key of the TCG's template L-1, with a modulus of one pattern */
	fuzz_seed_hex(
		"0001000b000300b20020837197674484b3f81a90cc8d46a5d724fd52d76e06520b64f2a1da1b331469aa"
		"00060080004300100800000000000100"
		"c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1"
		"c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1"
		"c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1"
		"c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1"
		"c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1"
		"c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1"
		"c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1"
		"c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1");
}

const struct fuzz_target fuzz_tpm_public = { "tpm_public", NULL, public_run, public_seed };

static void signature_run(struct wt_span raw)
{
	struct wt_tpm_signature signature;
	struct wt_err err = { "" };
	int r;

	fuzz_untouched_fill(&signature, sizeof(signature));
	r = wt_tpm_signature_read(raw, &signature, &err);
	if (r < 0) {
		fuzz_check_refusal(r, &err);
		FUZZ_CHECK(fuzz_untouched(&signature, sizeof(signature)));
		return;
	}
	FUZZ_CHECK(signature.n <= sizeof(signature.raw)); /* 0 bytes verify nothing */
	FUZZ_CHECK(wt_tpm_alg_name(signature.hash));
}

static void signature_seed(void)
{
	fuzz_seed_hex("0018000b" DIGEST DIGEST);
	fuzz_seed_hex("0014000b000401020304");
	fuzz_seed_hex("0016000c000401020304");
}

const struct fuzz_target fuzz_tpm_signature = { "tpm_signature", NULL, signature_run,
						signature_seed };

/* A selection, then the file. */
static void values_run(struct wt_span in)
{
	static const uint16_t algs[] = { WT_TPM_ALG_SHA1, WT_TPM_ALG_SHA256, WT_TPM_ALG_SHA384,
					 WT_TPM_ALG_SHA512, 0x1234 };
	struct wt_tpm_bank banks[3];
	size_t n = 1 + fuzz_u8(&in) % 3, want = 0, i;
	struct wt_buf values = { 0 };
	struct wt_err err = { "" };
	int r;

	for (i = 0; i < n; i++) {
		banks[i].alg = algs[fuzz_u8(&in) % 5];
		banks[i].mask = fuzz_u16(&in);
		want += (size_t)__builtin_popcount(banks[i].mask) * wt_tpm_alg_len(banks[i].alg);
	}
	wt_buf_append(&values, "before", 6);
	r = wt_tpm_pcr_values(in, banks, n, &values, &err);
	FUZZ_CHECK(values.n == 6 + (r < 0 ? 0 : want));
	if (r < 0)
		fuzz_check_refusal(r, &err);
	wt_buf_free(&values);
}

/* As tpm2_quote serializes them: TPML_PCR_SELECTION of one bank, a number, and a TPML_DIGEST of two. */
static void values_seed_serialized(void)
{
	uint8_t in[4 + 132 + 4 + 532] = { 0, 1, 3, 0, [4] = 1 };
	uint8_t *selection = in + 8, *n = in + 4 + 132, *list = n + 4;

	memcpy(selection, "\x0b\x00\x03\x03", 4);
	n[0] = 1;
	list[0] = 2;
	list[4] = 32;
	list[4 + 66] = 32;
	fuzz_seed(wt_span(in, sizeof(in)));
}

static void values_seed(void)
{
	fuzz_seed_hex("00010300" /* SHA-256: 0 and 1 */
		      "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		      "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
	values_seed_serialized();
}

const struct fuzz_target fuzz_pcr_values = { "pcr_values", NULL, values_run, values_seed };
