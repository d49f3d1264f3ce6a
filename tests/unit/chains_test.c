// SPDX-License-Identifier: Apache-2.0
/* Certificate chains that are kept: the same one is parsed once, and none stands for another. */
#include "lib/appraisal/chains.h"

#include <string.h>

#include "tests/unit/lib/rig.h"
#include "kselftest_harness.h"

FIXTURE(chains)
{
	struct rig rig;
	struct wt_chains chains;
};

FIXTURE_SETUP(chains)
{
	rig_init(&self->rig);
	self->chains = (struct wt_chains){ 0 };
}

FIXTURE_TEARDOWN(chains)
{
	wt_chains_clear(&self->chains);
	rig_free(&self->rig);
}

/* An object's envelope with these certificates. */
static struct wt_cose carrying(const struct wt_cert *cert)
{
	return (struct wt_cose){ .x5chain = { wt_cert_der(cert) }, .n_x5chain = 1 };
}

static int is(const struct wt_chain *chain, const struct wt_cert *cert)
{
	uint8_t a[WT_SHA256_LEN], b[WT_SHA256_LEN];

	if (!chain || !chain->certs[0])
		return 0;
	wt_cert_x5t(chain->certs[0], a);
	wt_cert_x5t(cert, b);
	return memcmp(a, b, sizeof(a)) == 0;
}

TEST_F(chains, parsed_once)
{
	struct wt_cose cose = carrying(self->rig.energy.cert);
	struct wt_chain *first = wt_chain_get(&self->chains, &cose);
	struct wt_chain *again = wt_chain_get(&self->chains, &cose);

	EXPECT_EQ(first, again);
	EXPECT_TRUE(is(first, self->rig.energy.cert));
	wt_chain_put(first);
	wt_chain_put(again);
}

TEST_F(chains, none_for_another)
{
	struct wt_cose energy = carrying(self->rig.energy.cert),
		       registry = carrying(self->rig.registry.cert);
	struct wt_chain *first = wt_chain_get(&self->chains, &energy);
	struct wt_chain *other = wt_chain_get(&self->chains, &registry);

	EXPECT_TRUE(is(first, self->rig.energy.cert));
	EXPECT_TRUE(is(other, self->rig.registry.cert));
	wt_chain_put(first);
	wt_chain_put(other);
}

/* One that is in use outlives its place. */
TEST_F(chains, used_while_driven_out)
{
	const struct wt_cert *certs[] = { self->rig.registry.cert, self->rig.registry_ca.cert,
					  self->rig.energy_ca.cert, self->rig.site.cert,
					  self->rig.self.cert };
	struct wt_cose energy = carrying(self->rig.energy.cert), other;
	struct wt_chain *first = wt_chain_get(&self->chains, &energy), *again;
	size_t i;

	for (i = 0; i < sizeof(certs) / sizeof(certs[0]); i++) {
		other = carrying(certs[i]);
		wt_chain_put(wt_chain_get(&self->chains, &other));
	}
	EXPECT_TRUE(is(first, self->rig.energy.cert));
	again = wt_chain_get(&self->chains, &energy);
	EXPECT_NE(first, again);
	EXPECT_TRUE(is(again, self->rig.energy.cert));
	wt_chain_put(again);
	wt_chain_put(first);
}

TEST_F(chains, what_is_no_certificate)
{
	struct wt_span der = wt_cert_der(self->rig.energy.cert);
	struct wt_cose junk = { .x5chain = { der }, .n_x5chain = 1 }, none = { 0 };
	struct wt_chain *chain;

	junk.x5chain[0].n--;
	chain = wt_chain_get(&self->chains, &junk);
	ASSERT_NE(NULL, chain);
	EXPECT_EQ(NULL, chain->certs[0]);
	wt_chain_put(chain);
	chain = wt_chain_get(&self->chains, &none);
	ASSERT_NE(NULL, chain);
	EXPECT_EQ(NULL, chain->certs[0]);
	wt_chain_put(chain);
}

TEST_HARNESS_MAIN
