// SPDX-License-Identifier: Apache-2.0
/* The part of the state (state.c) that the witness, the kernel's keys and the assurance need. */
#include "lib/appraisal/private.h"

#include "lib/appraisal/assurance.h"
#include "lib/appraisal/keyed.h"
#include "lib/appraisal/port.h"
#include "lib/appraisal/state_tpm.h"
#include "lib/appraisal/witness.h"

#define MAX_IMPLIED (1u << 20) /* keys in a row whose records were pruned */

static void digest(struct wt_port *p, uint8_t v[WT_SHA256_LEN])
{
	wt_port_bytes(p, v, WT_SHA256_LEN);
}

/* Those in the mask. */
static void values(struct wt_port *p, uint32_t *mask, uint8_t v[WT_PCRS][WT_SHA256_LEN])
{
	size_t i;

	wt_port_group(p, 2);
	wt_port_number32(p, mask);
	if (p->r == 0 && *mask >> WT_PCRS)
		p->r = wt_cbor_bad(p->in, "a PCR beyond %d", WT_PCRS - 1);
	wt_port_group(p, (size_t)__builtin_popcount(*mask));
	for (i = 0; p->r == 0 && i < WT_PCRS; i++) {
		if (*mask >> i & 1)
			digest(p, v[i]);
	}
}

static void counted(struct wt_port *p, uint32_t *n, uint32_t most)
{
	size_t there = *n;

	wt_port_list(p, &there);
	if (p->r == 0 && there > most)
		p->r = wt_cbor_bad(p->in, "%zu of at most %u", there, most);
	if (p->r == 0)
		*n = (uint32_t)there;
}

static void pending_quote(struct wt_port *p, struct witness_quote *q)
{
	wt_port_group(p, 4);
	wt_port_number(p, &q->seq);
	wt_port_number(p, &q->steps);
	digest(p, q->digest);
	values(p, &q->mask, q->values);
}

static void witness(struct wt_port *p, struct witness *w)
{
	uint32_t i;

	wt_port_group(p, 22);
	wt_port_boolean(p, &w->known);
	wt_port_number8(p, &w->pcr);
	digest(p, w->start);
	digest(p, w->settled);
	digest(p, w->value);
	counted(p, &w->n_open, WITNESS_OPEN);
	for (i = 0; p->r == 0 && i < w->n_open; i++) {
		wt_port_group(p, 3);
		wt_port_number(p, &w->open[i].seq);
		digest(p, w->open[i].digest);
		wt_port_boolean(p, &w->open[i].lost);
	}
	wt_port_number32(p, &w->n_old);
	counted(p, &w->n_pending, WITNESS_PENDING);
	for (i = 0; p->r == 0 && i < w->n_pending; i++)
		pending_quote(p, &w->pending[i]);
	values(p, &w->said, w->values);
	wt_port_boolean(p, &w->quoted_here);
	wt_port_boolean(p, &w->before_known);
	wt_port_boolean(p, &w->before_ended);
	digest(p, w->before);
	wt_port_boolean(p, &w->quoted);
	wt_port_number32(p, &w->reset_count);
	wt_port_number32(p, &w->restart_count);
	wt_port_number(p, &w->clock_ms);
	wt_port_number(p, &w->firmware);
	wt_port_number(p, &w->timely_ns);
	wt_port_number(p, &w->timely_ms);
	wt_port_boolean(p, &w->past_firmware);
	values(p, &w->booted, w->boot);
}

static void witnesses(struct wt_port *p, struct wt_appraisal *a)
{
	struct witness *w = a->h.witness, *other = NULL;
	size_t n = w ? 1 : 0;

	wt_port_list(p, &n);
	if (p->r == 0 && n > 1)
		p->r = wt_cbor_bad(p->in, "more than one witness");
	if (p->r < 0 || n == 0)
		return;
	/* The registration has no TPM any more: read over. */
	if (!w) {
		w = other = calloc(1, sizeof(*other));
		if (!w) {
			p->r = -ENOMEM;
			return;
		}
	}
	witness(p, w);
	free(other);
}

static void keys(struct wt_port *p, struct keyed *k)
{
	wt_port_group(p, 13);
	wt_port_boolean(p, &k->chained);
	wt_port_boolean(p, &k->joined);
	wt_port_number32(p, &k->keys);
	wt_port_number32(p, &k->index);
	wt_port_number32(p, &k->known_index);
	digest(p, k->known);
	wt_port_boolean(p, &k->has_next);
	wt_port_number32(p, &k->next_keys);
	digest(p, k->next);
	wt_port_boolean(p, &k->pending);
	digest(p, k->mac);
	wt_port_number(p, &k->withheld);
	wt_port_number32(p, &k->quoted);
	if (p->r == 0 && (k->known_index > k->index || k->index > k->keys ||
			  k->index - k->known_index > MAX_IMPLIED))
		p->r = wt_cbor_bad(p->in, "a key beyond its chain");
}

static void host(struct wt_port *p, struct host *h)
{
	wt_port_group(p, 4);
	wt_port_boolean(p, &h->known);
	wt_port_number8(p, &h->lockdown);
	wt_port_number8(p, &h->secure_boot);
	wt_port_boolean(p, &h->sig_enforced);
}

void wt_state_tpm(struct wt_port *p, struct wt_appraisal *a)
{
	wt_port_group(p, 3);
	witnesses(p, a);
	keys(p, &a->h.keyed);
	host(p, &a->h.host);
}
