// SPDX-License-Identifier: Apache-2.0
/* Of the state: how far the log was read, and the sources and devices that it said are there. */
#include "lib/appraisal/private.h"

#include "lib/appraisal/port.h"
#include "lib/appraisal/state.h"

static void source(struct wt_port *p, struct source *s)
{
	wt_port_group(p, 27);
	wt_port_number32(p, &s->id);
	wt_port_number8(p, &s->flags);
	wt_port_boolean(p, &s->known);
	wt_port_text(p, s->chip, sizeof(s->chip));
	wt_port_text(p, s->parent, sizeof(s->parent));
	wt_port_text(p, s->attribute, sizeof(s->attribute));
	wt_port_text(p, s->label, sizeof(s->label));
	wt_port_number(p, &s->added_ns);
	wt_port_number(p, &s->at.energy_uj);
	wt_port_number(p, &s->at.unmeasured_ns);
	wt_port_number32(p, &s->at.min_mw);
	wt_port_number32(p, &s->at.max_mw);
	wt_port_number32(p, &s->at.last_mw);
	wt_port_number32(p, &s->at.samples);
	wt_port_number32(p, &s->at.missed);
	wt_port_number32(p, &s->at.refused);
	wt_port_number(p, &s->sampled_ns);
	wt_port_number(p, &s->lit_ns);
	wt_port_number32(p, &s->last_mw);
	wt_port_number(p, &s->reported_ns);
	wt_port_number(p, &s->charged_ns);
	wt_port_number(p, &s->frozen_ns);
	wt_port_number32(p, &s->twin);
	wt_port_number32(p, &s->twin_windows);
	wt_port_boolean(p, &s->twin_varied);
	wt_port_boolean(p, &s->accumulator);
	wt_port_number(p, &s->reading_uj);
	s->at.id = s->id;
}

static void device(struct wt_port *p, struct device *d)
{
	wt_port_group(p, 17);
	wt_port_number32(p, &d->id);
	wt_port_number8(p, &d->bus);
	wt_port_number8(p, &d->flags);
	wt_port_boolean(p, &d->known);
	wt_port_number16(p, &d->vid);
	wt_port_number16(p, &d->pid);
	wt_port_text(p, d->path, sizeof(d->path));
	wt_port_text(p, d->serial, sizeof(d->serial));
	wt_port_text(p, d->product, sizeof(d->product));
	wt_port_number(p, &d->at.transfers_in);
	wt_port_number(p, &d->at.transfers_out);
	wt_port_number(p, &d->at.bytes_in);
	wt_port_number(p, &d->at.bytes_out);
	wt_port_number32(p, &d->at.errors);
	wt_port_number(p, &d->excused);
	wt_port_boolean(p, &d->bare);
	wt_port_number(p, &d->worked_realtime_ns);
	d->at.id = d->id;
}

void wt_state_progress(struct wt_port *p, struct history *h)
{
	wt_port_group(p, 29);
	wt_port_number(p, &h->seq);
	wt_port_bytes(p, h->digest, sizeof(h->digest));
	wt_port_bytes(p, h->prev, sizeof(h->prev));
	wt_port_integer(p, &h->iat);
	wt_port_bytes(p, h->epoch, sizeof(h->epoch));
	wt_port_bytes(p, h->head, sizeof(h->head));
	wt_port_number(p, &h->next_record);
	wt_port_boolean(p, &h->whole);
	wt_port_boolean(p, &h->ended);
	wt_port_boolean(p, &h->counting);
	wt_port_number(p, &h->boottime_ns);
	wt_port_number(p, &h->counted_ns);
	wt_port_number(p, &h->skipped);
	wt_port_number(p, &h->realtime_ns);
	wt_port_number32(p, &h->nameplate_w);
	wt_port_number(p, &h->gap_from_ns);
	wt_port_number(p, &h->gap_least_ns);
	wt_port_number(p, &h->gap_boottime_ns);
	wt_port_integer(p, &h->offset_ns);
	wt_port_number(p, &h->stepped_ns);
	wt_port_number(p, &h->stepped_from_ns);
	wt_port_number(p, &h->sample_ns);
	wt_port_number(p, &h->max_gap_ns);
	wt_port_number(p, &h->observable_ns);
	wt_port_number(p, &h->unobserved_ns);
	wt_port_number(p, &h->probed_from_ns);
	wt_port_number(p, &h->undeclared);
	wt_port_number(p, &h->last_source);
	wt_port_number(p, &h->last_device);
}

void wt_state_sources(struct wt_port *p, struct history *h)
{
	size_t n = h->n_sources, i;
	struct source *grown, s;

	wt_port_list(p, &n);
	for (i = 0; p->r == 0 && i < n; i++) {
		s = p->out ? h->sources[i] : (struct source){ .registered = UNREGISTERED };
		source(p, &s);
		if (p->out || p->r < 0)
			continue;
		if (i > 0 && s.id <= h->sources[i - 1].id) {
			p->r = wt_cbor_bad(p->in, "sources out of order");
			return;
		}
		grown = room_for_one(h->sources, h->n_sources, sizeof(*grown));
		if (!grown) {
			p->r = -ENOMEM;
			return;
		}
		h->sources = grown;
		grown[h->n_sources++] = s;
	}
}

void wt_state_devices(struct wt_port *p, struct history *h)
{
	size_t n = h->n_devices, i;
	struct device *grown, d;

	wt_port_list(p, &n);
	for (i = 0; p->r == 0 && i < n; i++) {
		d = p->out ? h->devices[i] : (struct device){ .registered = UNREGISTERED };
		device(p, &d);
		if (p->out || p->r < 0)
			continue;
		if (i > 0 && d.id <= h->devices[i - 1].id) {
			p->r = wt_cbor_bad(p->in, "devices out of order");
			return;
		}
		grown = room_for_one(h->devices, h->n_devices, sizeof(*grown));
		if (!grown) {
			p->r = -ENOMEM;
			return;
		}
		h->devices = grown;
		grown[h->n_devices++] = d;
	}
}
