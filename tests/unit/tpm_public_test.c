// SPDX-License-Identifier: Apache-2.0
/* A TPM's public areas (Part 2, 12.2.4): what is read, what is refused, and what may be an attestation key. */
#include "kselftest_harness.h"

#include "lib/tpm/tpm.h"

#define AK \
	0x00050072u /* fixedTPM, fixedParent, sensitiveDataOrigin, userWithAuth, restricted, sign */
#define NULL_ALG 0x0010
#define SHA256 0x000b
#define SHA384 0x000c
#define SHA512 0x000d
#define ECDSA 0x0018
#define P256 0x0003
#define BN_P256 0x0010

/* P-256's base point is as good a key as any. */
static const char *const point_x =
	"6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296";
static const char *const point_y =
	"4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5";

struct area {
	unsigned int name_alg, attributes, scheme, hash, curve, x_len;
};

static const struct area good = { SHA256, AK, ECDSA, SHA256, P256, 32 };

static size_t u16(uint8_t *p, unsigned int v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
	return 2;
}

static struct wt_span make(const struct area *area, uint8_t out[128])
{
	size_t n = u16(out, 0x0023); /* ECC */

	n += u16(out + n, area->name_alg);
	n += u16(out + n, area->attributes >> 16);
	n += u16(out + n, area->attributes & 0xffff);
	n += u16(out + n, 0); /* no policy */
	n += u16(out + n, NULL_ALG); /* symmetric */
	n += u16(out + n, area->scheme);
	if (area->scheme != NULL_ALG)
		n += u16(out + n, area->hash);
	n += u16(out + n, area->curve);
	n += u16(out + n, NULL_ALG); /* kdf */
	n += u16(out + n, area->x_len);
	wt_unhex(point_x, out + n, 32);
	n += area->x_len;
	n += u16(out + n, 32);
	wt_unhex(point_y, out + n, 32);
	return wt_span(out, n + 32);
}

/* 0 when it is read and may be an attestation key. */
static int judge(const struct area *area, size_t more)
{
	struct wt_tpm_public pub = { 0 };
	struct wt_err err = { 0 };
	uint8_t bytes[136] = { 0 };
	struct wt_span raw = make(area, bytes);
	int r;

	raw.n += more;
	r = wt_tpm_public_read(raw, &pub, &err);
	if (r == 0) {
		r = wt_tpm_public_is_ak(&pub, &err);
		wt_tpm_public_clear(&pub);
	}
	return r;
}

TEST(an_attestation_key)
{
	EXPECT_EQ(0, judge(&good, 0));
}

TEST(bytes_behind_it)
{
	EXPECT_EQ(-EBADMSG, judge(&good, 1));
}

TEST(cut_off)
{
	EXPECT_GT(0, judge(&good, (size_t)-1));
}

TEST(other_name_algorithm)
{
	struct area area = good;

	area.name_alg = SHA384;
	EXPECT_EQ(-EKEYREJECTED, judge(&area, 0));
	area.name_alg = SHA512;
	EXPECT_EQ(-EBADMSG, judge(&area, 0));
}

TEST(no_point)
{
	struct area area = good;

	area.x_len = 0;
	EXPECT_GT(0, judge(&area, 0));
	area.x_len = 33;
	EXPECT_EQ(-EBADMSG, judge(&area, 0));
}

TEST(another_curve)
{
	struct area area = good;

	area.curve = BN_P256;
	EXPECT_EQ(-EBADMSG, judge(&area, 0));
}

/* With what an ECC key has at the same place: an RSA key whose scheme is ECDSA. */
TEST(another_kind_of_key)
{
	struct wt_tpm_public pub = { 0 };
	struct wt_err err = { 0 };
	uint8_t raw[26 + 256];
	size_t n = u16(raw, 0x0001); /* RSA */

	n += u16(raw + n, SHA256);
	n += u16(raw + n, AK >> 16);
	n += u16(raw + n, AK & 0xffff);
	n += u16(raw + n, 0);
	n += u16(raw + n, NULL_ALG);
	n += u16(raw + n, ECDSA);
	n += u16(raw + n, SHA256);
	n += u16(raw + n, 2048);
	n += u16(raw + n, 0); /* exponent */
	n += u16(raw + n, 0);
	n += u16(raw + n, 256);
	memset(raw + n, 0xc5, 256);
	ASSERT_EQ(0, wt_tpm_public_read(wt_span(raw, n + 256), &pub, &err)) TH_LOG("%s", err.msg);
	EXPECT_EQ(-EKEYREJECTED, wt_tpm_public_is_ak(&pub, &err));
	EXPECT_STREQ("the key is not ECC P-256", err.msg);
	wt_tpm_public_clear(&pub);
}

TEST(another_scheme)
{
	struct area area = good;

	area.scheme = NULL_ALG;
	EXPECT_EQ(-EKEYREJECTED, judge(&area, 0));
	area = good;
	area.hash = SHA384;
	EXPECT_EQ(-EKEYREJECTED, judge(&area, 0));
}

/* Each attribute that makes it one; and one that it must not have. */
TEST(attributes)
{
	static const unsigned int needed[] = { 1u << 1, 1u << 4, 1u << 5, 1u << 16, 1u << 18 };
	struct area area = good;

	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		area.attributes = AK & ~needed[i];
		EXPECT_EQ(-EKEYREJECTED, judge(&area, 0));
	}
	area.attributes = AK | 1u << 17; /* decrypt */
	EXPECT_EQ(-EKEYREJECTED, judge(&area, 0));
}

TEST_HARNESS_MAIN
