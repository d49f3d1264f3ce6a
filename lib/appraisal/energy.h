/* SPDX-License-Identifier: Apache-2.0 */
/* Measured and substituted energy on its way to the ledger: energy.c. */
#ifndef LIB_APPRAISAL_ENERGY_H
#define LIB_APPRAISAL_ENERGY_H

#include "lib/appraisal.h"
#include "lib/record.h"

struct wt_appraisal;
struct gap;
struct wt_findings;

void wt_energy_window(struct wt_appraisal *a, const struct wt_window *w, uint64_t from_ns);
/* Adds what a registered source counted, with the bounds of its class. */
void wt_energy_add(struct wt_energy *e, const struct wt_reg_source *reg, uint64_t uj);
/* Charges a gap as off.c says. */
void wt_energy_gap(struct wt_appraisal *a, const struct gap *gap);
/* Time that nobody measured, and the most that a rig which runs can draw in it (120 %), uJ. */
struct wt_energy wt_energy_at_nameplate(uint32_t nameplate_w, uint64_t ns);
uint64_t wt_energy_most(uint32_t nameplate_w, uint64_t ns);
void wt_energy_conclude(const struct wt_appraisal *a, struct wt_findings *f, struct wt_verdict *v);

#endif
