// SPDX-License-Identifier: Apache-2.0
/* A report of a whole rig: what was appraised, no more and no less. */
#include "tests/unit/books.h"

FIXTURE(rig)
{
	struct rig *rig;
	struct wt_reporter *reporter;
	struct wt_verdict verdict;
	struct wt_report report;
};

FIXTURE_SETUP(rig)
{
	self->rig = calloc(1, sizeof(*self->rig));
	ASSERT_NE(NULL, self->rig);
	rig_init(self->rig);
}

FIXTURE_TEARDOWN(rig)
{
	wt_report_clear(&self->report);
	wt_reporter_free(self->reporter);
	wt_verdict_clear(&self->verdict);
	rig_free(self->rig);
	free(self->rig);
}

static int report_on(struct rig *rig, int64_t from, int64_t to, struct wt_reporter **reporter,
		     struct wt_verdict *verdict, struct wt_report *report, struct wt_err *err)
{
	const struct rig_judging how = { 0 };
	struct wt_appraisal *a = rig_appraisal(rig, &how);
	struct wt_observer observer;
	int r;

	if (wt_reporter_new(from, to, reporter, err) < 0)
		abort();
	observer = wt_reporter_observer(*reporter);
	wt_appraisal_observe(a, &observer);
	for (size_t i = 0; i < rig->n_atts; i++)
		if (wt_appraisal_feed(a, wt_buf_span(&rig->atts[i]), "attestation", err) < 0)
			abort();
	if (wt_appraisal_finish(a, verdict, err) < 0)
		abort();
	r = wt_reporter_finish(*reporter, verdict, report, err);
	wt_appraisal_free(a);
	return r;
}

TEST_F(rig, the_total_is_the_verdict)
{
	struct rig *rig = self->rig;
	const struct wt_report_gap *gap;
	struct wt_err err = { 0 };

	rig_grant(rig, 100, 0, 3600);
	rig_grant(rig, 30, 3000, 9000);
	rig_boot(rig);
	rig_minutes(rig, 59);
	rig_pass(rig, 90 * RIG_S);
	rig_window(rig, 0, wt_span(NULL, 0));
	rig_attest(rig, wt_span(NULL, 0));
	rig_unload(rig);
	rig_off(rig, 600);
	rig_boot(rig);
	rig_minutes(rig, 40);
	ASSERT_EQ(0, report_on(rig, RIG_T0 - 3600, RIG_T0 + 86400, &self->reporter, &self->verdict,
			       &self->report, &err))
	{
		TH_LOG("%s", err.msg);
	}
	EXPECT_LT(0, self->verdict.chargeable.best);
	EXPECT_TRUE(adds_up(&self->report));
	EXPECT_TRUE(equal(&self->verdict.chargeable, &self->report.total.chargeable));
	EXPECT_EQ(self->verdict.measured_uj, self->report.total.measured_uj);
	EXPECT_EQ(self->verdict.substituted_uj, self->report.total.substituted_uj);
	EXPECT_EQ(2, self->report.n_hours);
	EXPECT_EQ(2, self->report.n_accounts);
	/* switched off for ten minutes: at the nameplate's power, and why */
	ASSERT_LE(1, self->report.n_gaps);
	gap = &self->report.gaps[self->report.n_gaps - 1];
	EXPECT_TRUE(gap->gap);
	EXPECT_LE(600 * RIG_S, gap->unmeasured_ns);
	EXPECT_EQ(gap->to_ns - gap->from_ns, gap->unmeasured_ns);
	EXPECT_EQ(gap->unmeasured_ns, self->report.total.gap_ns);
	EXPECT_EQ(gap->unmeasured_ns / 1000 * rig->reg.nameplate_w, gap->substituted_uj);
	EXPECT_NE(NULL, strstr(gap->why, "nobody attested"));
}

/* What lies before the registration began is not charged, and in no hour. */
TEST_F(rig, registered_within_the_first_window)
{
	struct rig *rig = self->rig;
	struct wt_err err = { 0 };

	rig->reg.not_before = RIG_T0 + 20;
	rig_register(rig);
	rig_grant(rig, 100, 0, 3600);
	rig_boot(rig);
	rig_minutes(rig, 3);
	ASSERT_EQ(0, report_on(rig, RIG_T0 - 3600, RIG_T0 + 3600, &self->reporter, &self->verdict,
			       &self->report, &err));
	EXPECT_TRUE(adds_up(&self->report));
	EXPECT_TRUE(equal(&self->verdict.chargeable, &self->report.total.chargeable));
	EXPECT_EQ(160 * UINT64_C(100000000), self->report.total.measured_uj);
	EXPECT_EQ(160 * RIG_S, self->report.total.covered_ns);
}

TEST_F(rig, nothing_in_the_period)
{
	struct wt_err err = { 0 };

	rig_boot(self->rig);
	rig_minutes(self->rig, 3);
	EXPECT_EQ(-ENOENT, report_on(self->rig, RIG_T0 + 7200, RIG_T0 + 9000, &self->reporter,
				     &self->verdict, &self->report, &err));
	EXPECT_NE(NULL, strstr(err.msg, "nothing was attested from 2026-01-01T02:00:00Z"));
	EXPECT_NE(NULL,
		  strstr(err.msg, "evidence of 2026-01-01T00:00:00Z to 2026-01-01T00:03:00Z"));
}

TEST_HARNESS_MAIN
