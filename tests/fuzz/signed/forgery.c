// SPDX-License-Identifier: Apache-2.0
#include "forgery.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/lib/fuzz.h"

#define OPS_MAX 12

void *forgery_memory(struct forgery *f, size_t n)
{
	void *p = calloc(1, n ? n : 1);

	if ((f->n_memory & (f->n_memory - 1)) == 0)
		f->memory = reallocarray(f->memory, f->n_memory ? 2 * f->n_memory : 1,
					 sizeof(*f->memory));
	if (!p || !f->memory)
		fuzz_need(-ENOMEM, "copy");
	f->memory[f->n_memory++] = p;
	return p;
}

static struct wt_span copy_bytes(struct forgery *f, struct wt_span from)
{
	void *p;

	if (!from.p)
		return from;
	p = forgery_memory(f, from.n);
	memcpy(p, from.p, from.n);
	return wt_span(p, from.n);
}

/* Its records' bytes are its own, for editing; all else is borrowed from the world. */
static struct wt_att_step copy_step(struct forgery *f, const struct wt_att_step *from, size_t more)
{
	struct wt_att_step step = *from;
	size_t i;

	step.records = forgery_memory(f, (from->n_records + more) * sizeof(*step.records));
	for (i = 0; i < from->n_records; i++) {
		step.records[i] = from->records[i];
		step.records[i].raw = copy_bytes(f, from->records[i].raw);
	}
	step.mac = copy_bytes(f, from->mac);
	return step;
}

static void copy_steps(struct forgery *f, struct wt_attestation *att, size_t more)
{
	struct wt_att_step *steps = forgery_memory(f, (att->n_steps + more) * sizeof(*steps));
	size_t i;

	for (i = 0; i < att->n_steps; i++)
		steps[i] = copy_step(f, &att->steps[i], 0);
	att->steps = steps;
}

static void copy_world(struct forgery *f, struct world *w)
{
	size_t i;

	f->w = w;
	f->n_atts = w->rig.n_atts;
	for (i = 0; i < f->n_atts; i++) {
		f->atts[i] = w->atts[i];
		copy_steps(f, &f->atts[i], 0);
		f->atts[i].record_store = NULL;
	}
	for (i = 0; i < w->n_objects; i++)
		f->by[i] = w->objects[i].by;
}

/* --- records --------------------------------------------------------------------------------------- */

static void put_le(struct wt_span raw, size_t at, uint64_t v, size_t n)
{
	uint64_t le = htole64(v);

	if (at + n <= raw.n)
		memcpy((uint8_t *)raw.p + at, &le, n);
}

static void resize(struct forgery *f, struct wt_att_record *record, int64_t by)
{
	size_t n = record->raw.n + (size_t)by;
	uint8_t *p;

	if (by < 0 && record->raw.n < (size_t)-by + sizeof(struct wattest_record))
		return;
	p = forgery_memory(f, n);
	memcpy(p, record->raw.p, by < 0 ? n : record->raw.n);
	record->raw = wt_span(p, n);
	put_le(record->raw, 0, n, 4);
}

static void edit_bytes(struct forgery *f, struct wt_att_record *record, unsigned int kind,
		       struct wt_span *in)
{
	size_t at = fuzz_u16(in) % record->raw.n;

	switch (kind) {
	case 0:
		put_le(record->raw, at & ~(size_t)7, fuzz_u64(in), 8);
		break;
	case 1: /* a counter that is a little different */
		at &= ~(size_t)7;
		if (at + 8 <= record->raw.n)
			put_le(record->raw, at,
			       wt_le64(record->raw.p + at) +
				       (uint64_t)(int64_t)(int16_t)fuzz_u16(in),
			       8);
		break;
	case 2:
		put_le(record->raw, at, fuzz_u8(in), 1);
		break;
	case 3:
		at &= ~(size_t)3;
		if (at + 4 <= record->raw.n)
			put_le(record->raw, at,
			       wt_le32(record->raw.p + at) + (uint32_t)(int16_t)fuzz_u16(in), 4);
		break;
	case 4: /* a multiple */
		at &= ~(size_t)7;
		if (at + 8 <= record->raw.n)
			put_le(record->raw, at, wt_le64(record->raw.p + at) / 16 * fuzz_u8(in), 8);
		break;
	default:
		resize(f, record, 8 * (int8_t)fuzz_u8(in));
	}
}

static void edit_record(struct forgery *f, struct wt_att_step *step, struct wt_span *in)
{
	size_t i = fuzz_u8(in) % step->n_records, n = step->n_records;
	unsigned int kind = fuzz_u8(in) % 12;
	struct wt_att_record *records, *record = &step->records[i];

	switch (kind) {
	case 6:
		if (n > 1) {
			memmove(record, record + 1, (n - i - 1) * sizeof(*record));
			step->n_records--;
		}
		break;
	case 7: /* twice */
		records = forgery_memory(f, (n + 1) * sizeof(*records));
		memcpy(records, step->records, (i + 1) * sizeof(*records));
		memcpy(records + i + 1, step->records + i, (n - i) * sizeof(*records));
		records[i + 1].raw = copy_bytes(f, records[i].raw);
		step->records = records;
		step->n_records++;
		break;
	case 8:
		if (record->raw.p)
			wt_sha256(record->raw, record->digest);
		record->raw = wt_span(NULL, 0);
		break;
	case 9:
		if (i + 1 < n) {
			struct wt_att_record first = record[0];

			record[0] = record[1];
			record[1] = first;
		}
		break;
	default:
		if (record->raw.p)
			edit_bytes(f, record, kind, in);
	}
}

/* --- steps and attestations ------------------------------------------------------------------------ */

static void edit_step(struct forgery *f, struct wt_attestation *att, size_t i, struct wt_span *in)
{
	struct wt_att_step *step = &att->steps[i], first;

	switch (fuzz_u8(in) % 6) {
	case 0:
		memmove(step, step + 1, (att->n_steps - i - 1) * sizeof(*step));
		att->n_steps--;
		break;
	case 1:
		copy_steps(f, att, 1);
		att->steps[att->n_steps++] = copy_step(f, &att->steps[i], 0);
		break;
	case 2:
		if (step->mac.p)
			((uint8_t *)step->mac.p)[fuzz_u8(in) % 32] ^= 1;
		break;
	case 3:
		step->mac = wt_span(NULL, 0);
		break;
	case 4:
		step->mac = copy_bytes(f, wt_span("0123456789abcdef0123456789abcdef", 32));
		break;
	default:
		if (i + 1 < att->n_steps) {
			first = step[0];
			step[0] = step[1];
			step[1] = first;
		}
	}
}

static void edit_claim(struct forgery *f, struct wt_attestation *att, struct wt_span *in)
{
	unsigned int kind = fuzz_u8(in) % 14;
	uint64_t v = fuzz_u64(in);
	static const enum wt_clock clocks[] = { WT_CLOCK_UNKNOWN, WT_CLOCK_INFORMATIVE,
						WT_CLOCK_SYNCHRONISED, WT_CLOCK_RELATIVE };

	switch (kind) {
	case 0:
		att->iat += (int16_t)v;
		break;
	case 1:
		att->iat = (int64_t)(v % 9223372036);
		break;
	case 2:
		att->seq += v & 3;
		break;
	case 3:
		att->clock = clocks[v & 3];
		att->clock_bound_us = att->clock == WT_CLOCK_SYNCHRONISED ? v >> 2 & 0xffffff : 0;
		break;
	case 4:
		att->epoch[v & 15] ^= (uint8_t)(v >> 8);
		break;
	case 5:
		att->uptime_s = v & 0xffffff;
		break;
	case 6:
		att->nonce = v & 1 ? wt_span("12345678", 8) : wt_span(NULL, 0);
		break;
	case 7:
		att->ueid[1 + v % 16] ^= (uint8_t)(v >> 8);
		break;
	case 8:
		att->chain_before[v & 31] ^= (uint8_t)(v >> 8);
		break;
	case 9:
		att->first_seq += (uint64_t)(int64_t)(int16_t)v;
		break;
	case 10:
		att->n_grants = att->n_grants ? v % (att->n_grants + 1) : 0;
		break;
	case 11:
		att->registration[v & 31] ^= (uint8_t)(v >> 8);
		break;
	case 12:
		att->quote.n_pcrs = att->quote.n_pcrs ? v % (att->quote.n_pcrs + 1) : 0;
		break;
	default:
		att->key_place = v & 1 ? WT_KEY_IN_TPM : WT_KEY_IN_FILE;
		if (v & 2)
			att->quote = (struct wt_att_quote){ 0 };
	}
	(void)f;
}

/* Which of them there are, and in which order. */
static void edit_list(struct forgery *f, size_t i, struct wt_span *in)
{
	struct wt_attestation first = f->atts[i];

	switch (fuzz_u8(in) % 4) {
	case 0:
		if (f->n_atts < 2)
			break;
		memmove(&f->atts[i], &f->atts[i + 1], (f->n_atts - i - 1) * sizeof(first));
		f->n_atts--;
		break;
	case 1:
		if (f->n_atts == FORGERY_ATTS)
			break;
		memmove(&f->atts[i + 1], &f->atts[i], (f->n_atts - i) * sizeof(first));
		copy_steps(f, &f->atts[i + 1], 0);
		f->n_atts++;
		break;
	case 2:
		if (i + 1 == f->n_atts)
			break;
		f->atts[i] = f->atts[i + 1];
		f->atts[i + 1] = first;
		break;
	default: /* nothing after it */
		f->n_atts = i + 1;
	}
}

static void edit_payload(struct forgery *f, struct wt_span *in)
{
	struct rig *rig = &f->w->rig;
	const struct rig_identity *const signers[] = { &rig->registry,	  &rig->energy,
						       &rig->site,	  &rig->self,
						       &rig->registry_ca, &rig->energy_ca };
	struct payload_edit *edit = &f->edits[f->n_edits];
	size_t n = f->w->n_objects;
	struct wt_span how;

	if (f->n_edits == FORGERY_EDITS)
		return;
	edit->target = fuzz_u8(in) % (n + WORLD_ATTS);
	if (edit->target < n) {
		unsigned int by = fuzz_u8(in) % 12; /* as often as not, who may */

		if (by < 6)
			f->by[edit->target] = signers[by];
	}
	how = fuzz_bytes(in, FORGERY_HOW);
	memcpy(edit->how, how.p, how.n);
	f->n_edits++;
}

void forgery_make(struct forgery *f, struct wt_span in)
{
	unsigned int ops = 0;

	memset(f, 0, sizeof(*f));
	copy_world(f, world(fuzz_u8(&in) % WORLDS));
	f->keep = fuzz_u8(&in);
	while (in.n && ops++ < OPS_MAX) {
		unsigned int op = fuzz_u8(&in) % 8;
		size_t i = fuzz_u8(&in) % f->n_atts, k;
		struct wt_attestation *att = &f->atts[i];

		if (op == 7) {
			edit_payload(f, &in);
		} else if (op == 6) {
			edit_list(f, i, &in);
		} else if (op == 5 || !att->n_steps) {
			edit_claim(f, att, &in);
		} else {
			k = fuzz_u8(&in) % att->n_steps;
			if (op == 4)
				edit_step(f, att, k, &in);
			else if (att->steps[k].n_records)
				edit_record(f, &att->steps[k], &in);
		}
	}
}

void forgery_clear(struct forgery *f)
{
	size_t i;

	for (i = 0; i < f->n_memory; i++)
		free(f->memory[i]);
	free(f->memory);
	for (i = 0; i < WORLD_OBJECTS; i++)
		wt_buf_free(&f->objects[i]);
	for (i = 0; i < FORGERY_ATTS; i++)
		wt_buf_free(&f->signed_atts[i]);
}
