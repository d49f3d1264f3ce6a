/* SPDX-License-Identifier: Apache-2.0 */
/* Measured and substituted energy on its way to the ledger: energy.c. */
#ifndef LIB_APPRAISAL_ENERGY_H
#define LIB_APPRAISAL_ENERGY_H

#include "lib/appraisal.h"
#include "lib/record.h"

struct wt_appraisal;
struct wt_findings;

void wt_energy_window(struct wt_appraisal *a, const struct wt_window *w, uint64_t from_ns);
/* Adds what a registered source counted, with the bounds of its class. */
void wt_energy_add(struct wt_energy *e, const struct wt_reg_source *reg, uint64_t uj);
/* Charges a gap: what was measured of it, and what nobody measured at the nameplate's power. */
void wt_energy_gap(struct wt_appraisal *a, struct wt_charge *charge);
void wt_energy_conclude(const struct wt_appraisal *a, struct wt_findings *f, struct wt_verdict *v);

#endif
