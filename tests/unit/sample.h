/* SPDX-License-Identifier: Apache-2.0 */
/* Objects as a small rig has them: what tests change one field of. */
#ifndef TESTS_UNIT_SAMPLE_H
#define TESTS_UNIT_SAMPLE_H

#include <string.h>

#include "lib/allocation.h"
#include "lib/object.h"
#include "lib/result.h"
#include "wattest/record.h"

#define SAMPLE_FROM 1767225600 /* 2026-01-01 */
#define SAMPLE_HOUR 3600

static inline void sample_fill(uint8_t *p, size_t n, uint8_t first)
{
	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)(first + i);
}

static inline void sample_ueid(uint8_t ueid[WT_UEID_LEN])
{
	sample_fill(ueid, WT_UEID_LEN, 0x30);
	ueid[0] = WT_UEID_RAND;
}

static inline struct wt_grant sample_grant(void)
{
	struct wt_grant grant = {
		.transaction = "TX-88123",
		.licence = "DMI-84-0031",
		.zone = "north",
		.metering_point = "KZ-100200300",
		.not_before = SAMPLE_FROM,
		.not_after = SAMPLE_FROM + SAMPLE_HOUR,
		.wh = 1000000,
		.currency = "KZT",
		.price_micro = 21500000,
	};

	sample_fill(grant.id, sizeof(grant.id), 0x10);
	sample_ueid(grant.spender);
	return grant;
}

/* Devices, sources and pools are static and must not be freed. */
static inline struct wt_registration sample_registration(void)
{
	static struct wt_reg_device devices[] = {
		{ .bus = WATTEST_BUS_USB, .vid = 0x10c4, .pid = 0xea60, .serial = "GS-10015197",
		  .model = "Antminer U2", .rated_mw = 2100, .rated_mhs = 2000 },
		{ .bus = WATTEST_BUS_USB, .vid = 0x067b, .pid = 0x2303, .path = "1-4.2",
		  .product = "USB-Serial", .model = "Icarus", .rated_mw = 20000, .rated_mhs = 380 },
	};
	static struct wt_reg_source sources[] = {
		{ .chip = "dps800", .parent = "0-0058", .attribute = "power1_input", .label = "pin",
		  .role = WT_ROLE_INPUT, .class_ppm = 20000, .calibrated_until = 1893456000 },
		{ .chip = "power_meter", .attribute = "power1_average", .role = WT_ROLE_CHECK,
		  .class_ppm = 50000 },
	};
	static char pools[2][64] = { "pool-one.example", "pool-two.example" };
	struct wt_registration reg = {
		.rig = "KZ-PVL-0142",
		.licence = "DMI-84-0031",
		.holder = "\xd0\x96\xd0\xb5\xd0\xbb Energy LLP",
		.site = "Pavlodar 3",
		.zone = "north",
		.not_before = SAMPLE_FROM,
		.not_after = SAMPLE_FROM + 365 * 86400,
		.nameplate_w = 3500,
		.rig_cert = { (const uint8_t *)"\x30\x03\x02\x01\x05", 5 },
		.devices = devices,
		.n_devices = 2,
		.sources = sources,
		.n_sources = 2,
		.pools = pools,
		.n_pools = 2,
	};

	sample_fill(reg.id, sizeof(reg.id), 0x20);
	sample_ueid(reg.ueid);
	return reg;
}

/* With all that may be left out. */
static inline struct wt_registration sample_full_registration(void)
{
	static struct wt_idle idle[] = { { 120, 30 }, { 5 * 1440 + 1320, 1560 } };
	struct wt_registration reg = sample_registration();

	reg.idle = idle;
	reg.n_idle = 2;
	return reg;
}

static inline struct wt_allotment sample_allotment(void)
{
	struct wt_allotment allotment = {
		.not_before = SAMPLE_FROM,
		.not_after = SAMPLE_FROM + SAMPLE_HOUR,
		.wh = 3500,
	};

	sample_fill(allotment.id, sizeof(allotment.id), 0x90);
	sample_ueid(allotment.ueid);
	sample_fill(allotment.grant_id, sizeof(allotment.grant_id), 0x10);
	sample_fill(allotment.grant_digest, sizeof(allotment.grant_digest), 0xa0);
	return allotment;
}

/* Of each kind: revocations of an object, a curtailment of a zone, one rig that is off. */
static inline struct wt_notice sample_notice(enum wt_notice_kind kind)
{
	struct wt_notice notice = {
		.issued_at = SAMPLE_FROM + 600,
		.kind = kind,
		.from = SAMPLE_FROM + 900,
	};

	sample_fill(notice.id, sizeof(notice.id), 0xb0);
	if (kind == WT_NOTICE_CURTAIL || kind == WT_NOTICE_OFF)
		notice.to = notice.from + 1800;
	if (kind == WT_NOTICE_CURTAIL) {
		notice.scope = WT_SCOPE_ZONE;
		strcpy(notice.text, "north");
		notice.max_w = 1200;
		strcpy(notice.reason, "frequency below 49.8 Hz");
	} else if (kind == WT_NOTICE_OFF) {
		notice.scope = WT_SCOPE_RIG;
		sample_ueid(notice.target);
	} else {
		notice.scope = WT_SCOPE_OBJECT;
		sample_fill(notice.target, WT_ID_LEN, 0x10);
	}
	return notice;
}

/* An hour of a rig that did all well, but for one thing. */
static inline struct wt_result sample_result(void)
{
	static const struct wt_result_check checks[] = {
		{ "signature", WT_AFFIRMING, "ok", "60 attestations" },
		{ "time", WT_WARNING, "clock-not-synchronised", "the clock was not synchronised for 4 min" },
		{ "witness", WT_NONE, "none", "no TPM quote: a software key signed" },
		{ "energy", WT_AFFIRMING, "ok", "3.31 kWh of 3.5 kWh" },
	};
	struct wt_result result = {
		.iat = SAMPLE_FROM + SAMPLE_HOUR,
		.verifier = "wattest-inspect 0.1.0",
		.rig = "KZ-PVL-0142",
		.tier = WT_WARNING,
		.allocation = WT_WITHIN,
		.first_seq = 10353,
		.last_seq = 10412,
		.from_ns = SAMPLE_FROM * UINT64_C(1000000000),
		.to_ns = (SAMPLE_FROM + SAMPLE_HOUR) * UINT64_C(1000000000),
		.measured_uj = 11700000000000,
		.substituted_uj = 210000000000,
		.chargeable = { 11676000000000, 11910000000000, 12144000000000 },
		.bought_uj = 12600000000000,
		.left_uj = 690000000000,
		.n_checks = sizeof(checks) / sizeof(checks[0]),
	};

	sample_ueid(result.ueid);
	sample_fill(result.policy, sizeof(result.policy), 0xd0);
	sample_fill(result.last_digest, sizeof(result.last_digest), 0xe0);
	memcpy(result.checks, checks, sizeof(checks));
	return result;
}

#define SAMPLE_SOURCES 4
#define SAMPLE_DEVICES 8
#define SAMPLE_WINDOW_LEN                                                                 \
	(sizeof(struct wattest_record) + sizeof(struct wattest_window) +                  \
	 SAMPLE_SOURCES * sizeof(struct wattest_window_source) +                          \
	 SAMPLE_DEVICES * sizeof(struct wattest_window_device))

/* A steady state: one WINDOW record of four sources and eight devices, one grant, the ledger. */
struct sample_attestation {
	struct wt_attestation att;
	struct wt_att_step step;
	struct wt_att_record record;
	struct wt_att_grant grant;
	uint8_t window[SAMPLE_WINDOW_LEN];
};

static inline struct wt_attestation *sample_attestation(struct sample_attestation *s)
{
	struct wt_attestation *att = &s->att;

	memset(s, 0, sizeof(*s));
	sample_fill(s->window, sizeof(s->window), 0);
	sample_fill(s->grant.id, WT_ID_LEN, 0x10);
	sample_fill(s->grant.digest, WT_SHA256_LEN, 0xa0);
	s->record.raw = wt_span(s->window, sizeof(s->window));
	s->step.records = &s->record;
	s->step.n_records = 1;
	sample_ueid(att->ueid);
	att->iat = SAMPLE_FROM + 60;
	sample_fill(att->epoch, sizeof(att->epoch), 0x40);
	att->seq = 10412;
	sample_fill(att->prev, WT_SHA256_LEN, 0x50);
	att->clock = WT_CLOCK_SYNCHRONISED;
	att->clock_bound_us = 20000;
	sample_fill(att->chain_before, WT_SHA256_LEN, 0x60);
	sample_fill(att->chain_after, WT_SHA256_LEN, 0x70);
	att->first_seq = 46080;
	att->steps = &s->step;
	att->n_steps = 1;
	sample_fill(att->registration, WT_SHA256_LEN, 0x80);
	att->grants = &s->grant;
	att->n_grants = 1;
	att->has_ledger = true;
	att->ledger_charged_uj = 26683200000000;
	att->ledger_left_uj = 16516800000000;
	return att;
}

#endif
