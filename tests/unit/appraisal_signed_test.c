// SPDX-License-Identifier: Apache-2.0
/* Manipulations of what is signed and by whom: envelopes, certificates, registration. */
#include "tests/unit/lib/bent.h"

#include <endian.h>
#include <unistd.h>

#define DAY 86400

/* --- signature -------------------------------------------------------------------------------- */

static void flip(struct wt_buf *object, size_t from_end)
{
	object->p[object->n - from_end] ^= 1;
}

BENT(signature_flipped, SIGNATURE, "signature-bad", 0)
{
	rig_minutes(rig, 3);
	flip(&rig->atts[2], 5);
}

BENT(record_flipped, SIGNATURE, "signature-bad", ALSO(CHAIN))
{
	rig_minutes(rig, 3);
	flip(&rig->atts[2], 300);
}

BENT(record_flipped_shows_in_the_chain, CHAIN, "chain-broken", ALSO(SIGNATURE))
{
	rig_minutes(rig, 3);
	flip(&rig->atts[2], 300);
}

BENT(refused_one_leaves_a_gap, SEQUENCE, "sequence-gap", ALSO(SIGNATURE) | ALSO(CHAIN))
{
	rig_minutes(rig, 3);
	flip(&rig->atts[1], 5);
}

BENT(bytes_behind, SIGNATURE, "malformed", 0)
{
	rig_minutes(rig, 2);
	wt_buf_append(&rig->atts[1], "", 1);
}

BENT(cut_short, SIGNATURE, "malformed", 0)
{
	rig_minutes(rig, 2);
	rig->atts[1].n--;
}

BENT(of_another_type, SIGNATURE, "malformed", 0)
{
	rig_minutes(rig, 2);
	rig_sign(&rig->self, WT_TYP_RESULT, wt_span("\xa0", 1), &rig->atts[1]);
}

BENT(no_attestation_inside, SIGNATURE, "malformed", 0)
{
	rig_minutes(rig, 2);
	rig_sign(&rig->self, WT_TYP_ATTESTATION, wt_span("\xa0", 1), &rig->atts[1]);
}

static const enum wt_duty attests[] = { WT_DUTY_ATTESTATION };

BENT(another_rigs_certificate, SIGNATURE, "certificate-other", 0)
{
	struct rig_identity self = rig->self;

	rig_minutes(rig, 2);
	rig->self = (struct rig_identity){ 0 };
	rig_issue(&rig->registry_ca, "KZ-PVL-0142", attests, 1, false, RIG_T0 - DAY, RIG_T0 + DAY,
		  &rig->self);
	rig_minute(rig);
	rig_identity_free(&rig->self);
	rig->self = self;
}

/*
 * Signs with a key and certificate of its own, and then names the registered certificate in the
 * header.
 */
static void masquerade(struct rig *rig, enum wt_alg alg)
{
	struct rig_identity self = rig->self;
	uint8_t own[WT_SHA256_LEN], registered[WT_SHA256_LEN], *named;

	rig->self = (struct rig_identity){ 0 };
	if (wt_key_generate(alg, &rig->self.key) < 0)
		abort();
	rig_issue(&rig->registry_ca, "KZ-PVL-0142", attests, 1, false, RIG_T0 - DAY, RIG_T0 + DAY,
		  &rig->self);
	rig_minute(rig);
	wt_cert_x5t(rig->self.cert, own);
	wt_cert_x5t(self.cert, registered);
	named = memmem(rig->atts[rig->n_atts - 1].p, rig->atts[rig->n_atts - 1].n, own,
		       sizeof(own));
	if (!named)
		abort();
	memcpy(named, registered, sizeof(registered));
	rig_identity_free(&rig->self);
	rig->self = self;
}

BENT(another_key_under_its_certificate, SIGNATURE, "signature-bad", 0)
{
	rig_minutes(rig, 2);
	masquerade(rig, WT_ALG_ES256);
}

BENT(another_algorithm, SIGNATURE, "algorithm", 0)
{
	rig_minutes(rig, 2);
	masquerade(rig, WT_ALG_EDDSA);
}

/* --- signer ----------------------------------------------------------------------------------- */

/* The rig gets a certificate for its key by somebody else, and is registered with it. */
static void certify(struct rig *rig, struct rig_identity *issuer, enum wt_duty duty, int64_t from,
		    int64_t until)
{
	wt_cert_freep(&rig->self.cert);
	rig_issue(issuer, "KZ-PVL-0142", &duty, 1, false, from, until, &rig->self);
	rig->reg.rig_cert = wt_cert_der(rig->self.cert);
	rig_register(rig);
}

BENT(rig_certified_by_a_stranger, SIGNER, "path-refused", 0)
{
	struct rig_identity stranger = { 0 };

	rig_issue(NULL, "Registry CA", attests, 1, true, RIG_T0 - DAY, RIG_T0 + DAY, &stranger);
	certify(rig, &stranger, WT_DUTY_ATTESTATION, RIG_T0 - DAY, RIG_T0 + DAY);
	rig_minute(rig);
	rig_identity_free(&stranger);
}

BENT(rig_certified_for_something_else, SIGNER, "wrong-duty", 0)
{
	certify(rig, &rig->registry_ca, WT_DUTY_REGISTRATION, RIG_T0 - DAY, RIG_T0 + DAY);
	rig_minute(rig);
}

BENT(rig_certificate_expired, SIGNER, "path-refused", ALSO(REGISTRATION))
{
	certify(rig, &rig->registry_ca, WT_DUTY_ATTESTATION, RIG_T0 - DAY, RIG_T0 + 90);
	rig_minutes(rig, 2);
}

BENT(rig_certificate_expires_within_a_day, SIGNER, "ok", 0)
{
	certify(rig, &rig->registry_ca, WT_DUTY_ATTESTATION, RIG_T0 - DAY, RIG_T0 + 150);
	rig_minutes(rig, 2);
}

static void clock_unknown(struct rig *rig, struct wt_attestation *att)
{
	(void)rig;
	att->clock = WT_CLOCK_UNKNOWN;
	att->clock_bound_us = 0;
	att->iat = 1000;
}

BENT(clock_that_claims_nothing, SIGNER, "ok", ALSO(TIME))
{
	rig->edit_attestation = clock_unknown;
	rig_minute(rig);
}

BENT(registration_by_the_platform, SIGNER, "wrong-duty", ALSO(REGISTRATION))
{
	struct rig_identity registry = rig->registry;

	rig->registry = rig->energy;
	rig_register(rig);
	rig->registry = registry;
	rig_minute(rig);
}

BENT(registrar_began_after_the_end, SIGNER, "signed-afterwards", ALSO(REGISTRATION))
{
	rig_identity_free(&rig->registry);
	rig_issue(&rig->registry_ca, "Registry", (const enum wt_duty[]){ WT_DUTY_REGISTRATION }, 1,
		  false, rig->reg.not_after, rig->reg.not_after + DAY, &rig->registry);
	rig_register(rig);
	rig_minute(rig);
}

BENT(without_chain_and_registration, SIGNER, "certificate-missing", ALSO(REGISTRATION))
{
	rig_minute(rig);
	how->no_registration = true;
}

/* --- revocation ------------------------------------------------------------------------------- */

BENT(no_list, REVOCATION, "revocation-unknown", 0)
{
	char file[128];

	snprintf(file, sizeof(file), "%s/registry-crl.pem", rig->dir);
	unlink(file);
	wt_trust_freep(&rig->trust);
	if (wt_trust_load(rig->dir, &rig->trust, NULL) < 0)
		abort();
	rig_minute(rig);
}

BENT(old_list, REVOCATION, "revocation-stale", 0)
{
	rig_minute(rig);
	how->now = RIG_T0 + 40 * DAY;
}

/* --- registration ----------------------------------------------------------------------------- */

BENT(registration_forged, REGISTRATION, "registration-refused", 0)
{
	rig->with_chain = true;
	flip(&rig->registration, 3);
	rig_minute(rig);
}

BENT(registration_of_another_type, REGISTRATION, "registration-refused", 0)
{
	rig->with_chain = true;
	rig_sign(&rig->registry, WT_TYP_GRANT, wt_span("\xa0", 1), &rig->registration);
	rig_minute(rig);
}

BENT(registration_of_another_key, REGISTRATION, "registration-key", ALSO(SIGNATURE))
{
	rig->with_chain = true;
	rig->reg.ueid[3] ^= 1;
	rig_register(rig);
	rig_minute(rig);
}

static void other_ueid(struct rig *rig, struct wt_attestation *att)
{
	(void)rig;
	att->ueid[3] ^= 1;
}

BENT(says_it_is_another_rig, REGISTRATION, "rig-other", 0)
{
	rig_minute(rig);
	rig->edit_attestation = other_ueid;
	rig_minute(rig);
}

BENT(registration_ended, REGISTRATION, "registration-not-valid", 0)
{
	rig->reg.not_after = RIG_T0 + 90;
	rig_register(rig);
	rig_minutes(rig, 2);
}

BENT(registration_begins_later, REGISTRATION, "registration-not-valid", 0)
{
	rig->reg.not_before = RIG_T0 + 90;
	rig_register(rig);
	rig_minutes(rig, 2);
}

BENT(no_registration, REGISTRATION, "registration-missing", 0)
{
	rig->with_chain = true;
	rig_minutes(rig, 2);
	how->no_registration = true;
}

static void other_registration(struct rig *rig, struct wt_attestation *att)
{
	memset(att->registration, rig->att_seq == 1 ? 0 : 9, sizeof(att->registration));
}

BENT(rig_knows_no_registration, REGISTRATION, "registration-other", 0)
{
	rig->edit_attestation = other_registration;
	rig_minute(rig);
}

BENT(rig_knows_another_registration, REGISTRATION, "registration-other", 0)
{
	rig_minute(rig);
	rig->edit_attestation = other_registration;
	rig_minute(rig);
}

BENT(registration_ends_soon, REGISTRATION, "registration-ending", 0)
{
	rig->reg.not_after = RIG_T0 + 7 * DAY;
	rig_register(rig);
	rig_minute(rig);
}

BENT(registration_ends_in_a_month, REGISTRATION, "ok", 0)
{
	rig->reg.not_after = RIG_T0 + 8 * DAY;
	rig_register(rig);
	rig_minute(rig);
}

BENT_TESTS

TEST_HARNESS_MAIN
