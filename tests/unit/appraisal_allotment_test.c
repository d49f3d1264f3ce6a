// SPDX-License-Identifier: Apache-2.0
/* Manipulations of allotments. Every rig has a grant of its own that is enough. */
#include "tests/unit/lib/bent.h"

#define DAY 86400

BENT(share_is_accepted, GRANTS, "ok", 0)
{
	rig_allot(rig, rig_site_grant(rig, 1000, 0, 3600), 500);
	rig_minute(rig);
}

BENT(share_alone_is_enough, ENERGY, "ok", 0)
{
	rig->n_grants = 0;
	rig_allot(rig, rig_site_grant(rig, 1000, 0, 3600), 10);
	rig_minutes(rig, 2);
}

BENT(share_is_all_there_is, ENERGY, "energy-exceeded", 0)
{
	rig->n_grants = 0;
	rig_allot(rig, rig_site_grant(rig, 1000, 0, 3600), 1);
	rig_minutes(rig, 2);
}

BENT(site_grant_alone_buys_nothing, ENERGY, "energy-exceeded", ALSO(GRANTS))
{
	rig->n_grants = 0;
	rig_site_grant(rig, 1000, 0, 3600);
	rig_minute(rig);
}

BENT(share_given_twice, GRANTS, "ok", 0)
{
	rig_allot(rig, rig_site_grant(rig, 1000, 0, 3600), 600);
	wt_buf_append(&rig->allotments[1], rig->allotments[0].p, rig->allotments[0].n);
	rig->shares[1] = rig->shares[0];
	rig->n_allotments = 2;
	rig_minute(rig);
}

BENT(two_shares_of_one_grant, GRANTS, "ok", 0)
{
	size_t grant = rig_site_grant(rig, 1000, 0, 3600);

	rig_allot(rig, grant, 600);
	rig_allot(rig, grant, 400);
	rig_minute(rig);
}

BENT(two_shares_beyond_the_grant, GRANTS, "allotment-beyond-grant", 0)
{
	size_t grant = rig_site_grant(rig, 1000, 0, 3600);

	rig_allot(rig, grant, 600);
	rig_allot(rig, grant, 401);
	rig_minute(rig);
}

BENT(share_above_the_grant, GRANTS, "allotment-beyond-grant", 0)
{
	rig_allot(rig, rig_site_grant(rig, 1000, 0, 3600), 1001);
	rig_minute(rig);
}

BENT(share_begins_before_the_grant, GRANTS, "allotment-beyond-grant", 0)
{
	struct wt_allotment share =
		rig_allotment_of(rig, rig_site_grant(rig, 1000, 0, 3600), 500);

	share.not_before--;
	rig_allot_sign(rig, &share, &rig->site);
	rig_minute(rig);
}

BENT(share_ends_after_the_grant, GRANTS, "allotment-beyond-grant", 0)
{
	struct wt_allotment share =
		rig_allotment_of(rig, rig_site_grant(rig, 1000, 0, 3600), 500);

	share.not_after++;
	rig_allot_sign(rig, &share, &rig->site);
	rig_minute(rig);
}

BENT(share_within_the_grants_window, GRANTS, "ok", 0)
{
	struct wt_allotment share =
		rig_allotment_of(rig, rig_site_grant(rig, 1000, 0, 3600), 500);

	share.not_before += 60;
	share.not_after -= 60;
	rig_allot_sign(rig, &share, &rig->site);
	rig_minute(rig);
}

BENT(share_of_another_content, GRANTS, "allotment-other-grant", 0)
{
	struct wt_allotment share =
		rig_allotment_of(rig, rig_site_grant(rig, 1000, 0, 3600), 500);

	share.grant_digest[0] ^= 1;
	rig_allot_sign(rig, &share, &rig->site);
	rig_minute(rig);
}

BENT(share_of_a_grant_not_given, GRANTS, "allotment-without-grant", 0)
{
	struct wt_allotment share =
		rig_allotment_of(rig, rig_site_grant(rig, 1000, 0, 3600), 500);

	share.grant_id[0] ^= 1;
	rig_allot_sign(rig, &share, &rig->site);
	rig_minute(rig);
}

BENT(share_of_a_grant_to_the_rig, GRANTS, "allotment-without-grant", 0)
{
	rig_allot(rig, 0, 500);
	rig_minute(rig);
}

BENT(share_to_another_rig, GRANTS, "ok", 0)
{
	struct wt_allotment share =
		rig_allotment_of(rig, rig_site_grant(rig, 1000, 0, 3600), 500);
	size_t i;

	share.ueid[4] ^= 1;
	i = rig_allot_sign(rig, &share, &rig->site);
	rig->shares[i] = rig->named[0];
	rig_minute(rig);
}

BENT(another_rigs_share_buys_nothing, ENERGY, "energy-exceeded", ALSO(GRANTS))
{
	struct wt_allotment share;

	rig->n_grants = 0;
	share = rig_allotment_of(rig, rig_site_grant(rig, 1000, 0, 3600), 500);
	share.ueid[4] ^= 1;
	rig_allot_sign(rig, &share, &rig->site);
	rig_minute(rig);
}

BENT(share_by_another_site, GRANTS, "allotment-other-site", 0)
{
	struct rig_identity other = { 0 };
	struct wt_allotment share =
		rig_allotment_of(rig, rig_site_grant(rig, 1000, 0, 3600), 500);

	rig_issue(&rig->energy_ca, "Pavlodar 4", (const enum wt_duty[]){ WT_DUTY_ALLOTMENT }, 1,
		  false, RIG_T0 - DAY, RIG_T0 + DAY, &other);
	rig_allot_sign(rig, &share, &other);
	rig_minute(rig);
	rig_identity_free(&other);
}

BENT(share_by_the_platform, GRANTS, "allotment-refused", ALSO(SIGNER))
{
	struct wt_allotment share =
		rig_allotment_of(rig, rig_site_grant(rig, 1000, 0, 3600), 500);

	rig_allot_sign(rig, &share, &rig->energy);
	rig_minute(rig);
}

BENT(share_by_the_rig, GRANTS, "allotment-refused", ALSO(SIGNER))
{
	struct wt_allotment share =
		rig_allotment_of(rig, rig_site_grant(rig, 1000, 0, 3600), 500);

	rig_allot_sign(rig, &share, &rig->self);
	rig_minute(rig);
}

BENT(share_forged, GRANTS, "allotment-refused", 0)
{
	struct wt_buf *share =
		&rig->allotments[rig_allot(rig, rig_site_grant(rig, 1000, 0, 3600), 500)];

	share->p[share->n - 3] ^= 1;
	rig_minute(rig);
}

BENT(site_grant_to_another_licence, GRANTS, "grant-other-licence", 0)
{
	struct wt_grant grant = rig_grant_of(rig, 1000, 0, 3600);

	grant.to_site = true;
	memset(grant.spender, 0, sizeof(grant.spender));
	wt_cert_x5t(rig->site.cert, grant.site_key);
	strcpy(grant.licence, "DMI-84-0099");
	rig_allot(rig, rig_grant_sign(rig, &grant, &rig->energy), 500);
	rig_minute(rig);
}

BENT(site_grant_by_the_site, GRANTS, "grant-refused", ALSO(SIGNER))
{
	struct wt_grant grant = rig_grant_of(rig, 1000, 0, 3600);

	grant.to_site = true;
	memset(grant.spender, 0, sizeof(grant.spender));
	wt_cert_x5t(rig->site.cert, grant.site_key);
	rig_allot(rig, rig_grant_sign(rig, &grant, &rig->site), 500);
	rig_minute(rig);
}

BENT_SAYS(two_site_grants_with_one_id, GRANTS, "grant-conflict",
	  "grants/2.cose: there are two different grants with the id *", 0)
{
	struct wt_grant grant;

	rig_site_grant(rig, 1000, 0, 3600);
	grant = rig_grant_of(rig, 999, 0, 3600);
	memset(grant.id, 0x41, sizeof(grant.id));
	grant.to_site = true;
	memset(grant.spender, 0, sizeof(grant.spender));
	wt_cert_x5t(rig->site.cert, grant.site_key);
	rig_grant_sign(rig, &grant, &rig->energy);
	rig_minute(rig);
}

BENT(share_with_a_grants_id, GRANTS, "grant-conflict", 0)
{
	struct wt_allotment share =
		rig_allotment_of(rig, rig_site_grant(rig, 1000, 0, 3600), 500);

	memset(share.id, 0x40, sizeof(share.id));
	rig_allot_sign(rig, &share, &rig->site);
	rig_minute(rig);
}

BENT_TESTS

TEST_HARNESS_MAIN
