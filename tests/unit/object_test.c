// SPDX-License-Identifier: Apache-2.0
/*
 * Registration, grant and attestation: what is written is read back, byte for byte and field for
 * field.
 */
#include "kselftest_harness.h"

#include "lib/object.h"
#include "tests/unit/from_hex.h"
#include "tests/unit/sample.h"

TEST(grant_round_trip)
{
	struct wt_grant grant = sample_grant(), back;
	struct wt_buf b = { 0 }, again = { 0 };
	struct wt_err err;

	ASSERT_EQ(0, wt_grant_encode(&grant, &b, &err)) TH_LOG("%s", err.msg);
	ASSERT_EQ(0, wt_grant_decode(wt_buf_span(&b), &back, &err)) TH_LOG("%s", err.msg);
	EXPECT_EQ(0, memcmp(&grant, &back, sizeof(grant)));
	ASSERT_EQ(0, wt_grant_encode(&back, &again, &err));
	EXPECT_TRUE(wt_span_equal(wt_buf_span(&b), wt_buf_span(&again)));

	grant.to_site = true;
	memset(grant.spender, 0, sizeof(grant.spender));
	sample_fill(grant.site_key, sizeof(grant.site_key), 0xc0);
	memset(grant.currency, 0, sizeof(grant.currency));
	grant.price_micro = 0;
	grant.zone[0] = '\0';
	memset(grant.zone, 0, sizeof(grant.zone));
	wt_buf_reset(&b);
	ASSERT_EQ(0, wt_grant_encode(&grant, &b, &err)) TH_LOG("%s", err.msg);
	ASSERT_EQ(0, wt_grant_decode(wt_buf_span(&b), &back, &err)) TH_LOG("%s", err.msg);
	EXPECT_EQ(0, memcmp(&grant, &back, sizeof(grant)));
	wt_buf_free(&b);
	wt_buf_free(&again);
}

TEST(registration_round_trip)
{
	struct wt_registration reg = sample_full_registration(), back;
	struct wt_buf b = { 0 }, again = { 0 };
	struct wt_err err;

	ASSERT_EQ(0, wt_registration_encode(&reg, &b, &err)) TH_LOG("%s", err.msg);
	ASSERT_EQ(0, wt_registration_decode(wt_buf_span(&b), &back, &err)) TH_LOG("%s", err.msg);
	EXPECT_STREQ(reg.rig, back.rig);
	EXPECT_STREQ(reg.licence, back.licence);
	EXPECT_STREQ(reg.holder, back.holder);
	EXPECT_STREQ(reg.site, back.site);
	EXPECT_STREQ(reg.zone, back.zone);
	EXPECT_EQ(0, memcmp(reg.id, back.id, sizeof(reg.id)));
	EXPECT_EQ(0, memcmp(reg.ueid, back.ueid, sizeof(reg.ueid)));
	EXPECT_EQ(reg.not_before, back.not_before);
	EXPECT_EQ(reg.not_after, back.not_after);
	EXPECT_EQ(reg.nameplate_w, back.nameplate_w);
	EXPECT_TRUE(wt_span_equal(reg.rig_cert, back.rig_cert));
	EXPECT_TRUE(back.rig_cert.p > b.p && back.rig_cert.p < b.p + b.n);
	ASSERT_EQ(2, back.n_devices);
	EXPECT_EQ(0, memcmp(reg.devices, back.devices, 2 * sizeof(*reg.devices)));
	ASSERT_EQ(2, back.n_sources);
	EXPECT_EQ(0, memcmp(reg.sources, back.sources, 2 * sizeof(*reg.sources)));
	ASSERT_EQ(2, back.n_pools);
	EXPECT_EQ(0, memcmp(reg.pools, back.pools, 2 * sizeof(*reg.pools)));
	ASSERT_EQ(2, back.n_idle);
	EXPECT_EQ(0, memcmp(reg.idle, back.idle, 2 * sizeof(*reg.idle)));
	ASSERT_EQ(0, wt_registration_encode(&back, &again, &err));
	EXPECT_TRUE(wt_span_equal(wt_buf_span(&b), wt_buf_span(&again)));
	wt_registration_clear(&back);
	EXPECT_EQ(NULL, back.devices);

	reg.n_devices = reg.n_sources = reg.n_pools = reg.n_idle = 0;
	wt_buf_reset(&b);
	ASSERT_EQ(0, wt_registration_encode(&reg, &b, &err)) TH_LOG("%s", err.msg);
	ASSERT_EQ(0, wt_registration_decode(wt_buf_span(&b), &back, &err)) TH_LOG("%s", err.msg);
	EXPECT_EQ(0, back.n_devices);
	EXPECT_EQ(0, back.n_idle);
	wt_registration_clear(&back);
	wt_buf_free(&b);
	wt_buf_free(&again);
}

static void expect_same(struct __test_metadata *_metadata, const struct wt_attestation *a,
			const struct wt_attestation *b)
{
	EXPECT_EQ(0, memcmp(a->ueid, b->ueid, sizeof(a->ueid)));
	EXPECT_EQ(a->iat, b->iat);
	EXPECT_EQ(a->uptime_s, b->uptime_s);
	EXPECT_TRUE(wt_span_equal(a->nonce, b->nonce));
	EXPECT_EQ(!a->nonce.p, !b->nonce.p);
	EXPECT_EQ(0, memcmp(a->epoch, b->epoch, sizeof(a->epoch)));
	EXPECT_EQ(a->seq, b->seq);
	EXPECT_EQ(0, memcmp(a->prev, b->prev, 32));
	EXPECT_EQ(a->clock, b->clock);
	EXPECT_EQ(a->clock_bound_us, b->clock_bound_us);
	EXPECT_EQ(0, memcmp(a->chain_before, b->chain_before, 32));
	EXPECT_EQ(0, memcmp(a->chain_after, b->chain_after, 32));
	EXPECT_EQ(a->first_seq, b->first_seq);
	EXPECT_EQ(0, memcmp(a->registration, b->registration, 32));
	EXPECT_TRUE(wt_span_equal(a->unobserved, b->unobserved));
	EXPECT_EQ(!a->unobserved.p, !b->unobserved.p);
	EXPECT_EQ(a->has_ledger, b->has_ledger);
	EXPECT_EQ(a->ledger_charged_uj, b->ledger_charged_uj);
	EXPECT_EQ(a->ledger_left_uj, b->ledger_left_uj);
	ASSERT_EQ(a->n_grants, b->n_grants);
	for (size_t i = 0; i < a->n_grants; i++) {
		EXPECT_EQ(0, memcmp(&a->grants[i], &b->grants[i], sizeof(a->grants[i])));
	}
	ASSERT_EQ(a->n_steps, b->n_steps);
	for (size_t i = 0; i < a->n_steps; i++) {
		ASSERT_EQ(a->steps[i].n_records, b->steps[i].n_records);
		EXPECT_EQ(NULL, b->steps[i].mac.p);
		for (size_t k = 0; k < a->steps[i].n_records; k++) {
			const struct wt_att_record *x = &a->steps[i].records[k];
			const struct wt_att_record *y = &b->steps[i].records[k];

			EXPECT_EQ(!x->raw.p, !y->raw.p);
			EXPECT_TRUE(wt_span_equal(x->raw, y->raw));
			EXPECT_TRUE(x->raw.p || !memcmp(x->digest, y->digest, 32));
		}
	}
}

static void round_trip(struct __test_metadata *_metadata, const struct wt_attestation *att)
{
	struct wt_buf b = { 0 }, again = { 0 };
	struct wt_attestation back;
	struct wt_err err;

	ASSERT_EQ(0, wt_attestation_encode(att, &b, &err)) TH_LOG("%s", err.msg);
	ASSERT_EQ(0, wt_attestation_decode(wt_buf_span(&b), &back, &err)) TH_LOG("%s", err.msg);
	expect_same(_metadata, att, &back);
	ASSERT_EQ(0, wt_attestation_encode(&back, &again, &err));
	EXPECT_TRUE(wt_span_equal(wt_buf_span(&b), wt_buf_span(&again)));
	wt_attestation_clear(&back);
	EXPECT_EQ(NULL, back.steps);
	wt_buf_free(&b);
	wt_buf_free(&again);
}

TEST(attestation_round_trip)
{
	struct sample_attestation s;

	round_trip(_metadata, sample_attestation(&s));
}

TEST(first_attestation)
{
	struct sample_attestation s;
	struct wt_attestation *att = sample_attestation(&s);

	att->seq = 1;
	memset(att->prev, 0, sizeof(att->prev));
	memset(att->registration, 0, sizeof(att->registration));
	att->clock = WT_CLOCK_UNKNOWN;
	att->clock_bound_us = 0;
	att->n_grants = 0;
	att->has_ledger = false;
	att->ledger_charged_uj = att->ledger_left_uj = 0;
	round_trip(_metadata, att);
}

TEST(attestation_with_everything)
{
	uint8_t load[24 + sizeof(struct wattest_load)], add[24 + 176];
	struct wt_att_record records[5] = { 0 };
	struct wt_att_step steps[3] = { 0 };
	struct wt_att_grant grants[30];
	struct sample_attestation s;
	struct wt_attestation *att = sample_attestation(&s);

	sample_fill(load, sizeof(load), 1);
	sample_fill(add, sizeof(add), 2);
	records[0].raw = wt_span(load, sizeof(load));
	records[1].raw = wt_span(add, sizeof(add));
	sample_fill(records[2].digest, 32, 9); /* pruned, closes the first step */
	sample_fill(records[3].digest, 32, 10);
	records[4].raw = wt_span(s.window, sizeof(s.window));
	steps[0] = (struct wt_att_step){ .records = records, .n_records = 3 };
	steps[1] = (struct wt_att_step){ .records = records + 3, .n_records = 1 };
	steps[2] = (struct wt_att_step){ .records = records + 4, .n_records = 1 };
	att->steps = steps;
	att->n_steps = 3;
	att->first_seq = 1;
	for (size_t i = 0; i < 30; i++) {
		sample_fill(grants[i].id, WT_ID_LEN, (uint8_t)i);
		sample_fill(grants[i].digest, WT_SHA256_LEN, (uint8_t)(i + 100));
	}
	att->grants = grants;
	att->n_grants = 30;
	att->nonce = wt_span("01234567890123456789012345678901", 32);
	att->unobserved = wt_span("usb probe: no BTF for usbcore", 29);
	round_trip(_metadata, att);
}

TEST(attestation_without_steps)
{
	struct sample_attestation s;
	struct wt_attestation *att = sample_attestation(&s);

	att->n_steps = 0;
	att->first_seq = 0;
	att->uptime_s = 8640000;
	memcpy(att->chain_after, att->chain_before, 32);
	round_trip(_metadata, att);
}

TEST(encoders_append)
{
	struct wt_grant grant = sample_grant();
	struct wt_buf b = { 0 };

	wt_buf_append(&b, "abc", 3);
	ASSERT_EQ(0, wt_grant_encode(&grant, &b, NULL));
	EXPECT_EQ(0, memcmp(b.p, "abc", 3));
	EXPECT_EQ(0, wt_grant_decode(wt_span(b.p + 3, b.n - 3), &grant, NULL));
	grant.wh = 0;
	EXPECT_EQ(-EBADMSG, wt_grant_encode(&grant, &b, NULL));
	wt_buf_free(&b);
}

TEST_HARNESS_MAIN
