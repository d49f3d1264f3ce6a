/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The daemon's state and the parts that work on it: module.c holds the connection to the kernel module, cycle.c turns
 * closed steps into stored attestations, unload.c follows a log to its end, drop.c watches the grants folder, events.c tells the operator, server.c
 * answers the command, main.c begins and ends.
 */
#ifndef AGENT_DAEMON_DAEMON_H
#define AGENT_DAEMON_DAEMON_H

#include <systemd/sd-event.h>

#include "agent/config.h"
#include "agent/ima.h"
#include "agent/netlink.h"
#include "agent/steps.h"
#include "agent/store.h"

#include "appraiser.h"
#include "events.h"
#include "probes.h"
#include "rig.h"
#include "witness.h"

struct daemon {
	struct wt_config config;
	sd_event *event;
	struct rig rig;
	struct wt_store *store;
	struct wt_store_row last; /* the newest attestation, as the store has it */
	struct witness witness;
	struct wt_ima_reader ima;
	struct appraiser *appraiser;
	sd_event_source *appraise; /* enabled while there is something to judge */

	struct wt_nl_events *events;
	struct wt_nl *nl; /* NULL: the module is not there */
	uint8_t epoch[WT_EPOCH_LEN]; /* that steps belongs to */
	struct wt_steps
		steps; /* of the epoch, from the first record that is not in an attestation yet */
	bool closed; /* a step was closed since the last cycle */
	bool ended; /* the newest attestation has the end of its epoch, UNLOAD */
	sd_event_source *leaving; /* how long the end of the log is waited for; NULL: nobody unloads the module */
	bool unacknowledged; /* the last acknowledgement failed, and it was said */
	bool sources_changed; /* a source was added since they were marked */
	bool devices_changed; /* a device was added: its bus has come, so a probe that failed may load now */

	struct probes *probes;
	char unobserved[128]; /* why there are none */
	struct integrity *integrity;
	char unguarded[256]; /* why there are none, as it was logged */
	bool unprivileged; /* the right to load them was given up */

	sd_event_source *drop; /* watches the grants folder; NULL: it cannot be watched */
	sd_event_source *drop_timer; /* since something changed there */
	uint64_t drop_latest;
	bool drop_missing; /* and it was said */

	int64_t kept_at; /* when old attestations were deleted last */
	struct events *told; /* what the operator was told of */

	sd_event_source *retry; /* after a failed cycle */
	unsigned int retry_s;
	char problem[256]; /* what cannot be done at present, said once */
};

/* --- module.c */
/* Listens, connects if the module is there, and signs what has been waiting. */
int module_start(struct daemon *d, struct wt_err *err);
/* The module answered -ENODEV. */
void module_gone(struct daemon *d);
/* Registered inputs are what the module's hwmon device sums up. */
void module_mark_sources(struct daemon *d);
/* Detaches the probes, which hold the module, and listens on. */
void module_leave(struct daemon *d);
/* Takes in all that the module has said up to now. */
void module_catch_up(struct daemon *d);
/* Loads the probes unless they are, or the configuration forbids it. */
void module_load_probes(struct daemon *d);
void module_stop(struct daemon *d);

/* --- cycle.c */
/* Signs and stores every closed step that is not in an attestation yet. A failure is kept in d->problem and retried. */
int cycle_run(struct daemon *d, struct wt_err *err);
/* Closes the window now and runs the cycle: the row of the attestation that carries it. nonce.p may be NULL. */
int cycle_attest(struct daemon *d, struct wt_span nonce, struct wt_store_row *ret,
		 struct wt_err *err);

/* --- unload.c */
/*
 * Signs what there is and lets go of the module, for the caller to unload it. The agent ends within a minute, whatever
 * comes: it has given up the right to attach probes again.
 */
int unload_begin(struct daemon *d, struct wt_err *err);
/* The module was unloaded: ret_row is of the attestation with the end of its log. The agent ends, unless that is still to be stored. */
int unload_end(struct daemon *d, struct wt_store_row *ret_row, struct wt_err *err);

/* --- drop.c */
/* Watches the grants folder unless it is watched already. */
void drop_watch(struct daemon *d);
/* Reads the grants anew if a file came, went or changed. */
void drop_look(struct daemon *d);

/* --- keep.c */
/* Deletes old attestations, if an hour has passed since it did. */
void keep_look(struct daemon *d);

/* --- server.c */
int server_start(struct daemon *d, struct wt_err *err);

/* --- main.c */
void daemon_wake_appraiser(struct daemon *d);

#endif
