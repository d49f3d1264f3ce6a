/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What miners and SHA-256 chips say to each other on a serial line (115200 8N1), as two protocols have it: Icarus
 * (Block Erupter and kin) and BM1397. Both sides: the simulator decodes jobs and encodes replies, the miner the
 * other way round.
 */
#ifndef SIM_PROTOCOL_H
#define SIM_PROTOCOL_H

#include <stddef.h>
#include <stdbool.h>
#include <stdint.h>

#include "tests/sim/work.h"

/* --- checksums ---------------------------------------------------------------------------------------- */

/* CRC-5: polynomial 0x05, from 0x1F, over that many bits, highest first. */
uint8_t sim_crc5(const uint8_t *p, size_t bits);
/* CRC-16/CCITT-FALSE: polynomial 0x1021, from 0xFFFF. */
uint16_t sim_crc16(const uint8_t *p, size_t n);

/* --- Icarus: a job without a frame, a nonce without a frame --------------------------------------------- */

#define ICARUS_JOB 64
#define ICARUS_NONCE 4

void icarus_job_encode(const struct sim_work *work, uint8_t ret[ICARUS_JOB]);
void icarus_job_decode(const uint8_t job[ICARUS_JOB], struct sim_work *ret);

/* --- BM1397: 55 AA | header | length | data | crc -------------------------------------------------------- */

#define BM_FRAME_MAX 160
#define BM_REPLY 9
#define BM_JOB 0x21 /* header: a job for one chip */
#define BM_SET_ADDRESS 0x40
#define BM_WRITE 0x41
#define BM_READ_ALL 0x52
#define BM_WRITE_ALL 0x51
#define BM_INACTIVE_ALL 0x53
#define BM_REG_CHIP_ID 0x00
#define BM_REG_TICKET_MASK 0x14
#define BM_JOB_STEP 4 /* job ids go in steps of 4: the low bits tell the midstate */

struct bm_job {
	uint8_t id;
	uint32_t start_nonce;
	struct sim_work work;
};

/* Frames that the host sends; each returns its length. */
size_t bm_command_encode(uint8_t header, const uint8_t *data, size_t n, uint8_t ret[BM_FRAME_MAX]);
size_t bm_job_encode(const struct bm_job *job, uint8_t ret[BM_FRAME_MAX]);

/*
 * The frame at the start of buf: its length when it is whole and its checksum is right, 0 when more bytes are
 * needed, -1 when the first byte is none of a frame's (drop it and look again).
 */
int bm_frame_check(const uint8_t *buf, size_t n);
/* From a frame that was checked and whose header is BM_JOB; false when it is malformed. */
bool bm_job_decode(const uint8_t *frame, size_t n, struct bm_job *ret);

struct bm_reply {
	bool nonce; /* else an answer to a read of a register */
	uint32_t value; /* nonce, or the register's value */
	uint8_t job_id, midstate; /* of a nonce */
	uint8_t chip, reg; /* of an answer */
};

void bm_reply_encode(const struct bm_reply *reply, uint8_t ret[BM_REPLY]);
/* As bm_frame_check, and the reply when it is whole. */
int bm_reply_decode(const uint8_t *buf, size_t n, struct bm_reply *ret);

/* --- PMBus ------------------------------------------------------------------------------------------------ */

/* LINEAR11 (PMBus part II, 7.3): the nearest value to num / den, with the smallest exponent that holds it. */
uint16_t sim_linear11(uint64_t num, uint64_t den);

#endif
