// SPDX-License-Identifier: Apache-2.0
/*
 * Notices, and the time that nobody attests. The rig draws 100 W, its input is of class 1 %, its
 * nameplate says 3,500 W, and it holds a grant of 1 kWh for a day.
 */
#include "tests/unit/lib/bent.h"

#define DAY 86400
#define HOUR 3600

static void curtail(struct rig *rig, uint32_t max_w, int64_t from, int64_t to)
{
	struct wt_notice notice = rig_notice_of(rig, WT_NOTICE_CURTAIL, from, to);

	notice.max_w = max_w;
	rig_notice_sign(rig, &notice, &rig->energy);
}

/* --- curtailments ----------------------------------------------------------------------------- */

BENT(curtailment_kept, CURTAILMENT, "ok", 0)
{
	curtail(rig, 101, 0, HOUR);
	rig_minutes(rig, 5);
}

BENT(curtailment_not_kept, CURTAILMENT, "curtailment-exceeded", 0)
{
	curtail(rig, 98, 0, HOUR); /* 1 % below 100 W is 99 W */
	rig_minutes(rig, 5);
}

BENT(curtailment_within_the_class, CURTAILMENT, "curtailment-inquire", 0)
{
	curtail(rig, 99, 0, HOUR);
	rig_minutes(rig, 5);
}

BENT(curtailed_to_nothing, CURTAILMENT, "curtailment-exceeded", 0)
{
	curtail(rig, 0, 0, HOUR);
	rig_minutes(rig, 1);
}

BENT(curtailment_of_another_time, CURTAILMENT, "none", 0)
{
	curtail(rig, 0, HOUR, 2 * HOUR);
	curtail(rig, 0, -HOUR, 0);
	rig_minutes(rig, 5);
}

/* 60 s at 100 W, then 60 s at 300 W: of the second minute a half lies in the notice's time. */
BENT(curtailment_is_of_the_mean, CURTAILMENT, "curtailment-exceeded", 0)
{
	curtail(rig, 160, 0, 90);
	rig_minute(rig);
	rig->sources[0].mw = 300000;
	rig_minute(rig);
}

BENT(curtailment_of_the_mean_kept, CURTAILMENT, "ok", 0)
{
	curtail(rig, 171, 0, 90);
	rig_minute(rig);
	rig->sources[0].mw = 300000;
	rig_minute(rig);
}

BENT(curtailment_of_what_nobody_measured, CURTAILMENT, "curtailment-inquire", ALSO(SOURCES))
{
	curtail(rig, 150, 0, HOUR);
	rig_minutes(rig, 2);
	rig->sources[0].dead = true;
	rig_minutes(rig, 1);
}

BENT(curtailment_says_nothing_of_a_gap, CURTAILMENT, "ok", 0)
{
	curtail(rig, 150, 0, HOUR);
	rig_minutes(rig, 2);
	rig_off(rig, 300);
	rig_boot(rig);
	rig_minutes(rig, 2);
}

BENT(curtailment_by_the_registry, CURTAILMENT, "curtailment-exceeded", 0)
{
	struct wt_notice notice = rig_notice_of(rig, WT_NOTICE_CURTAIL, 0, HOUR);

	rig_notice_sign(rig, &notice, &rig->registry);
	rig_minutes(rig, 1);
}

/* All rigs of a licence or a zone, for an hour of which this one works a minute. */
static void curtail_all(struct rig *rig, enum wt_notice_scope scope, const char *whose)
{
	struct wt_notice notice = rig_notice_of(rig, WT_NOTICE_CURTAIL, 0, HOUR);

	notice.scope = scope;
	strcpy(notice.text, whose);
	rig_notice_sign(rig, &notice, &rig->energy);
	rig_minutes(rig, 1);
}

BENT(curtailment_of_the_licence, CURTAILMENT, "curtailment-exceeded", 0)
{
	curtail_all(rig, WT_SCOPE_LICENCE, rig->reg.licence);
}

BENT(curtailment_of_another_licence, CURTAILMENT, "none", 0)
{
	curtail_all(rig, WT_SCOPE_LICENCE, "DMI-84-0099");
}

BENT(curtailment_of_the_zone, CURTAILMENT, "curtailment-exceeded", 0)
{
	curtail_all(rig, WT_SCOPE_ZONE, rig->reg.zone);
}

BENT(curtailment_of_another_rig, CURTAILMENT, "none", 0)
{
	struct wt_notice notice = rig_notice_of(rig, WT_NOTICE_CURTAIL, 0, HOUR);

	notice.target[4] ^= 1;
	rig_notice_sign(rig, &notice, &rig->energy);
	rig_minutes(rig, 1);
}

BENT(curtailment_by_the_site, GRANTS, "notice-refused", ALSO(SIGNER))
{
	struct wt_notice notice = rig_notice_of(rig, WT_NOTICE_CURTAIL, 0, HOUR);

	rig_notice_sign(rig, &notice, &rig->site);
	rig_minutes(rig, 1);
}

BENT(curtailment_by_the_rig, GRANTS, "notice-refused", ALSO(SIGNER))
{
	struct wt_notice notice = rig_notice_of(rig, WT_NOTICE_CURTAIL, 0, HOUR);

	rig_notice_sign(rig, &notice, &rig->self);
	rig_minutes(rig, 1);
}

BENT(notice_forged, GRANTS, "notice-refused", 0)
{
	struct wt_notice notice = rig_notice_of(rig, WT_NOTICE_CURTAIL, 0, HOUR);
	size_t i = rig_notice_sign(rig, &notice, &rig->energy);

	rig->notices[i].p[rig->notices[i].n - 3] ^= 1;
	rig_minutes(rig, 1);
}

BENT(curtailment_over_two_runs, CURTAILMENT, "curtailment-exceeded", 0)
{
	static struct wt_buf state;
	struct rig_judging before = { .ret_state = &state };
	struct wt_verdict v;

	/* 100 W, 300 W, 100 W: only with the first two the mean is above 165 W. */
	curtail(rig, 155, 0, HOUR);
	rig_minute(rig);
	rig->sources[0].mw = 300000;
	rig_minute(rig);
	v = rig_judge(rig, &before);
	wt_verdict_clear(&v);
	rig->sources[0].mw = 100000;
	rig_minute(rig);
	how->state = wt_buf_span(&state);
	how->first = 2;
}

/* --- revocations ------------------------------------------------------------------------------ */

static void revoke_grant(struct rig *rig, int64_t from, const struct rig_identity *by)
{
	struct wt_notice notice = rig_notice_of(rig, WT_NOTICE_REVOKE_GRANT, from, 0);

	rig_notice_sign(rig, &notice, by);
}

BENT(grant_revoked_before, ENERGY, "energy-exceeded", 0)
{
	revoke_grant(rig, 0, &rig->energy);
	rig_minutes(rig, 2);
}

BENT(grant_revoked_meanwhile, ENERGY, "energy-exceeded", 0)
{
	revoke_grant(rig, 119, &rig->energy);
	rig_minutes(rig, 2);
}

BENT(grant_revoked_afterwards, ENERGY, "ok", 0)
{
	revoke_grant(rig, 120, &rig->energy);
	rig_minutes(rig, 2);
}

BENT(revoked_grant_beside_another, ENERGY, "ok", 0)
{
	revoke_grant(rig, 0, &rig->energy);
	rig_grant(rig, 100, -HOUR, DAY);
	rig_minutes(rig, 2);
}

BENT(site_grant_revoked, ENERGY, "energy-exceeded", 0)
{
	struct wt_notice notice;

	rig->n_grants = 0;
	rig_allot(rig, rig_site_grant(rig, 1000, 0, HOUR), 100);
	notice = rig_notice_of(rig, WT_NOTICE_REVOKE_GRANT, 60, 0);
	rig_notice_sign(rig, &notice, &rig->energy);
	rig_minutes(rig, 2);
}

BENT(grant_revoked_by_the_registry, GRANTS, "notice-refused", ALSO(SIGNER))
{
	revoke_grant(rig, 0, &rig->registry);
	rig_minutes(rig, 2);
}

BENT(registration_revoked, REGISTRATION, "registration-revoked", 0)
{
	struct wt_notice notice = rig_notice_of(rig, WT_NOTICE_REVOKE_REGISTRATION, 120, 0);

	rig_notice_sign(rig, &notice, &rig->registry);
	rig_minutes(rig, 2);
}

BENT(registration_revoked_afterwards, REGISTRATION, "ok", 0)
{
	struct wt_notice notice = rig_notice_of(rig, WT_NOTICE_REVOKE_REGISTRATION, 121, 0);

	rig_notice_sign(rig, &notice, &rig->registry);
	rig_minutes(rig, 2);
}

BENT(other_registration_revoked, REGISTRATION, "ok", 0)
{
	struct wt_notice notice = rig_notice_of(rig, WT_NOTICE_REVOKE_REGISTRATION, 0, 0);

	notice.target[0] ^= 1;
	rig_notice_sign(rig, &notice, &rig->registry);
	rig_minutes(rig, 2);
}

BENT(registration_revoked_by_the_platform, GRANTS, "notice-refused", ALSO(SIGNER))
{
	struct wt_notice notice = rig_notice_of(rig, WT_NOTICE_REVOKE_REGISTRATION, 0, 0);

	rig_notice_sign(rig, &notice, &rig->energy);
	rig_minutes(rig, 2);
}

/* --- gaps ------------------------------------------------------------------------------------- */

BENT(gap_that_was_bought, ENERGY, "ok", 0)
{
	rig_minutes(rig, 2);
	rig_off(rig, 600);
	rig_boot(rig);
	rig_minutes(rig, 2);
}

BENT(gap_beyond_what_was_bought, ENERGY, "energy-exceeded", 0)
{
	rig_minutes(rig, 2);
	rig_off(rig, HOUR);
	rig_boot(rig);
	rig_minutes(rig, 2);
}

BENT(off_by_notice_alone, ENERGY, "off-not-borne-out", 0)
{
	struct wt_notice notice = rig_notice_of(rig, WT_NOTICE_OFF, 120, 720);

	rig_notice_sign(rig, &notice, &rig->energy);
	rig_minutes(rig, 2);
	rig_off(rig, 600);
	rig_boot(rig);
	rig_minutes(rig, 2);
}

BENT(off_by_notice_at_another_time, ENERGY, "ok", 0)
{
	struct wt_notice notice = rig_notice_of(rig, WT_NOTICE_OFF, 720, 1320);

	rig_notice_sign(rig, &notice, &rig->energy);
	rig_minutes(rig, 2);
	rig_off(rig, 600);
	rig_boot(rig);
	rig_minutes(rig, 2);
}

/* --- gaps that an accumulator settles --------------------------------------------------------- */

/* The meter counts on from 5 kWh; off_uj while nobody attests, for an hour. */
static void counted_on(struct rig *rig, uint64_t off_uj)
{
	rig_off(rig, HOUR);
	rig->raw_uj += off_uj;
	rig_boot(rig);
	rig_minutes(rig, 2);
}

static void with_accumulator(struct rig *rig)
{
	rig->accumulator = true;
	rig->raw_uj = UINT64_C(5000) * 3600000000;
	rig_unload(rig);
	rig_attest(rig, NO_NONCE);
	rig_off(rig, 1);
	rig->raw_uj = UINT64_C(5000) * 3600000000;
	rig_boot(rig);
	rig_minutes(rig, 2);
}

BENT(gap_that_a_meter_settles, ENERGY, "ok", 0)
{
	with_accumulator(rig);
	counted_on(rig, UINT64_C(100) * 3600000000);
}

BENT(gap_in_which_a_meter_counted_too_much_for_the_grant, ENERGY, "energy-exceeded", 0)
{
	with_accumulator(rig);
	counted_on(rig, UINT64_C(1000) * 3600000000);
}

BENT(off_by_notice_and_borne_out, ENERGY, "ok", 0)
{
	struct wt_notice notice = rig_notice_of(rig, WT_NOTICE_OFF, 0, DAY);

	with_accumulator(rig);
	/* A second of the first log's end was charged: the notice begins behind it. */
	notice.from = (int64_t)(rig->realtime_ns / RIG_S);
	rig_notice_sign(rig, &notice, &rig->energy);
	counted_on(rig, 0);
}

BENT(meter_that_was_reset, ENERGY, "energy-exceeded", 0)
{
	with_accumulator(rig);
	rig_off(rig, HOUR);
	rig->raw_uj = 1000;
	rig_boot(rig);
	rig_minutes(rig, 2);
}

BENT(meter_that_counts_what_no_rig_draws, ENERGY, "energy-exceeded", 0)
{
	with_accumulator(rig);
	counted_on(rig, UINT64_C(4201) * 3600000000);
}

static void refuse_one(struct rig *rig, size_t i, struct wattest_window_source *s)
{
	s->refused = htole32(1);
}

BENT(meter_that_was_not_followed, ENERGY, "energy-exceeded", 0)
{
	with_accumulator(rig);
	rig->edit_source = refuse_one;
	rig_minute(rig);
	rig->edit_source = NULL;
	counted_on(rig, 0);
}

BENT(meter_that_settles_over_two_runs, ENERGY, "ok", 0)
{
	static struct wt_buf state;
	struct rig_judging before = { .ret_state = &state };
	struct wt_verdict v;

	with_accumulator(rig);
	v = rig_judge(rig, &before);
	wt_verdict_clear(&v);
	how->state = wt_buf_span(&state);
	how->first = rig->n_atts;
	counted_on(rig, UINT64_C(100) * 3600000000);
}

/* The clock is a day behind when the log begins, and set before its first window. */
BENT(gap_hidden_by_a_clock_set_back, ENERGY, "energy-exceeded", ALSO(TIME))
{
	rig_minutes(rig, 2);
	rig_off(rig, HOUR);
	rig->realtime_ns -= HOUR * RIG_S;
	rig_boot(rig);
	rig_step_clock(rig, HOUR * (int64_t)RIG_S, true);
	rig_minutes(rig, 2);
}

BENT_TESTS

TEST(gap_is_charged_to_the_uj)
{
	struct rig *rig = calloc(1, sizeof(*rig));
	struct wt_verdict v;

	rig_init(rig);
	rig_grant(rig, 1000, -HOUR, DAY);
	rig_boot(rig);
	rig_minutes(rig, 2);
	rig_pass(rig, 20 * RIG_S); /* of a window that nobody will see */
	rig_off(rig, 100);
	rig_boot(rig);
	rig_minutes(rig, 2);
	v = rig_judge(rig, NULL);
	EXPECT_EQ(120 * UINT64_C(3500) * 1000000, v.substituted_uj);
	EXPECT_EQ(v.measured_uj + v.substituted_uj, v.chargeable.best);
	EXPECT_LT(v.chargeable.low, v.measured_uj);
	printf("# %s\n", v.checks[WT_CHECK_ENERGY].reason);
	EXPECT_NE(NULL, strstr(v.checks[WT_CHECK_ENERGY].reason, "that nobody attested"));
	wt_verdict_clear(&v);
	rig_free(rig);
	free(rig);
}

TEST(gap_is_settled_to_the_uj)
{
	struct rig *rig = calloc(1, sizeof(*rig));
	struct wt_verdict v;
	uint64_t first;

	rig_init(rig);
	rig_grant(rig, 1000, -HOUR, DAY);
	rig->accumulator = true;
	rig->raw_uj = 12345;
	rig_boot(rig);
	rig_minutes(rig, 2);
	v = rig_judge(rig, NULL);
	first = v.measured_uj;
	wt_verdict_clear(&v);
	counted_on(rig, 777777);
	v = rig_judge(rig, NULL);
	EXPECT_EQ(0, v.substituted_uj);
	EXPECT_EQ(2 * first + 777777, v.measured_uj);
	EXPECT_EQ(v.measured_uj, v.chargeable.best);
	wt_verdict_clear(&v);
	rig_free(rig);
	free(rig);
}

/* Far more was bought than any of it: what counts is what is charged. */
static uint64_t substituted(uint64_t off_uj)
{
	struct rig *rig = calloc(1, sizeof(*rig));
	struct wt_verdict v;
	uint64_t uj;

	rig_init(rig);
	rig_grant(rig, 100000, -HOUR, DAY);
	rig->accumulator = true;
	rig->raw_uj = UINT64_C(5000) * 3600000000;
	rig_boot(rig);
	rig_minutes(rig, 2);
	counted_on(rig, off_uj);
	v = rig_judge(rig, NULL);
	uj = v.substituted_uj;
	wt_verdict_clear(&v);
	rig_free(rig);
	free(rig);
	return uj;
}

TEST(no_meter_counts_more_than_the_rig_can_draw)
{
	const uint64_t nameplate = UINT64_C(3500) * 3600000000;

	EXPECT_EQ(0, substituted(nameplate / 5 * 6));
	EXPECT_EQ(nameplate, substituted(nameplate / 5 * 6 + 1));
	EXPECT_EQ(nameplate, substituted((uint64_t)-1)); /* it reads one uJ less */
}

TEST_HARNESS_MAIN
