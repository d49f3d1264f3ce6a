/* SPDX-License-Identifier: Apache-2.0 */
/* The BPF probes of this process; the only door to libbpf. */
#ifndef AGENT_DAEMON_PROBES_H
#define AGENT_DAEMON_PROBES_H

#include "agent/control.h"
#include "agent/netlink.h"
#include "lib/err.h"

struct probes; /* counts what devices do: bpf/usb.bpf.c */
struct integrity; /* sees what touches the measurement: bpf/integrity.bpf.c */

/*
 * Loads and attaches the probes and announces them to the module on nl, which the caller keeps open as long as they
 * live. The sentence is one line fit for an attestation. A loaded probe pins the module: rmmod says busy until
 * probes_free.
 */
int probes_load(struct wt_nl *nl, struct probes **ret, struct wt_err *err);
void probes_describe(const struct probes *probes, struct wt_control_status *ret);
void probes_free(struct probes *probes);

/*
 * The same for the integrity probes; ours: the other probes of this process, or NULL. It succeeds when any is attached;
 * what is not is logged.
 */
int integrity_load(struct wt_nl *nl, const struct probes *ours, struct integrity **ret,
		   struct wt_err *err);
size_t integrity_attached(const struct integrity *integrity, size_t *ret_wanted);
/* Adds one line for all of them. */
void integrity_describe(const struct integrity *integrity, struct wt_control_status *ret);
void integrity_free(struct integrity *integrity);

#endif
