// SPDX-License-Identifier: Apache-2.0
/* A history may be judged in pieces: with the state handed on it ends the same, byte for byte. */
#include "tests/unit/lib/rig.h"

#include <string.h>

#include "kselftest_harness.h"

#define NO_NONCE wt_span(NULL, 0)

FIXTURE(pieces)
{
	struct rig rig;
};

FIXTURE_SETUP(pieces)
{
	rig_init(&self->rig);
	rig_grant(&self->rig, 1000, -3600, 86400);
	rig_boot(&self->rig);
}

FIXTURE_TEARDOWN(pieces)
{
	rig_free(&self->rig);
}

/* All that can happen, in twenty attestations. */
static void eventful(struct rig *rig)
{
	size_t other = rig_source(rig, "psu2", "power1_input", 40000), stranger;

	rig->reg_sources[1] = (struct wt_reg_source){ .chip = "psu2",
						      .attribute = "power1_input",
						      .role = WT_ROLE_CHECK,
						      .class_ppm = 10000 };
	rig->reg.n_sources = 2;
	rig_register(rig);
	rig_grant(rig, 3, 0, 300);
	rig_grant(rig, 5, 200, 900);
	rig_minutes(rig, 3);
	stranger = rig_device(rig, 0x1209, 0x5741, "X", "1-9", 0);
	rig->devices[stranger].rate = 8;
	rig_minutes(rig, 2);
	rig_window(rig, 60, NO_NONCE);
	rig->pruned[rig->n_records - 1] = true;
	rig_minute(rig);
	rig->sources[other].dead = true;
	rig_minutes(rig, 2);
	rig->sources[other].dead = false;
	rig_device_del(rig, stranger);
	rig_lost(rig, WATTEST_RECORD_WINDOW, WATTEST_LOST_PRUNED, 1);
	rig_minute(rig);
	rig_source_del(rig, 0);
	rig_window(rig, 30, NO_NONCE);
	rig_source(rig, "dps800", "power1_input", 120000);
	rig_window(rig, 30, NO_NONCE);
	rig_minute(rig);
	rig_step_clock(rig, -70 * (int64_t)RIG_S, true);
	rig_minutes(rig, 2);
	rig_off(rig, 400);
	rig_boot(rig);
	rig_minutes(rig, 6);
	rig_unload(rig);
	rig_attest(rig, NO_NONCE);
	rig_off(rig, 10);
	rig_boot(rig);
	rig_minute(rig);
}

static bool same_bytes(const struct wt_buf *a, const struct wt_buf *b)
{
	return wt_span_equal(wt_buf_span(a), wt_buf_span(b));
}

TEST_F(pieces, split_anywhere)
{
	struct wt_buf whole = { 0 }, part = { 0 }, rest = { 0 };
	struct rig_judging all = { .ret_state = &whole }, before, after;
	struct wt_verdict v, last;
	size_t k;

	eventful(&self->rig);
	v = rig_judge(&self->rig, &all);
	for (k = 1; k < self->rig.n_atts; k++) {
		before = (struct rig_judging){ .n = k, .ret_state = &part };
		last = rig_judge(&self->rig, &before);
		wt_verdict_clear(&last);
		after = (struct rig_judging){ .first = k,
					      .state = wt_buf_span(&part),
					      .ret_state = &rest };
		last = rig_judge(&self->rig, &after);
		EXPECT_TRUE(same_bytes(&whole, &rest))
		{
			TH_LOG("split before attestation %zu", k + 1);
		}
		EXPECT_EQ(v.chargeable.low, last.chargeable.low);
		EXPECT_EQ(v.chargeable.best, last.chargeable.best);
		EXPECT_EQ(v.chargeable.high, last.chargeable.high);
		EXPECT_EQ(v.left_uj, last.left_uj);
		EXPECT_EQ(v.allocation, last.allocation);
		EXPECT_EQ(WT_AFFIRMING, last.checks[WT_CHECK_CHAIN].tier);
		EXPECT_EQ(WT_AFFIRMING, last.checks[WT_CHECK_COUNTERS].tier);
		wt_verdict_clear(&last);
	}
	wt_verdict_clear(&v);
	wt_buf_free(&whole);
	wt_buf_free(&part);
	wt_buf_free(&rest);
}

TEST_F(pieces, one_by_one)
{
	struct wt_buf whole = { 0 }, states[2] = { { 0 } };
	struct rig_judging all = { .ret_state = &whole }, one;
	struct wt_verdict v;
	size_t k;

	eventful(&self->rig);
	v = rig_judge(&self->rig, &all);
	wt_verdict_clear(&v);
	for (k = 0; k < self->rig.n_atts; k++) {
		one = (struct rig_judging){ .first = k, .n = 1, .ret_state = &states[k & 1] };
		if (k > 0)
			one.state = wt_buf_span(&states[~k & 1]);
		v = rig_judge(&self->rig, &one);
		wt_verdict_clear(&v);
	}
	EXPECT_TRUE(same_bytes(&whole, &states[(k - 1) & 1]));
	wt_buf_free(&whole);
	wt_buf_free(&states[0]);
	wt_buf_free(&states[1]);
}

TEST_F(pieces, nothing_new)
{
	struct wt_buf state = { 0 }, again = { 0 };
	struct rig_judging first = { .ret_state = &state }, second = { .ret_state = &again };
	struct wt_verdict v;

	rig_minutes(&self->rig, 2);
	v = rig_judge(&self->rig, &first);
	wt_verdict_clear(&v);
	second.state = wt_buf_span(&state);
	v = rig_judge(&self->rig, &second);
	EXPECT_EQ(WT_AFFIRMING, v.tier);
	EXPECT_EQ(0, v.attestations);
	EXPECT_TRUE(same_bytes(&state, &again));
	wt_verdict_clear(&v);
	wt_buf_free(&state);
	wt_buf_free(&again);
}

TEST_F(pieces, state_of_nobody)
{
	struct wt_buf state = { 0 };
	struct rig_judging how = { .ret_state = &state };
	struct wt_appraisal *a;
	struct wt_verdict v;
	struct wt_err err;
	size_t i;

	eventful(&self->rig);
	v = rig_judge(&self->rig, &how);
	wt_verdict_clear(&v);

	/* Cut anywhere it is refused, and the appraisal is as it was. */
	a = rig_appraisal(&self->rig, &(struct rig_judging){ 0 });
	for (i = 0; i < state.n; i += 7)
		EXPECT_EQ(-EBADMSG, wt_appraisal_state_load(a, wt_span(state.p, i), &err));
	state.p[2] = 1; /* the version */
	EXPECT_EQ(-EBADMSG, wt_appraisal_state_load(a, wt_buf_span(&state), &err));
	state.p[2] = 3;
	state.p[5] ^= 1; /* the rig */
	EXPECT_EQ(-EBADMSG, wt_appraisal_state_load(a, wt_buf_span(&state), &err));
	state.p[5] ^= 1;
	for (i = 0; i < self->rig.n_atts; i++)
		EXPECT_EQ(1, wt_appraisal_feed(a, wt_buf_span(&self->rig.atts[i]), "", &err));
	EXPECT_EQ(-EINVAL, wt_appraisal_state_load(a, wt_buf_span(&state), &err));
	wt_appraisal_free(a);
	wt_buf_free(&state);
}

TEST_HARNESS_MAIN
