// SPDX-License-Identifier: Apache-2.0
#include "rig.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "lib/tpm/tpm.h"

#define SHA1 0x0004
#define SHA256 0x000b

static void need(int r)
{
	if (r < 0)
		abort();
}

void rig_tpm_extend(struct rig *rig, unsigned int pcr, const uint8_t digest[WT_SHA256_LEN])
{
	wt_sha256_pair(rig->tpm.pcrs[pcr], digest, rig->tpm.pcrs[pcr]);
}

void rig_tpm_reset(struct rig *rig)
{
	uint8_t digest[WT_SHA256_LEN];
	unsigned int pcr;

	memset(rig->tpm.pcrs, 0, sizeof(rig->tpm.pcrs));
	for (pcr = 0; pcr < 8; pcr++) {
		memset(digest, (int)(0xa0 + pcr), sizeof(digest));
		rig_tpm_extend(rig, pcr, digest);
	}
	rig->tpm.reset++;
	rig->tpm.restart = 0;
	rig->tpm.waiting = false;
}

void rig_tpm_init(struct rig *rig)
{
	struct rig_tpm *t = &rig->tpm;
	static const uint8_t boot[] = { 0, 2, 4, 7 };

	t->there = t->safe = t->keyed = true;
	t->witness = RIG_PCR;
	t->mask = 1u << 0 | 1u << 2 | 1u << 4 | 1u << 7;
	t->reset = 40;
	t->clock_ms = 1000000;
	need(wt_key_generate(WT_ALG_ES256, &t->ek));
	need(wt_key_generate(WT_ALG_ES256, &t->ak));
	need(wt_key_spki(t->ak, &t->ak_spki, NULL));
	rig_tpm_reset(rig);
	need(wt_key_spki_digest(t->ek, rig->reg.tpm.ek));
	rig->reg.tpm.ak = wt_buf_span(&t->ak_spki);
	for (size_t i = 0; i < sizeof(boot); i++) {
		rig->reg.tpm.boot[i].index = boot[i];
		memcpy(rig->reg.tpm.boot[i].value, t->pcrs[boot[i]], WT_SHA256_LEN);
	}
	rig->reg.tpm.n_boot = sizeof(boot);
	wt_ueid_from_digest(rig->reg.tpm.ek, rig->reg.ueid);
	rig_register(rig);
}

void rig_tpm_free(struct rig *rig)
{
	wt_key_free(rig->tpm.ek);
	wt_key_free(rig->tpm.ak);
	wt_buf_free(&rig->tpm.ak_spki);
}

void rig_tpm_step(struct rig *rig, const uint8_t digest[WT_SHA256_LEN])
{
	struct rig_tpm *t = &rig->tpm;

	if (!t->there || t->fails || t->witness == WATTEST_PCR_NONE)
		return;
	if (t->waiting)
		rig_tpm_extend(rig, t->witness, t->waits);
	t->waiting = t->slow;
	if (t->slow)
		memcpy(t->waits, digest, sizeof(t->waits));
	else
		rig_tpm_extend(rig, t->witness, digest);
}

/* --- quotes ------------------------------------------------------------------------------------------- */

static void put(struct wt_buf *b, uint64_t v, size_t n)
{
	uint64_t be = htobe64(v);

	wt_buf_append(b, (const uint8_t *)&be + 8 - n, n);
}

static void put_selection(struct wt_buf *b, uint16_t bank, uint32_t mask)
{
	put(b, bank, 2);
	put(b, 3, 1);
	put(b, mask & 0xff, 1);
	put(b, mask >> 8 & 0xff, 1);
	put(b, mask >> 16 & 0xff, 1);
}

static void marshal(const struct rig_quote *q, struct wt_buf *b)
{
	static const uint8_t signer[34] = { 0x00, 0x0b, 0x77 }, zeros[16];

	wt_buf_reset(b);
	put(b, q->magic, 4);
	put(b, q->type, 2);
	put(b, sizeof(signer), 2);
	wt_buf_append(b, signer, sizeof(signer));
	put(b, q->extra_len, 2);
	wt_buf_append(b, q->extra, q->extra_len);
	put(b, q->clock_ms, 8);
	put(b, q->reset, 4);
	put(b, q->restart, 4);
	put(b, q->safe, 1);
	put(b, UINT64_C(0x2023042700165a00), 8);
	if (q->type == WT_TPM_ATTEST_CERTIFY) { /* a name and a qualified name */
		put(b, sizeof(signer), 2);
		wt_buf_append(b, signer, sizeof(signer));
		put(b, sizeof(signer), 2);
		wt_buf_append(b, signer, sizeof(signer));
	} else {
		put(b, q->two_banks ? 2 : 1, 4);
		if (q->two_banks)
			put_selection(b, SHA1, 1);
		put_selection(b, q->bank, q->mask);
		put(b, sizeof(q->digest), 2);
		wt_buf_append(b, q->digest, sizeof(q->digest));
	}
	wt_buf_append(b, zeros, q->trailing);
}

/* What is new in this log, or has changed. */
static void say_values(struct rig_tpm *t, struct wt_att_quote *quote)
{
	unsigned int pcr;

	quote->n_pcrs = 0;
	for (pcr = 0; pcr < WT_PCRS; pcr++) {
		if (!(t->mask >> pcr & 1))
			continue;
		if (t->said >> pcr & 1 && !memcmp(t->last_said[pcr], t->pcrs[pcr], WT_SHA256_LEN))
			continue;
		t->said |= 1u << pcr;
		memcpy(t->last_said[pcr], t->pcrs[pcr], WT_SHA256_LEN);
		quote->pcrs[quote->n_pcrs].index = (uint8_t)pcr;
		memcpy(quote->pcrs[quote->n_pcrs++].value, t->pcrs[pcr], WT_SHA256_LEN);
	}
}

void rig_tpm_quote(struct rig *rig, struct wt_attestation *att)
{
	static struct wt_buf attest;
	static uint8_t signature[WT_SIG_LEN];
	struct rig_tpm *t = &rig->tpm;
	struct rig_quote q = {
		.magic = WT_TPM_GENERATED,
		.type = WT_TPM_ATTEST_QUOTE,
		.extra_len = WT_SHA256_LEN,
		.reset = t->reset,
		.restart = t->restart,
		.safe = t->safe,
		.bank = SHA256,
		.mask = t->mask | (t->witness < WT_PCRS ? 1u << t->witness : 0),
		.signer = t->ak,
	};

	att->key_place = WT_KEY_IN_TPM;
	need(wt_attestation_binding(att, q.extra, NULL));
	q.clock_ms = t->clock_ms + rig->boot_ns / 1000000;
	if (t->before_quote)
		t->before_quote(rig);
	wt_tpm_pcr_digest(q.mask, (const uint8_t (*)[WT_SHA256_LEN])t->pcrs, q.digest);
	if (t->edit_quote)
		t->edit_quote(rig, &q);
	if (q.none)
		return;
	marshal(&q, &attest);
	need(wt_sign(q.signer, wt_buf_span(&attest), signature, NULL));
	att->quote.attest = wt_buf_span(&attest);
	att->quote.signature = wt_span(signature, sizeof(signature));
	say_values(t, &att->quote);
}

/* --- the kernel's keys -------------------------------------------------------------------------------- */

static void draw(struct rig_tpm *t, unsigned int which)
{
	unsigned int i;

	memset(t->keys[which][RIG_KEYS], (int)(0x31 + t->draws++), WT_SHA256_LEN);
	for (i = RIG_KEYS; i > 0; i--)
		wt_sha256(wt_span(t->keys[which][i], WT_SHA256_LEN), t->keys[which][i - 1]);
}

static void announce(struct rig *rig, unsigned int which)
{
	struct wattest_anchor anchor = { .keys = htole32(RIG_KEYS) };

	draw(&rig->tpm, which);
	memcpy(anchor.anchor, rig->tpm.keys[which][0], sizeof(anchor.anchor));
	rig_record(rig, WATTEST_RECORD_ANCHOR, &anchor, sizeof(anchor));
}

void rig_keys_load(struct rig *rig)
{
	struct rig_tpm *t = &rig->tpm;

	t->index = 0;
	t->announced = t->has_disclosed = false;
	t->said = 0;
	if (t->keyed)
		announce(rig, 0);
}

/* The step that the chain's last key is for announces the next chain. */
void rig_keys_anchor(struct rig *rig)
{
	struct rig_tpm *t = &rig->tpm;

	if (!t->keyed || t->no_anchor || t->index != RIG_KEYS - 1)
		return;
	announce(rig, 1);
	t->announced = true;
}

struct wt_span rig_keys_disclose(struct rig *rig)
{
	struct rig_tpm *t = &rig->tpm;
	bool left_out = t->no_key;

	t->no_key = false;
	if (!t->keyed || !t->has_disclosed || left_out)
		return wt_span(NULL, 0);
	return wt_span(t->disclosed, sizeof(t->disclosed));
}

bool rig_keys_close(struct rig *rig, uint8_t mac[WT_SHA256_LEN])
{
	struct rig_tpm *t = &rig->tpm;
	bool left_out = t->no_mac;

	t->no_mac = false;
	if (!t->keyed)
		return false;
	if (t->index == RIG_KEYS) {
		memcpy(t->keys[0], t->keys[1], sizeof(t->keys[0]));
		t->index = 0;
		t->announced = false;
	}
	t->index++;
	wt_hmac_digest(t->keys[0][t->index], rig->head, mac);
	memcpy(t->disclosed, t->keys[0][t->index], sizeof(t->disclosed));
	t->has_disclosed = true;
	return !left_out;
}
