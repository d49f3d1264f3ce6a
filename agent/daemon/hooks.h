/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The operator's programs, run at events: those of a folder, in order of name, each with a time
 * limit, after which it and its children are killed. One at a time of each event; what happens
 * meanwhile waits its turn. Nothing here blocks.
 */
#ifndef AGENT_DAEMON_HOOKS_H
#define AGENT_DAEMON_HOOKS_H

#include <systemd/sd-event.h>

#include "agent/config.h"

struct hooks;

/* The configuration and the event loop are borrowed; the loop's thread has SIGCHLD blocked. */
int hooks_new(const struct wt_config *config, sd_event *event, struct hooks **ret,
	      struct wt_err *err);
/* values: "NAME=value", put into the programs' environment; copied. */
void hooks_run(struct hooks *hooks, enum wt_event event, const char *const *values, size_t n);
/* Kills what still runs. */
void hooks_free(struct hooks *hooks);

#endif
