// SPDX-License-Identifier: Apache-2.0
/* A credential is made for an endorsement key of the TCG's default template, and for no other. */
#include "kselftest_harness.h"

#include "lib/tpm/credential.h"
#include "tests/unit/from_hex.h"

#define X16 "c1c2c3c4c5c6c7c8c9cacbcccdcecfd1"
#define X64 X16 X16 X16 X16
#define MODULUS X64 X64 X64 X64
#define EK_ATTRIBUTES "000300b2"
#define POLICY "0020" X16 X16
#define POINT                                                                           \
	"0020" "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"       \
	"0020" "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"
#define EK(name_alg, symmetric) \
	"0001" name_alg EK_ATTRIBUTES POLICY symmetric "0010" "0800" "00000000" "0100" MODULUS

#define EC(name_alg, symmetric, curve) \
	"0023" name_alg EK_ATTRIBUTES POLICY symmetric "0010" curve "0010" POINT

static int make(const char *hex, struct wt_span secret, struct wt_buf *ret_blob,
		struct wt_buf *ret_seed, struct wt_err *err)
{
	static const uint8_t name[2 + WT_SHA256_LEN] = { 0, 0x0b };
	struct wt_tpm_public ek = { .raw = from_hex(hex) };
	int r = wt_tpm_make_credential(&ek, wt_span(name, sizeof(name)), secret, ret_blob, ret_seed,
				       err);

	free((void *)ek.raw.p);
	return r;
}

TEST(sizes)
{
	struct wt_buf blob = { 0 }, seed = { 0 };
	struct wt_err err = { "" };

	ASSERT_EQ(0, make(EK("000b", "000600800043"), wt_span("secret", 6), &blob, &seed, &err))
	TH_LOG("%s", err.msg);
	EXPECT_EQ(2 + 2 + 32 + 2 + 6, blob.n); /* TPM2B of an HMAC and of the secret, encrypted */
	EXPECT_EQ(2 + 256, seed.n);

	wt_buf_reset(&blob);
	wt_buf_reset(&seed);
	ASSERT_EQ(0, make(EC("000b", "000600800043", "0003"), wt_span("secret", 6), &blob, &seed, &err))
	TH_LOG("%s", err.msg);
	EXPECT_EQ(2 + 2 + 32 + 2 + 6, blob.n);
	EXPECT_EQ(2 + 2 + 32 + 2 + 32, seed.n); /* TPM2B of a point, of two TPM2Bs */
	wt_buf_free(&blob);
	wt_buf_free(&seed);
}

TEST(refused)
{
	static const struct {
		const char *ek, *words;
	} wrong[] = {
		{ EK("000c", "000600800043"), "is neither RSA or P-256 with SHA-256" }, /* SHA-384 */
		{ EK("000b", "001300800043"), "is neither RSA or P-256 with SHA-256" }, /* SM4 */
		{ EK("000b", "000601000043"), "is neither RSA or P-256 with SHA-256" }, /* AES-256 */
		{ EK("000b", "000600800042"), "is neither RSA or P-256 with SHA-256" }, /* CBC */
		{ EK("000b", "0010"), "is neither RSA or P-256 with SHA-256" }, /* none */
		{ EC("000c", "000600800043", "0003"), "is neither RSA or P-256 with SHA-256" },
		{ EC("000b", "000601000043", "0003"), "is neither RSA or P-256 with SHA-256" },
		{ EC("000b", "000600800043", "0004"), "nor P-384 with SHA-384" }, /* on P-384 */
		{ EC("000c", "000601000043", "0003"), "nor P-384 with SHA-384" },
		{ EC("000c", "000601000043", "0004"), "cannot agree" }, /* the point is of P-256 */
		{ "0001", "no TPMT_PUBLIC" },
	};
	struct wt_buf blob = { 0 }, seed = { 0 };
	struct wt_err err;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		err.msg[0] = '\0';
		EXPECT_EQ(-EBADMSG, make(wrong[i].ek, wt_span("secret", 6), &blob, &seed, &err))
		TH_LOG("case %zu", i);
		EXPECT_NE(NULL, strstr(err.msg, wrong[i].words)) TH_LOG("%zu: %s", i, err.msg);
	}
	EXPECT_EQ(-EINVAL, make(EK("000b", "000600800043"), wt_span("secret", 0), &blob, &seed, &err));
	EXPECT_EQ(-EINVAL, make(EK("000b", "000600800043"), wt_span(MODULUS, 33), &blob, &seed, &err));
	EXPECT_EQ(0, blob.n + seed.n);
}

TEST_HARNESS_MAIN
