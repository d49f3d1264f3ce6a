// SPDX-License-Identifier: Apache-2.0
/* States between two runs: what is read is written again as it was, and a state of nonsense leaves nothing behind. */
#include "tests/fuzz/targets/targets.h"

#include <string.h>

#include "lib/appraisal.h"
#include "lib/site.h"
#include "tests/fuzz/signed/world.h"

static void init(void)
{
	(void)world(WORLD_FILE);
	(void)world(WORLD_TPM);
}

static struct wt_appraisal *begin(struct world *w)
{
	struct rig_judging how = { 0 };

	return rig_appraisal(&w->rig, &how);
}

static void save(struct wt_appraisal *a, struct wt_buf *ret)
{
	struct wt_err err = { "" };

	wt_buf_reset(ret);
	FUZZ_CHECK(wt_appraisal_state_save(a, ret, &err) == 0);
}

/* The first byte says of which rig. */
static void state_run(struct wt_span in)
{
	struct world *w = world(fuzz_u8(&in) % WORLDS);
	struct wt_buf once = { 0 }, twice = { 0 };
	struct wt_appraisal *a = begin(w);
	struct wt_err err = { "" };
	struct wt_verdict v;
	size_t i;
	int r;

	r = wt_appraisal_state_load(a, in, &err);
	if (r < 0) {
		FUZZ_CHECK(r == -EBADMSG);
		fuzz_check_refusal(r, &err);
		FUZZ_CHECK(wt_appraisal_state_save(a, &once, &err) == -ENODATA);
	} else {
		/* a state that was written is read to the same; one that was made up, to one that is */
		save(a, &once);
		wt_appraisal_free(a);
		a = begin(w);
		FUZZ_CHECK(wt_appraisal_state_load(a, wt_buf_span(&once), &err) == 0);
		save(a, &twice);
		FUZZ_CHECK(wt_span_equal(wt_buf_span(&once), wt_buf_span(&twice)));
	}
	/* either way it can go on */
	for (i = 0; i < w->rig.n_atts; i++)
		FUZZ_CHECK(wt_appraisal_feed(a, wt_buf_span(&w->rig.atts[i]), "x", &err) >= 0);
	FUZZ_CHECK(wt_appraisal_finish(a, &v, &err) == 0);
	FUZZ_CHECK(v.chargeable.low <= v.chargeable.best && v.chargeable.best <= v.chargeable.high);
	FUZZ_CHECK(r == 0 || v.tier == WT_AFFIRMING);
	wt_verdict_clear(&v);
	wt_appraisal_free(a);
	wt_buf_free(&once);
	wt_buf_free(&twice);
}

static void state_seed(void)
{
	struct wt_buf state = { 0 }, in = { 0 };
	uint8_t which;
	size_t n;

	init();
	for (which = 0; which < WORLDS; which++)
		for (n = 1; n <= world(which)->rig.n_atts; n += 2) {
			struct rig_judging how = { .n = n, .ret_state = &state };
			struct wt_verdict v = rig_judge(&world(which)->rig, &how);

			wt_verdict_clear(&v);
			wt_buf_reset(&in);
			wt_buf_append(&in, &which, 1);
			wt_buf_append(&in, state.p, state.n);
			fuzz_seed(wt_buf_span(&in));
		}
	wt_buf_free(&state);
	wt_buf_free(&in);
}

const struct fuzz_target fuzz_state = { "state", init, state_run, state_seed, 15 };

/* --- of a site ------------------------------------------------------------------------------------- */

static struct wt_site *begin_site(void)
{
	struct rig *rig = &world(WORLD_FILE)->rig;
	struct wt_appraisal_options options = { .now = (int64_t)(rig->realtime_ns / RIG_S) };
	struct wt_site *site;
	struct wt_err err = { "" };
	size_t i;

	fuzz_need(wt_site_new(rig->trust, &options, &site, &err), err.msg);
	fuzz_need(wt_site_object(site, wt_buf_span(&rig->registration), "reg", &err), err.msg);
	for (i = 0; i < rig->n_grants; i++)
		fuzz_need(wt_site_object(site, wt_buf_span(&rig->grants[i]), "g", &err), err.msg);
	for (i = 0; i < rig->n_allotments; i++)
		fuzz_need(wt_site_object(site, wt_buf_span(&rig->allotments[i]), "a", &err),
			  err.msg);
	return site;
}

/*
 * Feeds so many attestations, concludes, and saves. False: no rig was seen, in this run or before, so there is no state; or
 * a rig's part of a made-up state is none, which is known only then.
 */
static bool end_site(struct wt_site *site, size_t atts, struct wt_buf *ret)
{
	struct rig *rig = &world(WORLD_FILE)->rig;
	struct wt_site_verdict v;
	struct wt_err err = { "" };
	size_t i;
	int r;

	for (i = 0; i < atts; i++)
		(void)wt_site_attestation(site, wt_buf_span(&rig->atts[i]), "x", &err);
	r = wt_site_finish(site, &v, &err);
	if (r < 0) {
		FUZZ_CHECK(r == -EBADMSG);
		fuzz_check_refusal(r, &err);
		wt_site_free(site);
		return false;
	}
	FUZZ_CHECK(v.chargeable.low <= v.chargeable.best && v.chargeable.best <= v.chargeable.high);
	wt_site_verdict_clear(&v);
	wt_buf_reset(ret);
	r = wt_site_state_save(site, ret, &err);
	FUZZ_CHECK(r == 0 || r == -ENODATA);
	wt_site_free(site);
	return r == 0;
}

static void site_run(struct wt_span in)
{
	size_t atts = fuzz_u8(&in) % 3;
	struct wt_buf once = { 0 }, twice = { 0 };
	struct wt_site *site = begin_site();
	struct wt_err err = { "" };
	int r;

	r = wt_site_state_load(site, in, &err);
	if (r < 0) {
		FUZZ_CHECK(r == -EBADMSG);
		fuzz_check_refusal(r, &err);
		wt_site_free(site);
		return;
	}
	if (end_site(site, atts, &once)) {
		site = begin_site();
		FUZZ_CHECK(wt_site_state_load(site, wt_buf_span(&once), &err) == 0);
		FUZZ_CHECK(end_site(site, 0, &twice));
		FUZZ_CHECK(wt_span_equal(wt_buf_span(&once), wt_buf_span(&twice)));
	}
	wt_buf_free(&once);
	wt_buf_free(&twice);
}

static void site_seed(void)
{
	static const uint8_t none;
	struct wt_buf state = { 0 }, in = { 0 };

	init();
	for (size_t n = 1; n < 4; n++) {
		wt_buf_reset(&in);
		(void)end_site(begin_site(), n, &state);
		wt_buf_append(&in, &none, 1);
		wt_buf_append(&in, state.p, state.n);
		fuzz_seed(wt_buf_span(&in));
	}
	wt_buf_free(&state);
	wt_buf_free(&in);
}

const struct fuzz_target fuzz_site_state = { "site_state", init, site_run, site_seed, 20 };
