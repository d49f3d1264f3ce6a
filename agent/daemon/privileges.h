/* SPDX-License-Identifier: Apache-2.0 */
/* Capabilities that are needed only until the BPF probes are attached. */
#ifndef AGENT_DAEMON_PRIVILEGES_H
#define AGENT_DAEMON_PRIVILEGES_H

#include "lib/err.h"

/* Gives them up for good: this process cannot have them back. Of what it holds besides, nothing changes. */
int privileges_drop(struct wt_err *err);

#endif
