/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All that can be known of this rig right now, from wherever it can be read: the module, the store, the daemon, the
 * registration. Each may be missing; then its sentence says why, and the rest is shown all the same.
 */
#ifndef AGENT_COMMAND_MODEL_H
#define AGENT_COMMAND_MODEL_H

#include "agent/config.h"
#include "agent/control.h"
#include "agent/judgement.h"
#include "agent/netlink.h"
#include "agent/outlook.h"
#include "agent/store.h"
#include "lib/object.h"

struct model {
	const struct wt_config *config; /* borrowed */
	int64_t now; /* seconds since 1970, after all was read */
	uint64_t boottime_ns; /* after the module was read */

	bool module;
	struct wt_err module_err;
	struct wt_nl_status status;
	struct wt_nl_source *sources;
	size_t n_sources;
	struct wt_nl_device *devices;
	size_t n_devices;

	bool stored; /* the store could be read */
	struct wt_err store_err;
	struct wt_store_row last; /* seq 0: nothing attested yet */
	struct wt_store_extent extent;
	bool judged;
	struct wt_err judgement_err;
	struct wt_judgement judgement;
	bool looked; /* it is known what must be bought next */
	struct wt_outlook outlook;

	bool daemon;
	struct wt_err daemon_err;
	struct wt_control_status control;

	bool registered; /* there is a registration; whether it is good is in the judgement */
	struct wt_err registration_err;
	struct wt_buf registration_cose;
	struct wt_registration registration;
};

enum {
	MODEL_LIVE = 1,
	MODEL_STORE = 2,
	MODEL_DAEMON = 4,
	MODEL_ALL = 7
};

/* Never fails: what could not be had is false with its sentence. The registration is always read. */
void model_read(struct model *m, const struct wt_config *config, unsigned int what);
void model_clear(struct model *m);

static inline const struct wt_registration *model_registration(const struct model *m)
{
	return m->registered ? &m->registration : NULL;
}

/* Seconds since a time of CLOCK_BOOTTIME. */
uint64_t model_ago_s(const struct model *m, uint64_t boottime_ns);
/* Power that enters the rig now: the sum of its registered inputs that have a fresh sample. */
uint64_t model_input_uw(const struct model *m);
/* How a source is doing, in a few words: "ok", "silent for 12 s", "unreadable: No data available". */
void model_source_state(const struct model *m, const struct wt_nl_source *source, char *ret,
			size_t cap);
/* Does a probe count what devices do? The module knows only that there are probes. */
bool model_observed(const struct model *m);
/* Did a transfer complete within the last two windows? */
bool model_device_works(const struct model *m, const struct wt_nl_device *device);

#endif
