/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the command asks the daemon, over run/control.sock (SOCK_SEQPACKET, one packet a frame, one request a
 * connection). Frames are CBOR maps: a request {1: op, ?2: nonce, ?3: reason, ?4: hour, ?5: seq}; a reply in one frame or more
 * {1: errno or 0, ?2: a sentence, ?3: a piece of the body, ?4: true when another frame follows}.
 */
#ifndef AGENT_CONTROL_H
#define AGENT_CONTROL_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/bytes.h"
#include "lib/err.h"

#define WT_NONCE_MAX 64
#define WT_CONTROL_PROBES 8

enum wt_control_op {
	WT_CONTROL_ATTEST = 1, /* close the window now, sign: the body is the attestation */
	WT_CONTROL_STATUS = 2, /* the body is a struct wt_control_status */
	WT_CONTROL_PURCHASE_FAILED = 3, /* tell the operator; no body */
	WT_CONTROL_DELIVERED = 4, /* an inspector has all attestations up to seq; no body */
	WT_CONTROL_UNLOAD = 5, /* let go of the module, and stay for the end of its log; no body */
	WT_CONTROL_UNLOADED = 6, /* it is gone: the body is the attestation that has the end of its log */
};

struct wt_control_request {
	enum wt_control_op op;
	uint8_t nonce[WT_NONCE_MAX];
	size_t nonce_len; /* 0: none */
	char reason[160]; /* why a purchase failed; empty with other requests */
	int64_t hour; /* the delivery hour that it was for */
	uint64_t seq; /* of DELIVERED; 0 with others */
};

/* Makes the folder if it is missing and replaces a socket that is left there: call with the store's lock held. */
int wt_control_listen(const char *dir, int *ret_fd, struct wt_err *err);
/* -ENOENT, -ECONNREFUSED: no daemon; -EACCES. */
int wt_control_connect(const char *dir, int *ret_fd, struct wt_err *err);

int wt_control_send_request(int fd, const struct wt_control_request *request, struct wt_err *err);
int wt_control_recv_request(int fd, struct wt_control_request *ret, struct wt_err *err);
/* code: 0 or a negative errno with its sentence. */
int wt_control_send_reply(int fd, int code, const char *message, struct wt_span body,
			  struct wt_err *err);
/* Appends the body; the daemon's own refusal comes back as its code and sentence. */
int wt_control_recv_reply(int fd, struct wt_buf *ret, struct wt_err *err);

/* What only the daemon's process knows. */
struct wt_control_status {
	uint64_t pid;
	char version[32];
	char unobserved[192]; /* why no probe observes; empty: one does */
	char problem[256]; /* what it cannot do at present; empty: nothing */
	struct {
		char name[16];
		uint8_t tag[8];
		uint32_t prog_id;
	} probes[WT_CONTROL_PROBES];
	size_t n_probes;
};

void wt_control_put_status(struct wt_buf *b, const struct wt_control_status *status);
int wt_control_read_status(struct wt_span body, struct wt_control_status *ret, struct wt_err *err);

#endif
