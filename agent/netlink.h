/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Speaking with the kernel module (docs/netlink/wattest.yaml); the only door to libnl.
 *
 * Two kinds of socket. struct wt_nl asks and gets answers; the daemon holds one open for life, since the module
 * takes a probe as gone when the socket that announced it closes. struct wt_nl_events listens: to the module's new
 * records, and to the module itself coming and going. Functions return 0 or a negative errno; -ENODEV always means
 * that the module is not there (any more): open again when wt_nl_events tells that it is back.
 */
#ifndef AGENT_NETLINK_H
#define AGENT_NETLINK_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/bytes.h"
#include "lib/crypto/crypto.h"
#include "lib/err.h"

#define WT_EPOCH_LEN 16

struct wt_nl;

struct wt_nl_status {
	char version[32];
	uint8_t epoch[WT_EPOCH_LEN];
	uint8_t head[WT_SHA256_LEN], base[WT_SHA256_LEN];
	uint64_t first_seq, next_seq, closed_seq, steps;
	uint64_t log_used, log_limit, pruned, dropped; /* bytes, bytes, records, records */
	uint64_t sample_ns, window_ns, max_gap_ns;
	uint32_t sources, devices, probes;
	uint64_t strays;
	bool witnessed; /* by the PCR of a TPM; the rest is 0 without */
	uint32_t witness_pcr;
	uint64_t witness_steps, witness_lost; /* that it was extended with, that it could not be */
	bool keyed; /* steps carry the kernel's MAC */
};

struct wt_nl_source {
	uint32_t id, kind, flags, error;
	char chip[32], parent[64], attribute[32], label[32];
	uint64_t energy_uj, unmeasured_ns, last_uw, last_good_ns;
	uint32_t samples, missed, refused;
};

struct wt_nl_device {
	uint32_t id, bus, flags;
	uint16_t vid, pid, release;
	char path[32], serial[64], manufacturer[64], product[64];
	uint64_t transfers_in, transfers_out, bytes_in, bytes_out, errors, last_seen_ns;
};

struct wt_nl_record {
	uint64_t seq, step;
	uint32_t type;
	struct wt_span data; /* valid during the call; p NULL: pruned, then digest stands for it */
	uint8_t digest[WT_SHA256_LEN];
	bool has_head; /* it closed a step */
	uint8_t head[WT_SHA256_LEN];
	bool has_mac; /* of that step, by the kernel */
	uint8_t mac[WT_SHA256_LEN];
};

/* Callbacks of a dump return 0 to go on or a negative errno to end it with that. */
typedef int (*wt_nl_source_fn)(const struct wt_nl_source *source, void *user);
typedef int (*wt_nl_device_fn)(const struct wt_nl_device *device, void *user);
typedef int (*wt_nl_record_fn)(const struct wt_nl_record *record, void *user);

int wt_nl_open(struct wt_nl **ret, struct wt_err *err);
void wt_nl_free(struct wt_nl *nl);
void wt_nl_freep(struct wt_nl **nl);

int wt_nl_status(struct wt_nl *nl, struct wt_nl_status *ret, struct wt_err *err);
/* A dump that the kernel's state changed under is begun again: callbacks may see an entry twice. */
int wt_nl_sources(struct wt_nl *nl, wt_nl_source_fn fn, void *user, struct wt_err *err);
int wt_nl_devices(struct wt_nl *nl, wt_nl_device_fn fn, void *user, struct wt_err *err);
int wt_nl_records(struct wt_nl *nl, uint64_t after_seq, wt_nl_record_fn fn, void *user,
		  struct wt_err *err);
/* These change something and need CAP_NET_ADMIN: -EPERM. */
int wt_nl_ack(struct wt_nl *nl, uint64_t seq, struct wt_err *err);
/* How often, and how long in all, who needs the TPM to have a step looks again: 2 s. One that answers at all needs 20 ms. */
#define WT_NL_BEHIND_MS 5
#define WT_NL_BEHIND_TRIES 400
/* While the TPM is behind with the window before, it waits that long; then -EBUSY. */
int wt_nl_close_window(struct wt_nl *nl, struct wt_span nonce, uint64_t *ret_seq,
		       struct wt_err *err);
int wt_nl_probe_add(struct wt_nl *nl, int link_fd, uint32_t *ret_prog_id, struct wt_err *err);
int wt_nl_source_set(struct wt_nl *nl, uint32_t id, bool counted, struct wt_err *err);

struct wt_nl_events;

struct wt_nl_handlers {
	wt_nl_record_fn record;
	void (*module)(bool there, void *user);
};

/* Listens for the module coming and going at once; for its records after wt_nl_events_join. Never blocks. */
int wt_nl_events_open(struct wt_nl_events **ret, struct wt_err *err);
int wt_nl_events_fd(const struct wt_nl_events *events);
/* To be called again each time the module came back. */
int wt_nl_events_join(struct wt_nl_events *events, struct wt_err *err);
/* Handles all that has come. -ENOBUFS: some was lost, dump to get it. */
int wt_nl_events_read(struct wt_nl_events *events, const struct wt_nl_handlers *handlers,
		      void *user, struct wt_err *err);
void wt_nl_events_free(struct wt_nl_events *events);
void wt_nl_events_freep(struct wt_nl_events **events);

#endif
