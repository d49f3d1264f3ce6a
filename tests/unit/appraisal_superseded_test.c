// SPDX-License-Identifier: Apache-2.0
/* Which of several registrations an attestation is judged by. */
#include "tests/unit/lib/renewal.h"

static uint8_t old_digest[32];

static void name_the_old(__attribute__((unused)) struct rig *rig, struct wt_attestation *att)
{
	memcpy(att->registration, old_digest, sizeof(old_digest));
}

static void keep_naming(FIXTURE_DATA(renewal) * self)
{
	wt_sha256(wt_buf_span(&self->registrations[0]), old_digest);
	self->rig.edit_attestation = name_the_old;
}

/* A day is the time to install a new one. */
TEST_F(renewal, installed_within_a_day)
{
	rig_boot(&self->rig);
	rig_minutes(&self->rig, 2);
	renew(self);
	keep_naming(self);
	rig_minutes(&self->rig, 2);
	self->rig.edit_attestation = NULL;
	rig_minutes(&self->rig, 2);
	expect(_metadata, self, WT_CHECK_REGISTRATION, "ok");
}

TEST_F(renewal, never_installed)
{
	struct wt_verdict v;

	rig_boot(&self->rig);
	rig_minutes(&self->rig, 2);
	self->rig.reg.nameplate_w = 4000;
	renew(self);
	keep_naming(self);
	rig_window(&self->rig, DAY - 60, NO_NONCE);
	rig_attest(&self->rig, NO_NONCE);
	v = at_once(self);
	EXPECT_STREQ("ok", v.checks[WT_CHECK_REGISTRATION].code);
	wt_verdict_clear(&v);
	rig_minute(&self->rig);
	v = at_once(self);
	EXPECT_STREQ("registration-superseded", v.checks[WT_CHECK_REGISTRATION].code);
	wt_verdict_clear(&v);
}

TEST_F(renewal, going_back)
{
	rig_boot(&self->rig);
	rig_minutes(&self->rig, 2);
	renew(self);
	rig_minutes(&self->rig, 2);
	keep_naming(self);
	rig_minutes(&self->rig, 2);
	expect(_metadata, self, WT_CHECK_REGISTRATION, "registration-superseded");
}

/* The newer counts: a device that only the older has works unregistered. */
TEST_F(renewal, going_back_for_a_device)
{
	struct wt_verdict v;

	rig_boot(&self->rig);
	rig_minutes(&self->rig, 2);
	self->rig.reg.n_devices = 1;
	self->rig.devices[1].rate = 0;
	renew(self);
	rig_minutes(&self->rig, 2);
	keep_naming(self);
	self->rig.devices[1].rate = 32;
	rig_minutes(&self->rig, 2);
	v = at_once(self);
	EXPECT_STREQ("registration-superseded", v.checks[WT_CHECK_REGISTRATION].code);
	EXPECT_STREQ("device-not-registered", v.checks[WT_CHECK_DEVICES].code);
	wt_verdict_clear(&v);
}

TEST_F(renewal, after_the_end_of_the_old_one)
{
	self->rig.reg.not_after = RIG_T0 + 120;
	rig_register(&self->rig);
	wt_buf_reset(&self->registrations[0]);
	wt_buf_append(&self->registrations[0], self->rig.registration.p, self->rig.registration.n);
	rig_boot(&self->rig);
	rig_minute(&self->rig);
	self->rig.reg.not_after = RIG_T0 + 365 * DAY;
	renew(self);
	keep_naming(self);
	rig_minute(&self->rig);
	expect(_metadata, self, WT_CHECK_REGISTRATION, "registration-superseded");
	/* And where there is no other, it is as if not registered. */
	self->n = 1;
	expect(_metadata, self, WT_CHECK_REGISTRATION, "registration-not-valid");
}

TEST_F(renewal, the_old_one_is_revoked)
{
	struct wt_notice notice = rig_notice_of(&self->rig, WT_NOTICE_REVOKE_REGISTRATION, 120, 0);

	rig_notice_sign(&self->rig, &notice, &self->rig.registry);
	rig_boot(&self->rig);
	rig_minute(&self->rig);
	renew(self);
	rig_minutes(&self->rig, 3);
	expect(_metadata, self, WT_CHECK_REGISTRATION, "ok");
	keep_naming(self);
	rig_minute(&self->rig);
	expect(_metadata, self, WT_CHECK_REGISTRATION, "registration-revoked");
}

TEST_HARNESS_MAIN
