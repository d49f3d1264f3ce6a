// SPDX-License-Identifier: Apache-2.0
/*
 * The state between two runs: of every rig its appraisal's own, and where its devices were.
 *
 *   { 0: version, 1: [[ueid, state, [[bus, vid, pid, serial, registered, from, to] ...]] ...] }
 *
 * with the rigs in order of their ids.
 *
 * The state of one rig begins with another label, so it can be told, and stands for a site of that one rig.
 */
#include "lib/site/private.h"

#include "lib/cbor.h"

#define VERSION 1
#define LABEL_VERSION 0
#define LABEL_RIGS 1

/* --- writing ---------------------------------------------------------------------------------- */

static int by_ueid(const void *a, const void *b)
{
	return memcmp((*(struct rig *const *)a)->ueid, (*(struct rig *const *)b)->ueid,
		      WT_UEID_LEN);
}

static void put_rig(const struct rig *rig, struct wt_buf *ret)
{
	const struct wt_sighting *seen = rig->seen;
	size_t i;

	wt_cbor_put_array(ret, 3);
	wt_cbor_put_bytes(ret, wt_span(rig->ueid, WT_UEID_LEN));
	wt_cbor_put_bytes(ret, wt_buf_span(&rig->state));
	wt_cbor_put_array(ret, rig->n_seen);
	for (i = 0; i < rig->n_seen; i++) {
		wt_cbor_put_array(ret, 7);
		wt_cbor_put_uint(ret, seen[i].bus);
		wt_cbor_put_uint(ret, seen[i].vid);
		wt_cbor_put_uint(ret, seen[i].pid);
		wt_cbor_put_text(ret, seen[i].serial);
		wt_cbor_put_bool(ret, seen[i].registered);
		wt_cbor_put_uint(ret, seen[i].from_ns);
		wt_cbor_put_uint(ret, seen[i].to_ns);
	}
}

bool wt_site_news(const struct wt_site *site)
{
	for (size_t i = 0; i < site->n_rigs; i++)
		if (site->rigs[i]->news)
			return true;
	return false;
}

int wt_site_state_save(const struct wt_site *site, struct wt_buf *ret, struct wt_err *err)
{
	struct rig **rigs = calloc(site->n_rigs + 1, sizeof(*rigs));
	size_t before = ret->n, n = 0, i;

	if (!rigs)
		return wt_fail(err, ENOMEM, "no memory for the state");
	if (site->no_state) {
		free(rigs);
		return wt_fail(err, EINVAL, "no state was to be kept");
	}
	/* Of a rig that nothing was accepted of there is nothing to remember. */
	for (i = 0; i < site->n_rigs; i++) {
		if (site->rigs[i]->state.n > 0)
			rigs[n++] = site->rigs[i];
	}
	if (n == 0) {
		free(rigs);
		return wt_fail(err, ENODATA, "no attestation was accepted, so there is no state");
	}
	qsort(rigs, n, sizeof(struct rig *), by_ueid);
	wt_cbor_put_map(ret, 2);
	wt_cbor_put_uint(ret, LABEL_VERSION);
	wt_cbor_put_uint(ret, VERSION);
	wt_cbor_put_uint(ret, LABEL_RIGS);
	wt_cbor_put_array(ret, n);
	for (i = 0; i < n; i++)
		put_rig(rigs[i], ret);
	free(rigs);
	if (ret->err) {
		ret->n = before;
		return wt_fail(err, ENOMEM, "no memory for the state");
	}
	return 0;
}

/* --- reading ---------------------------------------------------------------------------------- */

static int read_number(struct wt_cbor_in *in, uint64_t most, uint64_t *ret)
{
	int r = wt_cbor_uint(in, ret);

	if (r == 0 && *ret > most)
		r = wt_cbor_bad(in, "a number out of its range");
	return r;
}

static int read_sighting(struct wt_cbor_in *in, struct wt_sighting *ret)
{
	uint64_t bus = 0, vid = 0, pid = 0;
	size_t n = 0;
	int r = wt_cbor_array(in, &n);

	if (r == 0 && n != 7)
		r = wt_cbor_bad(in, "a sighting of %zu fields", n);
	if (r == 0)
		r = read_number(in, UINT8_MAX, &bus);
	if (r == 0)
		r = read_number(in, UINT16_MAX, &vid);
	if (r == 0)
		r = read_number(in, UINT16_MAX, &pid);
	if (r == 0)
		r = wt_cbor_text_to(in, ret->serial, sizeof(ret->serial));
	if (r == 0)
		r = wt_cbor_bool(in, &ret->registered);
	if (r == 0)
		r = wt_cbor_uint(in, &ret->from_ns);
	if (r == 0)
		r = wt_cbor_uint(in, &ret->to_ns);
	ret->bus = (uint8_t)bus;
	ret->vid = (uint16_t)vid;
	ret->pid = (uint16_t)pid;
	return r;
}

static int read_rig(struct wt_site *site, struct wt_cbor_in *in, uint8_t last_ueid[WT_UEID_LEN])
{
	uint8_t ueid[WT_UEID_LEN];
	struct wt_sighting *before;
	struct wt_span state = { 0 };
	struct rig *rig;
	size_t n = 0, i;
	int r;

	r = wt_cbor_array(in, &n);
	if (r == 0 && n != 3)
		r = wt_cbor_bad(in, "a rig's state of %zu parts", n);
	if (r == 0)
		r = wt_cbor_bytes_to(in, ueid, sizeof(ueid));
	if (r == 0 && memcmp(ueid, last_ueid, sizeof(ueid)) <= 0)
		r = wt_cbor_bad(in, "rigs out of order");
	if (r == 0)
		r = wt_cbor_bytes(in, &state);
	if (r == 0)
		r = wt_cbor_array(in, &n);
	if (r < 0)
		return r;
	memcpy(last_ueid, ueid, sizeof(ueid));
	rig = wt_site_rig(site, ueid, true);
	if (!rig)
		return -ENOMEM;
	wt_buf_reset(&rig->state);
	wt_buf_append(&rig->state, state.p, state.n);
	before = calloc(n + 1, sizeof(*before)); /* the input is no shorter: the reader saw to it */
	if (rig->state.err || !before) {
		free(before);
		return -ENOMEM;
	}
	free(rig->seen);
	rig->seen = before;
	rig->n_seen = 0;
	for (i = 0; r == 0 && i < n; i++) {
		r = read_sighting(in, &before[i]);
		rig->n_seen += r == 0;
	}
	return r;
}

static int read_rigs(struct wt_site *site, struct wt_cbor_in *in)
{
	uint8_t last_ueid[WT_UEID_LEN] = { 0 };
	size_t n = 0, i;
	int r = wt_cbor_array(in, &n);

	for (i = 0; r == 0 && i < n; i++)
		r = read_rig(site, in, last_ueid);
	return r;
}

/* A single rig's: the whole of it is that rig's, which its second entry names. */
static int read_single(struct wt_site *site, struct wt_cbor_in *in, struct wt_cbor_map *map,
		       struct wt_span whole)
{
	uint8_t ueid[WT_UEID_LEN];
	struct rig *rig;
	int64_t label = 0;
	int r = wt_cbor_skip(in, NULL);

	if (r == 0)
		r = wt_cbor_map_next(in, map, &label);
	if (r >= 0 && (r == 0 || label != 2))
		r = wt_cbor_bad(in, "not a state");
	if (r > 0)
		r = wt_cbor_bytes_to(in, ueid, sizeof(ueid));
	if (r < 0)
		return r;
	rig = wt_site_rig(site, ueid, true);
	if (!rig)
		return -ENOMEM;
	wt_buf_reset(&rig->state);
	wt_buf_append(&rig->state, whole.p, whole.n);
	return rig->state.err;
}

int wt_site_state_load(struct wt_site *site, struct wt_span state, struct wt_err *err)
{
	struct wt_cbor_map map = { 0 };
	struct wt_cbor_in in;
	uint64_t version = 0;
	int64_t label = 0;
	int r;

	wt_cbor_init(&in, state, err);
	r = wt_cbor_map(&in, &map);
	if (r >= 0)
		r = wt_cbor_map_next(&in, &map, &label);
	if (r > 0 && label == 1)
		r = read_single(site, &in, &map, state);
	else if (r >= 0 && (r == 0 || label != LABEL_VERSION))
		r = wt_cbor_bad(&in, "not a state");
	else if (r > 0) {
		r = wt_cbor_uint(&in, &version);
		if (r == 0 && version != VERSION)
			r = wt_cbor_bad(&in,
					"a site's state of version %" PRIu64
					", and this program knows version %d",
					version, VERSION);
		if (r == 0)
			r = wt_cbor_map_next(&in, &map, &label);
		if (r >= 0 && (r == 0 || label != LABEL_RIGS))
			r = wt_cbor_bad(&in, "a state without rigs");
		if (r > 0)
			r = read_rigs(site, &in);
		if (r == 0)
			r = wt_cbor_map_next(&in, &map, &label);
		if (r == 0)
			r = wt_cbor_end(&in);
		else if (r > 0)
			r = wt_cbor_bad(&in, "not known");
	}
	return r == -ENOMEM ? wt_fail(err, ENOMEM, "no memory for the state") : r;
}
