// SPDX-License-Identifier: Apache-2.0
/* A site's devices, and what must not matter: the order of things, threads, and in how many runs it is judged. */
#include <pthread.h>

#include "tests/unit/lib/site.h"

/* --- devices ---------------------------------------------------------------------------------- */

TEST_F(site, a_cloned_device)
{
	replace_device(self, "GS-1", false);
	work(self, 3);
	judge(self);
	EXPECT_ONLY(DEVICES, "device-on-two-rigs");
	EXPECT_SAYS(DEVICES, "serial GS-1 was on KZ-PVL-0142 and on KZ-PVL-0143 from "
			     "2026-01-01T00:00:00Z to 2026-01-01T00:03:00Z");
	EXPECT_EQ(1, self->v.checks[WT_SITE_DEVICES].findings);
}

TEST_F(site, a_device_that_moved)
{
	struct rig *a = &self->rigs[0], *b = &self->rigs[1];

	work(self, 2);
	rig_device_del(a, 0);
	work(self, 1);
	rig_device(b, 0x10c4, 0xea60, "GS-1", "1-9", 0);
	work(self, 2);
	judge(self);
	EXPECT_ONLY(DEVICES, "ok");
}

/* It was at both for half a minute, by clocks that need not agree. */
TEST_F(site, clocks_that_differ)
{
	struct rig *a = &self->rigs[0], *b = &self->rigs[1];

	work(self, 2);
	rig_device(b, 0x10c4, 0xea60, "GS-1", "1-9", 0);
	rig_pass(a, 30 * RIG_S);
	rig_device_del(a, 0);
	rig_window(a, 30, wt_span(NULL, 0));
	rig_attest(a, wt_span(NULL, 0));
	rig_minutes(b, 3);
	judge(self);
	EXPECT_ONLY(DEVICES, "ok");
}

/* Removed within a window: up to then it was there. */
TEST_F(site, a_clone_until_it_was_removed)
{
	struct rig *a = &self->rigs[0], *b = &self->rigs[1];

	work(self, 1);
	rig_device(b, 0x10c4, 0xea60, "GS-1", "1-9", 0);
	rig_pass(a, 150 * RIG_S);
	rig_device_del(a, 0);
	rig_window(a, 30, wt_span(NULL, 0));
	rig_attest(a, wt_span(NULL, 0));
	rig_minutes(b, 4);
	judge(self);
	EXPECT_ONLY(DEVICES, "device-on-two-rigs");
	EXPECT_SAYS(DEVICES, "from 2026-01-01T00:01:00Z to 2026-01-01T00:03:30Z");
}

TEST_F(site, a_serial_number_that_says_nothing)
{
	size_t i;

	/* both rigs' device is registered by its port */
	for (i = 0; i < 2; i++) {
		struct rig *rig = &self->rigs[i];

		*rig->reg_devices[0].serial = '\0';
		strcpy(rig->reg_devices[0].path, "1-3");
		strcpy(rig->serial, "0001");
		rig_register(rig);
		rig_boot(rig);
	}
	work(self, 3);
	judge(self);
	EXPECT_ONLY(DEVICES, "ok");
	EXPECT_EQ(WT_AFFIRMING, self->v.tier);
}

TEST_F(site, a_device_registered_twice)
{
	strcpy(self->rigs[1].reg_devices[0].serial, "GS-1");
	rig_register(&self->rigs[1]);
	work(self, 1);
	judge(self);
	EXPECT_ONLY(DEVICES, "device-registered-twice");
	EXPECT_SAYS(DEVICES, "serial GS-1 is registered for KZ-PVL-0142 and for KZ-PVL-0143");
}

TEST_F(site, a_device_registered_one_after_the_other)
{
	strcpy(self->rigs[1].reg_devices[0].serial, "GS-1");
	self->rigs[1].reg.not_before = self->rigs[0].reg.not_after;
	self->rigs[1].reg.not_after = self->rigs[1].reg.not_before + DAY;
	rig_register(&self->rigs[1]);
	rig_minute(&self->rigs[0]);
	judge(self);
	EXPECT_ONLY(DEVICES, "ok");
}

/* --- order, threads --------------------------------------------------------------------------- */

struct shift {
	site_t *self;
	size_t rig;
};

static void *attest_all(void *user)
{
	struct shift *shift = user;

	attest(shift->self, &shift->self->rigs[shift->rig], 0,
	       shift->self->rigs[shift->rig].n_atts);
	return NULL;
}

TEST_F(site, in_any_order_and_in_threads)
{
	struct shift shifts[2] = { { self, 0 }, { self, 1 } };
	struct wt_site_verdict first;
	pthread_t threads[2];
	size_t i;

	replace_device(self, "GS-1", false);
	work(self, 5);
	judge(self);
	first = self->v;
	self->v = (struct wt_site_verdict){ 0 };

	begin(self);
	give_all(self, &self->rigs[1]);
	give_all(self, &self->rigs[0]);
	need(wt_site_ready(self->site, &self->err), &self->err);
	for (i = 0; i < 2; i++)
		ASSERT_EQ(0, pthread_create(&threads[i], NULL, attest_all, &shifts[i]));
	for (i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	finish(self);
	expect_same(_metadata, &first, &self->v);
	wt_site_verdict_clear(&first);
}

TEST_F(site, the_registration_that_the_rig_names)
{
	struct wt_buf renewed = { 0 }, payload = { 0 };
	struct wt_registration reg = self->rigs[1].reg;

	memset(reg.id, 0x99, sizeof(reg.id));
	reg.not_before = RIG_T0 - 3600; /* a day is the time to install it */
	reg.n_devices = 1;
	need(wt_registration_encode(&reg, &payload, &self->err), &self->err);
	rig_sign(&self->rigs[1].registry, WT_TYP_REGISTRATION, wt_buf_span(&payload), &renewed);
	work(self, 1);
	give_bent(self, &renewed);
	EXPECT_ONLY(OBJECTS, "ok");
	EXPECT_EQ(WT_AFFIRMING, self->v.tier);
	EXPECT_EQ(2, self->v.rigs[1].devices_registered);
	wt_buf_free(&renewed);
	wt_buf_free(&payload);
}

/* --- state ------------------------------------------------------------------------------------ */

/* One run over these attestations of both rigs; rigs without any are not given at all. */
static void run(site_t *self, struct wt_buf *state, size_t first, size_t n_first, size_t n_second)
{
	size_t counts[2] = { n_first, n_second }, i;

	begin(self);
	for (i = 0; i < 2; i++) {
		if (counts[i])
			give_all(self, &self->rigs[i]);
	}
	if (state->n)
		need(wt_site_state_load(self->site, wt_buf_span(state), &self->err), &self->err);
	for (i = 0; i < 2; i++)
		attest(self, &self->rigs[i], first, counts[i]);
	finish(self);
	wt_buf_reset(state);
	need(wt_site_state_save(self->site, state, &self->err), &self->err);
}

TEST_F(site, in_parts)
{
	struct wt_buf whole = { 0 }, parts = { 0 };

	work(self, 4);
	run(self, &whole, 0, 4, 4);
	EXPECT_EQ(WT_AFFIRMING, self->v.tier);
	run(self, &parts, 0, 1, 1);
	run(self, &parts, 1, 3, 3);
	EXPECT_EQ(WT_AFFIRMING, self->v.tier);
	ASSERT_EQ(whole.n, parts.n);
	EXPECT_EQ(0, memcmp(whole.p, parts.p, whole.n));
	wt_buf_free(&whole);
	wt_buf_free(&parts);
}

TEST_F(site, rigs_that_a_run_does_not_see)
{
	struct wt_buf state = { 0 };

	work(self, 3);
	run(self, &state, 0, 2, 1);
	run(self, &state, 2, 1, 0);
	EXPECT_EQ(1, self->v.n_rigs);
	run(self, &state, 1, 0, 2);
	EXPECT_EQ(1, self->v.n_rigs);
	EXPECT_EQ(WT_AFFIRMING, self->v.tier)
	{
		TH_LOG("%s", self->v.rigs[0].checks[WT_CHECK_SEQUENCE].reason);
	}
	EXPECT_EQ(3, self->v.rigs[0].last_seq);
	wt_buf_free(&state);
}

static void as_number_two(struct rig *rig, struct wt_attestation *att)
{
	att->seq = 2;
}

TEST_F(site, a_fork_against_the_state)
{
	struct wt_buf state = { 0 };

	work(self, 2);
	run(self, &state, 0, 2, 2);
	self->rigs[1].edit_attestation = as_number_two;
	work(self, 1);
	run(self, &state, 2, 1, 1);
	EXPECT_STREQ("sequence-fork", self->v.rigs[1].checks[WT_CHECK_SEQUENCE].code);
	EXPECT_EQ(WT_AFFIRMING, self->v.rigs[0].tier);
	wt_buf_free(&state);
}

TEST_F(site, a_clone_in_another_run)
{
	struct wt_buf state = { 0 };

	replace_device(self, "GS-1", false);
	work(self, 3);
	run(self, &state, 0, 3, 0);
	EXPECT_EQ(WT_AFFIRMING, self->v.tier);
	run(self, &state, 0, 0, 3);
	EXPECT_STREQ("device-on-two-rigs", self->v.checks[WT_SITE_DEVICES].code);
	EXPECT_SAYS(DEVICES, "on KZ-PVL-0143 from 2026-01-01T00:00:00Z");
	wt_buf_free(&state);
}

TEST_F(site, the_state_of_one_rig)
{
	struct rig_judging how = { .n = 2 };
	struct wt_buf state = { 0 };
	struct wt_verdict v;

	work(self, 3);
	how.ret_state = &state;
	v = rig_judge(&self->rigs[1], &how);
	wt_verdict_clear(&v);
	begin(self);
	give_all(self, &self->rigs[1]);
	ASSERT_EQ(0, wt_site_state_load(self->site, wt_buf_span(&state), &self->err));
	attest(self, &self->rigs[1], 2, 1);
	finish(self);
	EXPECT_EQ(WT_AFFIRMING, self->v.tier);
	EXPECT_EQ(3, self->v.rigs[0].last_seq);
	EXPECT_EQ(3 * 60 * UINT64_C(100000000), self->v.chargeable.best);
	wt_buf_free(&state);
}

TEST_F(site, what_is_no_state)
{
	struct wt_buf state = { 0 };
	uint8_t version = 2;
	size_t n;

	work(self, 1);
	begin(self);
	EXPECT_EQ(-ENODATA, wt_site_state_save(self->site, &state, &self->err));
	run(self, &state, 0, 1, 1);
	for (n = 0; n < state.n; n++) {
		begin(self);
		EXPECT_EQ(-EBADMSG, wt_site_state_load(self->site, wt_span(state.p, n), &self->err))
		{
			TH_LOG("%zu of %zu bytes", n, state.n);
		}
	}
	begin(self);
	EXPECT_EQ(-EBADMSG, wt_site_state_load(self->site, wt_buf_span(&self->rigs[0].registration),
					       &self->err));
	state.p[2] = version; /* {0: 1, ...}: a map, its label, the version */
	EXPECT_EQ(-EBADMSG, wt_site_state_load(self->site, wt_buf_span(&state), &self->err));
	EXPECT_NE(NULL, strstr(self->err.msg, "a site's state of version 2"));
	wt_buf_free(&state);
}

TEST_HARNESS_MAIN
