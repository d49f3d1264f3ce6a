// SPDX-License-Identifier: Apache-2.0
/* What a rig with a TPM signed once is read and judged as it was then, and written as it was, byte for byte. */
#include "kselftest_harness.h"

#include "lib/appraisal.h"
#include "lib/cose.h"
#include "lib/tpm/tpm.h"
#include "tests/unit/from_hex.h"
#include "tests/unit/golden/tpm.h"
#include "tests/unit/scratch.h"

#define END INT64_C(1767225720) /* of its second minute: 2026-01-01T00:02:00Z */
#define QUOTED (1u << 0 | 1u << 2 | 1u << 4 | 1u << 7 | 1u << 13)

FIXTURE(golden)
{
	struct wt_span registration, atts[2];
	struct wt_appraisal *a;
	struct wt_trust *trust;
	struct scratch anchors;
	struct wt_verdict v;
	struct wt_err err;
};

FIXTURE_SETUP(golden)
{
	const struct wt_appraisal_options options = { .now = END };
	struct wt_span der = from_hex(GOLDEN_TPM_CA);
	struct wt_cert *ca;

	memset(self, 0, sizeof(*self));
	self->registration = from_hex(GOLDEN_TPM_REGISTRATION);
	self->atts[0] = from_hex(GOLDEN_TPM_FIRST);
	self->atts[1] = from_hex(GOLDEN_TPM_SECOND);
	scratch_make(&self->anchors);
	if (wt_cert_parse(der, &ca, NULL) < 0 ||
	    wt_cert_save(ca, scratch_path(&self->anchors, "ca.pem"), NULL) < 0 ||
	    wt_trust_load(self->anchors.dir, &self->trust, NULL) < 0 ||
	    wt_appraisal_new(self->trust, &options, &self->a, NULL) < 0)
		abort();
	wt_cert_free(ca);
	free((void *)der.p);
}

FIXTURE_TEARDOWN(golden)
{
	wt_verdict_clear(&self->v);
	wt_appraisal_free(self->a);
	wt_trust_free(self->trust);
	scratch_remove(&self->anchors);
	free((void *)self->registration.p);
	free((void *)self->atts[0].p);
	free((void *)self->atts[1].p);
}

TEST_F(golden, judged_as_then)
{
	static const enum wt_check fine[] = { WT_CHECK_SIGNATURE, WT_CHECK_SIGNER,
					      WT_CHECK_REGISTRATION, WT_CHECK_SEQUENCE,
					      WT_CHECK_CHAIN, WT_CHECK_COUNTERS, WT_CHECK_TIME,
					      WT_CHECK_WITNESS, WT_CHECK_BOOT };

	ASSERT_EQ(1, wt_appraisal_registration(self->a, self->registration, "reg", &self->err))
	TH_LOG("%s", self->err.msg);
	for (size_t i = 0; i < 2; i++) {
		EXPECT_EQ(1, wt_appraisal_feed(self->a, self->atts[i], "att", &self->err))
		TH_LOG("%s", self->err.msg);
	}
	ASSERT_EQ(0, wt_appraisal_finish(self->a, &self->v, &self->err));
	for (size_t i = 0; i < sizeof(fine) / sizeof(*fine); i++) {
		EXPECT_STREQ("ok", self->v.checks[fine[i]].code)
		TH_LOG("%s: %s", wt_check_name(fine[i]), self->v.checks[fine[i]].reason);
	}
	EXPECT_EQ(1, self->v.assurance);
	EXPECT_EQ(UINT64_C(12000000000), self->v.measured_uj); /* 100 W for two minutes */
}

TEST_F(golden, written_as_then)
{
	struct wt_registration reg;
	struct wt_attestation att;
	struct wt_buf again = { 0 };
	struct wt_cose cose;

	ASSERT_EQ(0, wt_cose_decode(self->registration, &cose, &self->err));
	ASSERT_EQ(0, wt_registration_decode(cose.payload, &reg, &self->err));
	EXPECT_EQ(4, reg.tpm.n_boot);
	ASSERT_EQ(0, wt_registration_encode(&reg, &again, &self->err));
	EXPECT_TRUE(wt_span_equal(cose.payload, wt_buf_span(&again)));
	wt_registration_clear(&reg);
	for (size_t i = 0; i < 2; i++) {
		ASSERT_EQ(0, wt_cose_decode(self->atts[i], &cose, &self->err));
		ASSERT_EQ(0, wt_attestation_decode(cose.payload, &att, &self->err));
		EXPECT_EQ(WT_KEY_IN_TPM, att.key_place);
		wt_buf_reset(&again);
		ASSERT_EQ(0, wt_attestation_encode(&att, &again, &self->err));
		EXPECT_TRUE(wt_span_equal(cose.payload, wt_buf_span(&again)));
		wt_attestation_clear(&att);
	}
	wt_buf_free(&again);
}

TEST_F(golden, bound_as_then)
{
	uint8_t binding[WT_SHA256_LEN];
	struct wt_tpm_attest quote;
	struct wt_attestation att;
	struct wt_cose cose;

	for (size_t i = 0; i < 2; i++) {
		ASSERT_EQ(0, wt_cose_decode(self->atts[i], &cose, &self->err));
		ASSERT_EQ(0, wt_attestation_decode(cose.payload, &att, &self->err));
		ASSERT_EQ(0, wt_tpm_attest_read(att.quote.attest, &quote, &self->err));
		ASSERT_EQ(0, wt_attestation_binding(&att, binding, &self->err));
		EXPECT_TRUE(wt_span_equal(wt_span(binding, sizeof(binding)), quote.extra_data));
		EXPECT_EQ(QUOTED, quote.pcrs);
		EXPECT_EQ(41, quote.reset_count);
		EXPECT_EQ(i == 0 ? 4 : 0, att.quote.n_pcrs); /* values only once in a log */
		EXPECT_EQ(WT_SHA256_LEN, att.steps[0].mac.n);
		wt_attestation_clear(&att);
	}
}

TEST_HARNESS_MAIN
