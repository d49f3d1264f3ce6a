/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the operator is told without asking: bounds are looked at after every verdict and every
 * minute, and the hooks run when one is crossed. What was told is kept in the store, so that a
 * restart tells nothing twice.
 */
#ifndef AGENT_DAEMON_EVENTS_H
#define AGENT_DAEMON_EVENTS_H

#include <stdint.h>

#include "lib/err.h"

struct daemon;
struct events;

/* Begins with what was told before; the daemon's rig need not be loaded yet. */
int events_start(struct daemon *d, struct wt_err *err);
/* Looks at the bounds now. */
void events_look(struct daemon *d);
/* A purchase for that delivery hour failed: told once, and once more when the reason is another. */
void events_purchase_failed(struct daemon *d, int64_t hour, const char *reason);
void events_stop(struct daemon *d);

#endif
