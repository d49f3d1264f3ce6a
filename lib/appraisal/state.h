/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of a state, each described once for both ways (port.h): state_log.c, state_energy.c. */
#ifndef LIB_APPRAISAL_STATE_H
#define LIB_APPRAISAL_STATE_H

struct history;
struct wt_appraisal;
struct wt_port;

/* How far the log was read, and what it said is there. */
void wt_state_progress(struct wt_port *p, struct history *h);
void wt_state_sources(struct wt_port *p, struct history *h);
void wt_state_devices(struct wt_port *p, struct history *h);

/* What the registered sources measured so far, by what they are; the ledger; notices. */
void wt_state_carried(struct wt_port *p, struct wt_appraisal *a);
void wt_state_ledger(struct wt_port *p, struct wt_appraisal *a);
void wt_state_notices(struct wt_port *p, struct wt_appraisal *a);

#endif
