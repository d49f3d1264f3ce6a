// SPDX-License-Identifier: Apache-2.0
/* SHA-256's compression function (FIPS 180-4): libraries do not offer it from a given state. */
#include <string.h>

#include "tests/sim/work.h"

static const uint32_t k256[64] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
	0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
	0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
	0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
	0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static const uint32_t initial[8] = {
	0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
};

static inline uint32_t rotate(uint32_t x, unsigned int n)
{
	return x >> n | x << (32 - n);
}

/* w is used up. */
static void compress(uint32_t state[8], uint32_t w[16])
{
	uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
	uint32_t e = state[4], f = state[5], g = state[6], h = state[7];

	for (unsigned int i = 0; i < 64; i++) {
		uint32_t *v = &w[i & 15], t1, t2;

		if (i >= 16) {
			uint32_t w15 = w[(i + 1) & 15], w2 = w[(i + 14) & 15];

			*v += (rotate(w15, 7) ^ rotate(w15, 18) ^ w15 >> 3) + w[(i + 9) & 15] +
			      (rotate(w2, 17) ^ rotate(w2, 19) ^ w2 >> 10);
		}
		t1 = h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + ((e & f) ^ (~e & g)) + k256[i] + *v;
		t2 = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
		h = g;
		g = f;
		f = e;
		e = d + t1;
		d = c;
		c = b;
		b = a;
		a = t1 + t2;
	}
	state[0] += a;
	state[1] += b;
	state[2] += c;
	state[3] += d;
	state[4] += e;
	state[5] += f;
	state[6] += g;
	state[7] += h;
}

void sim_work_from_header(const uint8_t header[SIM_HEADER], struct sim_work *ret)
{
	uint32_t w[16];

	for (unsigned int i = 0; i < 16; i++)
		w[i] = sim_get_be32(header + 4 * i);
	memcpy(ret->midstate, initial, sizeof(initial));
	compress(ret->midstate, w);
	memcpy(ret->tail, header + 64, SIM_TAIL);
}

void sim_work_encode(const struct sim_work *work, uint8_t ret_midstate[SIM_MIDSTATE], uint8_t ret_tail[SIM_TAIL])
{
	for (unsigned int i = 0; i < 8; i++)
		sim_put_be32(ret_midstate + 4 * i, work->midstate[7 - i]);
	for (unsigned int i = 0; i < 3; i++)
		memcpy(ret_tail + 4 * i, work->tail + 4 * (2 - i), 4);
}

void sim_work_decode(const uint8_t midstate[SIM_MIDSTATE], const uint8_t tail[SIM_TAIL], struct sim_work *ret)
{
	for (unsigned int i = 0; i < 8; i++)
		ret->midstate[7 - i] = sim_get_be32(midstate + 4 * i);
	for (unsigned int i = 0; i < 3; i++)
		memcpy(ret->tail + 4 * (2 - i), tail + 4 * i, 4);
}

unsigned int sim_work_zero_bits(const struct sim_work *work, uint32_t nonce)
{
	uint32_t first[8], second[8], w[16] = { 0 };
	unsigned int zeros = 0;

	for (unsigned int i = 0; i < 3; i++)
		w[i] = sim_get_be32(work->tail + 4 * i);
	w[3] = nonce;
	w[4] = 0x80000000;
	w[15] = 8 * SIM_HEADER;
	memcpy(first, work->midstate, sizeof(first));
	compress(first, w);

	memset(w, 0, sizeof(w));
	memcpy(w, first, sizeof(first));
	w[8] = 0x80000000;
	w[15] = 8 * SIM_HASH;
	memcpy(second, initial, sizeof(second));
	compress(second, w);

	/* the hash is a little-endian number: its highest byte is the last one of the last word */
	for (int i = 7; i >= 0; i--) {
		uint32_t v = __builtin_bswap32(second[i]);

		if (v)
			return zeros + (unsigned int)__builtin_clz(v);
		zeros += 32;
	}
	return zeros;
}

int sim_work_search(const struct sim_work *work, unsigned int bits, uint32_t count, uint32_t *nonce)
{
	for (; count; count--, (*nonce)++)
		if (sim_work_zero_bits(work, *nonce) >= bits)
			return 1;
	return 0;
}
