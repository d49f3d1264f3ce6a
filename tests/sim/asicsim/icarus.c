// SPDX-License-Identifier: Apache-2.0
/* Icarus: 64 bytes are a job, and a chip stops at its nonce. Nothing frames them: a byte lost is a job lost. */
#include "tests/sim/asicsim/device.h"

static int take(struct device *d, const uint8_t *buf, size_t n)
{
	struct sim_work work;

	if (n < ICARUS_JOB)
		return 0;
	icarus_job_decode(buf, &work);
	device_start(d, &work, 0, 0);
	return ICARUS_JOB;
}

static void found(struct device *d, uint32_t nonce)
{
	uint8_t reply[ICARUS_NONCE];

	sim_put_be32(reply, nonce);
	d->working = false;
	device_send(d, reply, sizeof(reply));
}

const struct device_protocol icarus_protocol = { "icarus", take, found };
