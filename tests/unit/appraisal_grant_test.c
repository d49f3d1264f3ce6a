// SPDX-License-Identifier: Apache-2.0
/* Manipulations of nonces and of grants. */
#include "tests/unit/lib/bent.h"

#define DAY 86400

static void flip(struct wt_buf *object, size_t from_end)
{
	object->p[object->n - from_end] ^= 1;
}

/* --- freshness -------------------------------------------------------------------------------- */

static const uint8_t asked[16] = "0123456789abcdef", other[16] = "fedcba9876543210";
#define NONCE(n) wt_span(n, sizeof(n))

BENT(nonce_answered, FRESHNESS, "ok", 0)
{
	rig_minute(rig);
	rig_window(rig, 2, NONCE(asked));
	rig_attest(rig, NONCE(asked));
	how->nonce = NONCE(asked);
}

BENT(nonce_not_answered, FRESHNESS, "nonce-missing", 0)
{
	rig_minutes(rig, 2);
	how->nonce = NONCE(asked);
}

/* Windows go on closing until somebody exports. */
BENT(nonce_answered_before_the_newest, FRESHNESS, "ok", 0)
{
	rig_window(rig, 2, NONCE(asked));
	rig_attest(rig, NONCE(asked));
	rig_minute(rig);
	how->nonce = NONCE(asked);
}

BENT(nonce_answered_in_time_and_another_later, FRESHNESS, "ok", 0)
{
	rig_window(rig, 2, NONCE(asked));
	rig_attest(rig, NONCE(asked));
	rig_window(rig, 2, NONCE(other));
	rig_attest(rig, NONCE(other));
	how->nonce = NONCE(asked);
}

/* What the kernel saw is not taken back by what the agent claims later. */
BENT(nonce_answered_and_claimed_again, FRESHNESS, "ok", 0)
{
	rig_window(rig, 2, NONCE(asked));
	rig_attest(rig, NONCE(asked));
	rig_window(rig, 60, NO_NONCE);
	rig_attest(rig, NONCE(asked));
	how->nonce = NONCE(asked);
}

/* The answer's time counts, not that of what came after it. */
BENT(nonce_answered_long_ago, FRESHNESS, "answered-late", 0)
{
	rig_window(rig, 2, NONCE(asked));
	rig_attest(rig, NONCE(asked));
	rig_minutes(rig, 10);
	how->nonce = NONCE(asked);
}

BENT(nonce_of_somebody_else, FRESHNESS, "nonce-other", 0)
{
	rig_window(rig, 2, NONCE(other));
	rig_attest(rig, NONCE(other));
	how->nonce = NONCE(asked);
}

BENT(nonce_longer_than_asked, FRESHNESS, "nonce-other", 0)
{
	rig_window(rig, 2, NONCE(asked));
	rig_attest(rig, NONCE(asked));
	how->nonce = wt_span(asked, 8);
}

BENT(nonce_the_kernel_never_saw, FRESHNESS, "nonce-not-in-log", 0)
{
	rig_window(rig, 60, NO_NONCE);
	rig_attest(rig, NONCE(asked));
	how->nonce = NONCE(asked);
}

BENT(nonce_the_kernel_saw_before, FRESHNESS, "nonce-not-in-log", 0)
{
	rig_window(rig, 60, NONCE(asked));
	rig_window(rig, 60, NO_NONCE);
	rig_attest(rig, NONCE(asked));
	how->nonce = NONCE(asked);
}

/* --- grants ----------------------------------------------------------------------------------- */

BENT(grant_by_the_registry, GRANTS, "grant-refused", ALSO(SIGNER))
{
	struct wt_grant grant = rig_grant_of(rig, 1000, 0, 3600);

	rig_grant_sign(rig, &grant, &rig->registry);
	rig_minute(rig);
}

BENT(grant_by_the_rig, GRANTS, "grant-refused", ALSO(SIGNER))
{
	struct wt_grant grant = rig_grant_of(rig, 1000, 0, 3600);

	rig_grant_sign(rig, &grant, &rig->self);
	rig_minute(rig);
}

BENT(grant_forged, GRANTS, "grant-refused", 0)
{
	flip(&rig->grants[rig_grant(rig, 1000, 0, 3600)], 3);
	rig_minute(rig);
}

BENT(grant_bought_after_the_hour, GRANTS, "grant-refused", ALSO(SIGNER))
{
	struct rig_identity late = { 0 };
	struct wt_grant grant = rig_grant_of(rig, 1000, 0, 3600);

	rig_issue(&rig->energy_ca, "Energy", (const enum wt_duty[]){ WT_DUTY_GRANT }, 1, false,
		  RIG_T0 + 3600, RIG_T0 + DAY, &late);
	rig_grant_sign(rig, &grant, &late);
	rig_minute(rig);
	rig_identity_free(&late);
}

BENT(refused_grant_buys_nothing, ENERGY, "energy-exceeded", ALSO(GRANTS))
{
	rig->n_grants = 0;
	flip(&rig->grants[rig_grant(rig, 1000, 0, 3600)], 3);
	rig_minute(rig);
}

BENT(two_grants_with_one_id, GRANTS, "grant-conflict", 0)
{
	struct wt_grant grant = rig_grant_of(rig, 1000, 0, 3600);

	memset(grant.id, 0x40, sizeof(grant.id)); /* that of the first */
	rig_grant_sign(rig, &grant, &rig->energy);
	rig_minute(rig);
}

BENT(same_grant_twice, GRANTS, "ok", 0)
{
	wt_buf_append(&rig->grants[1], rig->grants[0].p, rig->grants[0].n);
	rig->named[1] = rig->named[0];
	rig->n_grants = 2;
	rig_minute(rig);
}

BENT(rig_names_other_content, GRANTS, "grant-conflict", 0)
{
	rig->named[0].digest[0] ^= 1;
	rig_minute(rig);
}

BENT(rig_names_what_was_not_given, GRANTS, "grant-missing", ALSO(ENERGY))
{
	rig_minute(rig);
	how->no_grants = true;
}

BENT(grant_to_another_licence, GRANTS, "grant-other-licence", 0)
{
	struct wt_grant grant = rig_grant_of(rig, 1000, 0, 3600);

	strcpy(grant.licence, "DMI-84-0099");
	rig_grant_sign(rig, &grant, &rig->energy);
	rig_minute(rig);
}

BENT(grant_in_another_zone, GRANTS, "grant-other-licence", 0)
{
	struct wt_grant grant = rig_grant_of(rig, 1000, 0, 3600);

	strcpy(grant.zone, "south");
	rig_grant_sign(rig, &grant, &rig->energy);
	rig_minute(rig);
}

BENT(grant_to_another_rig, GRANTS, "ok", 0)
{
	struct wt_grant grant = rig_grant_of(rig, 1000, 0, 3600);

	grant.spender[4] ^= 1;
	rig_grant_sign(rig, &grant, &rig->energy);
	rig->n_grants--; /* the rig does not name it; the folder holds it */
	rig_minute(rig);
	rig->n_grants++;
}

BENT(other_rigs_grant_buys_nothing, ENERGY, "energy-exceeded", ALSO(GRANTS))
{
	struct wt_grant grant;

	rig->n_grants = 0;
	grant = rig_grant_of(rig, 1000, 0, 3600);
	grant.spender[4] ^= 1;
	rig_grant_sign(rig, &grant, &rig->energy);
	rig_minute(rig);
}

BENT(state_spent_what_is_not_given, GRANTS, "grant-missing", ALSO(ENERGY))
{
	static struct wt_buf state;
	struct rig_judging before = { .ret_state = &state };
	struct wt_verdict v;

	rig_minute(rig);
	v = rig_judge(rig, &before);
	wt_verdict_clear(&v);
	rig->n_grants = 0;
	rig_minute(rig);
	how->state = wt_buf_span(&state);
	how->first = 1;
}

BENT_TESTS

TEST_HARNESS_MAIN
