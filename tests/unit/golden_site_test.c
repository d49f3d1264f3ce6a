// SPDX-License-Identifier: Apache-2.0
/*
 * One of each object, as docs/evidence.md walks through them: the first minute of a rig that spends its share of a
 * site's grant. Each is signed by a key of its own, and names the others by their true digests. What this version makes
 * of them is what the golden file says, byte for byte, envelope and signature included.
 */
#include "kselftest_harness.h"

#include "lib/allocation.h"
#include "lib/chain.h"
#include "lib/cose.h"
#include "lib/record.h"
#include "lib/site_result.h"
#include "tests/unit/from_hex.h"
#include "tests/unit/golden/objects.h"
#include "tests/unit/golden/site.h"
#include "tests/unit/pem.h"
#include "tests/unit/scratch.h"

#define FROM INT64_C(1767225600) /* 2026-01-01T00:00:00Z */
#define HOUR 3600
#define NS UINT64_C(1000000000)
#define EPOCH "the first epoch" /* 16 bytes with its NUL */

struct signer {
	const char *seed, *cert_hex;
	struct wt_key *key;
	struct wt_cert *cert;
};

static void load(struct signer *who)
{
	struct wt_span pkcs8 = from_hex(who->seed), der = from_hex(who->cert_hex);
	struct scratch dir;
	char pem[512];

	scratch_make(&dir);
	scratch_write(&dir, "key", to_pem("PRIVATE KEY", pkcs8, pem, sizeof(pem)), 0600);
	if (wt_key_load(dir.path, &who->key, NULL) < 0 || wt_cert_parse(der, &who->cert, NULL) < 0)
		abort();
	scratch_remove(&dir);
	free((void *)pkcs8.p);
	free((void *)der.p);
}

static void digest_of(const char *hex, uint8_t ret[WT_SHA256_LEN])
{
	struct wt_span s = from_hex(hex);

	wt_sha256(s, ret);
	free((void *)s.p);
}

FIXTURE(site)
{
	struct signer registry, platform, rig, site, inspector;
	struct wt_buf payload, got, scratch;
	struct wt_err err;
	uint8_t ueid[WT_UEID_LEN];
};

FIXTURE_SETUP(site)
{
	memset(self, 0, sizeof(*self));
	self->registry =
		(struct signer){ ED25519_PKCS8 GOLDEN_REGISTRY_SEED, GOLDEN_REGISTRY_CERT };
	self->platform =
		(struct signer){ ED25519_PKCS8 GOLDEN_PLATFORM_SEED, GOLDEN_PLATFORM_CERT };
	self->rig = (struct signer){ ED25519_PKCS8 GOLDEN_RIG_SEED, GOLDEN_ED25519_CERT };
	self->site = (struct signer){ ED25519_PKCS8 GOLDEN_SITE_SEED, GOLDEN_SITE_CERT };
	self->inspector =
		(struct signer){ ED25519_PKCS8 GOLDEN_INSPECTOR_SEED, GOLDEN_INSPECTOR_CERT };
	load(&self->registry);
	load(&self->platform);
	load(&self->rig);
	load(&self->site);
	load(&self->inspector);
	if (wt_ueid_from_key(wt_cert_key(self->rig.cert), self->ueid) < 0)
		abort();
}

static void signer_free(struct signer *who)
{
	wt_key_free(who->key);
	wt_cert_free(who->cert);
}

FIXTURE_TEARDOWN(site)
{
	signer_free(&self->registry);
	signer_free(&self->platform);
	signer_free(&self->rig);
	signer_free(&self->site);
	signer_free(&self->inspector);
	wt_buf_free(&self->payload);
	wt_buf_free(&self->got);
	wt_buf_free(&self->scratch);
}

/* Signs what is in payload, and compares; then the golden object is read and its signature verified. */
static void expect_golden(struct __test_metadata *_metadata, FIXTURE_DATA(site) * self,
			  const struct signer *who, enum wt_typ typ, const char *hex)
{
	struct wt_span want = from_hex(hex);
	struct wt_cose cose;
	char *got;

	ASSERT_EQ(0, self->payload.err);
	ASSERT_EQ(0, wt_cose_sign(who->key, who->cert, false, typ, wt_buf_span(&self->payload),
				  &self->got, &self->err))
	TH_LOG("%s", self->err.msg);
	got = malloc(2 * self->got.n + 1);
	wt_hex(self->got.p, self->got.n, got);
	EXPECT_TRUE(wt_span_equal(want, wt_buf_span(&self->got)))
	TH_LOG("%s is now %s", wt_typ_name(typ), got);
	free(got);
	ASSERT_EQ(0, wt_cose_decode(want, &cose, &self->err)) TH_LOG("%s", self->err.msg);
	EXPECT_EQ(typ, cose.typ);
	EXPECT_EQ(want.n, cose.whole.n);
	EXPECT_EQ(0, wt_cose_verify(&cose, wt_cert_key(who->cert), &self->scratch, &self->err))
	TH_LOG("%s", self->err.msg);
	EXPECT_TRUE(wt_span_equal(cose.payload, wt_buf_span(&self->payload)));
	free((void *)want.p);
}

TEST_F(site, registration)
{
	struct wt_reg_device device = {
		.bus = WATTEST_BUS_USB,
		.vid = 0x10c4,
		.pid = 0xea60,
		.serial = "GS-10015197",
		.model = "Antminer U2",
		.rated_mw = 2100,
		.rated_mhs = 2000,
	};
	struct wt_reg_source source = {
		.chip = "dps800",
		.parent = "0-0058",
		.attribute = "power1_input",
		.label = "pin",
		.role = WT_ROLE_INPUT,
		.class_ppm = 20000,
		.calibrated_until = 1893456000,
	};
	char pools[1][64] = { "pool-one.example" };
	struct wt_registration reg = {
		.rig = "KZ-PVL-0142",
		.licence = "DMI-84-0031",
		.holder = "Pavlodar Hash LLP",
		.site = "Pavlodar 3",
		.zone = "north",
		.not_before = FROM,
		.not_after = FROM + 365 * 86400,
		.nameplate_w = 3500,
		.rig_cert = wt_cert_der(self->rig.cert),
		.devices = &device,
		.n_devices = 1,
		.sources = &source,
		.n_sources = 1,
		.pools = pools,
		.n_pools = 1,
	};

	memset(reg.id, 0x20, sizeof(reg.id));
	memcpy(reg.ueid, self->ueid, sizeof(reg.ueid));
	ASSERT_EQ(0, wt_registration_encode(&reg, &self->payload, &self->err))
	TH_LOG("%s", self->err.msg);
	expect_golden(_metadata, self, &self->registry, WT_TYP_REGISTRATION,
		      GOLDEN_SITE_REGISTRATION);
}

TEST_F(site, grant)
{
	struct wt_grant grant = {
		.transaction = "TX-88123",
		.licence = "DMI-84-0031",
		.zone = "north",
		.metering_point = "KZ-100200300",
		.not_before = FROM,
		.not_after = FROM + HOUR,
		.wh = 1000000,
		.currency = "KZT",
		.price_micro = 21500000,
		.to_site = true,
	};

	memset(grant.id, 0x10, sizeof(grant.id));
	wt_cert_x5t(self->site.cert, grant.site_key);
	ASSERT_EQ(0, wt_grant_encode(&grant, &self->payload, &self->err))
	TH_LOG("%s", self->err.msg);
	expect_golden(_metadata, self, &self->platform, WT_TYP_GRANT, GOLDEN_SITE_GRANT);
}

TEST_F(site, allotment)
{
	struct wt_allotment allotment = {
		.not_before = FROM,
		.not_after = FROM + HOUR,
		.wh = 3500,
	};

	memset(allotment.id, 0x90, sizeof(allotment.id));
	memset(allotment.grant_id, 0x10, sizeof(allotment.grant_id));
	memcpy(allotment.ueid, self->ueid, sizeof(allotment.ueid));
	digest_of(GOLDEN_SITE_GRANT, allotment.grant_digest);
	ASSERT_EQ(0, wt_allotment_encode(&allotment, &self->payload, &self->err))
	TH_LOG("%s", self->err.msg);
	expect_golden(_metadata, self, &self->site, WT_TYP_ALLOTMENT, GOLDEN_SITE_ALLOTMENT);
}

TEST_F(site, notice)
{
	struct wt_notice notice = {
		.issued_at = FROM + 600,
		.kind = WT_NOTICE_CURTAIL,
		.from = FROM + 900,
		.to = FROM + 2700,
		.scope = WT_SCOPE_ZONE,
		.text = "north",
		.max_w = 1200,
		.reason = "frequency below 49.8 Hz",
	};

	memset(notice.id, 0xb0, sizeof(notice.id));
	ASSERT_EQ(0, wt_notice_encode(&notice, &self->payload, &self->err))
	TH_LOG("%s", self->err.msg);
	expect_golden(_metadata, self, &self->platform, WT_TYP_NOTICE, GOLDEN_SITE_NOTICE);
}

/* --- the rig's first minute ---------------------------------------------------------------------- */

struct log {
	struct {
		struct wattest_record head;
		struct wattest_load load;
	} load;
	struct {
		struct wattest_record head;
		struct wattest_source_add add;
	} source;
	struct {
		struct wattest_record head;
		struct wattest_device_add add;
	} device;
	struct {
		struct wattest_record head;
		struct wattest_window window;
		/* a source, a device, and zeros up to a multiple of 8 */
		uint8_t counters[sizeof(struct wattest_window_source) +
				 sizeof(struct wattest_window_device) + 4];
	} window;
};

static struct wattest_record head(size_t len, enum wattest_record_type type, uint64_t seq,
				  uint64_t boottime_ns)
{
	return (struct wattest_record){ .len = (uint32_t)len,
					.type = (uint16_t)type,
					.version = WATTEST_RECORD_VERSION,
					.seq = seq,
					.boottime_ns = boottime_ns };
}

/* Booted 20 s before the hour; 3.2 kW for a minute. */
static void write_log(struct log *log)
{
	const struct wattest_window_source source = {
		.energy_uj = UINT64_C(192000000000),
		.id = 1,
		.min_mw = 3180000,
		.max_mw = 3221000,
		.last_mw = 3200000,
		.samples = 61,
	};
	const struct wattest_window_device device = {
		.transfers_in = 900,
		.transfers_out = 60,
		.bytes_in = 4711,
		.bytes_out = 3840,
		.id = 1,
	};

	memset(log, 0, sizeof(*log));
	log->load.head = head(sizeof(log->load), WATTEST_RECORD_LOAD, 1, 20 * NS);
	memcpy(log->load.load.epoch, EPOCH, sizeof(log->load.load.epoch));
	log->load.load.pcr = WATTEST_PCR_NONE;
	log->load.load.realtime_ns = FROM * NS;
	log->load.load.sample_ns = NS;
	log->load.load.window_ns = 60 * NS;
	log->load.load.max_gap_ns = 3 * NS;
	log->load.load.limit_uw = UINT64_C(1000000000000);
	log->load.load.log_bytes = 4096 * 1024;
	strcpy(log->load.load.release, "6.12.0");
	strcpy(log->load.load.version, "0.1.0");
	log->source.head = head(sizeof(log->source), WATTEST_RECORD_SOURCE_ADD, 2, 20 * NS);
	log->source.add.id = 1;
	log->source.add.kind = WATTEST_SOURCE_POWER;
	strcpy(log->source.add.chip, "dps800");
	strcpy(log->source.add.parent, "0-0058");
	strcpy(log->source.add.attribute, "power1_input");
	strcpy(log->source.add.label, "pin");
	log->source.add.reading_uj = WATTEST_READING_UNKNOWN;
	log->device.head = head(sizeof(log->device), WATTEST_RECORD_DEVICE_ADD, 3, 20 * NS);
	log->device.add.id = 1;
	log->device.add.bus = WATTEST_BUS_USB;
	log->device.add.flags = WATTEST_DEVICE_VENDOR | WATTEST_DEVICE_CONVERTER;
	log->device.add.vid = 0x10c4;
	log->device.add.pid = 0xea60;
	strcpy(log->device.add.path, "1-4");
	strcpy(log->device.add.serial, "GS-10015197");
	log->window.head = head(sizeof(log->window), WATTEST_RECORD_WINDOW, 4, 80 * NS);
	log->window.window.from_ns = 20 * NS;
	log->window.window.realtime_ns = (FROM + 60) * NS;
	log->window.window.sources = 1;
	log->window.window.devices = 1;
	memcpy(log->window.counters, &source, sizeof(source));
	memcpy(log->window.counters + sizeof(source), &device, sizeof(device));
}

TEST_F(site, attestation)
{
	struct wt_att_record records[4] = { 0 };
	struct wt_att_step step = { .records = records, .n_records = 4 };
	struct wt_att_grant grants[2] = { 0 };
	struct wt_attestation att = {
		.iat = FROM + 61,
		.seq = 1,
		.clock = WT_CLOCK_SYNCHRONISED,
		.clock_bound_us = 1200,
		.first_seq = 1,
		.steps = &step,
		.n_steps = 1,
		.grants = grants,
		.n_grants = 2,
		.unobserved = wt_span("no probe is loaded", 18),
	};
	struct wt_record rec;
	struct log log;

	write_log(&log);
	records[0].raw = wt_span(&log.load, sizeof(log.load));
	records[1].raw = wt_span(&log.source, sizeof(log.source));
	records[2].raw = wt_span(&log.device, sizeof(log.device));
	records[3].raw = wt_span(&log.window, sizeof(log.window));
	for (size_t i = 0; i < 4; i++)
		EXPECT_EQ(0, wt_record_decode(records[i].raw, &rec, &self->err))
	TH_LOG("%s", self->err.msg);
	memcpy(att.ueid, self->ueid, sizeof(att.ueid));
	memcpy(att.epoch, EPOCH, sizeof(att.epoch));
	ASSERT_EQ(0, wt_chain_step(att.chain_after, records, 4, &self->scratch));
	digest_of(GOLDEN_SITE_REGISTRATION, att.registration);
	memset(grants[0].id, 0x10, WT_ID_LEN);
	digest_of(GOLDEN_SITE_GRANT, grants[0].digest);
	memset(grants[1].id, 0x90, WT_ID_LEN);
	digest_of(GOLDEN_SITE_ALLOTMENT, grants[1].digest);
	ASSERT_EQ(0, wt_attestation_encode(&att, &self->payload, &self->err))
	TH_LOG("%s", self->err.msg);
	expect_golden(_metadata, self, &self->rig, WT_TYP_ATTESTATION, GOLDEN_SITE_ATTESTATION);
}

TEST_F(site, result)
{
	struct wt_result result = {
		.iat = FROM + 65,
		.verifier = "wattest-inspect 0.1.0",
		.rig = "KZ-PVL-0142",
		.tier = WT_WARNING,
		.allocation = WT_WITHIN,
		.first_seq = 1,
		.last_seq = 1,
		.from_ns = FROM * NS,
		.to_ns = (FROM + 60) * NS,
		.measured_uj = UINT64_C(192000000000),
		.chargeable = { UINT64_C(188160000000), UINT64_C(192000000000),
				UINT64_C(195840000000) },
		.bought_uj = UINT64_C(12600000000000),
		.left_uj = UINT64_C(12408000000000),
		.checks = {
			{ "signature", WT_AFFIRMING, "ok", "1 attestation signed by the registered key" },
			{ "activity", WT_WARNING, "activity-unobserved",
			  "what the devices do is not observed: no probe is loaded" },
			{ "witness", WT_NONE, "none", "no TPM quote: a software key signed" },
			{ "energy", WT_AFFIRMING, "ok", "53.3 Wh of 3.5 kWh" },
		},
		.n_checks = 4,
	};
	uint8_t looked_at[4][WT_SHA256_LEN];

	memcpy(result.ueid, self->ueid, sizeof(result.ueid));
	digest_of(GOLDEN_SITE_REGISTRATION, looked_at[0]);
	digest_of(GOLDEN_SITE_GRANT, looked_at[1]);
	digest_of(GOLDEN_SITE_ALLOTMENT, looked_at[2]);
	digest_of(GOLDEN_SITE_NOTICE, looked_at[3]);
	wt_policy_digest(looked_at, 4, result.policy);
	digest_of(GOLDEN_SITE_ATTESTATION, result.last_digest);
	ASSERT_EQ(0, wt_result_encode(&result, &self->payload, &self->err))
	TH_LOG("%s", self->err.msg);
	expect_golden(_metadata, self, &self->inspector, WT_TYP_RESULT, GOLDEN_SITE_RESULT);
}

/* The rig above, and one that sent nothing. */
TEST_F(site, sites_result)
{
	struct wt_site_result_rig rigs[2] = {
		{ .ueid = { WT_UEID_RAND }, .rig = "KZ-PVL-0143" },
		{ .rig = "KZ-PVL-0142", .tier = WT_WARNING, .allocation = WT_WITHIN },
	};
	struct wt_site_result result = {
		.iat = FROM + 65,
		.verifier = "wattest-inspect 0.1.0",
		.tier = WT_WARNING,
		.from_ns = FROM * NS,
		.to_ns = (FROM + 60) * NS,
		.chargeable = { UINT64_C(188160000000), UINT64_C(192000000000),
				UINT64_C(195840000000) },
		.bought_uj = UINT64_C(3600000000000000),
		.checks = {
			{ "objects", WT_AFFIRMING, "ok", "4 objects of use" },
			{ "rigs", WT_WARNING, "rig-silent", "1 of 2 rigs sent nothing" },
			{ "energy", WT_AFFIRMING, "ok", "53.333 Wh of 1,000.000 kWh" },
		},
		.n_checks = 3,
		.rigs = rigs,
		.n_rigs = 2,
	};
	uint8_t looked_at[4][WT_SHA256_LEN];

	memcpy(rigs[1].ueid, self->ueid, sizeof(rigs[1].ueid));
	digest_of(GOLDEN_SITE_RESULT, rigs[1].result);
	digest_of(GOLDEN_SITE_REGISTRATION, looked_at[0]);
	digest_of(GOLDEN_SITE_GRANT, looked_at[1]);
	digest_of(GOLDEN_SITE_ALLOTMENT, looked_at[2]);
	digest_of(GOLDEN_SITE_NOTICE, looked_at[3]);
	wt_policy_digest(looked_at, 4, result.policy);
	ASSERT_EQ(0, wt_site_result_encode(&result, &self->payload, &self->err))
	TH_LOG("%s", self->err.msg);
	expect_golden(_metadata, self, &self->inspector, WT_TYP_SITE_RESULT, GOLDEN_SITES_RESULT);
}

TEST_HARNESS_MAIN
