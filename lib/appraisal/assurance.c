// SPDX-License-Identifier: Apache-2.0
#include "lib/appraisal/private.h"

#include "lib/appraisal/assurance.h"
#include "lib/appraisal/keyed.h"
#include "lib/appraisal/software.h"
#include "lib/appraisal/witness.h"

#include <stdio.h>

void wt_assurance_load(struct wt_appraisal *a, const struct wattest_load *load)
{
	a->h.host = (struct host){ .known = true,
				   .lockdown = load->lockdown,
				   .secure_boot = load->secure_boot,
				   .sig_enforced = load->sig_enforced == 1 };
}

/* Each returns what is missing for its level, or NULL. */

static const char *missing_identity(const struct wt_appraisal *a)
{
	const struct witness *w = a->h.witness;
	const struct witness_tally *t = &a->run.witness;

	if (!w || !a->reg.tpm.ak.p)
		return "TPM identity";
	if (t->outside)
		return "TPM identity: the key is in a file";
	if (t->without)
		return "TPM identity: an attestation has no quote";
	if (a->run.keyed.unkeyed > 0)
		return "kernel-keyed windows: not all are keyed";
	if (a->found.checks[WT_CHECK_WITNESS].tier == WT_CONTRAINDICATED)
		return "TPM identity: the witness contradicts the log";
	if (t->lost)
		return "TPM witness: steps are not in the PCR";
	if (!wt_witness_agrees(a))
		return "TPM witness: no quote agrees with the log";
	if (!wt_keyed_verified(a))
		return "kernel-keyed windows: none was verified";
	return NULL;
}

static const char *missing_boot(const struct wt_appraisal *a)
{
	const struct host *host = &a->h.host;

	if (a->reg.tpm.n_boot == 0)
		return "measured boot: the registration has no boot state";
	if (!wt_boot_registered(a))
		return "measured boot: the boot state is not the registered one";
	if (!wt_boot_has(a, 9) && !wt_boot_has(a, 11))
		return "measured boot: neither PCR 9 nor 11, of the initramfs, is registered";
	if (a->h.witness->past_firmware)
		return "measured boot: this kernel was booted past the firmware";
	if (!host->known)
		return "measured boot: the log was not read from its beginning";
	if (host->secure_boot != 1)
		return "measured boot: secure boot is not on";
	if (host->lockdown == 0 || host->lockdown == WATTEST_LOCKDOWN_UNKNOWN)
		return "measured boot: the kernel is not locked down";
	if (!host->sig_enforced)
		return "measured boot: module signatures are not enforced";
	return wt_software_missing(a);
}

void wt_assurance_conclude(const struct wt_appraisal *a, struct wt_verdict *v)
{
	const char *missing = missing_identity(a);

	v->assurance = 0;
	if (!missing) {
		v->assurance = 1;
		missing = missing_boot(a);
	}
	if (!missing) {
		v->assurance = 2;
		missing = "verified work"; /* no evidence carries any yet */
	}
	snprintf(v->assurance_missing, sizeof(v->assurance_missing), "%s", missing);
}
