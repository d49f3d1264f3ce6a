// SPDX-License-Identifier: Apache-2.0
/* The TPM of a registration: whose id it is, and the boot state it was registered in. */
#include "tests/unit/lib/tpm.h"

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

/* --- a kernel that another one booted --------------------------------------------------------------------- */

/* Not rig_off: the TPM goes on, and its PCRs stay. */
static void kexec(struct rig *rig)
{
	rig->raw_uj += rig->sources[0].at.energy_uj;
	rig->realtime_ns += 10 * RIG_S;
	rig->tpm.clock_ms += rig->boot_ns / 1000000 + 10000;
	rig->boot_ns = 5 * RIG_S;
	rig_boot(rig);
}

TEST_F(tpm, kernel_booted_by_a_kernel)
{
	rig_minutes(&self->rig, 5);
	kexec(&self->rig);
	rig_minutes(&self->rig, 2);
	self->v = rig_judge(&self->rig, NULL);
	EXPECT_STREQ("boot-past-firmware", self->v.checks[WT_CHECK_BOOT].code);
	EXPECT_EQ(WT_WARNING, self->v.tier);
}

/* It has been up for longer than the one before, when it is first heard of. */
TEST_F(tpm, kernel_booted_by_a_kernel_long_ago)
{
	struct rig *rig = &self->rig;

	rig_pass(rig, 1800 * RIG_S);
	rig_minutes(rig, 5);
	kexec(rig);
	rig_pass(rig, 3600 * RIG_S);
	rig_minutes(rig, 2);
	self->v = rig_judge(rig, NULL);
	EXPECT_STREQ("boot-past-firmware", self->v.checks[WT_CHECK_BOOT].code);
}

/* And after that one the module is loaded again: it is the same kernel. Only the firmware makes it good. */
TEST_F(tpm, kernel_booted_by_a_kernel_and_by_firmware)
{
	struct rig *rig = &self->rig;

	rig_minutes(rig, 5);
	kexec(rig);
	rig_minutes(rig, 2);
	rig_reload(rig);
	rig_minutes(rig, 8);
	self->v = rig_judge(rig, NULL);
	EXPECT_STREQ("boot-past-firmware", self->v.checks[WT_CHECK_BOOT].code);
	wt_verdict_clear(&self->v);
	rig_off(rig, 60);
	rig_boot(rig);
	rig_minutes(rig, 2);
	self->v = rig_judge(rig, NULL);
	EXPECT_STREQ("ok", self->v.checks[WT_CHECK_BOOT].code);
}

static void two_hours_later(struct rig *rig, struct wt_attestation *att)
{
	(void)rig;
	att->iat += 7200;
}

/* A module that is loaded again later, and a host that slept while its TPM's clock stood still. */
TEST_F(tpm, one_kernel)
{
	struct rig *rig = &self->rig;

	rig_minutes(rig, 5);
	rig_reload(rig);
	rig_minutes(rig, 20);
	rig->tpm.clock_ms -= 600000;
	rig->boot_ns += 1200 * RIG_S;
	rig->realtime_ns += 1200 * RIG_S;
	rig_reload(rig);
	rig_minutes(rig, 5);
	self->v = rig_judge(rig, NULL);
	EXPECT_STREQ("ok", self->v.checks[WT_CHECK_BOOT].code);
}

/* The agent was away for hours: what it signs then is of hours ago, its quotes are not. */
TEST_F(tpm, agent_behind)
{
	struct rig *rig = &self->rig;

	rig_minutes(rig, 5);
	rig->tpm.clock_ms += 7200000;
	rig->edit_attestation = two_hours_later;
	rig_minutes(rig, 5);
	self->v = rig_judge(rig, NULL);
	EXPECT_STREQ("ok", self->v.checks[WT_CHECK_BOOT].code);
}

TEST_HARNESS_MAIN
