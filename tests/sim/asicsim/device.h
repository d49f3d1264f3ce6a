/* SPDX-License-Identifier: Apache-2.0 */
/* One simulated mining device: its serial line, its job, its work, its draw. */
#ifndef SIM_DEVICE_H
#define SIM_DEVICE_H

#include <stddef.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "tests/sim/protocol.h"

struct device;

/* What a protocol must do. */
struct device_protocol {
	const char *name;
	/* Takes a frame from the front of buf: its length, 0 for "more bytes", -1 to drop one byte. */
	int (*take)(struct device *d, const uint8_t *buf, size_t n);
	/* A nonce was found. */
	void (*found)(struct device *d, uint32_t nonce);
};

struct device {
	char name[64];
	const struct device_protocol *protocol;
	uint64_t hashes_per_s;
	uint32_t draw_mw, idle_mw;
	unsigned int bits; /* zeros that make a nonce worth telling */

	int listener;
	int fd; /* QEMU's end, -1 when unplugged */
	uint8_t buf[512];
	size_t n;

	bool working;
	struct sim_work work;
	uint8_t job_id;
	uint32_t nonce; /* to try next */
	uint64_t hashes_left; /* of this job's range */
	uint64_t credit_ns; /* time not yet turned into hashes */
	int64_t busy_ppm; /* of the last while */

	uint64_t jobs, nonces, noise; /* bytes that were no frame's */
};

int device_parse(const char *text, struct device *ret);
void device_accept(struct device *d);
void device_receive(struct device *d);
void device_work(struct device *d, int64_t elapsed_ns);
uint64_t device_draw(const struct device *d); /* mW; 0 when unplugged */
void device_report(const struct device *d, FILE *out);

/* For protocols: starts a job, which replaces the one before. */
void device_start(struct device *d, const struct sim_work *work, uint8_t job_id, uint32_t nonce);
void device_send(struct device *d, const uint8_t *p, size_t n);

extern const struct device_protocol icarus_protocol;
extern const struct device_protocol bm1397_protocol;

#endif
