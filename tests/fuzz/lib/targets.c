// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/targets/targets.h"

#include <string.h>

const struct fuzz_target *const fuzz_targets[] = {
	&fuzz_cbor,
	&fuzz_cose,
	&fuzz_registration,
	&fuzz_grant,
	&fuzz_allotment,
	&fuzz_notice,
	&fuzz_attestation,
	&fuzz_result,
	&fuzz_site_result,
	&fuzz_enrolment_request,
	&fuzz_enrolment_challenge,
	&fuzz_enrolment_answer,
	&fuzz_show,
	&fuzz_record,
	&fuzz_ima,
	&fuzz_netlink,
	&fuzz_control_request,
	&fuzz_control_reply,
	&fuzz_tpm_attest,
	&fuzz_tpm_public,
	&fuzz_tpm_signature,
	&fuzz_pcr_values,
	&fuzz_state,
	&fuzz_site_state,
	&fuzz_config,
	&fuzz_csv,
	&fuzz_inventory,
	&fuzz_text,
	&fuzz_purchase,
	&fuzz_pem,
	&fuzz_der,
	&fuzz_signed,
	NULL,
};

const struct fuzz_target *fuzz_target(const char *name)
{
	for (const struct fuzz_target *const *t = fuzz_targets; *t; t++)
		if (strcmp((*t)->name, name) == 0)
			return *t;
	return NULL;
}
