/* SPDX-License-Identifier: Apache-2.0 */
/* The daemon's log: the journal under systemd, else stderr. */
#ifndef AGENT_DAEMON_LOG_H
#define AGENT_DAEMON_LOG_H

#include <stdbool.h>
#include <syslog.h> /* LOG_ERR ... */

/* Once, first: foreground writes to stderr even under systemd; debug lets LOG_DEBUG through. */
void log_open(bool foreground, bool debug);
void log_say(int priority, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
