// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "tests/sim/protocol.h"

uint8_t sim_crc5(const uint8_t *p, size_t bits)
{
	uint8_t crc = 0x1f;

	for (size_t i = 0; i < bits; i++) {
		unsigned int in = p[i / 8] >> (7 - i % 8) & 1;
		unsigned int top = crc >> 4 & 1;

		crc = (uint8_t)(crc << 1 & 0x1f);
		if (in ^ top)
			crc ^= 0x05;
	}
	return crc;
}

uint16_t sim_crc16(const uint8_t *p, size_t n)
{
	uint16_t crc = 0xffff;

	for (size_t i = 0; i < 8 * n; i++) {
		unsigned int in = p[i / 8] >> (7 - i % 8) & 1;
		unsigned int top = crc >> 15 & 1;

		crc = (uint16_t)(crc << 1);
		if (in ^ top)
			crc ^= 0x1021;
	}
	return crc;
}

void icarus_job_encode(const struct sim_work *work, uint8_t ret[ICARUS_JOB])
{
	memset(ret, 0, ICARUS_JOB);
	sim_work_encode(work, ret, ret + ICARUS_JOB - SIM_TAIL);
}

void icarus_job_decode(const uint8_t job[ICARUS_JOB], struct sim_work *ret)
{
	sim_work_decode(job, job + ICARUS_JOB - SIM_TAIL, ret);
}

/* The length byte counts from the header to the checksum. */
size_t bm_command_encode(uint8_t header, const uint8_t *data, size_t n, uint8_t ret[BM_FRAME_MAX])
{
	ret[0] = 0x55;
	ret[1] = 0xaa;
	ret[2] = header;
	ret[3] = (uint8_t)(n + 3);
	memcpy(ret + 4, data, n);
	ret[4 + n] = sim_crc5(ret + 2, 8 * (n + 2));
	return n + 5;
}

#define BM_JOB_DATA (1 + 1 + 4 + SIM_TAIL + SIM_MIDSTATE) /* with one midstate */

size_t bm_job_encode(const struct bm_job *job, uint8_t ret[BM_FRAME_MAX])
{
	uint16_t crc;

	ret[0] = 0x55;
	ret[1] = 0xaa;
	ret[2] = BM_JOB;
	ret[3] = BM_JOB_DATA + 4;
	ret[4] = job->id;
	ret[5] = 1;
	sim_put_be32(ret + 6, job->start_nonce);
	sim_work_encode(&job->work, ret + 10 + SIM_TAIL, ret + 10);
	crc = sim_crc16(ret + 2, BM_JOB_DATA + 2);
	ret[4 + BM_JOB_DATA] = crc >> 8;
	ret[5 + BM_JOB_DATA] = crc & 0xff;
	return BM_JOB_DATA + 6;
}

int bm_frame_check(const uint8_t *buf, size_t n)
{
	size_t len;

	if (n >= 1 && buf[0] != 0x55)
		return -1;
	if (n >= 2 && buf[1] != 0xaa)
		return -1;
	if (n < 4)
		return 0;
	len = (size_t)buf[3] + 2;
	if (len < 6 || len > BM_FRAME_MAX)
		return -1;
	if (n < len)
		return 0;
	if ((buf[2] & 0xe0) == 0x20) {
		if (sim_crc16(buf + 2, len - 4) != (buf[len - 2] << 8 | buf[len - 1]))
			return -1;
	} else if (sim_crc5(buf + 2, 8 * (len - 3)) != buf[len - 1]) {
		return -1;
	}
	return (int)len;
}

bool bm_job_decode(const uint8_t *frame, size_t n, struct bm_job *ret)
{
	if (n != BM_JOB_DATA + 6 || frame[5] != 1)
		return false;
	ret->id = frame[4];
	ret->start_nonce = sim_get_be32(frame + 6);
	sim_work_decode(frame + 10 + SIM_TAIL, frame + 10, &ret->work);
	return true;
}

/* The checksum covers the three highest bits of its own byte too: 100 for a nonce, 000 for an answer. */
void bm_reply_encode(const struct bm_reply *reply, uint8_t ret[BM_REPLY])
{
	ret[0] = 0xaa;
	ret[1] = 0x55;
	sim_put_be32(ret + 2, reply->value);
	ret[6] = reply->nonce ? reply->midstate : reply->chip;
	ret[7] = reply->nonce ? reply->job_id : reply->reg;
	ret[8] = reply->nonce ? 0x80 : 0;
	ret[8] |= sim_crc5(ret + 2, 8 * 6 + 3);
}

int bm_reply_decode(const uint8_t *buf, size_t n, struct bm_reply *ret)
{
	if (n >= 1 && buf[0] != 0xaa)
		return -1;
	if (n >= 2 && buf[1] != 0x55)
		return -1;
	if (n < BM_REPLY)
		return 0;
	if (sim_crc5(buf + 2, 8 * 6 + 3) != (buf[8] & 0x1f))
		return -1;
	*ret = (struct bm_reply){ .nonce = buf[8] & 0x80, .value = sim_get_be32(buf + 2) };
	if (ret->nonce) {
		ret->midstate = buf[6];
		ret->job_id = buf[7];
	} else {
		ret->chip = buf[6];
		ret->reg = buf[7];
	}
	return BM_REPLY;
}

uint16_t sim_linear11(uint64_t num, uint64_t den)
{
	int exponent = -16;

	for (; exponent <= 15; exponent++) {
		/* num / den = mantissa * 2^exponent */
		uint64_t n = exponent < 0 ? num << -exponent : num;
		uint64_t d = exponent > 0 ? den << exponent : den;
		uint64_t mantissa = (n + d / 2) / d;

		if (mantissa <= 1023)
			return (uint16_t)((unsigned int)exponent << 11 | mantissa);
	}
	return 15 << 11 | 1023;
}
