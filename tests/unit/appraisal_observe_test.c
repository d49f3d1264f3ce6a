// SPDX-License-Identifier: Apache-2.0
/* Who observes an appraisal is told of every uJ that is charged, and of who pays it. */
#include "lib/appraisal.h"

#include <string.h>

#include "tests/unit/lib/rig.h"
#include "kselftest_harness.h"

#define DAY 86400

struct told {
	struct wt_energy measured, substituted, paid, over;
	uint64_t charges, unmeasured_ns, end_ns;
	unsigned int holes, unexplained;
};

static void add(struct wt_energy *sum, const struct wt_energy *e)
{
	sum->low += e->low;
	sum->best += e->best;
	sum->high += e->high;
}

static void charged(const struct wt_charge *charge, void *user)
{
	struct told *told = user;

	told->holes += told->charges && charge->from_ns != told->end_ns;
	told->unexplained += !charge->why != !charge->substituted.high;
	told->charges++;
	told->end_ns = charge->to_ns;
	told->unmeasured_ns += charge->unmeasured_ns;
	add(&told->measured, &charge->measured);
	add(&told->substituted, &charge->substituted);
}

static void debited(const struct wt_account *account, uint64_t from_ns, uint64_t to_ns,
		    const struct wt_energy *energy, void *user)
{
	struct told *told = user;

	add(account ? &told->paid : &told->over, energy);
}

FIXTURE(observe)
{
	struct rig rig;
	struct told told;
	struct wt_verdict v;
};

FIXTURE_SETUP(observe)
{
	memset(&self->told, 0, sizeof(self->told));
	rig_init(&self->rig);
	rig_grant(&self->rig, 20, -3600, DAY);
	rig_boot(&self->rig);
}

FIXTURE_TEARDOWN(observe)
{
	wt_verdict_clear(&self->v);
	rig_free(&self->rig);
}

static struct wt_energy watch(struct rig *rig, struct told *told, struct wt_verdict *v)
{
	struct wt_observer observer = { .charge = charged, .debit = debited, .user = told };
	struct wt_appraisal *a = rig_appraisal(rig, &(struct rig_judging){ 0 });
	struct wt_energy used;
	size_t i;

	wt_appraisal_observe(a, &observer);
	for (i = 0; i < rig->n_atts; i++) {
		if (wt_appraisal_feed(a, wt_buf_span(&rig->atts[i]), "att", NULL) != 1)
			abort();
	}
	if (wt_appraisal_finish(a, v, NULL) < 0)
		abort();
	used = wt_appraisal_ledger(a)->accounts[0].used;
	wt_appraisal_free(a);
	return used;
}

TEST_F(observe, measured_and_substituted_and_who_pays)
{
	struct told *told = &self->told;
	struct wt_energy used;

	rig_minutes(&self->rig, 3);
	self->rig.sources[0].dead = true;
	rig_minutes(&self->rig, 2);
	self->rig.sources[0].dead = false;
	rig_minutes(&self->rig, 10);
	used = watch(&self->rig, told, &self->v);
	EXPECT_EQ(15, told->charges);
	EXPECT_EQ(0, told->holes);
	EXPECT_EQ(0, told->unexplained);
	EXPECT_EQ(self->v.measured_uj, told->measured.best);
	EXPECT_EQ(self->v.substituted_uj, told->substituted.best);
	EXPECT_LT(0, told->substituted.best);
	EXPECT_EQ(0, told->substituted.low);
	EXPECT_EQ(told->unmeasured_ns * self->rig.reg.nameplate_w / 1000, told->substituted.best);
	EXPECT_EQ(self->v.chargeable.low, told->measured.low + told->substituted.low);
	EXPECT_EQ(self->v.chargeable.best, told->measured.best + told->substituted.best);
	EXPECT_EQ(self->v.chargeable.high, told->measured.high + told->substituted.high);
	/* The grant is used up: the rest is over. */
	EXPECT_EQ(WT_EXCEEDED, self->v.allocation);
	EXPECT_EQ(used.low, told->paid.low);
	EXPECT_EQ(used.best, told->paid.best);
	EXPECT_EQ(used.high, told->paid.high);
	EXPECT_EQ(self->v.chargeable.low, told->paid.low + told->over.low);
	EXPECT_EQ(self->v.chargeable.best, told->paid.best + told->over.best);
	EXPECT_EQ(self->v.chargeable.high, told->paid.high + told->over.high);
}

TEST_F(observe, nobody_is_needed)
{
	struct wt_observer none = { 0 };
	struct wt_appraisal *a;

	rig_minutes(&self->rig, 1);
	a = rig_appraisal(&self->rig, &(struct rig_judging){ 0 });
	wt_appraisal_observe(a, &none);
	EXPECT_EQ(1, wt_appraisal_feed(a, wt_buf_span(&self->rig.atts[0]), "att", NULL));
	wt_appraisal_free(a);
}

TEST_HARNESS_MAIN
