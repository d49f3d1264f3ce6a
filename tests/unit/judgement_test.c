// SPDX-License-Identifier: Apache-2.0
/* The verdict in the store comes back as it was, and damage is noticed. */
#include <stdlib.h>
#include <string.h>

#include "kselftest_harness.h"

#include "agent/judgement.h"

/* Every byte of the plain members is set, so a member that the table forgets comes back different. */
static void fill(struct wt_judgement *j)
{
	struct wt_verdict *v = &j->verdict;

	memset(j, 0, sizeof(*j));
	j->at = 1763760000;
	v->tier = WT_CONTRAINDICATED;
	v->allocation = WT_EXCEEDED;
	v->assurance = 2;
	strcpy(v->assurance_missing, "measured boot");
	strcpy(v->rig, "KZ-PVL-0142");
	memset(v->ueid, 0x5a, sizeof(v->ueid));
	strcpy(v->licence, "DMI-84-0031");
	v->registered_until = -5;
	v->attestations = 1;
	v->first_seq = 2;
	v->last_seq = 3;
	v->records = 4;
	v->windows = 5;
	v->pruned = 6;
	v->from_ns = UINT64_MAX;
	v->to_ns = 8;
	v->measured_uj = 9;
	v->substituted_uj = 10;
	v->chargeable = (struct wt_energy){ 11, 12, 13 };
	v->bought_uj = 14;
	v->left_uj = 15;
	v->devices_registered = 16;
	v->devices_present = 17;
	v->devices_unknown = UINT32_MAX;
	strcpy(v->signer, "ES256");
	for (int i = 0; i < WT_CHECKS; i++) {
		v->checks[i].tier = WT_WARNING;
		strcpy(v->checks[i].code, "code");
		memset(v->checks[i].reason, 'r', sizeof(v->checks[i].reason) - 2);
		strcpy(v->checks[i].reason + sizeof(v->checks[i].reason) - 3,
		       "\xc3"); /* cut inside a character */
		v->checks[i].findings = (uint32_t)i;
	}
	v->n_sources = 2;
	v->sources = calloc(2, sizeof(*v->sources));
	v->n_devices = 1;
	v->devices = calloc(1, sizeof(*v->devices));
	if (!v->sources || !v->devices)
		abort();
	strcpy(v->sources[1].name, "dps800/1-0058 power1_input (pin)");
	v->sources[1].role = WT_ROLE_CHECK;
	v->sources[1].energy_uj = 1;
	v->sources[1].unmeasured_ns = 2;
	v->sources[1].last_uw = 3;
	v->sources[1].mean_uw = 4;
	v->sources[1].missed = 5;
	v->sources[1].refused = 6;
	v->sources[1].present = true;
	strcpy(v->devices[0].name, "USB 10c4:ea60 serial GS-10015197");
	v->devices[0].registered = true;
	v->devices[0].worked = true;
	v->devices[0].bytes_in = 7;
	v->devices[0].bytes_out = 8;
}

TEST(round_trip)
{
	struct wt_judgement sent, got;
	struct wt_buf b = {};
	struct wt_err err;

	fill(&sent);
	wt_judgement_put(&b, &sent);
	ASSERT_EQ(0, wt_judgement_read(wt_buf_span(&b), &got, &err))
	{
		TH_LOG("%s", err.msg);
	}
	EXPECT_EQ(sent.at, got.at);
	ASSERT_EQ(2, got.verdict.n_sources);
	ASSERT_EQ(1, got.verdict.n_devices);
	EXPECT_EQ(0, memcmp(sent.verdict.sources, got.verdict.sources,
			    2 * sizeof(*sent.verdict.sources)));
	EXPECT_EQ(0,
		  memcmp(sent.verdict.devices, got.verdict.devices, sizeof(*sent.verdict.devices)));
	free(sent.verdict.sources);
	free(sent.verdict.devices);
	sent.verdict.sources = got.verdict.sources;
	sent.verdict.devices = got.verdict.devices;
	EXPECT_EQ(0, memcmp(&sent.verdict, &got.verdict, sizeof(got.verdict)));
	wt_judgement_clear(&got);
	wt_buf_free(&b);
}

TEST(damage)
{
	struct wt_judgement sent, got;
	struct wt_buf b = {};
	struct wt_err err;

	fill(&sent);
	wt_judgement_put(&b, &sent);
	for (size_t n = 0; n < b.n; n++)
		EXPECT_GT(0, wt_judgement_read(wt_span(b.p, n), &got, &err));
	b.p[2] = 1; /* the version, after an array head of two bytes */
	EXPECT_EQ(-EPROTO, wt_judgement_read(wt_buf_span(&b), &got, &err));
	wt_judgement_clear(&sent);
	wt_buf_free(&b);
}

TEST_HARNESS_MAIN
