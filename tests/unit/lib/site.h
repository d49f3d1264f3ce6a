/* SPDX-License-Identifier: Apache-2.0 */
/* What only several rigs together show: two honest ones, of which a test bends one thing. */
#ifndef TESTS_UNIT_LIB_SITE_H
#define TESTS_UNIT_LIB_SITE_H

#include <stdio.h>
#include <string.h>

#include "lib/site.h"
#include "tests/unit/lib/rig.h"
#include "kselftest_harness.h"

#define DAY 86400

FIXTURE(site)
{
	struct rig rigs[2];
	struct wt_site *site;
	struct wt_site_verdict v;
	struct wt_site_ground before[2];
	struct wt_err err;
};

FIXTURE_SETUP(site)
{
	size_t i;

	rig_init(&self->rigs[0]);
	rig_join(&self->rigs[1], &self->rigs[0], 1);
	for (i = 0; i < 2; i++) {
		rig_grant(&self->rigs[i], 1000, -3600, DAY);
		rig_boot(&self->rigs[i]);
	}
	self->site = NULL;
	self->v = (struct wt_site_verdict){ 0 };
}

FIXTURE_TEARDOWN(site)
{
	wt_site_free(self->site);
	wt_site_verdict_clear(&self->v);
	rig_free(&self->rigs[1]);
	rig_free(&self->rigs[0]);
}

typedef FIXTURE_DATA(site) site_t;

static inline void need(int r, const struct wt_err *err)
{
	if (r >= 0)
		return;
	fprintf(stderr, "site: %s\n", err->msg);
	abort();
}

/* A site under the rigs' authorities, as of the end of the first rig's evidence. */
static inline void begin(site_t *self)
{
	struct wt_appraisal_options options = { .now = (int64_t)(self->rigs[0].realtime_ns /
								 RIG_S) };

	wt_site_free(self->site);
	wt_site_verdict_clear(&self->v);
	need(wt_site_new(self->rigs[0].trust, &options, &self->site, &self->err), &self->err);
}

static inline int give(site_t *self, const struct wt_buf *object, const char *name)
{
	int r = wt_site_object(self->site, wt_buf_span(object), name, &self->err);

	need(r, &self->err);
	return r;
}

static inline void give_purchases(site_t *self, const struct rig *rig)
{
	char name[64];
	size_t i;

	for (i = 0; i < rig->n_allotments; i++) {
		snprintf(name, sizeof(name), "%u/share-%zu.cose", rig->number, i);
		give(self, &rig->allotments[i], name);
	}
	for (i = 0; i < rig->n_grants; i++) {
		snprintf(name, sizeof(name), "%u/grant-%zu.cose", rig->number, i);
		give(self, &rig->grants[i], name);
	}
}

/* All that concerns a rig, in an order that nobody would choose. */
static inline void give_all(site_t *self, const struct rig *rig)
{
	char name[64];

	give_purchases(self, rig);
	snprintf(name, sizeof(name), "%u/reg.cose", rig->number);
	give(self, &rig->registration, name);
}

static inline void attest(site_t *self, const struct rig *rig, size_t first, size_t n)
{
	char name[64];
	size_t i;

	for (i = first; i < first + n; i++) {
		snprintf(name, sizeof(name), "%u/%08zu.cose", rig->number, i + 1);
		need(wt_site_attestation(self->site, wt_buf_span(&rig->atts[i]), name, &self->err),
		     &self->err);
	}
}

static inline void finish(site_t *self)
{
	need(wt_site_finish(self->site, &self->v, &self->err), &self->err);
}

/* Both rigs, with everything. */
static inline void judge(site_t *self)
{
	size_t i;

	begin(self);
	for (i = 0; i < 2; i++)
		give_all(self, &self->rigs[i]);
	for (i = 0; i < 2; i++)
		attest(self, &self->rigs[i], 0, self->rigs[i].n_atts);
	finish(self);
}

static inline void work(site_t *self, size_t minutes)
{
	rig_minutes(&self->rigs[0], minutes);
	rig_minutes(&self->rigs[1], minutes);
}

/* This code in this check, and nothing in the others of the site. */
#define EXPECT_ONLY(which, text)                                                          \
	do {                                                                              \
		size_t check_;                                                            \
		for (check_ = 0; check_ < WT_SITE_CHECKS; check_++) {                     \
			const struct wt_outcome *o_ = &self->v.checks[check_];            \
			const char *code_ = check_ == WT_SITE_##which ? (text) : "ok";    \
			if (o_->tier == WT_NONE && check_ != WT_SITE_##which)             \
				code_ = "none";                                           \
			EXPECT_STREQ(code_, o_->code)                                     \
			{                                                                 \
				TH_LOG("%s: %s", wt_site_check_name(check_), o_->reason); \
			}                                                                 \
		}                                                                         \
	} while (0)
#define EXPECT_SAYS(which, words)                                                \
	EXPECT_NE(NULL, strstr(self->v.checks[WT_SITE_##which].reason, (words))) \
	{                                                                        \
		TH_LOG("it says: %s", self->v.checks[WT_SITE_##which].reason);   \
	}

/* Begins anew with this device in the second rig, which is registered for it or not. */
static inline void replace_device(site_t *self, const char *serial, bool registered)
{
	strcpy(self->rigs[1].serial, serial);
	if (registered)
		strcpy(self->rigs[1].reg_devices[0].serial, serial);
	rig_register(&self->rigs[1]);
	rig_boot(&self->rigs[1]);
}

static inline void expect_same(struct __test_metadata *_metadata, const struct wt_site_verdict *x,
			const struct wt_site_verdict *y)
{
	size_t i;

	ASSERT_EQ(x->n_rigs, y->n_rigs);
	EXPECT_EQ(0, memcmp(x->checks, y->checks, sizeof(x->checks)));
	EXPECT_EQ(x->bought_uj, y->bought_uj);
	EXPECT_EQ(0, memcmp(x->grounds, y->grounds, x->n_rigs * sizeof(*x->grounds)));
	for (i = 0; i < x->n_rigs; i++) {
		EXPECT_EQ(0,
			  memcmp(x->rigs[i].checks, y->rigs[i].checks, sizeof(x->rigs[i].checks)));
		EXPECT_EQ(x->rigs[i].chargeable.best, y->rigs[i].chargeable.best);
	}
}

/* Both rigs, and one object more. */
static inline void give_bent(site_t *self, const struct wt_buf *object)
{
	begin(self);
	give_all(self, &self->rigs[0]);
	give_all(self, &self->rigs[1]);
	give(self, object, "bent.cose");
	attest(self, &self->rigs[0], 0, self->rigs[0].n_atts);
	attest(self, &self->rigs[1], 0, self->rigs[1].n_atts);
	finish(self);
}

#endif
