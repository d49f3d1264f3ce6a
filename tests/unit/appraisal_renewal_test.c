// SPDX-License-Identifier: Apache-2.0
/*
 * A registration is renewed while the rig goes on: judged at once, with all registrations at hand, it comes
 * to the same as in parts, each with its own registration and the state of the part before.
 */
#include "tests/unit/lib/renewal.h"

/* The same verdict and the same state, to the byte. */
static void expect_same_in_parts(struct __test_metadata *_metadata, FIXTURE_DATA(renewal) * self)
{
	struct wt_verdict v = at_once(self), part;
	struct wt_buf whole = self->state;
	enum wt_tier worst = WT_NONE;
	size_t i, last;

	self->state = (struct wt_buf){ 0 };
	for (i = 0; i < self->n; i++) {
		last = i + 1 < self->n ? self->first[i + 1] : self->rig.n_atts;
		part = judged(self, i, i + 1, self->first[i], last);
		worst = part.tier > worst ? part.tier : worst;
		if (i + 1 < self->n)
			wt_verdict_clear(&part);
	}
	EXPECT_EQ(part.chargeable.low, v.chargeable.low);
	EXPECT_EQ(part.chargeable.best, v.chargeable.best);
	EXPECT_EQ(part.chargeable.high, v.chargeable.high);
	EXPECT_EQ(part.left_uj, v.left_uj);
	EXPECT_EQ(part.allocation, v.allocation);
	EXPECT_EQ(worst, v.tier);
	for (i = 0; i < WT_CHECKS; i++) {
		EXPECT_LE(part.checks[i].tier, v.checks[i].tier)
		{
			TH_LOG("%s: %s", wt_check_name(i), part.checks[i].reason);
		}
	}
	EXPECT_EQ(part.devices_registered, v.devices_registered);
	EXPECT_EQ(part.devices_present, v.devices_present);
	EXPECT_EQ(part.devices_unknown, v.devices_unknown);
	EXPECT_TRUE(wt_span_equal(wt_buf_span(&whole), wt_buf_span(&self->state)));
	wt_buf_free(&whole);
	wt_verdict_clear(&part);
	wt_verdict_clear(&v);
}

static void add_device(struct rig *rig, const char *serial)
{
	rig->reg_devices[rig->reg.n_devices] = (struct wt_reg_device){
		.bus = 1, .vid = 0x1209, .pid = 0x5741, .model = "new" };
	strcpy(rig->reg_devices[rig->reg.n_devices++].serial, serial);
}

static void plug(struct rig *rig, const char *serial)
{
	size_t i = rig_device(rig, 0x1209, 0x5741, serial, "1-9", 0);

	rig->devices[i].rate = 8;
}

static void add_check(struct rig *rig)
{
	rig->reg_sources[rig->reg.n_sources++] =
		(struct wt_reg_source){ .chip = "psu2",
					.attribute = "power1_input",
					.role = WT_ROLE_CHECK,
					.class_ppm = 10000 };
}

TEST_F(renewal, of_nothing_but_the_time)
{
	rig_boot(&self->rig);
	rig_minutes(&self->rig, 3);
	renew(self);
	rig_minutes(&self->rig, 3);
	expect(_metadata, self, WT_CHECK_REGISTRATION, "ok");
	expect_same_in_parts(_metadata, self);
}

TEST_F(renewal, with_another_device)
{
	struct wt_verdict v;

	rig_boot(&self->rig);
	rig_minutes(&self->rig, 3);
	add_device(&self->rig, "NEW");
	renew(self);
	plug(&self->rig, "NEW");
	rig_minutes(&self->rig, 3);
	expect(_metadata, self, WT_CHECK_DEVICES, "ok");
	v = at_once(self);
	EXPECT_EQ(3, v.devices_registered);
	EXPECT_EQ(3, v.devices_present);
	wt_verdict_clear(&v);
	expect_same_in_parts(_metadata, self);
}

/* What worked before it was registered worked unregistered, and what worked while it was is no fault afterwards. */
TEST_F(renewal, a_device_before_it_was_registered)
{
	rig_boot(&self->rig);
	rig_minutes(&self->rig, 2);
	plug(&self->rig, "NEW");
	rig_minute(&self->rig);
	add_device(&self->rig, "NEW");
	renew(self);
	rig_minutes(&self->rig, 2);
	expect(_metadata, self, WT_CHECK_DEVICES, "device-not-registered");
	expect_same_in_parts(_metadata, self);
}

TEST_F(renewal, without_a_device_that_stands_still)
{
	rig_boot(&self->rig);
	rig_minutes(&self->rig, 2);
	self->rig.devices[1].rate = 0;
	self->rig.reg.n_devices = 1;
	renew(self);
	rig_minutes(&self->rig, 2);
	expect(_metadata, self, WT_CHECK_DEVICES, "device-idle");
	expect_same_in_parts(_metadata, self);
}

TEST_F(renewal, without_a_device_that_works)
{
	rig_boot(&self->rig);
	rig_minutes(&self->rig, 2);
	self->rig.reg.n_devices = 1;
	renew(self);
	rig_minutes(&self->rig, 2);
	expect(_metadata, self, WT_CHECK_DEVICES, "device-not-registered");
	expect_same_in_parts(_metadata, self);
}

TEST_F(renewal, with_more_sources_and_in_another_order)
{
	struct wt_reg_source input = self->rig.reg_sources[0];

	rig_boot(&self->rig);
	rig_source(&self->rig, "psu2", "power1_input", 100000);
	rig_minutes(&self->rig, 12);
	self->rig.reg.n_sources = 0;
	add_check(&self->rig);
	self->rig.reg_sources[self->rig.reg.n_sources++] = input;
	renew(self);
	rig_minutes(&self->rig, 12);
	expect(_metadata, self, WT_CHECK_SOURCES, "ok");
	expect_same_in_parts(_metadata, self);
	/* From here on it lies; and that it was honest counts, from both sides of a renewal. */
	self->rig.sources[1].mw = 130000;
	rig_minutes(&self->rig, 11);
	self->rig.reg.nameplate_w++;
	renew(self);
	rig_minutes(&self->rig, 2);
	expect(_metadata, self, WT_CHECK_SOURCES, "source-contradicted");
	expect_same_in_parts(_metadata, self);
}

/* The gap is charged once, at the nameplate's power. */
TEST_F(renewal, over_a_gap)
{
	struct wt_verdict v;

	rig_boot(&self->rig);
	rig_minutes(&self->rig, 3);
	rig_off(&self->rig, 600);
	add_device(&self->rig, "NEW");
	renew(self);
	rig_boot(&self->rig);
	plug(&self->rig, "NEW");
	rig_minutes(&self->rig, 3);
	v = at_once(self);
	EXPECT_EQ(UINT64_C(600) * 3500 * 1000000, v.substituted_uj);
	wt_verdict_clear(&v);
	expect_same_in_parts(_metadata, self);
}

/* And one that an accumulator settles is not charged at the nameplate for the renewal's sake. */
TEST_F(renewal, over_a_gap_that_a_meter_settles)
{
	struct wt_verdict v;

	self->rig.accumulator = true;
	self->rig.raw_uj = 18000000000;
	rig_boot(&self->rig);
	rig_minutes(&self->rig, 3);
	rig_off(&self->rig, 600);
	self->rig.raw_uj += UINT64_C(600) * 40 * 1000000;
	self->rig.reg_sources[1] = self->rig.reg_sources[0];
	self->rig.reg.n_sources = 0;
	add_check(&self->rig);
	self->rig.reg.n_sources = 2;
	renew(self);
	rig_boot(&self->rig);
	rig_source(&self->rig, "psu2", "power1_input", 100000);
	rig_minutes(&self->rig, 3);
	v = at_once(self);
	EXPECT_EQ(0, v.substituted_uj);
	EXPECT_EQ(UINT64_C(600) * 40 * 1000000 + UINT64_C(360) * 100 * 1000000, v.measured_uj);
	EXPECT_EQ(WT_AFFIRMING, v.tier);
	wt_verdict_clear(&v);
	expect_same_in_parts(_metadata, self);
}

/* A gap that begins under a greater nameplate is charged at that. */
TEST_F(renewal, over_a_gap_with_a_smaller_nameplate)
{
	struct wt_verdict v;

	rig_boot(&self->rig);
	rig_minutes(&self->rig, 3);
	rig_off(&self->rig, 600);
	self->rig.reg.nameplate_w = 300;
	renew(self);
	rig_boot(&self->rig);
	rig_minutes(&self->rig, 3);
	v = at_once(self);
	EXPECT_EQ(UINT64_C(600) * 3500 * 1000000, v.substituted_uj);
	wt_verdict_clear(&v);
	expect_same_in_parts(_metadata, self);
}

TEST_F(renewal, with_another_certificate_of_the_key)
{
	struct wt_cert_spec spec = { .common_name = self->rig.reg.rig,
				     .duties = { WT_DUTY_ATTESTATION },
				     .n_duties = 1,
				     .not_before = RIG_T0 - DAY,
				     .not_after = RIG_T0 + 700 * DAY };
	struct wt_cert *cert;
	struct wt_verdict v;

	rig_boot(&self->rig);
	rig_minutes(&self->rig, 3);
	ASSERT_EQ(0, wt_cert_issue(&spec, self->rig.self.key, self->rig.registry_ca.cert,
				   self->rig.registry_ca.key, &cert, NULL));
	self->before.cert = self->rig.self.cert;
	self->rig.self.cert = cert;
	self->rig.reg.rig_cert = wt_cert_der(cert);
	renew(self);
	rig_minutes(&self->rig, 3);
	expect(_metadata, self, WT_CHECK_SIGNATURE, "ok");
	expect_same_in_parts(_metadata, self);
	/* Without the older registration the older certificate is another one. */
	self->registrations[0].n = 0;
	wt_buf_append(&self->registrations[0], self->registrations[1].p, self->registrations[1].n);
	self->n = 1;
	v = at_once(self);
	EXPECT_STREQ("certificate-other", v.checks[WT_CHECK_SIGNATURE].code);
	wt_verdict_clear(&v);
}

TEST_F(renewal, twice)
{
	rig_boot(&self->rig);
	rig_minutes(&self->rig, 2);
	add_device(&self->rig, "NEW");
	renew(self);
	plug(&self->rig, "NEW");
	rig_minutes(&self->rig, 2);
	rig_off(&self->rig, 100);
	self->rig.reg.nameplate_w = 4000;
	renew(self);
	rig_boot(&self->rig);
	plug(&self->rig, "NEW");
	rig_minutes(&self->rig, 2);
	expect_same_in_parts(_metadata, self);
}

TEST_F(renewal, of_another_rig)
{
	struct rig_judging how = { 0 };
	struct wt_appraisal *a;
	struct wt_err err;
	struct rig other;

	rig_join(&other, &self->rig, 7);
	a = rig_appraisal(&self->rig, &how);
	EXPECT_EQ(-EINVAL,
		  wt_appraisal_registration(a, wt_buf_span(&other.registration), "o.cose", &err));
	EXPECT_STREQ("o.cose: of another rig than KZ-PVL-0142", err.msg);
	/* The same one again is nothing new. */
	EXPECT_EQ(1, wt_appraisal_registration(a, wt_buf_span(&self->rig.registration), "r.cose",
					       &err));
	wt_appraisal_free(a);
	rig_free(&other);
}

TEST_HARNESS_MAIN
