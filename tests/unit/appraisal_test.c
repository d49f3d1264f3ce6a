// SPDX-License-Identifier: Apache-2.0
/* Honest rigs stay affirming whatever happens to them. */
#include "tests/unit/lib/rig.h"

#include <endian.h>

#include <stdio.h>
#include <string.h>

#include "kselftest_harness.h"
#include "tests/unit/edit.h"
#include "wattest/record.h"

#define NO_NONCE wt_span(NULL, 0)

FIXTURE(honest)
{
	struct rig rig;
};

FIXTURE_SETUP(honest)
{
	rig_init(&self->rig);
	rig_grant(&self->rig, 1000, -3600, 86400);
	rig_boot(&self->rig);
}

FIXTURE_TEARDOWN(honest)
{
	rig_free(&self->rig);
}

#define EXPECT_AFFIRMING(rig, how)                            \
	do {                                                  \
		struct wt_verdict v_ = rig_judge(rig, how);   \
		EXPECT_EQ(WT_AFFIRMING, v_.tier)              \
		{                                             \
			wt_verdict_print(&v_, stderr, false); \
		}                                             \
		wt_verdict_clear(&v_);                        \
	} while (0)

TEST_F(honest, figures)
{
	struct wt_verdict v;

	rig_minutes(&self->rig, 30);
	v = rig_judge(&self->rig, NULL);
	EXPECT_EQ(WT_AFFIRMING, v.tier);
	EXPECT_EQ(WT_WITHIN, v.allocation);
	EXPECT_EQ(0, v.assurance);
	EXPECT_STREQ("TPM identity", v.assurance_missing);
	EXPECT_STREQ("KZ-PVL-0142", v.rig);
	EXPECT_EQ(30, v.attestations);
	EXPECT_EQ(1, v.first_seq);
	EXPECT_EQ(30, v.last_seq);
	EXPECT_EQ(30, v.windows);
	EXPECT_EQ(34, v.records); /* LOAD, a source, two devices */
	EXPECT_EQ(RIG_T0 * RIG_S, v.from_ns);
	EXPECT_EQ((RIG_T0 + 1800) * RIG_S, v.to_ns);
	/* 100 W for half an hour, at 1 % */
	EXPECT_EQ(UINT64_C(180000000000), v.measured_uj);
	EXPECT_EQ(0, v.substituted_uj);
	EXPECT_EQ(UINT64_C(178200000000), v.chargeable.low);
	EXPECT_EQ(UINT64_C(180000000000), v.chargeable.best);
	EXPECT_EQ(UINT64_C(181800000000), v.chargeable.high);
	EXPECT_EQ(UINT64_C(3600000000000), v.bought_uj);
	EXPECT_EQ(UINT64_C(3420000000000), v.left_uj);
	ASSERT_EQ(1, v.n_sources);
	EXPECT_STREQ("dps800/0-0058 power1_input (pin)", v.sources[0].name);
	EXPECT_EQ(WT_ROLE_INPUT, v.sources[0].role);
	EXPECT_EQ(100000000, v.sources[0].last_uw);
	EXPECT_EQ(100000000, v.sources[0].mean_uw);
	EXPECT_TRUE(v.sources[0].present);
	ASSERT_EQ(2, v.n_devices);
	EXPECT_STREQ("USB 10c4:ea60 serial GS-1", v.devices[0].name);
	EXPECT_TRUE(v.devices[0].registered && v.devices[0].present && v.devices[0].worked);
	EXPECT_EQ(64 * 1800, v.devices[0].bytes_out);
	EXPECT_EQ(2, v.devices_registered);
	EXPECT_EQ(2, v.devices_present);
	EXPECT_EQ(0, v.devices_unknown);
	wt_verdict_clear(&v);
}

TEST_F(honest, same_input_same_verdict)
{
	char *text[2] = { NULL, NULL };
	size_t n[2], i;
	struct wt_verdict v;
	FILE *out;

	rig_minutes(&self->rig, 3);
	for (i = 0; i < 2; i++) {
		v = rig_judge(&self->rig, NULL);
		out = open_memstream(&text[i], &n[i]);
		wt_verdict_print(&v, out, false);
		fclose(out);
		wt_verdict_clear(&v);
	}
	EXPECT_EQ(n[0], n[1]);
	EXPECT_STREQ(text[0], text[1]);
	free(text[0]);
	free(text[1]);
}

TEST_F(honest, power_cut)
{
	struct wt_verdict v;

	rig_minutes(&self->rig, 3);
	rig_pass(&self->rig, 20 * RIG_S); /* of a window that nobody will see */
	rig_off(&self->rig, 600); /* 583 Wh at the nameplate: it fits what was bought */
	rig_boot(&self->rig);
	rig_minutes(&self->rig, 3);
	v = rig_judge(&self->rig, NULL);
	EXPECT_EQ(WT_AFFIRMING, v.tier);
	EXPECT_NE(NULL, strstr(v.checks[WT_CHECK_TIME].reason, "between logs unattested"))
	{
		TH_LOG("%s", v.checks[WT_CHECK_TIME].reason);
	}
	wt_verdict_clear(&v);
}

TEST_F(honest, orderly_unload)
{
	rig_minutes(&self->rig, 3);
	rig_device_del(&self->rig, 0);
	rig_device_del(&self->rig, 1);
	rig_source_del(&self->rig, 0);
	rig_window(&self->rig, 10, NO_NONCE);
	rig_unload(&self->rig);
	rig_attest(&self->rig, NO_NONCE);
	rig_boot(&self->rig);
	rig_minutes(&self->rig, 2);
	EXPECT_AFFIRMING(&self->rig, NULL);
}

TEST_F(honest, ends_with_unload)
{
	struct wt_verdict v;

	rig_minutes(&self->rig, 3);
	rig_source_del(&self->rig, 0);
	rig_window(&self->rig, 10, NO_NONCE);
	rig_unload(&self->rig);
	rig_attest(&self->rig, NO_NONCE);
	v = rig_judge(&self->rig, NULL);
	EXPECT_EQ(WT_AFFIRMING, v.checks[WT_CHECK_SOURCES].tier);
	wt_verdict_clear(&v);
}

TEST_F(honest, network_was_down)
{
	size_t i;

	for (i = 0; i < 100; i++)
		rig_window(&self->rig, 60, NO_NONCE);
	rig_attest(&self->rig, NO_NONCE);
	rig_minute(&self->rig);
	EXPECT_AFFIRMING(&self->rig, NULL);
}

TEST_F(honest, bodies_pruned)
{
	struct wt_verdict v;
	size_t i;

	rig_probe(&self->rig, "__usb_hcd_giveback_urb");
	for (i = 0; i < 50; i++) {
		rig_window(&self->rig, 60, NO_NONCE);
		self->rig.pruned[self->rig.n_records - 1] = i >= 5 && i < 45;
	}
	rig_lost(&self->rig, WATTEST_RECORD_WINDOW, WATTEST_LOST_PRUNED,
		 45); /* five of them the agent had read */
	rig_window(&self->rig, 60, NO_NONCE);
	rig_attest(&self->rig, NO_NONCE);
	v = rig_judge(&self->rig, NULL);
	EXPECT_EQ(WT_AFFIRMING, v.tier);
	EXPECT_EQ(40, v.pruned);
	EXPECT_EQ(UINT64_C(51) * 6000000000, v.chargeable.best); /* no energy is missing */
	wt_verdict_clear(&v);
}

TEST_F(honest, replugged)
{
	size_t i;

	rig_minute(&self->rig);
	rig_device_del(&self->rig, 0);
	i = rig_device(&self->rig, 0x10c4, 0xea60, "GS-1", "1-3", 0);
	self->rig.devices[i].rate = 64;
	rig_minutes(&self->rig, 2);
	EXPECT_AFFIRMING(&self->rig, NULL);
}

TEST_F(honest, source_came_back)
{
	struct wt_verdict v;

	rig_minute(&self->rig);
	rig_source_del(&self->rig, 0);
	rig_minute(&self->rig);
	rig_source(&self->rig, "dps800", "power1_input", 100000);
	rig_minutes(&self->rig, 2);
	v = rig_judge(&self->rig, NULL);
	EXPECT_EQ(WT_AFFIRMING, v.tier);
	EXPECT_EQ(UINT64_C(3500) * 60 * 1000000,
		  v.substituted_uj); /* a minute without it, at nameplate */
	EXPECT_EQ(UINT64_C(3) * 6000000000, v.measured_uj);
	wt_verdict_clear(&v);
}

TEST_F(honest, sensor_was_dead_for_a_minute)
{
	struct wt_verdict v;

	rig_minute(&self->rig);
	self->rig.sources[0].dead = true;
	rig_minute(&self->rig);
	self->rig.sources[0].dead = false;
	rig_minutes(&self->rig, 12);
	v = rig_judge(&self->rig, NULL);
	EXPECT_EQ(WT_AFFIRMING, v.tier);
	EXPECT_EQ(UINT64_C(3500) * 60 * 1000000, v.substituted_uj);
	EXPECT_EQ(0, v.left_uj % 1000);
	wt_verdict_clear(&v);
}

/* A kernel that reports darkness only when the light comes back is charged once, not twice. */
static void report_late(struct rig *rig, size_t i, struct wattest_window_source *s)
{
	(void)i;
	if (rig->n_atts == 1 || rig->n_atts == 2)
		s->unmeasured_ns = 0;
}

TEST_F(honest, darkness_reported_late)
{
	struct wt_verdict v;

	rig_minute(&self->rig);
	self->rig.edit_source = report_late;
	self->rig.sources[0].dead = true;
	rig_minutes(&self->rig, 2);
	v = rig_judge(&self->rig, NULL);
	EXPECT_EQ(UINT64_C(3500) * 120 * 1000000, v.substituted_uj);
	wt_verdict_clear(&v);
	self->rig.sources[0].dead = false;
	rig_minutes(&self->rig, 2);
	v = rig_judge(&self->rig, NULL);
	EXPECT_EQ(UINT64_C(3500) * 120 * 1000000, v.substituted_uj);
	wt_verdict_clear(&v);
}

TEST_F(honest, worst_of_two_inputs)
{
	struct wt_verdict v;
	size_t other = rig_source(&self->rig, "psu2", "power1_input", 40000);

	self->rig.reg_sources[1] = (struct wt_reg_source){ .chip = "psu2",
							   .attribute = "power1_input",
							   .role = WT_ROLE_INPUT,
							   .class_ppm = 10000 };
	self->rig.reg.n_sources = 2;
	rig_register(&self->rig);
	rig_minute(&self->rig);
	self->rig.sources[other].dead = true;
	rig_minute(&self->rig);
	self->rig.sources[other].dead = false;
	rig_minute(&self->rig);
	v = rig_judge(&self->rig, NULL);
	EXPECT_EQ(UINT64_C(3) * 6000000000 + UINT64_C(2) * 2400000000, v.measured_uj);
	EXPECT_EQ(UINT64_C(3500) * 60 * 1000000, v.substituted_uj);
	wt_verdict_clear(&v);
}

TEST_F(honest, suspended)
{
	struct wattest_time time = { .kind = htole32(WATTEST_TIME_RESUME),
				     .delta_ns = htole64(30 * RIG_S) };
	struct rig *rig = &self->rig;

	rig_minute(rig);
	rig_pass(rig, 20 * RIG_S);
	rig->sources[0].dead = true; /* asleep: nothing is sampled */
	rig_pass(rig, 30 * RIG_S);
	rig->sources[0].dead = false;
	rig->sources[0].at.missed = 0;
	rig_record(rig, WATTEST_RECORD_TIME, &time, sizeof(time));
	rig_minute(rig);
	EXPECT_AFFIRMING(rig, NULL);
}

TEST_F(honest, unregistered_source)
{
	/* One that nobody registered is mentioned and changes nothing. */
	rig_source(&self->rig, "coretemp", "power1_average", 9000);
	rig_minutes(&self->rig, 3);
	EXPECT_AFFIRMING(&self->rig, NULL);
}

TEST_F(honest, finish_is_no_end)
{
	struct wt_appraisal *a;
	struct wt_verdict v, again;
	struct wt_err err;

	rig_minutes(&self->rig, 2);
	a = rig_appraisal(&self->rig, &(struct rig_judging){ 0 });
	ASSERT_EQ(1, wt_appraisal_feed(a, wt_buf_span(&self->rig.atts[0]), "1", &err));
	ASSERT_EQ(0, wt_appraisal_finish(a, &v, &err));
	EXPECT_EQ(WT_AFFIRMING, v.tier);
	ASSERT_EQ(0, wt_appraisal_finish(a, &again, &err));
	EXPECT_EQ(0, memcmp(v.checks, again.checks, sizeof(v.checks)));
	wt_verdict_clear(&again);
	wt_verdict_clear(&v);
	ASSERT_EQ(1, wt_appraisal_feed(a, wt_buf_span(&self->rig.atts[1]), "2", &err));
	ASSERT_EQ(0, wt_appraisal_finish(a, &v, &err));
	EXPECT_EQ(WT_AFFIRMING, v.tier);
	EXPECT_EQ(2, v.attestations);
	wt_verdict_clear(&v);
	wt_appraisal_free(a);
}

TEST_F(honest, no_evidence_no_verdict)
{
	struct wt_appraisal *a = rig_appraisal(&self->rig, &(struct rig_judging){ .now = RIG_T0 });
	struct wt_buf state = { 0 };
	struct wt_verdict v;
	struct wt_err err;

	ASSERT_EQ(0, wt_appraisal_finish(a, &v, &err));
	EXPECT_EQ(WT_NONE, v.tier);
	EXPECT_EQ(3, wt_verdict_exit(&v));
	EXPECT_GT(0, wt_appraisal_state_save(a, &state, &err));
	EXPECT_EQ(0, state.n);
	wt_verdict_clear(&v);
	wt_appraisal_free(a);
	wt_buf_free(&state);
}

TEST_F(honest, peek)
{
	uint8_t ueid[WT_UEID_LEN];
	struct wt_err err;
	uint64_t seq = 0;

	rig_minutes(&self->rig, 2);
	EXPECT_EQ(0, wt_attestation_peek(wt_buf_span(&self->rig.atts[1]), ueid, &seq, NULL));
	EXPECT_EQ(2, seq);
	EXPECT_EQ(0, memcmp(ueid, self->rig.reg.ueid, sizeof(ueid)));
	EXPECT_EQ(-EBADMSG,
		  wt_attestation_peek(wt_buf_span(&self->rig.grants[0]), ueid, &seq, &err));
	EXPECT_STREQ("it is of type grant, not an attestation", err.msg);
}

/* Nothing of it says whose it is, or which one. */
TEST_F(honest, peek_at_none)
{
	static const struct {
		struct edit_path path;
		const char *hex, *words;
	} wrong[] = {
		{ { { 256 }, 1 }, NULL, "no ueid or no evidence" },
		{ { { -75001 }, 1 }, NULL, "no ueid or no evidence" },
		{ { { -75001 }, 1 }, "a0", "evidence without seq" },
		{ { { -75001, 1 }, 2 }, NULL, "evidence without seq" },
	};
	struct wt_buf payload = { 0 };
	uint8_t ueid[WT_UEID_LEN];
	struct wt_cose cose;
	struct wt_err err;
	uint64_t seq;

	rig_minute(&self->rig);
	ASSERT_EQ(0, wt_cose_decode(wt_buf_span(&self->rig.atts[0]), &cose, &err));
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		wt_buf_reset(&payload);
		edit(cose.payload, &wrong[i].path, 0, wrong[i].hex, &payload);
		EXPECT_EQ(-EBADMSG,
			  wt_attestation_peek_payload(wt_buf_span(&payload), ueid, &seq, &err));
		EXPECT_NE(NULL, strstr(err.msg, wrong[i].words)) TH_LOG("%s", err.msg);
	}
	wt_buf_free(&payload);
}

/* As much as there is of it: what says whose it is and which one stands in its beginning. */
TEST_F(honest, peek_into_less)
{
	uint8_t ueid[WT_UEID_LEN] = { 0 }, none[WT_UEID_LEN] = { 0 };
	struct wt_cose cose;
	uint64_t seq = 0;
	size_t n, read = 0;

	rig_minutes(&self->rig, 2);
	ASSERT_EQ(0, wt_cose_decode(wt_buf_span(&self->rig.atts[1]), &cose, NULL));
	for (n = 0; n < cose.payload.n; n++) {
		if (wt_attestation_peek_payload(wt_span(cose.payload.p, n), ueid, &seq, NULL) < 0) {
			EXPECT_EQ(0, read); /* with more of it, it is read again */
			EXPECT_EQ(0, seq);
			EXPECT_EQ(0, memcmp(ueid, none, sizeof(ueid)));
			continue;
		}
		read++;
		EXPECT_EQ(2, seq);
		EXPECT_EQ(0, memcmp(ueid, self->rig.reg.ueid, sizeof(ueid)));
	}
	EXPECT_LT(cose.payload.n / 2, read);
}

TEST_HARNESS_MAIN
