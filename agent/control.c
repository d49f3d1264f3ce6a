// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "agent/control.h"
#include "lib/cbor.h"

#define FRAME_MAX (48 * 1024) /* below the default socket buffer */
#define PIECE_MAX (32 * 1024)
#define BODY_MAX (8 * 1024 * 1024)
#define SERVER_TIMEOUT_S 2 /* a client that does not read must not hold the daemon up */
#define CLIENT_TIMEOUT_S 60 /* closing a window samples every sensor */

static int address(const char *dir, struct sockaddr_un *ret, struct wt_err *err)
{
	*ret = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (snprintf(ret->sun_path, sizeof(ret->sun_path), "%s/control.sock", dir) >=
	    (int)sizeof(ret->sun_path))
		return wt_fail(err, ENAMETOOLONG,
			       "%s: too long for a socket's path (at most %zu bytes)", dir,
			       sizeof(ret->sun_path) - sizeof("/control.sock"));
	return 0;
}

static void timeout(int fd, int seconds)
{
	struct timeval tv = { .tv_sec = seconds };

	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv));
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
}

int wt_control_listen(const char *dir, int *ret_fd, struct wt_err *err)
{
	struct sockaddr_un sun;
	mode_t mask;
	int fd, r = address(dir, &sun, err);

	if (r < 0)
		return r;
	if (mkdir(dir, 0755) < 0 && errno != EEXIST)
		return wt_fail(err, errno, "%s: cannot make the run folder: %s", dir,
			       strerror(errno));
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return wt_fail(err, errno, "cannot open a socket: %s", strerror(errno));
	unlink(sun.sun_path);
	mask = umask(0117);
	r = bind(fd, (struct sockaddr *)&sun, sizeof(sun));
	if (r == 0)
		r = listen(fd, 8);
	r = r < 0 ? wt_fail(err, errno, "%s: %s", sun.sun_path, strerror(errno)) : 0;
	umask(mask);
	if (r < 0)
		close(fd);
	else
		*ret_fd = fd;
	return r;
}

int wt_control_connect(const char *dir, int *ret_fd, struct wt_err *err)
{
	struct sockaddr_un sun;
	int fd, r = address(dir, &sun, err);

	if (r < 0)
		return r;
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return wt_fail(err, errno, "cannot open a socket: %s", strerror(errno));
	if (connect(fd, (struct sockaddr *)&sun, sizeof(sun)) < 0) {
		r = errno;
		close(fd);
		if (r == ENOENT || r == ECONNREFUSED)
			return wt_fail(
				err, r,
				"wattestd is not running: `systemctl start wattestd` (no answer at %s)",
				sun.sun_path);
		return wt_fail(err, r, "%s: %s%s", sun.sun_path, strerror(r),
			       r == EACCES ? ": needs root" : "");
	}
	timeout(fd, CLIENT_TIMEOUT_S);
	*ret_fd = fd;
	return 0;
}

static int send_frame(int fd, struct wt_buf *b, struct wt_err *err)
{
	ssize_t n;

	if (b->err)
		return wt_fail(err, ENOMEM, "out of memory");
	do {
		n = send(fd, b->p, b->n, MSG_NOSIGNAL);
	} while (n < 0 && errno == EINTR);
	return n < 0 ? wt_fail(err, errno, "control socket: %s", strerror(errno)) : 0;
}

static int recv_frame(int fd, uint8_t *frame, struct wt_span *ret, struct wt_err *err)
{
	ssize_t n;

	do {
		n = recv(fd, frame, FRAME_MAX, 0);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return wt_fail(err, errno, "control socket: %s",
			       errno == EAGAIN ? "no answer in time" : strerror(errno));
	if (n == 0)
		return wt_fail(err, ECONNRESET,
			       "control socket: closed before the answer was whole");
	*ret = wt_span(frame, (size_t)n);
	return 0;
}

int wt_control_send_request(int fd, const struct wt_control_request *request, struct wt_err *err)
{
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf b = {};

	wt_cbor_put_map(&b, 1 + (request->nonce_len > 0) + (request->reason[0] ? 2 : 0) + (request->seq > 0));
	wt_cbor_put_uint(&b, 1);
	wt_cbor_put_uint(&b, request->op);
	if (request->nonce_len) {
		wt_cbor_put_uint(&b, 2);
		wt_cbor_put_bytes(&b, wt_span(request->nonce, request->nonce_len));
	}
	if (request->reason[0]) {
		wt_cbor_put_uint(&b, 3);
		wt_cbor_put_text(&b, request->reason);
		wt_cbor_put_uint(&b, 4);
		wt_cbor_put_int(&b, request->hour);
	}
	if (request->seq) {
		wt_cbor_put_uint(&b, 5);
		wt_cbor_put_uint(&b, request->seq);
	}
	return send_frame(fd, &b, err);
}

int wt_control_recv_request(int fd, struct wt_control_request *ret, struct wt_err *err)
{
	struct wt_control_request request = {};
	uint8_t frame[256];
	struct wt_cbor_in in;
	struct wt_cbor_map map;
	struct wt_span nonce;
	int64_t label;
	uint64_t op;
	ssize_t n;
	int r;

	timeout(fd, SERVER_TIMEOUT_S);
	n = recv(fd, frame, sizeof(frame), 0);
	if (n <= 0)
		return wt_fail(err, n < 0 ? errno : ECONNRESET, "control socket: %s",
			       n < 0 ? strerror(errno) : "closed without a request");
	wt_cbor_init(&in, wt_span(frame, (size_t)n), err);
	r = wt_cbor_map(&in, &map);
	while (r >= 0 && (r = wt_cbor_map_next(&in, &map, &label)) > 0) {
		if (label == 1) {
			r = wt_cbor_uint(&in, &op);
			if (r == 0)
				request.op = op <= WT_CONTROL_UNLOADED ? (int)op : 0;
		} else if (label == 2) {
			r = wt_cbor_bytes(&in, &nonce);
			if (r == 0 && (nonce.n < 8 || nonce.n > WT_NONCE_MAX))
				r = wt_cbor_bad(&in, "a nonce has 8 to %d bytes", WT_NONCE_MAX);
			if (r == 0) {
				memcpy(request.nonce, nonce.p, nonce.n);
				request.nonce_len = nonce.n;
			}
		} else if (label == 3) {
			r = wt_cbor_text_to(&in, request.reason, sizeof(request.reason));
		} else if (label == 4) {
			r = wt_cbor_int(&in, &request.hour);
		} else if (label == 5) {
			r = wt_cbor_uint(&in, &request.seq);
		} else {
			r = wt_cbor_bad(&in, "no label %lld in a request", (long long)label);
		}
	}
	if (r == 0)
		r = wt_cbor_end(&in);
	if (r == 0 && !request.op)
		r = wt_fail(err, EOPNOTSUPP,
			    "this wattestd does not know that request: is the command newer?");
	if (r < 0)
		return r;
	*ret = request;
	return 0;
}

int wt_control_send_reply(int fd, int code, const char *message, struct wt_span body,
			  struct wt_err *err)
{
	__attribute__((cleanup(wt_buf_freep))) struct wt_buf b = {};
	size_t done = 0;
	int r;

	timeout(fd, SERVER_TIMEOUT_S);
	do {
		size_t piece = body.n - done > PIECE_MAX ? PIECE_MAX : body.n - done;
		bool more = done + piece < body.n;

		wt_buf_reset(&b);
		wt_cbor_put_map(&b, 1 + (message && message[0]) + (piece > 0) + more);
		wt_cbor_put_uint(&b, 1);
		wt_cbor_put_uint(&b, (uint64_t)-code);
		if (message && message[0]) {
			wt_cbor_put_uint(&b, 2);
			wt_cbor_put_text(&b, message);
		}
		if (piece) {
			wt_cbor_put_uint(&b, 3);
			wt_cbor_put_bytes(&b, wt_span(body.p + done, piece));
		}
		if (more) {
			wt_cbor_put_uint(&b, 4);
			wt_cbor_put_bool(&b, true);
		}
		r = send_frame(fd, &b, err);
		done += piece;
	} while (r == 0 && done < body.n);
	return r;
}

struct reply {
	uint64_t code;
	char message[256];
	struct wt_span piece;
	bool more;
};

static int read_reply(struct wt_span frame, struct reply *ret, struct wt_err *err)
{
	struct wt_cbor_in in;
	struct wt_cbor_map map;
	int64_t label;
	int r;

	*ret = (struct reply){};
	wt_cbor_init(&in, frame, err);
	r = wt_cbor_map(&in, &map);
	while (r >= 0 && (r = wt_cbor_map_next(&in, &map, &label)) > 0) {
		switch (label) {
		case 1:
			r = wt_cbor_uint(&in, &ret->code);
			break;
		case 2:
			r = wt_cbor_text_to(&in, ret->message, sizeof(ret->message));
			break;
		case 3:
			r = wt_cbor_bytes(&in, &ret->piece);
			break;
		case 4:
			r = wt_cbor_bool(&in, &ret->more);
			break;
		default:
			r = wt_cbor_skip(&in, NULL);
		}
	}
	return r < 0 ? wt_fail_in(err, r, "wattestd's answer") : 0;
}

int wt_control_recv_reply(int fd, struct wt_buf *ret, struct wt_err *err)
{
	uint8_t frame[FRAME_MAX];
	struct reply reply = { .more = true };
	size_t total = 0;

	while (reply.more) {
		struct wt_span bytes;
		int r = recv_frame(fd, frame, &bytes, err);

		if (r == 0)
			r = read_reply(bytes, &reply, err);
		if (r < 0)
			return r;
		if (reply.code)
			return wt_fail(err, reply.code < 4096 ? (int)reply.code : EPROTO, "%s",
				       reply.message[0] ? reply.message
							: "wattestd refused without a reason");
		total += reply.piece.n;
		if (total > BODY_MAX)
			return wt_fail(err, EFBIG, "wattestd's answer: over %d bytes", BODY_MAX);
		wt_buf_append(ret, reply.piece.p, reply.piece.n);
		if (ret->err)
			return wt_fail(err, ENOMEM, "out of memory");
	}
	return 0;
}
