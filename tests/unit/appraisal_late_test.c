// SPDX-License-Identifier: Apache-2.0
/*
 * A notice that comes late: given to a later run, over the state, it comes to the same as if it had been
 * given in time, to the uJ; beyond what the state keeps it is said that it came too late.
 */
#include <stdlib.h>
#include <string.h>

#include "kselftest_harness.h"

#include "lib/appraisal/charges.h"
#include "tests/unit/lib/rig.h"

#define NO_NONCE wt_span(NULL, 0)
#define DAY 86400

FIXTURE(late)
{
	struct rig rig;
	struct wt_idle idle[1];
	struct wt_buf state;
};

FIXTURE_SETUP(late)
{
	rig_init(&self->rig);
}

FIXTURE_TEARDOWN(late)
{
	self->rig.reg.idle = NULL;
	wt_buf_free(&self->state);
	rig_free(&self->rig);
}

/* Judges a part with so many of the notices and grants, over the state; which is made anew. */
static struct wt_verdict part(FIXTURE_DATA(late) * self, size_t notices, size_t grants,
			      size_t first, size_t last)
{
	size_t all_notices = self->rig.n_notices, all_grants = self->rig.n_grants, i;
	struct rig_judging how = { 0 };
	struct wt_appraisal *a;
	struct wt_verdict v;
	struct wt_err err;

	if (self->state.n)
		how.state = wt_buf_span(&self->state);
	/* With nothing new, the newest one again: a run without any judges nothing. */
	if (first == last)
		first = last = self->rig.n_atts;
	first -= first == last;
	self->rig.n_notices = notices;
	self->rig.n_grants = grants;
	a = rig_appraisal(&self->rig, &how);
	self->rig.n_notices = all_notices;
	self->rig.n_grants = all_grants;
	for (i = first; i < last; i++) {
		if (wt_appraisal_feed(a, wt_buf_span(&self->rig.atts[i]), "att.cose", &err) < 0)
			abort();
	}
	wt_buf_reset(&self->state);
	if (wt_appraisal_finish(a, &v, &err) < 0 ||
	    wt_appraisal_state_save(a, &self->state, &err) < 0)
		abort();
	wt_appraisal_free(a);
	return v;
}

/*
 * All in time, at once; against the last notices and grants after the attestation `known`, and the rest
 * after that in parts. The same figures and the same state, to the byte.
 */
static void expect_same_late(struct __test_metadata *_metadata, FIXTURE_DATA(late) * self,
			     size_t late_notices, size_t late_grants, size_t known)
{
	const struct rig *rig = &self->rig;
	struct wt_verdict v, last;
	struct wt_buf in_time;

	wt_buf_reset(&self->state);
	v = part(self, rig->n_notices, rig->n_grants, 0, rig->n_atts);
	in_time = self->state;
	self->state = (struct wt_buf){ 0 };
	last = part(self, rig->n_notices - late_notices, rig->n_grants - late_grants, 0, known);
	wt_verdict_clear(&last);
	last = part(self, rig->n_notices, rig->n_grants, known, rig->n_atts);
	EXPECT_EQ(v.allocation, last.allocation);
	EXPECT_EQ(v.chargeable.low, last.chargeable.low);
	EXPECT_EQ(v.chargeable.best, last.chargeable.best);
	EXPECT_EQ(v.chargeable.high, last.chargeable.high);
	EXPECT_EQ(v.left_uj, last.left_uj);
	EXPECT_EQ(v.bought_uj, last.bought_uj);
	if (last.attestations > 0) {
		EXPECT_STREQ(v.checks[WT_CHECK_CURTAILMENT].reason,
			     last.checks[WT_CHECK_CURTAILMENT].reason);
		EXPECT_STREQ(v.checks[WT_CHECK_GRANTS].reason, last.checks[WT_CHECK_GRANTS].reason);
	}
	EXPECT_TRUE(wt_span_equal(wt_buf_span(&in_time), wt_buf_span(&self->state)))
	{
		TH_LOG("known after %zu of %zu", known, rig->n_atts);
	}
	wt_buf_free(&in_time);
	wt_verdict_clear(&v);
	wt_verdict_clear(&last);
}

static void notice(struct rig *rig, struct wt_notice n)
{
	rig_notice_sign(rig, &n, &rig->energy);
}

static void revoke_grant(struct rig *rig, size_t grant, int64_t from)
{
	struct wt_notice n = rig_notice_of(rig, WT_NOTICE_REVOKE_GRANT, from, 0);

	memcpy(n.target, rig->named[grant].id, WT_ID_LEN);
	notice(rig, n);
}

static void curtail(struct rig *rig, uint32_t max_w, int64_t from, int64_t to)
{
	struct wt_notice n = rig_notice_of(rig, WT_NOTICE_CURTAIL, from, to);

	n.max_w = max_w;
	notice(rig, n);
}

/* Twenty minutes, a gap of ten among them, power that changes. */
static void live(struct rig *rig)
{
	size_t i;

	rig_boot(rig);
	for (i = 0; i < 10; i++) {
		rig->sources[0].mw = 100000 + 7919 * (uint32_t)i;
		rig_window(rig, 55 + i, NO_NONCE);
		rig_attest(rig, NO_NONCE);
	}
	rig_off(rig, 600);
	rig_boot(rig);
	rig_minutes(rig, 10);
}

TEST_F(late, revocation)
{
	size_t known;

	rig_grant(&self->rig, 3, 0, 700);
	rig_grant(&self->rig, 5, 0, 900);
	rig_grant(&self->rig, 600, 0, 4000);
	live(&self->rig);
	revoke_grant(&self->rig, 1, 217);
	for (known = 1; known < self->rig.n_atts; known += 3)
		expect_same_late(_metadata, self, 1, 0, known);
	revoke_grant(&self->rig, 2, 1000);
	revoke_grant(&self->rig, 0, 33);
	expect_same_late(_metadata, self, 3, 0, self->rig.n_atts - 1);
	expect_same_late(_metadata, self, 2, 0, self->rig.n_atts - 5);
}

/* What it makes of the verdict */
TEST_F(late, revocation_of_what_was_spent)
{
	struct wt_verdict v;

	rig_grant(&self->rig, 1000, 0, DAY);
	live(&self->rig);
	v = part(self, 0, 1, 0, self->rig.n_atts);
	EXPECT_EQ(WT_WITHIN, v.allocation);
	wt_verdict_clear(&v);
	revoke_grant(&self->rig, 0, 120);
	v = part(self, 1, 1, 0, 0);
	EXPECT_EQ(WT_EXCEEDED, v.allocation);
	EXPECT_LE(v.checks[WT_CHECK_GRANTS].tier, WT_AFFIRMING);
	wt_verdict_clear(&v);
	/* It is known from then on, though nobody gives it again. */
	v = part(self, 0, 1, 0, 0);
	EXPECT_EQ(WT_EXCEEDED, v.allocation);
	wt_verdict_clear(&v);
}

TEST_F(late, curtailment)
{
	size_t known;

	rig_grant(&self->rig, 1000, 0, DAY);
	live(&self->rig);
	curtail(&self->rig, 120, 77, 391);
	for (known = 1; known < self->rig.n_atts; known += 3)
		expect_same_late(_metadata, self, 1, 0, known);
}

TEST_F(late, off)
{
	rig_grant(&self->rig, 1000, 0, DAY);
	live(&self->rig);
	notice(&self->rig, rig_notice_of(&self->rig, WT_NOTICE_OFF, 700, 1000));
	expect_same_late(_metadata, self, 1, 0, self->rig.n_atts - 1);
	expect_same_late(_metadata, self, 1, 0, 5);
}

TEST_F(late, off_beside_a_schedule_and_a_check)
{
	struct rig *rig = &self->rig;

	self->idle[0] = (struct wt_idle){ 3 * 1440 + 11, 2 };
	rig->reg.idle = self->idle;
	rig->reg.n_idle = 1;
	rig->accumulator = true;
	rig->raw_uj = 18000000000;
	rig->reg_sources[0].role = WT_ROLE_CHECK;
	rig->reg_sources[1] = (struct wt_reg_source){ .chip = "psu2",
						      .attribute = "power1_input",
						      .role = WT_ROLE_INPUT,
						      .class_ppm = 10000 };
	rig->reg.n_sources = 2;
	rig_register(rig);
	rig_grant(rig, 1000, 0, DAY);
	rig_boot(rig);
	rig_source(rig, "psu2", "power1_input", 100000);
	rig_minutes(rig, 10);
	rig_off(rig, 600);
	rig->raw_uj += 1000;
	rig_boot(rig);
	rig_source(rig, "psu2", "power1_input", 100000);
	rig_minutes(rig, 3);
	notice(rig, rig_notice_of(rig, WT_NOTICE_OFF, 900, 1100));
	expect_same_late(_metadata, self, 1, 0, rig->n_atts - 1);
	expect_same_late(_metadata, self, 1, 0, rig->n_atts);
}

TEST_F(late, grant)
{
	rig_grant(&self->rig, 3, 0, 700);
	rig_grant(&self->rig, 600, 0, 4000);
	rig_grant(&self->rig, 4, 100, 500);
	live(&self->rig);
	expect_same_late(_metadata, self, 0, 1, 15);
	expect_same_late(_metadata, self, 0, 2, self->rig.n_atts);
}

TEST_F(late, revocation_of_the_registration)
{
	struct wt_notice n = rig_notice_of(&self->rig, WT_NOTICE_REVOKE_REGISTRATION, 120, 0);
	struct wt_verdict v;

	rig_grant(&self->rig, 1000, 0, DAY);
	live(&self->rig);
	v = part(self, 0, 1, 0, self->rig.n_atts);
	wt_verdict_clear(&v);
	rig_notice_sign(&self->rig, &n, &self->rig.registry);
	v = part(self, 1, 1, 0, 0);
	EXPECT_STREQ("registration-revoked", v.checks[WT_CHECK_REGISTRATION].code);
	EXPECT_NE(NULL, strstr(v.checks[WT_CHECK_REGISTRATION].reason, ", as is known now"));
	wt_verdict_clear(&v);
}

/* Nobody can deal anew what went to a grant that is not there. */
TEST_F(late, without_the_grants_of_then)
{
	struct wt_verdict v;

	rig_grant(&self->rig, 1000, 0, DAY);
	rig_grant(&self->rig, 3, 0, 700);
	live(&self->rig);
	v = part(self, 0, 2, 0, self->rig.n_atts);
	wt_verdict_clear(&v);
	revoke_grant(&self->rig, 0, 120);
	v = part(self, 1, 1, 0, 0);
	EXPECT_EQ(WT_WARNING, v.checks[WT_CHECK_GRANTS].tier);
	EXPECT_NE(NULL, strstr(v.checks[WT_CHECK_GRANTS].reason, "not given"));
	EXPECT_EQ(WT_WITHIN, v.allocation);
	wt_verdict_clear(&v);
}

/* --- more than is kept -------------------------------------------------------------------------- */

/* One attestation of many short windows, and as many again. */
static void live_long(struct rig *rig, size_t windows)
{
	size_t i;

	rig_boot(rig);
	for (i = 1; i <= windows; i++) {
		rig_window(rig, 2, NO_NONCE);
		if (i % 256 == 0)
			rig_attest(rig, NO_NONCE);
	}
	rig_attest(rig, NO_NONCE);
}

TEST_F(late, than_what_is_kept)
{
	int64_t kept_from = 2 * (3 * 1024 - WT_CHARGES_KEPT), long_ago = kept_from - 10;
	struct wt_verdict v;

	rig_grant(&self->rig, 100, 0, 3000);
	rig_grant(&self->rig, 1000, 0, DAY);
	live_long(&self->rig, 3 * 1024);
	/* Within what is kept, to the uJ, and nothing is said. */
	revoke_grant(&self->rig, 1, kept_from + 1);
	expect_same_late(_metadata, self, 1, 0, self->rig.n_atts);
	/* Before that: said, and the part that is kept is dealt anew. */
	revoke_grant(&self->rig, 1, long_ago);
	wt_buf_reset(&self->state);
	v = part(self, 0, 2, 0, self->rig.n_atts);
	EXPECT_EQ(WT_WITHIN, v.allocation);
	wt_verdict_clear(&v);
	v = part(self, 2, 2, 0, 0);
	EXPECT_STREQ("notice-late", v.checks[WT_CHECK_GRANTS].code);
	EXPECT_EQ(WT_EXCEEDED, v.allocation);
	wt_verdict_clear(&v);
	/* Once only: it is known now. */
	v = part(self, 2, 2, 0, 0);
	EXPECT_STREQ("ok", v.checks[WT_CHECK_GRANTS].code);
	EXPECT_EQ(WT_EXCEEDED, v.allocation);
	wt_verdict_clear(&v);
}

/* One that touches nothing that was charged before is none of the rig's trouble. */
TEST_F(late, but_of_a_later_time)
{
	struct wt_verdict v;

	rig_grant(&self->rig, 1000, 0, DAY);
	live_long(&self->rig, 2 * 1024);
	v = part(self, 0, 1, 0, self->rig.n_atts);
	wt_verdict_clear(&v);
	revoke_grant(&self->rig, 0, 2 * 2048 + 60);
	v = part(self, 1, 1, 0, 0);
	EXPECT_STREQ("ok", v.checks[WT_CHECK_GRANTS].code);
	EXPECT_EQ(WT_WITHIN, v.allocation);
	wt_verdict_clear(&v);
}

/* The state grows no further. */
TEST_F(late, the_state_is_bounded)
{
	struct wt_verdict v;
	size_t size;

	rig_grant(&self->rig, 1000, 0, DAY);
	live_long(&self->rig, 3 * 1024);
	v = part(self, 0, 1, 0, self->rig.n_atts - 4);
	wt_verdict_clear(&v);
	size = self->state.n;
	v = part(self, 0, 1, self->rig.n_atts - 4, self->rig.n_atts);
	wt_verdict_clear(&v);
	EXPECT_LE(self->state.n, size + 64);
	EXPECT_LE(size, 48000);
	printf("# a state of %zu bytes\n", size);
}

TEST_HARNESS_MAIN
