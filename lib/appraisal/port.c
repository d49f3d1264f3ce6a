// SPDX-License-Identifier: Apache-2.0
#include "lib/appraisal/port.h"

#define MAX_ITEMS 65536

void wt_port_number(struct wt_port *p, uint64_t *v)
{
	if (p->r < 0)
		return;
	if (p->out)
		wt_cbor_put_uint(p->out, *v);
	else
		p->r = wt_cbor_uint(p->in, v);
}

void wt_port_number32(struct wt_port *p, uint32_t *v)
{
	uint64_t wide = *v;

	wt_port_number(p, &wide);
	if (p->r == 0 && wide > UINT32_MAX)
		p->r = wt_cbor_bad(p->in, "a number beyond 32 bits");
	if (p->r == 0)
		*v = (uint32_t)wide;
}

void wt_port_number16(struct wt_port *p, uint16_t *v)
{
	uint32_t wide = *v;

	wt_port_number32(p, &wide);
	if (p->r == 0 && wide > UINT16_MAX)
		p->r = wt_cbor_bad(p->in, "a number beyond 16 bits");
	if (p->r == 0)
		*v = (uint16_t)wide;
}

void wt_port_number8(struct wt_port *p, uint8_t *v)
{
	uint32_t wide = *v;

	wt_port_number32(p, &wide);
	if (p->r == 0 && wide > UINT8_MAX)
		p->r = wt_cbor_bad(p->in, "a number beyond 8 bits");
	if (p->r == 0)
		*v = (uint8_t)wide;
}

void wt_port_integer(struct wt_port *p, int64_t *v)
{
	if (p->r < 0)
		return;
	if (p->out)
		wt_cbor_put_int(p->out, *v);
	else
		p->r = wt_cbor_int(p->in, v);
}

void wt_port_boolean(struct wt_port *p, bool *v)
{
	if (p->r < 0)
		return;
	if (p->out)
		wt_cbor_put_bool(p->out, *v);
	else
		p->r = wt_cbor_bool(p->in, v);
}

void wt_port_bytes(struct wt_port *p, uint8_t *v, size_t n)
{
	if (p->r < 0)
		return;
	if (p->out)
		wt_cbor_put_bytes(p->out, wt_span(v, n));
	else
		p->r = wt_cbor_bytes_to(p->in, v, n);
}

void wt_port_text(struct wt_port *p, char *v, size_t cap)
{
	if (p->r < 0)
		return;
	if (p->out)
		wt_cbor_put_text(p->out, v);
	else
		p->r = wt_cbor_text_to(p->in, v, cap);
}

/* An array of any length. */
void wt_port_list(struct wt_port *p, size_t *n)
{
	if (p->r < 0)
		return;
	if (p->out)
		wt_cbor_put_array(p->out, *n);
	else
		p->r = wt_cbor_array(p->in, n);
	if (p->r == 0 && *n > MAX_ITEMS)
		p->r = p->out ? -E2BIG : wt_cbor_bad(p->in, "more than %d items", MAX_ITEMS);
}

/* An array of that length. */
void wt_port_group(struct wt_port *p, size_t n)
{
	size_t there = n;

	wt_port_list(p, &there);
	if (p->r == 0 && there != n)
		p->r = wt_cbor_bad(p->in, "%zu items instead of %zu", there, n);
}

/* A label of the state's map. */
void wt_port_label(struct wt_port *p, struct wt_cbor_map *map, int64_t wanted)
{
	int64_t there = wanted;
	int more;

	if (p->r < 0)
		return;
	if (p->out) {
		wt_cbor_put_int(p->out, wanted);
		return;
	}
	more = wt_cbor_map_next(p->in, map, &there);
	if (more < 0)
		p->r = more;
	else if (more == 0 || there != wanted)
		p->r = wt_cbor_bad(p->in, "no field %d", (int)wanted);
}
