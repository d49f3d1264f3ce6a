// SPDX-License-Identifier: Apache-2.0
/* The control socket: what a command may send the daemon, and the other way round. */
#include "tests/fuzz/targets/targets.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agent/control.h"

static void open_pair(int fds[2])
{
	fuzz_need(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) < 0 ? -errno : 0,
		  "open sockets");
}

static void request_run(struct wt_span in)
{
	struct wt_control_request request, again;
	struct wt_err err = { "" };
	int fds[2], r;

	open_pair(fds);
	if (send(fds[0], in.p, in.n, MSG_NOSIGNAL) < 0)
		goto out;
	close(fds[0]);
	fds[0] = -1;
	fuzz_untouched_fill(&request, sizeof(request));
	r = wt_control_recv_request(fds[1], &request, &err);
	if (r < 0) {
		fuzz_check_refusal(r, &err);
		FUZZ_CHECK(fuzz_untouched(&request, sizeof(request)));
		goto out;
	}
	FUZZ_CHECK(request.nonce_len <= WT_NONCE_MAX);
	FUZZ_CHECK(wt_text_plain(wt_span(request.reason, strlen(request.reason))));
	FUZZ_CHECK(request.op >= WT_CONTROL_ATTEST && request.op <= WT_CONTROL_UNLOADED);
	/* and what is sent on is read the same */
	close(fds[1]);
	open_pair(fds);
	if (!request.reason[0])
		request.hour = 0; /* goes with a reason only */
	FUZZ_CHECK(wt_control_send_request(fds[0], &request, &err) == 0);
	FUZZ_CHECK(wt_control_recv_request(fds[1], &again, &err) == 0);
	FUZZ_CHECK(memcmp(&request, &again, sizeof(request)) == 0);
out:
	if (fds[0] >= 0)
		close(fds[0]);
	close(fds[1]);
}

static void request_seed(void)
{
	fuzz_seed_hex("a10101");
	fuzz_seed_hex("a10102");
	fuzz_seed_hex("a2010102483132333435363738");
	fuzz_seed_hex("a301030363616263041a6b018ad0");
	fuzz_seed_hex("a201040519300c");
}

const struct fuzz_target fuzz_control_request = { "control_request", NULL, request_run,
						  request_seed };

/* Frames, each with its length before it. */
static void reply_run(struct wt_span in)
{
	struct wt_control_status status;
	struct wt_buf body = { 0 }, again = { 0 };
	struct wt_err err = { "" };
	int fds[2], r;

	open_pair(fds);
	while (in.n) {
		struct wt_span frame = fuzz_bytes(&in, fuzz_u16(&in));

		if (frame.n && send(fds[0], frame.p, frame.n, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
			break;
	}
	close(fds[0]);
	r = wt_control_recv_reply(fds[1], &body, &err);
	close(fds[1]);
	if (r < 0) {
		FUZZ_CHECK(err.msg[0]);
	} else {
		fuzz_untouched_fill(&status, sizeof(status));
		r = wt_control_read_status(wt_buf_span(&body), &status, &err);
		if (r < 0) {
			fuzz_check_refusal(r, &err);
			FUZZ_CHECK(fuzz_untouched(&status, sizeof(status)));
		} else {
			FUZZ_CHECK(status.n_probes <= WT_CONTROL_PROBES);
			wt_control_put_status(&again, &status);
			FUZZ_CHECK(!again.err &&
				   wt_control_read_status(wt_buf_span(&again), &status, &err) == 0);
		}
	}
	wt_buf_free(&body);
	wt_buf_free(&again);
}

static void put_frame(struct wt_buf *b, const struct wt_buf *frame)
{
	const uint8_t n[2] = { (uint8_t)frame->n, (uint8_t)(frame->n >> 8) };

	wt_buf_append(b, n, 2);
	wt_buf_append(b, frame->p, frame->n);
}

static void reply_seed(void)
{
	struct wt_control_status status = { .pid = 7,
					    .version = "0.1.0",
					    .unobserved = "no probe",
					    .problem = "no module",
					    .probes = { { "usb", { 1, 2, 3 }, 9 } },
					    .n_probes = 1 };
	struct wt_buf b = { 0 }, frame = { 0 }, body = { 0 };
	uint8_t bytes[512];
	int fds[2];
	ssize_t n;

	wt_control_put_status(&body, &status);
	open_pair(fds);
	fuzz_need(wt_control_send_reply(fds[0], 0, NULL, wt_buf_span(&body), NULL), "send");
	fuzz_need(wt_control_send_reply(fds[0], -EBUSY, "busy", wt_span(NULL, 0), NULL), "send");
	n = recv(fds[1], bytes, sizeof(bytes), 0);
	wt_buf_append(&frame, bytes, (size_t)n);
	put_frame(&b, &frame);
	fuzz_seed(wt_buf_span(&b));
	n = recv(fds[1], bytes, sizeof(bytes), 0);
	wt_buf_reset(&b);
	wt_buf_reset(&frame);
	wt_buf_append(&frame, bytes, (size_t)n);
	put_frame(&b, &frame);
	fuzz_seed(wt_buf_span(&b));
	fuzz_seed_hex("0800a301000341aa04f50600a201000341bb"); /* in two pieces */
	close(fds[0]);
	close(fds[1]);
	wt_buf_free(&b);
	wt_buf_free(&frame);
	wt_buf_free(&body);
}

const struct fuzz_target fuzz_control_reply = { "control_reply", NULL, reply_run, reply_seed };
