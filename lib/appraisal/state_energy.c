// SPDX-License-Identifier: Apache-2.0
/* Of the state: what meters measured, what was debited, and what authorities said since. */
#include "lib/appraisal/private.h"

#include "lib/appraisal/grants.h"
#include "lib/appraisal/notices.h"
#include "lib/appraisal/port.h"
#include "lib/appraisal/state.h"

static void energy(struct wt_port *p, struct wt_energy *e)
{
	wt_port_group(p, 3);
	wt_port_number(p, &e->low);
	wt_port_number(p, &e->best);
	wt_port_number(p, &e->high);
}

static void comparison(struct wt_port *p, struct comparison *c)
{
	wt_port_group(p, 4);
	wt_port_number(p, &c->time_ns);
	wt_port_number(p, &c->own_uj);
	wt_port_number(p, &c->input_uj);
	wt_port_number(p, &c->slack_ns);
}

static void one_carried(struct wt_port *p, struct carried *c)
{
	wt_port_group(p, 7);
	wt_port_text(p, c->chip, sizeof(c->chip));
	wt_port_text(p, c->parent, sizeof(c->parent));
	wt_port_text(p, c->attribute, sizeof(c->attribute));
	wt_port_text(p, c->label, sizeof(c->label));
	wt_port_number8(p, &c->role);
	comparison(p, &c->check);
	wt_port_number(p, &c->raw_uj);
}

void wt_state_carried(struct wt_port *p, struct wt_appraisal *a)
{
	size_t n = a->registered ? a->reg.n_sources : 0, i;
	struct comparison outputs = a->h.outputs;
	struct carried *list;

	wt_port_group(p, 2);
	comparison(p, &outputs);
	wt_port_list(p, &n);
	if (p->r == 0 && n > WATTEST_MAX_SOURCES)
		p->r = wt_cbor_bad(p->in, "more than %d sources", WATTEST_MAX_SOURCES);
	if (p->r < 0)
		return;
	list = calloc(n + 1, sizeof(*list));
	if (!list)
		p->r = -ENOMEM;
	for (i = 0; p->r == 0 && i < n; i++) {
		if (p->out)
			list[i] = wt_carried_of(a, i);
		one_carried(p, &list[i]);
	}
	if (p->r == 0 && !p->out && a->registered)
		wt_carry(a, list, n, &outputs);
	free(list);
}

static void grant(struct wt_port *p, struct orphan *g)
{
	wt_port_group(p, 3);
	wt_port_bytes(p, g->digest, sizeof(g->digest));
	energy(p, &g->used);
	energy(p, &g->settled);
}

static void grants(struct wt_port *p, struct wt_appraisal *a)
{
	size_t n = a->ledger.n + a->n_orphans, i;
	struct orphan g;

	wt_port_list(p, &n);
	for (i = 0; p->r == 0 && i < n; i++) {
		g = (struct orphan){ 0 };
		if (p->out && i < a->ledger.n) {
			g.used = a->ledger.accounts[i].used;
			g.settled = a->ledger.accounts[i].settled;
			memcpy(g.digest, a->ledger.accounts[i].digest, sizeof(g.digest));
		} else if (p->out) {
			g = a->orphans[i - a->ledger.n];
		}
		grant(p, &g);
		if (!p->out && p->r == 0)
			p->r = wt_grants_used(a, &g);
	}
}

void wt_state_ledger(struct wt_port *p, struct wt_appraisal *a)
{
	wt_port_group(p, 5);
	energy(p, &a->ledger.charged);
	energy(p, &a->ledger.over);
	energy(p, &a->ledger.settled_charged);
	energy(p, &a->ledger.settled_over);
	grants(p, a);
}

static void notice(struct wt_port *p, struct notice *n)
{
	uint8_t kind = (uint8_t)n->kind;

	wt_port_group(p, 9);
	wt_port_bytes(p, n->digest, sizeof(n->digest));
	wt_port_number8(p, &kind);
	wt_port_integer(p, &n->from);
	wt_port_integer(p, &n->to);
	wt_port_bytes(p, n->target, sizeof(n->target));
	wt_port_number32(p, &n->max_w);
	wt_port_number(p, &n->covered_ns);
	wt_port_number(p, &n->low_uj);
	wt_port_number(p, &n->best_uj);
	if (p->r == 0 && (kind < WT_NOTICE_REVOKE_GRANT || kind > WT_NOTICE_OFF))
		p->r = wt_cbor_bad(p->in, "a notice of kind %d", kind);
	n->kind = (enum wt_notice_kind)kind;
}

/* All that were given so far: what an authority said once holds, and is dealt with once. */
void wt_state_notices(struct wt_port *p, struct wt_appraisal *a)
{
	size_t count = a->n_notices, i;
	struct notice *kept, n;

	wt_port_list(p, &count);
	for (i = 0; p->r == 0 && i < count; i++) {
		n = p->out ? a->notices[i] : (struct notice){ 0 };
		notice(p, &n);
		if (p->out || p->r < 0)
			continue;
		kept = wt_notice_place(a, n.digest);
		if (!kept) {
			p->r = -ENOMEM;
			return;
		}
		n.told = kept->told;
		n.given = n.dealt = true;
		*kept = n;
	}
	if (!p->out && p->r == 0)
		wt_notices_revoke(a);
}
