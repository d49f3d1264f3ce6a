/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A port is one way through a description of data: it writes CBOR when it has an output and reads
 * it when it has an input. So what is written and what is read can never differ.
 */
#ifndef LIB_APPRAISAL_PORT_H
#define LIB_APPRAISAL_PORT_H

#include "lib/cbor.h"

struct wt_port {
	struct wt_buf *out; /* NULL: reading */
	struct wt_cbor_in *in;
	int r; /* the first failure; after it nothing is done */
};

void wt_port_number(struct wt_port *p, uint64_t *v);
void wt_port_number32(struct wt_port *p, uint32_t *v);
void wt_port_number16(struct wt_port *p, uint16_t *v);
void wt_port_number8(struct wt_port *p, uint8_t *v);
void wt_port_integer(struct wt_port *p, int64_t *v);
void wt_port_boolean(struct wt_port *p, bool *v);
void wt_port_bytes(struct wt_port *p, uint8_t *v, size_t n);
void wt_port_text(struct wt_port *p, char *v, size_t cap);
/*
 * An array of any length up to a bound, of that length, and a label of a map with exactly these
 * labels.
 */
void wt_port_list(struct wt_port *p, size_t *n);
void wt_port_group(struct wt_port *p, size_t n);
void wt_port_label(struct wt_port *p, struct wt_cbor_map *map, int64_t wanted);

#endif
