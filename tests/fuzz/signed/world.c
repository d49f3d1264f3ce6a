// SPDX-License-Identifier: Apache-2.0
#include "world.h"

#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/lib/fuzz.h"

#define NO_NONCE wt_span(NULL, 0)
#define NONCE wt_span("12345678", 8)

static void add_object(struct world *w, const struct wt_buf *cose, const struct rig_identity *by)
{
	struct world_object *object = &w->objects[w->n_objects++];
	struct wt_cose envelope;

	fuzz_need(wt_cose_decode(wt_buf_span(cose), &envelope, NULL), "decode an object");
	object->typ = envelope.typ;
	object->by = by;
	wt_buf_append(&object->payload, envelope.payload.p, envelope.payload.n);
}

static void take_objects(struct world *w)
{
	struct rig *rig = &w->rig;
	size_t i;

	add_object(w, &rig->registration, &rig->registry);
	for (i = 0; i < rig->n_grants; i++)
		add_object(w, &rig->grants[i], &rig->energy);
	for (i = 0; i < rig->n_allotments; i++)
		add_object(w, &rig->allotments[i], &rig->site);
	for (i = 0; i < rig->n_notices; i++)
		add_object(w, &rig->notices[i], &rig->energy);
}

static void take_attestations(struct world *w)
{
	struct rig_judging how = { 0 };
	struct wt_cose envelope;
	struct wt_verdict v;
	size_t i;

	for (i = 0; i < w->rig.n_atts; i++) {
		fuzz_need(wt_cose_decode(wt_buf_span(&w->rig.atts[i]), &envelope, NULL), "decode");
		wt_buf_append(&w->payloads[i], envelope.payload.p, envelope.payload.n);
		fuzz_need(wt_attestation_decode(wt_buf_span(&w->payloads[i]), &w->atts[i], NULL),
			  "decode an attestation");
		how.n = i + 1;
		v = rig_judge(&w->rig, &how);
		FUZZ_CHECK(v.tier ==
			   WT_AFFIRMING); /* or the tests after this would prove nothing */
		w->charged[i] = v.chargeable;
		w->bought_uj = v.bought_uj;
		wt_verdict_clear(&v);
	}
}

static void buy(struct rig *rig)
{
	struct wt_notice curtail;

	rig_grant(rig, 1000, -3600, 86400);
	rig_grant(rig, 2, 0, 120);
	rig_allot(rig, rig_site_grant(rig, 500, -3600, 86400), 100);
	curtail = rig_notice_of(rig, WT_NOTICE_CURTAIL, 90, 3600);
	curtail.max_w = 150;
	rig_notice_sign(rig, &curtail, &rig->energy);
}

/* Two windows a minute's attestation, and one that an inspector asked for. */
static void live(struct rig *rig)
{
	rig_minute(rig);
	rig_window(rig, 30, NO_NONCE);
	rig_minute(rig);
	rig_window(rig, 60, NO_NONCE);
	if (!rig->tpm.there) {
		rig->pruned[rig->n_records - 1] = true;
		rig_lost(rig, WATTEST_RECORD_WINDOW, WATTEST_LOST_PRUNED, 1);
	}
	rig_minute(rig);
	rig_window(rig, 10, NONCE);
	rig_attest(rig, NONCE);
}

static struct world *make(bool tpm)
{
	struct world *w = calloc(1, sizeof(*w));
	struct rig *rig = w ? &w->rig : NULL;

	if (!rig)
		fuzz_need(-ENOMEM, "make a rig");
	rig_init(rig);
	if (tpm)
		rig_tpm_init(rig);
	buy(rig);
	rig_boot(rig);
	rig_probe(rig, "__usb_hcd_giveback_urb");
	rig_watch(rig);
	live(rig);
	if (!tpm) {
		rig_unload(rig);
		rig_attest(rig, NO_NONCE);
		rig_off(rig, 60);
		rig_boot(rig);
		rig_minute(rig);
	} else {
		rig_minutes(rig, 2);
	}
	take_objects(w);
	take_attestations(w);
	return w;
}

static struct world *worlds[WORLDS];

void world_forget(void)
{
	for (size_t which = 0; which < WORLDS; which++) {
		struct world *w = worlds[which];

		if (!w)
			continue;
		for (size_t i = 0; i < w->n_objects; i++)
			wt_buf_free(&w->objects[i].payload);
		for (size_t i = 0; i < w->rig.n_atts; i++) {
			wt_attestation_clear(&w->atts[i]);
			wt_buf_free(&w->payloads[i]);
		}
		rig_free(&w->rig);
		free(w);
		worlds[which] = NULL;
	}
}

struct world *world(unsigned int which)
{
	static bool registered;

	if (!registered)
		atexit(world_forget);
	registered = true;
	if (!worlds[which])
		worlds[which] = make(which == WORLD_TPM);
	return worlds[which];
}

void world_records(void (*take)(struct wt_span record))
{
	struct rig *rig = calloc(1, sizeof(*rig));
	size_t i;

	if (!rig)
		fuzz_need(-ENOMEM, "make a rig");
	rig_init(rig);
	rig_tpm_init(rig);
	rig_boot(rig);
	rig_probe(rig, "__usb_hcd_giveback_urb");
	rig_event(rig, WATTEST_EVENT_PTRACE, 3, "gdb");
	rig_step_clock(rig, -70 * (int64_t)RIG_S, true);
	rig_lost(rig, WATTEST_RECORD_WINDOW, WATTEST_LOST_PRUNED, 1);
	rig_lost_steps(rig, 2, 3);
	rig_probe_del(rig, 1);
	rig_window(rig, 60, NONCE);
	rig_device_del(rig, 1);
	rig_source_del(rig, 0);
	rig_window(rig, 60, NO_NONCE);
	rig_unload(rig);
	for (i = 0; i < rig->n_records; i++)
		take(wt_buf_span(&rig->records[i]));
	rig_free(rig);
	free(rig);
}
