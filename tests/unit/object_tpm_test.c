// SPDX-License-Identifier: Apache-2.0
/* What registrations and attestations say of a TPM, and the kernel's MACs: read back, refused, bound. */
#include "kselftest_harness.h"

#include "lib/object.h"
#include "tests/unit/refuse.h"
#include "tests/unit/sample.h"

#define E -75001

static struct wt_registration tpm_registration(void)
{
	static struct wt_reference references[] = {
		{ .kind = WT_REFERENCE_FILE, .name = "wattest.ko" },
		{ .kind = WT_REFERENCE_PROBE, .name = "wattest_usb" },
		{ .kind = WT_REFERENCE_MODULE, .name = "0.1.0" },
	};
	struct wt_registration reg = sample_registration();

	sample_fill(reg.tpm.ek, sizeof(reg.tpm.ek), 0x90);
	reg.tpm.ak = wt_span("\x30\x03\x02\x01\x06", 5);
	reg.tpm.n_boot = 3;
	reg.tpm.boot[0].index = 0;
	reg.tpm.boot[1].index = 7;
	reg.tpm.boot[2].index = 23;
	for (int i = 0; i < 3; i++)
		sample_fill(reg.tpm.boot[i].value, WT_SHA256_LEN, (uint8_t)(3 * i));
	sample_fill(references[0].digest, 32, 0x11);
	sample_fill(references[1].digest, 8, 0x12);
	sample_fill(references[2].digest, 20, 0x13);
	reg.references = references;
	reg.n_references = 3;
	return reg;
}

struct tpm_attestation {
	struct sample_attestation s;
	struct wt_att_record records[3];
	struct wt_att_step steps[2];
	uint8_t mac[WT_SHA256_LEN], attest[145], signature[WT_SIG_LEN], ima[99];
};

static struct wt_attestation *tpm_attestation(struct tpm_attestation *t)
{
	struct wt_attestation *att = sample_attestation(&t->s);

	sample_fill(t->mac, sizeof(t->mac), 0xc0);
	sample_fill(t->attest, sizeof(t->attest), 0x21);
	sample_fill(t->signature, sizeof(t->signature), 0x22);
	sample_fill(t->ima, sizeof(t->ima), 0x23);
	memset(t->records, 0, sizeof(t->records));
	sample_fill(t->records[0].digest, WT_SHA256_LEN, 9);
	t->records[1].raw = t->records[2].raw = t->s.record.raw;
	t->steps[0] = (struct wt_att_step){ t->records, 1, { NULL, 0 } };
	t->steps[1] = (struct wt_att_step){ t->records + 1, 2, wt_span(t->mac, sizeof(t->mac)) };
	att->steps = t->steps;
	att->n_steps = 2;
	att->quote.attest = wt_span(t->attest, sizeof(t->attest));
	att->quote.signature = wt_span(t->signature, sizeof(t->signature));
	att->quote.n_pcrs = 2;
	att->quote.pcrs[0].index = 4;
	att->quote.pcrs[1].index = 10;
	sample_fill(att->quote.pcrs[0].value, WT_SHA256_LEN, 0x24);
	sample_fill(att->quote.pcrs[1].value, WT_SHA256_LEN, 0x25);
	att->ima_first = 7;
	att->ima = wt_span(t->ima, sizeof(t->ima));
	att->key_place = WT_KEY_IN_TPM;
	return att;
}

/* --- read back -------------------------------------------------------------------------------------- */

TEST(registration_round_trip)
{
	struct wt_registration reg = tpm_registration(), back;
	struct wt_buf b = { 0 }, again = { 0 };
	struct wt_err err;

	ASSERT_EQ(0, wt_registration_encode(&reg, &b, &err)) TH_LOG("%s", err.msg);
	ASSERT_EQ(0, wt_registration_decode(wt_buf_span(&b), &back, &err)) TH_LOG("%s", err.msg);
	EXPECT_EQ(0, memcmp(reg.tpm.ek, back.tpm.ek, sizeof(reg.tpm.ek)));
	EXPECT_TRUE(wt_span_equal(reg.tpm.ak, back.tpm.ak));
	ASSERT_EQ(3, back.tpm.n_boot);
	EXPECT_EQ(0, memcmp(reg.tpm.boot, back.tpm.boot, sizeof(reg.tpm.boot)));
	ASSERT_EQ(3, back.n_references);
	EXPECT_EQ(0, memcmp(reg.references, back.references, 3 * sizeof(*reg.references)));
	ASSERT_EQ(0, wt_registration_encode(&back, &again, &err));
	EXPECT_TRUE(wt_span_equal(wt_buf_span(&b), wt_buf_span(&again)));
	wt_registration_clear(&back);
	EXPECT_EQ(NULL, back.references);

	/* no boot state, no references */
	reg.tpm.n_boot = reg.n_references = 0;
	wt_buf_reset(&b);
	ASSERT_EQ(0, wt_registration_encode(&reg, &b, &err)) TH_LOG("%s", err.msg);
	ASSERT_EQ(0, wt_registration_decode(wt_buf_span(&b), &back, &err)) TH_LOG("%s", err.msg);
	EXPECT_NE(NULL, back.tpm.ak.p);
	EXPECT_EQ(0, back.tpm.n_boot);
	wt_registration_clear(&back);
	wt_buf_free(&b);
	wt_buf_free(&again);
}

TEST(attestation_round_trip)
{
	struct tpm_attestation t;
	struct wt_attestation *att = tpm_attestation(&t), back;
	struct wt_buf b = { 0 }, again = { 0 };
	struct wt_err err;

	ASSERT_EQ(0, wt_attestation_encode(att, &b, &err)) TH_LOG("%s", err.msg);
	ASSERT_EQ(0, wt_attestation_decode(wt_buf_span(&b), &back, &err)) TH_LOG("%s", err.msg);
	EXPECT_TRUE(wt_span_equal(att->quote.attest, back.quote.attest));
	EXPECT_TRUE(wt_span_equal(att->quote.signature, back.quote.signature));
	ASSERT_EQ(2, back.quote.n_pcrs);
	EXPECT_EQ(0, memcmp(att->quote.pcrs, back.quote.pcrs, sizeof(att->quote.pcrs)));
	EXPECT_EQ(7, back.ima_first);
	EXPECT_TRUE(wt_span_equal(att->ima, back.ima));
	EXPECT_EQ(WT_KEY_IN_TPM, back.key_place);
	ASSERT_EQ(2, back.n_steps);
	EXPECT_EQ(NULL, back.steps[0].mac.p);
	EXPECT_EQ(1, back.steps[0].n_records);
	EXPECT_TRUE(wt_span_equal(att->steps[1].mac, back.steps[1].mac));
	EXPECT_EQ(2, back.steps[1].n_records);
	ASSERT_EQ(0, wt_attestation_encode(&back, &again, &err));
	EXPECT_TRUE(wt_span_equal(wt_buf_span(&b), wt_buf_span(&again)));
	wt_attestation_clear(&back);
	wt_buf_free(&b);
	wt_buf_free(&again);
}

/* --- refused ---------------------------------------------------------------------------------------- */

#define D8 "48" "1111111111111111"
#define D20 "54" "1111111111111111111111111111111111111111"
#define D64 "5840" "1111111111111111111111111111111111111111111111111111111111111111" \
	"1111111111111111111111111111111111111111111111111111111111111111"

static const struct wrong wrong_registration[] = {
	{ AT(15), "80", "TPM: an array where a map belongs" },
	{ AT(15, 1), NULL, "TPM's endorsement key (label 1) is missing" },
	{ AT(15, 1), D16, "TPM's endorsement key: 16 bytes (must be 32)" },
	{ AT(15, 2), NULL, "TPM's attestation key (label 2) is missing" },
	{ AT(15, 2), "40", "TPM's attestation key: 0 bytes (1 to 1024)" },
	{ AT(15, 3), "80", "boot state: no PCR" },
	{ AT(15, 3), "07", "boot state: an unsigned integer where an array belongs" },
	{ AT(15, 3), "81" "8218" "18" D32, "boot state: 24 (must be 0 to 23)" },
	{ AT(15, 3), "81" "8107", "boot state: not a pair of a PCR and its value" },
	{ AT(15, 3), "81" "8207" D16, "boot state: 16 bytes (must be 32)" },
	{ AT(15, 3), "82" "8207" D32 "8207" D32, "boot state: PCR 7 is not behind PCR 7" },
	{ AT(15, 3), "82" "8207" D32 "8204" D32, "boot state: PCR 4 is not behind PCR 7" },
	{ AT(15, 4), "00", "label 4 is not known" },
	{ AT(16), "80", "reference: none; absence is what says that" },
	{ AT(16), "81" "8301" "6161", "reference: the input ends where something should begin" },
	{ AT(16), "81" "8201" "6161", "reference: not a kind, a name and a digest" },
	{ AT(16), "81" "8300" "6161" D32, "reference: 0 (must be 1 to 3)" },
	{ AT(16), "81" "8304" "6161" D32, "reference: 4 (must be 1 to 3)" },
	{ AT(16), "81" "8301" "60" D32, "reference: empty" },
	{ AT(16), "81" "8301" TEXT64 D32, "reference: 64 bytes" },
	{ AT(16), "81" "8301" "6161" D20, "reference: 20 bytes (must be 32)" },
	{ AT(16), "81" "8302" "6161" D32, "reference: 32 bytes (must be 8)" },
	{ AT(16), "81" "8303" "6161" D8, "reference: 8 bytes (must be 20)" },
	{ AT(16), "82" "8302" "6161" D8 "8302" "6161" D8, "reference: a is there twice" },
};

static const struct wrong wrong_attestation[] = {
	{ AT(E, 7), "81" "da000124fa81" D32, "steps: not a pair of a MAC and a step" },
	{ AT(E, 7), "81" "da000124fa82" D16 "81" "da000124f9" D32, "steps: a MAC of 16 bytes (must be 32)" },
	{ AT(E, 7), "81" "da000124fa82" D32 "80", "steps: a step without records" },
	{ AT(E, 7), "81" "da000124fb82" D32 "81" "da000124f9" D32, "steps: tag 75003 on a step" },
	{ AT(E, 7), "81" "da000124fada000124fa82" D32 "81" "da000124f9" D32, "a tag where an array" },
	{ AT(E, 12), "82" D32 D64, "quote: not a quote, its signature and PCRs" },
	{ AT(E, 12), "83" "40" D64 "80", "quote: 0 bytes (1 to 512)" },
	{ AT(E, 12), "83" D32 D32 "80", "quote: 32 bytes (must be 64)" },
	{ AT(E, 12), "83" D32 D64 "a0", "quote: a map where an array belongs" },
	{ AT(E, 12), "83" D32 D64 "82" "8207" D32 "8207" D32, "quote: PCR 7 is not behind PCR 7" },
	{ AT(E, 12), "83" D32 D64 "81" "8218" "18" D32, "quote: 24 (must be 0 to 23)" },
	{ AT(E, 13), "8100", "IMA list: not the number of an entry and entries" },
	{ AT(E, 13), "8200" D32, "IMA list: 0" },
	{ AT(E, 13), "8201" "40", "IMA list: 0 bytes (1 to 65536)" },
	{ AT(E, 14), "20", "where the key is: a negative integer" },
};

TEST(registration_refused)
{
	struct wt_registration reg = tpm_registration();
	struct wt_buf b = { 0 };

	ASSERT_EQ(0, wt_registration_encode(&reg, &b, NULL));
	refuse_all(_metadata, wt_buf_span(&b), try_registration, wrong_registration,
		   sizeof(wrong_registration) / sizeof(wrong_registration[0]));
	reg.references[1].kind = 9;
	EXPECT_EQ(-EBADMSG, wt_registration_encode(&reg, &b, NULL));
	reg.references[1].kind = WT_REFERENCE_PROBE;
	wt_buf_free(&b);
}

TEST(attestation_refused)
{
	struct tpm_attestation t;
	struct wt_buf b = { 0 };

	ASSERT_EQ(0, wt_attestation_encode(tpm_attestation(&t), &b, NULL));
	refuse_all(_metadata, wt_buf_span(&b), try_attestation, wrong_attestation,
		   sizeof(wrong_attestation) / sizeof(wrong_attestation[0]));
	wt_buf_free(&b);
}

/* --- the binding ------------------------------------------------------------------------------------ */

/* The quote is outside it; everything else, and the nonce, is in. */
TEST(binding)
{
	uint8_t first[WT_SHA256_LEN], other[WT_SHA256_LEN], digest[WT_SHA256_LEN];
	struct tpm_attestation t;
	struct wt_attestation *att = tpm_attestation(&t);
	struct wt_buf b = { 0 }, whole = { 0 };
	struct wt_att_quote quote = att->quote;

	ASSERT_EQ(0, wt_attestation_binding(att, first, NULL));
	sample_fill(t.attest, sizeof(t.attest), 0x77);
	att->quote.n_pcrs = 1;
	ASSERT_EQ(0, wt_attestation_binding(att, other, NULL));
	EXPECT_EQ(0, memcmp(first, other, sizeof(first)));
	att->quote = (struct wt_att_quote){ 0 };
	ASSERT_EQ(0, wt_attestation_binding(att, other, NULL));
	EXPECT_EQ(0, memcmp(first, other, sizeof(first)));

	/* as docs/evidence.cddl has it, without a nonce and with one */
	ASSERT_EQ(0, wt_attestation_encode(att, &b, NULL));
	wt_sha256(wt_buf_span(&b), digest);
	wt_buf_append(&whole, "wattest-quote-1", 15);
	wt_buf_append(&whole, digest, sizeof(digest));
	wt_sha256(wt_buf_span(&whole), other);
	EXPECT_EQ(0, memcmp(first, other, sizeof(first)));
	att->nonce = wt_span("01234567", 8);
	wt_buf_reset(&b);
	wt_buf_reset(&whole);
	ASSERT_EQ(0, wt_attestation_encode(att, &b, NULL));
	wt_sha256(wt_buf_span(&b), digest);
	wt_buf_append(&whole, "wattest-quote-1" "01234567", 23);
	wt_buf_append(&whole, digest, sizeof(digest));
	wt_sha256(wt_buf_span(&whole), first);
	ASSERT_EQ(0, wt_attestation_binding(att, other, NULL));
	EXPECT_EQ(0, memcmp(first, other, sizeof(first)));
	att->nonce = wt_span(NULL, 0);

	ASSERT_EQ(0, wt_attestation_binding(att, first, NULL));
	att->quote = quote;
	att->iat++;
	ASSERT_EQ(0, wt_attestation_binding(att, other, NULL));
	EXPECT_NE(0, memcmp(first, other, sizeof(first)));
	att->iat--;
	t.mac[0] ^= 1;
	ASSERT_EQ(0, wt_attestation_binding(att, other, NULL));
	EXPECT_NE(0, memcmp(first, other, sizeof(first)));
	t.mac[0] ^= 1;
	t.ima[0] ^= 1;
	ASSERT_EQ(0, wt_attestation_binding(att, other, NULL));
	EXPECT_NE(0, memcmp(first, other, sizeof(first)));
	att->nonce = wt_span(t.ima, WATTEST_NONCE_MAX + 1);
	EXPECT_EQ(-EINVAL, wt_attestation_binding(att, other, NULL));
	wt_buf_free(&b);
	wt_buf_free(&whole);
}

TEST_HARNESS_MAIN
