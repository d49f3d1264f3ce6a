// SPDX-License-Identifier: Apache-2.0
/* Puts right what was edited, as far as it is not to be kept, and signs all of it. */
#include "forgery.h"

#include <string.h>

#include "lib/chain.h"
#include "lib/tpm/tpm.h"
#include "tests/fuzz/lib/fuzz.h"
#include "tests/fuzz/lib/tree.h"

/* The edits of a payload, one after the other; what no longer is CBOR is signed as it is. */
static bool apply_edits(const struct forgery *f, size_t target, struct wt_buf *payload)
{
	struct wt_buf edited = { 0 };
	bool any = false;
	size_t i;

	for (i = 0; i < f->n_edits; i++) {
		struct wt_span how = wt_span(f->edits[i].how, FORGERY_HOW);

		if (f->edits[i].target != target)
			continue;
		any = true;
		wt_buf_reset(&edited);
		if (!tree_edit(wt_buf_span(payload), &how, &edited))
			break;
		wt_buf_reset(payload);
		wt_buf_append(payload, edited.p, edited.n);
	}
	wt_buf_free(&edited);
	return any;
}

static void sign_objects(struct forgery *f)
{
	struct world *w = f->w;
	struct rig *rig = &w->rig;
	struct wt_buf payload = { 0 };
	const struct wt_buf *honest;
	size_t i;

	for (i = 0; i < w->n_objects; i++) {
		honest = i == 0		      ? &rig->registration
			 : i <= rig->n_grants ? &rig->grants[i - 1]
			 : i <= rig->n_grants + rig->n_allotments
				 ? &rig->allotments[i - 1 - rig->n_grants]
				 : &rig->notices[i - 1 - rig->n_grants - rig->n_allotments];
		wt_buf_reset(&payload);
		wt_buf_append(&payload, w->objects[i].payload.p, w->objects[i].payload.n);
		if (apply_edits(f, i, &payload) || f->by[i] != w->objects[i].by) {
			rig_sign(f->by[i], w->objects[i].typ, wt_buf_span(&payload),
				 &f->objects[i]);
			if (f->by[i] != &rig->self)
				f->authority = true;
		} else {
			wt_buf_append(&f->objects[i], honest->p, honest->n);
		}
	}
	wt_buf_free(&payload);
}

/* Names of objects follow what they are now. */
static void rename_object(const struct forgery *f, uint8_t digest[WT_SHA256_LEN])
{
	struct rig *rig = &f->w->rig;
	uint8_t honest[WT_SHA256_LEN];
	size_t i;

	for (i = 0; i < 1 + rig->n_grants + rig->n_allotments; i++) {
		const struct wt_buf *object = i == 0 ? &rig->registration
					      : i <= rig->n_grants
						      ? &rig->grants[i - 1]
						      : &rig->allotments[i - 1 - rig->n_grants];

		wt_sha256(wt_buf_span(object), honest);
		if (memcmp(honest, digest, WT_SHA256_LEN) == 0) {
			wt_sha256(wt_buf_span(&f->objects[i]), digest);
			return;
		}
	}
}

static void name_objects(struct forgery *f, struct wt_attestation *att)
{
	struct wt_att_grant *grants = forgery_memory(f, att->n_grants * sizeof(*grants));
	size_t i;

	rename_object(f, att->registration);
	for (i = 0; i < att->n_grants; i++) {
		grants[i] = att->grants[i];
		rename_object(f, grants[i].digest);
	}
	att->grants = grants;
}

/* Records are numbered one after the other, from 1 in each epoch. */
static void number_records(struct forgery *f)
{
	uint64_t seq = 0;
	size_t i, k, m;

	for (i = 0; i < f->n_atts; i++)
		for (k = 0; k < f->atts[i].n_steps; k++)
			for (m = 0; m < f->atts[i].steps[k].n_records; m++) {
				struct wt_span raw = f->atts[i].steps[k].records[m].raw;

				seq++;
				if (raw.n >= 16 && wt_le16(raw.p + 4) == WATTEST_RECORD_LOAD)
					seq = 1;
				if (k == 0 && m == 0)
					f->atts[i].first_seq = seq;
				for (int b = 0; raw.n >= 16 && b < 8; b++)
					((uint8_t *)raw.p)[8 + b] = (uint8_t)(seq >> (8 * b));
			}
}

static void chain(struct forgery *f)
{
	struct wt_buf scratch = { 0 };
	uint8_t head[WT_SHA256_LEN];
	size_t i, k;

	for (i = 0; i < f->n_atts; i++) {
		struct wt_attestation *att = &f->atts[i];

		if (i > 0 && memcmp(att->epoch, f->atts[i - 1].epoch, sizeof(att->epoch)) == 0)
			memcpy(att->chain_before, head, sizeof(head));
		memcpy(head, att->chain_before, sizeof(head));
		for (k = 0; k < att->n_steps; k++)
			if (att->steps[k].n_records)
				wt_chain_step(head, att->steps[k].records, att->steps[k].n_records,
					      &scratch);
		memcpy(att->chain_after, head, sizeof(head));
	}
	wt_buf_free(&scratch);
}

/* Root may ask the TPM for a quote of anything, but not for other PCRs, nor for another clock. */
static void quote(struct forgery *f, struct wt_attestation *att)
{
	struct rig_tpm *tpm = &f->w->rig.tpm;
	struct wt_tpm_attest read;
	uint8_t *attest, *signature;

	if (!att->quote.attest.p || !tpm->there)
		return;
	if (wt_tpm_attest_read(att->quote.attest, &read, NULL) < 0 ||
	    read.extra_data.n != WT_SHA256_LEN)
		return;
	attest = forgery_memory(f, att->quote.attest.n);
	signature = forgery_memory(f, WT_SIG_LEN);
	memcpy(attest, att->quote.attest.p, att->quote.attest.n);
	if (wt_attestation_binding(att, attest + (read.extra_data.p - att->quote.attest.p), NULL) <
	    0)
		return;
	fuzz_need(wt_sign(tpm->ak, wt_span(attest, att->quote.attest.n), signature, NULL), "quote");
	att->quote.attest = wt_span(attest, att->quote.attest.n);
	att->quote.signature = wt_span(signature, WT_SIG_LEN);
}

/* False: no encoder writes it, and no decoder would read it. */
static bool sign_attestation(struct forgery *f, size_t i, uint8_t prev[WT_SHA256_LEN])
{
	struct wt_attestation *att = &f->atts[i];
	struct wt_buf payload = { 0 };
	struct rig *rig = &f->w->rig;
	int r;

	if (!(f->keep & KEEP_PREV))
		memcpy(att->prev, prev, WT_SHA256_LEN);
	if (!(f->keep & KEEP_SEQ))
		att->seq = i + 1;
	name_objects(f, att);
	if (!(f->keep & KEEP_QUOTE))
		quote(f, att);
	r = wt_attestation_encode(att, &payload, NULL);
	if (r == 0) {
		apply_edits(f, f->w->n_objects + i, &payload);
		fuzz_need(wt_cose_sign(rig->self.key, rig->self.cert, false, WT_TYP_ATTESTATION,
				       wt_buf_span(&payload), &f->signed_atts[i], NULL),
			  "sign");
		wt_sha256(wt_buf_span(&f->signed_atts[i]), prev);
	}
	wt_buf_free(&payload);
	return r == 0;
}

void forgery_sign(struct forgery *f)
{
	uint8_t prev[WT_SHA256_LEN] = { 0 };
	size_t i;

	sign_objects(f);
	if (!(f->keep & KEEP_RECORD_SEQ))
		number_records(f);
	if (!(f->keep & KEEP_CHAIN))
		chain(f);
	f->usable = true;
	for (i = 0; f->usable && i < f->n_atts; i++)
		f->usable = sign_attestation(f, i, prev);
}
