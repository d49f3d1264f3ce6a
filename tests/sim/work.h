/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Work as a SHA-256 chip takes it: the state after the first 64 bytes of a block header and the 16 bytes that are
 * left, the last 4 of them the nonce. On the wire both protocols send the midstate's words from the last to the
 * first, then the header's words from nbits back to the end of the merkle root; a word's bytes keep their order.
 */
#ifndef SIM_WORK_H
#define SIM_WORK_H

#include <stdint.h>

#define SIM_HEADER 80 /* a block header */
#define SIM_NONCE_AT 76 /* of the nonce in it */
#define SIM_MIDSTATE 32
#define SIM_TAIL 12
#define SIM_HASH 32

struct sim_work {
	uint32_t midstate[8];
	uint8_t tail[SIM_TAIL]; /* bytes 64 to 75 of the header */
};

/* A nonce is named by its four bytes in the header, read as a big-endian word: what SHA-256 sees. */
void sim_work_from_header(const uint8_t header[SIM_HEADER], struct sim_work *ret);
void sim_work_encode(const struct sim_work *work, uint8_t ret_midstate[SIM_MIDSTATE], uint8_t ret_tail[SIM_TAIL]);
void sim_work_decode(const uint8_t midstate[SIM_MIDSTATE], const uint8_t tail[SIM_TAIL], struct sim_work *ret);

/* Leading zero bits of the block hash (SHA256d, read as the number it is: little-endian) for that nonce. */
unsigned int sim_work_zero_bits(const struct sim_work *work, uint32_t nonce);

/*
 * Tries nonces from *nonce on, count of them; stops at the first whose hash has that many leading zero bits: 1, and
 * *nonce is it. Else 0, and *nonce is where to go on.
 */
int sim_work_search(const struct sim_work *work, unsigned int bits, uint32_t count, uint32_t *nonce);

static inline uint32_t sim_get_be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static inline void sim_put_be32(uint8_t *p, uint32_t v)
{
	p[0] = v >> 24;
	p[1] = v >> 16;
	p[2] = v >> 8;
	p[3] = v;
}

#endif
