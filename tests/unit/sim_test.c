// SPDX-License-Identifier: Apache-2.0
/* The simulators speak the protocols as real devices do: worked vectors, real blocks. */
#include <string.h>

#include "kselftest_harness.h"

#include "tests/sim/protocol.h"
#include "tests/unit/from_hex.h"

/* Bitcoin's first block: nonce 2083236893 */
static const char genesis[] = "0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b2"
			      "7ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d1dac2b7c";
/* The job with a known nonce that Icarus miners send to find out whether a device is one */
static const char icarus_known[] = "4679ba4ec99876bf4bfe086082b400254df6c356451471139a3afa71e48f544a00000000000000000000"
				   "0000000000000000000087320b1a1426674f2fa722ce";
static const char icarus_answer[] = "000187a2";

TEST(genesis_block)
{
	struct wt_span header = from_hex(genesis);
	struct sim_work work;
	uint32_t nonce = sim_get_be32((const uint8_t *)"\x1d\xac\x2b\x7c"), from = nonce - 1000;

	ASSERT_EQ(SIM_HEADER, header.n);
	ASSERT_EQ(2083236893u, __builtin_bswap32(nonce));
	sim_work_from_header(header.p, &work);
	EXPECT_EQ(43, sim_work_zero_bits(&work, nonce));
	EXPECT_GT(32, sim_work_zero_bits(&work, nonce + 1));
	EXPECT_GT(32, sim_work_zero_bits(&work, 2083236893u));
	EXPECT_EQ(1, sim_work_search(&work, 32, 2000, &from));
	EXPECT_EQ(nonce, from);
	EXPECT_EQ(0, sim_work_search(&work, 44, 1, &from));
	EXPECT_EQ(nonce + 1, from);
}

TEST(icarus_known_job)
{
	struct wt_span job = from_hex(icarus_known), answer = from_hex(icarus_answer);
	uint8_t again[ICARUS_JOB];
	struct sim_work work;

	ASSERT_EQ(ICARUS_JOB, job.n);
	ASSERT_EQ(ICARUS_NONCE, answer.n);
	icarus_job_decode(job.p, &work);
	EXPECT_LE(32, sim_work_zero_bits(&work, sim_get_be32(answer.p)));
	icarus_job_encode(&work, again);
	EXPECT_EQ(0, memcmp(job.p, again, sizeof(again)));
}

TEST(bm1397_commands)
{
	static const struct {
		uint8_t header, data[2];
		const char *frame;
	} v[] = {
		{ BM_READ_ALL, { 0, BM_REG_CHIP_ID }, "55aa520500000a" },
		{ BM_INACTIVE_ALL, { 0, 0 }, "55aa5305000003" },
		{ BM_SET_ADDRESS, { 0, 0 }, "55aa400500001c" },
	};

	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		struct wt_span expected = from_hex(v[i].frame);
		uint8_t frame[BM_FRAME_MAX];

		ASSERT_EQ(7, bm_command_encode(v[i].header, v[i].data, 2, frame));
		EXPECT_EQ(0, memcmp(frame, expected.p, 7));
		EXPECT_EQ(7, bm_frame_check(frame, 7));
		EXPECT_EQ(0, bm_frame_check(frame, 6));
		frame[4] ^= 1;
		EXPECT_EQ(-1, bm_frame_check(frame, 7));
	}
}

TEST(bm1397_chip_id)
{
	struct bm_reply id = { .value = 0x13970000 }, got;
	struct wt_span expected = from_hex("aa5513970000000013");
	uint8_t frame[BM_REPLY];

	bm_reply_encode(&id, frame);
	EXPECT_EQ(0, memcmp(frame, expected.p, BM_REPLY));
	ASSERT_EQ(BM_REPLY, bm_reply_decode(frame, BM_REPLY, &got));
	EXPECT_FALSE(got.nonce);
	EXPECT_EQ(0x13970000, got.value);
}

TEST(bm1397_crc16)
{
	/* CRC-16/CCITT-FALSE's check value */
	EXPECT_EQ(0x29b1, sim_crc16((const uint8_t *)"123456789", 9));
}

TEST(bm1397_job_and_nonce)
{
	struct bm_job job = { .id = 12, .start_nonce = 0x01020304 }, got = { 0 };
	struct bm_reply reply = { .nonce = true, .value = 0x1dac2b7c, .job_id = 12 }, answer;
	struct wt_span header = from_hex(genesis);
	uint8_t frame[BM_FRAME_MAX];
	size_t n;

	sim_work_from_header(header.p, &job.work);
	n = bm_job_encode(&job, frame);
	ASSERT_EQ(56, n);
	EXPECT_EQ(54, frame[3]);
	ASSERT_EQ((int)n, bm_frame_check(frame, n));
	ASSERT_TRUE(bm_job_decode(frame, n, &got));
	EXPECT_EQ(12, got.id);
	EXPECT_EQ(0x01020304, got.start_nonce);
	EXPECT_EQ(0, memcmp(&job.work, &got.work, sizeof(got.work)));
	for (size_t i = 2; i < n; i++) {
		frame[i] ^= 0x10;
		EXPECT_NE((int)n, bm_frame_check(frame, n));
		frame[i] ^= 0x10;
	}

	bm_reply_encode(&reply, frame);
	EXPECT_EQ(0x80, frame[8] & 0xe0);
	ASSERT_EQ(BM_REPLY, bm_reply_decode(frame, BM_REPLY, &answer));
	EXPECT_TRUE(answer.nonce);
	EXPECT_EQ(12, answer.job_id);
	EXPECT_EQ(43, sim_work_zero_bits(&got.work, answer.value));
	frame[8] ^= 0x80; /* the kind of a reply is under its checksum */
	EXPECT_EQ(-1, bm_reply_decode(frame, BM_REPLY, &answer));
}

TEST(linear11)
{
	EXPECT_EQ(0xf264, sim_linear11(153, 1)); /* 612 * 2^-2 */
	EXPECT_EQ(0x8000, sim_linear11(0, 1));
	EXPECT_EQ(0xf800 | 1000, sim_linear11(500, 1)); /* 1000 * 2^-1 */
	EXPECT_EQ(0x0000 | 900, sim_linear11(900, 1));
	EXPECT_EQ(0x0800 | 618, sim_linear11(1235, 1)); /* steps of 2 W: rounded */
	EXPECT_EQ(0xf264, sim_linear11(153000, 1000));
}

TEST_HARNESS_MAIN
