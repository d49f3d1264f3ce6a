// SPDX-License-Identifier: Apache-2.0
/* The state that the host booted in, by quotes that agree with the log, against what the registry saw. */
#include "lib/appraisal/private.h"

#include "lib/appraisal/witness.h"

#include <stdio.h>

const char *wt_pcr_meaning(unsigned int pcr)
{
	/* TCG PC Client Platform Firmware Profile, 3.3.4; Linux TPM PCR registry of the UAPI group */
	static const char *const meanings[WT_PCRS] = {
		[0] = "firmware",
		[1] = "settings of the firmware",
		[2] = "firmware of devices",
		[3] = "settings of devices",
		[4] = "boot loader",
		[5] = "partition table and settings of the boot loader",
		[7] = "secure boot's keys",
		[8] = "commands of the boot loader",
		[9] = "files that the boot loader read",
		[10] = "what IMA measured",
		[11] = "kernel image",
		[12] = "kernel command line",
		[13] = "system extensions",
		[14] = "shim's keys",
		[15] = "identity of the system",
	};

	return pcr < WT_PCRS && meanings[pcr] ? meanings[pcr] : "for anybody's use";
}

static bool same(const struct witness *w, const struct wt_pcr *registered)
{
	return memcmp(w->boot[registered->index], registered->value, WT_SHA256_LEN) == 0;
}

bool wt_boot_registered(const struct wt_appraisal *a)
{
	const struct witness *w = a->h.witness;
	size_t i;

	for (i = 0; w && i < a->reg.tpm.n_boot; i++) {
		if (!(w->booted >> a->reg.tpm.boot[i].index & 1) || !same(w, &a->reg.tpm.boot[i]))
			return false;
	}
	return w && a->reg.tpm.n_boot > 0;
}

bool wt_boot_has(const struct wt_appraisal *a, unsigned int pcr)
{
	size_t i;

	for (i = 0; i < a->reg.tpm.n_boot; i++) {
		if (a->reg.tpm.boot[i].index == pcr)
			return true;
	}
	return false;
}

void wt_boot_conclude(const struct wt_appraisal *a, struct wt_findings *f)
{
	const struct witness *w = a->h.witness;
	char list[160] = "", hidden[64] = "";
	const struct wt_pcr *pcr;
	size_t i, n = 0, m = 0;

	if (w && w->past_firmware)
		wt_find(f, WT_BOOT_PAST_FIRMWARE,
			"the TPM was not reset when this kernel was booted: another kernel booted it, and no PCR has measured it");
	if (!w || !w->booted || !a->reg.tpm.n_boot) {
		wt_no_claim(f, WT_CHECK_BOOT, !w || !a->reg.tpm.ak.p ? "no TPM quote"
					      : !w->booted ? "no quote that agrees with the log"
							   : "the registration has no boot state");
		return;
	}
	for (i = 0; i < a->reg.tpm.n_boot; i++) {
		pcr = &a->reg.tpm.boot[i];
		if (!(w->booted >> pcr->index & 1) && m < sizeof(hidden))
			m += (size_t)snprintf(hidden + m, sizeof(hidden) - m, "%s%u",
					      m ? ", " : "", pcr->index);
		else if (w->booted >> pcr->index & 1 && !same(w, pcr) && n < sizeof(list))
			n += (size_t)snprintf(list + n, sizeof(list) - n, "%sPCR %u (%s)",
					      n ? ", " : "", pcr->index,
					      wt_pcr_meaning(pcr->index));
	}
	if (n)
		wt_find(f, WT_BOOT_CHANGED, "not as registered: %s", list);
	if (m)
		wt_find(f, WT_BOOT_NOT_SHOWN, "registered and not quoted: PCR %s", hidden);
	wt_affirm(f, WT_CHECK_BOOT, "%zu PCRs as registered", a->reg.tpm.n_boot);
}
