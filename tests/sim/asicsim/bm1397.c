// SPDX-License-Identifier: Apache-2.0
/* BM1397: one chip, which tells its id when all are asked, and goes on after a nonce until its range ends. */
#include "tests/sim/asicsim/device.h"

static void take_command(struct device *d, const uint8_t *frame)
{
	struct bm_reply id = { .value = 0x13970000, .reg = BM_REG_CHIP_ID };
	uint8_t reply[BM_REPLY];

	/* its address and its ticket mask change nothing here: one chip, and the target is the simulator's own */
	if (frame[2] != BM_READ_ALL || frame[5] != BM_REG_CHIP_ID)
		return;
	bm_reply_encode(&id, reply);
	device_send(d, reply, sizeof(reply));
}

static int take(struct device *d, const uint8_t *buf, size_t n)
{
	struct bm_job job;
	int len = bm_frame_check(buf, n);

	if (len <= 0)
		return len;
	if (buf[2] != BM_JOB)
		take_command(d, buf);
	else if (bm_job_decode(buf, (size_t)len, &job))
		device_start(d, &job.work, job.id, job.start_nonce);
	return len;
}

static void found(struct device *d, uint32_t nonce)
{
	struct bm_reply answer = { .nonce = true, .value = nonce, .job_id = d->job_id };
	uint8_t reply[BM_REPLY];

	bm_reply_encode(&answer, reply);
	device_send(d, reply, sizeof(reply));
}

const struct device_protocol bm1397_protocol = { "bm1397", take, found };
