/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_FUZZ_TARGETS_TARGETS_H
#define TESTS_FUZZ_TARGETS_TARGETS_H

#include "tests/fuzz/lib/fuzz.h"

/* objects.c */
extern const struct fuzz_target fuzz_registration, fuzz_grant, fuzz_allotment, fuzz_notice,
	fuzz_attestation, fuzz_result, fuzz_site_result, fuzz_enrolment_request,
	fuzz_enrolment_challenge, fuzz_enrolment_answer;
extern const struct fuzz_target fuzz_cbor, fuzz_cose; /* envelope.c */
extern const struct fuzz_target fuzz_show; /* show.c */
extern const struct fuzz_target fuzz_record, fuzz_ima; /* kernel.c */
extern const struct fuzz_target fuzz_netlink; /* netlink.c */
extern const struct fuzz_target fuzz_control_request, fuzz_control_reply; /* control.c */
extern const struct fuzz_target fuzz_tpm_attest, fuzz_tpm_public, fuzz_tpm_signature; /* tpm.c */
extern const struct fuzz_target fuzz_pcr_values;
extern const struct fuzz_target fuzz_state, fuzz_site_state; /* state.c */
extern const struct fuzz_target fuzz_config, fuzz_csv, fuzz_inventory, fuzz_text; /* settings.c */
extern const struct fuzz_target fuzz_purchase; /* purchase.c */
extern const struct fuzz_target fuzz_pem, fuzz_der; /* pem.c */
extern const struct fuzz_target fuzz_signed; /* ../signed/ */

#endif
