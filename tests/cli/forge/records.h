/* SPDX-License-Identifier: Apache-2.0 */
/* Records as the kernel would write them, for one source and some devices that all work alike. */
#ifndef TESTS_CLI_FORGE_RECORDS_H
#define TESTS_CLI_FORGE_RECORDS_H

#include "lib/object.h"
#include "lib/record.h"

#define HISTORY_MAX_RECORDS 64
#define HISTORY_MAX_DEVICES 32

struct history {
	uint8_t epoch[16];
	uint64_t seq, boottime_ns, realtime_ns;
	uint64_t energy_uj, samples; /* of the source */
	bool frozen; /* it shows the same to the last bit */
	bool tpm; /* and these, if it has one */
	uint8_t pcr, chain_start[32];
	const uint8_t *key; /* that the next window discloses, or NULL */
	struct wt_window_device devices[HISTORY_MAX_DEVICES];
	size_t n_devices;
	/* of the step under way */
	struct wt_buf bytes[HISTORY_MAX_RECORDS];
	struct wt_att_record records[HISTORY_MAX_RECORDS];
	size_t n_records;
	uint64_t first_seq;
};

void history_init(struct history *history, uint64_t realtime_ns);
void history_reboot(struct history *history, unsigned long off_s); /* off, then a new epoch */
void history_begin_step(struct history *history); /* records of the step before are gone */
void history_load(struct history *history);
void history_anchor(struct history *history, const uint8_t anchor[32], uint32_t keys);
void history_source(struct history *history);
void history_device(struct history *history, const struct wt_reg_device *device);
void history_probe(struct history *history);
/* Time moves on by seconds, at that power; closes the step. */
void history_window(struct history *history, unsigned long seconds, unsigned long watts,
		    struct wt_span nonce);
void history_clear(struct history *history);

#endif
