// SPDX-License-Identifier: Apache-2.0
/* The TPM as a witness: honest rigs, and each attribute of a quote bent by itself. */
#define BENT_TPM
#include "tests/unit/lib/bent.h"
#include "tests/unit/lib/tpm.h"

#include "lib/tpm/tpm.h"

/* --- honest ------------------------------------------------------------------------------------------- */

BENT(honest, WITNESS, "ok", 0)
{
	rig_minutes(rig, 20);
}

/* A window closes between the attestation's payload and its quote: the PCR is ahead. */
static void one_window_later(struct rig *rig)
{
	rig->tpm.before_quote = NULL;
	rig_window(rig, 1, NO_NONCE);
}

BENT(ahead, WITNESS, "ok", 0)
{
	rig_minutes(rig, 3);
	rig->tpm.before_quote = one_window_later;
	rig_minutes(rig, 2);
	rig->tpm.before_quote = one_window_later;
	rig_minutes(rig, 1);
	rig->tpm.before_quote = one_window_later;
	rig_minutes(rig, 1);
}

/* The TPM is slow: the quote is of the step before. */
BENT(behind, WITNESS, "ok", 0)
{
	rig->tpm.slow = true;
	rig_minutes(rig, 6);
}

/* A step that the TPM was never extended with, and a LOST record that says so, at once or later. */
BENT_SAYS(lost_steps_are_said, LOSSES, "witness-lost", "record 9: the TPM was not extended with 1 step, as far as record 8", 0)
{
	uint64_t closed;

	rig_minutes(rig, 2);
	rig->tpm.fails = true;
	rig_minute(rig);
	closed = rig->seq - 1;
	rig->tpm.fails = false;
	rig_lost_steps(rig, closed, closed);
	rig_minutes(rig, 3);
}

BENT(lost_steps_are_said_late, WITNESS, "ok", ALSO(LOSSES))
{
	uint64_t closed;

	rig_minutes(rig, 2);
	rig->tpm.fails = true;
	rig_window(rig, 60, NO_NONCE);
	closed = rig->seq - 1;
	rig->tpm.fails = false;
	rig_minute(rig); /* this quote is of a log without the step before */
	rig_lost_steps(rig, closed, closed);
	rig_minutes(rig, 3);
}

BENT(power_cut, WITNESS, "ok", 0)
{
	rig_minutes(rig, 3);
	rig->tpm.safe = false;
	rig_off(rig, 60);
	rig_boot(rig);
	rig_minutes(rig, 3);
}

BENT(reloaded_after_unload, WITNESS, "ok", 0)
{
	rig_minutes(rig, 3);
	rig_unload(rig);
	rig_attest(rig, NO_NONCE);
	rig_reload(rig);
	rig_minutes(rig, 3);
}

/* Suspend to RAM counts as a restart of the TPM and keeps its PCRs. */
BENT(resumed, WITNESS, "ok", 0)
{
	rig_minutes(rig, 3);
	rig->tpm.restart++;
	rig_minutes(rig, 3);
}

BENT(with_a_nonce, WITNESS, "ok", 0)
{
	static const uint8_t nonce[16] = "fifteen letters";

	rig_minutes(rig, 2);
	rig_window(rig, 10, wt_span(nonce, sizeof(nonce)));
	rig_attest(rig, wt_span(nonce, sizeof(nonce)));
	how->nonce = wt_span(nonce, sizeof(nonce));
}

BENT(more_pcrs, WITNESS, "ok", 0)
{
	rig->tpm.mask |= 1u << 10 | 1u << 14;
	rig_minutes(rig, 2);
	rig_tpm_extend(rig, 10, rig->head); /* IMA goes on */
	rig_minutes(rig, 2);
}

/* --- attributes --------------------------------------------------------------------------------------- */

#define EDIT(name, code, also, ...) EDIT_SAYS(name, code, NULL, also, __VA_ARGS__)
#define EDIT_SAYS(name, code, words, also, ...)                                     \
	static void edit_##name(struct rig *rig, struct rig_quote *q)   \
	{                                                               \
		__VA_ARGS__;                                            \
	}                                                               \
	BENT_SAYS(name, WITNESS, code, words, also)                     \
	{                                                               \
		rig_minutes(rig, 2);                                    \
		rig->tpm.edit_quote = edit_##name;                      \
		rig_minutes(rig, 1);                                    \
	}

EDIT(signed_by_another, "quote-signature", 0, q->signer = rig->self.key)
EDIT_SAYS(made_outside, "quote-malformed", "*: made outside of a TPM: *", 0, q->magic ^= 1)
EDIT(a_certificate, "quote-malformed", 0, q->type = WT_TPM_ATTEST_CERTIFY)
EDIT(of_another_kind, "quote-malformed", 0, q->type = 0x8019)
EDIT(bytes_behind, "quote-malformed", 0, q->trailing = 1)
EDIT(not_yes_not_no, "quote-malformed", 0, q->safe = 2)
EDIT(other_extra_data, "quote-other", 0, q->extra[31] ^= 1)
EDIT(cut_extra_data, "quote-other", 0, q->extra_len = 31)
EDIT(no_extra_data, "quote-other", 0, q->extra_len = 0)
EDIT(without_the_witness, "quote-selection", 0, q->mask &= ~(1u << RIG_PCR))
EDIT(without_the_firmware, "quote-selection", 0, q->mask &= ~1u)
EDIT(without_option_roms, "quote-selection", 0, q->mask &= ~(1u << 2))
EDIT(without_the_loader, "quote-selection", 0, q->mask &= ~(1u << 4))
EDIT(without_secure_boot, "quote-selection", 0, q->mask &= ~(1u << 7))
EDIT(of_another_bank, "quote-selection", 0, q->bank = WT_TPM_ALG_SHA384)
EDIT(of_two_banks, "quote-selection", 0, q->two_banks = true)
EDIT(a_pcr_that_is_not_said, "quote-selection", 0, q->mask |= 1u << 9)
EDIT(no_quote, "quote-missing", 0, q->none = true)

static void in_a_file(struct rig *rig, struct wt_attestation *att)
{
	att->key_place = WT_KEY_IN_FILE;
	att->quote = (struct wt_att_quote){ 0 };
}

BENT(in_a_file_and_no_quote, WITNESS, "key-outside", 0)
{
	rig_minutes(rig, 2);
	rig->edit_attestation = in_a_file;
	rig_minute(rig);
}

/* After the quote was made: the nonce, a record, anything. */
static void later_than_quoted(struct rig *rig, struct wt_attestation *att)
{
	att->clock_bound_us++;
}

BENT(changed_behind_the_quote, WITNESS, "quote-other", 0)
{
	rig_minutes(rig, 2);
	rig->edit_attestation = later_than_quoted;
	rig_minute(rig);
}

/* --- the log and the PCR ------------------------------------------------------------------------------ */

BENT(extended_by_others, WITNESS, "witness-other", 0)
{
	rig_minutes(rig, 3);
	rig_tpm_extend(rig, RIG_PCR, rig->head);
	rig_minutes(rig, 3);
}

/* A log made up beside a PCR that nobody extends: each quote would be "behind". */
BENT(never_extended, WITNESS, "witness-other", 0)
{
	rig_minutes(rig, 3);
	rig->tpm.fails = true;
	rig_minutes(rig, 4);
}

BENT(not_extended_and_not_said, WITNESS, "witness-other", 0)
{
	rig_minutes(rig, 3);
	rig->tpm.fails = true;
	rig_minute(rig);
	rig->tpm.fails = false;
	rig_minutes(rig, 4);
}

/* LOST of a step that a quote has shown in the PCR. */
BENT(lost_and_there, WITNESS, "witness-other", ALSO(LOSSES))
{
	rig_minutes(rig, 3);
	rig_lost_steps(rig, rig->seq - 1, rig->seq - 1);
	rig_minutes(rig, 2);
}

static void other_digest(struct rig *rig, struct rig_quote *q)
{
	q->digest[0] ^= 1;
}

BENT_SAYS(of_other_values, WITNESS, "witness-other", "*is of no state of this log: PCR 13 was*", 0)
{
	rig_minutes(rig, 2);
	rig->tpm.edit_quote = other_digest;
	rig_minute(rig);
	rig->tpm.edit_quote = NULL;
	rig_minutes(rig, 3);
}

/* Without a PCR as witness there is only the boot state to hold it against. */
BENT_SAYS(of_other_values_without_a_witness, WITNESS, "witness-other",
	  "*does not agree with the PCR values that the rig says", 0)
{
	rig->tpm.witness = WATTEST_PCR_NONE;
	rig_reload(rig);
	rig_minutes(rig, 2);
	rig->tpm.edit_quote = other_digest;
	rig_minutes(rig, 1);
}

BENT_SAYS(no_witness, WITNESS, "witness-missing", "*loaded without a PCR as witness*", 0)
{
	rig->tpm.witness = WATTEST_PCR_NONE;
	rig_reload(rig);
	rig_minutes(rig, 3);
}

BENT(a_resettable_witness, WITNESS, "witness-missing", 0)
{
	rig->tpm.witness = 16;
	rig_reload(rig);
	rig_minutes(rig, 3);
}

/* --- the TPM's time ----------------------------------------------------------------------------------- */

BENT(clock_back, WITNESS, "tpm-rolled-back", 0)
{
	rig_minutes(rig, 3);
	rig->tpm.clock_ms -= 600000;
	rig_minutes(rig, 2);
}

BENT(resets_back, WITNESS, "tpm-rolled-back", 0)
{
	rig_minutes(rig, 3);
	rig_off(rig, 10);
	rig->tpm.reset -= 2;
	rig_boot(rig);
	rig_minutes(rig, 2);
}

BENT(restarts_back, WITNESS, "tpm-rolled-back", 0)
{
	rig->tpm.restart = 3;
	rig_minutes(rig, 3);
	rig->tpm.restart = 2;
	rig_minutes(rig, 2);
}

BENT(cleared, WITNESS, "tpm-rolled-back", 0)
{
	rig_minutes(rig, 3);
	rig_off(rig, 10);
	rig->tpm.reset = rig->tpm.restart = 0;
	rig->tpm.clock_ms = 0;
	rig_boot(rig);
	rig_minutes(rig, 2);
}

/* The state knows what the TPM's time was. */
BENT(rolled_back_between_runs, WITNESS, "tpm-rolled-back", 0)
{
	static struct wt_buf state;
	struct rig_judging before = { .ret_state = &state };
	struct wt_verdict v;

	rig_minutes(rig, 3);
	v = rig_judge(rig, &before);
	wt_verdict_clear(&v);
	how->state = wt_buf_span(&state);
	how->first = rig->n_atts;
	rig->tpm.clock_ms -= 600000;
	rig_minutes(rig, 2);
}

BENT(reset_and_no_load, WITNESS, "reset-without-load", 0)
{
	rig_minutes(rig, 3);
	rig->tpm.reset++;
	rig_minutes(rig, 2);
}

/* --- one log and the next ----------------------------------------------------------------------------- */

BENT(extended_between_two_logs, WITNESS, "witness-start", 0)
{
	rig_minutes(rig, 3);
	rig_unload(rig);
	rig_attest(rig, NO_NONCE);
	rig_tpm_extend(rig, RIG_PCR, rig->head);
	rig_reload(rig);
	rig_minutes(rig, 3);
}

BENT(the_end_was_not_read, WITNESS, "witness-between", 0)
{
	rig_minutes(rig, 3);
	rig_window(rig, 5, NO_NONCE);
	rig_reload(rig);
	rig_minutes(rig, 3);
}

BENT(extended_before_the_first_log, WITNESS, "witness-between", 0)
{
	rig_off(rig, 10);
	rig_tpm_extend(rig, RIG_PCR, rig->head);
	rig_boot(rig);
	rig_minutes(rig, 3);
}

BENT_TESTS

/* --- pending ------------------------------------------------------------------------------------------ */

/* The verdict says that the newest quote waits, and the next attestation settles it: also over a state. */
TEST_F(tpm, newest_pending)
{
	struct wt_buf state = { 0 };
	struct rig_judging before = { .ret_state = &state }, after = { 0 };
	struct rig *rig = &self->rig;

	rig_minutes(rig, 3);
	rig->tpm.before_quote = one_window_later;
	rig_minute(rig);
	self->v = rig_judge(rig, &before);
	EXPECT_EQ(WT_AFFIRMING, self->v.checks[WT_CHECK_WITNESS].tier);
	EXPECT_NE(NULL, strstr(self->v.checks[WT_CHECK_WITNESS].reason, "by 3 quotes; the newest is of a later step"))
	TH_LOG("%s", self->v.checks[WT_CHECK_WITNESS].reason);
	wt_verdict_clear(&self->v);
	after.state = wt_buf_span(&state);
	after.first = rig->n_atts;
	rig_minute(rig);
	self->v = rig_judge(rig, &after);
	EXPECT_STREQ("TPM PCR 13 agrees with the log, by 2 quotes",
		     self->v.checks[WT_CHECK_WITNESS].reason);
	wt_buf_free(&state);
}

/* Seen from the middle: nothing can be said of the PCR, and nothing is held against the rig. */
TEST_F(tpm, from_the_middle)
{
	struct rig_judging how = { .first = 3 };

	rig_minutes(&self->rig, 6);
	self->v = rig_judge(&self->rig, &how);
	EXPECT_EQ(WT_NONE, self->v.checks[WT_CHECK_WITNESS].tier)
	TH_LOG("%s", self->v.checks[WT_CHECK_WITNESS].reason);
	EXPECT_EQ(0, self->v.assurance);
}

/* --- levels ------------------------------------------------------------------------------------------- */

static void expect_level(struct __test_metadata *_metadata, FIXTURE_DATA(tpm) * self,
			 unsigned int level, const char *missing)
{
	wt_verdict_clear(&self->v);
	self->v = rig_judge(&self->rig, NULL);
	EXPECT_EQ(level, self->v.assurance);
	EXPECT_NE(NULL, strstr(self->v.assurance_missing, missing))
	TH_LOG("\"%s\" has not \"%s\"", self->v.assurance_missing, missing);
}

TEST_F(tpm, level_of_a_tpm)
{
	rig_minutes(&self->rig, 3);
	expect_level(_metadata, self, 1, "of the initramfs");
	self->rig.reg.tpm.n_boot = 0;
	rig_register(&self->rig);
	expect_level(_metadata, self, 1, "the registration has no boot state");
}

TEST_F(tpm, level_of_a_file)
{
	rig_minutes(&self->rig, 2);
	self->rig.edit_attestation = in_a_file;
	rig_minute(&self->rig);
	expect_level(_metadata, self, 0, "the key is in a file");
}

TEST_F(tpm, level_unkeyed)
{
	self->rig.tpm.keyed = false;
	rig_reload(&self->rig);
	rig_minutes(&self->rig, 3);
	expect_level(_metadata, self, 0, "kernel-keyed windows");
}

TEST_F(tpm, level_without_a_witness)
{
	self->rig.tpm.witness = WATTEST_PCR_NONE;
	rig_reload(&self->rig);
	rig_minutes(&self->rig, 3);
	expect_level(_metadata, self, 0, "TPM witness");
}

TEST_F(tpm, level_contradicted)
{
	rig_minutes(&self->rig, 3);
	rig_tpm_extend(&self->rig, RIG_PCR, self->rig.head);
	rig_minutes(&self->rig, 3);
	expect_level(_metadata, self, 0, "the witness contradicts the log");
}

TEST_F(tpm, level_with_steps_that_are_not_in_the_tpm)
{
	struct rig *rig = &self->rig;

	rig_minutes(rig, 2);
	rig->tpm.fails = true;
	rig_minute(rig);
	rig->tpm.fails = false;
	rig_lost_steps(rig, rig->seq - 1, rig->seq - 1);
	rig_minutes(rig, 3);
	expect_level(_metadata, self, 0, "steps are not in the PCR");
	EXPECT_EQ(WT_AFFIRMING, self->v.checks[WT_CHECK_WITNESS].tier);
	EXPECT_EQ(WT_WARNING, self->v.tier);
}

TEST_HARNESS_MAIN
