// SPDX-License-Identifier: Apache-2.0
/* What is left of each grant, from the grants folder and the attestations in a store. */
#include "kselftest_harness.h"

#include "agent/day.h"
#include "agent/holdings.h"
#include "lib/file.h"
#include "tests/unit/lib/rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define WH UINT64_C(3600000000)
#define W UINT64_C(1000000)

FIXTURE(holdings)
{
	struct rig *rig;
	struct wt_config config;
	char dir[64];
	struct wt_err err;
};

static void die(const char *what, const struct wt_err *err)
{
	printf("# %s: %s\n", what, err->msg);
	abort();
}

static void put(const char *path, const struct wt_buf *cose)
{
	struct wt_err err = {};

	if (wt_file_write(path, wt_buf_span(cose), 0644, WT_FILE_REPLACE, &err) < 0)
		die(path, &err);
}

FIXTURE_SETUP(holdings)
{
	struct wt_config *c = &self->config;

	strcpy(self->dir, "/tmp/holdings_test.XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->dir));
	self->rig = calloc(1, sizeof(*self->rig));
	ASSERT_NE(NULL, self->rig);
	rig_init(self->rig);
	snprintf(c->registration, sizeof(c->registration), "%s/reg.cose", self->dir);
	snprintf(c->grants, sizeof(c->grants), "%s/grants.d", self->dir);
	snprintf(c->state, sizeof(c->state), "%s/state", self->dir);
	snprintf(c->trust, sizeof(c->trust), "%s", self->rig->dir);
	put(c->registration, &self->rig->registration);
}

FIXTURE_TEARDOWN(holdings)
{
	char command[96];

	rig_free(self->rig);
	free(self->rig);
	snprintf(command, sizeof(command), "rm -rf %s", self->dir);
	ASSERT_EQ(0, system(command));
}

/* A grant's file in the folder. */
static void drop(const struct wt_config *c, const char *name, const struct wt_buf *cose)
{
	char path[512];

	mkdir(c->grants, 0755);
	snprintf(path, sizeof(path), "%s/%s", c->grants, name);
	put(path, cose);
}

/* The rig's attestations as the daemon stores them. */
static struct wt_store *store(const struct wt_config *c, const struct rig *rig)
{
	struct wt_store *ret = NULL;
	struct wt_err err = {};

	if (wt_store_open(c->state, true, &ret, &err) < 0)
		die("store", &err);
	for (size_t i = 0; i < rig->n_atts; i++) {
		struct wt_store_row row = { .seq = i + 1, .iat = RIG_T0 + 60 * ((int64_t)i + 1) };

		if (wt_store_commit(ret, &row, wt_buf_span(&rig->atts[i]), &err) < 0)
			die("commit", &err);
	}
	return ret;
}

static struct wt_holdings open_at(const struct wt_config *c, int64_t now)
{
	struct wt_holdings h;
	struct wt_err err = {};

	if (wt_holdings_open(c, now, &h, &err) < 0)
		die("open", &err);
	if (wt_holdings_charge(&h, c, &err) < 0)
		die("charge", &err);
	wt_holdings_settle(&h, now);
	return h;
}

TEST_F(holdings, used_and_left)
{
	struct wt_holdings h;
	struct wt_supply *supplies;
	uint64_t uw = 0, lasts = 0;
	struct wt_plan_in in;

	rig_grant(self->rig, 1000, 0, 3600);
	rig_grant(self->rig, 500, 3600, 7200);
	drop(&self->config, "a.cose", &self->rig->grants[0]);
	drop(&self->config, "b.cose", &self->rig->grants[1]);
	rig_boot(self->rig);
	rig_minutes(self->rig, 30); /* at 100 W: 50 Wh */
	wt_store_free(store(&self->config, self->rig));

	h = open_at(&self->config, RIG_T0 + 1800);
	ASSERT_EQ(2, h.n);
	EXPECT_EQ(1000 * WH, h.v[0].bought_uj);
	EXPECT_EQ(50 * WH, h.v[0].used_uj);
	EXPECT_EQ(950 * WH, h.v[0].left_uj);
	EXPECT_EQ(WT_HOLDING_OPEN, h.v[0].state);
	EXPECT_EQ(WT_HOLDING_LATER, h.v[1].state);
	EXPECT_EQ(0, h.v[1].used_uj);
	EXPECT_EQ(0, h.over.best);
	ASSERT_TRUE(wt_draw_uw(&h.draw, &uw));
	EXPECT_EQ(100 * W, uw);
	ASSERT_EQ(0, wt_holdings_plan(&h, RIG_T0 + 1800, &in, &supplies, &self->err));
	ASSERT_EQ(2, in.n);
	in.draw_uw = uw;
	ASSERT_EQ(0, wt_plan_lasts(&in, &lasts, &self->err));
	EXPECT_EQ(1800 + 3600,
		  lasts); /* to the end of both windows, not until the energy is gone */
	free(supplies);
	wt_holdings_settle(&h, RIG_T0 + 3600);
	EXPECT_EQ(WT_HOLDING_PAST, h.v[0].state);
	EXPECT_EQ(WT_HOLDING_OPEN, h.v[1].state);
	wt_holdings_clear(&h);
}

TEST_F(holdings, used_up)
{
	struct wt_holdings h;

	rig_grant(self->rig, 10, 0, 3600);
	drop(&self->config, "a.cose", &self->rig->grants[0]);
	rig_boot(self->rig);
	rig_minutes(self->rig, 12); /* 20 Wh */
	wt_store_free(store(&self->config, self->rig));
	h = open_at(&self->config, RIG_T0 + 720);
	EXPECT_EQ(WT_HOLDING_USED_UP, h.v[0].state);
	EXPECT_EQ(10 * WH, h.over.best);
	wt_holdings_clear(&h);
}

/* Judging on from where the daemon turned the day gives the same as judging all. */
TEST_F(holdings, from_the_days_beginning)
{
	struct rig_judging how = { .n = 5 };
	struct wt_verdict v;
	struct wt_day day = { .seq = 5 };
	struct wt_holdings h;
	struct wt_store *s;

	rig_grant(self->rig, 1000, 0, 3600);
	drop(&self->config, "a.cose", &self->rig->grants[0]);
	rig_boot(self->rig);
	rig_minutes(self->rig, 12);
	how.ret_state = &day.state;
	v = rig_judge(self->rig, &how);
	wt_verdict_clear(&v);
	s = store(&self->config, self->rig);
	ASSERT_EQ(0, wt_day_save(s, &day, &self->err));
	wt_day_clear(&day);
	ASSERT_EQ(0, wt_day_load(s, &day, &self->err));
	EXPECT_EQ(5, day.seq);
	wt_day_clear(&day);
	wt_store_free(s);
	h = open_at(&self->config, RIG_T0 + 720);
	EXPECT_EQ(20 * WH, h.v[0].used_uj);
	wt_holdings_clear(&h);
}

TEST_F(holdings, nothing_yet)
{
	struct wt_holdings h = open_at(&self->config, RIG_T0);
	uint64_t uw;

	EXPECT_EQ(0, h.n);
	EXPECT_FALSE(wt_draw_uw(&h.draw, &uw));
	wt_holdings_clear(&h);
}

TEST_F(holdings, add)
{
	const struct wt_holding *added;
	struct wt_holdings h;
	struct wt_grant grant = rig_grant_of(self->rig, 7, 0, 60);
	size_t one = rig_grant_sign(self->rig, &grant, &self->rig->energy), other;
	struct wt_span cose = wt_buf_span(&self->rig->grants[one]);

	grant.wh = 8; /* the same id */
	other = rig_grant_sign(self->rig, &grant, &self->rig->energy);

	h = open_at(&self->config, RIG_T0);
	ASSERT_EQ(WT_ADDED, wt_holdings_add(&h, cose, &added, &self->err));
	EXPECT_EQ(7, added->wh);
	ASSERT_EQ(WT_ADDED_BEFORE, wt_holdings_add(&h, cose, &added, &self->err));
	EXPECT_EQ(-EBADMSG,
		  wt_holdings_add(&h, wt_buf_span(&self->rig->grants[other]), &added, &self->err));
	EXPECT_NE(NULL, strstr(self->err.msg, "two different grants"));
	wt_holdings_clear(&h);

	/* and so it is for whoever opens the folder anew */
	h = open_at(&self->config, RIG_T0);
	ASSERT_EQ(1, h.n);
	EXPECT_EQ(7 * WH, h.v[0].left_uj);
	EXPECT_EQ(WT_ADDED_BEFORE, wt_holdings_add(&h, cose, &added, &self->err));
	EXPECT_EQ(-EBADMSG,
		  wt_holdings_add(&h, wt_buf_span(&self->rig->grants[other]), &added, &self->err));
	EXPECT_EQ(-EBADMSG, wt_holdings_add(&h, wt_span("x", 1), &added, &self->err));
	EXPECT_EQ(1, h.n);
	wt_holdings_clear(&h);
}

/* Notices are judged like the rest, and what they limit is planned with. */
TEST_F(holdings, notices)
{
	struct rig *rig = self->rig;
	struct wt_notice curtail = rig_notice_of(rig, WT_NOTICE_CURTAIL, 3600, 7200),
			 off = rig_notice_of(rig, WT_NOTICE_OFF, 0, 3600), revoke, others;
	const struct wt_holding *added;
	struct wt_supply *supplies;
	struct wt_plan_in in;
	struct wt_holdings h;

	rig_grant(rig, 1000, 0, 7200);
	curtail.max_w = 60;
	strcpy(curtail.reason, "frost");
	rig_notice_sign(rig, &curtail, &rig->energy);
	rig_notice_sign(rig, &off, &rig->registry);
	revoke = rig_notice_of(rig, WT_NOTICE_REVOKE_GRANT, 1800, 0);
	rig_notice_sign(rig, &revoke, &rig->energy);
	rig_notice_sign(rig, &revoke, &rig->registry); /* has not that duty */
	others = curtail;
	others.scope = WT_SCOPE_ZONE;
	strcpy(others.text, "elsewhere");
	memset(others.id, 0xee, sizeof(others.id));
	rig_notice_sign(rig, &others, &rig->energy);
	drop(&self->config, "1.cose", &rig->notices[0]);
	drop(&self->config, "2.cose", &rig->grants[0]);
	drop(&self->config, "3.cose", &rig->notices[3]);
	drop(&self->config, "4.cose", &rig->notices[4]);

	h = open_at(&self->config, RIG_T0 + 60);
	ASSERT_EQ(4, h.n);
	EXPECT_EQ(WT_NOTICE_CURTAIL, h.v[0].notice);
	EXPECT_EQ(WT_HOLDING_LATER, h.v[0].state);
	EXPECT_EQ(60, h.v[0].max_w);
	EXPECT_STREQ("frost", h.v[0].note);
	EXPECT_EQ(WT_HOLDING_OPEN, h.v[1].state);
	EXPECT_EQ(WT_HOLDING_REFUSED, h.v[2].state);
	EXPECT_NE(NULL, strstr(h.v[2].why, "is not for grants"));
	EXPECT_EQ(WT_HOLDING_OTHERS, h.v[3].state);
	ASSERT_EQ(1, h.caps.n);
	EXPECT_EQ(60 * W, h.caps.v[0].max_uw);
	EXPECT_EQ(UINT64_MAX, wt_caps_at(&h.caps, RIG_T0 + 3599));
	EXPECT_EQ(60 * W, wt_caps_at(&h.caps, RIG_T0 + 3600));
	EXPECT_EQ(UINT64_MAX, wt_caps_at(&h.caps, RIG_T0 + 7200));

	ASSERT_EQ(WT_ADDED, wt_holdings_add(&h, wt_buf_span(&rig->notices[1]), &added, &self->err));
	EXPECT_EQ(WT_HOLDING_IN_FORCE, added->state);
	EXPECT_EQ(0, wt_caps_at(&h.caps, RIG_T0 + 60));
	EXPECT_EQ(WT_ADDED_BEFORE,
		  wt_holdings_add(&h, wt_buf_span(&rig->notices[1]), &added, &self->err));
	EXPECT_EQ(2, h.caps.n);
	EXPECT_EQ(-EBADMSG, wt_holdings_add(&h, wt_buf_span(&rig->notices[3]), &added, &self->err));
	EXPECT_EQ(-EBADMSG, wt_holdings_add(&h, wt_buf_span(&rig->notices[4]), &added, &self->err));
	EXPECT_NE(NULL, strstr(self->err.msg, "does not concern this rig"));
	ASSERT_EQ(WT_ADDED, wt_holdings_add(&h, wt_buf_span(&rig->notices[2]), &added, &self->err));
	EXPECT_EQ(2, h.caps.n); /* a revocation limits no power, but ends what may be spent */
	ASSERT_EQ(0, wt_holdings_plan(&h, RIG_T0 + 60, &in, &supplies, &self->err));
	ASSERT_EQ(1, in.n);
	EXPECT_EQ(RIG_T0 + 1800, in.supplies[0].until);
	EXPECT_EQ(2, in.n_caps);
	free(supplies);
	wt_holdings_settle(&h, RIG_T0 + 3600);
	for (size_t i = 0; i < h.n; i++)
		if (h.v[i].notice == WT_NOTICE_OFF)
			EXPECT_EQ(WT_HOLDING_PAST, h.v[i].state);
	wt_holdings_clear(&h);
}

TEST_F(holdings, what_is_missing_is_said)
{
	struct wt_holdings h;
	struct wt_config c = self->config;

	strcat(c.registration, ".none");
	EXPECT_EQ(-ENOENT, wt_holdings_open(&c, RIG_T0, &h, &self->err));
	EXPECT_NE(NULL, strstr(self->err.msg, "not registered"));
	c = self->config;
	strcpy(c.registration, "/etc/passwd");
	EXPECT_EQ(-EBADMSG, wt_holdings_open(&c, RIG_T0, &h, &self->err));
	EXPECT_EQ(0, strncmp(self->err.msg, "/etc/passwd: refused", 20));
}

TEST_HARNESS_MAIN
