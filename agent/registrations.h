/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rig's registration, and those that it replaced: they lie beside it in the folder registrations.d, and
 * what was attested under one is judged by it.
 */
#ifndef AGENT_REGISTRATIONS_H
#define AGENT_REGISTRATIONS_H

#include "lib/appraisal.h"

/* The older ones, into an appraisal that has the newest. One that is refused is passed over: the others count. */
int wt_registrations_older(struct wt_appraisal *appraisal, const char *registration,
			   struct wt_err *err);

#endif
