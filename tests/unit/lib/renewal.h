/* SPDX-License-Identifier: Apache-2.0 */
/* A rig whose registration is renewed while it goes on, and its judge. */
#ifndef TESTS_UNIT_LIB_RENEWAL_H
#define TESTS_UNIT_LIB_RENEWAL_H

#include <string.h>

#include "rig.h"
#include "kselftest_harness.h"

#define NO_NONCE wt_span(NULL, 0)
#define DAY 86400
#define RIGHT_NOW(rig) ((int64_t)((rig)->realtime_ns / RIG_S))
#define MAX_REGISTRATIONS 4

FIXTURE(renewal)
{
	struct rig rig;
	struct wt_buf registrations[MAX_REGISTRATIONS]; /* all, oldest first */
	size_t n;
	size_t first[MAX_REGISTRATIONS]; /* attestation that names it first */
	struct rig_identity before; /* the rig's certificate, after a new one was issued */
	struct wt_buf state;
};

FIXTURE_SETUP(renewal)
{
	rig_init(&self->rig);
	rig_grant(&self->rig, 1000, -DAY, 30 * DAY);
	wt_buf_append(&self->registrations[self->n++], self->rig.registration.p,
		      self->rig.registration.n);
}

FIXTURE_TEARDOWN(renewal)
{
	size_t i;

	for (i = 0; i < MAX_REGISTRATIONS; i++)
		wt_buf_free(&self->registrations[i]);
	wt_buf_free(&self->state);
	wt_cert_free(self->before.cert);
	rig_free(&self->rig);
}

/* Signs what a test made of rig.reg, from now on. */
static inline void renew(FIXTURE_DATA(renewal) * self)
{
	self->rig.reg.not_before = RIGHT_NOW(&self->rig);
	self->rig.reg.id[0]++;
	rig_register(&self->rig);
	self->first[self->n] = self->rig.n_atts;
	wt_buf_append(&self->registrations[self->n++], self->rig.registration.p,
		      self->rig.registration.n);
}

/* With the registrations from..until, the attestations first..last, and the state there is; which is made anew. */
static inline struct wt_verdict judged(FIXTURE_DATA(renewal) * self, size_t from, size_t until,
				size_t first, size_t last)
{
	struct rig_judging how = { 0 };
	struct wt_buf own = self->rig.registration;
	struct wt_appraisal *a;
	struct wt_verdict v;
	struct wt_err err;
	size_t i;

	self->rig.registration = self->registrations[from];
	a = rig_appraisal(&self->rig, &how);
	self->rig.registration = own;
	/* In any order */
	for (i = until; i-- > from + 1;) {
		if (wt_appraisal_registration(a, wt_buf_span(&self->registrations[i]), "more.cose",
					      &err) != 1)
			abort();
	}
	if (self->state.n && wt_appraisal_state_load(a, wt_buf_span(&self->state), &err) < 0)
		abort();
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

static inline struct wt_verdict at_once(FIXTURE_DATA(renewal) * self)
{
	wt_buf_reset(&self->state);
	return judged(self, 0, self->n, 0, self->rig.n_atts);
}

static inline void expect(struct __test_metadata *_metadata, FIXTURE_DATA(renewal) * self,
		   enum wt_check check, const char *code)
{
	struct wt_verdict v = at_once(self);
	enum wt_check i;

	EXPECT_STREQ(code, v.checks[check].code)
	{
		TH_LOG("%s", v.checks[check].reason);
	}
	for (i = 0; i < WT_CHECKS; i++) {
		if (i == check)
			continue;
		EXPECT_LE(v.checks[i].tier, WT_AFFIRMING)
		{
			TH_LOG("%s: %s", wt_check_name(i), v.checks[i].reason);
		}
	}
	wt_verdict_clear(&v);
}

#endif
