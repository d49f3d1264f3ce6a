// SPDX-License-Identifier: Apache-2.0
/* Everything that docs/evidence.cddl forbids in an object, one thing wrong at a time. */
#include "kselftest_harness.h"

#include "lib/object.h"
#include "tests/unit/refuse.h"
#include "tests/unit/sample.h"

static int try_grant(struct wt_span payload, struct wt_err *err)
{
	struct wt_grant grant;

	return wt_grant_decode(payload, &grant, err);
}

static const struct wrong wrong_grant[] = {
	{ AT(1), NULL, "id (label 1) is missing" },
	{ AT(2), NULL, "not before (label 2) is missing" },
	{ AT(3), NULL, "not after (label 3) is missing" },
	{ AT(4), NULL, "spender (label 4) is missing" },
	{ AT(5), NULL, "transaction (label 5) is missing" },
	{ AT(6), NULL, "licence (label 6) is missing" },
	{ AT(7), NULL, "zone (label 7) is missing" },
	{ AT(8), NULL, "metering point (label 8) is missing" },
	{ AT(9), NULL, "energy (label 9) is missing" },
	{ AT(10), NULL, "price: without a currency" },
	{ AT(11), NULL, "a currency without a price" },
	{ AT(12), "00", "label 12 is not known to this version" },
	{ AT(0), "00", "label 0 is not known to this version" },
	{ AT(-1), "00", "label -1 is not known to this version" },
	{ AT(1), "4f000000000000000000000000000000", "id: 15 bytes (must be 16)" },
	{ AT(1), "00", "id: an unsigned integer where a byte string belongs" },
	{ AT(2), "20", "not before: a negative integer where" },
	{ AT(2), "1b0000000225c17d05", "not before: 9,223,372,037 (must be 0 to 9,223,372,036)" },
	{ AT(3), "1a6955b900", "not after: not after the beginning of the window" },
	{ AT(3), "00", "not after: not after the beginning" },
	{ AT(4), D16, "spender: neither a rig's id" },
	{ AT(4), "5102303132333435363738393a3b3c3d3e3f", "spender: neither a rig's id" },
	{ AT(5), "60", "transaction: empty" },
	{ AT(5), TEXT64, "transaction: 64 bytes of text (at most 63)" },
	{ AT(5), "63610a62", "transaction: text with a control character" },
	{ AT(5), "63610062", "transaction: text with a control character" },
	{ AT(5), "62c328", "transaction: text that is not UTF-8" },
	{ AT(5), "4161", "transaction: a byte string where text belongs" },
	{ AT(6), "60", "licence: empty" },
	{ AT(6), "641b5b324a", "licence: text with a control character" },
	{ AT(7), TEXT64, "zone: 64 bytes" },
	{ AT(8), TEXT64, "metering point: 64 bytes" },
	{ AT(9), "00", "0 Wh in one purchase (at least 1)" },
	{ AT(9), "1a000f4241", "1,000,001 Wh in one purchase (at most 1,000,000)" },
	{ AT(9), "1bffffffffffffffff", "18,446,744,073,709,551,615 Wh in one purchase" },
	{ AT(9), "fb412e848000000000", "energy: a float" },
	{ AT(9), "f93c00", "energy: a float" },
	{ AT(9), "1900ff", "energy: a number or length that is not in its shortest form" },
	{ AT(10), "626162", "currency: not three capital letters" },
	{ AT(10), "634b5a74", "currency: not three capital letters" },
	{ AT(10), "644b5a5454", "currency: not three capital letters" },
	{ AT(11), "20", "price: a negative integer" },
};

TEST(grant)
{
	struct wt_grant grant = sample_grant();
	struct wt_buf b = { 0 };

	ASSERT_EQ(0, wt_grant_encode(&grant, &b, NULL));
	refuse_all(_metadata, wt_buf_span(&b), try_grant, wrong_grant,
		   sizeof(wrong_grant) / sizeof(wrong_grant[0]));
	wt_buf_free(&b);
}

static int grant_again(struct wt_span in, struct wt_buf *out)
{
	struct wt_grant grant;
	int r = wt_grant_decode(in, &grant, NULL);

	return r < 0 ? r : wt_grant_encode(&grant, out, NULL);
}

TEST(grant_every_byte)
{
	struct wt_grant grant = sample_grant();
	struct wt_buf b = { 0 };

	ASSERT_EQ(0, wt_grant_encode(&grant, &b, NULL));
	change_every_byte(_metadata, wt_buf_span(&b), grant_again);
	wt_buf_free(&b);
}

TEST(grant_encoder_says_the_same)
{
	struct wt_grant grant = sample_grant();
	struct wt_buf b = { 0 };
	struct wt_err err;

	grant.wh = 1000001;
	EXPECT_EQ(-EBADMSG, wt_grant_encode(&grant, &b, &err));
	EXPECT_STREQ("1,000,001 Wh in one purchase (at most 1,000,000)", err.msg);
	EXPECT_EQ(0, b.n);
	grant = sample_grant();
	grant.not_before = -1;
	EXPECT_EQ(-EBADMSG, wt_grant_encode(&grant, &b, &err));
	EXPECT_STREQ("not before: a negative integer where an unsigned integer belongs", err.msg);
	wt_buf_free(&b);
}

static const struct wrong wrong_registration[] = {
	{ AT(1), NULL, "id (label 1) is missing" },
	{ AT(4), NULL, "ueid (label 4) is missing" },
	{ AT(5), NULL, "rig name (label 5) is missing" },
	{ AT(6), NULL, "licence (label 6) is missing" },
	{ AT(7), NULL, "licence holder (label 7) is missing" },
	{ AT(8), NULL, "data centre (label 8) is missing" },
	{ AT(9), NULL, "zone (label 9) is missing" },
	{ AT(10), NULL, "nameplate W (label 10) is missing" },
	{ AT(11), NULL, "rig certificate (label 11) is missing" },
	{ AT(12), NULL, "devices (label 12) is missing" },
	{ AT(13), NULL, "sources (label 13) is missing" },
	{ AT(14), NULL, "pools (label 14) is missing" },
	{ AT(99), "00", "label 99 is not known to this version" },
	{ AT(17), "80", "schedule: empty (leave it out)" },
	{ AT(17), "8105", "schedule: an unsigned integer where an array belongs" },
	{ AT(17), "818101", "schedule: 1 numbers (must be 2)" },
	{ AT(17), "8183010101", "schedule: 3 numbers (must be 2)" },
	{ AT(17, 0, 0), "192760", "schedule: 10,080 (must be 0 to 10,079)" },
	{ AT(17, 0, 1), "00", "schedule: 0 (must be 1 to 10,080)" },
	{ AT(17, 0, 1), "192761", "schedule: 10,081 (must be 1 to 10,080)" },
	{ AT(17, 1, 0), "01", "schedule: out of order" },
	{ AT(17, 1, 0), "1878", "schedule: out of order" },
	{ AT(17, 1, 0), "1895", "schedule: overlaps the one before" },
	{ AT(17, 1, 1), "1906e1", "schedule: the last overlaps the first of the next week" },
	{ AT(3), "1a6955b900", "not after: not after the beginning" },
	{ AT(4), "50" "00000000000000000000000000000000", "ueid: 16 bytes (must be 17)" },
	{ AT(4), "51" "0200000000000000000000000000000000", "ueid: type 02, not 01" },
	{ AT(5), "60", "rig name: empty" },
	{ AT(6), "60", "licence: empty" },
	{ AT(7), "6109", "licence holder: text with a control character" },
	{ AT(10), "00", "nameplate W: 0 (must be 1 to 4,294,967,295)" },
	{ AT(10), "1b0000000100000000", "nameplate W: 4,294,967,296" },
	{ AT(11), "40", "rig certificate: 0 bytes" },
	{ AT(11), "6161", "rig certificate: text where" },
	{ AT(12), "a0", "devices: a map where an array belongs" },
	{ AT(12, 0), "80", "device: an array where a map belongs" },
	{ AT(12, 0, 1), "02", "device bus: 2 (must be 1 to 1)" },
	{ AT(12, 0, 2), "1a00010000", "device vid: 65,536" },
	{ AT(12, 0, 3), "1a00010000", "device pid: 65,536" },
	{ AT(12, 0, 4), NULL, "device: neither a serial nor a path" },
	{ AT(12, 0, 4), "60", "device serial: empty" },
	{ AT(12, 0, 4), TEXT64, "device serial: 64 bytes" },
	{ AT(12, 0, 7), NULL, "device model (label 7) is missing" },
	{ AT(12, 0, 8), "1b0000000100000000", "device rated mW: 4,294,967,296" },
	{ AT(12, 0, 9), NULL, "device rated MH/s (label 9) is missing" },
	{ AT(12, 0, 10), "00", "device: label 10 is not known" },
	{ AT(12, 1, 5), NULL, "device: neither a serial nor a path" },
	{ AT(12, 1, 5), "60", "device path: empty" },
	{ AT(12, 1, 6), "60", "device product: empty" },
	{ AT(13, 0, 1), NULL, "source chip (label 1) is missing" },
	{ AT(13, 0, 1), "60", "source chip: empty" },
	{ AT(13, 0, 2), "60", "source parent: empty" },
	{ AT(13, 0, 3), NULL, "source attribute (label 3) is missing" },
	{ AT(13, 0, 4), "60", "source label: empty" },
	{ AT(13, 0, 5), "00", "source role: 0 (must be 1 to 3)" },
	{ AT(13, 0, 5), "04", "source role: 4 (must be 1 to 3)" },
	{ AT(13, 0, 6), "1a000f4241", "source accuracy class, ppm: 1,000,001 (must be 0 to 1,000,000)" },
	{ AT(13, 0, 7), "20", "source calibrated until: a negative integer" },
	{ AT(13, 1, 8), "00", "source: label 8 is not known" },
	{ AT(14, 0), "60", "pools: empty" },
	{ AT(14, 0), TEXT64, "pools: 64 bytes" },
};

TEST(registration)
{
	struct wt_registration reg = sample_full_registration();
	struct wt_buf b = { 0 };

	ASSERT_EQ(0, wt_registration_encode(&reg, &b, NULL));
	refuse_all(_metadata, wt_buf_span(&b), try_registration, wrong_registration,
		   sizeof(wrong_registration) / sizeof(wrong_registration[0]));
	wt_buf_free(&b);
}

static int registration_again(struct wt_span in, struct wt_buf *out)
{
	struct wt_registration reg;
	int r = wt_registration_decode(in, &reg, NULL);

	if (!r) {
		r = wt_registration_encode(&reg, out, NULL);
		wt_registration_clear(&reg);
	}
	return r;
}

TEST(registration_every_byte)
{
	struct wt_registration reg = sample_full_registration();
	struct wt_buf b = { 0 };

	ASSERT_EQ(0, wt_registration_encode(&reg, &b, NULL));
	change_every_byte(_metadata, wt_buf_span(&b), registration_again);
	wt_buf_free(&b);
}

TEST(registration_counts)
{
	struct wt_registration reg = sample_full_registration();
	struct wt_reg_device *devices = calloc(1025, sizeof(*devices));
	struct wt_buf b = { 0 };
	struct wt_err err;

	for (int i = 0; i < 1025; i++)
		devices[i] = reg.devices[0];
	reg.devices = devices;
	reg.n_devices = 1024;
	EXPECT_EQ(0, wt_registration_encode(&reg, &b, &err)) TH_LOG("%s", err.msg);
	reg.n_devices = 1025;
	EXPECT_EQ(-EBADMSG, wt_registration_encode(&reg, &b, &err));
	EXPECT_STREQ("devices: 1025 of them (at most 1024)", err.msg);
	free(devices);
	wt_buf_free(&b);
}

TEST(registration_certificate)
{
	struct wt_registration reg = sample_full_registration();
	uint8_t *der = calloc(1, 65536);
	struct wt_buf b = { 0 };
	struct wt_err err;

	reg.rig_cert = wt_span(der, 65535);
	EXPECT_EQ(0, wt_registration_encode(&reg, &b, &err)) TH_LOG("%s", err.msg);
	reg.rig_cert = wt_span(der, 65536);
	EXPECT_EQ(-EBADMSG, wt_registration_encode(&reg, &b, &err));
	EXPECT_STREQ("rig certificate: 65536 bytes", err.msg);
	free(der);
	wt_buf_free(&b);
}

#define E -75001 /* the evidence claim */

static const struct wrong wrong_attestation[] = {
	{ AT(6), NULL, "iat (label 6) is missing" },
	{ AT(256), NULL, "ueid (label 256) is missing" },
	{ AT(265), NULL, "eat_profile (label 265) is missing" },
	{ AT(268), NULL, "bootseed (label 268) is missing" },
	{ AT(E), NULL, "evidence (label -75001) is missing" },
	{ AT(1), "6161", "label 1 is not known to this version" },
	{ AT(266), "a0", "label 266 is not known to this version" },
	{ AT(-75002), "00", "label -75002 is not known to this version" },
	{ AT(6), "f4", "iat: false, true or null where" },
	{ AT(6), "c11a514b67b0", "iat: a tag where an unsigned integer belongs" },
	{ AT(10), "47" "00000000000000", "nonce: 7 bytes (8 to 64)" },
	{ AT(10), "40", "nonce: 0 bytes (8 to 64)" },
	{ AT(256), D16, "ueid: 16 bytes" },
	{ AT(256), "51" "0000000000000000000000000000000000", "ueid: type 00, not 01" },
	{ AT(261), "00", "uptime: 0" },
	{ AT(265), "40", "eat_profile: not wattest's" },
	{ AT(265), "d86f5669" "83f08483fbdbb7dabff78581b7c8f0d28fd4740201", "eat_profile: a tag where" },
	{ AT(265), "5669" "83f08483fbdbb7dabff78581b7c8f0d28fd4740202", "eat_profile: not wattest's" },
	{ AT(265), "6161", "eat_profile: text where" },
	{ AT(268), "4100", "bootseed: 1 bytes" },
	{ AT(E), "80", "evidence: an array where a map belongs" },
	{ AT(E, 1), NULL, "seq (label 1) is missing" },
	{ AT(E, 2), NULL, "prev (label 2) is missing" },
	{ AT(E, 3), NULL, "clock (label 3) is missing" },
	{ AT(E, 4), NULL, "chain before (label 4) is missing" },
	{ AT(E, 5), NULL, "chain after (label 5) is missing" },
	{ AT(E, 6), NULL, "first record (label 6) is missing" },
	{ AT(E, 7), NULL, "steps (label 7) is missing" },
	{ AT(E, 8), NULL, "registration (label 8) is missing" },
	{ AT(E, 9), NULL, "grants (label 9) is missing" },
	{ AT(E, 14), NULL, "where the key is (label 14) is missing" },
	{ AT(E, 14), "02", "where the key is: 2 (must be 0 to 1)" },
	{ AT(E, 15), "00", "evidence: label 15 is not known to this version" },
	{ AT(E, 1), "00", "seq: 0" },
	{ AT(E, 1), "01", "prev: not zeros, but seq is 1" },
	{ AT(E, 2), Z32, "prev: zeros, but seq is not 1" },
	{ AT(E, 2), D16, "prev: 16 bytes" },
	{ AT(E, 3), "821854" "00", "clock: status 84 is none of U, I, S, R" },
	{ AT(E, 3), "821855" "01", "clock: a bound of its offset, which status U cannot have" },
	{ AT(E, 3), "821849" "01", "clock: a bound of its offset, which status I cannot have" },
	{ AT(E, 3), "811853", "clock: not a pair" },
	{ AT(E, 3), "83185300" "00", "clock: not a pair" },
	{ AT(E, 4), D16, "chain before: 16 bytes" },
	{ AT(E, 5), D16, "chain after: 16 bytes" },
	{ AT(E, 6), "00", "steps: records, but the first one's seq is 0" },
	{ AT(E, 7), "80", "steps: none, but the first record has a seq" },
	{ AT(E, 7), "8180", "steps: a step without records" },
	{ AT(E, 7), "818140", "steps: a record of 0 bytes (24 to 61440)" },
	{ AT(E, 7), "81815700000000000000000000000000000000000000000000" "00",
	  "steps: a record of 23 bytes" },
	{ AT(E, 7), "8182" "da000124f9" D32 "da000124f9" D32,
	  "steps: a pruned record that does not close its step" },
	{ AT(E, 7), "8181" "da000124f9" D16, "steps: 16 bytes (must be 32)" },
	{ AT(E, 7), "8181" "da000124f8" D32, "steps: tag 75000 on a record" },
	{ AT(E, 7), "81" "da000124f981" "da000124f9" D32, "steps: tag 75001 on a step" },
	{ AT(E, 7), "81a0", "steps: a map where an array belongs" },
	{ AT(E, 7), "8181" "6161", "steps: text where a byte string belongs" },
	{ AT(E, 7), "9f81da000124f9" D32 "ff", "steps: indefinite length" },
	{ AT(E, 8), "40", "registration: 0 bytes" },
	{ AT(E, 9), "8180", "grants: not a pair of id and digest" },
	{ AT(E, 9), "8183" D16 D32 D32, "grants: not a pair of id and digest" },
	{ AT(E, 9), "8182" D32 D32, "grants: 32 bytes (must be 16)" },
	{ AT(E, 9), "8182" D16 D16, "grants: 16 bytes (must be 32)" },
	{ AT(E, 10), "60", "why activity is not observed: empty" },
	{ AT(E, 10), "610a", "why activity is not observed: text with a control character" },
	{ AT(E, 11), "8100", "ledger: not a pair" },
	{ AT(E, 11), "820020", "ledger: a negative integer" },
};

TEST(attestation)
{
	struct sample_attestation s;
	struct wt_buf b = { 0 };

	ASSERT_EQ(0, wt_attestation_encode(sample_attestation(&s), &b, NULL));
	refuse_all(_metadata, wt_buf_span(&b), try_attestation, wrong_attestation,
		   sizeof(wrong_attestation) / sizeof(wrong_attestation[0]));
	wt_buf_free(&b);
}

static int attestation_again(struct wt_span in, struct wt_buf *out)
{
	struct wt_attestation att;
	int r = wt_attestation_decode(in, &att, NULL);

	if (!r) {
		r = wt_attestation_encode(&att, out, NULL);
		wt_attestation_clear(&att);
	}
	return r;
}

TEST(attestation_every_byte)
{
	struct sample_attestation s;
	struct wt_buf b = { 0 };

	ASSERT_EQ(0, wt_attestation_encode(sample_attestation(&s), &b, NULL));
	change_every_byte(_metadata, wt_buf_span(&b), attestation_again);
	wt_buf_free(&b);
}

TEST(attestation_bounds)
{
	struct sample_attestation s;
	struct wt_attestation *att = sample_attestation(&s);
	struct wt_buf b = { 0 };
	struct wt_err err;
	static uint8_t large[WATTEST_RECORD_MAX + 1];
	uint8_t nonce[65] = { 1 };
	char why[257];

	att->nonce = wt_span(nonce, 64);
	EXPECT_EQ(0, wt_attestation_encode(att, &b, &err)) TH_LOG("%s", err.msg);
	att->nonce = wt_span(nonce, 65);
	EXPECT_EQ(-EBADMSG, wt_attestation_encode(att, &b, &err));
	EXPECT_STREQ("nonce: 65 bytes (8 to 64)", err.msg);
	att->nonce = wt_span(nonce, 8);
	memset(why, 'x', sizeof(why));
	att->unobserved = wt_span(why, 255);
	EXPECT_EQ(0, wt_attestation_encode(att, &b, &err)) TH_LOG("%s", err.msg);
	att->unobserved = wt_span(why, 256);
	EXPECT_EQ(-EBADMSG, wt_attestation_encode(att, &b, &err));
	why[3] = '\0';
	att->unobserved = wt_span(why, 10);
	EXPECT_EQ(-EBADMSG, wt_attestation_encode(att, &b, &err));
	att->unobserved = wt_span(NULL, 0);
	s.record.raw = wt_span(large, WATTEST_RECORD_MAX);
	EXPECT_EQ(0, wt_attestation_encode(att, &b, &err)) TH_LOG("%s", err.msg);
	s.record.raw.n++;
	EXPECT_EQ(-EBADMSG, wt_attestation_encode(att, &b, &err));
	EXPECT_STREQ("steps: a record of 61441 bytes (24 to 61440)", err.msg);
	s.record.raw.n--;
	s.step.mac = wt_span(why, 31);
	EXPECT_EQ(-EBADMSG, wt_attestation_encode(att, &b, &err));
	EXPECT_STREQ("steps: a MAC of 31 bytes (must be 32)", err.msg);
	wt_buf_free(&b);
}

TEST_HARNESS_MAIN
