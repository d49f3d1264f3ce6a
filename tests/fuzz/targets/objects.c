// SPDX-License-Identifier: Apache-2.0
/*
 * The payloads of all objects. What a decoder takes, its encoder writes back to the same bytes (there is one encoding of
 * everything); what it refuses, it has not touched.
 */
#include "tests/fuzz/targets/targets.h"

#include <string.h>

#include "lib/allocation.h"
#include "lib/enrolment.h"
#include "lib/object.h"
#include "lib/result.h"
#include "lib/site_result.h"
#include "tests/unit/golden/objects.h"
#include "tests/unit/golden/site.h"
#include "tests/unit/sample.h"

#define NOTHING(x) ((void)(x))

#define OBJECT(name, clear, more)                                            \
	static void name##_run(struct wt_span in)                            \
	{                                                                    \
		struct wt_err err = { "" };                                  \
		struct wt_buf again = { 0 };                                 \
		struct wt_##name object;                                     \
		int r;                                                       \
                                                                             \
		fuzz_untouched_fill(&object, sizeof(object));                \
		r = wt_##name##_decode(in, &object, &err);                   \
		if (r < 0) {                                                 \
			fuzz_check_refusal(r, &err);                         \
			FUZZ_CHECK(fuzz_untouched(&object, sizeof(object))); \
			return;                                              \
		}                                                            \
		FUZZ_CHECK(wt_##name##_encode(&object, &again, &err) == 0);  \
		FUZZ_CHECK(wt_span_equal(in, wt_buf_span(&again)));          \
		more(&object);                                               \
		wt_buf_free(&again);                                         \
		clear(&object);                                              \
	}                                                                    \
	const struct fuzz_target fuzz_##name = { #name, NULL, name##_run, name##_seed }

#define SEED(name, ...)                                            \
	do {                                                       \
		struct wt_##name object_ = __VA_ARGS__;            \
		struct wt_buf b_ = { 0 };                          \
		struct wt_err err_ = { "" };                       \
		int r_ = wt_##name##_encode(&object_, &b_, &err_); \
                                                                   \
		fuzz_need(r_, err_.msg);                           \
		fuzz_seed(wt_buf_span(&b_));                       \
		wt_buf_free(&b_);                                  \
	} while (0)

static void registration_seed(void)
{
	struct wt_registration reg = sample_full_registration();
	static struct wt_reference references[] = {
		{ WT_REFERENCE_FILE, "wattest.ko", { 1, 2, 3 } },
		{ WT_REFERENCE_PROBE, "wattest_usb", { 4, 5 } },
		{ WT_REFERENCE_MODULE, "0.1.0", { 6 } },
	};

	fuzz_seed_hex(GOLDEN_REGISTRATION);
	SEED(registration, reg);
	reg.references = references;
	reg.n_references = 3;
	reg.tpm.ak = wt_span("\x30\x59\x30\x13", 4);
	memset(reg.tpm.ek, 7, sizeof(reg.tpm.ek));
	reg.tpm.n_boot = 2;
	reg.tpm.boot[0].index = 0;
	reg.tpm.boot[1].index = 7;
	SEED(registration, reg);
}
OBJECT(registration, wt_registration_clear, NOTHING);

static void grant_seed(void)
{
	fuzz_seed_hex(GOLDEN_GRANT);
}
OBJECT(grant, NOTHING, NOTHING);

static void allotment_seed(void)
{
	SEED(allotment, sample_allotment());
}
OBJECT(allotment, NOTHING, NOTHING);

static void notice_seed(void)
{
	SEED(notice, sample_notice(WT_NOTICE_CURTAIL));
	SEED(notice, sample_notice(WT_NOTICE_OFF));
	SEED(notice, sample_notice(WT_NOTICE_REVOKE_GRANT));
}

static void concern(const struct wt_notice *notice)
{
	struct wt_registration reg = sample_registration();

	(void)wt_notice_concerns(notice, &reg);
}
OBJECT(notice, NOTHING, concern);

static void attestation_seed(void)
{
	struct sample_attestation sample;
	struct wt_attestation *att = sample_attestation(&sample);

	SEED(attestation, *att);
	att->key_place = WT_KEY_IN_TPM;
	att->quote.attest = wt_span("\xff\x54\x43\x47\x80\x18", 6);
	att->quote.signature =
		wt_span("0123456789012345678901234567890123456789012345678901234567890123", 64);
	att->quote.n_pcrs = 1;
	att->quote.pcrs[0].index = 10;
	att->ima_first = 1;
	att->ima = wt_span("\x0a\x00\x00\x00", 4);
	SEED(attestation, *att);
}

static void peek(const struct wt_attestation *att)
{
	uint8_t binding[WT_SHA256_LEN];

	FUZZ_CHECK(wt_attestation_binding(att, binding, NULL) == 0);
}
OBJECT(attestation, wt_attestation_clear, peek);

static void result_seed(void)
{
	SEED(result, sample_result());
}
OBJECT(result, NOTHING, NOTHING);

static void site_result_seed(void)
{
	static struct wt_site_result_rig rig = { .rig = "KZ-PVL-0142",
						 .tier = WT_AFFIRMING,
						 .allocation = WT_WITHIN,
						 .result = { 1, 2, 3 } };
	struct wt_site_result result = { .iat = SAMPLE_FROM,
					 .verifier = "wattest-inspect 0.1.0",
					 .tier = WT_AFFIRMING,
					 .from_ns = 1,
					 .to_ns = 2,
					 .chargeable = { 1, 2, 3 },
					 .checks = { { "objects", WT_AFFIRMING, "ok",
						       "3 objects" } },
					 .n_checks = 1,
					 .rigs = &rig,
					 .n_rigs = 1 };

	sample_ueid(rig.ueid);
	SEED(site_result, result);
}
OBJECT(site_result, wt_site_result_clear, NOTHING);

/* --- enrolment: files, not signed as a whole ------------------------------------------------------- */

static void enrolment_request_seed(void)
{
	struct wt_enrolment_request request = {
		.made_at = SAMPLE_FROM,
		.csr = wt_span("\x30\x03\x02\x01\x05", 5),
		.ek = wt_span("\x00\x01\x00\x0b", 4),
		.ak = wt_span("\x00\x23\x00\x0b", 4),
		.key = wt_span("\x00\x23\x00\x0b", 4),
		.certs = { wt_span("\x30\x03\x02\x01\x05", 5), wt_span("\x30\x00", 2) },
		.n_certs = 2,
		.certify = wt_span("\xff\x54\x43\x47\x80\x17", 6),
		.certify_signature = wt_span(
			"0123456789012345678901234567890123456789012345678901234567890123", 64),
		.inventory = wt_span("{}", 2),
	};

	sample_ueid(request.ueid);
	request.quote.attest = wt_span("\xff\x54\x43\x47\x80\x18", 6);
	request.quote.signature = request.certify_signature;
	request.quote.n_pcrs = 1;
	SEED(enrolment_request, request);
}

static void bind(const struct wt_enrolment_request *request)
{
	uint8_t binding[WT_SHA256_LEN];

	FUZZ_CHECK(wt_enrolment_binding(request, binding, NULL) == 0);
}
OBJECT(enrolment_request, NOTHING, bind);

static void enrolment_challenge_seed(void)
{
	struct wt_enrolment_challenge challenge = { .not_after = SAMPLE_FROM,
						    .blob = wt_span("\x00\x02xy", 4),
						    .secret = wt_span("\x00\x02xy", 4) };

	sample_ueid(challenge.ueid);
	SEED(enrolment_challenge, challenge);
}
OBJECT(enrolment_challenge, NOTHING, NOTHING);

static void enrolment_answer_seed(void)
{
	struct wt_enrolment_answer answer = {
		.secret = { 1, 2, 3 },
		.quote = { .attest = wt_span("\xff\x54\x43\x47\x80\x18", 6),
			   .signature = wt_span(
				   "0123456789012345678901234567890123456789012345678901234567890123",
				   64),
			   .n_pcrs = 1 },
	};

	sample_ueid(answer.ueid);
	SEED(enrolment_answer, answer);
}

static void bind_answer(const struct wt_enrolment_answer *answer)
{
	uint8_t binding[WT_SHA256_LEN];

	FUZZ_CHECK(wt_enrolment_answer_binding(answer, binding, NULL) == 0);
}
OBJECT(enrolment_answer, NOTHING, bind_answer);
