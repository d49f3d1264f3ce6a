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
	wt_port_group(p, 2);
	wt_port_bytes(p, g->digest, sizeof(g->digest));
	energy(p, &g->used);
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
			memcpy(g.digest, a->ledger.accounts[i].digest, sizeof(g.digest));
		} else if (p->out) {
			g = a->orphans[i - a->ledger.n];
		}
		grant(p, &g);
		if (!p->out && p->r == 0 && (g.used.low | g.used.best | g.used.high) != 0)
			p->r = wt_grants_used(a, g.digest, &g.used);
	}
}

void wt_state_ledger(struct wt_port *p, struct wt_appraisal *a)
{
	wt_port_group(p, 3);
	energy(p, &a->ledger.charged);
	energy(p, &a->ledger.over);
	grants(p, a);
}

static void curtailment(struct wt_port *p, struct notice *n)
{
	wt_port_group(p, 4);
	wt_port_bytes(p, n->digest, sizeof(n->digest));
	wt_port_number(p, &n->covered_ns);
	wt_port_number(p, &n->low_uj);
	wt_port_number(p, &n->best_uj);
}

/* Those in whose time windows were seen: of the others nothing needs to be kept. */
void wt_state_notices(struct wt_port *p, struct wt_appraisal *a)
{
	struct notice *kept, n;
	size_t count = 0, i;

	for (i = 0; p->out && i < a->n_notices; i++)
		count += a->notices[i].covered_ns > 0;
	wt_port_list(p, &count);
	for (i = 0; p->out && i < a->n_notices; i++) {
		if (a->notices[i].covered_ns > 0)
			curtailment(p, &a->notices[i]);
	}
	for (i = 0; !p->out && p->r == 0 && i < count; i++) {
		n = (struct notice){ 0 };
		curtailment(p, &n);
		if (p->r < 0)
			return;
		kept = wt_notice_place(a, n.digest);
		if (!kept) {
			p->r = -ENOMEM;
			return;
		}
		kept->covered_ns = n.covered_ns;
		kept->low_uj = n.low_uj;
		kept->best_uj = n.best_uj;
	}
}
