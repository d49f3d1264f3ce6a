/* SPDX-License-Identifier: Apache-2.0 */
/* Between the files of the probes: what libbpf says. */
#ifndef AGENT_DAEMON_PROBES_IMPL_H
#define AGENT_DAEMON_PROBES_IMPL_H

#include <stdint.h>

struct probes;

uint32_t probes_prog_id(const struct probes *probes); /* 0 of NULL */

/* Listens to libbpf: before anything else is asked of it. */
void probes_listen(void);
/* The cause of a failure since then, for a sentence; r: what libbpf returned. */
const char *probes_cause(int r);

#endif
