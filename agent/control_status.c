// SPDX-License-Identifier: Apache-2.0
/* The daemon's own state on the control socket: {1: pid, 2: version, ?3: unobserved, ?4: problem, 5: [* probe]}. */
#include <string.h>

#include "agent/control.h"
#include "lib/cbor.h"

void wt_control_put_status(struct wt_buf *b, const struct wt_control_status *status)
{
	wt_cbor_put_map(b, 3 + (status->unobserved[0] != '\0') + (status->problem[0] != '\0'));
	wt_cbor_put_uint(b, 1);
	wt_cbor_put_uint(b, status->pid);
	wt_cbor_put_uint(b, 2);
	wt_cbor_put_text(b, status->version);
	if (status->unobserved[0]) {
		wt_cbor_put_uint(b, 3);
		wt_cbor_put_text(b, status->unobserved);
	}
	if (status->problem[0]) {
		wt_cbor_put_uint(b, 4);
		wt_cbor_put_text(b, status->problem);
	}
	wt_cbor_put_uint(b, 5);
	wt_cbor_put_array(b, status->n_probes);
	for (size_t i = 0; i < status->n_probes; i++) {
		wt_cbor_put_array(b, 3);
		wt_cbor_put_text(b, status->probes[i].name);
		wt_cbor_put_bytes(b, wt_span(status->probes[i].tag, sizeof(status->probes[i].tag)));
		wt_cbor_put_uint(b, status->probes[i].prog_id);
	}
}

static int read_probes(struct wt_cbor_in *in, struct wt_control_status *ret)
{
	size_t n, three;
	uint64_t id;
	int r = wt_cbor_array(in, &n);

	if (r == 0 && n > WT_CONTROL_PROBES)
		r = wt_cbor_bad(in, "%zu probes, at most %d", n, WT_CONTROL_PROBES);
	for (size_t i = 0; i < n && r == 0; i++) {
		r = wt_cbor_array(in, &three);
		if (r == 0 && three != 3)
			r = wt_cbor_bad(in, "a probe is not [name, tag, id]");
		if (r == 0)
			r = wt_cbor_text_to(in, ret->probes[i].name, sizeof(ret->probes[i].name));
		if (r == 0)
			r = wt_cbor_bytes_to(in, ret->probes[i].tag, sizeof(ret->probes[i].tag));
		if (r == 0)
			r = wt_cbor_uint(in, &id);
		if (r == 0)
			ret->probes[i].prog_id = (uint32_t)id;
	}
	if (r == 0)
		ret->n_probes = n;
	return r;
}

int wt_control_read_status(struct wt_span body, struct wt_control_status *ret, struct wt_err *err)
{
	struct wt_control_status status = {};
	struct wt_cbor_in in;
	struct wt_cbor_map map;
	int64_t label;
	int r;

	wt_cbor_init(&in, body, err);
	r = wt_cbor_map(&in, &map);
	while (r >= 0 && (r = wt_cbor_map_next(&in, &map, &label)) > 0) {
		switch (label) {
		case 1:
			r = wt_cbor_uint(&in, &status.pid);
			break;
		case 2:
			r = wt_cbor_text_to(&in, status.version, sizeof(status.version));
			break;
		case 3:
			r = wt_cbor_text_to(&in, status.unobserved, sizeof(status.unobserved));
			break;
		case 4:
			r = wt_cbor_text_to(&in, status.problem, sizeof(status.problem));
			break;
		case 5:
			r = read_probes(&in, &status);
			break;
		default: /* a newer daemon's */
			r = wt_cbor_skip(&in, NULL);
		}
	}
	if (r < 0)
		return wt_fail_in(err, r, "wattestd's status");
	*ret = status;
	return 0;
}
