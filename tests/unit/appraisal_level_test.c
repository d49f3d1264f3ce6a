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
	bool made_up; /* no module had the log's beginning measured */
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

static void measure_agent(struct rig *rig)
{
	struct wt_ima_entry entry;
	struct wt_span rest;

	wt_buf_reset(&list);
	ima_put_file(&list, 0x22, "/usr/sbin/wattestd", false);
	rest = wt_buf_span(&list);
	if (wt_ima_next(&rest, &entry, NULL) != 1)
		abort();
	wt_ima_extend(rig->tpm.pcrs[10], &entry);
	rig->tpm.mask |= 1u << 10;
}

/* The module has LOAD and ANCHOR measured: whatever a test made of them by now. */
static void measure_beginning(struct rig *rig)
{
	uint8_t beginning[2 * WT_SHA256_LEN];
	struct wt_ima_entry entry;
	struct wt_span rest;
	size_t at = list.n;

	wt_sha256(wt_buf_span(&rig->records[0]), beginning);
	wt_sha256(wt_buf_span(&rig->records[1]), beginning + WT_SHA256_LEN);
	ima_put_buffer(&list, "wattest", beginning, sizeof(beginning));
	rest = wt_span(list.p + at, list.n - at);
	if (wt_ima_next(&rest, &entry, NULL) != 1)
		abort();
	wt_ima_extend(rig->tpm.pcrs[10], &entry);
}

FIXTURE_SETUP(level)
{
	struct rig *rig = &self->rig;

	memset(&self->v, 0, sizeof(self->v));
	self->made_up = false;
	rig_init(rig);
	rig_tpm_init(rig);
	self->reference = (struct wt_reference){ .kind = WT_REFERENCE_FILE, .name = "wattestd" };
	memset(self->reference.digest, 0x22, WT_SHA256_LEN);
	rig->reg.references = &self->reference;
	rig->reg.n_references = 1;
	rig_register(rig);
	rig_grant(rig, 1000, -3600, 86400);
	measure_agent(rig);
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
		measure_beginning(&self->rig);
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

TEST_F(level, no_boot_state)
{
	self->rig.reg.tpm.n_boot = 0;
	rig_register(&self->rig);
	expect_level(_metadata, self, 1, "has no boot state");
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

TEST_F(level, list_that_no_quote_vouches_for)
{
	self->rig.tpm.mask &= ~(1u << 10);
	expect_level(_metadata, self, 1, "a quote that vouches for IMA's list");
}

TEST_HARNESS_MAIN
