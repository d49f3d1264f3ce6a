/* SPDX-License-Identifier: Apache-2.0 */
/* The witness, the kernel's keys and the host, both ways. */
#ifndef LIB_APPRAISAL_STATE_TPM_H
#define LIB_APPRAISAL_STATE_TPM_H

struct wt_appraisal;
struct wt_port;

void wt_state_tpm(struct wt_port *p, struct wt_appraisal *a);

#endif
