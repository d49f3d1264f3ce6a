// SPDX-License-Identifier: Apache-2.0
/* A path that was found good is not looked for again; one that differs in anything that it depends on is. */
#include "kselftest_harness.h"

#include "lib/crypto/crypto.h"
#include "tests/unit/scratch.h"

#define NOW 1767225600 /* 2026-01-01 */
#define DAY 86400

FIXTURE(kept)
{
	struct scratch scratch;
	struct wt_key *root_key, *region_key, *key;
	struct wt_cert *root, *region, *leaf, *other; /* leaf: of the region; other: of the root */
	struct wt_trust *trust;
	struct wt_path_result result;
};

static struct wt_cert *issue(const char *name, bool ca, struct wt_key *key, struct wt_cert *issuer,
			     struct wt_key *issuer_key)
{
	const struct wt_cert_spec spec = {
		.common_name = name,
		.duties = { WT_DUTY_REGISTRATION },
		.n_duties = 1,
		.ca = ca,
		.not_before = NOW - DAY,
		.not_after = NOW + 100 * DAY,
	};
	struct wt_cert *cert = NULL;

	return wt_cert_issue(&spec, key, issuer, issuer_key, &cert, NULL) < 0 ? NULL : cert;
}

FIXTURE_SETUP(kept)
{
	scratch_make(&self->scratch);
	ASSERT_EQ(0, wt_key_generate(WT_ALG_ES256, &self->root_key));
	ASSERT_EQ(0, wt_key_generate(WT_ALG_ES256, &self->region_key));
	ASSERT_EQ(0, wt_key_generate(WT_ALG_ES256, &self->key));
	self->root = issue("Registry CA", true, self->root_key, NULL, self->root_key);
	self->region = issue("Region", true, self->region_key, self->root, self->root_key);
	self->leaf = issue("Registry", false, self->key, self->region, self->region_key);
	self->other = issue("Other", false, self->key, self->root, self->root_key);
	ASSERT_TRUE(self->root && self->region && self->leaf && self->other);
	ASSERT_EQ(0, wt_cert_save(self->root, scratch_path(&self->scratch, "ca.pem"), NULL));
	ASSERT_EQ(0, wt_trust_load(self->scratch.dir, &self->trust, NULL));
}

FIXTURE_TEARDOWN(kept)
{
	wt_trust_free(self->trust);
	wt_cert_free(self->other);
	wt_cert_free(self->leaf);
	wt_cert_free(self->region);
	wt_cert_free(self->root);
	wt_key_free(self->key);
	wt_key_free(self->region_key);
	wt_key_free(self->root_key);
	scratch_remove(&self->scratch);
}

TEST_F(kept, asked_again)
{
	struct wt_cert *extra[] = { self->region, NULL };
	struct wt_path_result again;

	memset(&self->result, 0, sizeof(self->result));
	memset(&again, 0x55, sizeof(again));
	ASSERT_EQ(0, wt_trust_check(self->trust, self->leaf, extra, WT_DUTY_REGISTRATION, NOW,
				    &self->result, NULL));
	ASSERT_EQ(0, wt_trust_check(self->trust, self->leaf, extra, WT_DUTY_REGISTRATION, NOW,
				    &again, NULL));
	EXPECT_STREQ("Registry CA", again.anchor);
	EXPECT_EQ(self->result.revocation_at, again.revocation_at);
	EXPECT_EQ(self->result.revocation_stale, again.revocation_stale);
}

TEST_F(kept, what_it_depends_on)
{
	struct wt_cert *extra[] = { self->region, NULL }, *wrong[] = { self->other, NULL };

	ASSERT_EQ(0, wt_trust_check(self->trust, self->leaf, extra, WT_DUTY_REGISTRATION, NOW,
				    &self->result, NULL));
	EXPECT_EQ(-EPERM, wt_trust_check(self->trust, self->leaf, extra, WT_DUTY_GRANT, NOW,
					 &self->result, NULL));
	EXPECT_EQ(-EKEYREJECTED,
		  wt_trust_check(self->trust, self->leaf, extra, WT_DUTY_REGISTRATION,
				 NOW + 101 * DAY, &self->result, NULL));
	EXPECT_EQ(-EKEYREJECTED, wt_trust_check(self->trust, self->leaf, NULL, WT_DUTY_REGISTRATION,
						NOW, &self->result, NULL));
	EXPECT_EQ(-EKEYREJECTED, wt_trust_check(self->trust, self->leaf, wrong,
						WT_DUTY_REGISTRATION, NOW, &self->result, NULL));
	EXPECT_EQ(-EPERM, wt_trust_check(self->trust, self->region, extra, WT_DUTY_REGISTRATION,
					 NOW, &self->result, NULL));
}

TEST_F(kept, refusals_are_not)
{
	struct wt_cert *extra[] = { self->region, NULL };
	struct wt_err err = { "" };

	for (int i = 0; i < 2; i++) {
		err.msg[0] = '\0';
		EXPECT_EQ(-EKEYREJECTED,
			  wt_trust_check(self->trust, self->leaf, NULL, WT_DUTY_REGISTRATION, NOW,
					 &self->result, &err));
		EXPECT_NE('\0', err.msg[0]);
	}
	EXPECT_EQ(0, wt_trust_check(self->trust, self->leaf, extra, WT_DUTY_REGISTRATION, NOW,
				    &self->result, NULL));
}

/* As another process would see it: the folder read anew, with somebody revoked in it. */
TEST_F(kept, only_under_its_anchors)
{
	struct wt_cert *extra[] = { self->region, NULL };
	struct wt_buf crl = { 0 };
	struct wt_span serial;
	uint8_t bytes[20];

	ASSERT_EQ(0, wt_trust_check(self->trust, self->leaf, extra, WT_DUTY_REGISTRATION, NOW,
				    &self->result, NULL));
	serial = wt_span(bytes, (size_t)wt_cert_serial(self->region, bytes));
	ASSERT_EQ(0, wt_crl_make(self->root, self->root_key, &serial, 1, NOW, 30, &crl, NULL));
	scratch_write(&self->scratch, "crl.pem", wt_buf_span(&crl), 0644);
	wt_buf_free(&crl);
	wt_trust_free(self->trust);
	ASSERT_EQ(0, wt_trust_load(self->scratch.dir, &self->trust, NULL));
	EXPECT_EQ(-EKEYREJECTED, wt_trust_check(self->trust, self->leaf, extra,
						WT_DUTY_REGISTRATION, NOW, &self->result, NULL));
}

TEST_HARNESS_MAIN
