// SPDX-License-Identifier: Apache-2.0
/* What a site looks at once for all of its rigs, and a rig that is judged before the others. */
#include <unistd.h>

#include "tests/unit/lib/site.h"

/* Both rigs share a grant to their site; the first has two shares, of different size. */
static void divide(site_t *self)
{
	struct rig *a = &self->rigs[0], *b = &self->rigs[1];
	size_t grant = rig_site_grant(a, 1000, -3600, DAY);
	struct wt_allotment share;

	rig_allot(a, grant, 100);
	share = rig_allotment_of(a, grant, 200);
	share.id[0] = 1;
	rig_allot_sign(a, &share, &a->site);
	share = rig_allotment_of(a, grant, 300);
	share.id[0] = 2;
	memcpy(share.ueid, b->reg.ueid, sizeof(share.ueid));
	rig_allot_sign(b, &share, &a->site);
	work(self, 3);
}

/* An appraisal that looks at everything itself finds the same. */
TEST_F(site, as_if_each_were_alone)
{
	struct wt_verdict alone;

	divide(self);
	judge(self);
	EXPECT_EQ(WT_AFFIRMING, self->v.tier);
	alone = rig_judge(&self->rigs[0], NULL);
	EXPECT_EQ(1300 * UINT64_C(3600000000), alone.bought_uj);
	EXPECT_EQ(alone.bought_uj, self->v.rigs[0].bought_uj);
	EXPECT_EQ(alone.left_uj, self->v.rigs[0].left_uj);
	EXPECT_EQ(0, memcmp(alone.checks, self->v.rigs[0].checks, sizeof(alone.checks)));
	wt_verdict_clear(&alone);
}

/* What a missing list of the platform's CA means is said of each of its signers, for each rig. */
TEST_F(site, revocation_as_if_each_were_alone)
{
	struct rig *a = &self->rigs[0];
	struct wt_verdict alone;
	char file[128];

	divide(self);
	snprintf(file, sizeof(file), "%s/energy-crl.pem", a->dir);
	unlink(file);
	wt_trust_freep(&a->trust);
	need(wt_trust_load(a->dir, &a->trust, &self->err), &self->err);
	self->rigs[1].trust = a->trust;
	judge(self);
	alone = rig_judge(a, NULL);
	EXPECT_STREQ("revocation-unknown", alone.checks[WT_CHECK_REVOCATION].code);
	EXPECT_EQ(4, alone.checks[WT_CHECK_REVOCATION].findings); /* two grants, two shares */
	EXPECT_EQ(0, memcmp(alone.checks, self->v.rigs[0].checks, sizeof(alone.checks)));
	wt_verdict_clear(&alone);
}

/* The last byte of the signature, of what a rig would spend. */
static void expect_forged(struct __test_metadata *_metadata, site_t *self, struct wt_buf *object,
			  const char *words, enum wt_check check, const char *code)
{
	object->p[object->n - 1] ^= 1;
	judge(self);
	EXPECT_STREQ("object-refused", self->v.checks[WT_SITE_OBJECTS].code);
	EXPECT_SAYS(OBJECTS, words);
	EXPECT_STREQ(code, self->v.rigs[0].checks[check].code);
	EXPECT_EQ(WT_CONTRAINDICATED, self->v.tier);
}

TEST_F(site, a_share_with_a_bad_signature)
{
	divide(self);
	expect_forged(_metadata, self, &self->rigs[0].allotments[1],
		      "0/share-1.cose: the signature", WT_CHECK_GRANTS, "allotment-refused");
	EXPECT_EQ(1100 * UINT64_C(3600000000), self->v.rigs[0].bought_uj);
}

TEST_F(site, a_grant_to_a_site_with_a_bad_signature)
{
	divide(self);
	expect_forged(_metadata, self, &self->rigs[0].grants[1],
		      "0/grant-1.cose: the signature", WT_CHECK_GRANTS, "grant-refused");
	EXPECT_EQ(1000 * UINT64_C(3600000000), self->v.rigs[0].bought_uj);
	/* nor buys it anything for the other */
	EXPECT_EQ(1000 * UINT64_C(3600000000), self->v.rigs[1].bought_uj);
}

/* Good for grants, and not for shares of them: who looked once must have asked for the duty. */
TEST_F(site, a_share_that_the_platform_signed)
{
	struct rig *a = &self->rigs[0];
	struct wt_allotment share;

	share = rig_allotment_of(a, rig_site_grant(a, 1000, -3600, DAY), 10);
	rig_allot_sign(a, &share, &a->energy);
	work(self, 1);
	judge(self);
	EXPECT_STREQ("object-refused", self->v.checks[WT_SITE_OBJECTS].code);
	EXPECT_SAYS(OBJECTS, "is not for allotments");
	EXPECT_STREQ("allotment-refused", self->v.rigs[0].checks[WT_CHECK_GRANTS].code);
	EXPECT_STREQ("wrong-duty", self->v.rigs[0].checks[WT_CHECK_SIGNER].code);
}

/* --- objects from several threads ------------------------------------------------------------- */

static void give_nth(site_t *self, uint32_t nth, const struct wt_buf *object, const char *name)
{
	need(wt_site_object_nth(self->site, nth, wt_buf_span(object), name, &self->err), &self->err);
}

/* Whichever comes first, the order that was meant counts. */
TEST_F(site, objects_in_the_order_that_was_meant)
{
	struct wt_buf junk = { .p = (uint8_t *)"junk", .n = 4 };
	struct wt_grant grant = rig_grant_of(&self->rigs[0], 10, 0, 60);
	const struct wt_site_refusal *refusals;
	size_t n, other, i;

	memset(grant.id, 0x40, sizeof(grant.id)); /* the rig's other one's */
	other = rig_grant_sign(&self->rigs[0], &grant, &self->rigs[0].energy);
	for (i = 0; i < 2; i++) { /* to a rig that is not here, by somebody who may not */
		grant = rig_grant_of(&self->rigs[1], 10, 0, 60);
		rig_grant_sign(&self->rigs[1], &grant, &self->rigs[1].registry);
	}
	rig_minute(&self->rigs[0]);
	begin(self);
	give_nth(self, 6, &self->rigs[1].grants[2], "6.cose");
	give_nth(self, 5, &self->rigs[1].grants[1], "5.cose");
	give_nth(self, 4, &junk, "4.cose");
	give_nth(self, 3, &junk, "3.cose");
	give_nth(self, 2, &self->rigs[0].grants[other], "2.cose");
	give_nth(self, 0, &self->rigs[0].registration, "0.cose");
	give_nth(self, 1, &self->rigs[0].grants[0], "1.cose");
	attest(self, &self->rigs[0], 0, 1);
	finish(self);
	EXPECT_STREQ("object-refused", self->v.checks[WT_SITE_OBJECTS].code);
	EXPECT_SAYS(OBJECTS, "3.cose: byte 0");
	EXPECT_EQ(1000 * UINT64_C(3600000000), self->v.bought_uj);
	refusals = wt_site_refusals(self->site, &n);
	ASSERT_EQ(4, n);
	EXPECT_STREQ("3.cose", refusals[0].name);
	EXPECT_STREQ("4.cose", refusals[1].name);
	EXPECT_STREQ("5.cose", refusals[2].name);
	EXPECT_STREQ("6.cose", refusals[3].name);
}

/* --- a rig that is done ----------------------------------------------------------------------- */

static void rig_done(site_t *self, size_t i)
{
	need(wt_site_rig_done(self->site, self->rigs[i].reg.ueid, &self->err), &self->err);
}

TEST_F(site, judged_one_by_one_or_all_at_the_end)
{
	struct wt_buf first_state = { 0 }, state = { 0 };
	struct wt_site_verdict first;
	size_t i;

	replace_device(self, "GS-1", true); /* the first rig's: a clone, and registered twice */
	divide(self);
	judge(self);
	need(wt_site_state_save(self->site, &first_state, &self->err), &self->err);
	first = self->v;
	self->v = (struct wt_site_verdict){ 0 };

	begin(self);
	for (i = 0; i < 2; i++)
		give_all(self, &self->rigs[i]);
	for (i = 2; i-- > 0;) {
		attest(self, &self->rigs[i], 0, self->rigs[i].n_atts);
		rig_done(self, i);
		rig_done(self, i); /* once more is nothing new */
	}
	finish(self);
	EXPECT_STREQ("device-on-two-rigs", self->v.checks[WT_SITE_DEVICES].code);
	expect_same(_metadata, &first, &self->v);
	need(wt_site_state_save(self->site, &state, &self->err), &self->err);
	ASSERT_EQ(first_state.n, state.n);
	EXPECT_EQ(0, memcmp(first_state.p, state.p, state.n));
	wt_site_verdict_clear(&first);
	wt_buf_free(&first_state);
	wt_buf_free(&state);
}

TEST_F(site, without_a_state)
{
	struct wt_buf state = { 0 };
	struct wt_site_verdict first;

	work(self, 2);
	judge(self);
	first = self->v;
	self->v = (struct wt_site_verdict){ 0 };
	begin(self);
	wt_site_no_state(self->site);
	give_all(self, &self->rigs[0]);
	give_all(self, &self->rigs[1]);
	attest(self, &self->rigs[0], 0, 2);
	attest(self, &self->rigs[1], 0, 2);
	finish(self);
	expect_same(_metadata, &first, &self->v);
	EXPECT_EQ(-EINVAL, wt_site_state_save(self->site, &state, &self->err));
	EXPECT_EQ(0, state.n);
	wt_site_verdict_clear(&first);
}

TEST_F(site, nothing_after_it_is_done)
{
	struct wt_buf *second = &self->rigs[0].atts[1];

	work(self, 2);
	begin(self);
	give_all(self, &self->rigs[0]);
	attest(self, &self->rigs[0], 0, 1);
	rig_done(self, 0);
	EXPECT_EQ(-EINVAL,
		  wt_site_attestation(self->site, wt_buf_span(second), "2.cose", &self->err));
	finish(self);
	EXPECT_EQ(1, self->v.rigs[0].attestations);
}

/* One that nobody heard of is done with nothing. */
TEST_F(site, done_without_having_begun)
{
	work(self, 1);
	begin(self);
	give_all(self, &self->rigs[0]);
	rig_done(self, 1);
	attest(self, &self->rigs[0], 0, 1);
	finish(self);
	EXPECT_ONLY(OBJECTS, "ok");
	EXPECT_EQ(1, self->v.n_rigs);
}

TEST_HARNESS_MAIN
