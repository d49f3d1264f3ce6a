// SPDX-License-Identifier: Apache-2.0
/* A site's objects, purchases, rigs and energy. */
#include "tests/unit/lib/site.h"

TEST_F(site, two_honest_rigs)
{
	work(self, 3);
	judge(self);
	EXPECT_ONLY(OBJECTS, "ok");
	EXPECT_EQ(WT_AFFIRMING, self->v.tier);
	ASSERT_EQ(2, self->v.n_rigs);
	EXPECT_STREQ("KZ-PVL-0142", self->v.rigs[0].rig);
	EXPECT_STREQ("KZ-PVL-0143", self->v.rigs[1].rig);
	EXPECT_EQ(WT_AFFIRMING, self->v.rigs[0].tier);
	EXPECT_EQ(3, self->v.rigs[1].attestations);
	EXPECT_EQ(2 * 1000 * UINT64_C(3600000000), self->v.bought_uj);
	EXPECT_EQ(2 * 3 * 60 * UINT64_C(100000000), self->v.chargeable.best);
	EXPECT_EQ(0, wt_site_verdict_exit(&self->v));
	/* each rests on its own registration and grant */
	EXPECT_NE(0, memcmp(self->v.grounds[0].policy, self->v.grounds[1].policy, 32));
	EXPECT_EQ(0, memcmp(self->v.grounds[1].last_digest, self->rigs[1].prev, 32));
}

TEST_F(site, a_rig_of_it_is_at_fault)
{
	self->rigs[1].devices[rig_device(&self->rigs[1], 0x10c4, 0xea60, "GS-9", "1-7", 0)].rate =
		9;
	work(self, 2);
	judge(self);
	EXPECT_ONLY(OBJECTS, "ok");
	EXPECT_EQ(WT_AFFIRMING, self->v.rigs[0].tier);
	EXPECT_EQ(WT_CONTRAINDICATED, self->v.rigs[1].tier);
	EXPECT_EQ(WT_CONTRAINDICATED, self->v.tier);
	EXPECT_EQ(2, wt_site_verdict_exit(&self->v));
}

/* --- objects ---------------------------------------------------------------------------------- */

TEST_F(site, junk_among_the_objects)
{
	struct wt_buf junk = { .p = (uint8_t *)"junk", .n = 4 };
	const struct wt_site_refusal *refusals;
	size_t n;

	work(self, 1);
	give_bent(self, &junk);
	EXPECT_ONLY(OBJECTS, "object-refused");
	EXPECT_SAYS(OBJECTS, "bent.cose: byte 0");
	EXPECT_EQ(WT_CONTRAINDICATED, self->v.tier);
	refusals = wt_site_refusals(self->site, &n);
	ASSERT_EQ(1, n);
	EXPECT_STREQ("bent.cose", refusals[0].name);
}

TEST_F(site, junk_for_an_attestation)
{
	work(self, 1);
	begin(self);
	give_all(self, &self->rigs[0]);
	EXPECT_EQ(0, wt_site_attestation(self->site, wt_span("junk", 4), "1.cose", &self->err));
	attest(self, &self->rigs[0], 0, 1);
	finish(self);
	EXPECT_ONLY(OBJECTS, "object-refused");
}

/* Rightly signed, and by its type something else than it is given as. */
TEST_F(site, an_object_of_another_type)
{
	struct rig *rig = &self->rigs[0];
	struct wt_buf other = { 0 };
	struct wt_cose cose;

	work(self, 2);
	give_bent(self, &rig->atts[0]);
	EXPECT_ONLY(OBJECTS, "object-refused");
	EXPECT_SAYS(OBJECTS, "of type attestation: no registration, grant, allotment or notice");
	ASSERT_EQ(0, wt_cose_decode(wt_buf_span(&rig->atts[0]), &cose, &self->err));
	rig_sign(&rig->self, WT_TYP_RESULT, cose.payload, &other);
	begin(self);
	give_all(self, rig);
	EXPECT_EQ(0, wt_site_attestation(self->site, wt_buf_span(&other), "1.cose", &self->err));
	EXPECT_STREQ("it is of type result, not an attestation", self->err.msg);
	wt_buf_free(&other);
}

TEST_F(site, an_object_with_something_behind)
{
	struct wt_buf longer = { 0 };

	work(self, 1);
	wt_buf_append(&longer, self->rigs[0].grants[0].p, self->rigs[0].grants[0].n);
	wt_buf_append(&longer, "x", 1);
	give_bent(self, &longer);
	EXPECT_ONLY(OBJECTS, "object-refused");
	EXPECT_SAYS(OBJECTS, "more bytes follow the object");
	wt_buf_free(&longer);
}

TEST_F(site, an_object_too_late)
{
	work(self, 1);
	begin(self);
	give_all(self, &self->rigs[0]);
	attest(self, &self->rigs[0], 0, 1);
	EXPECT_EQ(-EINVAL, wt_site_object(self->site, wt_buf_span(&self->rigs[1].registration),
					  "late.cose", &self->err));
	EXPECT_STREQ("objects belong before the first attestation", self->err.msg);
}

/* Of a rig that is not here: nobody but the site looks at it. */
TEST_F(site, grant_that_the_registry_signed)
{
	struct wt_grant grant = rig_grant_of(&self->rigs[1], 10, 0, 60);
	size_t forged = rig_grant_sign(&self->rigs[1], &grant, &self->rigs[1].registry);

	self->rigs[1].n_grants--;
	memset(self->rigs[1].reg.ueid, 1, 17);
	rig_minute(&self->rigs[0]);
	begin(self);
	give_all(self, &self->rigs[0]);
	give(self, &self->rigs[1].grants[forged], "forged.cose");
	attest(self, &self->rigs[0], 0, 1);
	finish(self);
	EXPECT_ONLY(OBJECTS, "object-refused");
	EXPECT_SAYS(OBJECTS, "forged.cose: CN=Registry is not for grants");
}

TEST_F(site, two_grants_with_one_id)
{
	struct wt_grant grant = rig_grant_of(&self->rigs[1], 10, 0, 60);
	size_t other;

	memset(grant.id, 0x40, sizeof(grant.id)); /* the first rig's */
	other = rig_grant_sign(&self->rigs[1], &grant, &self->rigs[1].energy);
	self->rigs[1].n_grants--;
	work(self, 1);
	give_bent(self, &self->rigs[1].grants[other]);
	EXPECT_ONLY(OBJECTS, "object-conflict");
	EXPECT_SAYS(OBJECTS, "0/grant-0.cose and bent.cose");
}

TEST_F(site, the_same_object_twice)
{
	work(self, 1);
	give_bent(self, &self->rigs[1].grants[0]);
	EXPECT_ONLY(OBJECTS, "ok");
	EXPECT_EQ(2 * 1000 * UINT64_C(3600000000), self->v.bought_uj);
}

TEST_F(site, a_grant_to_nobody_here)
{
	rig_minute(&self->rigs[0]);
	begin(self);
	give_all(self, &self->rigs[0]);
	give_purchases(self, &self->rigs[1]);
	attest(self, &self->rigs[0], 0, 1);
	finish(self);
	EXPECT_ONLY(OBJECTS, "object-unused");
	EXPECT_SAYS(OBJECTS, "1/grant-0.cose");
	EXPECT_EQ(WT_WARNING, self->v.tier);
	EXPECT_EQ(1000 * UINT64_C(3600000000), self->v.bought_uj);
}

/* --- allotments and grants -------------------------------------------------------------------- */

/* The first rig's folder has the grant; both rigs have shares of it. */
static void divide(site_t *self, uint32_t first_wh, uint32_t second_wh)
{
	struct rig *a = &self->rigs[0], *b = &self->rigs[1];
	size_t grant = rig_site_grant(a, 1000, -3600, DAY);
	struct wt_allotment share = rig_allotment_of(a, grant, second_wh);

	a->n_grants = b->n_grants = 1;
	rig_allot(a, grant, first_wh);
	share.id[0] = 1;
	memcpy(share.ueid, b->reg.ueid, sizeof(share.ueid));
	rig_allot_sign(b, &share, &a->site);
	work(self, 2);
	a->n_grants = 2;
}

TEST_F(site, a_grant_divided_in_two)
{
	divide(self, 600, 400);
	judge(self);
	EXPECT_ONLY(ALLOTMENTS, "ok");
	EXPECT_EQ(WT_AFFIRMING, self->v.tier);
	EXPECT_EQ(1400 * UINT64_C(3600000000), self->v.rigs[1].bought_uj);
	EXPECT_EQ(3000 * UINT64_C(3600000000), self->v.bought_uj);
}

TEST_F(site, shares_beyond_the_grant)
{
	divide(self, 600, 401);
	judge(self);
	EXPECT_ONLY(ALLOTMENTS, "allotments-exceed");
	EXPECT_SAYS(ALLOTMENTS, "2 allotments of grant 41414141");
	EXPECT_SAYS(ALLOTMENTS, "sum to 1,001 Wh of 1,000 Wh: 1 Wh too much");
	/* each rig's own share is no fault of it */
	EXPECT_EQ(WT_AFFIRMING, self->v.rigs[0].tier);
	EXPECT_EQ(WT_CONTRAINDICATED, self->v.tier);
}

TEST_F(site, a_share_of_a_grant_that_is_not_given)
{
	divide(self, 600, 400);
	self->rigs[0].n_grants = 1;
	judge(self);
	EXPECT_ONLY(ALLOTMENTS, "allotment-grant");
	EXPECT_SAYS(ALLOTMENTS, "0/share-0.cose divides grant 41414141");
}

/* Of a rig that is not here, whose appraisal would have said it. */
TEST_F(site, a_share_that_another_site_signed)
{
	static const enum wt_duty duty = WT_DUTY_ALLOTMENT;
	struct rig *a = &self->rigs[0], *b = &self->rigs[1];
	struct rig_identity other = { 0 };
	struct wt_allotment share;

	rig_issue(&a->energy_ca, "Other", &duty, 1, false, RIG_T0 - DAY, RIG_T0 + DAY, &other);
	share = rig_allotment_of(a, rig_site_grant(a, 1000, -3600, DAY), 10);
	memcpy(share.ueid, b->reg.ueid, sizeof(share.ueid));
	rig_allot_sign(b, &share, &other);
	rig_minute(a);
	begin(self);
	give_all(self, a);
	give(self, &b->allotments[0], "share.cose");
	attest(self, a, 0, 1);
	finish(self);
	EXPECT_ONLY(OBJECTS, "object-refused");
	EXPECT_SAYS(OBJECTS, "share.cose: it is not signed with the site key");
	rig_identity_free(&other);
}

TEST_F(site, a_grant_spent_twice)
{
	self->rigs[1].named[self->rigs[1].n_grants++] = self->rigs[0].named[0];
	wt_buf_append(&self->rigs[1].grants[1], self->rigs[0].grants[0].p,
		      self->rigs[0].grants[0].n);
	work(self, 2);
	judge(self);
	EXPECT_ONLY(GRANTS, "grant-shared");
	EXPECT_SAYS(GRANTS, "KZ-PVL-0142, to whom it was sold, and by KZ-PVL-0143");
}

TEST_F(site, a_grant_of_another)
{
	self->rigs[1].named[self->rigs[1].n_grants++] = self->rigs[0].named[0];
	self->rigs[0].n_grants = 0;
	work(self, 2);
	self->rigs[0].n_grants = self->rigs[1].n_grants = 1;
	judge(self);
	EXPECT_ONLY(GRANTS, "grant-of-another");
	EXPECT_SAYS(GRANTS, "KZ-PVL-0143 spends grant 40404040");
}

/* --- notices ---------------------------------------------------------------------------------- */

/* A notice of the second rig's, and whether each rig's own grounds hold it. */
static void notify(site_t *self, enum wt_notice_kind kind, enum wt_notice_scope scope,
		   const char *text)
{
	struct wt_notice notice = rig_notice_of(&self->rigs[1], kind, 0, 3600);

	notice.scope = scope;
	if (text) {
		memset(notice.target, 0, sizeof(notice.target));
		strcpy(notice.text, text);
	}
	judge(self);
	self->before[0] = self->v.grounds[0];
	self->before[1] = self->v.grounds[1];
	rig_notice_sign(&self->rigs[1], &notice, &self->rigs[1].energy);
	give_bent(self, &self->rigs[1].notices[0]);
}

static bool concerned(const site_t *self, size_t rig)
{
	return memcmp(self->before[rig].policy, self->v.grounds[rig].policy, 32) != 0;
}

TEST_F(site, a_grant_is_revoked)
{
	work(self, 2);
	notify(self, WT_NOTICE_REVOKE_GRANT, WT_SCOPE_OBJECT, NULL);
	EXPECT_FALSE(concerned(self, 0));
	EXPECT_TRUE(concerned(self, 1));
	EXPECT_EQ(WT_WITHIN, self->v.rigs[0].allocation);
	EXPECT_EQ(WT_EXCEEDED, self->v.rigs[1].allocation);
}

TEST_F(site, a_zone_is_curtailed)
{
	work(self, 2);
	notify(self, WT_NOTICE_CURTAIL, WT_SCOPE_ZONE, "north");
	EXPECT_TRUE(concerned(self, 0));
	EXPECT_TRUE(concerned(self, 1));
}

TEST_F(site, another_licence_is_curtailed)
{
	work(self, 2);
	notify(self, WT_NOTICE_CURTAIL, WT_SCOPE_LICENCE, "DMI-84-9999");
	EXPECT_FALSE(concerned(self, 0));
	EXPECT_FALSE(concerned(self, 1));
	EXPECT_EQ(WT_AFFIRMING, self->v.tier);
}

/* --- rigs and energy -------------------------------------------------------------------------- */

TEST_F(site, a_rig_never_heard_of)
{
	work(self, 1);
	begin(self);
	give_all(self, &self->rigs[0]);
	attest(self, &self->rigs[0], 0, 1);
	attest(self, &self->rigs[1], 0, 1);
	finish(self);
	EXPECT_ONLY(RIGS, "rig-unknown");
	EXPECT_SAYS(RIGS, "there are attestations of 01");
	EXPECT_EQ(2, self->v.n_rigs);
	EXPECT_EQ(WT_CONTRAINDICATED, self->v.tier);
}

TEST_F(site, a_silent_rig)
{
	rig_minutes(&self->rigs[0], 2);
	judge(self);
	EXPECT_ONLY(RIGS, "rig-silent");
	EXPECT_SAYS(RIGS, "KZ-PVL-0143 sent nothing");
	EXPECT_EQ(WT_WARNING, self->v.tier);
	EXPECT_EQ(WT_NONE, self->v.rigs[1].tier);
}

TEST_F(site, a_rig_that_need_not_speak)
{
	self->rigs[1].reg.not_before = self->rigs[1].reg.not_after - DAY;
	rig_register(&self->rigs[1]);
	rig_minutes(&self->rigs[0], 2);
	judge(self);
	EXPECT_ONLY(RIGS, "ok");
}

TEST_F(site, nobody_speaks)
{
	judge(self);
	EXPECT_EQ(WT_NONE, self->v.tier);
	EXPECT_EQ(3, wt_site_verdict_exit(&self->v));
}

static void sell(site_t *self, uint32_t wh)
{
	size_t i;

	for (i = 0; i < 2; i++) {
		self->rigs[i].n_grants = 0;
		rig_grant(&self->rigs[i], wh, 0, DAY);
	}
}

TEST_F(site, more_than_was_bought)
{
	sell(self, 4);
	work(self, 3); /* 5 Wh each */
	judge(self);
	EXPECT_ONLY(ENERGY, "site-exceeded");
	EXPECT_SAYS(ENERGY, "2 rigs used 10.000 Wh, and 8.000 Wh was bought for them");
}

TEST_F(site, only_the_best_estimate_fits)
{
	sell(self, 5);
	work(self, 3);
	judge(self);
	EXPECT_ONLY(ENERGY, "site-inquire");
}

/* One has too little and the other as much too much: its own verdict says so, the site's energy fits. */
TEST_F(site, one_buys_for_both)
{
	self->rigs[0].n_grants = 0;
	rig_grant(&self->rigs[0], 1, 0, DAY);
	work(self, 3);
	judge(self);
	EXPECT_ONLY(ENERGY, "ok");
	EXPECT_EQ(WT_EXCEEDED, self->v.rigs[0].allocation);
	EXPECT_EQ(WT_CONTRAINDICATED, self->v.tier);
}

TEST(codes_and_page)
{
	const struct wt_site_reason *reasons;
	char *page = NULL, row[512], *p;
	size_t cap = 0, n, i, k, rows = 0;
	FILE *f = fopen("docs/site.md", "r");

	ASSERT_NE(NULL, f)
	{
		TH_LOG("docs/site.md: run from the top of the tree");
	}
	ASSERT_LT(0, getdelim(&page, &cap, '\0', f));
	fclose(f);
	reasons = wt_site_reasons(&n);
	for (i = 0; i < n; i++) {
		EXPECT_GT(sizeof(((struct wt_outcome *)0)->code), strlen(reasons[i].code));
		for (k = 0; k < i; k++)
			EXPECT_STRNE(reasons[i].code, reasons[k].code);
		snprintf(row, sizeof(row), "\n| `%s` | %s | %s | %s |\n", reasons[i].code,
			 wt_site_check_name(reasons[i].check), wt_tier_name(reasons[i].tier),
			 reasons[i].meaning);
		EXPECT_NE(NULL, strstr(page, row))
		{
			TH_LOG("missing: %s", row);
		}
	}
	for (p = page; (p = strstr(p, "\n| `")); p++)
		rows++;
	EXPECT_EQ(n, rows);
	free(page);
}

TEST_HARNESS_MAIN
