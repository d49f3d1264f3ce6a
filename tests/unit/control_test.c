// SPDX-License-Identifier: Apache-2.0
/* The control socket: requests, replies in pieces, refusals, and peers that talk nonsense. */
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "agent/control.h"

FIXTURE(control)
{
	int fds[2];
	struct wt_err err;
	struct wt_control_request request;
	struct wt_buf body;
};

FIXTURE_SETUP(control)
{
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, self->fds));
}

FIXTURE_TEARDOWN(control)
{
	close(self->fds[0]);
	close(self->fds[1]);
	wt_buf_free(&self->body);
}

TEST_F(control, request)
{
	struct wt_control_request sent = { .op = WT_CONTROL_ATTEST,
					   .nonce = "12345678",
					   .nonce_len = 8 };

	ASSERT_EQ(0, wt_control_send_request(self->fds[0], &sent, &self->err));
	ASSERT_EQ(0, wt_control_recv_request(self->fds[1], &self->request, &self->err));
	EXPECT_EQ(WT_CONTROL_ATTEST, self->request.op);
	EXPECT_EQ(8, self->request.nonce_len);
	EXPECT_EQ(0, memcmp("12345678", self->request.nonce, 8));
	sent.nonce_len = 0;
	ASSERT_EQ(0, wt_control_send_request(self->fds[0], &sent, &self->err));
	ASSERT_EQ(0, wt_control_recv_request(self->fds[1], &self->request, &self->err));
	EXPECT_EQ(0, self->request.nonce_len);
}

TEST_F(control, a_failed_purchase)
{
	struct wt_control_request sent = { .op = WT_CONTROL_PURCHASE_FAILED, .hour = 1795302000 };

	memset(sent.reason, 'x', sizeof(sent.reason) - 1);
	ASSERT_EQ(0, wt_control_send_request(self->fds[0], &sent, &self->err));
	ASSERT_EQ(0, wt_control_recv_request(self->fds[1], &self->request, &self->err));
	EXPECT_EQ(WT_CONTROL_PURCHASE_FAILED, self->request.op);
	EXPECT_EQ(1795302000, self->request.hour);
	EXPECT_STREQ(sent.reason, self->request.reason);
}

TEST_F(control, what_is_delivered)
{
	struct wt_control_request sent = { .op = WT_CONTROL_DELIVERED, .seq = 12345678901 };

	ASSERT_EQ(0, wt_control_send_request(self->fds[0], &sent, &self->err));
	ASSERT_EQ(0, wt_control_recv_request(self->fds[1], &self->request, &self->err));
	EXPECT_EQ(WT_CONTROL_DELIVERED, self->request.op);
	EXPECT_EQ(12345678901, self->request.seq);
}

TEST_F(control, what_is_unloaded)
{
	static const enum wt_control_op ops[] = { WT_CONTROL_UNLOAD, WT_CONTROL_UNLOADED };

	for (size_t i = 0; i < 2; i++) {
		struct wt_control_request sent = { .op = ops[i] };

		ASSERT_EQ(0, wt_control_send_request(self->fds[0], &sent, &self->err));
		ASSERT_EQ(0, wt_control_recv_request(self->fds[1], &self->request, &self->err));
		EXPECT_EQ(ops[i], self->request.op);
	}
}

TEST_F(control, requests_that_are_refused)
{
	static const struct {
		const char *bytes;
		size_t n;
		int r;
	} cases[] = {
		{ "", 1, -EBADMSG }, /* a byte 0: an integer where a map belongs */
		{ "\xa1\x01\x18\x63", 4, -EOPNOTSUPP }, /* an op that is not known */
		{ "\xa0", 1, -EOPNOTSUPP }, /* no op */
		{ "\xa1\x01\x01\x00", 4, -EBADMSG }, /* trailing bytes */
		{ "\xa1\x01", 2, -EBADMSG },
		{ "\xa2\x01\x01\x01\x01", 5, -EBADMSG }, /* a label twice */
		{ "\xa1\x01\x07", 3, -EOPNOTSUPP }, /* the first that is not */
		{ "\xa2\x01\x03\x03\x61\x0a", 6, -EBADMSG }, /* a reason with a control character */
		{ "\xa2\x01\x01\x02\x47"
		  "1234567",
		  12, -EBADMSG }, /* a nonce too short */
		{ "\xa2\x01\x01\x09\x01", 5, -EBADMSG }, /* a label that is not known */
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ASSERT_EQ(cases[i].n, send(self->fds[0], cases[i].bytes, cases[i].n, 0));
		EXPECT_EQ(cases[i].r,
			  wt_control_recv_request(self->fds[1], &self->request, &self->err))
		{
			TH_LOG("case %zu", i);
		}
	}
	close(self->fds[0]);
	EXPECT_EQ(-ECONNRESET, wt_control_recv_request(self->fds[1], &self->request, &self->err));
	self->fds[0] = -1;
}

TEST_F(control, reply_in_pieces)
{
	static uint8_t sent[100000];

	for (size_t i = 0; i < sizeof(sent); i++)
		sent[i] = (uint8_t)(i * 7);
	ASSERT_EQ(0, wt_control_send_reply(self->fds[1], 0, NULL, wt_span(sent, sizeof(sent)),
					   &self->err));
	ASSERT_EQ(0, wt_control_recv_reply(self->fds[0], &self->body, &self->err));
	EXPECT_TRUE(wt_span_equal(wt_buf_span(&self->body), wt_span(sent, sizeof(sent))));
}

TEST_F(control, reply_of_no_bytes)
{
	ASSERT_EQ(0, wt_control_send_reply(self->fds[1], 0, NULL, (struct wt_span){}, &self->err));
	ASSERT_EQ(0, wt_control_recv_reply(self->fds[0], &self->body, &self->err));
	EXPECT_EQ(0, self->body.n);
}

TEST_F(control, refusal_comes_with_its_sentence)
{
	ASSERT_EQ(0, wt_control_send_reply(self->fds[1], -ENODEV, "the module is away",
					   (struct wt_span){}, &self->err));
	EXPECT_EQ(-ENODEV, wt_control_recv_reply(self->fds[0], &self->body, &self->err));
	EXPECT_STREQ("the module is away", self->err.msg);
}

TEST_F(control, reply_cut_short)
{
	/* code 0, a piece, and more announced */
	ASSERT_EQ(9, send(self->fds[1], "\xa3\x01\x00\x03\x42hi\x04\xf5", 9, 0));
	close(self->fds[1]);
	EXPECT_EQ(-ECONNRESET, wt_control_recv_reply(self->fds[0], &self->body, &self->err));
	self->fds[1] = -1;
}

TEST_F(control, status)
{
	struct wt_control_status got, sent = {
		.pid = 4711,
		.version = "0.1.0",
		.problem = "the disk is full",
		.n_probes = 1,
		.probes = { { "usb", { 1, 2, 3, 4, 5, 6, 7, 8 }, 42 } },
	};

	wt_control_put_status(&self->body, &sent);
	ASSERT_EQ(0, wt_control_read_status(wt_buf_span(&self->body), &got, &self->err));
	EXPECT_EQ(0, memcmp(&sent, &got, sizeof(got)));
	for (size_t n = 0; n < self->body.n; n++)
		EXPECT_GT(0, wt_control_read_status(wt_span(self->body.p, n), &got, &self->err));
}

TEST_HARNESS_MAIN
