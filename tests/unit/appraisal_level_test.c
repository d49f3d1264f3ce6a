// SPDX-License-Identifier: Apache-2.0
/* Level 2: a rig that booted and runs what it was registered with; each thing that it needs taken away by itself. */
#include "tests/unit/lib/rig.h"

#include <string.h>

#include "kselftest_harness.h"

#include "tests/unit/lib/ima_list.h"

static struct wt_buf list;

FIXTURE(level)
{
	struct rig rig;
	struct wt_reference reference;
	struct wattest_load *load;
	struct wt_verdict v;
	/* How the log's beginning comes into the list: by the module, or as root would put it there. */
	bool made_up, of_violation;
	uint32_t pcr;
};

/* The agent carries IMA's list with its first attestation, and the quote is over that too. */
static void with_list(struct rig *rig, struct wt_attestation *att)
{
	rig->edit_attestation = NULL;
	att->ima_first = 1;
	att->ima = wt_buf_span(&list);
	att->quote = (struct wt_att_quote){ 0 };
	rig->tpm.said = 0;
	rig_tpm_quote(rig, att);
}

/* PCR 10 takes what was put at the list's end, as the kernel extends it. */
static void extend(struct rig *rig, size_t at)
{
	struct wt_span rest = wt_span(list.p + at, list.n - at);
	struct wt_ima_entry entry;

	while (rest.n) {
		if (wt_ima_next(&rest, &entry, NULL) != 1)
			abort();
		if (entry.pcr == WT_IMA_PCR)
			wt_ima_extend(rig->tpm.pcrs[10], &entry);
	}
}

static void measure(struct rig *rig, uint8_t fill, const char *path)
{
	size_t at = list.n;

	ima_put_file(&list, fill, path, false);
	extend(rig, at);
}

/* The module has LOAD and ANCHOR measured: whatever a test made of them by now. */
static void measure_beginning(FIXTURE_DATA(level) * self)
{
	struct rig *rig = &self->rig;
	uint8_t beginning[2 * WT_SHA256_LEN];
	size_t at = list.n;

	wt_sha256(wt_buf_span(&rig->records[0]), beginning);
	wt_sha256(wt_buf_span(&rig->records[1]), beginning + WT_SHA256_LEN);
	ima_put_buffer_to(&list, self->pcr, self->of_violation, "wattest", beginning,
			  sizeof(beginning));
	extend(rig, at);
}

FIXTURE_SETUP(level)
{
	struct rig *rig = &self->rig;

	memset(&self->v, 0, sizeof(self->v));
	self->made_up = self->of_violation = false;
	self->pcr = WT_IMA_PCR;
	rig_init(rig);
	rig_tpm_init(rig);
	self->reference = (struct wt_reference){ .kind = WT_REFERENCE_FILE, .name = "wattestd" };
	memset(self->reference.digest, 0x22, WT_SHA256_LEN);
	rig->reg.references = &self->reference;
	rig->reg.n_references = 1;
	rig->reg.tpm.boot[rig->reg.tpm.n_boot++].index = 9; /* zeros */
	rig->tpm.mask |= 1u << 9 | 1u << 10;
	rig_register(rig);
	rig_grant(rig, 1000, -3600, 86400);
	wt_buf_reset(&list);
	measure(rig, 0x77, "boot_aggregate");
	measure(rig, 0x22, "/usr/sbin/wattestd");
	rig->edit_attestation = with_list;
	rig_boot(rig);
	self->load = (struct wattest_load *)(rig->records[0].p + sizeof(struct wattest_record));
}

FIXTURE_TEARDOWN(level)
{
	wt_verdict_clear(&self->v);
	rig_free(&self->rig);
}

static void expect_level(struct __test_metadata *_metadata, FIXTURE_DATA(level) * self,
			 unsigned int level, const char *missing)
{
	if (!self->made_up)
		measure_beginning(self);
	rig_minutes(&self->rig, 3);
	self->v = rig_judge(&self->rig, NULL);
	EXPECT_EQ(level, self->v.assurance);
	EXPECT_NE(NULL, strstr(self->v.assurance_missing, missing))
	TH_LOG("\"%s\" has not \"%s\"", self->v.assurance_missing, missing);
}

TEST_F(level, two)
{
	expect_level(_metadata, self, 2, "verified work");
}

TEST_F(level, without_secure_boot)
{
	self->load->secure_boot = 0;
	expect_level(_metadata, self, 1, "secure boot is not on");
}

TEST_F(level, secure_boot_unknown)
{
	self->load->secure_boot = WATTEST_SECURE_BOOT_UNKNOWN;
	expect_level(_metadata, self, 1, "secure boot is not on");
}

TEST_F(level, not_locked_down)
{
	self->load->lockdown = 0;
	expect_level(_metadata, self, 1, "not locked down");
}

TEST_F(level, lockdown_unknown)
{
	self->load->lockdown = WATTEST_LOCKDOWN_UNKNOWN;
	expect_level(_metadata, self, 1, "not locked down");
}

TEST_F(level, signatures_not_enforced)
{
	self->load->sig_enforced = 0;
	expect_level(_metadata, self, 1, "signatures are not enforced");
}

TEST_F(level, boot_changed)
{
	rig_tpm_extend(&self->rig, 4, self->rig.reg.tpm.ek);
	expect_level(_metadata, self, 1, "not the registered one");
}

/* Another kernel, booted by this one: it has IMA's list of this one, and says that all is as it was. */
TEST_F(level, past_the_firmware)
{
	struct rig *rig = &self->rig;

	measure_beginning(self);
	rig_minutes(rig, 3);
	rig->raw_uj += rig->sources[0].at.energy_uj;
	rig->realtime_ns += 10 * RIG_S;
	rig->tpm.clock_ms += rig->boot_ns / 1000000 + 10000;
	rig->boot_ns = 5 * RIG_S;
	rig->edit_attestation = with_list;
	rig_boot(rig);
	expect_level(_metadata, self, 1, "booted past the firmware");
}

TEST_F(level, no_boot_state)
{
	self->rig.reg.tpm.n_boot = 0;
	rig_register(&self->rig);
	expect_level(_metadata, self, 1, "has no boot state");
}

TEST_F(level, no_references)
{
	self->rig.reg.n_references = 0;
	rig_register(&self->rig);
	expect_level(_metadata, self, 1, "references of what the rig runs");
}

TEST_F(level, no_list)
{
	self->rig.edit_attestation = NULL;
	expect_level(_metadata, self, 1, "IMA's measurement list");
}

TEST_F(level, made_up)
{
	self->made_up = true;
	expect_level(_metadata, self, 1, "the log's beginning");
}

/* What nothing vouches for: an entry of another PCR, the bytes of a violation. */
TEST_F(level, beginning_in_another_pcr)
{
	self->pcr = 11;
	expect_level(_metadata, self, 1, "the log's beginning");
}

TEST_F(level, beginning_in_a_violation)
{
	self->of_violation = true;
	expect_level(_metadata, self, 1, "the log's beginning");
}

/* Root extends PCR 10 himself; his program for that was measured before. */
TEST_F(level, others_ran_before)
{
	measure(&self->rig, 0x44, "/root/forger");
	expect_level(_metadata, self, 1, "only registered files");
}

TEST_F(level, another_boot_aggregate_before)
{
	measure(&self->rig, 0x77, "boot_aggregate");
	expect_level(_metadata, self, 1, "only registered files");
}

TEST_F(level, others_ran_after)
{
	measure_beginning(self);
	measure(&self->rig, 0x44, "/usr/bin/date");
	self->made_up = true;
	expect_level(_metadata, self, 2, "verified work");
}

TEST_F(level, initramfs_not_registered)
{
	self->rig.reg.tpm.n_boot--;
	rig_register(&self->rig);
	expect_level(_metadata, self, 1, "of the initramfs");
}

TEST_F(level, list_that_no_quote_vouches_for)
{
	self->rig.tpm.mask &= ~(1u << 10);
	expect_level(_metadata, self, 1, "a quote that vouches for IMA's list");
}

TEST_HARNESS_MAIN
