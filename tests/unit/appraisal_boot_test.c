// SPDX-License-Identifier: Apache-2.0
/* The TPM of a registration: whose id it is, and the boot state it was registered in. */
#include "tests/unit/lib/rig.h"

#include <string.h>

#include "kselftest_harness.h"

FIXTURE(tpm)
{
	struct rig rig;
	struct wt_verdict v;
};

FIXTURE_SETUP(tpm)
{
	memset(&self->v, 0, sizeof(self->v));
	rig_init(&self->rig);
	rig_tpm_init(&self->rig);
	rig_grant(&self->rig, 1000, -3600, 86400);
	rig_boot(&self->rig);
}

FIXTURE_TEARDOWN(tpm)
{
	wt_verdict_clear(&self->v);
	rig_free(&self->rig);
}

/* The rig's id is its endorsement key's: a registration that says another is refused. */
TEST_F(tpm, id_of_another_tpm)
{
	rig_minutes(&self->rig, 1);
	self->rig.reg.tpm.ek[0] ^= 1;
	rig_register(&self->rig);
	self->v = rig_judge(&self->rig, NULL);
	EXPECT_STREQ("registration-key", self->v.checks[WT_CHECK_REGISTRATION].code);
}

TEST_F(tpm, no_attestation_key)
{
	rig_minutes(&self->rig, 1);
	self->rig.reg.tpm.ak.n--;
	rig_register(&self->rig);
	self->v = rig_judge(&self->rig, NULL);
	EXPECT_STREQ("registration-refused", self->v.checks[WT_CHECK_REGISTRATION].code);
	EXPECT_NE(NULL, strstr(self->v.checks[WT_CHECK_REGISTRATION].reason, "TPM"));
}

/* --- the boot state ----------------------------------------------------------------------------------- */

TEST_F(tpm, boot_as_registered)
{
	rig_minutes(&self->rig, 2);
	self->v = rig_judge(&self->rig, NULL);
	EXPECT_STREQ("4 PCRs as registered", self->v.checks[WT_CHECK_BOOT].reason);
	EXPECT_EQ(WT_AFFIRMING, self->v.checks[WT_CHECK_BOOT].tier);
}

TEST_F(tpm, boot_changed)
{
	struct rig *rig = &self->rig;

	rig_off(rig, 10);
	rig_tpm_extend(rig, 4, rig->reg.tpm.ek);
	rig_tpm_extend(rig, 7, rig->reg.tpm.ek);
	rig_boot(rig);
	rig_minutes(rig, 2);
	self->v = rig_judge(rig, NULL);
	EXPECT_STREQ("boot-changed", self->v.checks[WT_CHECK_BOOT].code);
	EXPECT_STREQ("not as registered: PCR 4 (boot loader), PCR 7 (secure boot's keys)",
		     self->v.checks[WT_CHECK_BOOT].reason);
	EXPECT_EQ(WT_WARNING, self->v.tier);
	EXPECT_EQ(1, self->v.assurance);
}

TEST_F(tpm, boot_not_shown)
{
	struct rig *rig = &self->rig;

	rig->reg.tpm.boot[rig->reg.tpm.n_boot].index = 9;
	rig->reg.tpm.n_boot++;
	rig_register(rig);
	rig_minutes(rig, 2);
	self->v = rig_judge(rig, NULL);
	EXPECT_STREQ("boot-not-shown", self->v.checks[WT_CHECK_BOOT].code);
	EXPECT_STREQ("registered and not quoted: PCR 9", self->v.checks[WT_CHECK_BOOT].reason);
}

TEST_HARNESS_MAIN
