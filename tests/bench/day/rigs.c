// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/day/rigs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHARE_WH 333
#define RIG_MW 3200000

static const struct wt_att_grant *claimed; /* by the hook below */

void need(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "site bench: %s\n", what);
	exit(1);
}

static void number(uint8_t id[WT_ID_LEN], uint8_t kind, uint32_t n, uint32_t m)
{
	memset(id, kind, WT_ID_LEN);
	memcpy(id, &n, sizeof(n));
	memcpy(id + 4, &m, sizeof(m));
}

static void make_rig(struct rigs *rigs, unsigned int i)
{
	struct rig *rig = rigs->now;

	rig_join(rig, rigs->first, i + 1);
	number(rig->reg.id, 0x20, i, 0);
	for (unsigned int d = 2; d < 8; d++) {
		struct wt_reg_device *device = &rig->reg_devices[d];

		snprintf(device->serial, sizeof(device->serial), "GS-%u-%u", i + 1, d);
		device->bus = 1;
		device->vid = 0x10c4;
		device->pid = 0xea60;
	}
	rig->reg.n_devices = 8;
}

static void enrol(struct rigs *rigs, unsigned int i)
{
	size_t n = (size_t)rigs->hours * GRANTS_PER_HOUR;
	struct member *member = &rigs->members[i];

	make_rig(rigs, i);
	rig_register(rigs->now);
	member->self = rigs->now->self;
	member->reg = rigs->now->reg;
	member->registration = rigs->now->registration;
	rigs_retire(rigs);
	member->shares = malloc(n * sizeof(*member->shares));
	need(member->shares, "no memory");
	memset(member->shares, 1, n * sizeof(*member->shares)); /* touched: not counted later */
}

void rigs_init(struct rigs *rigs, unsigned int n, unsigned int hours)
{
	*rigs = (struct rigs){ .n = n, .hours = hours };
	rigs->first = calloc(1, sizeof(*rigs->first));
	rigs->now = calloc(1, sizeof(*rigs->now));
	rigs->members = calloc(n, sizeof(*rigs->members));
	rigs->grants = calloc(hours * GRANTS_PER_HOUR, sizeof(*rigs->grants));
	rigs->grant_digests = calloc(hours * GRANTS_PER_HOUR, WT_SHA256_LEN);
	need(rigs->first && rigs->now && rigs->members && rigs->grants && rigs->grant_digests,
	     "no memory");
	rig_init(rigs->first);
	for (unsigned int i = 0; i < n; i++)
		enrol(rigs, i);
}

void rigs_sell(struct rigs *rigs, unsigned int g, struct wt_buf *ret)
{
	struct wt_grant *grant = &rigs->grants[g];
	unsigned int hour = g / GRANTS_PER_HOUR;
	struct wt_buf payload = { 0 };

	*grant = rig_grant_of(rigs->first, SHARE_WH * rigs->n, hour * 3600, (hour + 1) * 3600);
	number(grant->id, 0x40, g, 0);
	snprintf(grant->transaction, sizeof(grant->transaction), "TX-%u", g);
	grant->to_site = true;
	memset(grant->spender, 0, sizeof(grant->spender));
	wt_cert_x5t(rigs->first->site.cert, grant->site_key);
	need(wt_grant_encode(grant, &payload, NULL) == 0, "a grant does not encode");
	rig_sign(&rigs->first->energy, WT_TYP_GRANT, wt_buf_span(&payload), ret);
	wt_sha256(wt_buf_span(ret), rigs->grant_digests[g]);
	wt_buf_free(&payload);
}

void rigs_allot(struct rigs *rigs, unsigned int g, unsigned int i, struct wt_buf *ret)
{
	struct wt_allotment share = { .wh = SHARE_WH,
				      .not_before = rigs->grants[g].not_before,
				      .not_after = rigs->grants[g].not_after };
	struct wt_att_grant *named = &rigs->members[i].shares[g];
	struct wt_buf payload = { 0 };

	number(share.id, 0x60, g, i);
	memcpy(share.ueid, rigs->members[i].reg.ueid, WT_UEID_LEN);
	memcpy(share.grant_id, rigs->grants[g].id, WT_ID_LEN);
	memcpy(share.grant_digest, rigs->grant_digests[g], WT_SHA256_LEN);
	need(wt_allotment_encode(&share, &payload, NULL) == 0, "an allotment does not encode");
	rig_sign(&rigs->first->site, WT_TYP_ALLOTMENT, wt_buf_span(&payload), ret);
	memcpy(named->id, share.id, WT_ID_LEN);
	wt_sha256(wt_buf_span(ret), named->digest);
	wt_buf_free(&payload);
}

/* As the agent does: the shares of the hour. */
static void name_shares(struct rig *rig, struct wt_attestation *att)
{
	(void)rig;
	att->grants = (struct wt_att_grant *)claimed;
	att->n_grants = GRANTS_PER_HOUR;
}

void rigs_boot(struct rigs *rigs, unsigned int i)
{
	struct member *member = &rigs->members[i];
	struct rig *rig = rigs->now;
	char path[32];

	make_rig(rigs, i);
	rig_identity_free(&rig->self);
	wt_buf_free(&rig->registration);
	rig->self = member->self;
	rig->registration = member->registration;
	memcpy(rig->reg.ueid, member->reg.ueid, WT_UEID_LEN);
	rig->edit_attestation = name_shares;
	rig_boot(rig);
	rig->sources[0].mw = RIG_MW;
	rig_source(rig, "dps800", "power2_input", RIG_MW / 100 * 99);
	rig_source(rig, "acpi_power_meter", "power1_average", RIG_MW);
	rig_source(rig, "ina238", "power1_input", 48000);
	for (unsigned int d = 2; d < 8; d++) {
		snprintf(path, sizeof(path), "1-%u", d + 10);
		rig_device(rig, 0x10c4, 0xea60, rig->reg_devices[d].serial, path,
			   WATTEST_DEVICE_VENDOR);
	}
	need(rig->n_sources == 4 && rig->n_devices == 8,
	     "a rig has not four sources and eight devices");
}

void rigs_hour(struct rigs *rigs, unsigned int i, unsigned int hour)
{
	claimed = rigs->members[i].shares + (size_t)hour * GRANTS_PER_HOUR;
	rig_minutes(rigs->now, PER_HOUR);
}

void rigs_retire(struct rigs *rigs)
{
	rigs->now->self = (struct rig_identity){ 0 }; /* the member's */
	rigs->now->registration = (struct wt_buf){ 0 };
	rig_free(rigs->now);
}
