// SPDX-License-Identifier: Apache-2.0
/* The kernel's MACs: chains that follow one another, pruned windows, and logs that the kernel did not write. */
#define BENT_TPM
#include "tests/unit/lib/bent.h"

#include <endian.h>

/* Over several chains of RIG_KEYS keys. */
BENT(honest, CHAIN, "ok", 0)
{
	rig_minutes(rig, 5 * RIG_KEYS + 3);
}

/* Windows whose bodies went, over the end of a chain too: their keys are implied by a later one. */
BENT(pruned, CHAIN, "ok", ALSO(ACTIVITY))
{
	size_t i;

	rig_minutes(rig, 2);
	for (i = 0; i < RIG_KEYS + 2; i++) {
		rig_window(rig, 60, NO_NONCE);
		rig->pruned[rig->n_records - 1] = i != 3;
	}
	rig_lost(rig, WATTEST_RECORD_WINDOW, WATTEST_LOST_PRUNED, RIG_KEYS + 1);
	rig_minutes(rig, 3);
}

/* The TPM fails: a window that it does not have, and the next, whose record says so and discloses nothing. */
static void unwitnessed(struct rig *rig)
{
	uint64_t closed;

	rig->tpm.fails = true;
	rig_window(rig, 60, NO_NONCE);
	closed = rig->seq - 1;
	rig_lost_steps(rig, closed, closed);
	rig->tpm.no_key = true;
}

/* Until it works again; over the end of a chain, too. */
BENT(kept_back, CHAIN, "ok", ALSO(LOSSES))
{
	int i;

	rig_minutes(rig, 2);
	for (i = 0; i < RIG_KEYS + 2; i++)
		unwitnessed(rig);
	rig->tpm.fails = false;
	rig_minutes(rig, 3);
}

BENT(kept_back_to_the_end, CHAIN, "ok", ALSO(LOSSES))
{
	rig_minutes(rig, 2);
	unwitnessed(rig);
	rig->tpm.fails = false;
	rig_unload(rig);
	rig_attest(rig, NO_NONCE);
	rig_reload(rig);
	rig_minutes(rig, 3);
}

BENT(two_logs, CHAIN, "ok", 0)
{
	rig_minutes(rig, 3);
	rig_unload(rig);
	rig_attest(rig, NO_NONCE);
	rig_reload(rig);
	rig_minutes(rig, 3);
}

BENT(from_the_middle, CHAIN, "ok", ALSO(DEVICES) | ALSO(SOURCES) | ALSO(ENERGY))
{
	rig_minutes(rig, RIG_KEYS + 4);
	how->first = 4;
}

/* The log of a program that extends the PCR, and signs, and has no keys. */
BENT(not_keyed, WITNESS, "anchor-missing", 0)
{
	rig->tpm.keyed = false;
	rig_reload(rig);
	rig_minutes(rig, 3);
}

/* --- what the kernel did not write -------------------------------------------------------------------- */

/* A program that closes steps and extends the PCR as the module does, and has no keys. */
BENT(unkeyed_step, CHAIN, "mac-missing", 0)
{
	rig_minutes(rig, 3);
	rig->tpm.no_mac = true;
	rig_minutes(rig, 1);
}

BENT(unkeyed_from_now_on, CHAIN, "key-missing", 0)
{
	rig_minutes(rig, 3);
	rig->tpm.keyed = false;
	rig_minutes(rig, 3);
}

BENT(key_left_out, CHAIN, "key-missing", 0)
{
	rig_minutes(rig, 3);
	rig->tpm.no_key = true;
	rig_minutes(rig, 2);
}

/* What is said to be missing in the PCR is another step than the one whose key is. */
BENT(another_key_left_out, CHAIN, "key-missing", ALSO(LOSSES))
{
	uint64_t closed;

	rig_minutes(rig, 3);
	rig->tpm.fails = true;
	rig_window(rig, 60, NO_NONCE);
	closed = rig->seq - 1;
	rig->tpm.fails = false;
	rig_window(rig, 60, NO_NONCE);
	rig_lost_steps(rig, closed, closed);
	rig->tpm.no_key = true;
	rig_minutes(rig, 3);
}

/* Root without keys says that the TPM fails, window after window; and the TPM signs. */
BENT(kept_back_while_the_tpm_signs, CHAIN, "key-missing", ALSO(LOSSES))
{
	int i;

	rig_minutes(rig, 3);
	for (i = 0; i < 4; i++) {
		unwitnessed(rig);
		rig_attest(rig, NO_NONCE);
	}
}

/* Two such quotes may be chance. */
BENT(kept_back_for_two_quotes, CHAIN, "ok", ALSO(LOSSES))
{
	rig_minutes(rig, 3);
	unwitnessed(rig);
	unwitnessed(rig);
	rig_attest(rig, NO_NONCE);
	rig->tpm.fails = false;
	rig_minutes(rig, 3);
}

BENT(another_key, CHAIN, "key-other", 0)
{
	rig_minutes(rig, 3);
	rig->tpm.disclosed[7] ^= 1;
	rig_minutes(rig, 2);
}

/* A key of the chain, but of another step. */
BENT(an_older_key, CHAIN, "key-other", 0)
{
	rig_minutes(rig, 3);
	memcpy(rig->tpm.disclosed, rig->tpm.keys[0][2], sizeof(rig->tpm.disclosed));
	rig_minutes(rig, 2);
}

static void other_mac(struct rig *rig, struct wt_attestation *att)
{
	static uint8_t mac[WT_SHA256_LEN];

	memcpy(mac, att->steps[0].mac.p, sizeof(mac));
	mac[31] ^= 1;
	att->steps[0].mac = wt_span(mac, sizeof(mac));
	att->quote = (struct wt_att_quote){ 0 };
	rig_tpm_quote(rig, att);
	rig->edit_attestation = NULL;
}

/* Found with the next attestation, which discloses the key. */
BENT(another_mac, CHAIN, "mac-wrong", 0)
{
	rig_minutes(rig, 3);
	rig->edit_attestation = other_mac;
	rig_minutes(rig, 2);
}

/* With the keys that are known by now, a program makes up a log from here on: it can MAC nothing that comes next. */
BENT(made_up_keys, CHAIN, "key-other", 0)
{
	rig_minutes(rig, 3);
	memset(rig->tpm.keys[0], 0x99, sizeof(rig->tpm.keys[0]));
	rig_minutes(rig, 3);
}

/* The module was unloaded and nobody read the end: a program makes up another. It has no key to disclose in its UNLOAD. */
BENT(made_up_end, CHAIN, "key-other", 0)
{
	rig_minutes(rig, 3);
	memset(rig->tpm.keys[0], 0x99, sizeof(rig->tpm.keys[0]));
	rig_window(rig, 60, NO_NONCE);
	rig_unload(rig);
	rig_attest(rig, NO_NONCE);
	rig_reload(rig);
	rig_minutes(rig, 3);
}

/* It has read the real end, whose UNLOAD disclosed the key of the last window: but the TPM was extended with that before. */
BENT(made_up_end_with_the_key, WITNESS, "witness-other", 0)
{
	rig_minutes(rig, 3);
	rig_tpm_extend(rig, RIG_PCR, rig->head); /* the real steps' */
	rig_window(rig, 60, NO_NONCE);
	rig_unload(rig);
	rig_attest(rig, NO_NONCE);
}

static void announce_early(struct rig *rig)
{
	struct wattest_anchor anchor = { .keys = htole32(RIG_KEYS) };

	memset(anchor.anchor, 0x42, sizeof(anchor.anchor));
	rig_record(rig, WATTEST_RECORD_ANCHOR, &anchor, sizeof(anchor));
}

BENT(chain_not_used_up, CHAIN, "keys-unused", 0)
{
	rig_minutes(rig, 3);
	announce_early(rig);
	rig_window(rig, 60, NO_NONCE);
	rig_attest(rig, NO_NONCE);
}

BENT(anchor_too_late, CHAIN, "keys-unused", ALSO(WITNESS))
{
	rig->tpm.keyed = false;
	rig_reload(rig);
	rig_minutes(rig, 3);
	announce_early(rig);
	rig_window(rig, 60, NO_NONCE);
	rig_attest(rig, NO_NONCE);
}

/* The chain's last key is used and no other chain was announced. */
BENT(used_up, CHAIN, "mac-missing", 0)
{
	rig->tpm.no_anchor = true;
	rig_minutes(rig, RIG_KEYS + 1);
}

/* A log that discloses keys of nothing. */
static void stray_key(struct rig *rig, struct wattest_record *rec, struct wattest_window *w)
{
	(void)rec;
	(void)w;
	rig->edit_window = NULL;
}

BENT(key_without_a_chain, CHAIN, "key-other", ALSO(WITNESS))
{
	rig->tpm.keyed = false;
	rig_reload(rig);
	rig_minutes(rig, 2);
	rig->tpm.keyed = rig->tpm.has_disclosed = true;
	rig->tpm.no_mac = true;
	rig->edit_window = stray_key;
	rig_window(rig, 60, NO_NONCE);
	rig->tpm.keyed = false;
	rig_attest(rig, NO_NONCE);
}

BENT_TESTS

/* --- counts, and a state in between ------------------------------------------------------------------- */

FIXTURE(keys)
{
	struct rig rig;
};

FIXTURE_SETUP(keys)
{
	rig_init(&self->rig);
	rig_tpm_init(&self->rig);
	rig_grant(&self->rig, 1000, -3600, 86400);
	rig_boot(&self->rig);
}

FIXTURE_TEARDOWN(keys)
{
	rig_free(&self->rig);
}

TEST_F(keys, verified_and_pending)
{
	struct wt_verdict v;

	rig_minutes(&self->rig, 5);
	v = rig_judge(&self->rig, NULL);
	EXPECT_NE(NULL, strstr(v.checks[WT_CHECK_CHAIN].reason,
			       "the kernel's MAC on 4 steps, that on the newest pending"))
	TH_LOG("%s", v.checks[WT_CHECK_CHAIN].reason);
	wt_verdict_clear(&v);
}

/* All that the TPM's part of the state holds: judged in pieces it ends the same, byte for byte. */
TEST_F(keys, split_anywhere)
{
	struct wt_buf whole = { 0 }, part = { 0 }, rest = { 0 };
	struct rig_judging all = { .ret_state = &whole }, before, after;
	struct rig *rig = &self->rig;
	struct wt_verdict v, last;
	size_t k;

	rig_minutes(rig, RIG_KEYS - 2);
	rig->tpm.slow = true;
	rig_minutes(rig, 2);
	rig->tpm.slow = false;
	unwitnessed(rig);
	rig->tpm.fails = false;
	rig_minutes(rig, 2);
	rig_window(rig, 60, NO_NONCE);
	rig->pruned[rig->n_records - 1] = true;
	rig_lost(rig, WATTEST_RECORD_WINDOW, WATTEST_LOST_PRUNED, 1);
	rig_minutes(rig, 3);
	rig_unload(rig);
	rig_attest(rig, NO_NONCE);
	rig_reload(rig);
	rig_minutes(rig, 3);
	rig->tpm.safe = false;
	rig_off(rig, 30);
	rig_boot(rig);
	rig_minutes(rig, 3);
	v = rig_judge(rig, &all);
	EXPECT_EQ(WT_AFFIRMING, v.checks[WT_CHECK_WITNESS].tier)
	TH_LOG("%s", v.checks[WT_CHECK_WITNESS].reason);
	for (k = 1; k < rig->n_atts; k++) {
		before = (struct rig_judging){ .n = k, .ret_state = &part };
		last = rig_judge(rig, &before);
		wt_verdict_clear(&last);
		after = (struct rig_judging){ .first = k,
					      .state = wt_buf_span(&part),
					      .ret_state = &rest };
		last = rig_judge(rig, &after);
		EXPECT_TRUE(wt_span_equal(wt_buf_span(&whole), wt_buf_span(&rest)))
		TH_LOG("split before attestation %zu", k + 1);
		EXPECT_EQ(WT_AFFIRMING, last.checks[WT_CHECK_WITNESS].tier)
		TH_LOG("%zu: %s", k, last.checks[WT_CHECK_WITNESS].reason);
		EXPECT_EQ(WT_AFFIRMING, last.checks[WT_CHECK_CHAIN].tier);
		wt_verdict_clear(&last);
	}
	wt_verdict_clear(&v);
	wt_buf_free(&whole);
	wt_buf_free(&part);
	wt_buf_free(&rest);
}

TEST_HARNESS_MAIN
